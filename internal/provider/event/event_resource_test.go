package event_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
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

const shared = "talonone_event.shared"

func event(settings string) string {
	return "resource \"talonone_event\" \"shared\" {\n  type = \"product_shared\"\n" + settings + "\n}\n"
}

func known(name string, want knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(shared, tfjsonpath.New(name), want)
}

// rewarding gives points for every shared product, and still serves version 1.
func rewarding(o *emulator.Options) {
	o.LegacyEvents = true
	o.Fixture = emulator.DefaultFixture()
	o.Fixture.Effects = append(o.Fixture.Effects, emulator.FixtureEffect{
		EventType: "product_shared", CampaignID: 12, RuleName: "Points for sharing", EffectType: "addLoyaltyPoints",
		Props: map[string]any{"name": "Sharing", "value": json.Number("5"), "programId": json.Number("5"), "subLedgerId": "", "recipientIntegrationId": "customer-1", "transactionUUID": "6ba7b810-9dad-11d1-80b4-00c04fd430c8"},
	})
}

// tracked checks how many events of the type the deployment has.
func tracked(t *testing.T, d *acctest.Deployment, want int) func(*terraform.State) error {
	return func(*terraform.State) error {
		var response struct {
			Data []any `json:"data"`
		}
		d.Call(t, http.MethodGet, "/v1/applications/1/events/no_total?type=product_shared", nil, &response)
		if len(response.Data) != want {
			return fmt.Errorf("%d events were tracked, want %d", len(response.Data), want)
		}
		return nil
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

func steps(action plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(shared, action)}}
}

func TestEventIsTrackedOnceAndAgainWithItsTriggers(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t, rewarding)
	const basic = `profile_id = "customer-1"`
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             tracked(t, d, 3),
		Steps: []resource.TestStep{
			{
				Config: d.Config(event(basic)),
				ConfigStateChecks: []statecheck.StateCheck{
					known("api_version", knownvalue.StringExact("v2")),
					known("id", knownvalue.NotNull()),
					known("application_id", knownvalue.Int64Exact(1)),
					known("created", knownvalue.StringRegexp(regexp.MustCompile(`Z$`))),
					known("idempotency_key", knownvalue.StringRegexp(regexp.MustCompile(`^[0-9a-f-]{36}$`))),
					known("response", knownvalue.Null()),
					known("created_coupons", knownvalue.ListSizeExact(0)),
					statecheck.ExpectKnownValue(shared, tfjsonpath.New("effects").AtSliceIndex(0).AtMapKey("effect_type"), knownvalue.StringExact("addLoyaltyPoints")),
					statecheck.ExpectKnownValue(shared, tfjsonpath.New("effects").AtSliceIndex(0).AtMapKey("rule_name"), knownvalue.StringExact("Points for sharing")),
				},
				Check: d.ExpectWrites(map[string]int{"trackEventV2": 1}),
			},
			{
				// Only for the next run: nothing is tracked now.
				Config: d.Config(event(basic + "\nresponse_content = [\"customerProfile\"]")), ConfigPlanChecks: steps(plancheck.ResourceActionUpdate),
				Check: d.ExpectWrites(map[string]int{}),
			},
			{
				Config: d.Config(event(basic + `
					attributes           = jsonencode({ url = "https://example.com" })
					store_integration_id = "store-1"
					loyalty_cards        = ["card-1"]
					response_content     = ["customerProfile", "event"]`)),
				ConfigPlanChecks: steps(plancheck.ResourceActionDestroyBeforeCreate),
				ConfigStateChecks: []statecheck.StateCheck{
					known("response", knownvalue.StringRegexp(regexp.MustCompile(`"customerProfile":\{.*"event":\{`))),
				},
			},
			{
				Config: d.Config(event(basic + "\ntriggers = { release = \"2\" }")), ConfigPlanChecks: steps(plancheck.ResourceActionDestroyBeforeCreate),
				ConfigStateChecks: []statecheck.StateCheck{known("response", knownvalue.Null())},
				Check:             tracked(t, d, 3),
			},
		},
	})
}

