package session_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

const evaluation = "data.talonone_session_evaluation.x"

func evaluate(settings string) string {
	return "data \"talonone_session_evaluation\" \"x\" {\n" + settings + "\n}\n"
}

func found(name string, want knownvalue.Check, steps ...any) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(evaluation, at(name, steps...), want)
}

// memory starts a deployment that keeps all it remembers in a file: objects,
// counters, the next IDs, answers given under idempotency keys.
func memory(t *testing.T, options ...func(*emulator.Options)) (d *acctest.Deployment, read func() string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "deployment.json")
	d = acctest.Start(t, append(options, func(o *emulator.Options) { o.DataFile = file })...)
	return d, func() string {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return string(content)
	}
}

func TestCartIsEvaluatedAndNothingIsKept(t *testing.T) {
	t.Parallel()
	d, remembered := memory(t)
	before := remembered()
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: d.Config(evaluate(`
				  profile_id   = "nobody-yet"
				  coupon_codes = ["SUMMER10"]
				  state        = "closed"
				  cart_items = [
				    { sku = "SNEAKER", quantity = 2, price = 59.95, name = "Sneaker", category = "shoes", product = "sneakers", weight = 900,
				      attributes = jsonencode({ color = "red" }), additional_costs = { wrapping = { price = 1 } } },
				  ]
				  additional_costs = { shipping = { price = 4.9 } }
				  identifiers      = ["device-1"]
				  loyalty_cards    = ["card-1"]
				  referral_code    = "FRIEND-1"
				  store_integration_id = "store-1"
				  attributes       = jsonencode({ Channel = "web" })
				  experiment_variant_allocations = [{ experiment_id = 1, variant_id = 2 }]
				  response_content = ["triggeredCampaigns", "ruleFailureReasons"]
				  now              = "2126-01-01T00:00:00Z"
				}
				check "summer" {
				  assert {
				    condition     = data.talonone_session_evaluation.x.total_discount == 10
				    error_message = "SUMMER10 does not take 10 off."
				  }
				  assert {
				    condition     = anytrue([for e in data.talonone_session_evaluation.x.effects : e.effect_type == "setDiscount" && jsondecode(e.props).value == 10])
				    error_message = "No discount of 10."
				  }`)),
			ConfigStateChecks: []statecheck.StateCheck{
				found("effects", knownvalue.ListSizeExact(3)),
				found("effects", knownvalue.StringExact("Accept SUMMER10"), 0, "rule_name"),
				found("effects", knownvalue.NotNull(), 0, "triggered_by_coupon"),
				found("effect_types", knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("acceptCoupon"), knownvalue.StringExact("setDiscount"), knownvalue.StringExact("rejectReferral")})),
				found("total_discount", knownvalue.Int64Exact(10)),
				found("total", knownvalue.Float64Exact(126.8)),
				found("created_coupons", knownvalue.ListSizeExact(0)),
				found("payable", knownvalue.Float64Exact(116.8)),
				found("rejected_referral", knownvalue.StringExact("ReferralNotFound")),
				found("response", knownvalue.StringRegexp(regexp.MustCompile(`"ruleFailureReasons":\[\].*"triggeredCampaigns":\[\{`))),
			},
		}},
	})
	if diff := cmp.Diff(before, remembered()); diff != "" {
		t.Errorf("a dry run changed the deployment (-before +after):\n%s", diff)
	}
	for _, request := range d.Server.Requests() {
		if request.Operation == "updateCustomerSessionV2" && !regexp.MustCompile(`(^|&)dry=true(&|$)`).MatchString(request.Query) {
			t.Errorf("a request was sent that is no dry run: %s?%s", request.Path, request.Query)
		}
	}
}

func TestEventIsEvaluatedAndNothingIsKept(t *testing.T) {
	t.Parallel()
	d, remembered := memory(t, withEventEffect)
	before := remembered()
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: d.Config(evaluate(`
					profile_id                = "nobody-yet"
					event                     = { type = "product_shared", attributes = jsonencode({ url = "https://example.com" }) }
					force_complete_evaluation = true
					response_content          = ["event"]`)),
				ConfigStateChecks: []statecheck.StateCheck{
					found("effect_types", knownvalue.ListExact([]knownvalue.Check{knownvalue.StringExact("addLoyaltyPoints")})),
					found("total_discount", knownvalue.Int64Exact(0)),
					found("total", knownvalue.Null()),
					found("payable", knownvalue.Null()),
					found("points_added", knownvalue.MapExact(map[string]knownvalue.Check{"Points": knownvalue.Int64Exact(5)})),
					found("summary", knownvalue.StringExact("Points: +5 (Points)\nCampaigns: Summer")),
					found("response", knownvalue.StringRegexp(regexp.MustCompile(`"type":"product_shared"`))),
				},
			},
			{
				// Other campaigns than that of the effect.
				Config: d.Config(evaluate(`
					profile_id             = "nobody-yet"
					event                  = { type = "product_shared" }
					evaluable_campaign_ids = [11]`)),
				ConfigStateChecks: []statecheck.StateCheck{found("effects", knownvalue.ListSizeExact(0)), found("response", knownvalue.Null())},
			},
		},
	})
	if diff := cmp.Diff(before, remembered()); diff != "" {
		t.Errorf("a dry run changed the deployment (-before +after):\n%s", diff)
	}
}

