package audience_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"regexp"
	"strconv"
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

const vip = "talonone_audience.vip"

func audience(settings string) string {
	return "resource \"talonone_audience\" \"vip\" {\n" + settings + "\n}\n"
}

func TestAudienceLivesFromNameAlone(t *testing.T) {
	t.Parallel()
	d := acctest.StartOrLive(t)
	resource.Test(t, resource.TestCase{
		IsUnitTest:               d.Server != nil,
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             noneLeft(d),
		Steps: []resource.TestStep{
			{
				Config: d.Config(audience(`name = "VIP"`)),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(vip, tfjsonpath.New("id"), knownvalue.NotNull()),
					statecheck.ExpectKnownValue(vip, tfjsonpath.New("created"), knownvalue.StringRegexp(regexp.MustCompile(`Z$`))),
					statecheck.ExpectKnownValue(vip, tfjsonpath.New("description"), knownvalue.StringExact("")),
					statecheck.ExpectKnownValue(vip, tfjsonpath.New("integration_id"), knownvalue.Null()),
					statecheck.ExpectKnownValue(vip, tfjsonpath.New("deletion_protection"), knownvalue.Bool(false)),
				},
			},
			{
				Config: d.Config(audience(`name = "VIP 2026"`)),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(vip, plancheck.ResourceActionUpdate),
					plancheck.ExpectKnownValue(vip, tfjsonpath.New("id"), knownvalue.NotNull()),
				}},
			},
			{ResourceName: vip, ImportState: true, ImportStateVerify: true},
			{
				Config: d.Config(audience(`name = "VIP 2026"`)), ResourceName: vip,
				ImportState: true, ImportStateKind: resource.ImportBlockWithID,
			},
		},
	})
}

func noneLeft(d *acctest.Deployment) func(*terraform.State) error {
	return func(*terraform.State) error {
		if d.Server == nil {
			return nil
		}
		for _, request := range d.Server.Requests() {
			if request.Operation == "deleteAudienceV2" && request.Status == http.StatusNoContent {
				return nil
			}
		}
		return fmt.Errorf("no audience was deleted")
	}
}

const fullAudience = `
  name                       = "Travellers"
  description                = "Aged 18 to 27"
  sandbox                    = false
  integration                = "mparticle"
  integration_id             = "382370BKDB946"
  created_in_3rd_party       = true
  subscribed_application_ids = [2, 1]
`

func TestAudienceWithEverythingAndEachPartRemovedAgain(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	noChange := resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: d.Config(audience(fullAudience)),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(vip, tfjsonpath.New("description"), knownvalue.StringExact("Aged 18 to 27")),
					statecheck.ExpectKnownValue(vip, tfjsonpath.New("sandbox"), knownvalue.Bool(false)),
					statecheck.ExpectKnownValue(vip, tfjsonpath.New("integration"), knownvalue.StringExact("mparticle")),
					statecheck.ExpectKnownValue(vip, tfjsonpath.New("integration_id"), knownvalue.StringExact("382370BKDB946")),
					statecheck.ExpectKnownValue(vip, tfjsonpath.New("created_in_3rd_party"), knownvalue.Bool(true)),
					statecheck.ExpectKnownValue(vip, tfjsonpath.New("subscribed_application_ids"), knownvalue.ListExact([]knownvalue.Check{knownvalue.Int64Exact(2), knownvalue.Int64Exact(1)})),
				},
			},
			{ResourceName: vip, ImportState: true, ImportStateVerify: true, ImportStateVerifyIgnore: []string{"subscribed_application_ids"}, ImportStateId: "mparticle/382370BKDB946"},
			{
				// Order has no meaning.
				Config:           d.Config(audience(strings.Replace(fullAudience, "[2, 1]", "[1, 2]", 1))),
				ConfigPlanChecks: noChange,
			},
			{
				// What the deployment keeps when it is no longer configured.
				Config: d.Config(audience(`
					name           = "Travellers"
					integration    = "mparticle"
					integration_id = "382370BKDB946"`)),
				ConfigPlanChecks: noChange,
			},
			{
				// An empty list ends the connections, in place.
				Config: d.Config(audience(`
					name                       = "Travellers"
					integration                = "mparticle"
					integration_id             = "382370BKDB946"
					subscribed_application_ids = []`)),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(vip, plancheck.ResourceActionUpdate)}},
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(vip, tfjsonpath.New("subscribed_application_ids"), knownvalue.ListSizeExact(0)),
				},
			},
			{
				// The third party's ID makes the audience what it is.
				Config:           d.Config(audience(`name = "Travellers"`)),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(vip, plancheck.ResourceActionDestroyBeforeCreate)}},
			},
		},
	})
}

