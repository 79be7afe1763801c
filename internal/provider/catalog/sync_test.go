package catalog

import (
	"fmt"
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// apply does to a catalog what syncCatalog would, as far as the provider uses it.
func (s syncStep) apply(catalog, desired Items) {
	for _, sku := range s.skus {
		if s.remove {
			delete(catalog, sku)
			continue
		}
		item := desired[sku]
		if item.Price == "" {
			item.Price = catalog[sku].Price // An omitted price is kept; product and attributes are replaced.
		}
		catalog[sku] = item
	}
}

func planFor(current, desired Items) []syncStep {
	return planSync(bulk.Compare(current, desired, Item.Equal), func(sku string) bool { return current[sku].Price != "" && desired[sku].Price == "" })
}

// numbered makes n items that differ from those of another variant.
func numbered(from, n int, variant Item) Items {
	items := make(Items, n)
	for i := from; i < from+n; i++ {
		items[fmt.Sprintf("SKU%05d", i)] = variant
	}
	return items
}

func merge(sets ...Items) Items {
	all := make(Items)
	for _, set := range sets {
		maps.Copy(all, set)
	}
	return all
}

func TestPlanSyncSendsTheFewestRequests(t *testing.T) {
	t.Parallel()
	priced, dearer, free := Item{Price: "1", Product: "p"}, Item{Price: "2", Product: "p"}, Item{Product: "p"}
	for name, test := range map[string]struct {
		current, desired Items
		want             []string
	}{
		"nothing to do":              {numbered(0, 2500, priced), numbered(0, 2500, priced), nil},
		"a new catalog":              {nil, numbered(0, 2500, priced), []string{"ADD 1000", "ADD 1000", "ADD 500"}},
		"one change in many":         {numbered(0, 2500, priced), merge(numbered(0, 2500, priced), numbered(7, 1, dearer)), []string{"ADD 1"}},
		"adds and updates together":  {numbered(0, 400, priced), merge(numbered(0, 400, dearer), numbered(400, 600, priced)), []string{"ADD 1000"}},
		"additions before removals":  {numbered(0, 1500, priced), numbered(1500, 10, priced), []string{"ADD 10", "REMOVE 1000", "REMOVE 500"}},
		"a price goes":               {numbered(0, 5, priced), numbered(0, 5, free), []string{"REMOVE 5", "ADD 5"}},
		"a price goes beside others": {numbered(0, 20, priced), merge(numbered(0, 5, free), numbered(5, 5, dearer)), []string{"REMOVE 15", "ADD 10"}},
		"a price comes":              {numbered(0, 5, free), numbered(0, 5, priced), []string{"ADD 5"}},
		"a product goes":             {numbered(0, 5, priced), numbered(0, 5, Item{Price: "1"}), []string{"ADD 5"}},
		"attributes go":              {numbered(0, 5, Item{Price: "1", Attributes: `{"a":1}`}), numbered(0, 5, Item{Price: "1"}), []string{"ADD 5"}},
		"each price is soon back": {
			merge(numbered(0, 1500, priced), numbered(9000, 700, priced)),
			merge(numbered(0, 1500, free), numbered(5000, 800, priced)),
			[]string{"REMOVE 1000", "ADD 1000", "REMOVE 1000", "ADD 1000", "ADD 300", "REMOVE 200"},
		},
		"an empty catalog at the end": {numbered(0, 1001, priced), nil, []string{"REMOVE 1000", "REMOVE 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, step := range planFor(test.current, test.desired) {
				got = append(got, fmt.Sprintf("%s %d", map[bool]string{true: "REMOVE", false: "ADD"}[step.remove], len(step.skus)))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

// Whatever the catalog holds and shall hold, the planned requests lead there, obey the API's limits, are as few as can
// be, and touch nothing that is right already. Stopped after any request, a new plan leads there all the same.
func TestPlanSyncAlwaysArrives(t *testing.T) {
	t.Parallel()
	item := rapid.Custom(func(t *rapid.T) Item {
		return Item{
			Price:      rapid.SampledFrom([]string{"", "1", "2"}).Draw(t, "price"),
			Product:    rapid.SampledFrom([]string{"", "p"}).Draw(t, "product"),
			Attributes: rapid.SampledFrom([]string{"", `{"a":1}`, `{"a":2}`}).Draw(t, "attributes"),
		}
	})
	// Blocks of items, since single ones would never fill a request.
	catalog := rapid.Custom(func(t *rapid.T) Items {
		items := make(Items)
		for block := range 6 {
			variant := item.Draw(t, "item")
			for i := range rapid.IntRange(0, 900).Draw(t, "size") {
				items[fmt.Sprintf("%d-%d", block, i)] = variant
			}
		}
		return items
	})
	rapid.Check(t, func(t *rapid.T) {
		current, desired := catalog.Draw(t, "current"), catalog.Draw(t, "desired")
		steps := planFor(current, desired)
		stop := rapid.IntRange(0, len(steps)).Draw(t, "stop")

		state, touched := maps.Clone(current), make(map[string]bool)
		var adds, removals int
		for n, step := range steps {
			if n == stop {
				again := maps.Clone(state)
				for _, step := range planFor(state, desired) {
					step.apply(again, desired)
				}
				if !again.Equal(desired) {
					t.Fatalf("stopped before request %d of %d, a new plan does not lead to what is desired", n+1, len(steps))
				}
			}
			if len(step.skus) < 1 || len(step.skus) > talonone.MaxCatalogActions {
				t.Fatalf("request %d has %d actions", n+1, len(step.skus))
			}
			unique := make(map[string]bool)
			for _, sku := range step.skus {
				if unique[sku] {
					t.Fatalf("request %d has SKU %s twice", n+1, sku)
				}
				if _, exists := state[sku]; step.remove && !exists {
					t.Fatalf("request %d removes SKU %s, which is not there", n+1, sku)
				}
				unique[sku], touched[sku] = true, true
			}
			if step.remove {
				removals++
			} else {
				adds++
			}
			step.apply(state, desired)
		}
		if !state.Equal(desired) {
			t.Fatal("the requests do not lead to what is desired")
		}

		changes := bulk.Compare(current, desired, Item.Equal)
		lost := 0
		for _, sku := range changes.Updated {
			if current[sku].Price != "" && desired[sku].Price == "" {
				lost++
			}
		}
		if want := bulk.Requests(len(changes.Added)+len(changes.Updated), talonone.MaxCatalogActions); adds != want {
			t.Errorf("%d requests add, %d would do", adds, want)
		}
		if want := bulk.Requests(len(changes.Removed)+lost, talonone.MaxCatalogActions); removals != want {
			t.Errorf("%d requests remove, %d would do", removals, want)
		}
		if want := len(changes.Added) + len(changes.Updated) + len(changes.Removed); len(touched) != want {
			t.Errorf("%d items are touched, %d differ", len(touched), want)
		}
	})
}
