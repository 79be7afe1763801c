package catalog_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// shoes is the catalog of the default fixture that the tests use, and address the resource.
const (
	shoes   = 6
	address = "talonone_catalog_items.shoes"
)

// itemsResource is a resource for the catalog of shoes.
func itemsResource(settings string) string {
	return fmt.Sprintf("resource \"talonone_catalog_items\" \"shoes\" {\n  catalog_id = %d\n%s\n}\n", shoes, settings)
}

// jsonItems sets items to a HCL object.
func jsonItems(object string) string { return "  items = jsonencode(" + object + ")\n" }

// add puts items into a catalog behind Terraform's back, and replaces those that are there.
func add(t testing.TB, d *acctest.Deployment, catalog int, payloads ...map[string]any) {
	t.Helper()
	for _, payload := range payloads {
		payload["replaceIfExists"] = true
	}
	for part := range slices.Chunk(payloads, 1000) {
		edit(t, d, catalog, "ADD", part...)
	}
}

// edit sends actions of one type behind Terraform's back.
func edit(t testing.TB, d *acctest.Deployment, catalog int, kind string, payloads ...map[string]any) {
	t.Helper()
	actions := make([]map[string]any, len(payloads))
	for i, payload := range payloads {
		actions[i] = map[string]any{"type": kind, "payload": payload}
	}
	d.Call(t, http.MethodPut, fmt.Sprintf("/v1/catalogs/%d/sync", catalog), map[string]any{"actions": actions}, nil)
	d.Forget()
}

// contents lists a catalog: each SKU with its price, product and attributes as JSON.
func contents(t testing.TB, d *acctest.Deployment, catalog int) map[string]string {
	t.Helper()
	items := make(map[string]string)
	for skip := 0; ; skip += 1000 {
		var response struct {
			HasMore bool `json:"hasMore"`
			Data    []struct {
				SKU        string      `json:"sku"`
				Price      json.Number `json:"price"`
				Attributes []struct {
					Name  string `json:"name"`
					Value any    `json:"value"`
				} `json:"attributes"`
				Product *struct {
					Name string `json:"name"`
				} `json:"product"`
			} `json:"data"`
		}
		d.Call(t, http.MethodGet, fmt.Sprintf("/v1/catalogs/%d/items?pageSize=1000&skip=%d", catalog, skip), nil, &response)
		for _, row := range response.Data {
			shown := map[string]any{}
			for _, attribute := range row.Attributes {
				shown[attribute.Name] = attribute.Value
			}
			if row.Price != "" {
				shown["$price"] = row.Price
			}
			if row.Product != nil {
				shown["$product"] = row.Product.Name
			}
			text, err := json.Marshal(shown)
			if err != nil {
				t.Fatal(err)
			}
			items[row.SKU] = string(text)
		}
		if !response.HasMore {
			return items
		}
	}
}

// holds checks what the catalog of shoes has.
func holds(t testing.TB, d *acctest.Deployment, want map[string]string) func(*terraform.State) error {
	return func(*terraform.State) error {
		t.Helper()
		if diff := cmp.Diff(want, contents(t, d, shoes)); diff != "" {
			return fmt.Errorf("items of the catalog (-want +got):\n%s", diff)
		}
		return nil
	}
}

// numbered makes the payloads of n items.
func numbered(n int) []map[string]any {
	payloads := make([]map[string]any, n)
	for i := range payloads {
		payloads[i] = map[string]any{"sku": "SKU" + strconv.Itoa(i), "price": i}
	}
	return payloads
}

// sync counts the requests of an apply.
func sync(n int) map[string]int {
	if n == 0 {
		return map[string]int{}
	}
	return map[string]int{"syncCatalog": n}
}

var noChange = []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}
