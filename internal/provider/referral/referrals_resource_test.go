package referral_test

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

const program = "talonone_referrals.program"

func referrals(advocates, settings string) string {
	if !strings.Contains(settings, "usage_limit") {
		settings += "\nusage_limit = 1"
	}
	return "resource \"talonone_referrals\" \"program\" {\ncampaign_id = 11\nadvocates = " + advocates + "\n" + settings + "\n}\n"
}

// numbered is a list of so many IDs in HCL.
func numbered(prefix string, n int) string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("%q", prefix+strconv.Itoa(i))
	}
	return "[" + strings.Join(ids, ", ") + "]"
}

func synced(added, updated, removed int64) knownvalue.Check {
	return knownvalue.ObjectPartial(map[string]knownvalue.Check{
		"added": knownvalue.Int64Exact(added), "updated": knownvalue.Int64Exact(updated),
		"removed": knownvalue.Int64Exact(removed), "released": knownvalue.Int64Exact(0),
	})
}

func plans(action plancheck.ResourceActionType, added, updated, removed int64) resource.ConfigPlanChecks {
	return does(program, action, plancheck.ExpectKnownValue(program, tfjsonpath.New("last_sync"), synced(added, updated, removed)))
}

func TestReferralsFollowTheListOfAdvocates(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	codes := map[string]string{}
	keepsCodes := func(s *terraform.State) error {
		for _, one := range rows(t, d) {
			if before, ok := codes[one.Advocate]; ok && before != one.Code {
				return fmt.Errorf("the code of %s changed", one.Advocate)
			}
			if got := s.RootModule().Resources[program].Primary.Attributes["codes."+one.Advocate]; got != one.Code {
				return fmt.Errorf("state has code %q of %s, the deployment %q", got, one.Advocate, one.Code)
			}
			codes[one.Advocate] = one.Code
		}
		return nil
	}
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             hasReferralsOf(t, d),
		Steps: []resource.TestStep{
			{
				Config:           d.Config(referrals(`["a", "b", "c"]`, "referral_pattern = \"REF-###-###\"\nvalid_characters = [\"X\", \"Y\", \"9\"]")),
				ConfigPlanChecks: plans(plancheck.ResourceActionCreate, 3, 0, 0),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(program, tfjsonpath.New("codes").AtMapKey("b"), knownvalue.StringRegexp(saying(`^REF-[XY9]{3}-[XY9]{3}$`))),
					statecheck.ExpectKnownValue(program, tfjsonpath.New("referral_ids"), knownvalue.MapSizeExact(3)),
					statecheck.ExpectKnownValue(program, tfjsonpath.New("application_id"), knownvalue.Int64Exact(1)),
				},
				Check: resource.ComposeTestCheckFunc(keepsCodes, d.ExpectWrites(map[string]int{"createReferralsForMultipleAdvocates": 1})),
			},
			{
				// What is random about a code, and order, change nothing.
				Config:           d.Config(referrals(`["c", "a", "b"]`, "referral_pattern = \"REF-###-###\"\nvalid_characters = [\"X\", \"Y\", \"9\"]")),
				ConfigPlanChecks: noChange,
			},
			{
				// One leaves, two come: the others stay, and the plan knows their codes.
				Config: d.Config(referrals(`["d", "c", "a", "e"]`, "")),
				ConfigPlanChecks: does(program, plancheck.ResourceActionUpdate,
					plancheck.ExpectKnownValue(program, tfjsonpath.New("last_sync"), synced(2, 0, 1)),
					plancheck.ExpectUnknownValue(program, tfjsonpath.New("codes").AtMapKey("d")),
					plancheck.ExpectKnownValue(program, tfjsonpath.New("codes").AtMapKey("a"), knownvalue.NotNull()),
				),
				Check: resource.ComposeTestCheckFunc(keepsCodes, hasReferralsOf(t, d, "a", "c", "d", "e"),
					d.ExpectWrites(map[string]int{"createReferralsForMultipleAdvocates": 1, "deleteReferral": 1})),
			},
			{
				Config:           d.Config(referrals(`["d", "c", "a", "e"]`, "usage_limit = 5\nexpiry_date = \"2030-01-01T00:00:00Z\"\nstart_date = \"2026-01-01T00:00:00Z\"\nattributes = jsonencode({ source = \"app\" })")),
				ConfigPlanChecks: plans(plancheck.ResourceActionUpdate, 0, 4, 0),
				Check: resource.ComposeTestCheckFunc(keepsCodes, d.ExpectWrites(map[string]int{"updateReferral": 4}), func(*terraform.State) error {
					for _, one := range rows(t, d) {
						if one.UsageLimit != 5 || one.ExpiryDate == "" || one.Attributes["source"] != "app" {
							return fmt.Errorf("the deployment has %+v", one)
						}
					}
					return nil
				}),
			},
			{
				// Somebody changes one and deletes another: only these are repaired.
				PreConfig: func() {
					all := rows(t, d)
					d.Call(t, http.MethodPut, fmt.Sprintf("%s/%d", campaignPath, all[1].ID), map[string]any{
						"usageLimit": 9, "friendProfileIntegrationId": "customer-3", "startDate": "2026-01-01T00:00:00Z", "expiryDate": "2030-01-01T00:00:00Z",
					}, nil)
					d.Call(t, http.MethodDelete, fmt.Sprintf("%s/%d", campaignPath, all[2].ID), nil, nil)
					delete(codes, all[2].Advocate)
					d.Forget()
				},
				Config:           d.Config(referrals(`["d", "c", "a", "e"]`, "usage_limit = 5\nexpiry_date = \"2030-01-01T00:00:00Z\"\nstart_date = \"2026-01-01T00:00:00Z\"\nattributes = jsonencode({ source = \"app\" })")),
				ConfigPlanChecks: plans(plancheck.ResourceActionUpdate, 1, 1, 0),
				Check: resource.ComposeTestCheckFunc(keepsCodes, hasReferralsOf(t, d, "a", "c", "d", "e"), func(*terraform.State) error {
					if !slices.ContainsFunc(rows(t, d), func(one row) bool { return one.Friend == "customer-3" && one.UsageLimit == 5 }) {
						return fmt.Errorf("a friend got lost: %+v", rows(t, d))
					}
					return nil
				}),
			},
			{
				// The configuration takes over what others changed in one: the others follow.
				PreConfig: func() {
					d.Call(t, http.MethodPut, fmt.Sprintf("%s/%d", campaignPath, rows(t, d)[3].ID), map[string]any{"usageLimit": 8, "attributes": map[string]any{}}, nil)
				},
				Config:           d.Config(referrals(`["d", "c", "a", "e"]`, "usage_limit = 8")),
				ConfigPlanChecks: plans(plancheck.ResourceActionUpdate, 0, 4, 0),
			},
			{
				Config:           d.Config(referrals(`["d", "c", "a", "e"]`, "usage_limit = 0\napplication_id = 1")),
				ConfigPlanChecks: plans(plancheck.ResourceActionUpdate, 0, 4, 0),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(program, tfjsonpath.New("attributes"), knownvalue.Null()),
					statecheck.ExpectKnownValue(program, tfjsonpath.New("start_date"), knownvalue.Null()),
				},
				Check: keepsCodes,
			},
			{
				ResourceName: program, ImportState: true, ImportStateId: "11", ImportStateVerify: true,
				ImportStateVerifyIdentifierAttribute: "campaign_id", ImportStateVerifyIgnore: []string{"last_sync", "advocates"},
			},
			{
				ResourceName: program, ImportState: true, ImportStateId: "11/d,c,a,e", ImportStateVerify: true,
				ImportStateVerifyIdentifierAttribute: "campaign_id", ImportStateVerifyIgnore: []string{"last_sync"},
			},
			{Config: d.Config(referrals(`[]`, "usage_limit = 0")), Check: hasReferralsOf(t, d)},
		},
	})
}

