package session_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

const cart = "talonone_customer_session.cart"

func session(settings string) string {
	return "resource \"talonone_customer_session\" \"cart\" {\n  integration_id = \"cart-1\"\n" + settings + "\n}\n"
}

func value(at tfjsonpath.Path, want knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(cart, at, want)
}

func at(name string, steps ...any) tfjsonpath.Path {
	path := tfjsonpath.New(name)
	for _, step := range steps {
		switch step := step.(type) {
		case int:
			path = path.AtSliceIndex(step)
		case string:
			path = path.AtMapKey(step)
		}
	}
	return path
}

var (
	noChange = resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}
	inPlace  = resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(cart, plancheck.ResourceActionUpdate)}}
)

// stateOf asks the deployment, behind Terraform's back, for a session.
func stateOf(t *testing.T, d *acctest.Deployment, id string) map[string]any {
	t.Helper()
	var response struct {
		Session map[string]any `json:"customerSession"`
	}
	d.Call(t, http.MethodGet, "/v2/customer_sessions/"+id, nil, &response)
	return response.Session
}

// put updates a session behind Terraform's back.
func put(t *testing.T, d *acctest.Deployment, id string, session map[string]any) func() {
	return func() {
		d.Call(t, http.MethodPut, "/v2/customer_sessions/"+id, map[string]any{"customerSession": session}, nil)
		d.Forget()
	}
}

func TestSessionLivesFromItsIDAlone(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy: func(*terraform.State) error {
			if state := stateOf(t, d, "cart-1")["state"]; state != "cancelled" {
				return fmt.Errorf("the session is %v, not cancelled", state)
			}
			return nil
		},
		Steps: []resource.TestStep{
			{
				Config: d.Config(session("")),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectKnownValue(cart, at("state"), knownvalue.StringExact("open")),
					plancheck.ExpectKnownValue(cart, at("response"), knownvalue.Null()),
					plancheck.ExpectUnknownValue(cart, at("effects")),
				}},
				ConfigStateChecks: []statecheck.StateCheck{
					value(at("id"), knownvalue.NotNull()),
					value(at("application_id"), knownvalue.Int64Exact(1)),
					value(at("profile_id"), knownvalue.StringExact("")),
					value(at("store_integration_id"), knownvalue.Null()),
					value(at("coupon_codes"), knownvalue.ListSizeExact(0)),
					value(at("referral_code"), knownvalue.StringExact("")),
					value(at("cart_items"), knownvalue.ListSizeExact(0)),
					value(at("additional_costs"), knownvalue.MapSizeExact(0)),
					value(at("attributes"), knownvalue.StringExact("{}")),
					value(at("effects"), knownvalue.ListSizeExact(0)),
					value(at("created_coupons"), knownvalue.ListSizeExact(0)),
					value(at("created_referrals"), knownvalue.ListSizeExact(0)),
					value(at("update_count"), knownvalue.Int64Exact(1)),
					value(at("first_session"), knownvalue.Bool(true)),
					value(at("created"), knownvalue.StringRegexp(regexp.MustCompile(`Z$`))),
					value(at("on_destroy"), knownvalue.StringExact("cancel")),
				},
				Check: d.ExpectWrites(map[string]int{"updateCustomerSessionV2": 1}),
			},
			{ResourceName: cart, ImportState: true, ImportStateId: "cart-1", ImportStateVerify: true, ImportStateVerifyIdentifierAttribute: "integration_id"},
			{
				Config: d.Config(session("")), ResourceName: cart, ImportStateId: "cart-1",
				ImportState: true, ImportStateKind: resource.ImportBlockWithID,
			},
		},
	})
}

