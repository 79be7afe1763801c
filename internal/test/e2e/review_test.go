package e2e

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// recordPlans writes the plans into the test data of talonone-review, whose own tests then need no Terraform.
var recordPlans = flag.Bool("record-plans", false, "write the plans and their comments into cmd/talonone-review/testdata")

// season is a configuration as a shop may have it.
const season = `
	resource "talonone_audience" "vip" {
	  name = "VIP customers"
	}
	resource "talonone_audience_memberships" "vip" {
	  audience_id = talonone_audience.vip.id
	  ownership   = "exclusive"
	  members     = [for i in range(10) : "customer-${i}"]
	}
	resource "talonone_catalog_items" "shoes" {
	  catalog_id = 6
	  items = jsonencode({
	    RUN-40  = { price = 79.9, product = "Runner", attributes = { color = "red" } }
	    RUN-41  = { price = 79.9, product = "Runner", attributes = { color = "red" } }
	    RUN-42  = { price = 79.9, product = "Runner", attributes = { color = "red" } }
	    HIKE-43 = { price = 129, product = "Hiker", attributes = { color = "green" } }
	    HIKE-44 = { price = 129, product = "Hiker", attributes = { color = "green" } }
	    SLIP-38 = { price = 19.5 }
	  })
	}
	resource "talonone_coupon_reservation" "summer" {
	  coupon_value = "SUMMER25%OFF"
	  customers    = ["customer-1", "customer-2"]
	}
	resource "talonone_referrals" "friends" {
	  campaign_id = 11
	  advocates   = ["customer-1", "customer-2"]
	  usage_limit = 3
	}
	resource "talonone_customer_profile" "test" {
	  integration_id   = "customer-3"
	  erase_on_destroy = true
	  attributes       = jsonencode({ Language = "de" })
	}
`

