package customer_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
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

const many = "talonone_customer_profiles.many"

func profiles(settings string) string {
	return "resource \"talonone_customer_profiles\" \"many\" {\n" + settings + "\n}\n"
}

// numbered is that many profiles, of which the first has another age.
func numbered(count, firstAge int) string {
	return aged(count, func(i int) int {
		if i == 0 {
			return firstAge
		}
		return i
	})
}

// aged is that many profiles with an age each. Terraform's range would end at 1024.
func aged(count int, age func(i int) int) string {
	set := make(map[string]map[string]int, count)
	for i := range count {
		set[fmt.Sprintf("p-%d", i)] = map[string]int{"age": age(i)}
	}
	text, err := json.Marshal(set)
	if err != nil {
		panic(err)
	}
	return "profiles = " + strconv.Quote(string(text))
}

func lastSync(added, updated, removed, released int64) knownvalue.Check {
	return knownvalue.ObjectExact(map[string]knownvalue.Check{
		"added": knownvalue.Int64Exact(added), "updated": knownvalue.Int64Exact(updated),
		"removed": knownvalue.Int64Exact(removed), "released": knownvalue.Int64Exact(released),
		"summary": knownvalue.StringRegexp(regexp.MustCompile(` in all \([0-9a-f]{8}\)$`)),
	})
}

// plans checks that the plan tells its size, and that the apply keeps to it.
func plans(action plancheck.ResourceActionType, size knownvalue.Check) (resource.ConfigPlanChecks, []statecheck.StateCheck) {
	at := tfjsonpath.New("last_sync")
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(many, action), plancheck.ExpectKnownValue(many, at, size)}},
		[]statecheck.StateCheck{statecheck.ExpectKnownValue(many, at, size)}
}

func TestFiveThousandProfilesTakeTheFewestRequests(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	create, created := plans(plancheck.ResourceActionCreate, lastSync(5000, 0, 0, 0))
	update, updated := plans(plancheck.ResourceActionUpdate, lastSync(0, 1, 0, 0))
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: d.Config(profiles(numbered(5000, 0))), ConfigPlanChecks: create, ConfigStateChecks: created,
				// Plan and apply each look for existing profiles, in the live environment and in the sandbox.
				Check: d.ExpectWrites(map[string]int{"updateCustomerProfilesV2": 5, "getCustomersByAttributes": 20}),
			},
			{
				PreConfig: d.Forget, RefreshState: true,
				Check: d.ExpectWrites(map[string]int{"getCustomersByAttributes": 5}),
			},
			{
				Config: d.Config(profiles(numbered(5000, 99))), ConfigPlanChecks: update, ConfigStateChecks: updated,
				// The test framework refreshes once by itself, and once more for the plan.
				Check: d.ExpectWrites(map[string]int{"getCustomersByAttributes": 10, "updateCustomerProfilesV2": 1}),
			},
		},
	})
}

