package coupon_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

func TestCouponIsFoundWithoutItsCampaign(t *testing.T) {
	t.Parallel()
	limit := int64(5)
	d := acctest.Start(t, withCoupons(
		emulator.FixtureCoupon{
			Value: "BUDGET", DiscountLimit: "100.50", ReservationLimit: &limit, UsageLimit: 3, ReservedBy: []string{"customer-1"},
			ExpiryDate: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC), IsReservationMandatory: true,
		},
		emulator.FixtureCoupon{Value: "everywhere"}, emulator.FixtureCoupon{Value: "everywhere", CampaignID: 13},
	))
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: d.ConfigWith(fmt.Sprintf("management_api_key = %q", acctest.ManagementKey), `
				data "talonone_coupon" "budget" { value = "BUDGET" }
				data "talonone_coupon" "odd" { value = "10$OFF_NOW" }
				data "talonone_coupon" "personal" { value = "PERSONAL-1" }
				data "talonone_coupon" "folded" {
				  value          = "EveryWhere"
				  application_id = 2
				}`),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue("data.talonone_coupon.budget", tfjsonpath.New("application_id"), knownvalue.Int64Exact(1)),
				statecheck.ExpectKnownValue("data.talonone_coupon.budget", tfjsonpath.New("campaign_id"), knownvalue.Int64Exact(12)),
				statecheck.ExpectKnownValue("data.talonone_coupon.budget", tfjsonpath.New("case_sensitivity"), knownvalue.StringExact("sensitive")),
				statecheck.ExpectKnownValue("data.talonone_coupon.budget", tfjsonpath.New("discount_limit"), knownvalue.Float64Exact(100.5)),
				statecheck.ExpectKnownValue("data.talonone_coupon.budget", tfjsonpath.New("reservation_limit"), knownvalue.Int64Exact(5)),
				statecheck.ExpectKnownValue("data.talonone_coupon.budget", tfjsonpath.New("reservation_counter"), knownvalue.Int64Exact(1)),
				statecheck.ExpectKnownValue("data.talonone_coupon.budget", tfjsonpath.New("reservation_type"), knownvalue.StringExact("hard")),
				statecheck.ExpectKnownValue("data.talonone_coupon.budget", tfjsonpath.New("expiry_date"), knownvalue.StringExact("2030-01-01T00:00:00Z")),
				statecheck.ExpectKnownValue("data.talonone_coupon.budget", tfjsonpath.New("start_date"), knownvalue.Null()),
				statecheck.ExpectKnownValue("data.talonone_coupon.budget", tfjsonpath.New("attributes"), knownvalue.StringExact("{}")),
				statecheck.ExpectKnownValue("data.talonone_coupon.odd", tfjsonpath.New("stored_value"), knownvalue.StringExact("10$OFF_NOW")),
				statecheck.ExpectKnownValue("data.talonone_coupon.personal", tfjsonpath.New("recipient_integration_id"), knownvalue.StringExact("customer-3")),
				statecheck.ExpectKnownValue("data.talonone_coupon.personal", tfjsonpath.New("reservation"), knownvalue.Bool(false)),
				statecheck.ExpectKnownValue("data.talonone_coupon.folded", tfjsonpath.New("value"), knownvalue.StringExact("EveryWhere")),
				statecheck.ExpectKnownValue("data.talonone_coupon.folded", tfjsonpath.New("stored_value"), knownvalue.StringExact("EVERYWHERE")),
			},
		}},
	})
	for name, test := range map[string]struct{ settings, want string }{
		"missing":             {`value = "SUMMER11"`, `no coupon "SUMMER11".*Check the spelling`},
		"missing there":       {"value = \"SUMMER10\"\napplication_id = 2", `Application 2 has none`},
		"unknown Application": {"value = \"SUMMER10\"\napplication_id = 9", `no Application 9`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps:                    []resource.TestStep{{Config: d.Config("data \"talonone_coupon\" \"x\" {\n" + test.settings + "\n}"), ExpectError: saying(test.want)}},
			})
		})
	}
	t.Run("in several Applications", func(t *testing.T) {
		t.Parallel()
		config := acctest.Attributes{"value": "everywhere"}
		_, diags := d.NewProcess(t, acctest.Attributes{"integration_api_key": nil}).ReadData(t, "talonone_coupon", config)
		if problem := acctest.Problem(diags); !saying(`Several Applications.*1, 2.*Set application_id`).MatchString(problem) {
			t.Error(problem)
		}
		p := d.NewProcess(t, nil)
		values, diags := p.ReadData(t, "talonone_coupon", config)
		if want := tftypes.NewValue(tftypes.Number, 1); acctest.Problem(diags) != "" || !values["application_id"].Equal(want) {
			t.Errorf("%s, Application %s", acctest.Problem(diags), values["application_id"])
		}
	})
	t.Run("without the key", func(t *testing.T) {
		t.Parallel()
		acctest.Test(t, resource.TestCase{
			ProtoV6ProviderFactories: acctest.Factories(),
			Steps:                    []resource.TestStep{{Config: integrationOnly(d, `data "talonone_coupon" "x" { value = "SUMMER10" }`), ExpectError: saying(`requires the Management API key`)}},
		})
	})
}

