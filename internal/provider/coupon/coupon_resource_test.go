package coupon_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

const couponKind = "talonone_coupon"

func codeConfig(changes acctest.Attributes) acctest.Attributes {
	config := acctest.Attributes{"application_id": 1, "campaign_id": 12, "value": "BEACH-DAY"}
	maps.Copy(config, changes)
	return config
}

// applyCode plans and applies a coupon, and returns it, what was sent and the plan's warnings.
func applyCode(t *testing.T, d *acctest.Deployment, p *acctest.Process, prior acctest.Instance, config acctest.Attributes) (made acctest.Instance, sent, warning string) {
	t.Helper()
	plan, diags := p.Plan(t, couponKind, prior, config)
	if problem := acctest.Problem(diags); problem != "" {
		t.Fatal(problem)
	}
	d.Forget()
	made, diags = p.Apply(t.Context(), t, plan)
	if problem := acctest.Problem(diags); problem != "" {
		t.Fatal(problem)
	}
	var operations []string
	for _, request := range d.Server.Requests() {
		if request.Method != http.MethodGet && !strings.HasSuffix(request.Path, "/no_total") {
			operations = append(operations, request.Operation)
		}
	}
	return made, strings.Join(operations, " "), plan.Warning
}

func expectEmptyCode(t *testing.T, p *acctest.Process, o acctest.Instance, config acctest.Attributes) {
	t.Helper()
	o, diags := p.Refresh(t, o)
	if problem := acctest.Problem(diags); problem != "" {
		t.Fatal(problem)
	}
	if change, problem := p.PlanChange(t, couponKind, o, config); problem != "" || !change.Empty() {
		t.Errorf("the plan is not empty: %+v %s", change, problem)
	}
}

func deployedCode(t *testing.T, d *acctest.Deployment, value string) map[string]any {
	t.Helper()
	var found struct{ Data []map[string]any }
	d.Call(t, http.MethodGet, "/v1/applications/1/campaigns/12/coupons/no_total?exactMatch=true&value="+value, nil, &found)
	if len(found.Data) != 1 {
		t.Fatalf("%d coupons %s", len(found.Data), value)
	}
	return found.Data[0]
}

func withSource(o *emulator.Options) {
	o.Fixture = emulator.DefaultFixture()
	o.Fixture.Attributes = append(o.Fixture.Attributes, emulator.FixtureAttribute{Entity: "Coupon", Name: "source", Type: "string"}, emulator.FixtureAttribute{Entity: "Coupon", Name: "cost", Type: "number"})
}

// TestOmittedSettingsOfACouponAreUnset takes a coupon through all of its settings and back.
func TestOmittedSettingsOfACouponAreUnset(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t, withSource)
	p := d.NewProcess(t, nil)
	full := codeConfig(acctest.Attributes{
		"usage_limit": 500, "discount_limit": 99.5, "reservation_limit": 7, "start_date": "2030-06-01T00:00:00+02:00", "expiry_date": "2030-09-01T00:00:00Z",
		"recipient_integration_id": "customer-1", "is_reservation_mandatory": true, "implicitly_reserved": true, "attributes": `{"source":"mail"}`,
	})
	made, sent, _ := applyCode(t, d, p, acctest.Instance{}, full)
	if sent != "createCoupons" {
		t.Errorf("create sends %s", sent)
	}
	expectEmptyCode(t, p, made, full)
	made, sent, _ = applyCode(t, d, p, made, codeConfig(nil))
	if sent != "updateCoupon" {
		t.Errorf("update sends %s", sent)
	}
	expectEmptyCode(t, p, made, codeConfig(nil))
	coupon := deployedCode(t, d, "BEACH-DAY")
	if coupon["discountLimit"] != 99.5 || coupon["reservationLimit"] != 7.0 {
		t.Errorf("the limits are gone: %v", coupon)
	}
	for _, name := range []string{"startDate", "expiryDate", "recipientIntegrationId"} {
		if coupon[name] != nil {
			t.Errorf("%s is still %v", name, coupon[name])
		}
	}
	if got := fmt.Sprint(coupon["usageLimit"], coupon["isReservationMandatory"], coupon["implicitlyReserved"], coupon["attributes"]); got != "1 false false map[]" {
		t.Errorf("after the update: %s", got)
	}
	if plan, _ := p.Plan(t, couponKind, made, codeConfig(acctest.Attributes{"value": "BEACH-NIGHT"})); !plan.Replaces {
		t.Error("another code does not replace the coupon")
	}
	if _, sent, _ = applyCode(t, d, p, made, nil); sent != "deleteCoupon" {
		t.Errorf("destroy sends %s", sent)
	}
}

