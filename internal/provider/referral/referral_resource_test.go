package referral_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

const invite = "talonone_referral.invite"

func referral(settings string) string {
	return "resource \"talonone_referral\" \"invite\" {\ncampaign_id = 11\nadvocate_profile_integration_id = \"customer-1\"\n" + settings + "\n}\n"
}

func referralOf(campaign int, advocate string) string {
	return fmt.Sprintf("resource \"talonone_referral\" \"invite\" {\ncampaign_id = %d\nadvocate_profile_integration_id = %q\n}\n", campaign, advocate)
}

func TestReferralLivesFromCampaignAndAdvocate(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	var code string
	remember := func(s *terraform.State) error {
		code = s.RootModule().Resources[invite].Primary.Attributes["code"]
		return nil
	}
	sameCode := func(s *terraform.State) error {
		if got := s.RootModule().Resources[invite].Primary.Attributes["code"]; got != code {
			return fmt.Errorf("the code changed from %s to %s", code, got)
		}
		return nil
	}
	const full = `
		friend_profile_integration_id = "customer-2"
		start_date  = "2026-01-01T02:00:00+02:00"
		expiry_date = "2030-01-01T00:00:00Z"
		usage_limit = 3
		attributes  = jsonencode({ source = "app" })`
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             hasReferralsOf(t, d),
		Steps: []resource.TestStep{
			{
				Config: d.Config(referral("")),
				ConfigPlanChecks: does(invite, plancheck.ResourceActionCreate,
					plancheck.ExpectUnknownValue(invite, tfjsonpath.New("application_id")),
					plancheck.ExpectUnknownValue(invite, tfjsonpath.New("code")),
				),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(invite, tfjsonpath.New("code"), knownvalue.StringRegexp(saying(`^FRIEND-[A-Z2-9]{8}$`))),
					statecheck.ExpectKnownValue(invite, tfjsonpath.New("usage_limit"), knownvalue.Int64Exact(1)),
					statecheck.ExpectKnownValue(invite, tfjsonpath.New("usage_counter"), knownvalue.Int64Exact(0)),
					statecheck.ExpectKnownValue(invite, tfjsonpath.New("attributes"), knownvalue.Null()),
				},
				Check: resource.ComposeTestCheckFunc(remember, d.ExpectWrites(map[string]int{"createReferral": 1})),
			},
			{
				Config:           d.Config(referral(full)),
				ConfigPlanChecks: does(invite, plancheck.ResourceActionUpdate),
				Check: resource.ComposeTestCheckFunc(sameCode, d.ExpectWrites(map[string]int{"updateReferral": 1}), func(*terraform.State) error {
					got := rows(t, d)[0]
					if got.Friend != "customer-2" || got.UsageLimit != 3 || got.StartDate != "2026-01-01T00:00:00Z" || got.Attributes["source"] != "app" {
						return fmt.Errorf("the deployment has %+v", got)
					}
					return nil
				}),
			},
			{
				// The same instant, the same JSON: no change.
				Config: d.Config(referral(`
					friend_profile_integration_id = "customer-2"
					start_date  = "2026-01-01T00:00:00Z"
					expiry_date = "2030-01-01T00:00:00+00:00"
					usage_limit = 3
					attributes  = "{ \"source\" : \"app\" }"`)),
				ConfigPlanChecks: noChange,
			},
			{
				Config:           d.Config(referral("usage_limit = 0\nattributes = jsonencode({ source = \"mail\" })\nexpiry_date = \"2031-01-01T00:00:00Z\"")),
				ConfigPlanChecks: does(invite, plancheck.ResourceActionUpdate),
				Check:            sameCode,
			},
			{
				Config: d.Config(referral("application_id = 1")),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(invite, tfjsonpath.New("usage_limit"), knownvalue.Int64Exact(0)),
					statecheck.ExpectKnownValue(invite, tfjsonpath.New("attributes"), knownvalue.Null()),
					statecheck.ExpectKnownValue(invite, tfjsonpath.New("expiry_date"), knownvalue.Null()),
					statecheck.ExpectKnownValue(invite, tfjsonpath.New("friend_profile_integration_id"), knownvalue.Null()),
				},
				Check: sameCode,
			},
			{Config: d.Config(referral("")), ConfigPlanChecks: noChange},
			{ResourceName: invite, ImportState: true, ImportStateVerify: true, ImportStateIdFunc: importID("11/%s", "id")},
			{ResourceName: invite, ImportState: true, ImportStateVerify: true, ImportStateIdFunc: importID("1/11/%s", "id")},
			{ResourceName: invite, ImportState: true, ImportStateVerify: true, ImportStateIdFunc: importID("11/%s", "code")},
			{
				Config: d.Config(referral("")), ResourceName: invite, ImportState: true,
				ImportStateKind: resource.ImportBlockWithID, ImportStateIdFunc: importID("11/%s", "id"),
			},
			{
				// Drift is repaired in place.
				PreConfig: func() {
					d.Call(t, http.MethodPut, fmt.Sprintf("%s/%d", campaignPath, rows(t, d)[0].ID), map[string]any{"expiryDate": "2027-01-01T00:00:00Z", "usageLimit": 0}, nil)
				},
				Config:           d.Config(referral("")),
				ConfigPlanChecks: does(invite, plancheck.ResourceActionUpdate),
				Check:            sameCode,
			},
			{
				PreConfig: func() { d.Call(t, http.MethodDelete, fmt.Sprintf("%s/%d", campaignPath, rows(t, d)[0].ID), nil, nil) },
				Config:    d.Config(referral("")),
				Check:     hasReferralsOf(t, d, "customer-1"),
			},
		},
	})
}

