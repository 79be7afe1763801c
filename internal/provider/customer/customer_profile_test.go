package customer_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

const anna = "talonone_customer_profile.anna"

func profile(settings string) string {
	return "resource \"talonone_customer_profile\" \"anna\" {\n" + settings + "\n}\n"
}

// attributesOf are a profile's attributes on the deployment; nil where there is no profile.
func attributesOf(t *testing.T, d *acctest.Deployment, id string) map[string]any {
	t.Helper()
	var found struct {
		Data []struct {
			Attributes map[string]any `json:"attributes"`
		} `json:"data"`
	}
	d.Call(t, http.MethodPost, "/v1/customer_search/no_total", map[string]any{"integrationIDs": []string{id}}, &found)
	if len(found.Data) == 0 {
		return nil
	}
	return found.Data[0].Attributes
}

// setAttributes changes a profile behind Terraform's back.
func setAttributes(t *testing.T, d *acctest.Deployment, id string, attributes map[string]any) {
	t.Helper()
	d.Call(t, http.MethodPut, "/v2/customer_profiles/"+id, map[string]any{"attributes": attributes}, nil)
}

// expectAttributes checks what the deployment has; nil for no profile.
func expectAttributes(t *testing.T, d *acctest.Deployment, id string, want map[string]any) resource.TestCheckFunc {
	t.Helper()
	return func(*terraform.State) error {
		if diff := cmp.Diff(want, attributesOf(t, d, id)); diff != "" {
			return fmt.Errorf("attributes of %s on the deployment (-want +got):\n%s", id, diff)
		}
		return nil
	}
}

func addFault(t *testing.T, d *acctest.Deployment, fault emulator.Fault) func() {
	t.Helper()
	return func() {
		if err := d.Server.AddFault(fault); err != nil {
			t.Fatal(err)
		}
	}
}

var (
	noChange = resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}
	updates  = resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(anna, plancheck.ResourceActionUpdate)}}
)

func TestProfileLivesFromItsIDAlone(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	config := d.Config(profile(`integration_id = "anna/1"`))
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: config,
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(anna, tfjsonpath.New("attributes"), knownvalue.Null()),
					statecheck.ExpectKnownValue(anna, tfjsonpath.New("run_rule_engine"), knownvalue.Bool(false)),
					statecheck.ExpectKnownValue(anna, tfjsonpath.New("erase_on_destroy"), knownvalue.Bool(false)),
					statecheck.ExpectKnownValue(anna, tfjsonpath.New("id"), knownvalue.NotNull()),
					statecheck.ExpectKnownValue(anna, tfjsonpath.New("account_id"), knownvalue.Int64Exact(31)),
					statecheck.ExpectKnownValue(anna, tfjsonpath.New("created"), knownvalue.StringRegexp(regexp.MustCompile(`Z$`))),
					statecheck.ExpectKnownValue(anna, tfjsonpath.New("total_sales"), knownvalue.Int64Exact(0)),
					statecheck.ExpectKnownValue(anna, tfjsonpath.New("closed_sessions"), knownvalue.Int64Exact(0)),
					statecheck.ExpectKnownValue(anna, tfjsonpath.New("audience_memberships"), knownvalue.ListSizeExact(0)),
					statecheck.ExpectKnownValue(anna, tfjsonpath.New("sandbox"), knownvalue.Bool(false)),
				},
				// The response to the update is the state: nothing is read after it.
				Check: d.Expect(map[string]int{"updateCustomerProfileV2": 1}),
			},
			{
				Config: config, ConfigPlanChecks: noChange,
				Check: d.ExpectWrites(map[string]int{}),
			},
			{
				ResourceName: anna, ImportState: true, ImportStateId: "anna/1", ImportStateVerify: true, ImportStateVerifyIdentifierAttribute: "integration_id",
				ImportStateVerifyIgnore: []string{"imported"},
			},
			{Config: config, ResourceName: anna, ImportState: true, ImportStateKind: resource.ImportBlockWithID, ImportStateId: "anna/1"},
		},
		// Destroying only forgets.
		CheckDestroy: expectAttributes(t, d, "anna/1", map[string]any{}),
	})
}

const fullProfile = `
  integration_id   = "anna"
  run_rule_engine  = true
  erase_on_destroy = true
  attributes = jsonencode({
    Language  = "de"
    age       = 42
    vip       = true
    interests = ["shoes", "bags"]
    birthday  = "1984-01-02T01:00:00+01:00"
  })
`