// reviewed are plans that people review, each the last step of a story.
var reviewed = map[string]struct {
	before, after string
	meanwhile     func(*testing.T, *acctest.Deployment)
}{
	"first": {
		after: season + `
			locals {
			  regions = { north = ["n1", "n2", "n3"], south = ["s1"] }
			}
			resource "talonone_audience" "region" {
			  for_each = local.regions
			  name     = "Region ${each.key}"
			}
			resource "talonone_audience_memberships" "region" {
			  for_each    = local.regions
			  audience_id = talonone_audience.region[each.key].id
			  members     = each.value
			}
			resource "talonone_audience_membership" "north" {
			  audience_id            = talonone_audience.region["north"].id
			  profile_integration_id = "n4"
			}`,
	},
	"codes": {
		before: codes(`["staff", "beta"]`, "additive", `{ "ANNA-10" = { usage_limit = 10 }, "BEN-10" = {}, "CLEO-10" = {}, "DANA-10" = {} }`),
		meanwhile: func(t *testing.T, d *acctest.Deployment) {
			d.Call(t, http.MethodPost, "/v1/applications/2/campaigns/13/coupons", map[string]any{"usageLimit": 1, "numberOfCoupons": 1, "couponPattern": "FROM-A-BATCH"}, nil)
		},
		after: codes(`["beta", "press"]`, "exclusive", `{ "ANNA-10" = { usage_limit = 20 }, "BEN-10" = {}, "CLEO-10" = {}, "EMIL-10" = {} }`),
	},
	"season": {
		before: season,
		after: `
			resource "talonone_audience" "vip" {
			  name = "VIP customers"
			}
			resource "talonone_audience" "winter" {
			  name = "Winter"
			}
			resource "talonone_audience_memberships" "vip" {
			  audience_id = talonone_audience.vip.id
			  ownership   = "exclusive"
			  members     = [for i in range(3, 130) : "customer-${i}"]
			}
			resource "talonone_catalog_items" "shoes" {
			  catalog_id = 6
			  items = jsonencode({
			    RUN-40  = { price = 59.9, product = "Runner", attributes = { color = "red" } }
			    RUN-41  = { price = 59.9, product = "Runner", attributes = { color = "red" } }
			    RUN-42  = { price = 59.9, product = "Runner", attributes = { color = "blue" } }
			    HIKE-43 = { price = 129.00, product = "Hiker", attributes = { color = "brown" } }
			    HIKE-44 = { price = 129.00, product = "Hiker", attributes = { color = "brown" } }
			    BOOT-40 = { price = 99 }
			    BOOT-41 = { price = 99 }
			  })
			}
			resource "talonone_coupon_reservation" "summer" {
			  coupon_value = "SUMMER25%OFF"
			  customers    = ["customer-2", "customer-5", "customer-6"]
			}
			resource "talonone_referrals" "friends" {
			  campaign_id = 11
			  advocates   = ["customer-2", "customer-3"]
			  usage_limit = 3
			}
			resource "talonone_customer_profile" "test" {
			  integration_id   = "customer-3"
			  erase_on_destroy = true
			  attributes       = jsonencode({ Language = "fr" })
			}
			resource "terraform_data" "release" {
			  input = "winter"
			}`,
	},
	"cleanup": {
		before: season + `
			resource "talonone_audience" "described" {
			  name        = "Bought twice"
			  description = "At least two orders."
			}
			resource "talonone_audience" "misspelt" {
			  name = "Regluars"
			}`,
		after: `
			resource "talonone_audience" "described" {
			  name        = "Bought twice"
			  description = "At least two orders this year."
			}
			resource "talonone_audience" "misspelt" {
			  name = "Regulars"
			}`,
	},
	"customers": {
		before: customers(`"2026-01"`, `{ customer-1 = { vip = true }, customer-2 = { vip = true } }`),
		after: customers(`"2026-02"`, `{ customer-1 = { vip = false }, customer-9 = { vip = true } }`) + `
			resource "talonone_audience" "vip" {
			  name = "VIP customers"
			}
			resource "talonone_audience_customer_attributes" "vip" {
			  audience_id = talonone_audience.vip.id
			  attributes  = jsonencode({ vip = true })
			}
			resource "talonone_customer_data_deletion" "asked" {
			  integration_id = "customer-3"
			}
			resource "talonone_catalog_items" "file" {
			  catalog_id  = 6
			  plan_detail = "keys"
			  items_file = {
			    path = "${path.module}/items.csv"
			  }
			}`,
	},
	"drift": {
		before: season,
		after:  season,
		meanwhile: func(t *testing.T, d *acctest.Deployment) {
			rename(t, d, "VIP customers", "VIPs")
			d.Call(t, http.MethodPut, "/v1/catalogs/6/sync", map[string]any{"actions": []map[string]any{
				{"type": "ADD", "payload": map[string]any{"sku": "RUN-40", "price": 1, "replaceIfExists": true}},
			}}, nil)
		},
	},
	"empty": {before: season, after: season},
	// What the guide walks through.
	"walk": {before: walk(`[for i in range(10, 50) : "customer-${i}"]`, `
	    SKU1241004 = { price = 116.95, product = "Runner" }
	    SKU1241005 = { price = 116.95, product = "Runner" }
	    SKU2033001 = { price = 59.5, product = "Hiker" }`), after: walk(`concat([for i in range(12, 50) : "customer-${i}"], ["customer-77"])`, `
	    SKU1241004 = { price = 77.7, product = "Runner" }
	    SKU1241005 = { price = 77.7, product = "Runner" }
	    SKU2033001 = { product = "Hiker" }
	    SKU3100120 = { price = 99, product = "Boot" }`)},
}

func walk(members, items string) string {
	return fmt.Sprintf(`
		provider "talonone" {
		  base_url = "`+deployment+`"
		}
		resource "talonone_audience" "vip" {
		  name = "VIP customers"
		}
		resource "talonone_audience_memberships" "vip" {
		  audience_id         = talonone_audience.vip.id
		  ownership           = "exclusive"
		  max_removal_percent = 20
		  members             = %s
		}
		resource "talonone_catalog_items" "shoes" {
		  catalog_id = 6
		  items = jsonencode({%s
		  })
		}`, members, items)
}