func importID(format, attribute string) resource.ImportStateIdFunc {
	return func(s *terraform.State) (string, error) {
		return fmt.Sprintf(format, s.RootModule().Resources[invite].Primary.Attributes[attribute]), nil
	}
}

// Whatever happens to the response of a creation, there is one code in the end.
func TestLostAnswersNeverLeaveASecondCode(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		faults  []string
		creates int
		alone   bool // with the Integration key alone
	}{
		"cut off behind the creation":   {[]string{"POST /v1/referrals truncate times=1"}, 1, false},
		"reset behind the creation":     {[]string{"POST /v1/referrals reset after-apply times=1"}, 1, true},
		"error behind the creation":     {[]string{"POST /v1/referrals status=502 after-apply times=1"}, 1, false},
		"twice lost, then it goes well": {[]string{"POST /v1/referrals reset times=2"}, 3, false},
		"limited, which is no loss":     {[]string{"POST /v1/referrals status=429 retry-after=0 times=1"}, 2, true},
		"lookup fails for a moment":     {[]string{"POST /v1/referrals truncate times=1", "GET /v1/customer_profiles/customer-1/inventory status=503 times=1"}, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t)
			for _, text := range test.faults {
				fault(t, d, text)
			}
			steps := []resource.TestStep{{
				Config: d.Config(referral("")),
				Check: resource.ComposeTestCheckFunc(
					d.ExpectWrites(map[string]int{"createReferral": test.creates}),
					hasReferralsOf(t, d, "customer-1"),
				),
			}}
			if test.alone {
				steps[0].Config = integrationOnly(d, referral(""))
				// The destroy at the end needs the other key.
				steps = append(steps, resource.TestStep{Config: d.Config(referral(""))})
			}
			acctest.Test(t, resource.TestCase{ProtoV6ProviderFactories: acctest.Factories(), Steps: steps})
		})
	}
}

// A killed provider leaves a referral and no state, as does a creation whose response
// and lookup are both lost.
func TestTheNextApplyTakesOverWhatAKilledOneLeft(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	settings := referral("usage_limit = 2\nattributes = jsonencode({ source = \"app\" })")
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.FactoriesIn(t.TempDir()),
		CheckDestroy:             hasReferralsOf(t, d, "customer-1"),
		Steps: []resource.TestStep{
			{
				PreConfig: func() {
					// Others of the same advocate that must not be taken.
					d.Call(t, http.MethodPost, "/v1/referrals", map[string]any{"campaignId": 11, "advocateProfileIntegrationId": "customer-1", "usageLimit": 1}, nil)
					fault(t, d, "POST /v1/referrals reset after-apply times=1")
					// Both plans look, and then the apply.
					fault(t, d, "GET /v1/customer_profiles/ status=503 after=2 times=1")
				},
				Config:      impatient(d, settings),
				ExpectError: saying(`Outcome of the create is unknown.*create referral in campaign 11.*adopts what was created`),
			},
			{
				Config: d.Config(settings),
				ConfigPlanChecks: does(invite, plancheck.ResourceActionCreate,
					plancheck.ExpectUnknownValue(invite, tfjsonpath.New("code")),
				),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(invite, tfjsonpath.New("usage_limit"), knownvalue.Int64Exact(2)),
				},
				Check: resource.ComposeTestCheckFunc(
					d.ExpectWrites(map[string]int{"createReferral": 2}),
					hasReferralsOf(t, d, "customer-1", "customer-1"),
				),
			},
		},
	})
}

