package model

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

const (
	referralKind     = "talonone_referral"
	membershipsKind  = "talonone_audience_memberships"
	membershipKind   = "talonone_audience_membership"
	itemsKind        = "talonone_catalog_items"
	itemKind         = "talonone_catalog_item"
	reservationsKind = "talonone_coupon_reservation"
)

// wanted is what a configuration says of one resource. Exactly one of its pointers is set.
type wanted struct {
	audience *wantedAudience
	referral *wantedReferral
	part     *wantedPart
}

type wantedAudience struct {
	name, description string
	applications      []int64 // nil leaves them to the deployment
}

type wantedReferral struct {
	advocate, friend, attributes string
	limit                        int64 // negative leaves it to the deployment
}

// wantedPart is what a resource wants of a place.
type wantedPart struct {
	kind string
	// place is where, unless audience has the address of a managed audience.
	place    place
	audience string
	// exclusive resources own the whole place.
	exclusive bool
	content   content
	// written are the attributes that say it.
	written acctest.Attributes
}

// configuration is what Terraform is told, by address.
type configuration map[string]wanted

// The names that resources and others share. Resources that exist at the same time have different ones: what two resources
// want at once nobody can give. Others may use all of them.
var (
	people = map[string][]string{
		"first": {"anna", "berta, 2", `"carla"`}, "second": {"dora", "emil/1", "ümit"}, "single": {"fritz", "g%20"},
		"others": {"customer-1", "zoe"}, "alone": {"hans", "ida", "j j", "karl;"},
	}
	skus = map[string][]string{
		"first": {"A-1", "A,2", "A/3"}, "second": {"B 1", `"B2"`, "Ü3"}, "single": {"C1", "C%2"},
		"others": {"Z1", "Z2"}, "alone": {"D1", "D2", "d1", "D 4"},
	}
	everybody, everything = all(people), all(skus)
)

func all(parts map[string][]string) []string {
	var names []string
	for _, part := range slices.Sorted(maps.Keys(parts)) {
		names = append(names, parts[part]...)
	}
	return names
}

// The places that exist from the start.
const (
	sharedAudience int64 = 701
	aloneAudience  int64 = 702
	sharedCatalog  int64 = 6
	aloneCatalog   int64 = 7
	sharedCoupon         = "SUMMER10"
	aloneCoupon          = "VIP-ONLY"
)

// crowd is more than one request takes.
const crowd = 1001

// generator draws configurations.
type generator struct {
	*rapid.T
	folder string
	// address is that of the resource that is drawn, and files how many files each has.
	address string
	files   map[string]int
}

func (g *generator) chance(oneIn int, label string) bool {
	return rapid.IntRange(0, oneIn-1).Draw(g.T, label) == oneIn-1
}

func pick[T any](g *generator, from []T, label string) T {
	return rapid.SampledFrom(from).Draw(g.T, label)
}

func (g *generator) some(from []string, label string) []string {
	return rapid.SliceOfNDistinct(rapid.SampledFrom(from), 0, len(from), rapid.ID).Draw(g.T, label)
}

