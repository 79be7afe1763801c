package catalog

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// listedAs is what a listing shows of items, in the order of SKUs or in the other one.
func listedAs(items Items, backwards bool) []talonone.CatalogItem {
	skus := items.SKUs()
	if backwards {
		slices.Reverse(skus)
	}
	rows := make([]talonone.CatalogItem, len(skus))
	for i, sku := range skus {
		rows[i] = talonone.CatalogItem{SKU: sku, Price: json.Number(items[sku].Price), Product: items[sku].Product, Attributes: json.RawMessage(items[sku].Attributes)}
	}
	return rows
}

// A refresh beside the text of the state finds what a comparison of all items finds.
func TestHeldItemsAreComparedAsAll(t *testing.T) {
	t.Parallel()
	item := rapid.SampledFrom([]Item{
		{}, {Price: "0"}, {Price: "1"}, {Price: "0.1234567890123456789"}, {Price: "0.12345678901234568"}, {Price: "2.5", Product: "p"}, {Attributes: `{"at":"2024-01-02T03:04:05Z"}`}, {Attributes: `{"at":"2024-01-02T04:04:05+01:00"}`},
	})
	sku := rapid.SampledFrom([]string{"a", "A", "b", "B", "aB", "Ab", "d", `quoted "e"`, "ü", "Ü", "f\\g"})
	rapid.Check(t, func(t *rapid.T) {
		state, remote := Items(rapid.MapOf(sku, item).Draw(t, "state")), Items(rapid.MapOf(sku, item).Draw(t, "remote"))
		detail := rapid.SampledFrom([]string{detailFields, detailKeys}).Draw(t, "detail")
		before, err := parseManaged(state.managed(detail))
		if err != nil {
			t.Fatal(err)
		}
		text, err := readManaged(state.managed(detail), len(state))
		if err != nil {
			t.Fatal(err)
		}
		held := heldFrom(text, detail)
		held.all = rapid.Bool().Draw(t, "all")
		for range 2 { // A catalog that changes meanwhile is read again.
			held.restart()
			if err := held.see(listedAs(remote, rapid.Bool().Draw(t, "backwards"))); err != nil {
				t.Fatal(err)
			}
		}
		held.spell()
		want, err := fromAPI(talonone.SpelledItems(before.SKUs(), listedAs(remote, false)))
		if err != nil {
			t.Fatal(err)
		}
		if listed := bulk.TargetOf(bulk.DigestOf(want)); *held.target() != listed {
			t.Errorf("the catalog: got %v, want %v", *held.target(), listed)
		}
		if !held.all {
			want = want.holding(before)
		}
		want = want.keeping(before)
		if differs := !want.Equal(before); held.differs() != differs {
			t.Errorf("differs: got %v, want %v", held.differs(), differs)
		}
		if diff := cmp.Diff(want.managed(detail), held.refreshed().text); diff != "" {
			t.Errorf("refreshed (-want +got):\n%s", diff)
		}
	})
}

func TestForeignManagedItemsAreRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "[]", `{"a"`, `{"a":{}`, `{"b":{},"a":{}}`, `{"a":}`, `{"a": {}}`, ` {"a":{}}`, `{"a":{}, "b":{}}`} {
		if _, err := readManaged(text, 3); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

// A refresh without drift keeps nothing of the listing, whatever its size.
func TestHeldItemsKeepNothingOfWhatIsEqual(t *testing.T) {
	t.Parallel()
	items := make(Items)
	for i := range 1000 {
		items[fmt.Sprint("SKU", i)] = Item{Price: "1", Attributes: `{"a":1}`}
	}
	text, err := readManaged(items.managed(detailKeys), 0)
	if err != nil {
		t.Fatal(err)
	}
	held := heldFrom(text, detailKeys)
	if err := held.see(listedAs(items, false)); err != nil || held.differs() || len(held.changed)+len(held.others) > 0 {
		t.Errorf("%d changed, %d others, %v", len(held.changed), len(held.others), err)
	}
}