const fullSession = `
  profile_id           = "customer-1"
  store_integration_id = "store-1"
  coupon_codes         = ["SUMMER10", "XMAS-20-2021"]
  referral_code        = "FRIEND-1"
  loyalty_cards        = ["card-1"]
  identifiers          = ["device-1", "device-2"]
  attributes           = jsonencode({ Channel = "web" })
  evaluable_campaign_ids = [12]
  response_content     = ["customerProfile", "triggeredCampaigns"]
  cart_items = [
    {
      sku      = "SKU1"
      quantity = 2
      price    = 99.99
      name     = "Air Glide"
      category = "shoes"
      product  = "sneakers"
      weight   = 1130
      height   = 100.5
      width    = 200
      length   = 300
      attributes       = jsonencode({ color = "red", size = 42.0 })
      additional_costs = { wrapping = { price = 1.5 } }
    },
    { sku = "SKU2", quantity = 1, price = 0.1 },
  ]
  additional_costs = { shipping = { price = 9 } }
  experiment_variant_allocations = [{ experiment_id = 1, variant_id = 2 }]
`

func TestSessionWithEverythingAndEachPartRemovedAgain(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: d.Config(session(fullSession)),
				ConfigStateChecks: []statecheck.StateCheck{
					value(at("profile_id"), knownvalue.StringExact("customer-1")),
					value(at("store_integration_id"), knownvalue.StringExact("store-1")),
					value(at("coupon_codes", 1), knownvalue.StringExact("XMAS-20-2021")),
					value(at("referral_code"), knownvalue.StringExact("FRIEND-1")),
					value(at("loyalty_cards"), knownvalue.ListSizeExact(1)),
					value(at("identifiers"), knownvalue.ListSizeExact(2)),
					value(at("cart_items", 0, "position"), knownvalue.Int64Exact(0)),
					value(at("cart_items", 0, "remaining_quantity"), knownvalue.Int64Exact(2)),
					value(at("cart_items", 0, "returned_quantity"), knownvalue.Int64Exact(0)),
					value(at("cart_items", 0, "catalog_item_id"), knownvalue.Null()),
					value(at("cart_items", 1, "name"), knownvalue.Null()),
					// 2 x 99.99 + 0.1; 9; 2 x 1.5.
					value(at("cart_item_total"), knownvalue.Float64Exact(200.08)),
					value(at("additional_cost_total"), knownvalue.Float64Exact(9)),
					value(at("cart_item_additional_cost_total"), knownvalue.Float64Exact(3)),
					value(at("total"), knownvalue.Float64Exact(212.08)),
					value(at("effects"), knownvalue.ListSizeExact(4)),
					value(at("accepted_coupons"), knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("SUMMER10")})),
					value(at("rejected_coupons"), knownvalue.MapExact(map[string]knownvalue.Check{"XMAS-20-2021": knownvalue.StringExact("CouponRejectedByCondition")})),
					value(at("total_discount"), knownvalue.Int64Exact(10)),
					value(at("payable"), knownvalue.Float64Exact(202.08)),
					value(at("total_points_added"), knownvalue.Int64Exact(0)),
					value(at("effects", 1, "effect_type"), knownvalue.StringExact("setDiscount")),
					value(at("effects", 1, "campaign_id"), knownvalue.Int64Exact(12)),
					value(at("effects", 1, "rule_name"), knownvalue.StringExact("Accept SUMMER10")),
					value(at("effects", 1, "props"), knownvalue.StringExact(`{"name":"10 off","value":10}`)),
					value(at("response"), knownvalue.StringRegexp(regexp.MustCompile(`"customerProfile":\{.*"triggeredCampaigns":\[\{`))),
				},
				Check: d.ExpectWrites(map[string]int{"updateCustomerSessionV2": 1}),
			},
			{
				// What is left out stays as it is; that is no change.
				Config:           d.Config(session(`response_content = ["customerProfile", "triggeredCampaigns"]` + "\nevaluable_campaign_ids = [12]")),
				ConfigPlanChecks: noChange,
				Check:            d.ExpectWrites(map[string]int{}),
			},
			{
				// Empty is not null: it drops what there was.
				Config: d.Config(session(`
					profile_id       = ""
					coupon_codes     = []
					referral_code    = ""
					loyalty_cards    = []
					identifiers      = []
					attributes       = jsonencode({})
					cart_items       = []
					additional_costs = {}
					experiment_variant_allocations = []`)),
				ConfigPlanChecks: inPlace,
				ConfigStateChecks: []statecheck.StateCheck{
					value(at("coupon_codes"), knownvalue.ListSizeExact(0)),
					value(at("cart_items"), knownvalue.ListSizeExact(0)),
					value(at("effects"), knownvalue.ListSizeExact(0)),
					value(at("response"), knownvalue.Null()),
					value(at("total"), knownvalue.Int64Exact(0)),
				},
				Check: func(*terraform.State) error {
					now := stateOf(t, d, "cart-1")
					for _, name := range []string{"couponCodes", "loyaltyCards", "identifiers", "cartItems", "attributes", "additionalCosts"} {
						if text, _ := json.Marshal(now[name]); string(text) != "[]" && string(text) != "{}" {
							return fmt.Errorf("%s is still %s", name, text)
						}
					}
					return nil
				},
			},
			{Config: d.Config(session("")), ConfigPlanChecks: noChange},
		},
	})
}