// next draws the configuration that follows another.
func (g *generator) next(before configuration) configuration {
	after := maps.Clone(before)
	change := func(address string, draw func() wanted) {
		g.address = address
		switch {
		case rapid.Bool().Draw(g.T, "change "+address) && g.chance(4, "drop "+address):
			delete(after, address)
		case rapid.Bool().Draw(g.T, "keep "+address):
		default:
			after[address] = draw()
		}
	}
	for _, address := range []string{"audience.shared", "audience.alone"} {
		change(address, g.audience)
	}
	// Where the memberships are: in an audience of the configuration, or in one that was there before.
	home := func(group string, existing int64) (place, string) {
		address := "audience." + group
		if _, managed := after[address]; managed && rapid.Bool().Draw(g.T, "members in "+address) {
			return place{}, address
		}
		return audiencePlace(existing), ""
	}
	sharedPlace, sharedAddress := home("shared", sharedAudience)
	alonePlace, aloneAddress := home("alone", aloneAudience)
	move := func(address string, to place, audience string) {
		if w, ok := after[address]; ok {
			part := *w.part
			part.place, part.audience = to, audience
			after[address] = wanted{part: &part}
		}
	}
	for _, group := range []string{"first", "second"} {
		change("memberships."+group, func() wanted { return g.memberships(people[group], false) })
		change("items."+group, func() wanted { return g.items(sharedCatalog, skus[group], false) })
		change("reservations."+group, func() wanted { return g.reservations(sharedCoupon, people[group], false) })
		change("referral."+group, g.referral)
		move("memberships."+group, sharedPlace, sharedAddress)
	}
	change("memberships.alone", func() wanted { return g.memberships(people["alone"], true) })
	move("memberships.alone", alonePlace, aloneAddress)
	change("items.alone", func() wanted { return g.items(aloneCatalog, skus["alone"], true) })
	change("reservations.alone", func() wanted { return g.reservations(aloneCoupon, people["alone"], true) })
	for _, name := range people["single"] {
		change("membership."+name, func() wanted { return membership(name) })
		move("membership."+name, sharedPlace, sharedAddress)
	}
	for _, sku := range skus["single"] {
		change("item."+sku, func() wanted { return g.single(sku) })
	}
	return after
}

func (g *generator) audience() wanted {
	w := &wantedAudience{
		name:        pick(g, []string{"Buyers", "Käufer", "VIP"}, "name"),
		description: pick(g, []string{"", "made by hand"}, "description"),
	}
	if rapid.Bool().Draw(g.T, "with applications") {
		w.applications = pick(g, [][]int64{{}, {1}, {2, 1}, {1, 2}}, "applications")
	}
	return wanted{audience: w}
}

func (g *generator) referral() wanted {
	w := &wantedReferral{
		advocate:   pick(g, []string{"customer-1", "new advocate"}, "advocate"),
		friend:     pick(g, []string{"", "customer-2"}, "friend"),
		limit:      pick(g, []int64{-1, 0, 3}, "limit"),
		attributes: pick(g, []string{"", `{"source":"mail"}`, `{"source":"web"}`}, "attributes"),
	}
	return wanted{referral: w}
}

func (g *generator) ownership(written acctest.Attributes, mayOwnAll bool) bool {
	switch {
	case mayOwnAll && rapid.Bool().Draw(g.T, "exclusive"):
		written["ownership"] = "exclusive"
		return true
	case rapid.Bool().Draw(g.T, "ownership in words"):
		written["ownership"] = "additive"
	}
	return false
}

// additive is the same without exclusive ownership.
func (w wanted) additive() wanted {
	part := *w.part
	part.exclusive = false
	part.written = maps.Clone(part.written)
	delete(part.written, "ownership")
	return wanted{part: &part}
}

// imported is a resource that begins with an import.
type imported struct {
	place place
	id    string
	own   content
}

// imports draws imports of resources that would otherwise be created: of all that is in a place, or of a part.
func (g *generator) imports(m *model, config configuration, imports map[string]imported) {
	for _, address := range slices.Sorted(maps.Keys(config)) {
		at, creates := m.creates(config, address)
		h, held := m.held[address]
		if _, drawn := imports[address]; !creates || drawn || held && m.exists(h) || !config[address].manages() || !g.chance(3, "import "+address) {
			continue
		}
		i := imported{place: at, id: at.importID(), own: maps.Clone(m.Places[at])}
		if names := at.importable(i.own); len(names) > 0 && rapid.Bool().Draw(g.T, "a part") {
			i.own = within(i.own, set(rapid.SliceOfNDistinct(rapid.SampledFrom(names), 1, min(len(names), 5), rapid.ID).Draw(g.T, "imported")))
			i.id = at.importID(slices.Sorted(maps.Keys(i.own))...)
		}
		imports[address] = i
	}
}

// manages says whether a resource manages many rows.
func (w wanted) manages() bool {
	return w.part != nil && slices.Contains([]string{membershipsKind, itemsKind, reservationsKind}, w.part.kind)
}