func TestThousandsOfReferralsTakeFewRequests(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config:           d.Config(referrals(numbered("advocate-", 1100), "application_id = 1")),
				ConfigPlanChecks: plans(plancheck.ResourceActionCreate, 1100, 0, 0),
				Check:            d.ExpectWrites(map[string]int{"createReferralsForMultipleAdvocates": 2}),
			},
			{
				PreConfig:    d.Forget,
				RefreshState: true,
				Check:        d.Expect(map[string]int{"getReferralsWithoutTotalCount": 2}),
			},
			forget(d),
		},
	})
}

// forget takes the referrals out of Terraform's hands, for tests that are not about
// deleting them one by one.
func forget(d *acctest.Deployment) resource.TestStep {
	return resource.TestStep{Config: d.Config("removed {\n  from = talonone_referrals.program\n  lifecycle { destroy = false }\n}")}
}

// A creation that stops half way leaves no state, and the next apply goes on
// where it stopped.
func TestReferralsGoOnWhereACreationStopped(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	config := referrals(numbered("advocate-", 1100), "application_id = 1")
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.FactoriesIn(t.TempDir()),
		Steps: []resource.TestStep{
			{
				PreConfig:   func() { fault(t, d, "POST /v1/referrals_for_multiple_advocates status=400 after=1 times=1") },
				Config:      impatient(d, config),
				ExpectError: saying(`1000 of 1100 new referrals exist.*No second code`),
			},
			{
				PreConfig: d.Forget,
				Config:    d.Config(config),
				ConfigPlanChecks: does(program, plancheck.ResourceActionCreate,
					plancheck.ExpectKnownValue(program, tfjsonpath.New("last_sync"), synced(1100, 0, 0)),
					// The plan knows no code that the journal and a listing would tell.
					plancheck.ExpectUnknownValue(program, tfjsonpath.New("codes").AtMapKey("advocate-999")),
					plancheck.ExpectUnknownValue(program, tfjsonpath.New("codes").AtMapKey("advocate-1000")),
				),
				Check: resource.ComposeTestCheckFunc(
					d.ExpectWrites(map[string]int{"createReferralsForMultipleAdvocates": 1}),
					func(*terraform.State) error {
						if got := advocates(allRows(t, d)); len(got) != 1100 || len(slices.Compact(got)) != 1100 {
							return fmt.Errorf("%d referrals of %d advocates", len(got), len(slices.Compact(got)))
						}
						return nil
					},
				),
			},
			{Config: d.Config(config), ConfigPlanChecks: noChange},
			forget(d),
		},
	})
}

