package e2e

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// itemCount is how many items catalog 6 has.
func itemCount(t *testing.T, d *acctest.Deployment) int {
	t.Helper()
	var response struct {
		Total int `json:"totalResultSize"`
	}
	d.Call(t, http.MethodGet, "/v1/catalogs/6/items?withTotalResultSize=true&pageSize=1", nil, &response)
	return response.Total
}

// A provider that is killed in the middle of a sync, before and while each of its five requests, leaves what the next
// apply completes.
func TestApplyAfterTheProviderWasKilledEndsWithTheExactCatalog(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("finding the provider's processes needs /proc")
	}
	rows := func(prefix string, n int, price string) string {
		var text strings.Builder
		for i := range n {
			fmt.Fprintf(&text, "%s%d,%s\n", prefix, i, price)
		}
		return text.String()
	}
	before := "sku,price\n" + rows("A", 1900, "1") + rows("GONE", 1500, "")
	after := "sku,price\n" + rows("A", 1900, "2") + rows("NEW", 700, "3")
	for at := int64(1); at <= 5; at++ { // 3 requests add and update, 2 remove.
		t.Run(fmt.Sprintf("at request %d", at), func(t *testing.T) {
			t.Parallel()
			var running atomic.Pointer[cli]
			var armed atomic.Bool
			var requests, killed atomic.Int64
			d := acctest.Start(t, func(o *emulator.Options) {
				o.OnRequest = func(_ context.Context, operation string) {
					if armed.Load() && operation == "syncCatalog" && requests.Add(1) == at {
						killed.Store(int64(running.Load().KillProvider()))
					}
				}
			})
			d.Call(t, http.MethodPut, "/v1/catalogs/6/sync", map[string]any{"actions": []any{
				map[string]any{"type": "ADD", "payload": map[string]any{"sku": "FOREIGN"}},
			}}, nil)
			c := newCLI(t, d.URL, "resource \"talonone_catalog_items\" \"all\" {\n  catalog_id = 6\n  items_file = { path = \"items.csv\" }\n}\n")
			running.Store(c)
			c.Write("items.csv", before)
			c.must(0, "apply", "-auto-approve")
			c.Write("items.csv", after)
			armed.Store(true)
			if output, code := c.Run("apply", "-auto-approve"); code == 0 {
				t.Fatalf("the apply was not disturbed:\n%s", output)
			}
			if killed.Load() == 0 {
				t.Fatal("no provider was found to kill")
			}
			armed.Store(false)
			c.must(0, "apply", "-auto-approve")
			if got := itemCount(t, d); got != 2601 {
				t.Errorf("the catalog has %d items, want 2600 and the foreign one", got)
			}
			c.must(0, "plan", "-detailed-exitcode")
			c.must(0, "destroy", "-auto-approve")
			if got := itemCount(t, d); got != 1 {
				t.Errorf("after the destroy the catalog has %d items, want the foreign one", got)
			}
		})
	}
}

// The plan of a large file is read by a person: the changed SKUs, how many, and how many requests they take.
func TestPlanOfALargeItemsFileShowsWhatChanges(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	c := newCLI(t, d.URL, `
resource "talonone_catalog_items" "all" {
  catalog_id = 6
  items_file = {
    path    = "${path.module}/items.csv"
    columns = { size = "number" }
  }
}
`)
	rows := make([]string, 25_001)
	rows[0] = "sku,price,product,color,size"
	for i := range 25_000 {
		rows[i+1] = fmt.Sprintf("SKU%05d,%d.50,product-%d,red,%d", i, i%1000, i%100, 36+i%12)
	}
	write := func() { c.Write("items.csv", strings.Join(rows, "\n")+"\n") }
	write()
	plan := c.must(0, "plan", "-no-color")
	for _, want := range []string{"+ added    = 25000", "+ requests = 25"} {
		if !strings.Contains(plan, want) {
			t.Errorf("the plan of a create lacks %q:\n%s", want, plan)
		}
	}
	c.must(0, "apply", "-auto-approve")

	rows[1] = "SKU00000,0.75,product-0,red,36"
	rows[10_001] = "SKU10000,0.50,product-0,blue,40"
	rows[20_001] = "SKU20000,,product-0,red,44"
	rows[25_000] = "NEW,1,product-1,red,36"
	write()
	plan = c.must(0, "plan", "-no-color")
	for _, want := range []string{
		"~ added    = 25000 -> 1", "~ removed  = 0 -> 1", "~ requests = 25 -> 2", "~ updated  = 0 -> 3",
		"~ SKU00000 = {", "~ price      = 0.5 -> 0.75", `~ color = "red" -> "blue"`, "- price      = 0.5", "+ NEW      = {", "- SKU24999 = {",
		"(24996 unchanged attributes hidden)",
	} {
		if !strings.Contains(plan, want) {
			t.Errorf("the plan lacks %q:\n%s", want, plan)
		}
	}
	if lines := strings.Count(plan, "\n"); lines > 100 {
		t.Errorf("the plan has %d lines, too many to read", lines)
	}
	d.Forget()
	c.must(0, "apply", "-auto-approve")
	if got := d.Count("syncCatalog"); got != 2 {
		t.Errorf("the apply took %d requests, want 2", got)
	}
	if got := itemCount(t, d); got != 25_000 {
		t.Errorf("the catalog has %d items", got)
	}
}
