package coupon_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

const wallet = "talonone_coupon_reservation.wallet"

func reservation(settings string) string {
	return "resource \"talonone_coupon_reservation\" \"wallet\" {\n" + settings + "\n}\n"
}

// integrationOnly is a provider block without a Management key.
func integrationOnly(d *acctest.Deployment, body string) string {
	return d.ConfigWith(fmt.Sprintf("integration_api_key = %q", acctest.IntegrationKey), body)
}

// withCoupons adds coupons of campaign 12 to the default fixture.
func withCoupons(coupons ...emulator.FixtureCoupon) func(*emulator.Options) {
	return func(o *emulator.Options) {
		o.Fixture = emulator.DefaultFixture()
		for _, coupon := range coupons {
			if coupon.CampaignID == 0 {
				coupon.CampaignID = 12
			}
			o.Fixture.Coupons = append(o.Fixture.Coupons, coupon)
		}
	}
}

func escaped(code string) string { return strings.ReplaceAll(url.QueryEscape(code), "+", "%20") }

// holders lists who has a coupon reserved, sorted.
func holders(t *testing.T, d *acctest.Deployment, code string) []string {
	t.Helper()
	var response struct {
		Data []struct {
			IntegrationID string `json:"integrationId"`
		} `json:"data"`
	}
	d.Call(t, http.MethodGet, "/v1/coupon_reservations/customerprofiles/"+escaped(code), nil, &response)
	ids := make([]string, len(response.Data))
	for i, profile := range response.Data {
		ids[i] = profile.IntegrationID
	}
	slices.Sort(ids)
	return ids
}

func reserve(t *testing.T, d *acctest.Deployment, method, code string, ids ...string) {
	t.Helper()
	d.Call(t, method, "/v1/coupon_reservations/"+escaped(code), map[string]any{"integrationIDs": ids}, nil)
}

func expectHolders(t *testing.T, d *acctest.Deployment, code string, want ...string) func(*terraform.State) error {
	return func(*terraform.State) error {
		if diff := cmp.Diff(want, holders(t, d, code), cmpopts.EquateEmpty()); diff != "" {
			return fmt.Errorf("customers who have %s reserved (-want +got):\n%s", code, diff)
		}
		return nil
	}
}

func TestReservationLivesWithoutManagementKey(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	reserve(t, d, http.MethodPost, "SUMMER10", "somebody-else")
	d.Forget()
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             expectHolders(t, d, "SUMMER10", "somebody-else"),
		Steps: []resource.TestStep{
			{
				Config: integrationOnly(d, reservation("coupon_value = \"SUMMER10\"\ncustomers = [\"customer-2\", \"customer-1\"]")),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectKnownValue(wallet, tfjsonpath.New("last_sync"), synced(2, 0)),
				}},
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(wallet, tfjsonpath.New("customers"), strs("customer-2", "customer-1")),
					statecheck.ExpectKnownValue(wallet, tfjsonpath.New("ownership"), knownvalue.StringExact("additive")),
					statecheck.ExpectKnownValue(wallet, tfjsonpath.New("reservation_type"), knownvalue.StringExact("soft")),
					statecheck.ExpectKnownValue(wallet, tfjsonpath.New("reservation_count"), knownvalue.Int64Exact(3)),
					statecheck.ExpectKnownValue(wallet, tfjsonpath.New("campaign_id"), knownvalue.Int64Exact(12)),
					statecheck.ExpectKnownValue(wallet, tfjsonpath.New("coupon_id"), knownvalue.NotNull()),
					statecheck.ExpectKnownValue(wallet, tfjsonpath.New("last_sync"), synced(2, 0)),
				},
				Check: d.ExpectWrites(map[string]int{"createCouponReservation": 1}),
			},
			{
				Config: integrationOnly(d, reservation("coupon_value = \"SUMMER10\"\ncustomers = [\"customer-1\", \"customer-2\"]")),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(wallet, plancheck.ResourceActionNoop),
				}},
			},
			{
				Config: integrationOnly(d, reservation("coupon_value = \"SUMMER10\"\ncustomers = [\"customer-1\", \"customer-3\"]")),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(wallet, plancheck.ResourceActionUpdate),
					plancheck.ExpectKnownValue(wallet, tfjsonpath.New("last_sync"), synced(1, 1)),
				}},
				Check: resource.ComposeTestCheckFunc(
					d.ExpectWrites(map[string]int{"createCouponReservation": 1, "deleteCouponReservation": 1}),
					expectHolders(t, d, "SUMMER10", "customer-1", "customer-3", "somebody-else"),
				),
			},
			{
				// A reservation that went is drift; one that came is not.
				PreConfig: func() {
					reserve(t, d, http.MethodDelete, "SUMMER10", "customer-3")
					reserve(t, d, http.MethodPost, "SUMMER10", "customer-2")
					d.Forget()
				},
				Config: integrationOnly(d, reservation("coupon_value = \"SUMMER10\"\ncustomers = [\"customer-1\", \"customer-3\"]")),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectKnownValue(wallet, tfjsonpath.New("last_sync"), synced(1, 0)),
				}},
				Check: expectHolders(t, d, "SUMMER10", "customer-1", "customer-2", "customer-3", "somebody-else"),
			},
			{
				PreConfig: func() { reserve(t, d, http.MethodDelete, "SUMMER10", "customer-2") },
				Config:    integrationOnly(d, reservation("coupon_value = \"SUMMER10\"\ncustomers = []")),
				Check:     expectHolders(t, d, "SUMMER10", "somebody-else"),
			},
		},
	})
}

