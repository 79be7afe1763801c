package main

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/catalog"
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
	case slices.Contains(actions, tfjson.ActionForget):
		// Also ["create", "forget"], the replacement of something that is left behind.
		if len(actions) > 1 {
			return create
		}
		return forget
	default:
		return nothing
	}
}

// change is what is kept of the change of one resource: what a comment may say of it, and no more.
type change struct {
	address        string // without the texts of instance keys
	fullAddress    string // never printed
	module         string // never printed
	kind, resource string // the resource's type and name
	index          string // its instance key as the address shows it
	verb           verb
	imported       bool
	before, after  object
	// differing are those of the type's telling attributes that change or may change.
	differing []string
	// replacing are the attributes that cause a replacement.
	replacing []string
	items     itemChanges
}

// telling are, by type, the attributes that hold what matters in the deployment. A change of none of them sends nothing;
// drift of none of them, such as of a counter, is not worth a line.
var telling = map[string][]string{
	audienceType:                            {"name", "subscribed_application_ids"},
	"talonone_audience_memberships":         {"members_digest", "member_count"},
	"talonone_audience_membership":          {},
	"talonone_catalog_items":                {"items", "managed_items"},
	"talonone_catalog_item":                 {"price", "product", "attributes"},
	"talonone_coupon_reservation":           {"customers", "reservation_count"},
	"talonone_referral":                     {"friend_profile_integration_id", "start_date", "expiry_date", "usage_limit", "attributes"},
	"talonone_referrals":                    {"advocates", "usage_limit", "start_date", "expiry_date", "attributes", "codes"},
	"talonone_customer_profile":             {"attributes"},
	"talonone_customer_profiles":            {"profiles"},
	"talonone_customer_session":             {"state", "cart_items", "coupon_codes", "referral_code", "attributes", "profile_id"},
	"talonone_event":                        {"id"},
	"talonone_cart_item_return":             {"id"},
	"talonone_customer_data_deletion":       {"found"},
	"talonone_audience_customer_attributes": {"attributes", "members_matching"},
}

func newChange(rc *tfjson.ResourceChange) change {
	c := change{
		address: maskKeys(rc.Address), fullAddress: rc.Address, module: rc.ModuleAddress, kind: rc.Type, resource: rc.Name,
		verb: verbOf(rc.Change.Actions), imported: rc.Change.Importing != nil,
	}
	if !isOurs(rc.Type) {
		return c
	}
	_, c.index = splitKey(strings.TrimPrefix(rc.Address, prefixed(rc.ModuleAddress, rc.Type+"."+rc.Name)))
	before, _ := rc.Change.Before.(map[string]any)
	after, _ := rc.Change.After.(map[string]any)
	unknown, _ := rc.Change.AfterUnknown.(map[string]any)
	for _, name := range telling[rc.Type] {
		if unknown[name] == true || !reflect.DeepEqual(before[name], after[name]) {
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
	if rc.Type == "talonone_catalog_items" {
		c.items = compareItems(before, after)
	}
	c.before = newObject(rc.Change.Before, rc.Change.BeforeSensitive, nil)
	c.after = newObject(rc.Change.After, rc.Change.AfterSensitive, rc.Change.AfterUnknown)
	return c
}

// itemChanges tells which items of a catalog change, as far as the plan shows their content.
type itemChanges struct {
	changed   int64
	prices    int64 // of these, whose price changes
	onlyPrice int64 // of these, where nothing but the price changes
}

func compareItems(before, after map[string]any) (found itemChanges) {
	for _, name := range []string{"items", "managed_items"} {
		old, isOld := before[name].(string)
		planned, isPlanned := after[name].(string)
		if !isOld || !isPlanned {
			continue
		}
		current, err := catalog.ParseItems(old)
		desired, errDesired := catalog.ParseItems(planned)
		if err != nil || errDesired != nil {
			// With plan_detail = "keys" the plan holds fingerprints instead of items.
			continue
		}
		for _, sku := range bulk.Compare(current, desired, catalog.Item.Equal).Updated {
			found.changed++
			if a, b := current[sku], desired[sku]; a.Price != b.Price {
				found.prices++
				if a.Price = b.Price; a.Equal(b) {
					found.onlyPrice++
				}
			}
		}
	}
	return found
}

// printable are the attributes that comments are made of: numbers, switches, and names that are no personal data.
var printable = []string{
	"name", "id", "audience_id", "audiences", "catalog_id", "coupon_value", "campaign_id", "ownership", "type", "edit",
	"last_sync", "member_count", "item_count", "reservation_count", "members_total", "erase_on_destroy", "on_destroy", "found", "with_member_count",
}

// countable are the attributes of which nothing is kept but how many elements they have.
var countable = []string{"customers", "advocates", "profiles"}

// object is what is kept of a resource's or an action's attributes.
type object struct {
	exists    bool
	values    map[string]any
	unknown   map[string]bool
	counts    map[string]int64
	sensitive map[string]bool
}

func newObject(values, sensitive, unknown any) object {
	all, _ := values.(map[string]any)
	marks, _ := sensitive.(map[string]any)
	later, _ := unknown.(map[string]any)
	o := object{
		exists: all != nil || later != nil, values: make(map[string]any), unknown: make(map[string]bool),
		counts: make(map[string]int64), sensitive: make(map[string]bool),
	}
	for _, name := range printable {
		o.unknown[name] = later[name] == true
		if value, ok := all[name]; ok && value != nil && sensitive != true {
			o.values[name], o.sensitive[name] = value, isMarked(marks[name])
		}
	}
	for _, name := range countable {
		switch value := all[name].(type) {
		case []any:
			o.counts[name] = int64(len(value))
		case string:
			var members map[string]json.RawMessage
			if json.Unmarshal([]byte(value), &members) == nil {
				o.counts[name] = int64(len(members))
			}
		}
	}
	return o
}

// isMarked tells whether a value or a part of it is sensitive.
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

// number is a whole number. How many there are is printed even of what is sensitive.
func (o object) number(name string) (number int64, ok bool) {
	value, ok := o.values[name].(json.Number)
	if !ok {
		return 0, false
	}
	number, err := value.Int64()
	return number, err == nil
}

func (o object) isTrue(name string) bool { return o.values[name] == true }

// sync is last_sync.
func (o object) sync() (t tally, ok bool) {
	value, ok := o.values["last_sync"].(map[string]any)
	if !ok {
		return tally{}, false
	}
	for name, into := range map[string]*int64{"added": &t.added, "updated": &t.changed, "removed": &t.removed} {
		if number, isNumber := value[name].(json.Number); isNumber {
			*into, _ = number.Int64()
		}
	}
	return t, true
}