// codes are the coupons of a campaign, and the audiences of a customer.
func codes(audiences, ownership, coupons string) string {
	return fmt.Sprintf(`
		resource "talonone_audience" "all" {
		  for_each = toset(["staff", "beta", "press"])
		  name     = each.key
		}
		resource "talonone_customer_audiences" "tester" {
		  profile_integration_id = "customer-1"
		  audience_ids           = [for name in %s : talonone_audience.all[name].id]
		}
		resource "talonone_coupons" "partners" {
		  application_id = 2
		  campaign_id    = 13
		  ownership      = %q
		  coupons        = jsonencode(%s)
		}`, audiences, ownership, coupons)
}

// deployment is how recorded plans and comments name the deployment, whose port is another one in each run.
const deployment = "https://mycompany.europe-west1.talon.one"

func customers(release, profiles string) string {
	return fmt.Sprintf(`
		resource "talonone_event" "shared" {
		  type       = "product_shared"
		  profile_id = "customer-1"
		  attributes = jsonencode({ url = "https://shop.example.com/a" })
		  triggers   = { release = %[1]s }
		}
		resource "talonone_customer_profiles" "test" {
		  profiles         = jsonencode(%[2]s)
		  erase_on_destroy = true
		}
		resource "talonone_customer_session" "order" {
		  integration_id = "test-order-${replace(%[1]s, "-", "")}"
		  profile_id     = "customer-1"
		  state          = "closed"
		  cart_items     = [{ sku = "RUN-40", quantity = 2, price = 59.95 }]
		}
		resource "talonone_cart_item_return" "first" {
		  session_integration_id = talonone_customer_session.order.integration_id
		  returned_cart_items    = [{ position = 0, quantity = 1 }]
		}`, release, profiles)
}

func TestPlansAreReviewed(t *testing.T) {
	t.Parallel()
	for name, story := range reviewed {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t)
			c := newCLI(t, d.URL, strings.ReplaceAll(story.before, deployment, d.URL))
			c.Write("items.csv", "sku,price\nA,1\nB,2.50\n")
			if story.before != "" {
				c.must(0, "apply", "-auto-approve", "-no-color")
			}
			if story.meanwhile != nil {
				story.meanwhile(t, d)
			}
			c.configure(strings.ReplaceAll(story.after, deployment, d.URL))
			c.must(0, "plan", "-out=plan.tfplan", "-no-color")
			plan := strings.ReplaceAll(c.Output("show", "-json", "plan.tfplan"), d.URL, deployment)
			c.Write("plan.json", plan)
			comment := c.review("plan.json")
			golden := filepath.Join("..", "..", "..", "cmd", "talonone-review", "testdata", name)
			if *recordPlans {
				for ending, content := range map[string]string{".json": plan, ".md": comment} {
					if err := os.WriteFile(golden+ending, []byte(content), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				return
			}
			want, err := os.ReadFile(golden + ".md")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), comment); diff != "" {
				t.Errorf("comment (-want +got):\n%s", diff)
			}
		})
	}
}

// expectReviewed describes a plan: all of it is understood, and nothing is printed that could be mistaken for something else.
func (c *cli) expectReviewed(plan string) {
	c.t.Helper()
	c.Write("plan.json", plan)
	for _, format := range []string{"markdown", "summary", "html", "text"} {
		comment := c.review("-format", format, "plan.json")
		for _, wrong := range []string{"Other objects", "Managed twice", "Possibly renamed", "%!", "<nil>"} {
			if strings.Contains(comment, wrong) {
				c.t.Errorf("the comment has %q:\n%s", wrong, comment)
			}
		}
		expectNone(c.t, "the comment", comment, secrets)
	}
}

// review is what talonone-review says of a plan.
func (c *cli) review(args ...string) string {
	c.t.Helper()
	cmd := exec.CommandContext(c.t.Context(), filepath.Join(binaries.Dir, "talonone-review"), args...)
	cmd.Dir = c.Dir
	output, err := cmd.CombinedOutput()
	if err != nil {
		c.t.Fatalf("talonone-review: %v\n%s", err, output)
	}
	return string(output)
}