func TestAudienceIsReplacedForWhatTheAPICannotChange(t *testing.T) {
	t.Parallel()
	for attribute, change := range map[string][2]string{
		"description":          {`"Aged 18 to 27"`, `"Aged 28 to 37"`},
		"integration":          {`"mparticle"`, `"segment"`},
		"integration_id":       {`"382370BKDB946"`, `"x"`},
		"created_in_3rd_party": {`true`, `false`},
	} {
		t.Run(attribute, func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t)
			changed := regexp.MustCompile(`(?m)^(\s*`+attribute+`\s*= )`+regexp.QuoteMeta(change[0])+`$`).ReplaceAllString(fullAudience, "${1}"+change[1])
			acctest.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps: []resource.TestStep{
					{Config: d.Config(audience(fullAudience))},
					{
						Config:           d.Config(audience(changed)),
						ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(vip, plancheck.ResourceActionDestroyBeforeCreate)}},
					},
				},
			})
		})
	}
}

func TestAudienceOfTheOtherEnvironmentIsNotTakenForDeleted(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	keys := func(integration string) string {
		return fmt.Sprintf("integration_api_key = %q\nmanagement_api_key = %q", integration, acctest.ManagementKey)
	}
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: d.ConfigWith(keys(acctest.SandboxIntegrationKey), audience("name = \"VIP\"\nsandbox = true"))},
			{
				// 404 for the key of the other environment must not pass for a deletion.
				Config: d.ConfigWith(keys(acctest.IntegrationKey), audience("name = \"VIP\"\nsandbox = false")),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(vip, plancheck.ResourceActionDestroyBeforeCreate),
				}},
				ExpectError: regexp.MustCompile(`(?s)404.*other environment`),
			},
			{Config: d.ConfigWith(keys(acctest.SandboxIntegrationKey), audience("name = \"VIP\"\nsandbox = true"))},
		},
	})
}

func TestAudienceAcceptsSettingsKnownOnlyDuringApply(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: d.Config(`
				resource "terraform_data" "later" {
				  input = { name = "VIP", text = "known later", ids = [1], flag = false, id = "x" }
				}
				` + audience(`
				  name                       = terraform_data.later.output.name
				  description                = terraform_data.later.output.text
				  sandbox                    = terraform_data.later.output.flag
				  integration                = "segment"
				  integration_id             = terraform_data.later.output.id
				  created_in_3rd_party       = terraform_data.later.output.flag
				  subscribed_application_ids = terraform_data.later.output.ids`)),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue(vip, tfjsonpath.New("name"), knownvalue.StringExact("VIP")),
				statecheck.ExpectKnownValue(vip, tfjsonpath.New("description"), knownvalue.StringExact("known later")),
				statecheck.ExpectKnownValue(vip, tfjsonpath.New("subscribed_application_ids"), knownvalue.ListSizeExact(1)),
			},
		}},
	})
}

func TestAudienceThatDisappearedIsCreatedAgain(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: d.Config(audience(`name = "VIP"`))},
			{
				PreConfig: func() { d.Call(t, http.MethodDelete, "/v2/audiences/"+onlyID(t, d), nil, nil) },
				Config:    d.Config(audience(`name = "VIP"`)),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(vip, plancheck.ResourceActionCreate),
				}},
			},
		},
	})
	if got := d.Audiences(t); len(got) != 0 {
		t.Errorf("left behind: %v", got)
	}
}

