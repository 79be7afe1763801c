package coupon_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

func noProblem(t *testing.T, diagnostics []*tfprotov6.Diagnostic) {
	t.Helper()
	if problem := acctest.Problem(diagnostics); problem != "" {
		t.Fatal(problem)
	}
}

// After Ctrl-C in the middle of a batch the state has what has been sent, and the customers whose outcome is unknown.
func TestInterruptedReservationKeepsWhatHasBeenSent(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	var requests atomic.Int32
	d := acctest.Start(t, func(o *emulator.Options) {
		o.OnRequest = func(request context.Context, operation string) {
			// The first is the creation's.
			if operation == "createCouponReservation" && requests.Add(1) == 3 {
				interrupt()
				// The response must not be faster than the interrupt.
				<-request.Done()
			}
		}
	})
	customers := crowd(2501)
	config := func(n int) acctest.Attributes {
		return acctest.Attributes{"coupon_value": "SUMMER10", "customers": customers[:n]}
	}
	p := d.NewProcess(t, nil)
	plan, diags := p.Plan(t, "talonone_coupon_reservation", acctest.Instance{}, config(1))
	noProblem(t, diags)
	state, diags := p.Apply(t.Context(), t, plan)
	noProblem(t, diags)
	plan, diags = p.Plan(t, "talonone_coupon_reservation", state, config(2501))
	noProblem(t, diags)
	state, diags = p.Apply(ctx, t, plan)
	if problem := acctest.Problem(diags); !strings.Contains(problem, "Terraform was interrupted") {
		t.Errorf("got %q", problem)
	}
	var kept []tftypes.Value
	if err := p.Attribute(t, state, "customers").As(&kept); err != nil || len(kept) < len(holders(t, d, "SUMMER10")) || len(kept) < 2001 {
		t.Errorf("the state has %d customers, fewer than the deployment (%v)", len(kept), err)
	}

	next := d.NewProcess(t, nil)
	state, diags = next.Refresh(t, state)
	noProblem(t, diags)
	plan, diags = next.Plan(t, "talonone_coupon_reservation", state, config(2501))
	noProblem(t, diags)
	_, diags = next.Apply(t.Context(), t, plan)
	noProblem(t, diags)
	if n := len(holders(t, d, "SUMMER10")); n != 2501 {
		t.Errorf("%d customers have the coupon reserved, want 2501", n)
	}
	if n := d.Count("createCouponReservation"); n > 5 {
		t.Errorf("%d requests, so that some reservations were made twice", n)
	}
}

// What an interrupted create has made belongs to the one that follows.
func TestInterruptedCreateLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	var requests atomic.Int32
	d := acctest.Start(t, func(o *emulator.Options) {
		o.OnRequest = func(request context.Context, operation string) {
			if operation == "createCouponReservation" && requests.Add(1) == 2 {
				interrupt()
				// The response must not be faster than the interrupt.
				<-request.Done()
			}
		}
	})
	config := acctest.Attributes{"coupon_value": "SUMMER10", "customers": crowd(2500)}
	p := d.NewProcess(t, nil)
	plan, diags := p.Plan(t, "talonone_coupon_reservation", acctest.Instance{}, config)
	noProblem(t, diags)
	state, diags := p.Apply(ctx, t, plan)
	if acctest.Problem(diags) == "" || state.Exists() {
		t.Fatal("the create was not interrupted, or left a state")
	}
	for _, attributes := range []acctest.Attributes{config, nil} {
		p = d.NewProcess(t, nil)
		plan, diags = p.Plan(t, "talonone_coupon_reservation", state, attributes)
		noProblem(t, diags)
		state, diags = p.Apply(t.Context(), t, plan)
		noProblem(t, diags)
	}
	if left := holders(t, d, "SUMMER10"); len(left) > 0 {
		t.Errorf("%d reservations are left", len(left))
	}
}

// Import by identity needs a newer CLI than the oldest that is supported.
func TestReservationIsImportedByIdentity(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	reserve(t, d, http.MethodPost, "SUMMER25%OFF", "customer-2", "customer-1")
	p := d.NewProcess(t, nil)
	state, diags := p.Import(t, "talonone_coupon_reservation", "", acctest.Attributes{"coupon_value": "SUMMER25%OFF"})
	noProblem(t, diags)
	var customers []tftypes.Value
	if err := p.Attribute(t, state, "customers").As(&customers); err != nil || len(customers) != 2 {
		t.Errorf("imported %v, %v", customers, err)
	}
	if p.Attribute(t, state, "coupon_id").IsNull() {
		t.Error("the coupon is not described")
	}
}

// Without this check the import would succeed, and every plan after it be refused.
func TestMoreReservationsThanAResourceHoldsAreNotImportedByIdentity(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t, withCoupons(emulator.FixtureCoupon{Value: "CROWDED", ReservedBy: crowd(5001)}))
	for code, want := range map[string]string{"CROWDED": "5,001 customers", "NO-SUCH-CODE": "Coupon not found"} {
		_, diags := d.NewProcess(t, nil).Import(t, "talonone_coupon_reservation", "", acctest.Attributes{"coupon_value": code})
		if problem := acctest.Problem(diags); !strings.Contains(problem, want) {
			t.Errorf("%s: got %q, want %q in it", code, problem, want)
		}
	}
}