func set(names []string) content {
	c := content{}
	for _, name := range names {
		c[name] = ""
	}
	return c
}

func (g *generator) memberships(from []string, mayOwnAll bool) wanted {
	members := g.some(from, "members")
	if g.chance(12, "crowd") {
		for i := range crowd {
			members = append(members, fmt.Sprintf("%s-crowd-%04d", from[0], i))
		}
	}
	written := acctest.Attributes{}
	exclusive := g.ownership(written, mayOwnAll)
	forms := []string{"list", "object", "array", "text", "csv"}
	if len(members) == 0 {
		forms = forms[:3] // an empty file is refused
	}
	switch pick(g, forms, "members as") {
	case "list":
		written["members"] = members
	case "object":
		object := make(map[string]bool, len(members))
		for _, id := range members {
			object[id] = true
		}
		written["members_json"] = mustJSON(object)
	case "array":
		written["members_json"] = mustJSON(members)
	case "text":
		written["members_file"] = acctest.Attributes{"path": g.file("members.txt", strings.Join(members, "\n")+"\n")}
	case "csv":
		rows := [][]string{{"id", "note"}}
		for _, id := range members {
			rows = append(rows, []string{id, "x"})
		}
		written["members_file"] = acctest.Attributes{"path": g.file("members.csv", csvText(rows)), "column": "id"}
	}
	return wanted{part: &wantedPart{kind: membershipsKind, exclusive: exclusive, content: set(members), written: written}}
}

func membership(name string) wanted {
	return wanted{part: &wantedPart{
		kind: membershipKind, content: set([]string{name}), written: acctest.Attributes{"profile_integration_id": name},
	}}
}

func (g *generator) reservations(coupon string, from []string, mayOwnAll bool) wanted {
	customers := g.some(from, "customers")
	written := acctest.Attributes{"coupon_value": coupon, "customers": customers}
	exclusive := g.ownership(written, mayOwnAll)
	return wanted{part: &wantedPart{
		kind: reservationsKind, place: place{kind: onCoupon, coupon: coupon}, exclusive: exclusive, content: set(customers), written: written,
	}}
}

// item draws an item.
func (g *generator) item() item {
	i := item{
		Price:   pick(g, []json.Number{"", "1", "1.0", "2.50", "12345678901234567890.123456789"}, "price"),
		Product: pick(g, []string{"", "shoes", "Schuhe, neu"}, "product"),
	}
	attributes := map[string]any{}
	for _, attribute := range []struct {
		name   string
		values []any
	}{
		{"color", []any{nil, "red", `blau "x"`}},
		{"size", []any{nil, json.Number("42"), json.Number("42.50")}},
		{"released", []any{nil, "2026-05-01T00:00:00Z", "2026-05-01T02:00:00+02:00"}},
	} {
		if value := pick(g, attribute.values, attribute.name); value != nil {
			attributes[attribute.name] = value
		}
	}
	if len(attributes) > 0 {
		i.Attributes = attributes
	}
	return i
}

