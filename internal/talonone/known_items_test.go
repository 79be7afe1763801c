package talonone

import (
	"fmt"
	"testing"
	"testing/synctest"

	"golang.org/x/sync/errgroup"
)

// terraform calls do for n resources as Terraform does, ten at a time.
func terraform(t *testing.T, n int, do func(i int) error) {
	t.Helper()
	var group errgroup.Group
	group.SetLimit(10)
	for i := range n {
		group.Go(func() error { return do(i) })
	}
	if err := group.Wait(); err != nil {
		t.Error(err)
	}
}

// requestsOf counts reads and writes.
func requestsOf(s *script) string {
	reads, writes := 0, 0
	for _, request := range s.seen {
		if request.body == "" {
			reads++
		} else {
			writes++
		}
	}
	return fmt.Sprintf("%d reads, %d writes", reads, writes)
}

func TestSingleItemsAreReadWithTheirCatalogWhereThatSavesRequests(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		catalog, items int
		withoutTotal   bool
		want           string
	}{
		"one item":                                     {catalog: 5000, items: 1, want: "1 reads, 0 writes"},
		"ten items":                                    {catalog: 300, items: 10, want: "1 reads, 0 writes"},
		"300 items, all of the catalog":                {catalog: 300, items: 300, want: "2 reads, 0 writes"},
		"300 items that are not there":                 {catalog: 0, items: 300, want: "2 reads, 0 writes"},
		"300 items of 5000":                            {catalog: 5000, items: 300, want: "9 reads, 0 writes"},
		"30 items of 250,000":                          {catalog: 250_000, items: 30, want: "4 reads, 0 writes"},
		"300 items, and nothing says how many":         {catalog: 300, items: 300, withoutTotal: true, want: "2 reads, 0 writes"},
		"300 items of 5000, and nothing says how many": {catalog: 5000, items: 300, withoutTotal: true, want: "31 reads, 0 writes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newShelf(test.catalog)
				s.withoutTotal = test.withoutTotal
				client := newTestClient(t, s.script)
				// From the end, so that the first page has none of them.
				terraform(t, test.items, func(i int) error {
					at := test.catalog - 1 - i
					item, err := client.FindCatalogItem(t.Context(), 6, fmt.Sprintf("SKU%05d", at))
					if found := item != nil; err == nil && found != (at >= 0) {
						return fmt.Errorf("item %d: found is %v", at, found)
					}
					return err
				})
				if got := requestsOf(s.script); got != test.want {
					t.Errorf("%s, want %s", got, test.want)
				}
			})
		})
	}
}

func TestASyncForgetsItsOwnItemsOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newShelf(300)
		client := newTestClient(t, s.script)
		look := func(sku string, want bool) {
			t.Helper()
			item, err := client.FindCatalogItem(t.Context(), 6, sku)
			if err != nil || (item != nil) != want {
				t.Errorf("%s: %v, %v", sku, item, err)
			}
		}
		terraform(t, 300, func(i int) error {
			sku := fmt.Sprintf("SKU%05d", i)
			if _, err := client.FindCatalogItem(t.Context(), 6, sku); err != nil {
				return err
			}
			return client.PutCatalogItem(t.Context(), 6, AddItem{SKU: sku, ReplaceIfExists: true})
		})
		if got, want := requestsOf(s.script), "2 reads, 30 writes"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		s.seen = nil
		look("SKU00299", true)
		look("other", false)
		if err := client.RemoveCatalogItem(t.Context(), 6, "SKU00007"); err != nil {
			t.Error(err)
		}
		s.skus = s.skus[:7]
		look("SKU00007", false)
		look("other", false)
		if got, want := requestsOf(s.script), "2 reads, 1 writes"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	})
}

func TestALookDoesNotKnowWhatIsSyncedMeanwhile(t *testing.T) {
	t.Parallel()
	var known knownItems
	look := known.look()
	known.forget([]string{"synced"})
	look.sawAll([]CatalogItem{{SKU: "synced"}, {SKU: "other"}})
	if missing := known.missing([]string{"synced", "other", "nothing"}); len(missing) != 1 || missing[0] != "synced" {
		t.Errorf("unknown: %v", missing)
	}
	look = known.look()
	known.forgetAll()
	look.saw([]string{"late"}, nil, 1)
	if missing := known.missing([]string{"late", "other"}); len(missing) != 2 || known.requests() != 0 {
		t.Errorf("unknown: %v after %d requests", missing, known.requests())
	}
}