func TestAudienceRenamedElsewhereShowsAsDrift(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: d.Config(audience(`name = "VIP"`))},
			{
				PreConfig: func() {
					d.Call(t, http.MethodPut, "/v2/audiences/"+onlyID(t, d), map[string]any{"name": "Renamed"}, nil)
					d.Forget()
				},
				Config: d.Config(audience(`name = "VIP"`)),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(vip, plancheck.ResourceActionUpdate),
				}},
				Check: d.ExpectWrites(map[string]int{"updateAudienceV2": 1}),
			},
		},
	})
}

// The Campaign Manager can edit a description, the API can't: an edited
// listing stands in for the Campaign Manager.
func TestDescriptionEditedElsewhereNeverReplaces(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	described := func(text string) string {
		return d.Config(audience(fmt.Sprintf("name = \"VIP\"\ndescription = %q", text)))
	}
	noChange := resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: described("ours")},
			{
				PreConfig:        func() { editDescription(t, d, "ours", "theirs") },
				Config:           described("ours"),
				ConfigPlanChecks: noChange,
			},
			{
				// Catching up with the deployment is a matter of the state alone.
				PreConfig: d.Forget,
				Config:    described("theirs"),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(vip, plancheck.ResourceActionUpdate),
				}},
				Check: d.ExpectWrites(map[string]int{}),
			},
			{PreConfig: d.Server.ClearFaults, Config: described("theirs"), ConfigPlanChecks: noChange},
		},
	})
}

func editDescription(t *testing.T, d *acctest.Deployment, from, to string) {
	t.Helper()
	var listing json.RawMessage
	d.Call(t, http.MethodGet, "/v1/audiences", nil, &listing)
	err := d.Server.AddFault(emulator.Fault{
		Method: http.MethodGet, PathPrefix: "/v1/audiences", Status: http.StatusOK,
		Body: strings.Replace(string(listing), strconv.Quote(from), strconv.Quote(to), 1),
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestDeletionProtectionStopsDestroyAndReplaceAtPlanTime(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	protected := regexp.MustCompile(`protected from deletion`)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: d.Config(audience("name = \"VIP\"\ndeletion_protection = true"))},
			{Config: d.Config(audience("name = \"VIP\"\ndeletion_protection = true")), Destroy: true, ExpectError: protected},
			{Config: d.Config(""), ExpectError: protected},
			{Config: d.Config(audience("name = \"VIP\"\ndescription = \"x\"\ndeletion_protection = true")), ExpectError: protected},
			{
				PreConfig: d.Forget,
				Config:    d.Config(audience(`name = "VIP"`)),
				Check:     d.ExpectWrites(map[string]int{}),
			},
		},
	})
}

func TestInvalidAudiencesAreRefusedAtPlanTime(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	d.Call(t, http.MethodPost, "/v2/audiences", map[string]any{"name": "Theirs", "integration": "segment", "integrationId": "taken"}, nil)
	d.Forget()
	for name, test := range map[string]struct {
		settings string
		want     string
	}{
		"empty name":                     {`name = ""`, `(?s)name.*at least 1`},
		"no name":                        {``, `"name" is required`},
		"integration without its ID":     {"name = \"VIP\"\nintegration = \"segment\"", `integration_id`},
		"integration ID too long":        {fmt.Sprintf("name = \"VIP\"\nintegration_id = %q", strings.Repeat("x", 1001)), `between 1 and 1000`},
		"integration ID that is taken":   {"name = \"VIP\"\nintegration = \"segment\"\nintegration_id = \"taken\"", `(?s)Integration ID is taken.*terraform\s+import`},
		"Application named twice":        {"name = \"VIP\"\nsubscribed_application_ids = [1, 1]", `(?i)duplicate`},
		"Application that cannot exist":  {"name = \"VIP\"\nsubscribed_application_ids = [0]", `at least 1`},
		"null among the Applications":    {"name = \"VIP\"\nsubscribed_application_ids = [null]", `(?i)null`},
		"text where a number is awaited": {"name = \"VIP\"\nsubscribed_application_ids = [\"shop\"]", `a number is\s+required`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps:                    []resource.TestStep{{Config: d.Config(audience(test.settings)), PlanOnly: true, ExpectError: regexp.MustCompile(test.want)}},
			})
		})
	}
	t.Cleanup(func() {
		if d.Count("createAudienceV2") != 0 {
			t.Error("an invalid audience was sent")
		}
	})
}

