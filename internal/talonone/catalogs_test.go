package talonone

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	anyjson "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
)

// shelf is a catalog that answers listCatalogItems from its SKUs, and every sync with a success.
type shelf struct {
	*script
	skus []string
	// withoutTotal is a deployment that doesn't know withTotalResultSize.
	withoutTotal bool
}

func newShelf(n int) *shelf {
	s := &shelf{skus: make([]string, n)}
	for i := range s.skus {
		s.skus[i] = fmt.Sprintf("SKU%05d", i)
	}
	s.script = &script{responses: []func(*http.Request) (*http.Response, error){s.response}}
	return s
}

func (s *shelf) response(req *http.Request) (*http.Response, error) {
	if req.Method == http.MethodPut {
		return status(200, `{"id":6,"version":7}`)(req)
	}
	query := req.URL.Query()
	rows := s.skus
	if wanted := query["sku"]; len(wanted) > 0 {
		rows = slices.DeleteFunc(slices.Clone(rows), func(sku string) bool { return !slices.Contains(wanted, sku) })
	}
	skip, _ := strconv.Atoi(query.Get("skip"))
	to := min(skip+PageSize, len(rows))
	response := map[string]any{"data": []any{}, "hasMore": to < len(rows)}
	if query.Get("withTotalResultSize") == "true" && !s.withoutTotal {
		response["totalResultSize"] = len(rows)
		delete(response, "hasMore")
	}
	data := []any{}
	for _, sku := range rows[min(skip, to):to] {
		data = append(data, map[string]any{"sku": sku})
	}
	response["data"] = data
	text, err := json.Marshal(response)
	if err != nil {
		return nil, err
	}
	return status(200, string(text))(req)
}

func skusOf(items []CatalogItem) []string {
	skus := make([]string, len(items))
	for i, item := range items {
		skus[i] = item.SKU
	}
	return skus
}

func TestCatalogItemsAreListedInPages(t *testing.T) {
	t.Parallel()
	for n, requests := range map[int]int{0: 1, 1: 1, 1000: 1, 1001: 2, 1999: 2, 2000: 3} {
		for _, withoutTotal := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d items, withoutTotal=%v", n, withoutTotal), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					s := newShelf(n)
					s.withoutTotal = withoutTotal
					client := newTestClient(t, s.script)
					for range 2 { // The second reader is served from the first one's listing.
						items, err := client.CatalogItems(t.Context(), 6)
						if err != nil || !slices.Equal(skusOf(items), s.skus) {
							t.Errorf("%d items, %v", len(items), err)
						}
					}
					if len(s.seen) != requests {
						t.Errorf("%d requests, want %d", len(s.seen), requests)
					}
				})
			})
		}
	}
}

// A catalog has as many items as it has. What is long is not kept, and what is short serves every reader.
func TestLargeCatalogsAreReadPageByPage(t *testing.T) {
	t.Parallel()
	for n, again := range map[int]int{2000: 0, maxKeptItems + 1: 50, 1_000_001: -1} {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{responses: []func(*http.Request) (*http.Response, error){func(req *http.Request) (*http.Response, error) {
					skip, _ := strconv.Atoi(req.URL.Query().Get("skip"))
					text := []byte(`{"data":[`)
					for i := skip; i < min(n, skip+PageSize); i++ {
						text = fmt.Appendf(text, `{"sku":"%d"},`, i)
					}
					return status(200, fmt.Sprintf(`%s],"totalResultSize":%d}`, strings.TrimSuffix(string(text), ","), n))(req)
				}}}
				client := newTestClient(t, s)
				for range min(2, again+2) {
					before, count := len(s.seen), 0
					err := client.ScanCatalogItems(t.Context(), 6, func(items []CatalogItem) error {
						count += len(items)
						return nil
					}, func() { count = 0 })
					if err != nil || count != n {
						t.Errorf("%d items, %v", count, err)
					}
					if before > 0 && len(s.seen)-before != again {
						t.Errorf("%d requests for the second reader, want %d", len(s.seen)-before, again)
					}
				}
			})
		})
	}
}