func TestProfilesWithEverythingAndEachPartRemovedAgain(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	first := `profiles = jsonencode({
		anna  = { age = 42, Language = "de", interests = ["shoes"], birthday = "1984-01-02T01:00:00+01:00" }
		berta = {}
		carla = { vip = null }
	})`
	settings := "erase_on_destroy = true\nmax_removal_percent = 40\ntimeouts {\n  create = \"5m\"\n  update = \"5m\"\n  read = \"5m\"\n  delete = \"5m\"\n}\n"
	added, _ := plans(plancheck.ResourceActionCreate, lastSync(3, 0, 0, 0))
	changed, _ := plans(plancheck.ResourceActionUpdate, lastSync(1, 1, 1, 0))
	_, kept := plans(plancheck.ResourceActionUpdate, lastSync(1, 1, 1, 0))
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				PreConfig:        func() { setAttributes(t, d, "anna", map[string]any{"ShippingCountry": "AT"}) },
				Config:           d.Config(profiles(settings + first)),
				ConfigPlanChecks: added,
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(many, tfjsonpath.New("sandbox"), knownvalue.Bool(false)),
				},
				Check: resource.ComposeTestCheckFunc(
					expectAttributes(t, d, "anna", map[string]any{"age": 42.0, "Language": "de", "interests": []any{"shoes"}, "birthday": "1984-01-02T01:00:00+01:00", "ShippingCountry": "AT"}),
					expectAttributes(t, d, "berta", map[string]any{}),
				),
			},
			{
				// Another spelling of the same.
				Config: d.Config(profiles(settings +
					`profiles = "{\"berta\":{}, \"carla\":{\"vip\":null}, \"anna\":{\"birthday\":\"1984-01-02T00:00:00Z\",\"Language\":\"de\",\"age\":42.0,\"interests\":[\"shoes\"]}}"`)),
				ConfigPlanChecks: noChange,
			},
			{
				// One changed and cleared, one added, one removed, which erases it.
				PreConfig: func() { setAttributes(t, d, "carla", map[string]any{"Language": "fr"}) },
				Config: d.Config(profiles(settings + `profiles = jsonencode({
					anna  = { age = 43 }
					berta = {}
					dora  = { vip = true }
				})`)),
				ConfigPlanChecks: changed,
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(many, tfjsonpath.New("profiles"), knownvalue.StringExact(`{"anna":{"age":43},"berta":{},"dora":{"vip":true}}`)),
				},
				Check: resource.ComposeTestCheckFunc(
					expectAttributes(t, d, "anna", map[string]any{"age": 43.0, "ShippingCountry": "AT"}),
					expectAttributes(t, d, "carla", map[string]any{}),
					expectAttributes(t, d, "dora", map[string]any{"vip": true}),
				),
			},
			{
				PreConfig: d.Forget,
				Config:    d.Config(profiles(`profiles = jsonencode({ anna = { age = 43 }, berta = {}, dora = { vip = true } })`)),
				Check:     d.ExpectWrites(map[string]int{"getCustomersByAttributes": 1}),
				// What only concerns Terraform is no synchronisation.
				ConfigStateChecks: kept,
			},
			{
				// Without erase_on_destroy a removed profile is forgotten.
				Config: d.Config(profiles(`profiles = jsonencode({ anna = { age = 43 } })`)),
				Check:  expectAttributes(t, d, "dora", map[string]any{"vip": true}),
			},
		},
		CheckDestroy: expectAttributes(t, d, "anna", map[string]any{"age": 43.0, "ShippingCountry": "AT"}),
	})
}

func TestProfilesShowDriftOfTheirOwnAttributesOnly(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	config := d.Config(profiles(`profiles = jsonencode({ anna = { age = 42, vip = null }, berta = { age = 7 } })`))
	drift, _ := plans(plancheck.ResourceActionUpdate, lastSync(0, 1, 0, 0))
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
				PreConfig:        func() { setAttributes(t, d, "anna", map[string]any{"age": nil, "vip": true}) },
				Config:           config,
				ConfigPlanChecks: drift,
				Check:            expectAttributes(t, d, "anna", map[string]any{"age": 42.0, "ShippingCountry": "AT"}),
			},
		},
	})
}

func TestProfilesAreReadWithEitherKey(t *testing.T) {
	t.Parallel()
	const integration = `integration_api_key = "demo-integration-key"`
	for name, test := range map[string]struct {
		keys            string
		create, refresh map[string]int
	}{
		"both keys":             {keys, map[string]int{"getCustomersByAttributes": 4}, map[string]int{"getCustomersByAttributes": 1}},
		"Integration key alone": {integration, map[string]int{"getCustomerInventory": 40}, map[string]int{"getCustomerInventory": 20}},
		"Management key without the endpoint": {
			integration + "\nmanagement_api_key = \"demo-audiences-key\"\nvalidate_attributes = false",
			map[string]int{"getCustomersByAttributes": 2, "getCustomerInventory": 40}, map[string]int{"getCustomersByAttributes": 1, "getCustomerInventory": 20},
		},
		"sandbox": {
			"integration_api_key = \"demo-sandbox-integration-key\"\nmanagement_api_key = \"demo-management-key\"",
			map[string]int{"getCustomersByAttributes": 4}, map[string]int{"getCustomersByAttributes": 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t)
			test.create["updateCustomerProfilesV2"] = 1
			config := d.ConfigWith(test.keys+"\nvalidate_attributes = false", profiles(numbered(20, 0)))
			if name == "Management key without the endpoint" {
				config = d.ConfigWith(test.keys, profiles(numbered(20, 0)))
			}
			acctest.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps: []resource.TestStep{
					{
						Config: config,
						ConfigStateChecks: []statecheck.StateCheck{
							statecheck.ExpectKnownValue(many, tfjsonpath.New("sandbox"), knownvalue.Bool(name == "sandbox")),
						},
						// Plan and apply each look for existing profiles.
						Check: d.Expect(test.create),
					},
					{PreConfig: d.Forget, Config: config, ConfigPlanChecks: noChange, Check: d.Expect(test.refresh)},
				},
			})
		})
	}
}

