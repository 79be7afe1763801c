package trust

// open are the cells that don't hold yet, with what is missing.
var open = map[cell]string{
	{"create-before-destroy", "talonone_audience_membership"}:  "the old object removes what the new one wants",
	{"create-before-destroy", "talonone_audience_memberships"}: "the old object removes what the new one wants",
	{"create-before-destroy", "talonone_catalog_item"}:         "the old object removes what the new one wants",
	{"create-before-destroy", "talonone_catalog_items"}:        "the old object removes what the new one wants",
	{"create-before-destroy", "talonone_coupon_reservation"}:   "the old object removes what the new one wants",
	{"create-before-destroy", "talonone_customer_profile"}:     "the old object removes what the new one wants",
	{"create-before-destroy", "talonone_customer_profiles"}:    "the old object removes what the new one wants",
	{"create-before-destroy", "talonone_customer_session"}:     "the old object removes what the new one wants",
	{"guards-hold", "talonone_audience"}:                       "a forced replacement is not refused",
	{"listed-is-owned", "talonone_audience_membership"}:        "no warning says that the row exists already",
	{"listed-is-owned", "talonone_customer_profile"}:           "no warning says that the row exists already",
	{"moved-row", "talonone_audience_memberships"}:             "the one that gives the row up removes it",
	{"moved-row", "talonone_catalog_items"}:                    "the one that gives the row up removes it",
	{"moved-row", "talonone_coupon_reservation"}:               "the one that gives the row up removes it",
	{"moved-row", "talonone_customer_profiles"}:                "the one that gives the row up removes it",
	{"renamed-key", "talonone_audience_membership"}:            "the one that gives the row up removes it",
	{"renamed-key", "talonone_audience_memberships"}:           "the one that gives the row up removes it",
	{"renamed-key", "talonone_catalog_item"}:                   "the one that gives the row up removes it",
	{"renamed-key", "talonone_catalog_items"}:                  "the one that gives the row up removes it",
	{"renamed-key", "talonone_coupon_reservation"}:             "the one that gives the row up removes it",
	{"renamed-key", "talonone_customer_profile"}:               "the one that gives the row up removes it",
	{"renamed-key", "talonone_customer_profiles"}:              "the one that gives the row up removes it",
	{"renamed-key", "talonone_customer_session"}:               "the one that gives the row up removes it",
	{"replacement-converges", "talonone_customer_session"}:     "a cancelled session can't be opened again",
	{"two-owners", "talonone_audience_membership"}:             "nothing knows the other owner",
	{"two-owners", "talonone_audience_memberships"}:            "nothing knows the other owner",
	{"two-owners", "talonone_catalog_item"}:                    "nothing knows the other owner",
	{"two-owners", "talonone_catalog_items"}:                   "nothing knows the other owner",
	{"two-owners", "talonone_coupon_reservation"}:              "nothing knows the other owner",
	{"two-owners", "talonone_customer_profile"}:                "nothing knows the other owner",
	{"two-owners", "talonone_customer_profiles"}:               "nothing knows the other owner",
	{"two-owners", "talonone_customer_session"}:                "nothing knows the other owner",
	{"two-owners", "talonone_referrals"}:                       "nothing knows the other owner",
	{"real-commands", "talonone_customer_profile"}:             "see the rules above",
	{"real-commands", "talonone_customer_profiles"}:            "see the rules above",
	{"real-commands", "talonone_customer_session"}:             "see the rules above",
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