// allRows is rows beyond the first page.
func allRows(t *testing.T, d *acctest.Deployment) []row {
	t.Helper()
	var all []row
	for {
		var response struct {
			Data    []row `json:"data"`
			HasMore bool  `json:"hasMore"`
		}
		d.Call(t, http.MethodGet, fmt.Sprintf("%s/no_total?skip=%d", campaignPath, len(all)), nil, &response)
		if all = append(all, response.Data...); !response.HasMore {
			return all
		}
	}
}

func TestLostAnswersNeverLeaveAnAdvocateWithTwoCodes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault   string
		creates int
	}{
		"behind the creation": {"POST /v1/referrals_for_multiple_advocates truncate times=1", 1},
		"before the creation": {"POST /v1/referrals_for_multiple_advocates reset times=1", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t)
			fault(t, d, test.fault)
			acctest.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps: []resource.TestStep{
					{
						Config: integrationOnly(d, referrals(`["a", "b"]`, "")),
						Check: resource.ComposeTestCheckFunc(
							d.ExpectWrites(map[string]int{"createReferralsForMultipleAdvocates": test.creates}),
							hasReferralsOf(t, d, "a", "b"),
						),
					},
					{Config: d.Config(referrals(`["a", "b"]`, ""))},
				},
			})
		})
	}
}

// A provider that is killed during an update leaves referrals that its state does
// not know, as does an update whose response and lookup are both lost.
func TestTheNextUpdateTakesOverWhatAKilledOneLeft(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.FactoriesIn(t.TempDir()),
		Steps: []resource.TestStep{
			{Config: d.Config(referrals(`["a", "b"]`, "application_id = 1"))},
			{
				PreConfig: func() {
					d.Forget()
					fault(t, d, "POST /v1/referrals_for_multiple_advocates reset after-apply times=1")
					// The plan reads and looks, and so does the second plan; then the apply looks.
					fault(t, d, "GET "+campaignPath+"/no_total status=503 after=3 times=1")
				},
				Config:      impatient(d, referrals(`["a", "b", "c"]`, "application_id = 1")),
				ExpectError: saying(`Outcome of the create is unknown.*0 of 1 new referrals exist.*adopts them`),
			},
			{
				Config: d.Config(referrals(`["a", "b", "c"]`, "application_id = 1")),
				ConfigPlanChecks: does(program, plancheck.ResourceActionUpdate,
					plancheck.ExpectUnknownValue(program, tfjsonpath.New("codes").AtMapKey("c"))),
				Check: resource.ComposeTestCheckFunc(
					d.ExpectWrites(map[string]int{"createReferralsForMultipleAdvocates": 1}),
					hasReferralsOf(t, d, "a", "b", "c"),
				),
			},
			{Config: d.Config(referrals(`["a", "b", "c"]`, "application_id = 1")), ConfigPlanChecks: noChange},
		},
	})
}