func TestCatalogIsReadAgainWhenItChangesMeanwhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShelf(2500)
		first := true
		s.responses = []func(*http.Request) (*http.Response, error){func(req *http.Request) (*http.Response, error) {
			resp, err := s.response(req)
			if first {
				s.skus = s.skus[1:] // What follows moves up, and one item falls between the pages.
				first = false
			}
			return resp, err
		}}
		items, err := newTestClient(t, s.script).CatalogItems(t.Context(), 6)
		if err != nil || !slices.Equal(skusOf(items), s.skus) {
			t.Errorf("%d items, want the %d that are left, %v", len(items), len(s.skus), err)
		}
	})
}

func TestCatalogItemsBySKUTakeTheFewestRequests(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ catalog, wanted, requests int }{
		"none":                        {5000, 0, 0},
		"a few":                       {5000, 100, 1},
		"as many as one query takes":  {5000, 461, 1},
		"more, and the catalog large": {50_000, 700, 3}, // One page tells its size.
		"more, and the catalog small": {900, 700, 1},
		"an empty catalog":            {0, 5000, 1},
		"most of it":                  {5000, 4000, 6}, // Each page repeats a row of the one before it.
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newShelf(test.catalog)
				wanted := slices.Clone(newShelf(test.wanted).skus)
				items, err := newTestClient(t, s.script).CatalogItemsBySKU(t.Context(), 6, wanted)
				want := wanted[:min(test.wanted, test.catalog)]
				if err != nil || !slices.Equal(skusOf(items), want) {
					t.Errorf("%d items, want %d, %v", len(items), len(want), err)
				}
				if len(s.seen) != test.requests {
					t.Errorf("%d requests, want %d", len(s.seen), test.requests)
				}
				for _, request := range s.seen {
					if len(request.query) > maxSKUQuery+100 {
						t.Errorf("a query has %d bytes", len(request.query))
					}
				}
			})
		})
	}
}

func TestSKUQueriesCarryEverySKUOnce(t *testing.T) {
	t.Parallel()
	skus := []string{"a b", "ü/&=+", strings.Repeat("x", maxSKUQuery+1), "last"}
	for i := range 2000 {
		skus = append(skus, strconv.Itoa(i))
	}
	var got []string
	for _, query := range skuQueries(skus) {
		parsed, err := url.ParseQuery(query.Encode())
		if err != nil {
			t.Fatal(err)
		}
		if len(query["sku"]) > PageSize {
			t.Errorf("a query asks for %d SKUs, more than a page", len(query["sku"]))
		}
		got = append(got, parsed["sku"]...)
	}
	if diff := cmp.Diff(skus, got); diff != "" {
		t.Errorf("SKUs (-want +got):\n%s", diff)
	}
}

func TestSyncCatalogSendsActionsAndForgetsTheListing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShelf(1)
		client := newTestClient(t, s.script)
		if _, err := client.CatalogItems(t.Context(), 6); err != nil {
			t.Fatal(err)
		}
		catalog, err := client.SyncCatalog(t.Context(), 6, []CatalogAction{
			AddItem{SKU: "A<1>", Price: "10.50", Attributes: json.RawMessage(`{"color":"r&d"}`), Product: &Product{Name: "p"}, ReplaceIfExists: true},
			AddItem{SKU: "B"},
		})
		if err != nil || catalog.Version != 7 {
			t.Errorf("catalog %v, %v", catalog, err)
		}
		want := `{"actions":[{"type":"ADD","payload":{"sku":"A<1>","price":10.50,"attributes":{"color":"r&d"},"product":{"name":"p"},"replaceIfExists":true}},` +
			`{"type":"ADD","payload":{"sku":"B","replaceIfExists":false}}]}`
		sync := s.seen[1]
		if diff := cmp.Diff(want, sync.body); diff != "" || sync.path != "/v1/catalogs/6/sync" || sync.authorization != "ApiKey-v1 integration-secret" {
			t.Errorf("%s with %s, body (-want +got):\n%s", sync.path, sync.authorization, diff)
		}
		if _, err := client.CatalogItems(t.Context(), 6); err != nil || len(s.seen) != 3 {
			t.Errorf("after the sync the items were not read again: %d requests, %v", len(s.seen), err)
		}
	})
}