func TestRetiredVersionIsServedWithAWarningAndDecoded(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t, rewarding)
	effect := tfjsonpath.New("effects").AtSliceIndex(0)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: d.Config(event(`
				api_version      = "v1"
				session_id       = "legacy-1"
				profile_id       = "customer-1"
				attributes       = jsonencode({ url = "https://example.com" })
				response_content = ["session"]`)),
			ConfigStateChecks: []statecheck.StateCheck{
				known("id", knownvalue.NotNull()),
				known("idempotency_key", knownvalue.Null()),
				known("effects", knownvalue.ListSizeExact(1)),
				statecheck.ExpectKnownValue(shared, effect.AtMapKey("effect_type"), knownvalue.StringExact("addLoyaltyPoints")),
				statecheck.ExpectKnownValue(shared, effect.AtMapKey("campaign_id"), knownvalue.Int64Exact(12)),
				statecheck.ExpectKnownValue(shared, effect.AtMapKey("ruleset_id"), knownvalue.Int64Exact(1012)),
				statecheck.ExpectKnownValue(shared, effect.AtMapKey("props"), knownvalue.StringExact(`{"arguments":["Sharing",5,"customer-1","","6ba7b810-9dad-11d1-80b4-00c04fd430c8",5]}`)),
				known("response", knownvalue.StringRegexp(regexp.MustCompile(`"session":\{.*"integrationId":"legacy-1"`))),
			},
			Check: d.ExpectWrites(map[string]int{"trackEvent": 1}),
		}},
	})
}

func TestRetiredVersionThatIsGoneSaysWhatToDo(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config:      d.Config(event("api_version = \"v1\"\nsession_id = \"legacy-1\"")),
			ExpectError: regexp.MustCompile(`(?s)Unable to track event "product_shared".*404.*does not serve version 1.*api_version = "v2"`),
		}},
	})
}

func TestLostAnswerOfTheRetiredVersionIsNotAskedForAgain(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t, rewarding)
	inject(t, d, "POST /v1/events times=1 reset after-apply")
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config:      d.Config(event("api_version = \"v1\"\nsession_id = \"legacy-1\"")),
				ExpectError: regexp.MustCompile(`(?s)Unable to tell whether event "product_shared" was tracked.*Events,\s+filtered by session "legacy-1"`),
			},
			{Config: d.Config(""), Check: tracked(t, d, 1)},
		},
	})
}

func TestAdvancedEventIsTrackedOnce(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t, rewarding)
	d.Call(t, http.MethodPut, "/v2/customer_sessions/order-1", map[string]any{"customerSession": map[string]any{"state": "closed"}}, nil)
	const advanced = "api_version = \"v3\"\nprofile_id = \"customer-1\"\n"
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: d.Config(event(advanced + `
					integration_id       = "share-1"
					connected_session_id = "order-1"
					store_integration_id = "store-1"
					attributes           = jsonencode({ url = "https://example.com" })
					response_content     = ["advancedEvent"]`)),
				ConfigStateChecks: []statecheck.StateCheck{
					known("id", knownvalue.NotNull()), known("effects", knownvalue.ListSizeExact(1)), known("idempotency_key", knownvalue.Null()),
					known("response", knownvalue.StringRegexp(regexp.MustCompile(`"connectedSessionId":"order-1"`))),
				},
			},
			{
				// The same ID again is no new event.
				Config:      d.Config(event(advanced + "integration_id = \"share-1\"\ntriggers = { again = \"yes\" }")),
				ExpectError: regexp.MustCompile(`(?s)Unable to track event "product_shared".*409.*choose another\s+integration_id`),
			},
			{
				PreConfig: func() { inject(t, d, "POST /v3/events times=1 reset after-apply") },
				Config:    d.Config(event(advanced + `integration_id = "share-2"`)),
				ConfigStateChecks: []statecheck.StateCheck{
					known("id", knownvalue.NotNull()),
					// They went down with the response.
					known("effects", knownvalue.ListSizeExact(0)),
				},
				Check: tracked(t, d, 2),
			},
			{
				PreConfig: func() { inject(t, d, "POST /v3/events times=1 reset") },
				Config:    d.Config(event(advanced + `integration_id = "share-3"`)),
				ConfigStateChecks: []statecheck.StateCheck{
					known("effects", knownvalue.ListSizeExact(1)),
				},
				Check: tracked(t, d, 3),
			},
		},
	})
}

