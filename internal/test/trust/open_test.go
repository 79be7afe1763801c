package trust

// open are the cells that don't hold yet, with what is missing.
var open = map[cell]string{
	{"one-deployment", "talonone_attribute"}:               "the state doesn't know its deployment",
	{"one-deployment", "talonone_additional_cost"}:         "the state doesn't know its deployment",
	{"one-deployment", "talonone_store"}:                   "the state doesn't know its deployment",
	{"one-deployment", "talonone_coupon"}:                  "the state doesn't know its deployment",
	{"reads-lag", "talonone_additional_cost"}:              "a second apply within the lag is refused",
	{"reads-lag", "talonone_coupon"}:                       "a second apply within the lag is refused",
	{"two-owners", "talonone_store"}:                       "nothing knows the other owner",
	{"two-owners", "talonone_coupon"}:                      "nothing knows the other owner",
	{"listed-is-owned", "talonone_audience_membership"}:    "no warning says that the row exists already",
	{"listed-is-owned", "talonone_customer_profile"}:       "no warning says that the row exists already",
	{"replacement-converges", "talonone_customer_session"}: "a cancelled session can't be opened again",
	{"real-commands", "talonone_customer_profile"}:         "see the rules above",
	{"real-commands", "talonone_customer_profiles"}:        "see the rules above",
	{"real-commands", "talonone_customer_session"}:         "see the rules above",
}

// unmet are the values of conventions under which a resource is not right yet. Where a deployment refuses something for
// good, a clear refusal is all that a resource can do.
var unmet = map[string][]string{
	"legacy_2022=yes":                {"talonone_audience", "talonone_catalog_item", "talonone_catalog_items"},
	"mandatory_attributes=color":     {"talonone_catalog_item", "talonone_catalog_items"},
	"membership_profiles=hidden":     {"talonone_audience_membership"},
	"profile_id_case=folded":         {"talonone_audience_memberships", "talonone_coupon_reservation", "talonone_customer_profiles", "talonone_referral", "talonone_referrals"},
	"sku_case=folded":                {"talonone_catalog_item", "talonone_catalog_items"},
	"third_party_audiences_only=yes": {"talonone_audience"},
}