func TestReservedCustomersAreListedWithTheirProfiles(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	reserve(t, d, http.MethodPost, "SUMMER10", "customer-2", "customer-1", "new")
	d.Call(t, http.MethodPut, "/v2/customer_profiles/customer-2", map[string]any{"attributes": map[string]any{"age": 40}}, nil)
	var audience struct {
		ID int64 `json:"id"`
	}
	d.Call(t, http.MethodPost, "/v2/audiences", map[string]any{"name": "VIP"}, &audience)
	d.Call(t, http.MethodPost, "/v2/customer_audiences", map[string]any{"data": []any{map[string]any{"action": "add", "profileIntegrationId": "customer-2", "audienceId": audience.ID}}}, nil)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: integrationOnly(d, `
					data "talonone_reserved_customers" "all" { coupon_value = "SUMMER10" }
					data "talonone_reserved_customers" "some" {
					  coupon_value = "SUMMER10"
					  customers    = ["customer-2", "customer-3"]
					}
					data "talonone_reserved_customers" "none" { coupon_value = "VIP-ONLY" }`),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue("data.talonone_reserved_customers.all", tfjsonpath.New("integration_ids"), strs("customer-2", "customer-1", "new")),
					statecheck.ExpectKnownValue("data.talonone_reserved_customers.all", tfjsonpath.New("profiles").AtSliceIndex(0).AtMapKey("attributes"), knownvalue.StringExact(`{"age":40}`)),
					statecheck.ExpectKnownValue("data.talonone_reserved_customers.all", tfjsonpath.New("profiles").AtSliceIndex(0).AtMapKey("total_sales"), knownvalue.Int64Exact(0)),
					statecheck.ExpectKnownValue("data.talonone_reserved_customers.all", tfjsonpath.New("profiles").AtSliceIndex(0).AtMapKey("sandbox"), knownvalue.Bool(false)),
					statecheck.ExpectKnownValue("data.talonone_reserved_customers.all", tfjsonpath.New("profiles").AtSliceIndex(0).AtMapKey("audience_memberships"), knownvalue.ListExact([]knownvalue.Check{
						knownvalue.ObjectExact(map[string]knownvalue.Check{"id": knownvalue.Int64Exact(audience.ID), "name": knownvalue.StringExact("VIP")}),
					})),
					statecheck.ExpectKnownValue("data.talonone_reserved_customers.some", tfjsonpath.New("integration_ids"), strs("customer-2")),
					statecheck.ExpectKnownValue("data.talonone_reserved_customers.some", tfjsonpath.New("total"), knownvalue.Int64Exact(3)),
					statecheck.ExpectKnownValue("data.talonone_reserved_customers.none", tfjsonpath.New("profiles"), knownvalue.ListSizeExact(0)),
				},
			},
			{Config: integrationOnly(d, `data "talonone_reserved_customers" "x" { coupon_value = "SUMMER11" }`), ExpectError: saying(`Coupon not found`)},
		},
	})
}