// A key of the other environment would write to customers that the state does not know.
func TestProfilesNoticeAKeyOfTheOtherEnvironment(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: d.Config(profiles(`profiles = jsonencode({ anna = { age = 42 } })`))},
			{
				Config: d.ConfigWith("integration_api_key = \"demo-sandbox-integration-key\"\nmanagement_api_key = \"demo-management-key\"",
					profiles(`profiles = jsonencode({ anna = { age = 43 } })`)),
				ExpectError: regexp.MustCompile(`(?s)sandbox = false.*sandbox\s+=\s+true.*-replace`),
			},
		},
	})
}

func TestProfilesOfValuesThatBecomeKnownDuringApply(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	config := func(age string) string {
		return d.Config("resource \"terraform_data\" \"age\" {\n  input = " + age + "\n}\n" +
			profiles(`profiles = jsonencode({ anna = { age = terraform_data.age.output } })`))
	}
	unknown := resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
		plancheck.ExpectUnknownValue(many, tfjsonpath.New("profiles")),
		plancheck.ExpectUnknownValue(many, tfjsonpath.New("last_sync")),
	}}
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config("1"), ConfigPlanChecks: unknown},
			{Config: config("2"), ConfigPlanChecks: unknown, Check: expectAttributes(t, d, "anna", map[string]any{"age": 2.0})},
		},
	})
}

func TestRemovalOfTooManyProfilesIsRefused(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: d.Config(profiles("max_removal_percent = 30\n" + numbered(10, 0)))},
			{Config: d.Config(profiles("max_removal_percent = 30\n" + numbered(6, 0))), ExpectError: regexp.MustCompile(`(?s)would remove 4 of 10 profiles\s+\(40 %\)\s+from\s+this\s+resource`)},
			{Config: d.Config(profiles("max_removal_percent = 30\n" + numbered(7, 0)))},
			{Config: d.Config(profiles("max_removal_percent = 14.2\n" + numbered(6, 0))), ExpectError: regexp.MustCompile(`(?s)\(14.3 %\).*allows\s+14.2 %`)},
			{Config: d.Config(""), ExpectError: regexp.MustCompile(`(?s)would remove 7 of 7 profiles`)},
			{Config: d.Config(profiles(numbered(7, 0)))},
		},
	})
}

func TestProfilesKeepWhatLandedBeforeAFailure(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	impatient := func(body string) string { return d.ConfigWith(keys+"\nmax_retries = 0", body) }
	secondFails := emulator.Fault{Method: http.MethodPut, PathPrefix: "/v2/customer_profiles", After: 1, Times: 1, Status: http.StatusInternalServerError}
	everyone := func(age int) string { return profiles(aged(2500, func(int) int { return age })) }
	rest, _ := plans(plancheck.ResourceActionUpdate, lastSync(0, 1500, 0, 0))
	all, _ := plans(plancheck.ResourceActionCreate, lastSync(2500, 0, 0, 0))
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				// A create leaves no state: nothing is tainted.
				PreConfig: addFault(t, d, secondFails), Config: impatient(everyone(1)), ExpectError: regexp.MustCompile(`(?s)Unable to update customer profiles.*500`),
			},
			{Config: impatient(everyone(1)), ConfigPlanChecks: all},
			{PreConfig: addFault(t, d, secondFails), Config: impatient(everyone(2)), ExpectError: regexp.MustCompile(`500`)},
			{Config: impatient(everyone(2)), ConfigPlanChecks: rest, Check: expectAttributes(t, d, "p-2499", map[string]any{"age": 2.0})},
		},
	})
}