func strs(texts ...string) knownvalue.Check {
	checks := make([]knownvalue.Check, len(texts))
	for i, text := range texts {
		checks[i] = knownvalue.StringExact(text)
	}
	return knownvalue.ListExact(checks)
}

func synced(added, removed int64) knownvalue.Check {
	return knownvalue.ObjectPartial(map[string]knownvalue.Check{
		"added": knownvalue.Int64Exact(added), "updated": knownvalue.Int64Exact(0), "removed": knownvalue.Int64Exact(removed), "summary": knownvalue.NotNull(),
	})
}

func saying(words string) *regexp.Regexp {
	return regexp.MustCompile("(?s)" + strings.ReplaceAll(words, " ", `[\s│]+`))
}

func does(action plancheck.ResourceActionType, more ...plancheck.PlanCheck) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: append([]plancheck.PlanCheck{plancheck.ExpectResourceAction(wallet, action)}, more...)}
}

var noChange = resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}

func plans(action plancheck.ResourceActionType, added, removed int64) resource.ConfigPlanChecks {
	return does(action, plancheck.ExpectKnownValue(wallet, tfjsonpath.New("last_sync"), synced(added, removed)))
}

func fault(t *testing.T, d *acctest.Deployment, text string) {
	t.Helper()
	parsed, err := emulator.ParseFault(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Server.AddFault(parsed); err != nil {
		t.Fatal(err)
	}
}

// impatient is a provider block that repeats nothing.
func impatient(d *acctest.Deployment, body string) string {
	return d.ConfigWith(fmt.Sprintf("integration_api_key = %q\nmanagement_api_key = %q\nmax_retries = 0", acctest.IntegrationKey, acctest.ManagementKey), body)
}

// sandbox is a provider block of the Application that ignores case.
func sandbox(d *acctest.Deployment, keys, body string) string {
	return d.ConfigWith(fmt.Sprintf("integration_api_key = %q\n%s", acctest.SandboxIntegrationKey, keys), body)
}

// numbered is a list of so many customers in HCL.
func numbered(n int) string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("\"customer-%d\"", i)
	}
	return "[" + strings.Join(ids, ", ") + "]"
}