// crowd are the integration IDs of n customers.
func crowd(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprint("customer-", i)
	}
	return ids
}

// An exclusive resource holds everybody's reservations. Those of others are not its own when it stops to be exclusive.
func TestReservationsOfOthersStayWhenOwnershipBecomesAdditive(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	config := func(ownership string, customers ...string) acctest.Attributes {
		return acctest.Attributes{"coupon_value": "SUMMER10", "customers": customers, "ownership": ownership}
	}
	p := d.NewProcess(t, nil)
	plan, diags := p.Plan(t, "talonone_coupon_reservation", acctest.Instance{}, config("exclusive", "customer-1", "customer-2"))
	noProblem(t, diags)
	state, diags := p.Apply(t.Context(), t, plan)
	noProblem(t, diags)
	reserve(t, d, http.MethodPost, "SUMMER10", "others")

	p = d.NewProcess(t, nil)
	state, diags = p.Refresh(t, state)
	noProblem(t, diags)
	d.Forget()
	plan, diags = p.Plan(t, "talonone_coupon_reservation", state, config("additive", "customer-2", "customer-3"))
	noProblem(t, diags)
	if want := "2 reservations will be released"; !strings.Contains(plan.Warning, want) {
		t.Errorf("the plan warns %q, want %q", plan.Warning, want)
	}
	if got := p.PlannedNumber(t, plan, "last_sync", "removed"); got != "0" {
		t.Errorf("the plan removes %s reservations, want none", got)
	}
	state, diags = p.Apply(t.Context(), t, plan)
	noProblem(t, diags)
	if n := d.Count("deleteCouponReservation"); n != 0 {
		t.Errorf("%d requests ended reservations, want none", n)
	}
	fresh, diags := d.NewProcess(t, nil).Refresh(t, state)
	noProblem(t, diags)
	if different := p.Differences(t, state, fresh); len(different) > 0 {
		t.Errorf("a fresh read differs: %v", different)
	}
}

// Somebody who has the coupon reserved already doesn't count twice.
func TestReservationCountIsWhatTheDeploymentCounts(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	reserve(t, d, http.MethodPost, "SUMMER10", "others")
	config := func(customers ...string) acctest.Attributes {
		return acctest.Attributes{"coupon_value": "SUMMER10", "customers": customers}
	}
	p := d.NewProcess(t, nil)
	plan, diags := p.Plan(t, "talonone_coupon_reservation", acctest.Instance{}, config("customer-1"))
	noProblem(t, diags)
	state, diags := p.Apply(t.Context(), t, plan)
	noProblem(t, diags)

	plan, diags = p.Plan(t, "talonone_coupon_reservation", state, config("others", "customer-2"))
	noProblem(t, diags)
	state, diags = p.Apply(t.Context(), t, plan)
	noProblem(t, diags)
	fresh, diags := d.NewProcess(t, nil).Refresh(t, state)
	noProblem(t, diags)
	if different := p.Differences(t, state, fresh); len(different) > 0 {
		t.Errorf("a fresh read differs: %v", different)
	}
}

// The Management API answers 3 searches a second, and a campaign's coupon can have many resources.
func TestOneSearchServesAllReservationsOfACoupon(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	p := d.NewProcess(t, nil)
	for i := range 5 {
		plan, diags := p.Plan(t, "talonone_coupon_reservation", acctest.Instance{}, acctest.Attributes{
			"coupon_value": []string{"SUMMER10", "VIP-ONLY"}[i%2], "customers": []string{fmt.Sprint("customer-", i)},
		})
		noProblem(t, diags)
		_, diags = p.Apply(t.Context(), t, plan)
		noProblem(t, diags)
	}
	if n := d.Count("searchCouponsAdvancedApplicationWideWithoutTotalCount"); n != 2 {
		t.Errorf("%d searches for 2 coupons, want 2", n)
	}
}

// What comes between the two halves of a replacement, or is still listed because reads lag, must not stop it half way.
func TestReplacementDoesNotBelieveTheListingAfterItsDelete(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	config := acctest.Attributes{"coupon_value": "SUMMER10", "customers": []string{"a", "b"}, "ownership": "exclusive"}
	p := d.NewProcess(t, nil)
	var state acctest.Instance
	for _, attributes := range []acctest.Attributes{config, nil} {
		plan, diags := p.Plan(t, "talonone_coupon_reservation", state, attributes)
		noProblem(t, diags)
		state, diags = p.Apply(t.Context(), t, plan)
		noProblem(t, diags)
	}
	reserve(t, d, http.MethodPost, "SUMMER10", "late")
	plan, diags := p.Plan(t, "talonone_coupon_reservation", state, config)
	noProblem(t, diags)
	if want := "1 reservation arrived after the plan"; !strings.Contains(plan.Warning, want) {
		t.Errorf("the plan warns %q, want %q", plan.Warning, want)
	}
	_, diags = p.Apply(t.Context(), t, plan)
	noProblem(t, diags)
	if got := strings.Join(holders(t, d, "SUMMER10"), " "); got != "a b late" {
		t.Errorf("reserved by %s", got)
	}
}
