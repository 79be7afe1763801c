package model

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"iter"
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
	// first says create_before_destroy.
	first bool
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
	items     map[string]item
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
		"others": {"Z1", "Z2"}, "alone": {"D1", "D2", "d.1", "D 4"},
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

// generator draws the configurations of one state.
type generator struct {
	*rapid.T
	folder string
	// name is that of the resource that is drawn, and files how many files each has.
	name  string
	files map[string]int
	// keys count how often a resource was renamed.
	keys map[string]int
	// pools are the rows that each resource may list. They are disjoint, so that no row has two owners.
	pools map[string][]string
	// managed says in which groups the memberships are those of the configuration's audience, if there is one.
	managed map[string]bool
}

func newGenerator(t *rapid.T, folder string) *generator {
	g := &generator{T: t, folder: folder, files: map[string]int{}, keys: map[string]int{}, pools: map[string][]string{}, managed: map[string]bool{}}
	for _, group := range []string{"first", "second", "alone"} {
		g.pools["memberships."+group], g.pools["reservations."+group], g.pools["items."+group] = people[group], people[group], skus[group]
	}
	g.pools["membership"], g.pools["item"] = people["single"], skus["single"]
	return g
}

// at is the address of a resource under its name of today.
func (g *generator) at(name string) string { return fmt.Sprintf("%s[%d]", name, g.keys[name]) }

func (g *generator) chance(oneIn int, label string) bool {
	return rapid.IntRange(0, oneIn-1).Draw(g.T, label) == oneIn-1
}

func pick[T any](g *generator, from []T, label string) T {
	return rapid.SampledFrom(from).Draw(g.T, label)
}

func (g *generator) some(from []string, label string) []string {
	return rapid.SliceOfNDistinct(rapid.SampledFrom(from), 0, len(from), rapid.ID).Draw(g.T, label)
}

// next draws the configuration that follows another, and the `moved` blocks that it has: new addresses by old ones.
func (g *generator) next(before configuration) (after configuration, moved map[string]string) {
	after = maps.Clone(before)
	change := func(name string, draw func() wanted) {
		g.name = name
		switch {
		case rapid.Bool().Draw(g.T, "change "+name) && g.chance(4, "drop "+name):
			delete(after, g.at(name))
		case rapid.Bool().Draw(g.T, "keep "+name):
		default:
			w := draw()
			w.first = g.chance(4, "create before destroy")
			after[g.at(name)] = w
		}
	}
	for _, name := range []string{"audience.shared", "audience.alone"} {
		change(name, g.audience)
	}
	for _, group := range []string{"first", "second"} {
		change("memberships."+group, func() wanted { return g.memberships(g.drawn(), false) })
		change("items."+group, func() wanted { return g.items(sharedCatalog, g.contents(g.drawn()), false) })
		change("reservations."+group, func() wanted { return g.reservations(sharedCoupon, g.drawn(), false) })
		change("referral."+group, g.referral)
	}
	change("memberships.alone", func() wanted { return g.memberships(g.drawn(), true) })
	change("items.alone", func() wanted { return g.items(aloneCatalog, g.contents(g.drawn()), true) })
	change("reservations.alone", func() wanted { return g.reservations(aloneCoupon, g.drawn(), true) })
	for _, name := range g.pools["membership"] {
		change("membership."+name, func() wanted { return membership(name) })
	}
	for _, sku := range g.pools["item"] {
		change("item."+sku, func() wanted { return single(sku, g.item()) })
	}
	if g.chance(2, "move rows") {
		g.moveRows(after)
	}
	moved = g.rename(before, after)
	// Where the memberships are: in an audience of the configuration, or in one that was there before.
	for group, existing := range g.homes() {
		if g.chance(3, "other audience") {
			g.managed[group] = !g.managed[group]
		}
		home, audience := audiencePlace(existing), g.at("audience."+group)
		if _, exists := after[audience]; exists && g.managed[group] {
			home = place{}
		} else {
			audience = ""
		}
		for address, w := range after {
			if w.memberships() && strings.HasPrefix(address, "memberships.alone") == (group == "alone") {
				part := *w.part
				part.place, part.audience = home, audience
				after[address] = wanted{part: &part, first: w.first}
			}
		}
	}
	return after, moved
}