func TestReferralOfOneResourceIsNoLeftoverForAnother(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	invitations := func(n int) string {
		return d.Config(fmt.Sprintf(`
			resource "talonone_referral" "invite" {
			  count                           = %d
			  campaign_id                     = 11
			  advocate_profile_integration_id = "customer-1"
			}`, n))
	}
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.FactoriesIn(t.TempDir()),
		Steps: []resource.TestStep{
			{PreConfig: func() { fault(t, d, "POST /v1/referrals truncate every=2") }, Config: invitations(2), Check: hasReferralsOf(t, d, "customer-1", "customer-1")},
			{Config: invitations(2), ConfigPlanChecks: noChange},
			{Config: invitations(3), Check: hasReferralsOf(t, d, "customer-1", "customer-1", "customer-1")},
		},
	})
}

func TestReferralWithoutManagementKeySaysWhatItNeeds(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: integrationOnly(d, referral("")),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(invite, tfjsonpath.New("application_id"), knownvalue.Int64Exact(1)),
				},
			},
			{Config: integrationOnly(d, referral("")), ConfigPlanChecks: noChange},
			{Config: integrationOnly(d, referral("usage_limit = 5")), ExpectError: saying(`changed without a Management API key.*updateReferral.*TALONONE_MANAGEMENT_API_KEY`)},
			{Config: integrationOnly(d, ""), ExpectError: saying(`destroy the referral without a Management API key.*removed block`)},
			{
				Config:      integrationOnly(d, referralOf(11, "customer-2")),
				ExpectError: saying(`replace the referral without a Management API key`),
			},
			{
				Config: integrationOnly(d, referral("")), ResourceName: invite, ImportState: true, ImportStateId: "11/4001",
				ExpectError: saying(`imported without a Management API key`),
			},
			{
				Config: d.ConfigWith(fmt.Sprintf("management_api_key = %q", acctest.ManagementKey), referral("")), ConfigPlanChecks: noChange,
			},
			{
				Config: d.ConfigWith(fmt.Sprintf("management_api_key = %q", acctest.ManagementKey), referral("")+
					"resource \"talonone_referral\" \"other\" {\ncampaign_id = 11\nadvocate_profile_integration_id = \"customer-2\"\n}"),
				ExpectError: saying(`createReferral.*integration_api_key`),
			},
			{Config: d.Config(referral("")), Check: hasReferralsOf(t, d, "customer-1")},
		},
	})
}

// An inventory may leave out what is not valid now; that is no reason for a second code.
func TestReferralThatTheInventoryHidesStays(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	config := integrationOnly(d, referral(`expiry_date = "2020-01-01T00:00:00Z"`))
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config},
			{
				PreConfig: func() { fault(t, d, `GET /v1/customer_profiles/ status=200 body={"referrals":[]}`) },
				Config:    config, ConfigPlanChecks: noChange,
			},
			{
				PreConfig: func() { d.Server.ClearFaults(); fault(t, d, `GET /v1/customer_profiles/ status=404`) },
				Config:    config, ConfigPlanChecks: noChange,
			},
			{PreConfig: d.Server.ClearFaults, Config: d.Config(referral(`expiry_date = "2020-01-01T00:00:00Z"`))},
		},
	})
}