func TestRefusalsOfTheAPIPointToTheAttribute(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	for name, test := range map[string]struct {
		keys, settings, want string
	}{
		"unknown integration": {
			keys:     "integration_api_key = \"demo-integration-key\"\nmanagement_api_key = \"demo-management-key\"",
			settings: "name = \"VIP\"\nintegration = \"nonsense\"\nintegration_id = \"1\"", want: `(?s)with talonone_audience.vip.*integration +=.*nonsense`,
		},
		"unknown Application": {
			keys:     "integration_api_key = \"demo-integration-key\"\nmanagement_api_key = \"demo-management-key\"",
			settings: "name = \"VIP\"\nsubscribed_application_ids = [999]", want: `(?s)subscribed_application_ids.*999`,
		},
		"wrong key": {
			keys: `integration_api_key = "wrong"`, settings: `name = "VIP"`, want: `(?s)401.*integration_api_key`,
		},
		"missing key": {
			keys: `management_api_key = "demo-management-key"`, settings: `name = "VIP"`, want: `(?s)talonone_audience.*TALONONE_INTEGRATION_API_KEY`,
		},
		"Management key without the endpoint": {
			keys: "integration_api_key = \"demo-integration-key\"\nmanagement_api_key = \"wrong\"", settings: `name = "VIP"`, want: `(?s)401.*management_api_key`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps:                    []resource.TestStep{{Config: d.ConfigWith(test.keys, audience(test.settings)), ExpectError: regexp.MustCompile(test.want)}},
			})
		})
	}
}

func TestIntegrationIDTakenAfterThePlanIsExplained(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			// Two resources ask for one ID in the same run: the plan can't see it.
			Config: d.Config(audience("name = \"A\"\nintegration = \"segment\"\nintegration_id = \"x\"") + `
				resource "talonone_audience" "second" {
				  name           = "B"
				  integration    = "segment"
				  integration_id = "x"
				}`),
			ExpectError: regexp.MustCompile(`(?s)409.*integration_id "x" is taken by audience`),
		}},
	})
}

func TestAudienceUsedByACampaignIsNotDeleted(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	fail := func() {
		if err := d.Server.AddFault(emulator.Fault{
			Method: http.MethodDelete, PathPrefix: "/v2/audiences/", Status: http.StatusBadRequest, Times: 1,
			Body: `{"message":"The audience is used by campaign 12","StatusCode":400}`,
		}); err != nil {
			t.Fatal(err)
		}
	}
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: d.Config(audience(`name = "VIP"`))},
			{PreConfig: fail, Config: d.Config(""), ExpectError: regexp.MustCompile(`(?s)used\s+by campaign 12.*Remove it from the\s+rules`)},
			// It is still in state, and can be deleted once the campaign lets go.
			{Config: d.Config(""), ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectResourceAction(vip, plancheck.ResourceActionDestroy),
			}}},
		},
	})
}

func TestAudienceThatIsGoneAlreadyIsDestroyedWithoutError(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: d.Config(audience(`name = "VIP"`))},
			{
				// Deleted once by the lost response, and found gone by the repetition.
				PreConfig: func() {
					err := d.Server.AddFault(emulator.Fault{Method: http.MethodDelete, PathPrefix: "/v2/audiences/", Reset: true, AfterApply: true, Times: 1})
					if err != nil {
						t.Fatal(err)
					}
				},
				Config: d.Config(`data "talonone_audiences" "all" {}`),
			},
		},
	})
	if got := d.Audiences(t); len(got) != 0 {
		t.Errorf("left behind: %v", got)
	}
}

