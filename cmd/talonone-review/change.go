package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

// verb is what happens to a resource.
type verb int

const (
	nothing verb = iota
	create
	update
	replace
	destroy
	forget // leaves Terraform's management, and stays in the deployment
	unknownVerb
)

func verbOf(actions tfjson.Actions) verb {
	switch {
	case actions.Create():
		return create
	case actions.Update():
		return update
	case actions.Replace():
		return replace
	case actions.Delete():
		return destroy
	case actions.NoOp(), actions.Read():
		return nothing
	case slices.Equal(actions, tfjson.Actions{tfjson.ActionForget}):
		return forget
	case slices.Equal(actions, tfjson.Actions{tfjson.ActionCreate, tfjson.ActionForget}):
		// The replacement of something that is left behind.
		return create
	default:
		return unknownVerb
	}
}

// change is what is kept of the change of one resource: what a comment may say of it, and no more.
type change struct {
	address        string // without the texts of instance keys
	fullAddress    string // printed only in blocks to copy
	previous       string // the address before a move
	module         string // never printed
	kind, resource string // the resource's type and name
	index          string // its instance key as the address shows it
	deposed        bool   // an object that an earlier replacement left behind
	verb           verb
	imported       bool
	before, after  object
	// differing are those of the type's telling attributes that change or may change.
	differing []string
	// replacing are the attributes that cause a replacement.
	replacing []string
	// rows are those that come, go or change, as far as the plan names them.
	rows rowChanges
	// listed are fingerprints of the rows that the resource manages afterwards.
	listed []uint64
	// identityBefore and identityAfter say which object of the deployment this is, and are never printed.
	identityBefore, identityAfter string
}

// destroys says whether an object of the deployment is destroyed, or given up.
func (c *change) destroys() bool { return c.verb == destroy || c.verb == replace }

// stays says whether the resource is there when the plan has been applied.
func (c *change) stays() bool {
	return !c.deposed && (c.verb == nothing || c.verb == create || c.verb == update || c.verb == replace)
}

// runs says whether a one-shot resource acts: when it is created, and when an update makes its result unknown.
func (c *change) runs(result string) bool {
	return c.verb == create || c.verb == replace || c.verb == update && c.after.unknown[result]
}

// telling are, by type, the attributes that hold what matters in the deployment. A change of none of them sends nothing;
// drift of none of them, such as of a counter, is not worth a line.
var telling = map[string][]string{
	audienceType:                            {"name", "description", "subscribed_application_ids"},
	"talonone_audience_memberships":         {"members_digest", "member_count"},
	"talonone_audience_membership":          {},
	"talonone_catalog_items":                {"items", "managed_items"},
	"talonone_catalog_item":                 {"price", "product", "attributes"},
	"talonone_collection":                   {"description", "subscribed_application_ids", "items_digest", "item_count"},
	"talonone_coupon_reservation":           {"customers", "reservation_count"},
	"talonone_referral":                     {"friend_profile_integration_id", "start_date", "expiry_date", "usage_limit", "attributes"},
	"talonone_referrals":                    {"advocates", "usage_limit", "start_date", "expiry_date", "attributes", "codes"},
	"talonone_coupons":                      {"coupons_digest"},
	"talonone_customer_audiences":           {"audience_ids"},
	"talonone_customer_profile":             {"attributes"},
	"talonone_customer_profiles":            {"profiles"},
	"talonone_customer_session":             {"state", "cart_items", "coupon_codes", "referral_code", "attributes", "profile_id"},
	"talonone_event":                        {"id"},
	"talonone_cart_item_return":             {"id"},
	"talonone_customer_data_deletion":       {"found"},
	"talonone_audience_customer_attributes": {"attributes", "members_matching"},
	"talonone_attribute": {
		"title", "description", "suggestions", "restricted_by_suggestions", "has_allowed_list", "editable", "subscribed_application_ids", "subscribed_catalog_ids",
	},
	"talonone_additional_cost": {"title", "description", "type", "subscribed_application_ids"},
	"talonone_store":           {"name", "description", "attributes"},
	"talonone_coupon": {
		"usage_limit", "discount_limit", "reservation_limit", "start_date", "expiry_date", "recipient_integration_id", "is_reservation_mandatory", "implicitly_reserved", "attributes",
	},
}

