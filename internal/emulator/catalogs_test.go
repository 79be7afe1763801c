package emulator_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
)

const (
	syncPath  = "/v1/catalogs/6/sync"
	itemsPath = "/v1/catalogs/6/items"
)

// actions is the body of a sync with actions of one type.
func actions(kind string, payloads ...string) string {
	parts := make([]string, len(payloads))
	for i, payload := range payloads {
		parts[i] = `{"type":"` + kind + `","payload":` + payload + `}`
	}
	return `{"actions":[` + strings.Join(parts, ",") + `]}`
}

// sync sends actions that must be accepted.
func (d *deployment) sync(kind string, payloads ...string) response {
	d.t.Helper()
	return d.must("PUT", syncPath, liveKey, actions(kind, payloads...))
}

// items lists the catalog, each item as SKU, price, product and attributes.
func (d *deployment) items(query string) []string {
	d.t.Helper()
	got := d.must("GET", itemsPath+query, managementK, "")
	rows := []string{}
	data, _ := got.json["data"].([]any)
	for _, row := range data {
		item, _ := row.(map[string]any)
		text := fmt.Sprint(item["sku"])
		if price, ok := item["price"]; ok {
			text += fmt.Sprintf(" price=%v", price)
		}
		if product, ok := item["product"].(map[string]any); ok {
			text += fmt.Sprintf(" product=%v", product["name"])
		}
		attributes, _ := item["attributes"].([]any)
		for _, entry := range attributes {
			attribute, _ := entry.(map[string]any)
			value, err := json.Marshal(attribute["value"])
			if err != nil {
				d.t.Fatal(err)
			}
			text += fmt.Sprintf(" %v=%s", attribute["name"], value)
		}
		rows = append(rows, text)
	}
	return rows
}

func (d *deployment) expectItems(want ...string) {
	d.t.Helper()
	if diff := cmp.Diff(want, d.items("")); diff != "" {
		d.t.Errorf("items (-want +got):\n%s", diff)
	}
}

const sneaker = `{"sku":"A","price":10.50,"product":{"name":"sneakers"},"attributes":{"color":"red","size":42,"released":"2026-03-01T11:00:00+01:00","type":null}}`

func TestCatalogAddAndReplace(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	if got := d.sync("ADD", sneaker, `{"sku":"B"}`); got.field("version") != "2" || got.field("name") != "shoes" {
		t.Errorf("the answer is %s", got.text)
	}
	d.expectItems(`A price=10.5 product=sneakers color="red" released="2026-03-01T10:00:00Z" size=42`, "B")

	// A price that is left out stays; product and attributes are replaced.
	d.sync("ADD", `{"sku":"A","attributes":{"size":43},"replaceIfExists":true}`)
	d.expectItems("A price=10.5 size=43", "B")
	expectStatus(t, "ADD of an existing SKU", d.call("PUT", syncPath, liveKey, actions("ADD", `{"sku":"C"}`, `{"sku":"A"}`)), 400)
	d.expectItems("A price=10.5 size=43", "B")
}

func TestCatalogPatch(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	d.sync("ADD", sneaker)
	// Attributes are merged, an unmentioned product goes, an unmentioned price stays.
	d.sync("PATCH", `{"sku":"A","attributes":{"color":null,"size":43}}`, `{"sku":"B","price":1,"createIfNotExists":true}`)
	d.expectItems(`A price=10.5 released="2026-03-01T10:00:00Z" size=43`, "B price=1")
	expectStatus(t, "PATCH of a missing SKU", d.call("PUT", syncPath, liveKey, actions("PATCH", `{"sku":"C"}`)), 400)
}

func TestCatalogRemove(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	d.sync("ADD", `{"sku":"A"}`, `{"sku":"B"}`, `{"sku":"C"}`)
	got := d.call("PUT", syncPath, liveKey, actions("REMOVE", `{"sku":"A"}`, `{"sku":"D"}`))
	expectStatus(t, "REMOVE of a missing SKU", got, 400)
	if !strings.Contains(got.text, `"pointer":"/actions/1/payload/sku"`) || strings.Contains(got.text, "StatusCode") {
		t.Errorf("the answer is %s", got.text)
	}
	d.expectItems("A", "B", "C")
	d.sync("REMOVE", `{"sku":"C"}`, `{"sku":"A"}`)
	d.expectItems("B")
	d.sync("ADD", `{"sku":"A"}`)
	d.expectItems("B", "A")
}