func TestCodesOfEverySpellingAreReservedReadAndImported(t *testing.T) {
	t.Parallel()
	codes := []string{`SUMMER25%OFF`, `10$OFF_NOW`, `BACK/SLASH 10 ÄÖ`, `a+b&c:d=e@f?g#h;i`, `..%2F`}
	d := acctest.Start(t, withCoupons(
		emulator.FixtureCoupon{Value: codes[2]}, emulator.FixtureCoupon{Value: codes[3]}, emulator.FixtureCoupon{Value: codes[4]},
		// The longest part that is a coupon is the code of an import ID.
		emulator.FixtureCoupon{Value: "BACK"},
	))
	for _, code := range codes {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			config := reservation(fmt.Sprintf("coupon_value = %q\ncustomers = [\"customer-1\", \"customer-2\"]", code))
			// Import records neither a change nor an ownership.
			ignored := []string{"last_sync", "ownership"}
			acctest.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				CheckDestroy:             expectHolders(t, d, code),
				Steps: []resource.TestStep{
					{
						Config: d.Config(config),
						ConfigStateChecks: []statecheck.StateCheck{
							statecheck.ExpectKnownValue(wallet, tfjsonpath.New("coupon_value"), knownvalue.StringExact(code)),
						},
						Check: expectHolders(t, d, code, "customer-1", "customer-2"),
					},
					{
						ResourceName: wallet, ImportState: true, ImportStateId: code, ImportStateVerify: true,
						ImportStateVerifyIdentifierAttribute: "coupon_value", ImportStateVerifyIgnore: ignored,
					},
					{
						ResourceName: wallet, ImportState: true, ImportStateId: code + "/customer-1,customer-2", ImportStateVerify: true,
						ImportStateVerifyIdentifierAttribute: "coupon_value", ImportStateVerifyIgnore: ignored,
					},
				},
			})
		})
	}
}

func TestFiveThousandReservationsTakeFiveRequests(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy: func(s *terraform.State) error {
			return d.ExpectWrites(map[string]int{"deleteCouponReservation": 5})(s)
		},
		Steps: []resource.TestStep{
			{
				Config:           integrationOnly(d, reservation("coupon_value = \"SUMMER10\"\ncustomers = "+numbered(5000))),
				ConfigPlanChecks: plans(plancheck.ResourceActionCreate, 5000, 0),
				Check:            d.ExpectWrites(map[string]int{"createCouponReservation": 5}),
			},
			{
				PreConfig:    d.Forget,
				RefreshState: true,
				Check:        d.Expect(map[string]int{"getReservedCustomers": 1}),
			},
		},
	})
}

// Reservations can be made again without harm, so a creation that stops half way
// leaves no state, and the next one makes them all.
func TestReservationIsMadeAgainWhereACreationStopped(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	config := reservation("coupon_value = \"SUMMER10\"\ncustomers = " + numbered(1100))
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				PreConfig:   func() { fault(t, d, "POST /v1/coupon_reservations/ status=500 after=1 times=1") },
				Config:      impatient(d, config),
				ExpectError: saying(`Unable to reserve coupon "SUMMER10".*500`),
			},
			{
				PreConfig:        d.Forget,
				Config:           integrationOnly(d, config),
				ConfigPlanChecks: plans(plancheck.ResourceActionCreate, 1100, 0),
				Check:            d.ExpectWrites(map[string]int{"createCouponReservation": 2}),
			},
		},
	})
}

