package catalog_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// planned checks last_sync in the plan.
func planned(added, updated, removed int64) plancheck.PlanCheck {
	return plancheck.ExpectKnownValue(address, tfjsonpath.New("last_sync"), knownvalue.ObjectPartial(map[string]knownvalue.Check{
		"added": knownvalue.Int64Exact(added), "updated": knownvalue.Int64Exact(updated), "removed": knownvalue.Int64Exact(removed),
	}))
}

func TestCatalogItemsAreWhatTheConfigurationSays(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	add(t, d, shoes, map[string]any{"sku": "FOREIGN", "price": 1})
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             holds(t, d, map[string]string{"FOREIGN": `{"$price":1}`}),
		Steps: []resource.TestStep{
			{
				Config: d.Config(itemsResource(jsonItems(`{
				  A = { price = 10.50, product = "sneakers", attributes = { color = "red", size = 42, in_stock = true, tags = ["b", "a"], released = "2026-03-01T11:00:00+01:00" } }
				  B = { product = "boots", price = null }
				  C = {}
				}`))),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{planned(3, 0, 0)}},
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(address, tfjsonpath.New("item_count"), knownvalue.Int64Exact(3)),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("catalog_version"), knownvalue.Int64Exact(3)),
					statecheck.ExpectKnownValue(address, tfjsonpath.New("ownership"), knownvalue.StringExact("additive")),
				},
				Check: resource.ComposeTestCheckFunc(d.ExpectWrites(sync(1)), holds(t, d, map[string]string{
					"FOREIGN": `{"$price":1}`,
					"A":       `{"$price":10.5,"$product":"sneakers","color":"red","in_stock":true,"released":"2026-03-01T10:00:00Z","size":42,"tags":["b","a"]}`,
					"B":       `{"$product":"boots"}`,
					"C":       `{}`,
				})),
			},
			{
				// A price, a product and an attribute go, one of each comes, and an item too.
				Config: d.Config(itemsResource(jsonItems(`{
				  A = { product = "sneakers", attributes = { color = "red", size = 42, tags = ["b", "a"] } }
				  B = { price = 3, attributes = { color = "blue" } }
				  D = { price = 0 }
				}`))),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{planned(1, 2, 1)}},
				Check: resource.ComposeTestCheckFunc(d.ExpectWrites(sync(2)), holds(t, d, map[string]string{
					"FOREIGN": `{"$price":1}`,
					"A":       `{"$product":"sneakers","color":"red","size":42,"tags":["b","a"]}`,
					"B":       `{"$price":3,"color":"blue"}`,
					"D":       `{"$price":0}`,
				})),
			},
			{
				// Written otherwise, the same.
				Config: d.Config(itemsResource(`
				  items = <<-EOT
				    { "D": {"price": 0.00}, "B": {"attributes": {"color": "blue"}, "price": 30e-1, "product": null},
				      "A": {"attributes": {"tags": ["b", "a"], "size": 42.0, "color": "red"}, "product": "sneakers"} }
				  EOT`)),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: noChange},
			},
			{ResourceName: address, ImportState: true, ImportStateId: "6/A,B,D", ImportStateVerify: true,
				ImportStateVerifyIdentifierAttribute: "catalog_id", ImportStateVerifyIgnore: []string{"items", "last_sync", "catalog_version", "ownership"}},
		},
	})
}
