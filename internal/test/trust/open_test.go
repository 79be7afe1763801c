package trust

// open are the cells that don't hold yet, with what is missing.
var open = map[cell]string{}

// unmet are the values of conventions under which a resource is not right yet.
var unmet = map[string][]string{
	"profile_id_case=folded": {"talonone_audience_memberships", "talonone_coupon_reservation", "talonone_customer_profiles", "talonone_referral", "talonone_referrals"},
	"sku_case=folded":        {"talonone_catalog_item", "talonone_catalog_items"},
}
