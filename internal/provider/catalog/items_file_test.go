package catalog_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// A state of items from a file is read beside the listing, also where the catalog has folded the case of their SKUs.
func TestFilesOfItemsOfACatalogThatFoldsCase(t *testing.T) {
	t.Parallel()
	for _, ownership := range []string{"additive", "exclusive"} {
		for _, detail := range []string{"fields", "keys"} {
			t.Run(ownership+" "+detail, func(t *testing.T) {
				t.Parallel()
				d := acctest.Start(t, func(o *emulator.Options) { o.Conventions = conventions.Values{conventions.SKUCase: conventions.Folded} })
				w := d.NewWorkspace(t)
				file := filepath.Join(t.TempDir(), "items.csv")
				block := acctest.Config{"it": {Type: "talonone_catalog_items", Attributes: acctest.Attributes{
					"catalog_id": 6, "items_file": acctest.Attributes{"path": file}, "plan_detail": detail, "ownership": ownership,
				}}}
				apply := func(table string, wantSyncs int) {
					t.Helper()
					if err := os.WriteFile(file, []byte("sku,price\n"+table), 0o600); err != nil {
						t.Fatal(err)
					}
					d.Forget()
					if problem := w.Apply(t, block, acctest.PlanOptions{}); problem != "" {
						t.Fatal(problem)
					}
					if got := d.Count("syncCatalog"); got != wantSyncs {
						t.Errorf("%d sync requests for %q, want %d", got, table, wantSyncs)
					}
					plan, problem := w.Plan(t, block, acctest.PlanOptions{})
					if problem != "" {
						t.Fatal(problem)
					}
					if !plan.Empty() {
						t.Errorf("the plan after %q is not empty", table)
					}
				}
				apply("Boot-1,1\nshoe,2\nTIE,3\n", 1)
				apply("Boot-1,1\nshoe,2\nTIE,4\nHat,5\n", 1)
				apply("Boot-1,1\nTIE,4\nHat,5\n", 1)
				// Somebody else changes one of them, and adds another.
				d.Call(t, http.MethodPut, "/v1/catalogs/6/sync", map[string]any{"actions": []any{
					map[string]any{"type": "ADD", "payload": map[string]any{"sku": "Tie", "price": 9, "replaceIfExists": true}},
					map[string]any{"type": "ADD", "payload": map[string]any{"sku": "others"}},
				}}, nil)
				apply("Boot-1,1\nTIE,4\nHat,5\n", map[string]int{"additive": 1, "exclusive": 2}[ownership])
				want := map[string]int{"additive": 4, "exclusive": 3}[ownership]
				var listed struct{ Data []struct{ SKU string } }
				d.Call(t, http.MethodGet, "/v1/catalogs/6/items", nil, &listed)
				if len(listed.Data) != want {
					t.Errorf("the catalog has %s, want %d items", fmt.Sprint(listed.Data), want)
				}
			})
		}
	}
}

// An apply notes of the file what the next refresh finds, so that neither the file nor the state has to be decoded then.
func TestAppliesNoteFilesAsRefreshesDo(t *testing.T) {
	t.Parallel()
	for _, detail := range []string{"fields", "keys"} {
		t.Run(detail, func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t)
			w := d.NewWorkspace(t)
			file := filepath.Join(t.TempDir(), "items.csv")
			block := acctest.Config{"it": {Type: "talonone_catalog_items", Attributes: acctest.Attributes{
				"catalog_id": 6, "items_file": acctest.Attributes{"path": file}, "plan_detail": detail,
			}}}
			for _, price := range []string{"1", "2"} {
				if err := os.WriteFile(file, []byte("sku,price\nBoot-1,"+price+"\nTIE,3\n"), 0o600); err != nil {
					t.Fatal(err)
				}
				if problem := w.Apply(t, block, acctest.PlanOptions{}); problem != "" {
					t.Fatal(problem)
				}
				applied := w.State["it"]
				if problem := w.Refresh(t); problem != "" {
					t.Fatal(problem)
				}
				if !reflect.DeepEqual(applied, w.State["it"]) {
					t.Errorf("with a price of %s, a refresh finds something else than what the apply has noted", price)
				}
			}
		})
	}
}