// Each optional attribute is set on a session of its own, and nothing is left to
// do afterwards, which plugin-testing checks after every step; then it is taken
// away again, which changes nothing and sends nothing.
func TestEveryOptionalAttributeIsStable(t *testing.T) {
	t.Parallel()
	settings := []string{
		`profile_id = "customer-9"`,
		`profile_id = ""`,
		`store_integration_id = "store-1"`,
		`coupon_codes = ["Summer10"]`,
		`coupon_codes = []`,
		`referral_code = "FRIEND-1"`,
		`referral_code = ""`,
		`loyalty_cards = ["card-1"]`,
		`identifiers = ["b", "a"]`,
		`attributes = jsonencode({ Channel = "web" })`,
		`attributes = jsonencode({ Channel = null })`,
		`cart_items = [{ sku = "A", quantity = 1, price = 1.10 }]`,
		`cart_items = [{ sku = "CAT", quantity = 1 }]`,
		`cart_items = [{ sku = "A", quantity = 1, price = 1, attributes = "{\"size\": 1.0}" }]`,
		`cart_items = [{ sku = "A", quantity = 1, price = 1, name = "", category = "", attributes = "{}", additional_costs = {} }]`,
		`cart_items = [{ sku = "A", quantity = 1, price = 1 }, { sku = "A", quantity = 2, price = 1 }]`,
		`additional_costs = { shipping = { price = 9.90 } }`,
		`experiment_variant_allocations = [{ experiment_id = 1, variant_id = 2 }]`,
		`evaluable_campaign_ids = [12]`,
		`response_content = ["customerSession", "loyalty"]`,
		`state = "open"`,
		`on_destroy = "forget"`,
	}
	var with, without strings.Builder
	for i, setting := range settings {
		fmt.Fprintf(&with, "resource \"talonone_customer_session\" \"s%d\" {\n  integration_id = \"s%d\"\n  %s\n}\n", i, i, setting)
		fmt.Fprintf(&without, "resource \"talonone_customer_session\" \"s%d\" {\n  integration_id = \"s%d\"\n}\n", i, i)
	}
	d := acctest.Start(t, withCatalogItem)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: d.Config(with.String()), Check: d.ExpectWrites(map[string]int{"updateCustomerSessionV2": len(settings)})},
			{Config: d.Config(without.String()), Check: d.ExpectWrites(map[string]int{})},
		},
	})
}

// withCatalogItem gives Application 1 an item CAT for 5.50.
func withCatalogItem(o *emulator.Options) {
	fixture := emulator.DefaultFixture()
	fixture.Catalogs[0].Items = []emulator.FixtureCatalogItem{{SKU: "CAT", Price: "5.50", Product: new("boots")}}
	o.Fixture = fixture
}