func TestCatalogFilters(t *testing.T) {
	t.Parallel()
	stock := []string{
		`{"sku":"A","price":1,"product":{"name":"p"},"attributes":{"color":"red","size":41,"in_stock":true,"tags":["x"],"released":"2026-03-01T10:00:00Z"}}`,
		`{"sku":"B","attributes":{"color":"blue","size":42.0}}`,
		`{"sku":"C","attributes":{"color":"green","size":43}}`,
		`{"sku":"D"}`,
	}
	for filters, want := range map[string]string{
		`[{"attr":"color","op":"EQ","value":"red"}]`:                                        "A",
		`[{"attr":"size","op":"EQ","value":42}]`:                                            "B",
		`[{"attr":"in_stock","op":"EQ","value":true}]`:                                      "A",
		`[{"attr":"tags","op":"EQ","value":["x"]}]`:                                         "A",
		`[{"attr":"released","op":"EQ","value":"2026-03-01T11:00:00+01:00"}]`:               "A",
		`[{"attr":"color","op":"IN","value":"red,green"}]`:                                  "A C",
		`[{"attr":"size","op":"IN","value":"41, 42"}]`:                                      "A B",
		`[{"attr":"in_stock","op":"IN","value":"true"}]`:                                    "A",
		`[{"attr":"size","op":"LT","value":42}]`:                                            "A",
		`[{"attr":"size","op":"LE","value":42}]`:                                            "A B",
		`[{"attr":"size","op":"GT","value":42}]`:                                            "C",
		`[{"attr":"size","op":"GE","value":42}]`:                                            "B C",
		`[{"attr":"size","op":"GE","value":42},{"attr":"color","op":"EQ","value":"green"}]`: "C",
		`[]`: "A B C D",
	} {
		t.Run(filters, func(t *testing.T) {
			t.Parallel()
			d := start(t, emulator.Options{})
			d.sync("ADD", stock...)
			d.sync("PATCH_MANY", `{"price":7,"attributes":{"type":"hit"},"filters":`+filters+`}`)
			var hit []string
			for _, item := range d.items("") {
				if strings.Contains(item, `type="hit"`) && strings.Contains(item, "price=7") {
					hit = append(hit, item[:1])
				}
			}
			if got := strings.Join(hit, " "); got != want {
				t.Errorf("PATCH_MANY changes %q, want %q", got, want)
			}
			if first := d.items("")[0]; !strings.Contains(first, "product=p") {
				t.Errorf("PATCH_MANY took the product away: %s", first)
			}
			d.sync("REMOVE_MANY", `{"filters":`+filters+`}`)
			if got, want := len(d.items("")), len(stock)-len(strings.Fields(want)); got != want {
				t.Errorf("REMOVE_MANY leaves %d items, want %d", got, want)
			}
		})
	}
}

