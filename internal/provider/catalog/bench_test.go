package catalog

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
)

func manyItems(n int) Items {
	items := make(Items, n)
	for i := range n {
		items[fmt.Sprintf("SKU%06d", i)] = Item{
			Price:      fmt.Sprintf("%d.5", i%1000),
			Product:    fmt.Sprintf("product-%d", i%100),
			Attributes: fmt.Sprintf(`{"color":"c%d","in_stock":true,"released":"2024-01-02T03:04:05Z","size":%d,"tags":["a","b"]}`, i%7, i%50),
		}
	}
	return items
}

func manyRows(n int) string {
	var b strings.Builder
	b.WriteString("sku,price,product,color,in_stock,released,size,tags\n")
	for i := range n {
		fmt.Fprintf(&b, "SKU%06d,%d.5,product-%d,c%d,true,2024-01-02T03:04:05Z,%d,a|b\n", i, i%1000, i%100, i%7, i%50)
	}
	return b.String()
}

func BenchmarkParseItems(b *testing.B) {
	text := manyItems(100_000).JSON()
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseItems(text); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkItemsFromCSV(b *testing.B) {
	benchmarkFile(b, "items.csv", manyRows(100_000), "in_stock=boolean", "released=time", "size=number", "tags=list(string)")
}

func BenchmarkItemsFromCSVWithoutOptions(b *testing.B) {
	benchmarkFile(b, "items.csv", manyRows(100_000))
}

func BenchmarkItemsFromJSONLines(b *testing.B) {
	var text strings.Builder
	for sku, item := range manyItems(100_000) {
		fmt.Fprintf(&text, "{\"sku\":%q,%s\n", sku, item.AppendJSON(nil)[1:])
	}
	benchmarkFile(b, "items.jsonl", text.String())
}

// benchmarkFile reads a file of 100,000 items.
func benchmarkFile(b *testing.B, name, text string, columns ...string) {
	name = filepath.Join(b.TempDir(), name)
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	options := csvOptions(columns...)
	options.Format = ""
	options.Options = options.ByName(name)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if items, _, err := readItemsFile(name, options); err != nil || len(items) != 100_000 {
			b.Fatal(err)
		}
	}
}

func BenchmarkItemsJSON(b *testing.B) {
	items := manyItems(100_000)
	b.ReportAllocs()
	for b.Loop() {
		b.SetBytes(int64(len(items.JSON())))
	}
}

func BenchmarkCompare(b *testing.B) {
	current, desired := manyItems(100_000), manyItems(100_000)
	desired["SKU000007"] = Item{Price: "0"}
	b.ReportAllocs()
	for b.Loop() {
		if plan := bulk.Compare(current, desired, Item.Equal); len(plan.Updated) != 1 {
			b.Fatal(plan)
		}
	}
}

func BenchmarkDigests(b *testing.B) {
	items := manyItems(100_000)
	b.ReportAllocs()
	for b.Loop() {
		for _, item := range items {
			input.Digest(string(item.AppendJSON(nil)))
		}
	}
}