func TestReservationKeepsWhatAnInterruptedUpdateAchieved(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             expectHolders(t, d, "SUMMER10"),
		Steps: []resource.TestStep{
			{Config: d.Config(reservation(`coupon_value = "SUMMER10"` + "\ncustomers = [\"before\"]"))},
			{
				PreConfig:   func() { fault(t, d, "POST /v1/coupon_reservations/ status=500 after=1 times=1") },
				Config:      impatient(d, reservation("coupon_value = \"SUMMER10\"\ncustomers = "+numbered(1100))),
				ExpectError: saying(`Unable to reserve coupon`),
			},
			{
				Config:           d.Config(reservation("coupon_value = \"SUMMER10\"\ncustomers = " + numbered(1100))),
				ConfigPlanChecks: plans(plancheck.ResourceActionUpdate, 100, 1),
			},
			{
				PreConfig:   func() { fault(t, d, "DELETE /v1/coupon_reservations/ status=500 after=1 times=1") },
				Config:      impatient(d, reservation("coupon_value = \"SUMMER10\"\ncustomers = [\"customer-1099\"]")),
				ExpectError: saying(`Unable to end reservations`),
			},
			{
				Config:           d.Config(reservation("coupon_value = \"SUMMER10\"\ncustomers = [\"customer-1099\"]")),
				ConfigPlanChecks: plans(plancheck.ResourceActionUpdate, 0, 99),
				Check:            expectHolders(t, d, "SUMMER10", "customer-1099"),
			},
			{
				PreConfig:   func() { fault(t, d, "DELETE /v1/coupon_reservations/ status=500 times=1") },
				Config:      impatient(d, ""),
				ExpectError: saying(`Unable to end reservations`),
			},
			{Config: d.Config(reservation("coupon_value = \"SUMMER10\"\ncustomers = [\"customer-1099\"]")), ConfigPlanChecks: noChange},
		},
	})
}

func TestExclusiveReservationEndsAllOthers(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t, withCoupons(emulator.FixtureCoupon{Value: "SHARED", ReservedBy: []string{"customer-1", "x", "y", "z"}}))
	config := func(settings string) string {
		return d.Config(reservation("coupon_value = \"SHARED\"\ncustomers = [\"customer-1\", \"customer-2\"]\n" + settings))
	}
	refused := saying(`Exclusive ownership requires an import.*3 reservations not listed here: "x", "y", "z".*id = "SHARED"`)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             expectHolders(t, d, "SHARED", "x", "y", "z"),
		Steps: []resource.TestStep{
			{Config: config(`ownership = "exclusive"`), ExpectError: refused},
			{Config: config(""), ConfigPlanChecks: plans(plancheck.ResourceActionCreate, 2, 0)},
			{Config: config("ownership = \"exclusive\"\nmax_removal_percent = 59.9"), ExpectError: saying(`remove 3 of 5 reservations \(60 %\)`)},
			{
				Config: config("ownership = \"exclusive\"\nmax_removal_percent = 60"),
				ConfigPlanChecks: does(plancheck.ResourceActionUpdate,
					plancheck.ExpectKnownValue(wallet, tfjsonpath.New("last_sync"), synced(0, 3)),
					plancheck.ExpectKnownValue(wallet, tfjsonpath.New("reservation_count"), knownvalue.Int64Exact(2)),
				),
				Check: expectHolders(t, d, "SHARED", "customer-1", "customer-2"),
			},
			{
				PreConfig: func() { reserve(t, d, http.MethodPost, "SHARED", "late") },
				Config:    config("ownership = \"exclusive\""),
				ConfigPlanChecks: does(plancheck.ResourceActionUpdate,
					plancheck.ExpectKnownValue(wallet, tfjsonpath.New("last_sync"), synced(0, 1)),
					plancheck.ExpectKnownValue(wallet, tfjsonpath.New("reservation_count"), knownvalue.Int64Exact(2)),
				),
				Check: expectHolders(t, d, "SHARED", "customer-1", "customer-2"),
			},
			{Config: config("")},
			{PreConfig: func() { reserve(t, d, http.MethodPost, "SHARED", "late") }, Config: config(""), ConfigPlanChecks: noChange},
			{Config: config("ownership = \"exclusive\"\ntimeouts { create = \"5m\" }"), Check: expectHolders(t, d, "SHARED", "customer-1", "customer-2")},
			{
				Config: d.Config(""),
				Check: func(*terraform.State) error {
					reserve(t, d, http.MethodPost, "SHARED", "x", "y", "z")
					return nil
				},
			},
			{Config: config(`ownership = "exclusive"`), ExpectError: refused},
		},
	})
}