func TestCatalogSyncIsRefusedAsAWhole(t *testing.T) {
	t.Parallel()
	many := func(n int) string {
		payloads := make([]string, n)
		for i := range payloads {
			payloads[i] = fmt.Sprintf(`{"sku":"N%d"}`, i)
		}
		return actions("ADD", payloads...)
	}
	good := `{"type":"ADD","payload":{"sku":"B"}}`
	for name, test := range map[string]struct{ body, source string }{
		"no actions":           {`{"actions":[]}`, "/actions"},
		"too many actions":     {many(1001), "/actions"},
		"unknown type":         {`{"actions":[` + good + `,{"type":"MERGE","payload":{"sku":"C"}}]}`, "/actions/1/type"},
		"mixed types":          {`{"actions":[` + good + `,{"type":"REMOVE","payload":{"sku":"A"}}]}`, "/actions/1/type"},
		"SKU twice":            {`{"actions":[` + good + `,` + good + `]}`, "/actions/1/payload/sku"},
		"empty SKU":            {actions("ADD", `{"sku":"B"}`, `{"sku":""}`), "/actions/1/payload/sku"},
		"no SKU":               {actions("ADD", `{"sku":"B"}`, `{"price":1}`), "/actions/1/payload/sku"},
		"price is a string":    {actions("ADD", `{"sku":"B"}`, `{"sku":"C","price":"1"}`), "/actions/1/payload/price"},
		"product without name": {actions("ADD", `{"sku":"B"}`, `{"sku":"C","product":{}}`), "/actions/1/payload/product/name"},
		"unknown property":     {actions("ADD", `{"sku":"B"}`, `{"sku":"C","colour":"red"}`), "/actions/1/payload/colour"},
		"unknown attribute":    {actions("ADD", `{"sku":"B"}`, `{"sku":"C","attributes":{"colour":"red"}}`), "/actions/1/payload/attributes/colour"},
		"type of attribute":    {actions("ADD", `{"sku":"B"}`, `{"sku":"C","attributes":{"size":"L"}}`), "/actions/1/payload/attributes/size"},
		"stale version":        {`{"version":1,"actions":[` + good + `]}`, "/version"},
		"filter by nothing":    {actions("REMOVE_MANY", `{"filters":[{"attr":"colour","op":"EQ","value":"red"}]}`), "/actions/0/payload/filters/0/attr"},
		"unknown operator":     {actions("REMOVE_MANY", `{"filters":[{"attr":"size","op":"NE","value":1}]}`), "/actions/0/payload/filters/0/op"},
		"comparison of a text": {actions("REMOVE_MANY", `{"filters":[{"attr":"size","op":"LT","value":"1"}]}`), "/actions/0/payload/filters/0/op"},
		"comparison of texts":  {actions("REMOVE_MANY", `{"filters":[{"attr":"color","op":"LT","value":1}]}`), "/actions/0/payload/filters/0/op"},
		"IN of a number":       {actions("REMOVE_MANY", `{"filters":[{"attr":"size","op":"IN","value":1}]}`), "/actions/0/payload/filters/0/value"},
		"adjustment of nothing": {actions("ADD_PRICE_ADJUSTMENT", `{"sku":"C","adjustments":[{"priceType":"member","price":null,"referenceId":"r"}]}`),
			"/actions/0/payload/sku"},
		"adjustment without reference": {actions("ADD_PRICE_ADJUSTMENT", `{"sku":"A","adjustments":[{"priceType":"member"}]}`),
			"/actions/0/payload/adjustments/0/referenceId"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := start(t, emulator.Options{})
			d.sync("ADD", `{"sku":"A"}`)
			got := d.call("PUT", syncPath, liveKey, test.body)
			expectStatus(t, name, got, 400)
			if !strings.Contains(got.text, `"pointer":"`+test.source+`"`) {
				t.Errorf("the answer does not point to %s: %s", test.source, got.text)
			}
			d.expectItems("A")
			if got := d.sync("REMOVE", `{"sku":"A"}`).field("version"); got != "3" {
				t.Errorf("the next sync makes version %s, want 3: the refused one must not count", got)
			}
		})
	}
}

func TestCatalogSyncOf2022MixesTypesAndTakesTheManagerCredential(t *testing.T) {
	t.Parallel()
	d := start(t, with(conventions.Legacy2022, conventions.Yes))
	body := `{"version":1,"actions":[{"type":"ADD","payload":{"sku":"B"}},{"type":"REMOVE_MANY","payload":{}},{"type":"ADD","payload":{"sku":"A"}}]}`
	expectStatus(t, "with the Integration key", d.call("PUT", syncPath, liveKey, body), 401)
	d.must("PUT", syncPath, managementK, body)
	d.expectItems("A")
}

func TestCatalogPriceAdjustmentsAreAccepted(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	d.sync("ADD", `{"sku":"A","price":1}`)
	d.sync("ADD_PRICE_ADJUSTMENT", `{"sku":"A","adjustments":[{"priceType":"member","price":0.5,"referenceId":"r","effectiveFrom":"2026-03-01T10:00:00Z"}]}`)
	d.expectItems("A price=1")
}