func TestSessionTakesTheStepsThatItsStateAllows(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	const items = "cart_items = [{ sku = \"A\", quantity = 2, price = 10 }]\nprofile_id = \"customer-1\"\n"
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             d.ExpectWrites(map[string]int{}),
		Steps: []resource.TestStep{
			{
				Config:      d.Config(session(items + `state = "cancelled"`)),
				ExpectError: regexp.MustCompile(`(?s)A new session can't be cancelled.*created open or closed`),
			},
			{Config: d.Config(session(items + `state = "open"`))},
			{Config: d.Config(session(items + `state = "closed"`)), ConfigPlanChecks: inPlace, ConfigStateChecks: []statecheck.StateCheck{value(at("state"), knownvalue.StringExact("closed"))}},
			{
				// Left out, the state stays; that is no change of a closed session.
				Config: d.Config(session(items)), ConfigPlanChecks: noChange,
			},
			{
				Config:      d.Config(session("profile_id = \"customer-1\"\ncoupon_codes = [\"SUMMER10\"]\n" + `state = "closed"`)),
				ExpectError: regexp.MustCompile(`(?s)Session is not open.*is closed, so coupon_codes can't\s+change`),
			},
			{
				// Opening it again is announced, and takes a request of its own.
				PreConfig: d.Forget,
				Config:    d.Config(session(items + "coupon_codes = [\"SUMMER10\"]\n" + `state = "open"`)), ConfigPlanChecks: inPlace,
				ConfigStateChecks: []statecheck.StateCheck{value(at("effects"), knownvalue.ListSizeExact(2))},
				Check:             d.ExpectWrites(map[string]int{"reopenCustomerSession": 1, "updateCustomerSessionV2": 1}),
			},
			{Config: d.Config(session(items + `state = "cancelled"`))},
			{
				Config:      d.Config(session(items + `state = "open"`)),
				ExpectError: regexp.MustCompile(`(?s)can't change to this state.*is cancelled, and can't become open.*stays cancelled`),
			},
			{
				// A cancelled session is only forgotten.
				PreConfig: d.Forget,
				Config:    d.Config(session(items + `state = "cancelled"`)), ConfigPlanChecks: noChange,
			},
		},
	})
}

func TestChangeShowsAndSendsOnlyWhatChanges(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t, func(o *emulator.Options) { o.KeepBodies = true })
	const items = "cart_items = [{ sku = \"A\", quantity = 2, price = 10 }]\n"
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: d.Config(session(items + `attributes = jsonencode({ Channel = "web" })`))},
			{
				PreConfig: d.Forget,
				Config:    d.Config(session(items + "attributes = jsonencode({})\ncoupon_codes = [\"SUMMER10\"]")),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectKnownValue(cart, at("cart_items", 0, "remaining_quantity"), knownvalue.Int64Exact(2)),
					plancheck.ExpectKnownValue(cart, at("id"), knownvalue.NotNull()),
					plancheck.ExpectKnownValue(cart, at("profile_id"), knownvalue.StringExact("")),
					plancheck.ExpectUnknownValue(cart, at("total")),
					plancheck.ExpectUnknownValue(cart, at("effects")),
				}},
				Check: func(*terraform.State) error {
					for _, request := range d.Server.Requests() {
						if request.Operation != "updateCustomerSessionV2" {
							continue
						}
						const want = `{"customerSession":{"couponCodes":["SUMMER10"],"attributes":{"Channel":null}},"responseContent":["customerSession"]}`
						if string(request.Body) != want {
							return fmt.Errorf("sent %s, want %s", request.Body, want)
						}
					}
					return nil
				},
			},
		},
	})
}

func TestReopeningThatFailsHalfwayGoesOn(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	config := d.Config(session("state = \"open\"\ncoupon_codes = [\"SUMMER10\"]"))
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: d.Config(session(`state = "closed"`))},
			{
				PreConfig: func() {
					inject(t, d, `PUT /v2/customer_sessions/cart-1 after=1 times=1 status=400 body={"message":"no"}`)
				},
				Config: config, ExpectError: regexp.MustCompile(`(?s)Unable to update customer session "cart-1"`),
			},
			{
				// It is open by now; the codes are what is left.
				PreConfig: d.Forget,
				Config:    config, Check: d.ExpectWrites(map[string]int{"updateCustomerSessionV2": 1}),
			},
		},
	})
}

