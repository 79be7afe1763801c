package trust

// open are the cells that don't hold yet, with what is missing.
var open = map[cell]string{}

// unmet are the values of conventions under which a resource is not right yet. Where a deployment refuses something for
// good, a clear refusal is all that a resource can do.
var unmet = map[string][]string{
	"legacy_2022=yes":                {"talonone_audience", "talonone_catalog_item", "talonone_catalog_items"},
	"mandatory_attributes=color":     {"talonone_catalog_item", "talonone_catalog_items"},
	"third_party_audiences_only=yes": {"talonone_audience"},
}
