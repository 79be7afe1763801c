package session_test

import (
	"fmt"
	"net/http"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

const back = "talonone_cart_item_return.back"

func returned(settings string) string {
	return "resource \"talonone_cart_item_return\" \"back\" {\n  session_integration_id = \"order-1\"\n" + settings + "\n}\n"
}

// ordered is a deployment with a closed session of three units of A and one of B.
func ordered(t *testing.T) *acctest.Deployment {
	t.Helper()
	d := acctest.Start(t)
	put(t, d, "order-1", map[string]any{"profileId": "customer-1", "state": "closed", "couponCodes": []string{"SUMMER10"}, "cartItems": []any{
		map[string]any{"sku": "A", "quantity": 3, "price": 10}, map[string]any{"sku": "B", "quantity": 1, "price": 5},
	}})()
	return d
}

// left checks how many units of an item the session still has.
func left(t *testing.T, d *acctest.Deployment, position, want int) func(*terraform.State) error {
	return func(*terraform.State) error {
		var response struct {
			Session struct {
				CartItems []struct {
					RemainingQuantity int `json:"remainingQuantity"`
				} `json:"cartItems"`
			} `json:"customerSession"`
		}
		d.Call(t, http.MethodGet, "/v2/customer_sessions/order-1", nil, &response)
		if got := response.Session.CartItems[position].RemainingQuantity; got != want {
			return fmt.Errorf("%d units are left at position %d, want %d", got, position, want)
		}
		return nil
	}
}

func TestReturnRunsOnceAndAgainWithItsTriggers(t *testing.T) {
	t.Parallel()
	d := ordered(t)
	again := resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(back, plancheck.ResourceActionDestroyBeforeCreate)}}
	known := func(name string, want knownvalue.Check, steps ...any) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(back, at(name, steps...), want)
	}
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             left(t, d, 0, 1),
		Steps: []resource.TestStep{
			{
				Config: d.Config(returned(`returned_cart_items = [{ position = 0, quantity = 1 }]`)),
				ConfigStateChecks: []statecheck.StateCheck{
					known("id", knownvalue.NotNull()), known("event_id", knownvalue.NotNull()), known("session_id", knownvalue.NotNull()),
					known("created", knownvalue.StringRegexp(regexp.MustCompile(`Z$`))),
					known("effects", knownvalue.ListSizeExact(0)),
					known("run_rule_engine", knownvalue.Bool(false)),
					known("response", knownvalue.Null()),
					known("idempotency_key", knownvalue.StringRegexp(regexp.MustCompile(`^[0-9a-f-]{36}$`))),
				},
				Check: left(t, d, 0, 2),
			},
			{
				// What only asks for more of the next answer does nothing now.
				Config: d.Config(returned("returned_cart_items = [{ position = 0, quantity = 1 }]\nresponse_content = [\"customerSession\"]")),
				Check:  left(t, d, 0, 2),
			},
			{
				PreConfig: d.Forget,
				Config: d.Config(returned(`
					returned_cart_items = [{ position = 0, quantity = 1 }]
					response_content    = ["previousReturns"]
					run_rule_engine     = true
					triggers            = { shipment = "2" }`)),
				ConfigPlanChecks: again,
				ConfigStateChecks: []statecheck.StateCheck{
					known("effects", knownvalue.ListSizeExact(2)),
					known("response", knownvalue.StringRegexp(regexp.MustCompile(`^\{"previousReturns":\[\{.*\},\{.*\}\]\}$`))),
				},
				Check: d.ExpectWrites(map[string]int{"returnCartItems": 1}),
			},
			{
				Config: d.Config(returned("returned_cart_items = [{ sku = \"B\" }]\ntriggers = { shipment = \"2\" }")), ConfigPlanChecks: again,
				ConfigStateChecks: []statecheck.StateCheck{known("returned", knownvalue.ListExact([]knownvalue.Check{knownvalue.ObjectExact(map[string]knownvalue.Check{
					"position": knownvalue.Int64Exact(1), "sku": knownvalue.StringExact("B"), "quantity": knownvalue.Int64Exact(1),
				})}))},
				Check: left(t, d, 1, 0),
			},
		},
	})
}

func TestReturnsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	d := ordered(t)
	put(t, d, "open-1", map[string]any{"cartItems": []any{map[string]any{"sku": "A", "quantity": 1, "price": 1}}})()
	for name, test := range map[string]struct{ config, want string }{
		"nothing":           {returned(`returned_cart_items = []`), `(?s)returned_cart_items.*at least 1`},
		"no item":           {returned(`returned_cart_items = [{ quantity = 1 }]`), `(?s)position.*sku`},
		"no units":          {returned(`returned_cart_items = [{ position = 0, quantity = 0 }]`), `(?s)quantity.*at least 1`},
		"negative position": {returned(`returned_cart_items = [{ position = -1 }]`), `(?s)position.*at least 0`},
		"too many units":    {returned(`returned_cart_items = [{ position = 1, quantity = 2 }]`), `(?s)1 of 1 units.*returnedCartItems/0/quantity.*remaining_quantity`},
		"item not there":    {returned(`returned_cart_items = [{ sku = "C" }]`), `(?s)no item with this SKU`},
		"open session":      {`resource "talonone_cart_item_return" "back" { ` + "\nsession_integration_id = \"open-1\"\nreturned_cart_items = [{ position = 0 }]\n}", `(?s)Unable to return items.*closed`},
		"no session":        {`resource "talonone_cart_item_return" "back" { ` + "\nsession_integration_id = \"nowhere\"\nreturned_cart_items = [{ position = 0 }]\n}", `(?s)Customer session does not exist.*"nowhere"`},
		"unknown part":      {returned("returned_cart_items = [{ position = 0 }]\nresponse_content = [\"achievements\"]"), `(?s)response_content`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps:                    []resource.TestStep{{Config: d.Config(test.config), ExpectError: regexp.MustCompile(test.want)}},
			})
		})
	}
}

func TestReturnIsMadeOnceWhateverHappensToItsAnswer(t *testing.T) {
	t.Parallel()
	d := ordered(t)
	inject(t, d, "POST /v2/customer_sessions/order-1/returns times=1 reset after-apply")
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: d.Config(returned("returned_cart_items = [{ position = 0, quantity = 1 }]\nidempotency_key = \"return-1\"")),
				Check:  left(t, d, 0, 2),
			},
			{
				// The same key on purpose: the deployment answers from memory, and the plan has warned of it.
				Config: d.Config(returned("returned_cart_items = [{ position = 0, quantity = 1 }]\nidempotency_key = \"return-1\"\ntriggers = { x = \"y\" }")),
				Check:  left(t, d, 0, 2),
			},
		},
	})
}

func TestReturnOfUnknownOutcomeSaysHowToGoOn(t *testing.T) {
	t.Parallel()
	d := ordered(t)
	inject(t, d, "POST /v2/customer_sessions/order-1/returns status=500")
	settings := fmt.Sprintf("integration_api_key = %q\nmax_retries = 0", acctest.IntegrationKey)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config:      d.ConfigWith(settings, returned("returned_cart_items = [{ position = 0 }]")),
			ExpectError: regexp.MustCompile(`(?s)Unable to return items of customer session "order-1".*500`),
		}},
	})
}

func TestReturnedItemsKnownOnlyDuringApply(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: d.Config(`
				resource "terraform_data" "late" { input = 1 }
				resource "talonone_customer_session" "order" {
				  integration_id = "order-1"
				  state          = "closed"
				  cart_items     = [{ sku = "A", quantity = 2, price = 1 }]
				}
				resource "talonone_cart_item_return" "back" {
				  session_integration_id = talonone_customer_session.order.integration_id
				  returned_cart_items    = [{ position = talonone_customer_session.order.cart_items[0].position, quantity = terraform_data.late.output }]
				}`),
			// The return changes the session behind its resource's back, which is no change of it.
			Check: left(t, d, 0, 1),
		}},
	})
}
