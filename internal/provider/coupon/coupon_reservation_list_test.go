package coupon_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

func text(value string) tftypes.Value { return tftypes.NewValue(tftypes.String, value) }

// The wallet of customer-1 holds coupons of two campaigns, beside what is no
// reservation of the key's Application.
func startWithWallet(t *testing.T) *acctest.Deployment {
	t.Helper()
	d := acctest.Start(t, withCoupons(
		emulator.FixtureCoupon{CampaignID: 11, Value: "WELCOME-1", ReservedBy: []string{"customer-1"}},
		emulator.FixtureCoupon{Value: "LAST-YEAR", ExpiryDate: time.Unix(1_577_836_800, 0), ReservedBy: []string{"customer-1"}},
		emulator.FixtureCoupon{Value: "FOR-EVERYBODY", ImplicitlyReserved: true},
		emulator.FixtureCoupon{Value: "FOR-HER-ALONE", RecipientIntegrationID: "customer-1"},
	))
	reserve(t, d, http.MethodPost, "SUMMER10", "customer-2", "customer-1")
	reserve(t, d, http.MethodPost, "SUMMER25%OFF", "customer-1")
	reserve(t, d, http.MethodPost, "XMAS-20-2021", "customer-2")
	d.Forget()
	return d
}

func TestReservationsOfACustomerAreListed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config map[string]tftypes.Value
		limit  int64
		want   []string
	}{
		"all":            {nil, 100, []string{"SUMMER10 (12)", "SUMMER25%OFF (12)", "WELCOME-1 (11)", "LAST-YEAR (12)"}},
		"limit":          {nil, 2, []string{"SUMMER10 (12)", "SUMMER25%OFF (12)"}},
		"campaign":       {map[string]tftypes.Value{"campaign_id": tftypes.NewValue(tftypes.Number, 11)}, 100, []string{"WELCOME-1 (11)"}},
		"state":          {map[string]tftypes.Value{"state": text("expired")}, 100, []string{"LAST-YEAR (12)"}},
		"all must match": {map[string]tftypes.Value{"state": text("expired"), "campaign_id": tftypes.NewValue(tftypes.Number, 11)}, 100, nil},
		"other customer": {map[string]tftypes.Value{"integration_id": text("customer-2")}, 100, []string{"SUMMER10 (12)", "XMAS-20-2021 (12)"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := startWithWallet(t)
			config := map[string]tftypes.Value{"integration_id": text("customer-1")}
			maps.Copy(config, test.config)
			var got []string
			for result := range acctest.List(t, d, "talonone_coupon_reservation", config, test.limit) {
				noProblem(t, result.Diagnostics)
				got = append(got, result.DisplayName)
			}
			if diff := cmp.Diff(test.want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What a query generates is what the import of the same coupon reads: a configuration
// with fewer customers would end the reservations of the others.
func TestListedReservationIsWhatItsImportReads(t *testing.T) {
	t.Parallel()
	d := startWithWallet(t)
	p := d.NewProcess(t, nil)
	kind := acctest.Schemas(t).ResourceSchemas["talonone_coupon_reservation"].ValueType()
	listed := 0
	for result := range acctest.List(t, d, "talonone_coupon_reservation", map[string]tftypes.Value{"integration_id": text("customer-1")}, 100) {
		noProblem(t, result.Diagnostics)
		listed++
		code, _, _ := strings.Cut(result.DisplayName, " ")
		resource, err := result.Resource.Unmarshal(kind)
		if err != nil {
			t.Fatal(err)
		}
		var attributes map[string]tftypes.Value
		if err := resource.As(&attributes); err != nil {
			t.Fatal(err)
		}
		imported, diags := p.Import(t, "talonone_coupon_reservation", "", acctest.Attributes{"coupon_value": code})
		noProblem(t, diags)
		for name, value := range attributes {
			if want := p.Attribute(t, imported, name); !value.Equal(want) {
				t.Errorf("%s of %s is listed as %s, and imported as %s", name, code, value, want)
			}
		}
	}
	if listed != 4 {
		t.Errorf("%d listed, want 4", listed)
	}
	if d.Count("createCouponReservation")+d.Count("deleteCouponReservation") > 0 {
		t.Error("listing wrote something")
	}
}

func TestReservationsOfAnUnknownCustomerAreAnError(t *testing.T) {
	t.Parallel()
	d := startWithWallet(t)
	for result := range acctest.List(t, d, "talonone_coupon_reservation", map[string]tftypes.Value{"integration_id": text("nobody")}, 100) {
		if problem := acctest.Problem(result.Diagnostics); !strings.Contains(problem, "integration_id") || !strings.Contains(problem, "nobody") {
			t.Errorf("got %q", problem)
		}
		return
	}
	t.Error("no error")
}

func TestListedCouponThatOneResourceCannotHoldIsLeftOut(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t, withCoupons(emulator.FixtureCoupon{Value: "CROWDED", ReservedBy: crowd(5001)}))
	results := 0
	for result := range acctest.List(t, d, "talonone_coupon_reservation", map[string]tftypes.Value{"integration_id": text("customer-0")}, 100) {
		results++
		if result.Identity != nil || result.Resource != nil {
			t.Error("it is listed, although its configuration would be refused")
		}
		if warning := acctest.Warning(result.Diagnostics); !strings.Contains(warning, "CROWDED") || !strings.Contains(warning, "5,001") {
			t.Errorf("got %q", warning)
		}
	}
	if results != 1 {
		t.Errorf("%d results, want a warning alone", results)
	}
}

// Applications may use the same codes, and the inventory shows those of all.
func TestCodeOfTwoApplicationsIsListedOnce(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t, func(o *emulator.Options) {
		withCoupons(
			emulator.FixtureCoupon{CampaignID: 14, Value: "WELCOME", ReservedBy: []string{"customer-1"}},
			emulator.FixtureCoupon{CampaignID: 12, Value: "WELCOME", ReservedBy: []string{"customer-1"}},
			emulator.FixtureCoupon{CampaignID: 14, Value: "ELSEWHERE", ReservedBy: []string{"customer-1"}},
		)(o)
		o.Fixture.Applications = append(o.Fixture.Applications, emulator.FixtureApplication{ID: 3, Name: "Outlet"})
		o.Fixture.Campaigns = append(o.Fixture.Campaigns, emulator.FixtureCampaign{ID: 14, ApplicationID: 3, Name: "Outlet", Features: []string{"coupons"}})
	})
	var got []string
	for result := range acctest.List(t, d, "talonone_coupon_reservation", map[string]tftypes.Value{"integration_id": text("customer-1")}, 100) {
		noProblem(t, result.Diagnostics)
		got = append(got, result.DisplayName)
	}
	if diff := cmp.Diff([]string{"WELCOME (12)"}, got); diff != "" {
		t.Error(diff)
	}
}