// An update that stops in the middle keeps what has landed, and the next plan
// shows the rest.
func TestReferralsKeepWhatAnInterruptedUpdateAchieved(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: d.Config(referrals(`["a", "b", "c", "d"]`, ""))},
			{
				PreConfig:   func() { fault(t, d, "PUT "+campaignPath+" status=400 after=2 times=1") },
				Config:      d.Config(referrals(`["a", "b", "c", "e"]`, "usage_limit = 7")),
				ExpectError: saying(`Unable to change referrals in campaign 11`),
			},
			{
				// c lacks the limit, d has to go, e comes last.
				Config:           d.Config(referrals(`["a", "b", "c", "e"]`, "usage_limit = 7")),
				ConfigPlanChecks: plans(plancheck.ResourceActionUpdate, 1, 1, 1),
				Check:            hasReferralsOf(t, d, "a", "b", "c", "e"),
			},
			{
				PreConfig:   func() { fault(t, d, "DELETE "+campaignPath+" status=400 after=1 times=1") },
				Config:      d.Config(referrals(`["a"]`, "usage_limit = 7")),
				ExpectError: saying(`Unable to delete referrals`),
			},
			{
				Config:           d.Config(referrals(`["a"]`, "usage_limit = 7")),
				ConfigPlanChecks: plans(plancheck.ResourceActionUpdate, 0, 0, 2),
			},
		},
	})
}

func TestReferralsGuardRails(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	many := `["a", "b", "c", "d"]`
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: d.Config(referrals(many, "max_removal_percent = 25"))},
			{Config: d.Config(referrals(`["a"]`, "max_removal_percent = 25")), ExpectError: saying(`remove 3 of 4 referrals \(75 %\)`)},
			{Config: d.Config(""), ExpectError: saying(`remove 4 of 4 referrals`)},
			{
				// The end of a tainted object is not planned: the delete is refused.
				Taint:       []string{program},
				Config:      d.Config(referrals(many, "max_removal_percent = 25")),
				ExpectError: saying(`remove 4 of 4 referrals`),
			},
			{Config: d.Config(referrals(many, "max_removal_percent = 100"))}, // lifted in the same change
			{Config: d.Config(referrals(`["a", "b", "c"]`, "max_removal_percent = 25"))},
			{Config: integrationOnly(d, referrals(`["a", "b"]`, "")), ExpectError: saying(`removed without a Management API key`)},
			{Config: integrationOnly(d, referrals(`["a", "b", "c"]`, "usage_limit = 2")), ExpectError: saying(`changed without a Management API key`)},
			{Config: integrationOnly(d, ""), ExpectError: saying(`destroy the referrals without a Management API key`)},
			{Config: integrationOnly(d, referrals(`["a", "b", "c", "x"]`, "")), Check: hasReferralsOf(t, d, "a", "b", "c", "x")},
			{Config: d.Config(referrals(`["a", "b", "c", "x"]`, "timeouts { create = \"5m\" }"))},
		},
	})
}

