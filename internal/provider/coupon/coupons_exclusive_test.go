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

// inEmpty is a listing for a campaign without other coupons.
func inEmpty(coupons any, more ...acctest.Attributes) acctest.Attributes {
	written := listing(coupons)
	written["campaign_id"] = 22
	for _, attributes := range more {
		maps.Copy(written, attributes)
	}
	return written
}

var exclusive = acctest.Attributes{"ownership": "exclusive"}

// others adds coupons as people do in the Campaign Manager.
func (b *batch) others(codes ...string) {
	b.Helper()
	for _, code := range codes {
		b.Call(b, http.MethodPost, "/v1/applications/1/campaigns/22/coupons", map[string]any{"usageLimit": 0, "numberOfCoupons": 1, "couponPattern": code}, nil)
	}
}

// left are the codes of the campaign.
func (b *batch) left() string {
	b.Helper()
	var page struct{ Data []struct{ Value string } }
	b.Call(b, http.MethodGet, "/v1/applications/1/campaigns/22/coupons/no_total?sort=value", nil, &page)
	var codes []string
	for _, coupon := range page.Data {
		codes = append(codes, coupon.Value)
	}
	return strings.Join(codes, " ")
}

func TestExclusiveOwnershipDeletesOtherCouponsThatThePlanShows(t *testing.T) {
	t.Parallel()
	b := newBatch(t)
	written := inEmpty([]string{"ANNA-10", "BEN-10"}, exclusive)
	b.expect(b.apply(written), sending(1, 0, 0))
	b.others("BATCH-1", "BATCH-2")
	b.Call(t, http.MethodPut, "/v2/customer_sessions/order", map[string]any{"customerSession": map[string]any{
		"profileId": "customer-1", "state": "closed", "couponCodes": []string{"BATCH-1"}, "cartItems": []any{},
	}}, nil)
	warning := b.apply(written)
	b.expect(warning, sending(0, 0, 2), "2 coupons will be deleted", `"BATCH-1", "BATCH-2"`, "Redeemed at least once: 1 coupon", "(campaign 22)")
	if left := b.left(); left != "ANNA-10 BEN-10" {
		t.Errorf("the campaign holds %s", left)
	}
}

func TestAnExclusiveCreateDeletesNothing(t *testing.T) {
	t.Parallel()
	b := newBatch(t)
	b.others("BATCH-1")
	b.refused(inEmpty([]string{"ANNA-10"}, exclusive), "Exclusive ownership requires an import", "BATCH-1", `id = "1/22"`)
	// After an import the plan says what goes.
	plan, problem := b.w.Plan(t, batchConfig(inEmpty([]string{"ANNA-10"}, exclusive)), acctest.PlanOptions{Import: map[string]string{"it": "1/22"}})
	if problem != "" {
		t.Fatal(problem)
	}
	b.expect(plan.Warning, "1 coupon not listed will be deleted", "BATCH-1")
	if problem := b.w.ApplyPlan(t, plan); problem != "" {
		t.Fatal(problem)
	}
	if left := b.left(); left != "ANNA-10" {
		t.Errorf("the campaign holds %s", left)
	}
}

func TestABecomingExclusiveAndBack(t *testing.T) {
	t.Parallel()
	b := newBatch(t)
	b.others("BATCH-1")
	b.apply(inEmpty([]string{"ANNA-10", "BEN-10", "CLEO-10", "DANA-10"}))
	// The refresh of four coupons has listed the whole campaign.
	b.expect(b.apply(inEmpty([]string{"ANNA-10", "BEN-10", "CLEO-10", "DANA-10"}, exclusive)), "1 coupon not listed will be deleted", sending(0, 0, 1))
	b.others("BATCH-2")
	b.expect(b.apply(inEmpty([]string{"ANNA-10"})), "4 coupons will be released", sending(0, 0, 0))
	if left := b.left(); left != "ANNA-10 BATCH-2 BEN-10 CLEO-10 DANA-10" {
		t.Errorf("the campaign holds %s", left)
	}
	// The refresh of one coupon has not.
	plan, problem := b.w.Plan(t, batchConfig(inEmpty([]string{"ANNA-10"}, exclusive)), acctest.PlanOptions{})
	b.expect(plan.Warning+problem, "Unlisted coupons are removed by the next apply")
	if problem := b.w.ApplyPlan(t, plan); problem != "" {
		t.Fatal(problem)
	}
	b.expect(b.apply(inEmpty([]string{"ANNA-10"}, exclusive)), sending(0, 0, 4))
}

func TestTheGuardCountsOtherCoupons(t *testing.T) {
	t.Parallel()
	b := newBatch(t)
	written := inEmpty([]string{"ANNA-10"}, exclusive, acctest.Attributes{"max_removal_percent": 50})
	b.apply(written)
	b.others("BATCH-1", "BATCH-2")
	b.refused(written, "would remove 2 of 3 coupons")
}