func TestSyncsOfOneCatalogWaitForEachOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShelf(0)
		client := newTestClient(t, s.script)
		turn := client.catalogs.get(6).turn
		turn <- struct{}{} // A sync is under way.
		done := make(chan error)
		go func() {
			_, err := client.SyncCatalog(t.Context(), 6, []CatalogAction{RemoveItem{SKU: "A"}})
			done <- err
		}()
		if _, err := client.SyncCatalog(t.Context(), 7, []CatalogAction{RemoveItem{SKU: "A"}}); err != nil || len(s.seen) != 1 {
			t.Errorf("the sync of another catalog: %d requests, %v", len(s.seen), err)
		}
		synctest.Wait()
		if len(s.seen) != 1 {
			t.Error("two syncs of one catalog ran at the same time")
		}
		<-turn
		if err := <-done; err != nil || len(s.seen) != 2 {
			t.Errorf("the sync that waited: %d requests, %v", len(s.seen), err)
		}
	})
}

func TestRemoveCatalogItemsTakesWhatIsGoneForDone(t *testing.T) {
	t.Parallel()
	refusal := status(400, `{"message":"refused"}`)
	missing := status(400, `{"message":"refused","errors":[{"title":"Not found","source":{"pointer":"/actions/0/payload/sku"}}]}`)
	for name, test := range map[string]struct {
		responses []func(*http.Request) (*http.Response, error)
		requests  int
		refused   bool
	}{
		"all are there":  {[]func(*http.Request) (*http.Response, error){status(200, `{"version":7}`)}, 1, false},
		"all are gone":   {[]func(*http.Request) (*http.Response, error){refusal, status(200, `{"data":[],"hasMore":false}`)}, 2, false},
		"one is left":    {[]func(*http.Request) (*http.Response, error){refusal, status(200, `{"data":[{"sku":"B"}],"hasMore":false}`), status(200, `{"version":7}`)}, 3, false},
		"another reason": {[]func(*http.Request) (*http.Response, error){refusal, status(200, `{"data":[{"sku":"A"},{"sku":"B"}],"hasMore":false}`)}, 2, true},
		"a stale look":   {responses{missing, status(200, `{"data":[{"sku":"A"},{"sku":"B"}],"hasMore":false}`), status(200, `{"version":7}`)}, 3, false},
		"no look":        {[]func(*http.Request) (*http.Response, error){refusal, status(401, `{}`)}, 2, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{responses: test.responses}
				_, err := newTestClient(t, s).RemoveCatalogItems(t.Context(), 6, []string{"A", "B"})
				if IsBadRequest(err) != test.refused || len(s.seen) != test.requests {
					t.Errorf("%d requests, %v", len(s.seen), err)
				}
				if want := `{"actions":[{"type":"REMOVE","payload":{"sku":"B"}}]}`; (name == "one is left" || name == "a stale look") && s.seen[2].body != want {
					t.Errorf("the second removal is %s, want %s", s.seen[2].body, want)
				}
			})
		})
	}
}

// Without a Management key nothing tells what is left. What a refusal is about is gone.
func TestRemoveCatalogItemsWithoutLooking(t *testing.T) {
	t.Parallel()
	pointing := func(items ...string) func(*http.Request) (*http.Response, error) {
		errs := make([]string, len(items))
		for i, pointer := range items {
			errs[i] = fmt.Sprintf(`{"title":"refused","source":{"pointer":%q}}`, pointer)
		}
		return status(400, `{"message":"refused","errors":[`+strings.Join(errs, ",")+`]}`)
	}
	fine, silent := status(200, `{"id":6,"version":7}`), status(400, `{"message":"SKU not found"}`)
	for name, test := range map[string]struct {
		responses []func(*http.Request) (*http.Response, error)
		sent      []string
		narrow    bool
		refused   bool
	}{
		"all are there":             {responses: responses{fine}, sent: []string{"ABC"}},
		"one is gone":               {responses: responses{pointing("/actions/1/payload/sku"), fine}, sent: []string{"ABC", "AC"}},
		"one after the other":       {responses: responses{pointing("/actions/0"), pointing("/actions/1"), fine}, sent: []string{"ABC", "BC", "B"}},
		"all are gone":              {responses: responses{pointing("/actions/0", "/actions/1", "/actions/2")}, sent: []string{"ABC"}},
		"without a pointer":         {responses: responses{silent, silent, silent, fine}, sent: []string{"ABC", "A", "BC", "B", "C"}},
		"counted beyond":            {responses: responses{pointing("/actions/3"), silent, fine}, sent: []string{"ABC", "A", "BC"}},
		"another reason":            {responses: responses{status(400, `{"message":"busy"}`)}, sent: []string{"ABC", "A"}, refused: true},
		"a key without the listing": {responses: responses{pointing("/actions/1"), status(403, `{}`), fine}, sent: []string{"ABC", "", "AC"}, narrow: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{responses: test.responses}
				client := newTestClient(t, s, func(c *Config) {
					if !test.narrow {
						c.ManagementAPIKey = ""
					}
				})
				_, err := client.RemoveCatalogItems(t.Context(), 6, []string{"A", "B", "C"})
				if (err != nil) != test.refused {
					t.Errorf("got %v", err)
				}
				sent := make([]string, len(s.seen))
				for i, request := range s.seen {
					for _, sku := range []string{"A", "B", "C"} {
						if strings.Contains(request.body, `"sku":"`+sku+`"`) {
							sent[i] += sku
						}
					}
				}
				if !slices.Equal(sent, test.sent) {
					t.Errorf("sent %q, want %q", sent, test.sent)
				}
			})
		})
	}
}