func TestStatesThatNoUpdateCanAskForAreRefusedAtPlanTime(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	for name, test := range map[string]struct{ settings, want string }{
		"partially returned":  {`state = "partially_returned"`, `(?s)by returns only.*talonone_cart_item_return`},
		"unknown state":       {`state = "paid"`, `(?s)"paid" is not one of "open", "closed" and\s+"cancelled"`},
		"empty sku":           {`cart_items = [{ sku = "", quantity = 1 }]`, `(?s)cart_items\[0\].sku`},
		"no units":            {`cart_items = [{ sku = "A", quantity = 0 }]`, `(?s)quantity.*at least 1`},
		"too many units":      {`cart_items = [{ sku = "A", quantity = 9000 }, { sku = "B", quantity = 1001 }]`, `(?s)add up to 10001.*at most\s+10000`},
		"too many items":      {`cart_items = [for i in range(1001) : { sku = "A", quantity = 1 }]`, `(?s)at most 1000`},
		"six identifiers":     {`identifiers = ["1", "2", "3", "4", "5", "6"]`, `(?s)at most 5`},
		"two loyalty cards":   {`loyalty_cards = ["1", "2"]`, `(?s)at most 1`},
		"long coupon code":    {`coupon_codes = [join("", [for i in range(101) : "x"])]`, `(?s)coupon_codes\[0\].*100`},
		"code twice":          {`coupon_codes = ["A", "A"]`, `(?s)duplicate`},
		"attributes no JSON":  {`attributes = "{"`, `(?s)attributes`},
		"attributes no map":   {`attributes = "[]"`, `(?s)one JSON object`},
		"undefined attribute": {`attributes = jsonencode({ Chanel = "web" })`, `(?s)no attribute\s+"Chanel"`},
		"mistyped attribute":  {`cart_items = [{ sku = "A", quantity = 1, price = 1, attributes = jsonencode({ size = "big" }) }]`, `(?s): *cart_items = .*cart_items\[0\].attributes \(SKU "A"\).*"size"`},
		"unknown part":        {`response_content = ["prices"]`, `(?s)response_content\[0\]`},
		"other on_destroy":    {`on_destroy = "delete"`, `(?s)on_destroy`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps:                    []resource.TestStep{{Config: d.Config(session(test.settings)), PlanOnly: true, ExpectError: regexp.MustCompile(test.want)}},
			})
		})
	}
}

func TestClosingASessionRedeemsAndCreates(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t, func(o *emulator.Options) {
		fixture := emulator.DefaultFixture()
		fixture.Effects = append(fixture.Effects, emulator.FixtureEffect{
			SKU: "A", CampaignID: 12, RuleName: "Thanks", EffectType: "couponCreated", Props: map[string]any{"value": "THANKS-1", "profileId": "customer-1"},
		})
		o.Fixture = fixture
	})
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: d.Config(session(`
				profile_id   = "customer-1"
				coupon_codes = ["SUMMER10"]
				cart_items   = [{ sku = "A", quantity = 1, price = 10 }]
				state        = "closed"`)),
			ConfigStateChecks: []statecheck.StateCheck{
				value(at("effects"), knownvalue.ListSizeExact(3)),
				value(at("created_coupons", 0, "value"), knownvalue.StringExact("THANKS-1")),
				value(at("created_coupons", 0, "recipient_integration_id"), knownvalue.StringExact("customer-1")),
				value(at("created_coupons", 0, "expiry_date"), knownvalue.Null()),
			},
		}},
	})
}

func TestReturnOfItemsLeavesAClosedSessionAsItIs(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	config := d.Config(session("cart_items = [{ sku = \"A\", quantity = 2, price = 10 }]\nstate = \"closed\""))
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config},
			{
				PreConfig: func() {
					d.Call(t, http.MethodPost, "/v2/customer_sessions/cart-1/returns", map[string]any{
						"return": map[string]any{"returnedCartItems": []any{map[string]any{"position": 0, "quantity": 1}}},
					}, nil)
				},
				Config: config, ConfigPlanChecks: noChange,
				ConfigStateChecks: []statecheck.StateCheck{
					value(at("state"), knownvalue.StringExact("partially_returned")),
					value(at("cart_items", 0, "returned_quantity"), knownvalue.Int64Exact(1)),
					value(at("cart_items", 0, "remaining_quantity"), knownvalue.Int64Exact(1)),
				},
			},
			{
				// So says the configuration that an import generates.
				Config: strings.Replace(config, `state = "closed"`, `state = "partially_returned"`, 1), ConfigPlanChecks: noChange,
			},
		},
	})
}