// homes are the audiences of memberships that were there before.
func (*generator) homes() iter.Seq2[string, int64] {
	return func(yield func(string, int64) bool) {
		_ = yield("shared", sharedAudience) && yield("alone", aloneAudience)
	}
}

func (w wanted) memberships() bool {
	return w.part != nil && (w.part.kind == membershipsKind || w.part.kind == membershipKind)
}

// drawn are some of the rows that a resource may list, and sometimes many more.
func (g *generator) drawn() []string {
	rows := g.some(g.pools[g.name], "rows")
	if !strings.HasPrefix(g.name, "reservations") && g.chance(12, "crowd") {
		for i := range crowd {
			rows = append(rows, fmt.Sprintf("%s-crowd-%04d", g.name, i))
		}
	}
	return rows
}

// moveRows lets rows go from one resource to another one of the same place: from list to list, and from and to resources of
// single rows.
func (g *generator) moveRows(after configuration) {
	kind := pick(g, []string{"membership", "item", "reservation"}, "moved kind")
	names := []string{kind + "s.first", kind + "s.second"}
	if kind != "reservation" {
		names = append(names, kind)
	}
	from := pick(g, names, "from")
	to := pick(g, slices.DeleteFunc(names, func(name string) bool { return name == from }), "to")
	one := func(name string) bool { return name == kind }
	listed := slices.DeleteFunc(slices.Clone(g.pools[from]), func(row string) bool {
		if one(from) {
			_, exists := after[g.at(from+"."+row)]
			return !exists
		}
		w, exists := after[g.at(from)]
		if !exists {
			return true
		}
		_, lists := w.part.content[row]
		return !lists
	})
	if len(listed) == 0 {
		return
	}
	goes := rapid.SliceOfNDistinct(rapid.SampledFrom(listed), 1, min(2, len(listed)), rapid.ID).Draw(g.T, "moved rows")
	going := set(goes)
	g.pools[from] = slices.DeleteFunc(slices.Clone(g.pools[from]), func(row string) bool { _, is := going[row]; return is })
	g.pools[to] = append(slices.Clone(g.pools[to]), goes...)
	items := make(map[string]item)
	for _, row := range goes {
		items[row] = g.item()
		source := g.at(from)
		if one(from) {
			source = g.at(from + "." + row)
		}
		if before, has := after[source].part.items[row]; has && rapid.Bool().Draw(g.T, "as it is") {
			items[row] = before
		}
		if one(from) {
			delete(after, source)
		}
	}
	if !one(from) {
		g.relist(after, from, func(rows content) { maps.DeleteFunc(rows, func(row, _ string) bool { _, is := going[row]; return is }) }, nil)
	}
	if !one(to) {
		g.relist(after, to, func(rows content) { maps.Copy(rows, going) }, items)
		return
	}
	for _, row := range goes {
		w := membership(row)
		if kind == "item" {
			w = single(row, items[row])
		}
		after[g.at(to+"."+row)] = w
	}
}

// relist changes the rows of a resource, and no content but that of items.
func (g *generator) relist(after configuration, name string, change func(content), items map[string]item) {
	rows, all, first := content{}, maps.Clone(items), false
	if w, exists := after[g.at(name)]; exists {
		first, rows = w.first, maps.Clone(w.part.content)
		if all == nil {
			all = make(map[string]item)
		}
		maps.Copy(all, w.part.items)
	}
	change(rows)
	g.name = name
	var w wanted
	list := slices.AppendSeq([]string{}, maps.Keys(rows)) // not nil, which is no list
	slices.Sort(list)
	switch {
	case strings.HasPrefix(name, "memberships"):
		w = g.memberships(list, false)
	case strings.HasPrefix(name, "reservations"):
		w = g.reservations(sharedCoupon, list, false)
	default:
		maps.DeleteFunc(all, func(sku string, _ item) bool { _, is := rows[sku]; return !is })
		w = g.items(sharedCatalog, all, false)
	}
	w.first = first
	after[g.at(name)] = w
}

