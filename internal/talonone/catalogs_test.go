package talonone

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// itemsPage is an answer of listCatalogItems with n items.
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
			var answer page[CatalogItem]
			if err := json.Unmarshal(text, &answer); err != nil || len(answer.Data) != PageSize {
				b.Fatal(err)
			}
		}
	}
}