func TestProfileWithEverythingAndEachPartRemovedAgain(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				PreConfig: func() { setAttributes(t, d, "anna", map[string]any{"ShippingCountry": "AT"}) },
				Config:    d.Config(profile(fullProfile)),
				Check: expectAttributes(t, d, "anna", map[string]any{
					"Language": "de", "age": 42.0, "vip": true, "interests": []any{"shoes", "bags"}, "birthday": "1984-01-02T01:00:00+01:00", "ShippingCountry": "AT",
				}),
			},
			{
				// Another spelling of the same values: a number, an instant, the order of names.
				Config: d.Config(profile(`
					integration_id   = "anna"
					run_rule_engine  = true
					erase_on_destroy = true
					attributes       = "{\"vip\": true, \"age\": 42.0, \"birthday\": \"1984-01-02T00:00:00Z\", \"interests\": [\"shoes\",\"bags\"], \"Language\": \"\\u0064e\"}"`)),
				ConfigPlanChecks: noChange,
			},
			{
				// Two names disappear, one is kept cleared; what Terraform never set stays.
				Config: d.Config(profile(`
					integration_id   = "anna"
					run_rule_engine  = true
					erase_on_destroy = true
					attributes       = jsonencode({ age = 43, vip = null })`)),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(anna, plancheck.ResourceActionUpdate),
					plancheck.ExpectKnownValue(anna, tfjsonpath.New("id"), knownvalue.NotNull()),
					plancheck.ExpectUnknownValue(anna, tfjsonpath.New("total_sales")),
				}},
				Check: expectAttributes(t, d, "anna", map[string]any{"age": 43.0, "ShippingCountry": "AT"}),
			},
			{
				PreConfig: d.Forget,
				Config: d.Config(profile(`
					integration_id   = "anna"
					erase_on_destroy = true
					attributes       = jsonencode({ age = 43, vip = null })`)),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(anna, plancheck.ResourceActionUpdate),
					plancheck.ExpectKnownValue(anna, tfjsonpath.New("total_sales"), knownvalue.NotNull()),
				}},
				Check: d.ExpectWrites(map[string]int{}),
			},
			{
				Config: d.Config(profile(`
					integration_id   = "anna"
					erase_on_destroy = true`)),
				ConfigPlanChecks: updates,
				Check:            expectAttributes(t, d, "anna", map[string]any{"ShippingCountry": "AT"}),
			},
			{
				Config: d.Config(profile(`
					integration_id   = "anna"
					erase_on_destroy = true
					attributes       = "{}"`)),
				Check: expectAttributes(t, d, "anna", map[string]any{"ShippingCountry": "AT"}),
			},
		},
		// erase_on_destroy takes what others set, too.
		CheckDestroy: expectAttributes(t, d, "anna", map[string]any{}),
	})
}

func TestProfileShowsDriftOfItsOwnAttributesOnly(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	config := d.Config(profile("integration_id = \"anna\"\nattributes = jsonencode({ age = 42, Language = \"de\", vip = null })"))
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config},
			{
				PreConfig:        func() { setAttributes(t, d, "anna", map[string]any{"ShippingCountry": "AT"}) },
				Config:           config,
				ConfigPlanChecks: noChange,
			},
			{
				PreConfig: func() {
					setAttributes(t, d, "anna", map[string]any{"age": 43, "Language": nil, "vip": true})
				},
				Config:           config,
				ConfigPlanChecks: updates,
				Check:            expectAttributes(t, d, "anna", map[string]any{"age": 42.0, "Language": "de", "ShippingCountry": "AT"}),
			},
		},
	})
}

func TestProfileIsReplacedForAnotherID(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: d.Config(profile("integration_id = \"anna\"\nerase_on_destroy = true\nattributes = jsonencode({ age = 42 })"))},
			{
				Config: d.Config(profile("integration_id = \"berta\"\nerase_on_destroy = true\nattributes = jsonencode({ age = 42 })")),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(anna, plancheck.ResourceActionDestroyBeforeCreate),
				}},
				Check: resource.ComposeTestCheckFunc(
					expectAttributes(t, d, "anna", map[string]any{}),
					expectAttributes(t, d, "berta", map[string]any{"age": 42.0}),
				),
			},
		},
	})
}

func TestProfileOfValuesThatBecomeKnownDuringApply(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	config := func(id, age string) string {
		return d.Config(`
			resource "terraform_data" "source" {
			  input = { id = "` + id + `", age = ` + age + ` }
			}
			` + profile(`
				integration_id = terraform_data.source.output.id
				attributes     = jsonencode({ age = terraform_data.source.output.age })`))
	}
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: config("anna", "1"),
				Check:  expectAttributes(t, d, "anna", map[string]any{"age": 1.0}),
			},
			{
				Config: config("anna", "2"),
				Check:  expectAttributes(t, d, "anna", map[string]any{"age": 2.0}),
			},
		},
	})
}