func TestAdditiveReservationsShareACoupon(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	other := `
		resource "talonone_coupon_reservation" "other" {
		  coupon_value = "VIP-ONLY"
		  customers    = ["customer-3"]
		}`
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: d.Config(reservation("coupon_value = \"VIP-ONLY\"\ncustomers = [\"customer-1\"]") + other),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(wallet, tfjsonpath.New("reservation_type"), knownvalue.StringExact("hard")),
				},
				Check: expectHolders(t, d, "VIP-ONLY", "customer-1", "customer-3"),
			},
			{Config: d.Config(other), Check: expectHolders(t, d, "VIP-ONLY", "customer-3")},
		},
	})
}

// The Application of the sandbox key stores codes in upper case.
func TestSpellingFoldsAsTheApplicationSays(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t, withCoupons(
		emulator.FixtureCoupon{Value: "trial-one", CampaignID: 13},
		emulator.FixtureCoupon{Value: "MIXED"}, emulator.FixtureCoupon{Value: "mixed"},
	))
	spelt := func(code string) string {
		return reservation(fmt.Sprintf("coupon_value = %q\ncustomers = [\"sandbox-1\"]", code))
	}
	management := fmt.Sprintf("management_api_key = %q", acctest.ManagementKey)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: sandbox(d, management, spelt("Trial-One")),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(wallet, tfjsonpath.New("coupon_value"), knownvalue.StringExact("Trial-One")),
				},
			},
			{
				PreConfig:        d.Forget,
				Config:           sandbox(d, management, spelt("TRIAL-ONE")),
				ConfigPlanChecks: does(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(wallet, tfjsonpath.New("coupon_value"), knownvalue.StringExact("TRIAL-ONE")),
				},
				Check: func(*terraform.State) error {
					if n := d.Count("createCouponReservation") + d.Count("deleteCouponReservation"); n != 0 {
						return fmt.Errorf("a new spelling took %d writes", n)
					}
					return nil
				},
			},
			{
				// Without a Management key the setting is not known.
				Config:           sandbox(d, "", spelt("trial-one")),
				ConfigPlanChecks: does(plancheck.ResourceActionReplace),
			},
		},
	})
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: d.Config(spelt("mixed"))},
			{
				// In the other Application these are two coupons.
				Config:           d.Config(spelt("MIXED")),
				ConfigPlanChecks: does(plancheck.ResourceActionReplace),
				Check:            resource.ComposeTestCheckFunc(expectHolders(t, d, "MIXED", "sandbox-1"), expectHolders(t, d, "mixed")),
			},
		},
	})
}