// A create whose response is lost must be found again, not repeated.
func TestCreateWithALostAnswerMakesOneAudience(t *testing.T) {
	t.Parallel()
	post := emulator.Fault{Method: http.MethodPost, PathPrefix: "/v2/audiences", Times: 1}
	after := func(f emulator.Fault) emulator.Fault { f.AfterApply = true; return f }
	reset, broken := post, post
	reset.Reset = true
	broken.Status = http.StatusInternalServerError
	cut := post
	cut.Truncate = true
	for name, fault := range map[string]emulator.Fault{
		"reset before it was carried out": reset,
		"reset after it was carried out":  after(reset),
		"500 without effect":              broken,
		"500 after it was carried out":    after(broken),
		"answer cut short":                cut,
	} {
		for kind, settings := range map[string]string{
			"by name":           `name = "VIP"`,
			"by integration ID": "name = \"VIP\"\nintegration = \"segment\"\nintegration_id = \"x\"",
		} {
			t.Run(name+" "+kind, func(t *testing.T) {
				t.Parallel()
				d := acctest.Start(t, func(o *emulator.Options) { o.Faults = []emulator.Fault{fault} })
				acctest.Test(t, resource.TestCase{
					ProtoV6ProviderFactories: acctest.Factories(),
					Steps: []resource.TestStep{{
						Config: d.Config(audience(settings)),
						Check: func(*terraform.State) error {
							if got := d.Audiences(t); len(got) != 1 {
								return fmt.Errorf("the deployment has the audiences %v", got)
							}
							return nil
						},
					}},
				})
			})
		}
	}
}

// A create whose response was lost, and that could not be looked up either, is
// found by the next apply in the same folder.
func TestLeftoverOfAFailedApplyIsTakenOver(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t, func(o *emulator.Options) {
		o.Faults = []emulator.Fault{
			{Method: http.MethodPost, PathPrefix: "/v2/audiences", Reset: true, AfterApply: true, Times: 1},
			// The first listing belongs to the plan, the second to the apply; the third looks for the lost create.
			{Method: http.MethodGet, PathPrefix: "/v1/audiences", Status: http.StatusUnauthorized, After: 2, Times: 1},
		}
	})
	config := d.Config(audience(`name = "VIP"`))
	dir := t.TempDir()
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.FactoriesIn(dir),
		Steps: []resource.TestStep{
			{Config: config, ExpectError: regexp.MustCompile(`(?s)Outcome of the create is unknown.*create audience "VIP"`)},
			{
				Config: config,
				Check:  d.ExpectWrites(map[string]int{"createAudienceV2": 1}),
			},
		},
	})
	entries, err := filepath.Glob(filepath.Join(dir, "talonone", "requests", "*"))
	if err != nil || len(entries) != 0 {
		t.Errorf("there are still notes: %v, %v", entries, err)
	}
}

// Somebody else's audience with the same settings is theirs.
func TestEqualAudienceOfOthersIsNotTakenOver(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	d.Call(t, http.MethodPost, "/v2/audiences", map[string]any{"name": "VIP"}, nil)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.FactoriesIn(t.TempDir()),
		Steps: []resource.TestStep{{
			Config: d.Config(audience(`name = "VIP"`)),
			Check: func(*terraform.State) error {
				if got := d.Audiences(t); len(got) != 2 {
					return fmt.Errorf("the deployment has %v, want two of the name", got)
				}
				return nil
			},
		}},
	})
}

func TestReplacingOnDemandDoesNotTakeOverTheOldAudience(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	var first string
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.FactoriesIn(t.TempDir()),
		Steps: []resource.TestStep{
			{Config: d.Config(audience(`name = "VIP"`)), Check: func(*terraform.State) error { first = onlyID(t, d); return nil }},
			{
				Taint:  []string{vip},
				Config: d.Config(audience(`name = "VIP"`)),
				Check: func(*terraform.State) error {
					if second := onlyID(t, d); second == first {
						return fmt.Errorf("audience %s was not replaced", first)
					}
					return nil
				},
			},
		},
	})
}