// rename gives some resources another key, with or without a `moved` block.
func (g *generator) rename(before, after configuration) (moved map[string]string) {
	moved = make(map[string]string)
	for _, old := range slices.Sorted(maps.Keys(after)) {
		if !g.chance(10, "rename "+old) {
			continue
		}
		name := old[:strings.LastIndex(old, "[")]
		g.keys[name]++
		after[g.at(name)] = after[old]
		delete(after, old)
		if _, existed := before[old]; existed && rapid.Bool().Draw(g.T, "with a moved block") {
			moved[old] = g.at(name)
		}
	}
	return moved
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
	return wanted{part: &part, first: w.first}
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
		at, creates := m.creates(config, address, nil)
		h, held := m.held[address]
		if _, drawn := imports[address]; !creates || drawn || config[address].part.exclusive && m.shares(at) || held && m.exists(h) || !config[address].manages() || !g.chance(3, "import "+address) {
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

func (g *generator) memberships(members []string, mayOwnAll bool) wanted {
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
		// Some IDs look like rows of a table.
		written["members_file"] = acctest.Attributes{"path": g.file("members.txt", strings.Join(members, "\n")+"\n"), "id_pattern": ".*"}
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

func (g *generator) reservations(coupon string, customers []string, mayOwnAll bool) wanted {
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

// contents draws the items with these SKUs.
func (g *generator) contents(skus []string) map[string]item {
	items := make(map[string]item)
	var crowded item
	for _, sku := range skus {
		switch {
		case !strings.Contains(sku, "-crowd-"):
			items[sku] = g.item()
		case strings.HasSuffix(sku, "-0000"):
			crowded = g.item()
			fallthrough
		default:
			items[sku] = crowded
		}
	}
	return items
}

func (g *generator) items(catalog int64, items map[string]item, mayOwnAll bool) wanted {
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
		kind: itemsKind, place: place{kind: inCatalog, number: catalog}, exclusive: exclusive, content: wants, items: items, written: written,
	}}
}

func field(i item, name string) string {
	if value, ok := i.Attributes[name]; ok {
		return fmt.Sprint(value)
	}
	return ""
}

func single(sku string, i item) wanted {
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
		kind: itemKind, place: place{kind: inCatalog, number: sharedCatalog}, content: content{sku: i.canonical()}, items: map[string]item{sku: i}, written: written,
	}}
}

// file writes a file, sometimes over an earlier one of the same resource.
func (g *generator) file(name, text string) string {
	if g.files[g.name] == 0 || rapid.Bool().Draw(g.T, "another file") {
		g.files[g.name]++
	}
	path := filepath.Join(g.folder, fmt.Sprintf("%s-%d-%s", g.name, g.files[g.name], name))
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

// blocks are the configuration as the workspace takes it.
func (c configuration) blocks() acctest.Config {
	blocks := make(acctest.Config, len(c))
	for address, w := range c {
		block := w.block()
		block.CreateBeforeDestroy = w.first
		blocks[address] = block
	}
	return blocks
}

func (w wanted) block() acctest.Block {
	switch {
	case w.audience != nil:
		attributes := acctest.Attributes{"name": w.audience.name}
		if w.audience.description != "" {
			attributes["description"] = w.audience.description
		}
		if w.audience.applications != nil {
			attributes["subscribed_application_ids"] = w.audience.applications
		}
		return acctest.Block{Type: audienceKind, Attributes: attributes}
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
		return acctest.Block{Type: referralKind, Attributes: attributes}
	default:
		block := acctest.Block{Type: w.part.kind, Attributes: w.part.written}
		switch {
		case w.part.audience != "":
			block.References = map[string]string{"audience_id": w.part.audience}
		case w.part.place.kind == inAudience:
			block.Attributes = maps.Clone(block.Attributes)
			block.Attributes["audience_id"] = w.part.place.number
		}
		return block
	}
}

func describe(t testing.TB, c configuration) {
	t.Helper()
	blocks := c.blocks()
	for _, address := range slices.Sorted(maps.Keys(blocks)) {
		block := blocks[address]
		text := fmt.Sprint(block.Attributes)
		t.Logf("  %s %v, create_before_destroy %t: %s", address, block.References, block.CreateBeforeDestroy, text[:min(len(text), 300)])
	}
}