// Whether an update clears what it leaves out is not documented.
func TestReferralSaysWhatTheDeploymentKeeps(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: d.Config(referral(`friend_profile_integration_id = "customer-2"`))},
			{
				PreConfig: func() {
					kept := rows(t, d)[0]
					fault(t, d, fmt.Sprintf(`PUT %s status=200 times=1 body={"id":%d,"created":"2026-01-01T00:00:00Z","campaignId":11,"advocateProfileIntegrationId":"customer-1","friendProfileIntegrationId":"customer-2","code":%q,"usageLimit":1,"usageCounter":0,"attributes":{}}`, campaignPath, kept.ID, kept.Code))
				},
				Config:      d.Config(referral("")),
				ExpectError: saying(`Unable to remove friend_profile_integration_id.*deployment kept`),
			},
			{Config: d.Config(referral("")), ConfigPlanChecks: does(invite, plancheck.ResourceActionUpdate)},
		},
	})
}

func TestReferralIsReplacedWhereTheAPICannotChangeIt(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: d.Config(referral(""))},
			{
				Config:           d.Config(referralOf(11, "customer-2")),
				ConfigPlanChecks: does(invite, plancheck.ResourceActionReplace),
				Check:            hasReferralsOf(t, d, "customer-2"),
			},
		},
	})
}

func TestReferralTakesValuesThatAreUnknownInThePlan(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	config := `
		resource "terraform_data" "later" { input = { advocate = "customer-3", campaign = 11, application = 1, limit = 4, expiry = "2030-01-01T00:00:00Z", attributes = "{\"source\":\"app\"}" } }
		resource "talonone_referral" "invite" {
		  application_id                  = terraform_data.later.output.application
		  campaign_id                     = terraform_data.later.output.campaign
		  advocate_profile_integration_id = terraform_data.later.output.advocate
		  friend_profile_integration_id   = terraform_data.later.output.advocate
		  usage_limit                     = terraform_data.later.output.limit
		  expiry_date                     = terraform_data.later.output.expiry
		  attributes                      = terraform_data.later.output.attributes
		}`
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps:                    []resource.TestStep{{Config: d.Config(config), Check: hasReferralsOf(t, d, "customer-3")}},
	})
}

func TestReferralErrorsPointToTheirCause(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	for name, test := range map[string]struct{ config, want string }{
		"unknown campaign":          {referralOf(99, "a"), `Campaign does not exist.*campaign 99`},
		"campaign without feature":  {referralOf(12, "a"), `Campaign has no referrals.*"Summer"`},
		"undefined attribute":       {referral(`attributes = jsonencode({ Source = "app" })`), `no attribute "Source" for Referral`},
		"wrong type of attribute":   {referral(`attributes = jsonencode({ source = 1 })`), `"source" of Referral has type string`},
		"attributes are a list":     {referral(`attributes = jsonencode([1])`), `Must be a JSON object`},
		"dates the wrong way round": {referral("start_date = \"2026-01-02T00:00:00Z\"\nexpiry_date = \"2026-01-01T00:00:00Z\""), `not after start_date`},
		"date that is none":         {referral(`start_date = "tomorrow"`), `RFC\s*3339`},
		"usage limit too high":      {referral(`usage_limit = 1000000`), `between 0 and 999999`},
		"no advocate":               {referralOf(11, ""), `between 1 and 1000`},
		"campaign that others have": {referralOf(13, "a"), `Campaign belongs to another Application.*Application 2.*provider alias`},
		"of another Application":    {strings.Replace(referralOf(13, "a"), "}", "application_id = 2\n}", 1), `Campaign belongs to another Application.*Use a provider alias with the key of Application 2`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps:                    []resource.TestStep{{Config: d.Config(test.config), ExpectError: saying(test.want)}},
			})
		})
	}
}

func TestWrongImportIDsOfReferrals(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	for id, want := range map[string]string{
		"11":         `neither campaign/referral`,
		"abc/4001":   `neither campaign/referral`,
		"11/4711":    `Campaign 11 has no referral 4711`,
		"11/NO-CODE": `no referral with the code "NO-CODE"`,
		"99/4001":    `Application of campaign 99`,
	} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			acctest.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps: []resource.TestStep{{
					Config: d.Config(referral("")), ResourceName: invite, ImportState: true, ImportStateId: id, ExpectError: saying(want),
				}},
			})
		})
	}
}