// inSeason starts a deployment with the fixture of the guide about promotion tests.
func inSeason(t *testing.T, changes ...func(*emulator.Fixture)) (d *acctest.Deployment, remembered func() string) {
	t.Helper()
	fixture, err := emulator.ReadFixture(filepath.Join("..", "..", "..", "examples", "promotion-tests", "season.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range changes {
		change(fixture)
	}
	return memory(t, func(o *emulator.Options) { o.Fixture = fixture })
}

// item is a cart item from the catalog.
func item(sku string, quantity int) acctest.Attributes {
	all := acctest.Attributes{"sku": sku, "quantity": quantity}
	for _, name := range []string{"price", "name", "category", "product", "weight", "height", "width", "length", "attributes", "additional_costs"} {
		all[name] = nil
	}
	return all
}

// asJSON writes a value as JSON, numbers with all their digits.
func asJSON(t *testing.T, value tftypes.Value) string {
	t.Helper()
	text, err := json.Marshal(bare(t, value))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func bare(t *testing.T, value tftypes.Value) any {
	t.Helper()
	switch {
	case value.IsNull():
		return nil
	case value.Type().Is(tftypes.String):
		return as[string](t, value)
	case value.Type().Is(tftypes.Number):
		number := as[big.Float](t, value)
		return json.Number(number.Text('f', -1))
	case value.Type().Is(tftypes.List{}):
		list := []any{}
		for _, one := range as[[]tftypes.Value](t, value) {
			list = append(list, bare(t, one))
		}
		return list
	default:
		members := map[string]any{}
		for name, one := range as[map[string]tftypes.Value](t, value) {
			members[name] = bare(t, one)
		}
		return members
	}
}

func as[T any](t *testing.T, value tftypes.Value) (into T) {
	t.Helper()
	if err := value.As(&into); err != nil {
		t.Fatal(err)
	}
	return into
}

func TestEvaluationSaysWhatACartGets(t *testing.T) {
	t.Parallel()
	d, remembered := inSeason(t)
	before := remembered()
	for name, test := range map[string]struct{ config, want acctest.Attributes }{
		"a gold customer with two sneakers and SUMMER10": {
			acctest.Attributes{"profile_id": "gold-customer", "coupon_codes": []string{"SUMMER10"}, "cart_items": []any{item("SNEAKER", 2)}},
			acctest.Attributes{
				"payable": `109.9`, "total": `119.9`, "total_discount": `10`, "accepted_coupons": `["SUMMER10"]`, "rejected_coupons": `{}`,
				"total_points_added": `20`, "points_added": `{"Points":20}`, "free_items": `["BAG"]`, "triggered_campaigns": `["Summer sale","Gold club"]`,
				"discounts": `[{"additional_cost":null,"campaign_id":21,"name":"Summer sale","position":null,"scope":null,"sku":null,"value":10}]`,
				"summary": `"Payable: 109.90 (119.90 - 10.00)\nCoupons: SUMMER10 accepted (-10.00)\nDiscounts: \"Summer sale\" -10.00\nPoints: +20 (Points)\nFree items: BAG\n` +
					`Campaigns: Summer sale, Gold club\nNo effect: rule \"3 socks at half price\" of campaign \"Summer sale\": the cart has 0 units of SOCKS, 3 are needed"`,
				"other_effects": `[]`, "response": `null`,
			},
		},
		"nothing at all": {
			acctest.Attributes{},
			acctest.Attributes{
				"payable": `0`, "total_discount": `0`, "total_points_added": `0`, "total_points_deducted": `0`, "accepted_coupons": `[]`, "rejected_coupons": `{}`, "free_items": `[]`,
				"points_added": `{}`, "discounts": `[]`, "triggered_campaigns": `[]`, "effects": `[]`, "effects_json": `"[]"`, "accepted_referral": `null`, "rejected_referral": `null`,
			},
		},
		"an item's discount": {
			acctest.Attributes{"cart_items": []any{item("BOOT", 1), item("SOCKS", 3)}},
			acctest.Attributes{"discount_by_sku": `{"SOCKS":14.85}`, "total_discount": `14.85`, "payable": `143.85`},
		},
		"rejected codes": {
			acctest.Attributes{"coupon_codes": []string{"SUMER10", "SPRING5"}, "referral_code": "FRIEND"},
			acctest.Attributes{"rejected_coupons": `{"SPRING5":"CouponExpired","SUMER10":"CouponNotFound"}`, "accepted_coupons": `[]`, "rejected_referral": `"ReferralNotFound"`},
		},
		"before the season": {
			acctest.Attributes{"coupon_codes": []string{"WINTER20"}, "cart_items": []any{item("BOOT", 1)}, "now": "2099-12-24T12:00:00Z"},
			acctest.Attributes{"payable": `103.2`, "accepted_coupons": `["WINTER20"]`, "discount_by_sku": `{"BOOT":25.8}`},
		},
		"a campaign that is not enabled yet": {
			acctest.Attributes{"cart_items": []any{item("BOOT", 1)}, "evaluable_campaign_ids": []int{25}},
			acctest.Attributes{"free_items": `["SOCKS"]`, "notifications": `[{"body":"Socks are on us.","title":"Warm feet","type":"Offer"}]`, "failed_rules": `[]`},
		},
		"a rule that fails": {
			acctest.Attributes{"cart_items": []any{item("SOCKS", 2)}, "evaluable_campaign_ids": []int{21}, "coupon_codes": []string{}},
			acctest.Attributes{"failed_rules": `[` +
				`{"campaign":"Summer sale","campaign_id":21,"code":"SUMMER10","reason":"coupon code SUMMER10 was not entered","rule":"10 off with SUMMER10"},` +
				`{"campaign":"Summer sale","campaign_id":21,"code":"SORRY15","reason":"coupon code SORRY15 was not entered","rule":"15 off for a complaint"},` +
				`{"campaign":"Summer sale","campaign_id":21,"code":null,"reason":"the cart has 2 units of SOCKS, 3 are needed","rule":"3 socks at half price"}]`},
		},
	} {
		got, diags := d.NewProcess(t, nil).ReadData(t, "talonone_session_evaluation", test.config)
		if problem := acctest.Problem(diags); problem != "" {
			t.Fatalf("%s: %s", name, problem)
		}
		for attribute, want := range test.want {
			if text := asJSON(t, got[attribute]); text != want {
				t.Errorf("%s: %s is %s, want %s", name, attribute, text, want)
			}
		}
	}
	if diff := cmp.Diff(before, remembered()); diff != "" {
		t.Errorf("a dry run changed the deployment (-before +after):\n%s", diff)
	}
	for _, request := range d.Server.Requests() {
		if request.Method != http.MethodGet && !regexp.MustCompile(`(^|&)dry=true(&|$)`).MatchString(request.Query) {
			t.Errorf("a request was sent that is no dry run: %s %s?%s", request.Method, request.Path, request.Query)
		}
	}
}

// A program is named although the customer has no points in it yet, as long as a Management key tells its name.
func TestProgramsWithoutAManagementKeyHaveTheirID(t *testing.T) {
	t.Parallel()
	d, _ := inSeason(t)
	got, diags := d.NewProcess(t, acctest.Attributes{"management_api_key": nil}).ReadData(t, "talonone_session_evaluation",
		acctest.Attributes{"profile_id": "gold-customer", "cart_items": []any{item("BOOT", 1)}})
	if text := asJSON(t, got["points_added"]); text != `{"5":20}` {
		t.Errorf("points_added is %s %s", text, acctest.Problem(diags))
	}
}

// withEventEffect gives points for every shared product.
func withEventEffect(o *emulator.Options) {
	fixture := emulator.DefaultFixture()
	fixture.Effects = append(fixture.Effects, emulator.FixtureEffect{
		EventType: "product_shared", CampaignID: 12, RuleName: "Points for sharing", EffectType: "addLoyaltyPoints",
		Props: map[string]any{"name": "Sharing", "value": json.Number("5"), "programId": json.Number("5"), "subLedgerId": "", "recipientIntegrationId": "customer-1", "transactionUUID": "6ba7b810-9dad-11d1-80b4-00c04fd430c8"},
	})
	o.Fixture = fixture
}

func TestEvaluationsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	const shared = "\nevent = { type = \"product_shared\" }"
	for name, test := range map[string]struct{ settings, want string }{
		"event without customer":    {shared, `(?s)Missing customer`},
		"event with a cart":         {`profile_id = "x"` + shared + "\ncart_items = []", `(?s)cart_items is about carts`},
		"event with codes":          {`profile_id = "x"` + shared + "\ncoupon_codes = []", `(?s)coupon_codes is about carts`},
		"event in future":           {`profile_id = "x"` + shared + "\nnow = \"2126-01-01T00:00:00Z\"", `(?s)now is about carts`},
		"event part":                {`profile_id = "x"` + shared + "\nresponse_content = [\"coupons\"]", `(?s)coupons is not in the response to an event`},
		"cart with force":           {`force_complete_evaluation = true`, `(?s)for events only`},
		"past":                      {`now = "2020-01-01T00:00:00Z"`, `(?s)now must be in the future`},
		"no time":                   {`now = "tomorrow"`, `(?s)RFC3339|RFC 3339`},
		"cancelled":                 {`state = "cancelled"`, `(?s)state`},
		"undefined event":           {`profile_id = "x"` + "\nevent = { type = \"product_sold\" }", `(?s)Unable to evaluate event "product_sold".*no event "product_sold"`},
		"undefined event attribute": {`profile_id = "x"` + "\nevent = { type = \"product_shared\", attributes = jsonencode({ uri = \"x\" }) }", `(?s)no attribute\s+"uri"`},
		"undefined attribute":       {`attributes = jsonencode({ Chanel = "web" })`, `(?s)no attribute\s+"Chanel"`},
		"item without known price": {
			`cart_items = [{ sku = "A", quantity = 1, price = 1 }, { sku = "B", quantity = 1 }]`,
			`(?s)Unable to evaluate the cart.*price is required.*Set\s+price\s+in\s+cart_items\[1\]\s+\(SKU\s+"B"\),\s+or\s+add`,
		},
		"attributes that are no map": {`attributes = "1"`, `(?s)one JSON object`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps:                    []resource.TestStep{{Config: d.Config(evaluate(test.settings)), ExpectError: regexp.MustCompile(test.want)}},
			})
		})
	}
}