func TestChangesMadeElsewhereArePutRight(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	config := d.Config(session("coupon_codes = [\"SUMMER10\"]\nattributes = jsonencode({ Channel = \"web\" })\ncart_items = [{ sku = \"A\", quantity = 2, price = 10 }]"))
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config},
			{
				PreConfig: put(t, d, "cart-1", map[string]any{"couponCodes": []string{}, "cartItems": []any{
					map[string]any{"sku": "A", "quantity": 3, "price": 10}, map[string]any{"sku": "B", "quantity": 1, "price": 1},
				}}),
				Config: config, ConfigPlanChecks: inPlace,
				ConfigStateChecks: []statecheck.StateCheck{
					value(at("cart_items"), knownvalue.ListSizeExact(1)),
					value(at("coupon_codes"), knownvalue.ListSizeExact(1)),
					value(at("update_count"), knownvalue.Int64Exact(3)),
				},
				Check: d.ExpectWrites(map[string]int{"updateCustomerSessionV2": 1}),
			},
			{
				// Cancelled elsewhere: nothing can put that right, so say so.
				PreConfig:   put(t, d, "cart-1", map[string]any{"state": "cancelled"}),
				Config:      d.Config(session(`state = "open"`)),
				ExpectError: regexp.MustCompile(`(?s)is cancelled, and can't become open`),
			},
		},
	})
}

