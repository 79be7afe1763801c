package main

import (
	"bytes"
	"encoding/json"
	"hash/maphash"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
)

// maxRows is how many rows of each kind are kept of a resource, and how many a comment names at most.
const maxRows = 10

// rowChanges are the rows of a resource that come, change or go, as far as the plan names them: at most maxRows of each,
// and how prices change.
type rowChanges struct {
	removed, changed, added []string
	// prices counts changed rows with another price, vanishing those of them whose price is taken away, and onlyPrice those
	// where nothing but the price changes.
	prices, vanishing, onlyPrice int64
	// content is how many rows with content change.
	content int64
}

// merge adds the rows of another resource.
func (r *rowChanges) merge(other rowChanges) {
	room := func(into *[]string, rows []string) {
		*into = append(*into, rows[:min(len(rows), max(0, maxRows-len(*into)))]...)
	}
	room(&r.removed, other.removed)
	room(&r.changed, other.changed)
	room(&r.added, other.added)
	r.prices += other.prices
	r.vanishing += other.vanishing
	r.onlyPrice += other.onlyPrice
	r.content += other.content
}

// lines names at most so many rows: of each kind some, what is removed first.
func (r rowChanges) lines(most int) []string {
	kinds := []struct {
		sign string
		rows []string
		take int
	}{{"− ", slices.Sorted(slices.Values(r.removed)), 0}, {"", r.changed, 0}, {"+ ", slices.Sorted(slices.Values(r.added)), 0}}
	for left := most; left > 0; {
		taken := 0
		for i := range kinds {
			if kinds[i].take < len(kinds[i].rows) && left > 0 {
				kinds[i].take++
				left--
				taken++
			}
		}
		if taken == 0 {
			break
		}
	}
	var lines []string
	for _, kind := range kinds {
		for _, row := range kind.rows[:kind.take] {
			lines = append(lines, kind.sign+row)
		}
	}
	return lines
}

// compareRows finds the rows of a resource whose names the plan shows. A resource that is a single row is one. Of
// sensitive attributes nothing is named, and customers whose data is erased never are: the comment would outlast the data.
func compareRows(kind string, before, after map[string]any, sensitive map[string]bool) rowChanges {
	var r rowChanges
	single := func(key string) {
		was, isBefore := before[key].(string)
		is, isAfter := after[key].(string)
		switch {
		case sensitive[key]:
		case isBefore && isAfter && was == is:
			r.changed = []string{is}
		default:
			if isBefore {
				r.removed = []string{was}
			}
			if isAfter {
				r.added = []string{is}
			}
		}
	}
	switch kind {
	case "talonone_audience_memberships":
		r = compareMembers(before, after, sensitive)
	case "talonone_audience_membership":
		single("profile_integration_id")
	case "talonone_coupon_reservation":
		r.removed, r.added = compareLists(before, after, "customers", sensitive)
	case "talonone_customer_audiences":
		r.removed, r.added = compareLists(before, after, "audience_ids", sensitive)
	case "talonone_referrals":
		r.removed, r.added = compareLists(before, after, "advocates", sensitive)
	case "talonone_referral":
		single("advocate_profile_integration_id")
	case "talonone_catalog_items":
		for _, name := range []string{"items", "managed_items"} {
			if !sensitive[name] {
				found := compareItems(objectOf(before[name]), objectOf(after[name]))
				if found.content+int64(len(found.added)+len(found.removed)) > 0 {
					return found
				}
			}
		}
	case "talonone_catalog_item":
		if single("sku"); !sensitive["price"] && !sensitive["product"] && !sensitive["attributes"] && len(r.changed) == 1 {
			r.changed = nil
			r.compareItem(r.rowOf(after["sku"]), itemOf(before), itemOf(after))
		}
	case "talonone_customer_profiles":
		if !sensitive["profiles"] {
			r = compareProfiles(before, after)
		}
	case "talonone_customer_profile":
		if single("integration_id"); before["erase_on_destroy"] == true {
			r.removed = nil
		}
		if len(r.changed) == 1 && !sensitive["attributes"] {
			names := differingKeys(objectOf(before["attributes"]), objectOf(after["attributes"]))
			r.changed[0] = strings.TrimSpace(r.changed[0] + " " + strings.Join(names, ", "))
		}
	}
	return r
}

func (rowChanges) rowOf(value any) string { text, _ := value.(string); return text }