func TestWithoutManagementKeyAudiencesAreKeptAsTheyAre(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	key := fmt.Sprintf("integration_api_key = %q", acctest.IntegrationKey)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: d.ConfigWith(key, audience(`name = "VIP"`)), Check: d.Expect(map[string]int{"createAudienceV2": 1})},
			{Config: d.ConfigWith(key, audience(`name = "VIP 2"`)), Check: d.Expect(map[string]int{"updateAudienceV2": 1})},
		},
	})
}

func TestWrongImportIDsAreExplained(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	for id, want := range map[string]string{
		"vip":       `neither the ID of an audience`,
		"segment/":  `neither the ID of an audience`,
		"segment/x": `(?s)No audience of the account has integration "segment"`,
		"99999":     `(?i)non-existent`,
	} {
		t.Run(strings.ReplaceAll(id, "/", "_"), func(t *testing.T) {
			t.Parallel()
			acctest.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps: []resource.TestStep{{
					Config: d.Config(audience(`name = "VIP"`)), ResourceName: vip, ImportState: true, ImportStateId: id, ExpectError: regexp.MustCompile(want),
				}},
			})
		})
	}
}

func TestOneListingServesEveryAudienceOfARun(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	config := d.Config(`
		resource "talonone_audience" "many" {
		  count = 30
		  name  = "Audience ${count.index}"
		}`)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config},
			{
				PreConfig: d.Forget,
				Config:    config,
				Check:     d.Expect(map[string]int{"getAudiences": 1}),
			},
		},
	})
}

// onlyID is the ID of the deployment's only audience.
func onlyID(t *testing.T, d *acctest.Deployment) string {
	t.Helper()
	var response struct {
		Data []struct {
			ID int64 `json:"id"`
		} `json:"data"`
	}
	d.Call(t, http.MethodGet, "/v1/audiences", nil, &response)
	if len(response.Data) != 1 {
		t.Fatalf("the deployment has %d audiences, want 1", len(response.Data))
	}
	return strconv.FormatInt(response.Data[0].ID, 10)
}

// A deployment that drops white space would show a change in every plan.
func TestAudienceNameHasNoWhiteSpaceAround(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	w := d.NewWorkspace(t)
	named := func(name string) acctest.Config {
		return acctest.Config{"vip": {Type: "talonone_audience", Attributes: acctest.Attributes{"name": name}}}
	}
	for _, name := range []string{" VIP", "VIP ", "VIP\n", "\u00a0VIP", " "} {
		if _, problem := w.Plan(t, named(name), acctest.PlanOptions{}); !strings.Contains(problem, "White space around a name") {
			t.Errorf("%q: %s", name, problem)
		}
	}
	// One that was there before may keep it.
	var made struct{ ID int64 }
	d.Call(t, http.MethodPost, "/v2/audiences", map[string]any{"name": " VIP "}, &made)
	if problem := w.Apply(t, named(" VIP "), acctest.PlanOptions{Import: map[string]string{"vip": strconv.FormatInt(made.ID, 10)}}); problem != "" {
		t.Error(problem)
	}
	if _, problem := w.Plan(t, named(" Very important "), acctest.PlanOptions{}); problem == "" {
		t.Error("another name with white space was not refused")
	}
}