func TestEventIsTrackedOnceWhateverHappensToItsAnswer(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t, rewarding)
	inject(t, d,
		"POST /v2/events times=1 reset after-apply",
		`POST /v2/events times=1 status=409 body={"message":"Too many requests are updating this profile at the same time","errors":[],"StatusCode":409}`,
		"POST /v2/events times=1 status=429 retry-after=0")
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: d.Config(event("profile_id = \"customer-1\"\nidempotency_key = \"share-1\"")), Check: tracked(t, d, 1)},
			{
				// The key of before on purpose: the deployment answers from memory.
				Config: d.Config(event("profile_id = \"customer-1\"\nidempotency_key = \"share-1\"\ntriggers = { again = \"yes\" }")),
				Check:  tracked(t, d, 1),
			},
		},
	})
}

func TestEventsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	for name, test := range map[string]struct{ config, want string }{
		"built-in":              {"resource \"talonone_event\" \"x\" {\n type = \"talon_session_closed\"\n profile_id = \"x\"\n}", `(?s)Built-in events can't be tracked`},
		"not defined":           {"resource \"talonone_event\" \"x\" {\n type = \"product_sold\"\n profile_id = \"x\"\n}", `(?s)Event type does not exist.*no event type "product_sold"`},
		"undefined attribute":   {event("profile_id = \"x\"\nattributes = jsonencode({ uri = \"x\" })"), `(?s)no attribute\s+"uri"`},
		"no customer":           {event(""), `(?s)profile_id is required with api_version = "v2"`},
		"session with v2":       {event("profile_id = \"x\"\nsession_id = \"y\""), `(?s)session_id is not known to version v2`},
		"ID with v2":            {event("profile_id = \"x\"\nintegration_id = \"y\""), `(?s)integration_id is not known to version v2`},
		"v3 without ID":         {event("profile_id = \"x\"\napi_version = \"v3\""), `(?s)integration_id is required with api_version = "v3"`},
		"v1 without session":    {event("profile_id = \"x\"\napi_version = \"v1\""), `(?s)session_id is required with api_version = "v1"`},
		"v1 with a key":         {event("session_id = \"x\"\napi_version = \"v1\"\nidempotency_key = \"k\""), `(?s)idempotency_key is not known to version v1`},
		"version 4":             {event("profile_id = \"x\"\napi_version = \"v4\""), `(?s)api_version`},
		"part of another":       {event("profile_id = \"x\"\nresponse_content = [\"session\"]"), `(?s)answer of version v2 has no session`},
		"unclosed session":      {event("profile_id = \"x\"\napi_version = \"v3\"\nintegration_id = \"e\"\nconnected_session_id = \"nowhere\""), `(?s)Customer session does not exist.*"nowhere"`},
		"attributes are a list": {event("profile_id = \"x\"\nattributes = \"[]\""), `(?s)one JSON object`},
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

func TestEventKnownOnlyDuringApply(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: d.Config(`
				resource "terraform_data" "late" { input = { type = "product_shared", version = "v2", who = "customer-1" } }
				resource "talonone_event" "shared" {
				  api_version = terraform_data.late.output.version
				  type        = terraform_data.late.output.type
				  profile_id  = terraform_data.late.output.who
				  attributes  = jsonencode({ url = terraform_data.late.output.who })
				  triggers    = { who = terraform_data.late.output.who }
				}`),
			Check: tracked(t, d, 1),
		}},
	})
}