func (g *generator) items(catalog int64, from []string, mayOwnAll bool) wanted {
	items := make(map[string]item)
	for _, sku := range g.some(from, "SKUs") {
		items[sku] = g.item()
	}
	if g.chance(12, "crowd") {
		one := g.item()
		for i := range crowd {
			items[fmt.Sprintf("%s-crowd-%04d", from[0], i)] = one
		}
	}
	written := acctest.Attributes{"catalog_id": catalog}
	exclusive := g.ownership(written, mayOwnAll)
	order := slices.Sorted(maps.Keys(items))
	form := "inline"
	if len(items) > 0 { // an empty file is refused
		form = pick(g, []string{"inline", "jsonl", "csv"}, "items as")
	}
	switch form {
	case "inline":
		written["items"] = mustJSON(items)
	case "jsonl":
		var text strings.Builder
		for _, sku := range order {
			text.WriteString(mustJSON(struct {
				SKU string `json:"sku"`
				item
			}{sku, items[sku]}) + "\n")
		}
		written["items_file"] = acctest.Attributes{"path": g.file("items.jsonl", text.String())}
	case "csv":
		rows := [][]string{{"product", "sku", "price", "color", "size", "released"}}
		for _, sku := range order {
			i := items[sku]
			rows = append(rows, []string{i.Product, sku, i.Price.String(), field(i, "color"), field(i, "size"), field(i, "released")})
		}
		written["items_file"] = acctest.Attributes{
			"path": g.file("items.csv", csvText(rows)), "columns": map[string]string{"size": "number", "released": "time"},
		}
	}
	if form != "inline" && rapid.Bool().Draw(g.T, "keys only") {
		written["plan_detail"] = "keys"
	}
	wants := content{}
	for sku, i := range items {
		wants[sku] = i.canonical()
	}
	return wanted{part: &wantedPart{
		kind: itemsKind, place: place{kind: inCatalog, number: catalog}, exclusive: exclusive, content: wants, written: written,
	}}
}

func field(i item, name string) string {
	if value, ok := i.Attributes[name]; ok {
		return fmt.Sprint(value)
	}
	return ""
}

func (g *generator) single(sku string) wanted {
	i := g.item()
	written := acctest.Attributes{"catalog_id": sharedCatalog, "sku": sku}
	if i.Price != "" {
		written["price"] = i.Price
	}
	if i.Product != "" {
		written["product"] = i.Product
	}
	if i.Attributes != nil {
		written["attributes"] = mustJSON(i.Attributes)
	}
	return wanted{part: &wantedPart{
		kind: itemKind, place: place{kind: inCatalog, number: sharedCatalog}, content: content{sku: i.canonical()}, written: written,
	}}
}

// file writes a file, sometimes over an earlier one of the same resource.
func (g *generator) file(name, text string) string {
	if g.files[g.address] == 0 || rapid.Bool().Draw(g.T, "another file") {
		g.files[g.address]++
	}
	path := filepath.Join(g.folder, fmt.Sprintf("%s-%d-%s", g.address, g.files[g.address], name))
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		g.Fatal(err)
	}
	return path
}

func csvText(rows [][]string) string {
	var text strings.Builder
	_ = csv.NewWriter(&text).WriteAll(rows)
	return text.String()
}

// blocks are the configuration as the driver takes it.
func (c configuration) blocks() map[string]block {
	blocks := make(map[string]block, len(c))
	for address, w := range c {
		blocks[address] = w.block()
	}
	return blocks
}

func (w wanted) block() block {
	switch {
	case w.audience != nil:
		attributes := acctest.Attributes{"name": w.audience.name}
		if w.audience.description != "" {
			attributes["description"] = w.audience.description
		}
		if w.audience.applications != nil {
			attributes["subscribed_application_ids"] = w.audience.applications
		}
		return block{kind: audienceKind, attributes: attributes}
	case w.referral != nil:
		attributes := acctest.Attributes{"campaign_id": 11, "advocate_profile_integration_id": w.referral.advocate}
		if w.referral.friend != "" {
			attributes["friend_profile_integration_id"] = w.referral.friend
		}
		if w.referral.limit >= 0 {
			attributes["usage_limit"] = w.referral.limit
		}
		if w.referral.attributes != "" {
			attributes["attributes"] = w.referral.attributes
		}
		return block{kind: referralKind, attributes: attributes}
	default:
		attributes := w.part.written
		if w.part.place.kind == inAudience {
			attributes = maps.Clone(attributes)
			attributes["audience_id"] = w.part.place.number
		}
		return block{kind: w.part.kind, attributes: attributes, audience: w.part.audience}
	}
}

func describe(t testing.TB, c configuration) {
	t.Helper()
	blocks := c.blocks()
	for _, address := range slices.Sorted(maps.Keys(blocks)) {
		text := fmt.Sprint(blocks[address].attributes)
		t.Logf("  %s in %q: %s", address, blocks[address].audience, text[:min(len(text), 300)])
	}
}
