package catalog

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// What two texts of digests say of each other is what a comparison of their items says.
func TestTextsOfDigestsAreComparedAsItems(t *testing.T) {
	t.Parallel()
	item := rapid.SampledFrom([]Item{{}, {Price: "1"}, {Price: "2", Product: "p"}, {Attributes: `{"a":1}`}})
	sku := rapid.SampledFrom([]string{"a", "a ", "a!", "A", "b", `"`, `a"b`, `a\b`, "ü", "e\u0301", "\x01"})
	rapid.Check(t, func(t *rapid.T) {
		var texts []managedText
		var all []Items
		for range 2 {
			items := Items(rapid.MapOf(sku, item).Draw(t, "items"))
			skus := rapid.Permutation(items.SKUs()).Draw(t, "order")
			w := managedWriter{detail: detailKeys}
			for _, sku := range skus {
				w.add(sku, items[sku])
			}
			text, ok := w.sorted()
			if diff := cmp.Diff(items.managed(detailKeys), text.text); diff != "" || !ok {
				t.Fatalf("text (-want +got):\n%s", diff)
			}
			read, err := readManaged(text.text, 0)
			if err != nil || !slices.Equal(read.starts, text.starts) || !slices.Equal(read.listed(), items.SKUs()) {
				t.Fatalf("%v: read as %v, %q", err, read.starts, read.listed())
			}
			for i, sku := range read.listed() {
				if at, found := read.find(sku); !found || at != i {
					t.Errorf("%q is found at %d, want %d", sku, at, i)
				}
			}
			texts, all = append(texts, text), append(all, items)
		}
		before, after, err := texts[0].differences(texts[1])
		if err != nil {
			t.Fatal(err)
		}
		differ := func(sku string, _ Item) bool {
			one, in := all[0][sku]
			other, also := all[1][sku]
			return in && also && one.Equal(other)
		}
		for i, got := range []Items{before, after} {
			want := maps.Clone(all[i])
			maps.DeleteFunc(want, differ)
			if !maps.EqualFunc(want, got, Item.Equal) {
				t.Errorf("text %d: got %v, want %v", i, got, want)
			}
		}
	})
}

// A file that is read by digest says what it says when all of it is read, and its faults are the same.
func TestFilesAreReadByDigestAsInFull(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"in order":        "sku,price\nA,1\nB,2\n",
		"in any order":    "sku,price\nB,2\nC,\nA,1\n",
		"SKU twice":       "sku,price\nB,1\nA,1\nB,1\n",
		"twice and more":  "sku,price\nB,1\nA,x\nB,1\n,2\n",
		"only wrong":      "sku,price\nA,x\n",
		"nothing at all":  "sku,price\n",
		"without a price": "sku\nA\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "items.csv")
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			items, all, err := readItemsFile(file, csvOptions())
			brief, same, briefErr := readDigests(file, csvOptions(), 0, 0)
			if err != nil {
				if briefErr == nil || briefErr.Error() != err.Error() {
					t.Errorf("got  %v\nwant %v", briefErr, err)
				}
				return
			}
			if diff := cmp.Diff(items.managed(detailKeys), brief.text); briefErr != nil || diff != "" {
				t.Errorf("%v, text (-want +got):\n%s", briefErr, diff)
			}
			if diff := cmp.Diff(all, same, cmp.AllowUnexported(itemsFile{})); diff != "" {
				t.Errorf("file (-want +got):\n%s", diff)
			}
		})
	}
}

// Whatever the number of items, what is equal in both texts is neither decoded nor kept.
func TestEqualTextsTakeNoMemory(t *testing.T) { //nolint:paralleltest // It counts allocations.
	managed := manyItems(2000).managed(detailKeys)
	before, err := readManaged(managed, 2000)
	if err != nil {
		t.Fatal(err)
	}
	after, err := readManaged(strings.Replace(managed, `"SKU001000":"`, `"SKU001000":"!`, 1), 2000)
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(5, func() {
		if these, others, err := before.differences(after); err != nil || len(these) != 1 || len(others) != 1 {
			t.Fatal(err, these, others)
		}
	}); n > 100 {
		t.Errorf("%v allocations", n)
	}
}