// What an import brings was not set by Terraform: a configuration with less lets
// it go, and clears only what it names.
func TestImportedAttributesAreLetGoInsteadOfCleared(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	setAttributes(t, d, "anna", map[string]any{"age": 42, "Language": "de", "vip": true})
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config:       d.Config(profile("integration_id = \"anna\"\nattributes = jsonencode({ age = 42, vip = null })")),
				ResourceName: anna, ImportState: true, ImportStateId: "anna", ImportStatePersist: true,
				ImportStateCheck: func(states []*terraform.InstanceState) error {
					if got, want := states[0].Attributes["attributes"], `{"Language":"de","age":42,"vip":true}`; got != want {
						return fmt.Errorf("the import brought %s, want %s", got, want)
					}
					return nil
				},
			},
			{
				Config:           d.Config(profile("integration_id = \"anna\"\nattributes = jsonencode({ age = 42, vip = null })")),
				ConfigPlanChecks: updates,
				Check:            expectAttributes(t, d, "anna", map[string]any{"age": 42.0, "Language": "de"}),
			},
			{
				// From then on a name that disappears is cleared.
				Config: d.Config(profile(`integration_id = "anna"`)),
				Check:  expectAttributes(t, d, "anna", map[string]any{"Language": "de"}),
			},
		},
	})
}

func TestProfileThatIsGoneIsCreatedAgain(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	config := d.Config(profile("integration_id = \"anna\"\nattributes = jsonencode({ age = 42 })"))
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config},
			{
				PreConfig: addFault(t, d, emulator.Fault{Method: http.MethodGet, PathPrefix: "/v1/customer_profiles/anna", Status: http.StatusNotFound, Times: 1}),
				Config:    config,
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(anna, plancheck.ResourceActionCreate),
				}},
			},
		},
	})
}

func TestErasureOfAProfileThatIsGoneIsNoError(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: d.Config(profile("integration_id = \"anna\"\nerase_on_destroy = true"))},
			{
				PreConfig: addFault(t, d, emulator.Fault{Method: http.MethodDelete, PathPrefix: "/v1/customer_data/anna", Status: http.StatusNotFound}),
				Config:    d.Config(profile("integration_id = \"anna\"\nerase_on_destroy = true")), Destroy: true,
			},
		},
	})
}

func TestProfileSurvivesPassingFailures(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]emulator.Fault{
		"429":         {Status: http.StatusTooManyRequests, RetryAfter: "0"},
		"409":         {Status: http.StatusConflict, RetryAfter: "0"},
		"503":         {Status: http.StatusServiceUnavailable, RetryAfter: "0"},
		"lost answer": {Reset: true, AfterApply: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t)
			fault.Method, fault.Times = http.MethodPut, 1
			addFault(t, d, fault)()
			acctest.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps: []resource.TestStep{{
					Config: d.Config(profile("integration_id = \"anna\"\nattributes = jsonencode({ age = 42 })")),
					Check:  resource.ComposeTestCheckFunc(expectAttributes(t, d, "anna", map[string]any{"age": 42.0}), onceApplied(d)),
				}},
			})
		})
	}
}

// onceApplied checks that a repeated update was carried out once.
func onceApplied(d *acctest.Deployment) resource.TestCheckFunc {
	return func(*terraform.State) error {
		applied := 0
		for _, request := range d.Server.Requests() {
			if request.Operation == "updateCustomerProfileV2" && !request.Replayed && (request.Fault == "" || strings.Contains(request.Fault, "after-apply")) {
				applied++
			}
		}
		if applied != 1 {
			return fmt.Errorf("the update was carried out %d times", applied)
		}
		return nil
	}
}