// last_sync tells of the last change of referrals, and of nothing else.
func TestLastSyncOfReferralsChangesWithThemAlone(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	same := statecheck.CompareValue(compare.ValuesSame())
	unchanged := func() []statecheck.StateCheck {
		return []statecheck.StateCheck{same.AddStateValue(program, tfjsonpath.New("last_sync"))}
	}
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: d.Config(referrals(`["a", "b"]`, ""))},
			{Config: d.Config(referrals(`["a"]`, "")), ConfigPlanChecks: plans(plancheck.ResourceActionUpdate, 0, 0, 1), ConfigStateChecks: unchanged()},
			{Config: d.Config(referrals(`["a"]`, "referral_pattern = \"X-####\"\ntimeouts { create = \"5m\" }")), ConfigPlanChecks: does(program, plancheck.ResourceActionUpdate), ConfigStateChecks: unchanged()},
			{RefreshState: true},
			{Config: d.Config(referrals(`["a"]`, "max_removal_percent = 0.5")), ConfigPlanChecks: does(program, plancheck.ResourceActionUpdate), ConfigStateChecks: unchanged()},
			{Config: d.Config(referrals(`[]`, "max_removal_percent = 99.5")), ExpectError: saying(`remove 1 of 1 referral \(100 %\).*allows 99.5 %`)},
			{Config: d.Config(referrals(`["a"]`, ""))},
		},
	})
}

func TestReferralsErrorsPointToTheirCause(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	for name, test := range map[string]struct{ config, want string }{
		"campaign without feature": {strings.Replace(referrals(`["a"]`, ""), "= 11", "= 12", 1), `Campaign has no referrals`},
		"advocate twice":           {referrals(`["a", "b", "a"]`, ""), `occurs twice.*Element 3 repeats element 1`},
		"null advocate":            {referrals(`["a", null]`, ""), `Invalid integration ID`},
		"more than everything":     {referrals(`["a"]`, "max_removal_percent = 100.5"), `Write a percentage from 0`},
		"empty advocate":           {referrals(`[""]`, ""), `Invalid integration ID`},
		"too many advocates":       {referrals(numbered("a", 5001), ""), `Too many integration IDs.*5001`},
		"no usage limit":           {`resource "talonone_referrals" "x" { campaign_id = 11 }`, `"usage_limit" is required`},
		"pattern without a hole":   {referrals(`["a"]`, `referral_pattern = "HELLO"`), `at least one #`},
		"pattern too small":        {referrals(`["a", "b", "c"]`, "referral_pattern = \"REF#\"\nvalid_characters = [\"A\", \"B\"]"), `is enough for 2 of 3 advocates`},
		"characters too long":      {referrals(`["a"]`, `valid_characters = ["AB"]`), `UTF-8 character count must be between 1 and 1`},
		"dates the wrong way":      {referrals(`["a"]`, "start_date = \"2026-01-02T00:00:00Z\"\nexpiry_date = \"2026-01-01T00:00:00Z\""), `not after start_date`},
		"undefined attribute":      {referrals(`["a"]`, `attributes = jsonencode({ x = 1 })`), `no attribute "x" for Referral`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps:                    []resource.TestStep{{Config: d.Config(test.config), PlanOnly: true, ExpectError: saying(test.want)}},
			})
		})
	}
}

func TestReferralsTakeAdvocatesThatAreUnknownInThePlan(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: d.Config(`
					resource "terraform_data" "later" { input = { list = ["a", "b"], one = "c", limit = 3 } }
					` + referrals(`terraform_data.later.output.list`, `usage_limit = terraform_data.later.output.limit`)),
				Check: hasReferralsOf(t, d, "a", "b"),
			},
			{
				Config: d.Config(`
					resource "terraform_data" "later" { input = { list = ["a", "b", "d"], one = "c", limit = 4 } }
					` + referrals(`concat(terraform_data.later.output.list, [terraform_data.later.output.one])`, `usage_limit = terraform_data.later.output.limit`)),
				Check: hasReferralsOf(t, d, "a", "b", "c", "d"),
			},
		},
	})
}

func TestWrongImportIDsOfManyReferrals(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	for id, want := range map[string]string{
		"eleven":  `neither a campaign's ID`,
		"11/":     `neither a campaign's ID`,
		"11":      `Campaign 11 has no referrals to import`,
		"11/a,b":  `2 of the advocates named have no referral`,
		"12/none": `1 of the advocates named`,
	} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			acctest.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps: []resource.TestStep{{
					Config: d.Config(referrals(`["a"]`, "")), ResourceName: program, ImportState: true, ImportStateId: id, ExpectError: saying(want),
				}},
			})
		})
	}
}