func TestReservationErrorsPointToTheirCause(t *testing.T) {
	t.Parallel()
	past := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	d := acctest.Start(t, withCoupons(
		emulator.FixtureCoupon{Value: "OVER", ExpiryDate: past},
		emulator.FixtureCoupon{Value: "OVER-BUT-RESERVED", ExpiryDate: past, ReservedBy: []string{"customer-1"}},
	))
	with := func(code string) string {
		return reservation(fmt.Sprintf("coupon_value = %q\ncustomers = [\"customer-3\"]", code))
	}
	for name, test := range map[string]struct{ config, want string }{
		"missing":                    {d.Config(with("SUMMER11")), `Coupon not found.*no coupon "SUMMER11"`},
		"other case":                 {d.Config(with("summer10")), `Coupon not found`},
		"of another Application":     {sandbox(d, "", with("SUMMER10")), `Coupon not found`},
		"personal":                   {d.Config(with("PERSONAL-1")), `Coupon is personal.*"PERSONAL-1" of campaign 12`},
		"personal, found in apply":   {integrationOnly(d, with("PERSONAL-1")), `Unable to reserve coupon "PERSONAL-1".*400.*can't be reserved`},
		"expired":                    {d.Config(with("OVER")), `Coupon has expired.*2020-01-01T00:00:00Z`},
		"expired, seen in inventory": {integrationOnly(d, with("OVER-BUT-RESERVED")), `Coupon has expired`},
		"customer twice":             {d.Config(reservation("coupon_value = \"SUMMER10\"\ncustomers = [\"a\", \"b\", \"a\"]")), `occurs twice`},
		"too many customers":         {d.Config(reservation("coupon_value = \"SUMMER10\"\ncustomers = " + numbered(5001))), `Too many integration IDs`},
		"null customer":              {d.Config(reservation("coupon_value = \"SUMMER10\"\ncustomers = [null]")), `Invalid integration ID`},
		"no code":                    {d.Config(with("")), `at least 1`},
		"no key":                     {d.ConfigWith("", with("SUMMER10")), `requires the Integration API key.*TALONONE_INTEGRATION_API_KEY`},
		"wrong ownership":            {d.Config(reservation("coupon_value = \"SUMMER10\"\ncustomers = []\nownership = \"mine\"")), `"additive" "exclusive"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps:                    []resource.TestStep{{Config: test.config, ExpectError: saying(test.want)}},
			})
		})
	}
}

// An expired or personal coupon is no obstacle to keeping or ending reservations.
func TestReservationOfACouponThatExpiresIsKept(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	config := func(customers string) string {
		return d.Config(reservation("coupon_value = \"SUMMER10\"\ncustomers = " + customers))
	}
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config(`["a", "b"]`)},
			{
				PreConfig: func() {
					d.Call(t, http.MethodPut, "/v1/applications/1/campaigns/12/coupons/3001", map[string]any{"expiryDate": "2020-01-01T00:00:00Z"}, nil)
				},
				Config: config(`["a", "b"]`), ConfigPlanChecks: noChange,
			},
			{Config: config(`["a", "b", "c"]`), ExpectError: saying(`Coupon has expired`)},
			{Config: config(`["a"]`), Check: expectHolders(t, d, "SUMMER10", "a")},
			{
				PreConfig:   func() { d.Call(t, http.MethodDelete, "/v1/applications/1/campaigns/12/coupons/3001", nil, nil) },
				Config:      config(`["a"]`),
				ExpectError: saying(`Coupon not found`),
			},
			{Config: d.Config("")},
		},
	})
}

func TestReservationTakesValuesThatAreUnknownInThePlan(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	reserve(t, d, http.MethodPost, "SUMMER10", "other")
	config := func(customers, ownership string) string {
		return d.Config(fmt.Sprintf("resource \"terraform_data\" \"later\" { input = { code = \"SUMMER10\", customers = %s, ownership = %q } }\n", customers, ownership) +
			reservation("coupon_value = terraform_data.later.output.code\ncustomers = terraform_data.later.output.customers\nownership = terraform_data.later.output.ownership"))
	}
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config(`["a", "b"]`, "additive"), Check: expectHolders(t, d, "SUMMER10", "a", "b", "other")},
			{
				// The code is known here, so the resource stays.
				Config: d.Config("resource \"terraform_data\" \"later\" { input = { customers = [\"b\", \"c\"], ownership = \"exclusive\" } }\n" +
					reservation("coupon_value = \"SUMMER10\"\ncustomers = terraform_data.later.output.customers\nownership = terraform_data.later.output.ownership")),
				ConfigPlanChecks: does(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(wallet, tfjsonpath.New("last_sync"), synced(1, 2)),
					statecheck.ExpectKnownValue(wallet, tfjsonpath.New("reservation_count"), knownvalue.Int64Exact(2)),
				},
				Check: expectHolders(t, d, "SUMMER10", "b", "c"),
			},
		},
	})
}

func TestWrongImportIDsOfReservations(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	for id, want := range map[string]string{
		"NOTHING":               `Coupon not found.*"NOTHING"`,
		"NOTHING/customer-1":    `Coupon not found`,
		"SUMMER10/customer-1,x": `2 of the customers named have not reserved coupon "SUMMER10": "customer-1", "x"`,
	} {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			acctest.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps: []resource.TestStep{{
					Config: d.Config(reservation("coupon_value = \"SUMMER10\"\ncustomers = []")), ResourceName: wallet,
					ImportState: true, ImportStateId: id, ExpectError: saying(want),
				}},
			})
		})
	}
}