// compareMembers takes the samples that the resource shows, else the lists. With show_samples = false there are neither.
func compareMembers(before, after map[string]any, sensitive map[string]bool) (r rowChanges) {
	if before["show_samples"] == false || after["show_samples"] == false || sensitive["members"] || sensitive["members_json"] {
		return r
	}
	r.removed, r.added = compareLists(before, after, "members", sensitive)
	if len(r.removed)+len(r.added) == 0 {
		r.removed, r.added = compareKeys(set(listOf(before["members_json"])), set(listOf(after["members_json"])))
	}
	if sample := listOf(after["sample_leaving"]); len(sample) > 0 && !sensitive["sample_leaving"] {
		r.removed = sample[:min(len(sample), maxRows)]
	}
	if sample := listOf(after["sample_joining"]); len(sample) > 0 && !sensitive["sample_joining"] {
		r.added = sample[:min(len(sample), maxRows)]
	}
	return r
}

func compareLists(before, after map[string]any, name string, sensitive map[string]bool) (removed, added []string) {
	if sensitive[name] {
		return nil, nil
	}
	return compareKeys(set(listOf(before[name])), set(listOf(after[name])))
}

func compareKeys[V any](before, after map[string]V) (removed, added []string) {
	return firstKeys(before, after), firstKeys(after, before)
}

