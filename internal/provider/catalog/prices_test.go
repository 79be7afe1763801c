package catalog_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// What a deployment shows of a price is not always what was sent. There is nothing to do then, and nothing is sent.
func TestPricesThatADeploymentShowsOtherwise(t *testing.T) {
	t.Parallel()
	items := func(text string) acctest.Attributes { return acctest.Attributes{"catalog_id": 6, "items": text} }
	keys := func(table string) acctest.Attributes {
		file := filepath.Join(t.TempDir(), "items.csv")
		if err := os.WriteFile(file, []byte("sku,price\n"+table), 0o600); err != nil {
			t.Fatal(err)
		}
		return acctest.Attributes{"catalog_id": 6, "items_file": acctest.Attributes{"path": file}, "plan_detail": "keys"}
	}
	const long = "0.12345678901234567890123"
	unpriced := conventions.Values{conventions.UnpricedItems: conventions.Zero}
	float64s := conventions.Values{conventions.NumberStorage: conventions.Float64}
	for name, test := range map[string]struct {
		kind       string
		values     conventions.Values
		config     acctest.Attributes
		otherPrice acctest.Attributes
	}{
		"items without a price at 0":            {"talonone_catalog_items", unpriced, items(`{"A":{},"B":{"price":0}}`), items(`{"A":{"price":0.5},"B":{}}`)},
		"keys of items without a price at 0":    {"talonone_catalog_items", unpriced, keys("A,\nB,0\n"), keys("A,0.5\nB,\n")},
		"an item without a price at 0":          {"talonone_catalog_item", unpriced, acctest.Attributes{"catalog_id": 6, "sku": "A"}, acctest.Attributes{"catalog_id": 6, "sku": "A", "price": 2}},
		"an item at 0":                          {"talonone_catalog_item", nil, acctest.Attributes{"catalog_id": 6, "sku": "A", "price": 0}, acctest.Attributes{"catalog_id": 6, "sku": "A"}},
		"items with more digits than a float":   {"talonone_catalog_items", float64s, items(`{"A":{"price":` + long + `}}`), items(`{"A":{"price":0.2}}`)},
		"keys with more digits than a float":    {"talonone_catalog_items", float64s, keys("A," + long + "\n"), keys("A,0.2\n")},
		"an item with more digits than a float": {"talonone_catalog_item", float64s, acctest.Attributes{"catalog_id": 6, "sku": "A", "price": json.Number(long)}, acctest.Attributes{"catalog_id": 6, "sku": "A", "price": 0.2}},
		"more digits that are kept":             {"talonone_catalog_items", nil, items(`{"A":{"price":` + long + `}}`), items(`{"A":{"price":` + long + `4}}`)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t, func(o *emulator.Options) { o.Conventions = test.values })
			w := d.NewWorkspace(t)
			for _, config := range []acctest.Attributes{test.config, test.otherPrice} {
				d.Forget()
				block := acctest.Config{"it": {Type: test.kind, Attributes: config}}
				if problem := w.Apply(t, block, acctest.PlanOptions{}); problem != "" {
					t.Fatal(problem)
				}
				if d.Count("syncCatalog") == 0 {
					t.Error("the change was not sent")
				}
				if plan, problem := w.Plan(t, block, acctest.PlanOptions{}); problem != "" || !plan.Empty() {
					t.Errorf("the next plan is empty: %t %s", plan.Empty(), problem)
				}
			}
		})
	}
}
