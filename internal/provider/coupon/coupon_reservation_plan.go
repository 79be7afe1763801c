package coupon

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// planCreate looks at the coupon, so that what the API would refuse is known
// before anything happens, and counts what there is to do. Terraform plans a
// creation again in the apply, so what the deployment answers may not become a
// planned value: a reservation made in between would be an inconsistency.
func (r *reservationResource) planCreate(ctx context.Context, plan *reservationModel, diags *diag.Diagnostics) {
	plan.CouponID, plan.CampaignID, plan.ReservationType = types.Int64Unknown(), types.Int64Unknown(), types.StringUnknown()
	plan.ReservationCount, plan.LastSync = types.Int64Unknown(), bulk.UnknownMembershipSummary()
	if plan.CouponValue.IsUnknown() {
		return
	}
	code := plan.CouponValue.ValueString()
	reserved, err := r.reserved(ctx, code)
	if talonone.IsNotFound(err) {
		diags.AddAttributeError(path.Root("coupon_value"), "Coupon does not exist", missingCoupon(code))
		return
	}
	if err != nil {
		addError(diags, "read the reservations of coupon", code, err)
		return
	}
	wanted, known := framework.Strings(plan.Customers)
	if !known || len(wanted) > 0 {
		r.checkCoupon(ctx, code, reserved, diags)
	}
	if !known {
		return
	}
	todo := changes{add: wanted}
	if plan.exclusive() {
		todo.remove = compare(reserved, wanted).remove
		warnExclusive(code, len(todo.remove), diags)
		diags.Append(bulk.CheckRemovals(path.Root("max_removal_percent"), plan.MaxRemovalPercent, len(todo.remove), len(reserved), "reservations")...)
	}
	plan.LastSync = plannedSummary(ctx, todo, plan.exclusive() || plan.Ownership.IsUnknown())
}

// planUpdate keeps what stays, and counts what there is to do.
func (r *reservationResource) planUpdate(ctx context.Context, plan *reservationModel, state reservationModel, diags *diag.Diagnostics) {
	plan.describeBy(state)
	plan.ReservationCount, plan.LastSync = state.ReservationCount, state.LastSync
	wanted, known := framework.Strings(plan.Customers)
	if !known || plan.Ownership.IsUnknown() {
		plan.ReservationCount, plan.LastSync = types.Int64Unknown(), bulk.UnknownMembershipSummary()
		r.expectCoupon(plan, state)
		return
	}
	code := plan.CouponValue.ValueString()
	todo, err := r.todo(ctx, *plan, state, wanted)
	if err != nil {
		addError(diags, "read the reservations of coupon", code, err)
		return
	}
	before, _ := framework.Strings(state.Customers)
	if compare(before, wanted).empty() {
		// The same customers in another order are no change.
		plan.Customers = state.Customers
	}
	becomesExclusive := plan.exclusive() && !state.exclusive()
	if !plan.exclusive() && state.exclusive() {
		warnReleased(code, len(compare(before, wanted).remove), diags)
	}
	if todo.empty() && !becomesExclusive {
		return
	}
	if len(todo.add) > 0 {
		r.checkCoupon(ctx, code, before, diags)
		r.expectCoupon(plan, state)
	}
	plan.LastSync = todo.summary()
	plan.ReservationCount = countAfter(state, todo)
	if len(todo.add) > 0 && !plan.exclusive() {
		// Others may have reserved the coupon for them already.
		plan.ReservationCount = types.Int64Unknown()
	}
	if becomesExclusive {
		plan.LastSync, plan.ReservationCount = plannedSummary(ctx, todo, true), types.Int64Unknown()
		warnExclusive(code, len(todo.remove), diags)
	}
	guardRemoval(plan.MaxRemovalPercent, len(todo.remove), state, diags)
}

// todo is what an update has to do: the difference to the state, and everybody
// else's reservations where the resource has only now become exclusive.
func (r *reservationResource) todo(ctx context.Context, plan, state reservationModel, wanted []string) (changes, error) {
	before, _ := framework.Strings(state.Customers)
	work := compare(before, wanted)
	if !plan.exclusive() && state.exclusive() {
		// The state holds everybody's reservations, and doesn't tell whose they are.
		work.remove = nil
	}
	if !plan.exclusive() || state.exclusive() {
		return work, nil
	}
	reserved, err := r.reserved(ctx, plan.CouponValue.ValueString())
	work.remove = compare(reserved, wanted).remove
	return work, err
}

// expectCoupon leaves open what the answer to a reservation says of the coupon.
func (r *reservationResource) expectCoupon(plan *reservationModel, state reservationModel) {
	plan.ReservationType = types.StringUnknown()
	if !state.described() {
		plan.CouponID, plan.CampaignID = types.Int64Unknown(), types.Int64Unknown()
	}
}

// checkCoupon reports a coupon that can't be reserved, where it can be seen: with
// a Management key, or in the inventory of somebody who has it reserved.
func (r *reservationResource) checkCoupon(ctx context.Context, code string, reserved []string, diags *diag.Diagnostics) {
	coupon, err := r.look(ctx, code, reserved)
	if err != nil {
		addError(diags, "look up coupon", code, err)
		return
	}
	if coupon == nil {
		return
	}
	if summary, detail := obstacle(coupon, time.Now()); summary != "" {
		diags.AddAttributeError(path.Root("coupon_value"), summary, fmt.Sprintf("Coupon %q of campaign %d: %s", coupon.Value, coupon.CampaignID, detail))
	}
}

// isOtherCoupon says whether a new spelling means another coupon. Where the
// Application's caseSensitivity can't be read, every new spelling does.
func (r *reservationResource) isOtherCoupon(ctx context.Context, plan, state reservationModel, diags *diag.Diagnostics) bool {
	if plan.CouponValue.IsUnknown() {
		return true
	}
	before, after := state.CouponValue.ValueString(), plan.CouponValue.ValueString()
	if before == after {
		return false
	}
	if !strings.EqualFold(before, after) {
		return true
	}
	match, err := findByKey(ctx, r.data.Client, after)
	if err != nil {
		addError(diags, "look up coupon", after, err)
		return true
	}
	return match == nil || match.coupon.ID != state.CouponID.ValueInt64()
}

func guardRemoval(maxPercent types.Int64, removed int, state reservationModel, diags *diag.Diagnostics) {
	present := max(int(state.ReservationCount.ValueInt64()), len(state.Customers.Elements()))
	diags.Append(bulk.CheckRemovals(path.Root("max_removal_percent"), maxPercent, removed, present, "reservations")...)
}

func warnExclusive(code string, removed int, diags *diag.Diagnostics) {
	if removed == 0 {
		return
	}
	diags.AddAttributeWarning(path.Root("ownership"), "Reservations of others will be ended",
		fmt.Sprintf("Coupon %q is reserved by %d customers who are not listed, and ownership = \"exclusive\" ends their reservations, also those that redemptions and rules made.", code, removed))
}

func warnReleased(code string, staying int, diags *diag.Diagnostics) {
	if staying == 0 {
		return
	}
	diags.AddAttributeWarning(path.Root("ownership"), "Reservations stay",
		fmt.Sprintf("Coupon %q is reserved by %d customers who are not listed. With additive ownership they are nobody's business of this resource any more: their reservations stay. "+
			"To end them, apply the shorter list with exclusive ownership first.", code, staying))
}