// Each alias is a process of its own, and all share the data folder.
func TestAliasesNeverTakeEachOthersAudience(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	trap := d.Trap(t)
	live, sandbox := d.NewWorkspace(t), d.NewWorkspace(t)
	sandbox.Folder = live.Folder
	sandbox.Settings = acctest.Attributes{"integration_api_key": acctest.SandboxIntegrationKey}
	config := acctest.Config{"vip": {Type: "talonone_audience", Attributes: acctest.Attributes{"name": "VIP"}}}
	for _, w := range []*acctest.Workspace{live, sandbox} {
		w.Interrupt, w.Killed = trap.Arm(t.Context(), 1, true), trap.Sprung
		if problem := w.Apply(t, config, acctest.PlanOptions{}); problem == "" || !trap.Sprung() {
			t.Fatalf("the apply was not killed: %s", problem)
		}
		trap.Disarm()
		w.Interrupt, w.Killed = nil, nil
	}
	// Nothing tells whose is whose: neither takes one over before somebody has said it. The other one is the other's.
	problem := live.Apply(t, config, acctest.PlanOptions{})
	if !strings.Contains(problem, `id = "701"`) || !strings.Contains(problem, `id = "702"`) {
		t.Errorf("the apply does not ask which is whose: %q", problem)
	}
	if problem := live.Apply(t, config, acctest.PlanOptions{Import: map[string]string{"vip": "701"}}); problem != "" {
		t.Error(problem)
	}
	if problem := sandbox.Apply(t, config, acctest.PlanOptions{}); problem != "" {
		t.Error(problem)
	}
	for id, w := range map[string]*acctest.Workspace{"701": live, "702": sandbox} {
		if got := d.NewProcess(t, nil).Attribute(t, w.State["vip"], "id").String(); !strings.Contains(got, id) {
			t.Errorf("one that should manage %s manages %s", id, got)
		}
	}
	if created := d.Count("createAudienceV2"); created != 2 {
		t.Errorf("%d audiences were created, want 2", created)
	}
}

// The members of an audience that is replaced come back with the new one. Their guard holds, and counts as it is configured
// with the change that replaces the audience.
func TestGuardedMembersBelowAReplacedAudience(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	w := d.NewWorkspace(t)
	config := func(description string, percent int) acctest.Config {
		return acctest.Config{
			"vip": {Type: "talonone_audience", Attributes: acctest.Attributes{"name": "VIP", "description": description}},
			"members": {
				Type:       "talonone_audience_memberships",
				Attributes: acctest.Attributes{"members": []string{"customer-1", "customer-2"}, "max_removal_percent": percent},
				References: map[string]string{"audience_id": "vip"},
			},
		}
	}
	apply := func(c acctest.Config) {
		t.Helper()
		if problem := w.Apply(t, c, acctest.PlanOptions{}); problem != "" {
			t.Fatal(problem)
		}
	}
	apply(config("First", 0))
	if _, problem := w.Plan(t, config("Second", 0), acctest.PlanOptions{}); !strings.Contains(problem, "max_removal_percent") {
		t.Errorf("the guard let the replacement pass: %q", problem)
	}
	apply(config("Second", 100))
	if got := d.Audiences(t); len(got) == 0 || !strings.Contains(fmt.Sprint(got), "VIP") {
		t.Errorf("audiences: %v", got)
	}
	plan, problem := w.Plan(t, config("Second", 100), acctest.PlanOptions{})
	if problem != "" || !plan.Empty() {
		t.Errorf("the next plan is not empty: %s", problem)
	}
	d.Forget()
	apply(config("Second", 0))
	if n := d.Count("updateCustomerProfileAudiences") + d.Count("importAudiencesMemberships"); n > 0 {
		t.Errorf("%d requests changed members", n)
	}
}

func TestReplacingAnAudienceWithAnIDSaysWhatIsInTheWay(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	w := d.NewWorkspace(t)
	config := func(description string) acctest.Config {
		return acctest.Config{"vip": {Type: "talonone_audience", CreateBeforeDestroy: true, Attributes: acctest.Attributes{
			"name": "VIP", "description": description, "integration": "mparticle", "integration_id": "vip-1",
		}}}
	}
	if problem := w.Apply(t, config("First"), acctest.PlanOptions{}); problem != "" {
		t.Fatal(problem)
	}
	if problem := w.Apply(t, config("Second"), acctest.PlanOptions{}); !strings.Contains(problem, "remove create_before_destroy") {
		t.Errorf("the replacement says %q", problem)
	}
}