func TestSessionThatIsGoneIsMadeAgain(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]string{
		"404": `GET /v2/customer_sessions/ times=1 status=404 body={"message":"Session not found","StatusCode":404}`,
		"400": `GET /v2/customer_sessions/ times=1 status=400 body={"message":"The submitted data was invalid","errors":[{"title":"Unknown","details":"Customer session cart-1 does not exist","source":{}}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t)
			acctest.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps: []resource.TestStep{
					{Config: d.Config(session(""))},
					{
						PreConfig: func() { inject(t, d, fault) },
						Config:    d.Config(session("")),
						ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
							plancheck.ExpectResourceAction(cart, plancheck.ResourceActionCreate),
						}},
					},
				},
			})
		})
	}
}

func inject(t *testing.T, d *acctest.Deployment, faults ...string) {
	t.Helper()
	for _, text := range faults {
		fault, err := emulator.ParseFault(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Server.AddFault(fault); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRefusedReadIsNoReasonToForgetASession(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: d.Config(session(""))},
			{
				PreConfig: func() {
					inject(t, d, `GET /v2/customer_sessions/ times=1 status=400 body={"message":"Application is archived"}`)
				},
				Config: d.Config(session("")), ExpectError: regexp.MustCompile(`(?s)Unable to read customer session "cart-1".*Application is\s+archived`),
			},
		},
	})
}

func TestLostAnswerIsAskedForAgainUnderTheSameKey(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	inject(t, d,
		"PUT /v2/customer_sessions/cart-1 times=1 reset after-apply",
		"PUT /v2/customer_sessions/cart-1 after=1 times=1 truncate")
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: d.Config(session(`state = "closed"`)),
			ConfigStateChecks: []statecheck.StateCheck{
				value(at("update_count"), knownvalue.Int64Exact(1)),
				value(at("state"), knownvalue.StringExact("closed")),
			},
			Check: func(*terraform.State) error {
				replayed := 0
				for _, request := range d.Server.Requests() {
					if request.Replayed {
						replayed++
					}
				}
				if replayed == 0 {
					return fmt.Errorf("no answer was repeated with the same idempotency key")
				}
				return nil
			},
		}},
	})
}

func TestBusyAndLimitedDeploymentsAreWaitedFor(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	inject(t, d,
		`PUT /v2/customer_sessions/cart-1 times=1 status=409 body={"message":"Too many requests are updating this session at the same time","errors":[],"StatusCode":409}`,
		"PUT /v2/customer_sessions/cart-1 times=1 status=429 retry-after=0",
		"PUT /v2/customer_sessions/cart-1 times=1 status=503 retry-after=0")
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: d.Config(session("")), Check: d.ExpectWrites(map[string]int{"updateCustomerSessionV2": 4}),
		}},
	})
}

func TestRefusalPointsToTheAttribute(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			// Whether the SKU is in a catalog is the deployment's knowledge.
			Config:      d.Config(session(`cart_items = [{ sku = "A", quantity = 1, price = 1 }, { sku = "B", quantity = 1 }]`)),
			ExpectError: regexp.MustCompile(`(?s)Unable to create customer session "cart-1".*price is required.*cartItems/1/price`),
		}},
	})
}

func TestExistingSessionIsTakenOverWithAWord(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	put(t, d, "cart-1", map[string]any{"couponCodes": []string{"SUMMER10"}})()
	put(t, d, "closed-1", map[string]any{"state": "closed"})()
	put(t, d, "other-1", map[string]any{"state": "closed", "identifiers": []string{"x"}})()
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: d.Config(session("on_destroy = \"forget\"")),
				ConfigStateChecks: []statecheck.StateCheck{
					value(at("coupon_codes"), knownvalue.ListSizeExact(1)),
					value(at("update_count"), knownvalue.Int64Exact(2)),
				},
			},
			{
				// An apply that was stopped has made it already: nothing is left to do.
				Config: d.Config(`resource "talonone_customer_session" "cart" {
					integration_id = "closed-1"
					state          = "closed"
				}`),
				ConfigStateChecks: []statecheck.StateCheck{value(at("state"), knownvalue.StringExact("closed"))},
			},
			{
				// A closed session that differs is somebody else's.
				Config: d.Config(`resource "talonone_customer_session" "cart" {
					integration_id = "other-1"
					identifiers    = ["y"]
					state          = "closed"
				}`),
				ExpectError: regexp.MustCompile(`(?s)Unable to create customer session "other-1"`),
			},
		},
	})
	if state := stateOf(t, d, "cart-1")["state"]; state != "open" {
		t.Errorf("the forgotten session is %v, not open", state)
	}
	if state := stateOf(t, d, "closed-1")["state"]; state != "cancelled" {
		t.Errorf("the session that was replaced is %v, not cancelled", state)
	}
	if state := stateOf(t, d, "other-1")["state"]; state != "closed" {
		t.Errorf("somebody else's session is %v, not closed", state)
	}
}

func TestSessionCancelledElsewhereIsDestroyedAllTheSame(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: d.Config(session(""))},
			{
				PreConfig: func() {
					// Between the refresh and the delete somebody else is faster.
					inject(t, d, `PUT /v2/customer_sessions/cart-1 times=1 status=400 after-apply body={"message":"Session is cancelled"}`)
				},
				Config: d.Config(session("")), Destroy: true,
			},
		},
	})
}

func TestValuesThatAreKnownOnlyDuringApply(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	config := func(revision string) string {
		return d.Config(fmt.Sprintf(`
			resource "terraform_data" "late" { input = "%s" }
			resource "talonone_customer_session" "cart" {
			  integration_id       = "cart-1"
			  profile_id           = terraform_data.late.output
			  store_integration_id = terraform_data.late.output
			  coupon_codes         = [terraform_data.late.output]
			  referral_code        = terraform_data.late.output
			  identifiers          = [terraform_data.late.output]
			  attributes           = jsonencode({ Channel = terraform_data.late.output })
			  cart_items = [{ sku = terraform_data.late.output, quantity = length(terraform_data.late.output), price = length(terraform_data.late.output) }]
			  additional_costs = { shipping = { price = length(terraform_data.late.output) } }
			  state = terraform_data.late.output == "" ? "closed" : "open"
			}`, revision))
	}
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config("first"), ConfigStateChecks: []statecheck.StateCheck{value(at("cart_items", 0, "price"), knownvalue.Int64Exact(5))}},
			{
				Config: config("second"), ConfigPlanChecks: inPlace,
				ConfigStateChecks: []statecheck.StateCheck{value(at("profile_id"), knownvalue.StringExact("second"))},
			},
		},
	})
}

func TestManySessionsOfOneCustomerDoNotHinderEachOther(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: d.Config(`resource "talonone_customer_session" "many" {
				count          = 20
				integration_id = "many-${count.index}"
				profile_id     = "customer-1"
			}`),
			// The deployment lets two requests wait; a repetition would be one more.
			Check: d.ExpectWrites(map[string]int{"updateCustomerSessionV2": 20}),
		}},
	})
}
