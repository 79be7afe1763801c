package trust

// open are the cells that don't hold yet, with what is missing.
var open = map[cell]string{}

// unmet are the values of conventions under which a resource is not right yet.
var unmet = map[string][]string{}
