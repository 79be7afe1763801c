package customer_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

const inventory = "data.talonone_customer_inventory.anna"

func inventoryOf(settings string) string {
	return "data \"talonone_customer_inventory\" \"anna\" {\n" + settings + "\n}\n"
}

// at checks a value of the inventory, addressed by names and list positions.
func at(want knownvalue.Check, steps ...any) statecheck.StateCheck {
	name, _ := steps[0].(string)
	path := tfjsonpath.New(name)
	for _, step := range steps[1:] {
		switch step := step.(type) {
		case string:
			path = path.AtMapKey(step)
		case int:
			path = path.AtSliceIndex(step)
		}
	}
	return statecheck.ExpectKnownValue(inventory, path, want)
}

func text(want string) knownvalue.Check { return knownvalue.StringExact(want) }

func TestInventoryHasAllSixPartsTyped(t *testing.T) {
	t.Parallel()
	fixture := emulator.DefaultFixture()
	end := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	fixture.Coupons = []emulator.FixtureCoupon{{CampaignID: 12, Value: "SUMMER10", ReservedBy: []string{"customer-1"}, DiscountLimit: "9.99", ExpiryDate: end}}
	fixture.Referrals = []emulator.FixtureReferral{{CampaignID: 11, Advocate: "customer-1", Code: "FRIEND-1", UsageLimit: 3, Attributes: map[string]any{"source": "mail"}}}
	fixture.Profiles[0].Attributes = map[string]any{"Language": "de"}
	fixture.Profiles[0].Giveaways = []emulator.FixtureGiveaway{{ID: 1, Code: "GIFT", PoolID: 2}}
	fixture.Profiles[0].Achievements = []emulator.FixtureAchievement{{ID: 3, CampaignID: 12, Name: "walker", Status: "inprogress", Progress: "1.5", Target: "3"}}
	d := acctest.Start(t, func(o *emulator.Options) { o.Fixture = fixture })
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			// The Integration key is enough, and every part comes with one request.
			Config: d.ConfigWith(`integration_api_key = "demo-integration-key"`, inventoryOf(`integration_id = "customer-1"`)),
			ConfigStateChecks: []statecheck.StateCheck{
				at(text("customer-1"), "profile", "integration_id"),
				at(text(`{"Language":"de"}`), "profile", "attributes"),
				at(knownvalue.Int64Exact(0), "profile", "total_sales"),
				at(knownvalue.Bool(false), "profile", "sandbox"),
				at(knownvalue.ListSizeExact(0), "profile", "audience_memberships"),
				at(text("FRIEND-1"), "referrals", 0, "code"),
				at(knownvalue.Int64Exact(3), "referrals", 0, "usage_limit"),
				at(text(`{"source":"mail"}`), "referrals", 0, "attributes"),
				at(knownvalue.Null(), "referrals", 0, "expiry_date"),
				at(knownvalue.ListSizeExact(0), "referrals", 0, "referred_customers"),
				at(text("SUMMER10"), "coupons", 0, "value"),
				at(text("active"), "coupons", 0, "state"),
				at(knownvalue.Float64Exact(9.99), "coupons", 0, "discount_limit"),
				at(knownvalue.Int64Exact(0), "coupons", 0, "discount_counter"),
				at(text("2030-01-01T00:00:00Z"), "coupons", 0, "expiry_date"),
				at(knownvalue.ListSizeExact(0), "coupons", 0, "limits"),
				at(text("Points"), "loyalty", "programs", "5", "name"),
				// 1 to 120 without, and minus, every tenth.
				at(knownvalue.Int64Exact(5700), "loyalty", "programs", "5", "ledger", "current_balance"),
				at(knownvalue.Null(), "loyalty", "programs", "5", "ledger", "current_tier"),
				at(text("2026-01-01T09:00:00Z"), "loyalty", "programs", "5", "join_date"),
				at(knownvalue.ListSizeExact(0), "loyalty", "cards"),
				at(text("GIFT"), "giveaways", 0, "code"),
				at(text("{}"), "giveaways", 0, "attributes"),
				at(text("walker"), "achievements", 0, "name"),
				at(knownvalue.Float64Exact(1.5), "achievements", 0, "progress"),
				at(knownvalue.Null(), "achievements", 0, "completion_date"),
			},
		}},
	})
}

func TestInventoryReadsTheListedPartsOnly(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: d.Config(inventoryOf("integration_id = \"customer-2\"\nparts = [\"referrals\", \"loyalty\"]\nloyalty_projection_end_date = \"2030-01-01T00:00:00Z\"")),
			ConfigStateChecks: []statecheck.StateCheck{
				at(knownvalue.ListSizeExact(0), "referrals"),
				at(knownvalue.MapSizeExact(0), "loyalty", "programs"),
				at(knownvalue.Null(), "profile"), at(knownvalue.Null(), "coupons"), at(knownvalue.Null(), "giveaways"), at(knownvalue.Null(), "achievements"),
			},
		}},
	})
	for _, request := range d.Server.Requests() {
		// Today's API has no projection.
		if request.Operation == "getCustomerInventory" && request.Query != "loyalty=true&referrals=true" {
			t.Errorf("asked for %s", request.Query)
		}
	}
}