func TestExistingCouponIsTakenOverInItsCampaignOnly(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t, func(o *emulator.Options) {
		o.Fixture = emulator.DefaultFixture()
		o.Fixture.Campaigns = append(o.Fixture.Campaigns, emulator.FixtureCampaign{ID: 21, ApplicationID: 1, Name: "Winter", Features: []string{"coupons"}})
	})
	p := d.NewProcess(t, nil)
	existing := codeConfig(acctest.Attributes{"value": "SUMMER10", "usage_limit": 9})
	made, sent, warning := applyCode(t, d, p, acctest.Instance{}, existing)
	if sent != "updateCoupon" || !strings.Contains(warning, `Coupon "SUMMER10" exists already`) {
		t.Errorf("sends %s and warns %q", sent, warning)
	}
	expectEmptyCode(t, p, made, existing)
	_, diags := p.Plan(t, couponKind, acctest.Instance{}, codeConfig(acctest.Attributes{"value": "SUMMER10", "campaign_id": 21}))
	if problem := acctest.Problem(diags); !strings.Contains(problem, "Code is taken") || !strings.Contains(problem, "campaign_id = 12") {
		t.Errorf("another campaign: %s", problem)
	}
}

// TestLostResponseMakesNoSecondCoupon loses the response to the create, so that it is sent again and refused.
func TestLostResponseMakesNoSecondCoupon(t *testing.T) {
	t.Parallel()
	d := acctest.StartUnchecked(t)
	fault, err := emulator.ParseFault("POST /v1/applications/1/campaigns/12/coupons reset after-apply times=1")
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Server.AddFault(fault); err != nil {
		t.Fatal(err)
	}
	p := d.NewProcess(t, nil)
	made, sent, _ := applyCode(t, d, p, acctest.Instance{}, codeConfig(nil))
	if sent != "createCoupons createCoupons updateCoupon" {
		t.Errorf("sends %s", sent)
	}
	expectEmptyCode(t, p, made, codeConfig(nil))
	deployedCode(t, d, "BEACH-DAY")
}

func TestCouponInUseIsNamedAndProtected(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	p := d.NewProcess(t, nil)
	made, _, _ := applyCode(t, d, p, acctest.Instance{}, codeConfig(nil))
	d.Call(t, http.MethodPost, "/v1/coupon_reservations/BEACH-DAY", map[string]any{"integrationIDs": []string{"customer-1"}}, nil)
	plan, _ := p.Plan(t, couponKind, made, nil)
	if !strings.Contains(plan.Warning, "0 redemptions and 1 reservation.") {
		t.Errorf("destroy warns %q", plan.Warning)
	}
	made, _, _ = applyCode(t, d, p, made, codeConfig(acctest.Attributes{"deletion_protection": true}))
	_, diags := p.Plan(t, couponKind, made, nil)
	if problem := acctest.Problem(diags); !strings.Contains(problem, "TALONONE_ALLOW_DELETE=talonone_coupon:1/12/BEACH-DAY") {
		t.Errorf("a protected one: %s", problem)
	}
}

func TestCouponsAreImported(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	p := d.NewProcess(t, nil)
	for id, identity := range map[string]acctest.Attributes{"1/12/SUMMER25%OFF": nil, "": {"application_id": 1, "campaign_id": 12, "value": "SUMMER25%OFF"}} {
		imported, diags := p.Import(t, couponKind, id, identity)
		if problem := acctest.Problem(diags); problem != "" {
			t.Fatal(problem)
		}
		expectEmptyCode(t, p, imported, codeConfig(acctest.Attributes{"value": "SUMMER25%OFF", "usage_limit": 0}))
	}
	if _, diags := p.Import(t, couponKind, "SUMMER10", nil); !strings.Contains(acctest.Problem(diags), "1/12/SUMMER10") {
		t.Errorf("a wrong ID: %s", acctest.Problem(diags))
	}
}