// What a second request is refused for is said of the SKUs of the first.
func TestRefusedRemovalsPointToTheirSKUs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{responses: responses{
			status(400, `{"message":"refused"}`), status(200, `{"data":[{"sku":"C"},{"sku":"B"}],"hasMore":false}`),
			status(400, `{"message":"refused","errors":[{"title":"in use","source":{"pointer":"/actions/0/payload"}}]}`),
		}}
		_, err := newTestClient(t, s).RemoveCatalogItems(t.Context(), 6, []string{"A", "B", "C"})
		if err == nil || !strings.Contains(err.Error(), "/actions/2/payload") {
			t.Errorf("got %v, want it to be about the third", err)
		}
	})
}

func TestCatalogItemIsDecodedExactly(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]CatalogItem{
		`{"id":1,"sku":"A","price":10.50,"product":{"name":"p"},"attributes":[{"attributeid":1,"name":"n","value":1.0},{"attributeid":2,"name":"a\"","value":["x",null]}]}`: {
			SKU: "A", Price: "10.50", Product: "p", Attributes: json.RawMessage(`{"n":1.0,"a\"":["x",null]}`),
		},
		`{"sku":"A","price":null,"product":null,"attributes":null}`: {SKU: "A"},
		`{"\u0073ku":"A\u00e9\n","price":"1.50","attributes":[{"value":{"a":[1]},"name":"n"},{"name":"m"},null],"product":{"id":1,"name":"p\"","x":[{}]}}`: {
			SKU: "Aé\n", Price: "1.50", Product: `p"`, Attributes: json.RawMessage(`{"n":{"a":[1]},"m":null,"":null}`),
		},
		`{"sku":"A","attributes":[]}`: {SKU: "A"},
	} {
		var got page[CatalogItem]
		if err := readItems([]byte(`{"more":1,"data":[`+text+`],"hasMore":false,"totalResultSize":7}`), &got); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(page[CatalogItem]{Data: rows[CatalogItem]{want}, HasMore: new(false), TotalResultSize: new(7)}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

// What is wrong with a page is said as of every other response.
func TestWrongCatalogItemsAreRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"data":[{"sku":1}]}`:                              "sku is number, which does not fit into string",
		`{"data":[{"sku":"A","price":true}]}`:               "price is bool",
		`{"data":[{"sku":"A","price":"1,5"}]}`:              "price is string",
		`{"data":[{"sku":"A","product":"p"}]}`:              "product is string",
		`{"data":[{"sku":"A","attributes":{}}]}`:            "attributes is object",
		`{"data":[{"sku":"A","attributes":[{"name":[]}]}]}`: "attributes.name is array",
		`{"data":{}}`:                       "data is object",
		`{"data":["A"]}`:                    "data is string",
		`{"data":[],"hasMore":1}`:           "hasMore is number",
		`{"data":[],"totalResultSize":1.5}`: "totalResultSize is number",
		`[]`:                                "it is array",
		`{"data":[{"sku":"A"}`:              "not complete",
		`{"data":[{"sku":"A"}]`:             "not complete",
		`{"data":[{"sku":"A"}]} x`:          "not complete",
		`{"data":[{"sku":"A","attributes":[{"name":"n","value"`: "not complete",
		`{"data":[{"sku":"A","x":1e999}]}`:                      "number of more than",
		`{"data":[{"sku":"A","x":[1e999]}]}`:                    "number of more than",
		`{"data":[{"sku":"A","price":1e999}]}`:                  "number of more than",
		`{"data":[{"sku":"A","attributes":[{"value":1e999}]}]}`: "number of more than",
		`{"data":[{"sku":"A","attributes":[{"value":` + strings.Repeat("[", 2000) + strings.Repeat("]", 2000) + `}]}]}`: "levels deep",
		`{"data":[{"sku":"A","x":"` + "\xff" + `"}]}`:                                                                   "not valid UTF-8",
		`{"data":[{"sku":"A","x":` + strings.Repeat("[", 2000):                                                          "levels deep",
	} {
		var list page[CatalogItem]
		resp := &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(text))}
		if _, err := decodeJSON("listCatalogItems", resp, &list); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
}

// FuzzCatalogPages expects of any page what a decoder for any JSON makes of it.
func FuzzCatalogPages(f *testing.F) {
	f.Add(string(itemsPage(2)))
	f.Add(`{"data":[{"sku":"A","price":"1.5","product":null,"attributes":[{"name":"a\"","value":[1,{"b":"}"}]},null]},null],"totalResultSize":3}`)
	f.Add(` { "data" : null , "hasMore" : null , "x" : [ { } , "\\" ] } `)
	type item struct {
		SKU     string         `json:"sku"`
		Price   jsontext.Value `json:"price"`
		Product struct {
			Name string `json:"name"`
		} `json:"product"`
		Attributes []struct {
			Name  string         `json:"name"`
			Value jsontext.Value `json:"value"`
		} `json:"attributes"`
	}
	f.Fuzz(func(t *testing.T, text string) {
		var want struct {
			Data            []item `json:"data"`
			TotalResultSize *int   `json:"totalResultSize"`
		}
		var got page[CatalogItem]
		if anyjson.Unmarshal([]byte(text), &want) != nil || readItems([]byte(text), &got) != nil {
			return
		}
		if len(got.Data) != len(want.Data) || (got.TotalResultSize == nil) != (want.TotalResultSize == nil) {
			t.Fatalf("%d items, want %d", len(got.Data), len(want.Data))
		}
		for i, item := range want.Data {
			read := got.Data[i]
			if read.SKU != item.SKU || read.Product != item.Product.Name || string(read.Price) != strings.Trim(strings.TrimPrefix(string(item.Price), "null"), `"`) {
				t.Errorf("item %d is %+v, want %+v", i, read, item)
			}
			if (len(read.Attributes) > 0) != (len(item.Attributes) > 0) || len(read.Attributes) > 0 && !jsontext.Value(read.Attributes).IsValid(jsontext.AllowDuplicateNames(true)) {
				t.Errorf("attributes of item %d are %s, of %v", i, read.Attributes, item.Attributes)
			}
			for _, attribute := range item.Attributes {
				value := string(attribute.Value)
				if value == "" {
					value = "null"
				}
				if !strings.Contains(string(read.Attributes), ":"+value) {
					t.Errorf("item %d lacks %q = %s: %s", i, attribute.Name, value, read.Attributes)
				}
			}
		}
	})
}

// itemsPage is a response of listCatalogItems with n items.
func itemsPage(n int) []byte {
	rows := make([]string, n)
	for i := range rows {
		rows[i] = fmt.Sprintf(`{"id":%d,"created":"2026-03-02T08:00:00.000001Z","sku":"SKU%06d","price":%d.5,"catalogid":6,"version":7,"attributes":[`+
			`{"attributeid":12,"name":"color","value":"c%d"},{"attributeid":13,"name":"in_stock","value":true},{"attributeid":14,"name":"released","value":"2024-01-02T03:04:05Z"},`+
			`{"attributeid":15,"name":"size","value":%d},{"attributeid":16,"name":"tags","value":["a","b"]}],"product":{"name":"product-%d"}}`, 9000000+i, i, i%1000, i%7, i%50, i%100)
	}
	return []byte(`{"hasMore":true,"data":[` + strings.Join(rows, ",") + `]}`)
}

// BenchmarkCatalogItemPages decodes the 100 pages of a catalog of 100,000 items:
// the share of a refresh that no client can avoid.
func BenchmarkCatalogItemPages(b *testing.B) {
	text := itemsPage(PageSize)
	b.SetBytes(int64(100 * len(text)))
	b.ReportAllocs()
	for b.Loop() {
		for range 100 {
			var response page[CatalogItem]
			if err := readItems(text, &response); err != nil || len(response.Data) != PageSize {
				b.Fatal(err)
			}
		}
	}
}