func TestCatalogListFiltersAndPages(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	d.sync("ADD", `{"sku":"A","product":{"name":"p q"}}`, `{"sku":"B/1","product":{"name":"r"}}`, `{"sku":"C"}`, `{"sku":"a"}`, `{"sku":"D"}`)
	d.sync("REMOVE", `{"sku":"D"}`)
	for query, want := range map[string][]string{
		"?sku=C&sku=A&sku=A&sku=none":        {"A product=p q", "C"},
		"?sku=a":                             {"a"},
		"?sku=B%2F1":                         {"B/1 product=r"},
		"?sku=":                              {},
		"?productNames=r&productNames=p%20q": {"A product=p q", "B/1 product=r"},
		"?productNames=P":                    {},
		"?productNames=r&sku=A":              {},
		"?pageSize=2":                        {"A product=p q", "B/1 product=r"},
		"?pageSize=2&skip=2":                 {"C", "a"},
		"?skip=9":                            {},
	} {
		if diff := cmp.Diff(want, d.items(query)); diff != "" {
			t.Errorf("items %s (-want +got):\n%s", query, diff)
		}
	}
	page := d.must("GET", itemsPath+"?pageSize=3", managementK, "")
	if page.field("hasMore") != "true" || page.json["totalResultSize"] != nil {
		t.Errorf("the first page is %s", page.text)
	}
	page = d.must("GET", itemsPath+"?pageSize=3&skip=3&withTotalResultSize=true", managementK, "")
	if page.field("totalResultSize") != "4" {
		t.Errorf("the last page is %s", page.text)
	}
	for _, path := range []string{itemsPath + "?pageSize=1001", itemsPath + "?pageSize=0"} {
		expectStatus(t, path, d.call("GET", path, managementK, ""), 400)
	}
	for _, path := range []string{"/v1/catalogs/99/items", "/v1/catalogs/x/items"} {
		expectStatus(t, path, d.call("GET", path, managementK, ""), 404)
	}
	expectStatus(t, "sync of an unknown catalog", d.call("PUT", "/v1/catalogs/99/sync", liveKey, actions("ADD", `{"sku":"A"}`)), 404)
	expectStatus(t, "list with the Integration key", d.call("GET", itemsPath, liveKey, ""), 401)
}

func TestCatalogItemsCarryTheVersionThatTouchedThem(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	d.sync("ADD", `{"sku":"A"}`, `{"sku":"B"}`)
	d.sync("PATCH", `{"sku":"B","price":1}`)
	data, _ := d.must("GET", itemsPath, managementK, "").json["data"].([]any)
	var versions []string
	for _, row := range data {
		item, _ := row.(map[string]any)
		versions = append(versions, fmt.Sprint(item["version"]))
	}
	if !slices.Equal(versions, []string{"2", "3"}) {
		t.Errorf("versions are %v, want 2 and 3", versions)
	}
}

// BenchmarkCatalogPages lists a catalog of 100,000 items, a page at a time, and removes an item between them.
func BenchmarkCatalogPages(b *testing.B) {
	d := start(b, emulator.Options{})
	for page := range 100 {
		payloads := make([]string, 1000)
		for i := range payloads {
			payloads[i] = fmt.Sprintf(`{"sku":"SKU%06d","price":%d,"attributes":{"color":"red","size":%d}}`, page*1000+i, i, i)
		}
		d.sync("ADD", payloads...)
	}
	removed := 0
	b.ResetTimer()
	for b.Loop() {
		for page := range 100 {
			d.must("GET", fmt.Sprintf("%s?skip=%d", itemsPath, page*1000), managementK, "")
		}
		d.sync("REMOVE", fmt.Sprintf(`{"sku":"SKU%06d"}`, removed))
		removed++
	}
}

// BenchmarkCatalogPage lists one page, which costs the same in catalogs of any size.
func BenchmarkCatalogPage(b *testing.B) {
	for _, size := range []int{10_000, 1_000_000} {
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			d := start(b, emulator.Options{})
			payloads := make([]string, 1000)
			for page := range size / len(payloads) {
				for i := range payloads {
					payloads[i] = fmt.Sprintf(`{"sku":"SKU%07d","price":%d,"attributes":{"color":"red"}}`, page*1000+i, i)
				}
				d.sync("ADD", payloads...)
			}
			for b.Loop() {
				d.must("GET", fmt.Sprintf("%s?skip=%d", itemsPath, size/2), managementK, "")
			}
		})
	}
}