func TestExistingSessionDoesNotMatterToAnEvaluation(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	put(t, d, "cart-1", map[string]any{"couponCodes": []string{"SUMMER10"}, "state": "closed"})()
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config:            d.Config(evaluate(`integration_id = "cart-1"`)),
			ConfigStateChecks: []statecheck.StateCheck{found("effects", knownvalue.ListSizeExact(0)), found("total_discount", knownvalue.Int64Exact(0))},
		}},
	})
	if got := stateOf(t, d, "cart-1")["updateCount"]; got != 1.0 {
		t.Errorf("the session has %v updates, want 1", got)
	}
}

func TestSessionIsLookedUp(t *testing.T) {
	t.Parallel()
	d := ordered(t)
	d.Call(t, http.MethodPost, "/v2/customer_sessions/order-1/returns", map[string]any{
		"return": map[string]any{"returnedCartItems": []any{map[string]any{"position": 1}}},
	}, nil)
	const order = "data.talonone_customer_session.order"
	lookup := func(id string) string {
		return d.Config(lookupBody(id))
	}
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: lookup("order-1"),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(order, at("state"), knownvalue.StringExact("partially_returned")),
					statecheck.ExpectKnownValue(order, at("profile_id"), knownvalue.StringExact("customer-1")),
					statecheck.ExpectKnownValue(order, at("coupon_codes"), knownvalue.ListSizeExact(1)),
					statecheck.ExpectKnownValue(order, at("cart_items", 0, "remaining_quantity"), knownvalue.Int64Exact(3)),
					statecheck.ExpectKnownValue(order, at("cart_items", 1, "returned_quantity"), knownvalue.Int64Exact(1)),
					statecheck.ExpectKnownValue(order, at("total"), knownvalue.Int64Exact(35)),
					statecheck.ExpectKnownValue(order, at("effects"), knownvalue.ListSizeExact(2)),
					statecheck.ExpectKnownValue(order, at("update_count"), knownvalue.Int64Exact(2)),
				},
			},
			{Config: lookup("Order-1"), ExpectError: regexp.MustCompile(`(?s)Customer session not found.*no\s+customer\s+session\s+"Order-1"`)},
			{
				Config:      d.ConfigWith("", lookupBody("order-1")),
				ExpectError: regexp.MustCompile(`(?s)needs the Integration API\s+key`),
			},
		},
	})
}

func lookupBody(id string) string {
	return fmt.Sprintf("data \"talonone_customer_session\" \"order\" { integration_id = %q }", id)
}