func TestErasuresOfRemovedProfilesGoOnAfterAFailure(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	impatient := func(body string) string { return d.ConfigWith(keys+"\nmax_retries = 0", body) }
	both := "erase_on_destroy = true\n" + `profiles = jsonencode({ anna = { age = 42 }, berta = { age = 7 } })`
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: impatient(profiles(both))},
			{
				PreConfig: func() {
					addFault(t, d, emulator.Fault{Method: http.MethodDelete, PathPrefix: "/v1/customer_data/anna", Status: http.StatusInternalServerError, Times: 1})()
					addFault(t, d, emulator.Fault{Method: http.MethodDelete, PathPrefix: "/v1/customer_data/berta", Status: http.StatusNotFound})()
				},
				Config:      impatient(""),
				ExpectError: regexp.MustCompile(`(?s)Unable to erase customer data of profiles.*500`),
			},
			{
				Config: impatient(""),
				Check:  expectAttributes(t, d, "anna", map[string]any{}),
			},
		},
	})
}

func TestProfilesSurvivePassingFailures(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	for _, method := range []string{http.MethodPut, http.MethodPost} {
		addFault(t, d, emulator.Fault{Method: method, Status: http.StatusTooManyRequests, RetryAfter: "0", Times: 1})()
	}
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: d.Config(profiles(numbered(3, 0)))},
			{Config: d.Config(profiles(numbered(3, 1)))},
		},
	})
}

func TestProfilesThatAreGoneAreAddedAgain(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	config := d.ConfigWith(`integration_api_key = "demo-integration-key"`, profiles(`profiles = jsonencode({ anna = { age = 42 }, berta = { age = 7 } })`))
	gone := func(id string) emulator.Fault {
		return emulator.Fault{Method: http.MethodGet, PathPrefix: "/v1/customer_profiles/" + id, Status: http.StatusNotFound, Times: 1}
	}
	one, _ := plans(plancheck.ResourceActionUpdate, lastSync(1, 0, 0, 0))
	all, _ := plans(plancheck.ResourceActionCreate, lastSync(2, 0, 0, 0))
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config},
			{PreConfig: addFault(t, d, gone("anna")), Config: config, ConfigPlanChecks: one},
			{PreConfig: func() { addFault(t, d, gone("anna"))(); addFault(t, d, gone("berta"))() }, Config: config, ConfigPlanChecks: all},
		},
	})
}

// What an import brings was not set by Terraform: a configuration with less lets
// it go, and neither clears nor erases it.
func TestImportedProfilesAreLetGoInsteadOfCleared(t *testing.T) {
	t.Parallel()
	for name, id := range map[string]string{"commas": "berta,anna,nobody", "array": `["anna","berta"]`} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t)
			setAttributes(t, d, "anna", map[string]any{"age": 42, "Language": "de"})
			setAttributes(t, d, "berta", map[string]any{"age": 7})
			config := d.Config(profiles("erase_on_destroy = true\n" + `profiles = jsonencode({ anna = { age = 42, vip = null } })`))
			adopt, adopted := plans(plancheck.ResourceActionUpdate, lastSync(0, 0, 0, 1))
			acctest.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps: []resource.TestStep{
					{
						Config: config, ResourceName: many, ImportState: true, ImportStateId: id, ImportStatePersist: true,
						ImportStateCheck: func(states []*terraform.InstanceState) error {
							if got, want := states[0].Attributes["profiles"], `{"anna":{"Language":"de","age":42},"berta":{"age":7}}`; got != want {
								return fmt.Errorf("the import brought %s, want %s", got, want)
							}
							return nil
						},
					},
					{
						Config: config, ConfigPlanChecks: adopt, ConfigStateChecks: adopted,
						Check: resource.ComposeTestCheckFunc(
							d.ExpectWrites(map[string]int{"updateCustomerProfileV2": 2, "getCustomersByAttributes": 1}), // the two that seeded the test
							expectAttributes(t, d, "anna", map[string]any{"age": 42.0, "Language": "de"}),
							expectAttributes(t, d, "berta", map[string]any{"age": 7.0}),
						),
					},
				},
				CheckDestroy: resource.ComposeTestCheckFunc(
					expectAttributes(t, d, "anna", map[string]any{}),
					expectAttributes(t, d, "berta", map[string]any{"age": 7.0}),
				),
			})
		})
	}
}