// firstKeys are the first keys, sorted, that only one map has.
func firstKeys[V any](of, without map[string]V) []string {
	var keys []string
	for key := range of {
		if _, common := without[key]; !common {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return slices.Clone(keys[:min(len(keys), maxRows)])
}

func set(list []string) map[string]struct{} {
	all := make(map[string]struct{}, len(list))
	for _, each := range list {
		all[each] = struct{}{}
	}
	return all
}

// listOf is a list of strings, or a JSON text of one.
func listOf(value any) []string {
	switch value := value.(type) {
	case []any:
		var list []string
		for _, each := range value {
			switch each := each.(type) {
			case string:
				list = append(list, each)
			case json.Number:
				list = append(list, each.String())
			}
		}
		return list
	case string:
		var list []string
		if json.Unmarshal([]byte(value), &list) != nil {
			return nil
		}
		return list
	default:
		return nil
	}
}

// objectOf is the JSON object that a text holds.
func objectOf(value any) map[string]json.RawMessage {
	text, _ := value.(string)
	var members map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &members) != nil {
		return nil
	}
	return members
}

// catalogItem is an item of a catalog, or the fingerprint that stands for it.
type catalogItem struct {
	Price      json.Number     `json:"price"`
	Product    string          `json:"product"`
	Attributes json.RawMessage `json:"attributes"`
	digest     string
}

func parseItem(text json.RawMessage) catalogItem {
	var i catalogItem
	if bytes.HasPrefix(text, []byte(`"`)) {
		i.digest = string(text)
		return i
	}
	if json.Unmarshal(text, &i) != nil {
		return catalogItem{digest: string(text)}
	}
	return i
}

// itemOf is the item that a resource of its own describes.
func itemOf(values map[string]any) catalogItem {
	var i catalogItem
	i.Price, _ = values["price"].(json.Number)
	i.Product, _ = values["product"].(string)
	attributes, _ := values["attributes"].(string)
	i.Attributes = json.RawMessage(attributes)
	return i
}

func (i catalogItem) price() string {
	if canonical, err := input.CanonicalNumber(i.Price.String()); err == nil {
		return canonical
	}
	return i.Price.String()
}

func compareItems(before, after map[string]json.RawMessage) (r rowChanges) {
	r.removed, r.added = compareKeys(before, after)
	var common []string
	for sku := range before {
		if planned, stays := after[sku]; stays && !bytes.Equal(before[sku], planned) {
			common = append(common, sku)
		}
	}
	slices.Sort(common)
	for _, sku := range common {
		r.compareItem(sku, parseItem(before[sku]), parseItem(after[sku]))
	}
	return r
}

// compareItem names what differs in an item: "SKU1 price 116.95 → 77.70, color red → blue".
func (r *rowChanges) compareItem(sku string, before, after catalogItem) {
	var parts []string
	change := func(what, from, to string) {
		if from != to {
			parts = append(parts, what+" "+orNone(from)+" → "+orNone(to))
		}
	}
	from, to := before.price(), after.price()
	if strings.Contains(from+to, ".") {
		from, to = twoDecimals(from), twoDecimals(to)
	}
	change("price", from, to)
	price := len(parts) > 0
	change("product", before.Product, after.Product)
	if !bytes.Equal(before.Attributes, after.Attributes) {
		was, is := objectOf(string(before.Attributes)), objectOf(string(after.Attributes))
		for _, name := range differingKeys(was, is) {
			change(name, shown(was[name]), shown(is[name]))
		}
	}
	if len(parts) == 0 && before.digest == after.digest {
		return
	}
	r.content++
	if price {
		r.prices++
		if after.Price == "" {
			r.vanishing++
		}
		if len(parts) == 1 {
			r.onlyPrice++
		}
	}
	if len(r.changed) < maxRows {
		r.changed = append(r.changed, strings.TrimSpace(sku+" "+strings.Join(parts, ", ")))
	}
}

// twoDecimals is a price as people write it: 77.7 is 77.70.
func twoDecimals(price string) string {
	whole, fraction, _ := strings.Cut(price, ".")
	if price == "" || len(fraction) >= 2 || !isNumber(strings.TrimPrefix(whole, "-")) {
		return price
	}
	return whole + "." + fraction + strings.Repeat("0", 2-len(fraction))
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

// shown is a value of an attribute, without the quotes of a text.
func shown(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	if string(value) == "null" {
		return ""
	}
	return string(value)
}

func differingKeys(before, after map[string]json.RawMessage) []string {
	var names []string
	for name := range before {
		if value, ok := after[name]; !ok || !sameJSON(string(before[name]), string(value)) {
			names = append(names, name)
		}
	}
	for name := range after {
		if _, ok := before[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// sameJSON compares what two JSON texts mean.
func sameJSON(a, b string) bool {
	left, errLeft := canonical(a)
	right, errRight := canonical(b)
	return errLeft == nil && errRight == nil && input.EqualJSON(left, right)
}

func canonical(text string) (string, error) {
	dst, err := input.AppendCanonical(nil, jsontext.NewDecoder(strings.NewReader(text)))
	return string(dst), err
}

// compareProfiles names the attributes that change, and not their values, which are personal data.
func compareProfiles(before, after map[string]any) (r rowChanges) {
	was, is := objectOf(before["profiles"]), objectOf(after["profiles"])
	r.removed, r.added = compareKeys(was, is)
	if before["erase_on_destroy"] == true || after["erase_on_destroy"] == true {
		r.removed = nil
	}
	for _, id := range slices.Sorted(maps.Keys(was)) {
		planned, stays := is[id]
		if !stays || sameJSON(string(was[id]), string(planned)) {
			continue
		}
		if len(r.changed) < maxRows {
			names := differingKeys(objectOf(string(was[id])), objectOf(string(planned)))
			r.changed = append(r.changed, strings.TrimSpace(id+" "+strings.Join(names, ", ")))
		}
	}
	return r
}

var seed = maphash.MakeSeed()

// listedRows are fingerprints of the rows that a resource manages, to find those with two owners.
func listedRows(kind string, values map[string]any) []uint64 {
	var keys []string
	switch kind {
	case "talonone_audience_memberships":
		if keys = listOf(values["members"]); keys == nil {
			keys = listOf(values["members_json"])
		}
	case "talonone_coupon_reservation":
		keys = listOf(values["customers"])
	case "talonone_customer_audiences":
		keys = listOf(values["audience_ids"])
	case "talonone_catalog_items":
		for _, name := range []string{"items", "managed_items"} {
			if keys = slices.Collect(maps.Keys(objectOf(values[name]))); len(keys) > 0 {
				break
			}
		}
	case "talonone_customer_profiles":
		keys = slices.Collect(maps.Keys(objectOf(values["profiles"])))
	default:
		attribute, isSingle := map[string]string{
			"talonone_audience_membership": "profile_integration_id", "talonone_catalog_item": "sku", "talonone_customer_profile": "integration_id",
		}[kind]
		if key, ok := values[attribute].(string); isSingle && ok {
			keys = []string{key}
		}
	}
	if len(keys) == 0 {
		return nil
	}
	hashes := make([]uint64, len(keys))
	for i, key := range keys {
		hashes[i] = maphash.String(seed, key)
	}
	slices.Sort(hashes)
	return slices.Compact(hashes)
}
