package trust

// open are the cells that don't hold yet, with what is missing.
var open = map[cell]string{
	{"listed-is-owned", "talonone_audience_membership"}:         "no warning says that the row exists already",
	{"listed-is-owned", "talonone_customer_profile"}:            "no warning says that the row exists already",
	{"listed-is-owned", "talonone_customer_session"}:            "no warning says that the row exists already",
	{"one-deployment", "talonone_audience"}:                     "the state doesn't know its deployment",
	{"one-deployment", "talonone_audience_customer_attributes"}: "the state doesn't know its deployment",
	{"one-deployment", "talonone_audience_membership"}:          "the state doesn't know its deployment",
	{"one-deployment", "talonone_audience_memberships"}:         "the state doesn't know its deployment",
	{"one-deployment", "talonone_cart_item_return"}:             "the state doesn't know its deployment",
	{"one-deployment", "talonone_catalog_item"}:                 "the state doesn't know its deployment",
	{"one-deployment", "talonone_catalog_items"}:                "the state doesn't know its deployment",
	{"one-deployment", "talonone_coupon_reservation"}:           "the state doesn't know its deployment",
	{"one-deployment", "talonone_customer_data_deletion"}:       "the state doesn't know its deployment",
	{"one-deployment", "talonone_customer_profile"}:             "the state doesn't know its deployment",
	{"one-deployment", "talonone_customer_profiles"}:            "the state doesn't know its deployment",
	{"one-deployment", "talonone_customer_session"}:             "the state doesn't know its deployment",
	{"one-deployment", "talonone_event"}:                        "the state doesn't know its deployment",
	{"one-deployment", "talonone_referral"}:                     "the state doesn't know its deployment",
	{"one-deployment", "talonone_referrals"}:                    "the state doesn't know its deployment",
	{"reads-lag", "talonone_audience"}:                          "a second apply within the lag makes it again",
	{"reads-lag", "talonone_referral"}:                          "a second apply within the lag makes it again",
	{"reads-lag", "talonone_referrals"}:                         "a second apply within the lag makes it again",
	{"replacement-converges", "talonone_customer_session"}:      "a cancelled session can't be opened again",

	{"real-commands", "talonone_customer_profile"}:  "see the rules above",
	{"real-commands", "talonone_customer_profiles"}: "see the rules above",
	{"real-commands", "talonone_customer_session"}:  "see the rules above",
}

// unmet are the values of conventions under which a resource is not right yet. Where a deployment refuses something for
// good, a clear refusal is all that a resource can do.
var unmet = map[string][]string{
	"flapping=yes":                   {"talonone_audience", "talonone_audience_membership", "talonone_audience_memberships", "talonone_catalog_item", "talonone_catalog_items", "talonone_coupon_reservation", "talonone_customer_profile", "talonone_customer_profiles", "talonone_customer_session", "talonone_referral", "talonone_referrals"},
	"legacy_2022=yes":                {"talonone_audience", "talonone_catalog_item", "talonone_catalog_items"},
	"mandatory_attributes=color":     {"talonone_catalog_item", "talonone_catalog_items"},
	"membership_profiles=hidden":     {"talonone_audience_membership"},
	"profile_id_case=folded":         {"talonone_audience_memberships", "talonone_coupon_reservation", "talonone_customer_profiles", "talonone_referral", "talonone_referrals"},
	"read_lag=300ms":                 {"talonone_audience", "talonone_audience_membership", "talonone_audience_memberships", "talonone_catalog_item", "talonone_catalog_items", "talonone_coupon_reservation", "talonone_customer_profile", "talonone_customer_profiles", "talonone_customer_session", "talonone_referral", "talonone_referrals"},
	"sku_case=folded":                {"talonone_catalog_item", "talonone_catalog_items"},
	"third_party_audiences_only=yes": {"talonone_audience"},
}