// TestReservationWaitsForTheCouponOfItsRun plans a reservation of a coupon that the same run creates.
func TestReservationWaitsForTheCouponOfItsRun(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	p := d.NewProcess(t, nil)
	reservation := acctest.Attributes{"coupon_value": "BEACH-DAY", "customers": []string{"customer-1"}}
	if _, diags := d.NewProcess(t, nil).Plan(t, "talonone_coupon_reservation", acctest.Instance{}, reservation); !strings.Contains(acctest.Problem(diags), "Coupon not found") {
		t.Errorf("without the coupon: %q", acctest.Problem(diags))
	}
	coupon, diags := p.Plan(t, couponKind, acctest.Instance{}, codeConfig(nil))
	if problem := acctest.Problem(diags); problem != "" {
		t.Fatal(problem)
	}
	first, diags := p.Plan(t, "talonone_coupon_reservation", acctest.Instance{}, reservation)
	if problem := acctest.Problem(diags); problem != "" {
		t.Fatal(problem)
	}
	if _, diags := p.Apply(t.Context(), t, coupon); acctest.Problem(diags) != "" {
		t.Fatal(acctest.Problem(diags))
	}
	applying := d.NewProcess(t, nil)
	second, problem := applying.PlanAgain(t, first, reservation)
	if problem != "" {
		t.Fatal(problem)
	}
	if _, diags := applying.Apply(t.Context(), t, second); acctest.Problem(diags) != "" {
		t.Error(acctest.Problem(diags))
	}
}

// Web shop tells codes apart by case, and Sandbox doesn't.
func TestCodesHaveOneOwnerInTheCaseOfTheirApplication(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	for name, test := range map[string]struct {
		first, second acctest.Attributes
		refused       bool
	}{
		"the same code":                        {codeConfig(nil), codeConfig(nil), true},
		"case that counts":                     {codeConfig(nil), codeConfig(acctest.Attributes{"value": "beach-day"}), false},
		"case that doesn't":                    {inSandbox("BEACH-DAY"), inSandbox("beach-day"), true},
		"the same code in another Application": {codeConfig(nil), inSandbox("BEACH-DAY"), false},
	} {
		p := d.NewProcess(t, nil)
		if _, diags := p.Plan(t, couponKind, acctest.Instance{}, test.first); acctest.Problem(diags) != "" {
			t.Fatal(acctest.Problem(diags))
		}
		_, diags := p.Plan(t, couponKind, acctest.Instance{}, test.second)
		if problem := acctest.Problem(diags); strings.Contains(problem, "Managed by two resources") != test.refused {
			t.Errorf("%s: %q", name, problem)
		}
	}
}

func inSandbox(code string) acctest.Attributes {
	return acctest.Attributes{"application_id": 2, "campaign_id": 13, "value": code}
}

// A coupon that others have deleted and made again has another ID.
func TestCouponThatWasMadeAgainIsAnotherOne(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	p := d.NewProcess(t, nil)
	made, _, _ := applyCode(t, d, p, acctest.Instance{}, codeConfig(nil))
	update, _ := p.Plan(t, couponKind, made, codeConfig(acctest.Attributes{"usage_limit": 7}))
	destroy, _ := p.Plan(t, couponKind, made, nil)
	route := "/v1/applications/1/campaigns/12/coupons"
	d.Call(t, http.MethodDelete, fmt.Sprintf("%s/%v", route, deployedCode(t, d, "BEACH-DAY")["id"]), nil, nil)
	d.Call(t, http.MethodPost, route, map[string]any{"usageLimit": 3, "numberOfCoupons": 1, "couponPattern": "BEACH-DAY"}, nil)
	if _, diags := p.Apply(t.Context(), t, update); !strings.Contains(acctest.Problem(diags), "Another object has the same ID") {
		t.Errorf("update: %q", acctest.Problem(diags))
	}
	if _, diags := p.Apply(t.Context(), t, destroy); acctest.Problem(diags) != "" {
		t.Errorf("destroy: %q", acctest.Problem(diags))
	}
	if coupon := deployedCode(t, d, "BEACH-DAY"); coupon["usageLimit"] != 3.0 {
		t.Errorf("the other coupon was changed: %v", coupon)
	}
}