func TestCouponsThatArriveAfterThePlanStay(t *testing.T) {
	t.Parallel()
	b := newBatch(t)
	b.apply(inEmpty([]string{"ANNA-10", "BEN-10"}, exclusive))
	plan, problem := b.w.Plan(t, batchConfig(inEmpty([]string{"ANNA-10"}, exclusive)), acctest.PlanOptions{})
	if problem != "" {
		t.Fatal(problem)
	}
	b.others("LATE-1")
	if problem := b.w.ApplyPlan(t, plan); problem != "" {
		t.Fatal(problem)
	}
	if left := b.left(); left != "ANNA-10 LATE-1" {
		t.Errorf("the campaign holds %s", left)
	}
}

// An exclusive campaign has one owner, and other campaigns of the Application are no business of its.
func TestAnExclusiveCampaignHasOneOwner(t *testing.T) {
	t.Parallel()
	b := newBatch(t)
	owner := acctest.Block{Type: "talonone_coupons", Attributes: inEmpty([]string{"ANNA-10"}, exclusive)}
	single := codeConfig(nil)
	single["campaign_id"] = 22
	for name, other := range map[string]acctest.Block{
		"a coupon": {Type: "talonone_coupon", Attributes: single}, "coupons": {Type: "talonone_coupons", Attributes: inEmpty([]string{"BEN-10"})},
		"another owner": {Type: "talonone_coupons", Attributes: inEmpty([]string{"BEN-10"}, exclusive)},
	} {
		for _, reverse := range []bool{false, true} {
			if _, problem := b.w.Plan(t, acctest.Config{"one": owner, "two": other}, acctest.PlanOptions{Reverse: reverse}); !strings.Contains(problem, "Managed by two resources") {
				t.Errorf("%s (reverse %v): %q", name, reverse, problem)
			}
		}
	}
	elsewhere := acctest.Block{Type: "talonone_coupons", Attributes: listing([]string{"BEN-10"})}
	if problem := b.w.Apply(t, acctest.Config{"one": owner, "two": elsewhere}, acctest.PlanOptions{}); problem != "" {
		t.Error(problem)
	}
}

// A campaign of thousands is read with two requests, whatever it holds.
func TestAThousandsOfCouponsAreReadByAnExport(t *testing.T) {
	t.Parallel()
	b := newBatch(t, func(f *emulator.Fixture) {
		for i := range 2500 {
			f.Coupons = append(f.Coupons, emulator.FixtureCoupon{CampaignID: 22, Value: fmt.Sprintf("OTHER-%04d", i), UsageLimit: 1})
		}
	})
	all := make(map[string]any)
	for i := range 30 {
		all[fmt.Sprintf("CODE, %02d", i)] = map[string]any{"usage_limit": i, "discount_limit": 1.5, "expiry_date": "2099-01-01T01:00:00+01:00", "implicitly_reserved": i == 3, "attributes": map[string]any{"source": "say \"hi\""}}
	}
	b.apply(inEmpty(all))
	b.Forget()
	if plan, problem := b.w.Plan(t, batchConfig(inEmpty(all)), acctest.PlanOptions{}); problem != "" || !plan.Empty() {
		t.Errorf("the plan is not empty: %s", problem)
	}
	if lists, exports := b.Count("getCouponsWithoutTotalCount"), b.Count("exportCoupons"); lists != 1 || exports != 1 {
		t.Errorf("%d listings and %d exports read the coupons", lists, exports)
	}
}

// A coupon that a resource of its own imports is not deleted by the list that it leaves in the same change.
func TestALeavingCouponThatIsImportedIsNotDeleted(t *testing.T) {
	t.Parallel()
	for _, order := range []acctest.PlanOptions{{}, {Reverse: true}} {
		b := newBatch(t)
		b.apply(inEmpty([]string{"ANNA-10", "BEN-10"}))
		config := batchConfig(inEmpty([]string{"ANNA-10"}))
		config["own"] = acctest.Block{Type: "talonone_coupon", Attributes: acctest.Attributes{"application_id": 1, "campaign_id": 22, "value": "BEN-10"}}
		order.Import = map[string]string{"own": "1/22/BEN-10"}
		if _, problem := b.w.Plan(t, config, order); !strings.Contains(problem, "Moved rows would be lost") || !strings.Contains(problem, "BEN-10") {
			t.Errorf("reverse %t: got %q, want a refusal", order.Reverse, problem)
		}
		// The way out that the refusal names.
		delete(b.w.State, "it")
		order.Import["it"] = "1/22"
		if problem := b.w.Apply(t, config, order); problem != "" {
			t.Error(problem)
		}
		if left := b.left(); left != "ANNA-10 BEN-10" {
			t.Errorf("the campaign holds %s", left)
		}
	}
}