// identities are, by type, the attributes that say which object of the deployment a resource is.
var identities = map[string][]string{
	audienceType:                            {"name"},
	"talonone_audience_memberships":         {"audience_id"},
	"talonone_audience_membership":          {"audience_id", "profile_integration_id"},
	"talonone_audience_customer_attributes": {"audience_id"},
	"talonone_catalog_items":                {"catalog_id"},
	"talonone_catalog_item":                 {"catalog_id", "sku"},
	"talonone_collection":                   {"application_id", "campaign_id", "name"},
	"talonone_coupon_reservation":           {"coupon_value"},
	"talonone_referral":                     {"campaign_id", "advocate_profile_integration_id", "friend_profile_integration_id"},
	"talonone_referrals":                    {"campaign_id"},
	"talonone_coupons":                      {"application_id", "campaign_id"},
	"talonone_customer_audiences":           {"profile_integration_id"},
	"talonone_customer_profile":             {"integration_id"},
	"talonone_customer_profiles":            {"profiles"},
	"talonone_customer_session":             {"integration_id"},
	"talonone_cart_item_return":             {"session_integration_id"},
	"talonone_attribute":                    {"entity", "event_type", "name"},
	"talonone_additional_cost":              {"name"},
	"talonone_store":                        {"application_id", "integration_id"},
	"talonone_coupon":                       {"application_id", "campaign_id", "value"},
}

func newChange(rc *tfjson.ResourceChange) change {
	c := change{
		address: maskKeys(rc.Address), fullAddress: rc.Address, previous: rc.PreviousAddress, module: rc.ModuleAddress, kind: rc.Type, resource: rc.Name,
		deposed: rc.DeposedKey != "", verb: verbOf(rc.Change.Actions), imported: rc.Change.Importing != nil,
	}
	if !isOurs(rc.Type) {
		return c
	}
	_, c.index = splitKey(strings.TrimPrefix(rc.Address, prefixed(rc.ModuleAddress, rc.Type+"."+rc.Name)))
	before, _ := rc.Change.Before.(map[string]any)
	after, _ := rc.Change.After.(map[string]any)
	unknown, _ := rc.Change.AfterUnknown.(map[string]any)
	for _, name := range telling[rc.Type] {
		if hasUnknown(unknown[name]) || !sameValue(before[name], after[name]) {
			c.differing = append(c.differing, name)
		}
	}
	for _, path := range rc.Change.ReplacePaths {
		if steps, ok := path.([]any); ok && len(steps) > 0 {
			if name, ok := steps[0].(string); ok && !slices.Contains(c.replacing, name) {
				c.replacing = append(c.replacing, name)
			}
		}
	}
	if rc.Change.BeforeSensitive != true && rc.Change.AfterSensitive != true {
		marks := make(map[string]bool)
		for _, side := range []any{rc.Change.BeforeSensitive, rc.Change.AfterSensitive} {
			all, _ := side.(map[string]any)
			for name, mark := range all {
				marks[name] = marks[name] || isMarked(mark)
			}
		}
		c.rows = compareRows(c.kind, before, after, marks)
	}
	c.listed = listedRows(c.kind, after)
	c.identityBefore, c.identityAfter = identityOf(c.kind, before, rc.Change.BeforeSensitive), identityOf(c.kind, after, rc.Change.AfterSensitive)
	c.before = newObject(rc.Change.Before, rc.Change.BeforeSensitive, nil)
	c.after = newObject(rc.Change.After, rc.Change.AfterSensitive, rc.Change.AfterUnknown)
	return c
}

// largeText is a text that is too long to be compared twice.
const largeText = 1 << 16

// sameValue compares what two states hold. Texts of JSON and numbers are the same when they mean the same.
func sameValue(before, after any) bool {
	if reflect.DeepEqual(before, after) {
		return true
	}
	switch before := before.(type) {
	case string:
		// Whole catalogs are compared item by item.
		after, ok := after.(string)
		return ok && len(before) < largeText && len(after) < largeText && sameJSON(before, after)
	case json.Number:
		after, ok := after.(json.Number)
		return ok && sameJSON(before.String(), after.String())
	default:
		return false
	}
}