// A deployment may leave the profile out of its response, and may take less than was sent.
func TestProfileIsWhatTheDeploymentMadeOfIt(t *testing.T) {
	t.Parallel()
	const bare = `{"effects":[],"createdCoupons":[],"createdReferrals":[]}`
	const stubborn = `{"effects":[],"createdCoupons":[],"createdReferrals":[],"customerProfile":{"id":%s,"created":"2026-01-01T00:00:00Z","integrationId":"anna","accountId":31,` +
		`"closedSessions":0,"totalSales":0,"lastActivity":"2026-01-01T00:00:00Z","attributes":{"age":1}}}`
	const other = "1"
	d := acctest.Start(t)
	responses := func(body string, applied bool) func() {
		return addFault(t, d, emulator.Fault{Method: http.MethodPut, Status: http.StatusOK, Header: map[string]string{"Content-Type": "application/json"}, Body: body, AfterApply: applied, Times: 1})
	}
	setAttributes(t, d, "anna", map[string]any{})
	var seeded struct {
		Profile struct {
			ID json.Number `json:"id"`
		} `json:"profile"`
	}
	d.Call(t, http.MethodGet, "/v1/customer_profiles/anna/inventory?profile=true", nil, &seeded)
	config := func(age int) string {
		return d.Config(profile(fmt.Sprintf("integration_id = \"anna\"\nattributes = jsonencode({ age = %d })", age)))
	}
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				PreConfig: responses(bare, true), Config: config(1),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(anna, tfjsonpath.New("id"), knownvalue.NotNull()),
				},
			},
			{
				// The apply ends with a warning, and the next plan shows the rest.
				PreConfig: responses(fmt.Sprintf(stubborn, seeded.Profile.ID), false), Config: config(2), ExpectNonEmptyPlan: true,
			},
			{PreConfig: responses(fmt.Sprintf(stubborn, other), false), Config: config(2), ExpectError: regexp.MustCompile(`(?s)writes\s+to\s+another\s+one,\s+1.*-replace`)},
			{Config: config(2), ConfigPlanChecks: updates, Check: expectAttributes(t, d, "anna", map[string]any{"age": 2.0})},
		},
	})
}

// A create that fails leaves no state, so that nothing is tainted and later
// destroyed, and erased, for having failed.
func TestFailedCreateConverges(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	settings := "integration_id = \"anna\"\nerase_on_destroy = true\nattributes = jsonencode({ age = 42 })"
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				PreConfig:   addFault(t, d, emulator.Fault{Method: http.MethodPut, Status: http.StatusInternalServerError, AfterApply: true, Times: 1}),
				Config:      d.ConfigWith(keys+"\nmax_retries = 0", profile(settings)),
				ExpectError: regexp.MustCompile(`(?s)Unable to update customer profile "anna".*500.*Run\s+terraform\s+apply\s+again`),
			},
			{
				Config: d.Config(profile(settings)),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(anna, plancheck.ResourceActionCreate),
				}},
			},
			{
				// An update that fails keeps what was there.
				PreConfig:   addFault(t, d, emulator.Fault{Method: http.MethodPut, Status: http.StatusInternalServerError, Times: 1}),
				Config:      d.ConfigWith(keys+"\nmax_retries = 0", profile(strings.Replace(settings, "42", "43", 1))),
				ExpectError: regexp.MustCompile(`500`),
			},
			{Config: d.Config(profile(settings)), ConfigPlanChecks: noChange},
		},
	})
}

const keys = "integration_api_key = \"demo-integration-key\"\nmanagement_api_key = \"demo-management-key\""

func TestProfileMistakesAreExplained(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	for name, test := range map[string]struct{ keys, settings, want string }{
		"no JSON":             {keys, "integration_id = \"a\"\nattributes = \"age=1\"", `(?s)attributes.*(JSON|json)`},
		"an array":            {keys, "integration_id = \"a\"\nattributes = jsonencode([1])", `(?s)[Mm]ust be a JSON object, not an array`},
		"a name twice":        {keys, "integration_id = \"a\"\nattributes = \"{\\\"age\\\":1,\\\"age\\\":2}\"", `(?s)"age" occurs twice`},
		"an impossible name":  {keys, "integration_id = \"a\"\nattributes = jsonencode({ \"my age\" = 1 })", `(?s)"my age" is not the name of an\s+attribute`},
		"undefined attribute": {keys, "integration_id = \"a\"\nattributes = jsonencode({ shoe = 1 })", `(?s)no attribute "shoe".*Language.*talonone_attribute`},
		"wrong type":          {keys, "integration_id = \"a\"\nattributes = jsonencode({ age = \"1\" })", `(?s)"age".*number.*a\s+string`},
		"empty ID":            {keys, `integration_id = ""`, `(?s)integration_id.*between 1 and 1000`},
		"missing key":         {`management_api_key = "demo-management-key"`, `integration_id = "a"`, `(?s)talonone_customer_profile.*TALONONE_INTEGRATION_API_KEY`},
		// Without a Management key nothing is known before the API refuses.
		"refusal of the API": {`integration_api_key = "demo-integration-key"`, "integration_id = \"a\"\nattributes = jsonencode({ shoe = 1 })", `(?s)attributes = .*400.*"shoe" is not\s+defined.*Campaign\s+Manager`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps:                    []resource.TestStep{{Config: d.ConfigWith(test.keys, profile(test.settings)), ExpectError: regexp.MustCompile(test.want)}},
			})
		})
	}
}