func TestProfilesComeBackFromAnImportAsTheyWere(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	config := d.Config(profiles(`profiles = jsonencode({ anna = { age = 42 }, berta = { vip = true } })`))
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config},
			{
				ResourceName: many, ImportState: true, ImportStateId: "anna,berta", ImportStateVerify: true,
				ImportStateVerifyIdentifierAttribute: "profiles", ImportStateVerifyIgnore: []string{"last_sync"},
			},
			{
				Config: config, ResourceName: many, ImportState: true, ImportStateKind: resource.ImportBlockWithID, ImportStateId: "anna,berta",
				// last_sync stays null until something changes.
				ImportPlanChecks: resource.ImportPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(many, plancheck.ResourceActionNoop)}},
			},
		},
	})
}

func TestProfileSetMistakesAreExplained(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	for name, test := range map[string]struct{ keys, value, want string }{
		"no JSON":                 {keys, `"anna"`, `(?s)profiles.*(JSON|json)`},
		"an array":                {keys, `jsonencode(["anna"])`, `(?s)[Mm]ust be a JSON object, not an array`},
		"attributes of a scalar":  {keys, `jsonencode({ anna = 1 })`, `(?s)"anna".*must be an object, not a\s+number`},
		"a profile twice":         {keys, `"{\"anna\":{},\"anna\":{}}"`, `(?s)"anna" occurs twice`},
		"an empty ID":             {keys, `jsonencode({ "" = {} })`, `(?s)1 to 1000 characters`},
		"an impossible name":      {keys, `jsonencode({ anna = { "my age" = 1 } })`, `(?s)"anna".*"my age"`},
		"undefined attribute":     {keys, `jsonencode({ anna = { shoe = 1 }, berta = {} })`, `(?s)"anna".*no\s+attribute\s+"shoe"`},
		"wrong type":              {keys, `jsonencode({ anna = { age = true } })`, `(?s)"anna".*number.*a\s+boolean`},
		"missing key":             {`management_api_key = "demo-management-key"`, `jsonencode({ anna = {} })`, `(?s)talonone_customer_profiles.*TALONONE_INTEGRATION_API_KEY`},
		"refusal of the API":      {`integration_api_key = "demo-integration-key"`, `jsonencode({ anna = {}, berta = { shoe = 1 } })`, `(?s)profiles = .*400.*"shoe" is not\s+defined.*entry 1 is profile "berta"`},
		"a guard above 100":       {keys, "\"{}\"\nmax_removal_percent = 100.5", `(?s)max_removal_percent.*percentage\s+from\s+0`},
		"import of nothing":       {keys, "", `(?s)1 to 1000 are allowed`},
		"import of half an array": {keys, `["anna"`, `(?s)JSON array`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			step := resource.TestStep{Config: d.ConfigWith(test.keys, profiles("profiles = "+test.value)), ExpectError: regexp.MustCompile(test.want)}
			if len(name) > 6 && name[:6] == "import" {
				step.Config = d.Config(profiles("profiles = \"{}\""))
				step.ResourceName, step.ImportState, step.ImportStateId = many, true, "a,,b"
				if test.value != "" {
					step.ImportStateId = test.value
				}
			}
			acctest.Test(t, resource.TestCase{ProtoV6ProviderFactories: acctest.Factories(), Steps: []resource.TestStep{step}})
		})
	}
}