// hasUnknown says whether a value, or a part of it, is known only after the apply.
func hasUnknown(later any) bool { return isMarked(later) }

// identityOf is empty where an attribute is missing or unknown, or sensitive: to find an equal one would say what it is.
func identityOf(kind string, values map[string]any, sensitive any) string {
	marks, _ := sensitive.(map[string]any)
	var parts []string
	for _, name := range identities[kind] {
		value := values[name]
		if value == nil && name != "friend_profile_integration_id" || sensitive == true || isMarked(marks[name]) {
			return ""
		}
		parts = append(parts, fmt.Sprintf("%q", fmt.Sprint(value)))
	}
	return strings.Join(parts, " ")
}

// printable are the attributes that comments are made of: numbers, switches, and names that are not personal data.
var printable = []string{
	"name", "id", "audience_id", "audiences", "catalog_id", "coupon_value", "campaign_id", "ownership", "type", "edit",
	"last_sync", "member_count", "item_count", "coupon_count", "reservation_count", "members_total", "erase_on_destroy", "on_destroy", "found", "with_member_count",
	"deployment", "application_id", "account_id", "sandbox",
}

// countable are the attributes of which nothing is kept but how many elements they have.
var countable = []string{"customers", "advocates", "profiles", "audience_ids"}

// object is what is kept of a resource's or an action's attributes.
type object struct {
	exists    bool
	values    map[string]any
	unknown   map[string]bool // all or a part of it
	counts    map[string]int64
	sensitive map[string]bool
	nulls     map[string]bool
}

func newObject(values, sensitive, unknown any) object {
	all, _ := values.(map[string]any)
	marks, _ := sensitive.(map[string]any)
	later, _ := unknown.(map[string]any)
	o := object{
		exists: all != nil || later != nil, values: make(map[string]any), unknown: make(map[string]bool),
		counts: make(map[string]int64), sensitive: make(map[string]bool), nulls: make(map[string]bool),
	}
	for _, name := range printable {
		o.unknown[name] = hasUnknown(later[name])
		switch value, ok := all[name]; {
		case ok && value == nil:
			o.nulls[name] = true
		case ok:
			o.values[name], o.sensitive[name] = value, sensitive == true || isMarked(marks[name])
		}
	}
	for _, name := range countable {
		switch value := all[name].(type) {
		case []any:
			o.counts[name] = int64(len(value))
		case string:
			var members map[string]json.RawMessage
			if json.Unmarshal([]byte(value), &members) == nil && members != nil {
				o.counts[name] = int64(len(members))
			}
			var list []json.RawMessage
			if json.Unmarshal([]byte(value), &list) == nil && list != nil {
				o.counts[name] = int64(len(list))
			}
		}
	}
	return o
}

// isMarked says whether a value or a part of it is marked, as sensitive or as unknown.
func isMarked(mark any) bool {
	switch mark := mark.(type) {
	case bool:
		return mark
	case map[string]any:
		for _, inner := range mark {
			if isMarked(inner) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(mark, isMarked)
	}
	return false
}

// text is a string, or a number as written. It is not ok for what is unknown, null or sensitive.
func (o object) text(name string) (text string, ok bool) {
	if o.sensitive[name] {
		return "", false
	}
	switch value := o.values[name].(type) {
	case string:
		return value, true
	case json.Number:
		return value.String(), true
	default:
		return "", false
	}
}

// key is like text, for comparisons and never to be printed: it is ok for what is sensitive, too.
func (o object) key(name string) (text string, ok bool) {
	switch value := o.values[name].(type) {
	case string:
		return value, true
	case json.Number:
		return value.String(), true
	default:
		return "", false
	}
}

// number is a count. How many there are is printed even of what is sensitive.
func (o object) number(name string) (number int64, ok bool) { return wholeNumber(o.values[name]) }

func (o object) isTrue(name string) bool { return o.values[name] == true }

func (o object) has(name string) bool { return o.values[name] != nil }