// What the emulator has no fixture for, and what answers leave out.
func TestInventoryOfCardsTiersAndLimits(t *testing.T) {
	t.Parallel()
	deployment := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{
			"profile": {"id": 1, "integrationId": "anna", "accountId": 2, "created": "2026-01-01T00:00:00Z", "attributes": null, "closedSessions": 1, "totalSales": 0.10, "lastActivity": null, "loyaltyMemberships": null},
			"coupons": [{"id": 1, "created": "2026-01-01T00:00:00Z", "campaignId": 2, "value": "ABCD", "usageLimit": 1, "usageCounter": 0, "state": "used", "profileRedemptionCount": 1, "batchId": "",
				"limits": [{"action": "redeemCoupon", "limit": 2.5, "period": "daily", "entities": ["Profile"]}]}],
			"loyalty": {"programs": {"7": {"id": 7, "name": "p", "title": "P", "ledger": {"currentBalance": 1, "currentTier": {"id": 8, "name": "Gold", "expiryDate": "2026-02-01T00:00:00+02:00"}, "nextTierName": "Platinum", "pointsToNextTier": 0.5},
					"subLedgers": {"s": {"currentBalance": 3}}}},
				"cards": [{"id": 9, "created": "2026-01-01T00:00:00Z", "programID": 10, "status": "active", "identifier": "card-1", "usersPerCardLimit": 0,
					"profiles": [{"integrationId": "anna", "timestamp": "2026-01-01T00:00:00Z"}], "ledger": {"currentBalance": 4}}]},
			"giveaways": null
		}`))
	}))
	t.Cleanup(deployment.Close)
	d := &acctest.Deployment{URL: deployment.URL}
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: d.ConfigWith(keys, inventoryOf(`integration_id = "anna"`)),
			ConfigStateChecks: []statecheck.StateCheck{
				at(text("{}"), "profile", "attributes"),
				at(knownvalue.Null(), "profile", "last_activity"),
				at(knownvalue.Null(), "profile", "sandbox"),
				at(knownvalue.Float64Exact(0.1), "profile", "total_sales"),
				at(knownvalue.Null(), "coupons", 0, "batch_id"),
				at(text("daily"), "coupons", 0, "limits", 0, "period"),
				at(knownvalue.Float64Exact(2.5), "coupons", 0, "limits", 0, "limit"),
				at(text("Profile"), "coupons", 0, "limits", 0, "entities", 0),
				at(text("Gold"), "loyalty", "programs", "7", "ledger", "current_tier", "name"),
				at(text("2026-01-31T22:00:00Z"), "loyalty", "programs", "7", "ledger", "current_tier", "expiry_date"),
				at(text("Platinum"), "loyalty", "programs", "7", "ledger", "next_tier_name"),
				at(knownvalue.Int64Exact(3), "loyalty", "programs", "7", "sub_ledgers", "s", "current_balance"),
				at(text("card-1"), "loyalty", "cards", 0, "identifier"),
				at(text("anna"), "loyalty", "cards", 0, "profiles", 0, "integration_id"),
				at(knownvalue.Int64Exact(4), "loyalty", "cards", 0, "ledger", "current_balance"),
				at(knownvalue.ListSizeExact(0), "giveaways"),
				at(knownvalue.ListSizeExact(0), "achievements"),
			},
		}},
	})
}

func TestInventoryMistakesAreExplained(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	for name, test := range map[string]struct{ keys, settings, want string }{
		"unknown customer": {keys, `integration_id = "nobody"`, `(?s)integration_id = "nobody".*404.*environment`},
		"empty ID":         {keys, `integration_id = ""`, `(?s)between 1 and 1000`},
		"unknown part":     {keys, "integration_id = \"customer-1\"\nparts = [\"orders\"]", `(?s)parts.*achievements`},
		"no part":          {keys, "integration_id = \"customer-1\"\nparts = []", `(?s)parts.*at least 1`},
		"missing key":      {`management_api_key = "demo-management-key"`, `integration_id = "customer-1"`, `(?s)talonone_customer_inventory.*TALONONE_INTEGRATION_API_KEY`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps:                    []resource.TestStep{{Config: d.ConfigWith(test.keys, inventoryOf(test.settings)), ExpectError: regexp.MustCompile(test.want)}},
			})
		})
	}
}
