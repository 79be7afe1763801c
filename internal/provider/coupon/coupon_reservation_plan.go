package coupon

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// planCreate adds all desired rows. Terraform plans a create again in the apply, so what the deployment holds may lead to
// warnings and errors, and never to a planned value.
func (r *reservationResource) planCreate(ctx context.Context, plan *reservationModel, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	diags := &resp.Diagnostics
	plan.copyCoupon(reservationModel{CouponID: types.Int64Unknown(), CampaignID: types.Int64Unknown(), ReservationType: types.StringUnknown()})
	plan.ReservationCount, plan.LastSync = types.Int64Unknown(), bulk.UnknownLastSync()
	bulk.NoteGuards(ctx, resp.Private, plan.guards(), diags)
	desired, known := framework.Strings(plan.Customers)
	if known {
		plan.LastSync = bulk.Compare(nil, bulk.SetOf(desired), bulk.SameKey).LastSync(bulk.NullLastSync(), len(desired), reservations, nil)
	}
	if plan.CouponValue.IsUnknown() {
		return
	}
	code := plan.CouponValue.ValueString()
	remote, err := r.reserved(ctx, code, plan.Customers)
	switch {
	case talonone.IsNotFound(err) && r.data.Coupons.Has(code):
		// This run creates the coupon first: no one has it yet.
		return
	case talonone.IsNotFound(err):
		framework.AddMissing(diags, path.Root("coupon_value"), "Coupon not found", missingCoupon(code))
		return
	case err != nil:
		addError(diags, "read the reservations of coupon", code, err)
		return
	}
	replaced := bulk.Replaced(ctx, req.Private, diags)
	if replaced != nil {
		plan.subject().GuardEnd(r.data.AllowDelete, plan.MaxRemovalPercent, replaced.Count, max(replaced.Count, len(remote)), diags)
	}
	if !known || len(desired) > 0 {
		r.checkCoupon(ctx, code, remote, diags)
	}
	if !known {
		return
	}
	plan.subject().WarnTwins(path.Root("customers"), desired, desired, diags)
	if replaced == nil && !r.data.Targets.WasDeleted(plan.target()) {
		plan.subject().WarnExisting(path.Root("customers"), bulk.In(desired, bulk.SetOf(remote)), len(desired), nil, diags)
	}
	if plan.exclusive() {
		plan.subject().CheckExclusiveCreate(&r.data.Targets, plan.target(), bulk.NotIn(remote, plan.rows()), targetOf(bulk.SetOf(remote)), replaced, diags)
	}
}

// planUpdate keeps what stays, and counts what changes.
func (r *reservationResource) planUpdate(ctx context.Context, plan *reservationModel, state reservationModel, private bulk.PrivateReader, diags *diag.Diagnostics) {
	plan.copyCoupon(state)
	plan.ReservationCount, plan.LastSync = state.ReservationCount, state.LastSync
	desired, known := framework.Strings(plan.Customers)
	if !known || plan.Ownership.IsUnknown() {
		plan.ReservationCount, plan.LastSync = types.Int64Unknown(), bulk.UnknownLastSync()
		plan.subject().WarnUnknown(path.Root("customers"), len(state.Customers.Elements()), plan.MaxRemovalPercent, diags)
		r.expectCoupon(plan, state)
		return
	}
	if bulk.Compare(state.rows(), plan.rows(), bulk.SameKey).Empty() {
		// The same customers in another order are not a change.
		plan.Customers = state.Customers
	}
	change, remote := r.change(ctx, *plan, state, private, diags)
	if diags.HasError() {
		return
	}
	seen := bulk.SeenTarget(ctx, private, diags)
	enters := bulk.Enters(state.Ownership, plan.Ownership)
	subject := plan.subject()
	subject.WarnReleased(change.Released, diags)
	update(*plan, state, seen).WarnEntered(subject, change, diags)
	guardRemoval(plan.MaxRemovalPercent, len(change.Removed), state, diags)
	subject.RefuseTwins(path.Root("customers"), change.Added, change.Removed, diags)
	subject.WarnTwins(path.Root("customers"), change.Added, desired, diags)
	plan.setLastSync(change, len(desired))
	switch {
	case change.Empty():
	case plan.exclusive() && (!enters || seen != nil):
		plan.ReservationCount = types.Int64Value(int64(len(desired)))
	case len(change.Added) > 0:
		// Others may reserve the coupon, too; the response to a reservation tells the number.
		plan.ReservationCount = types.Int64Unknown()
	default:
		plan.ReservationCount = types.Int64Value(state.ReservationCount.ValueInt64() - int64(len(change.Removed)))
	}
	if len(change.Added) > 0 {
		prior, _ := framework.Strings(state.Customers)
		r.checkCoupon(ctx, plan.CouponValue.ValueString(), prior, diags)
		r.expectCoupon(plan, state)
		if remote == nil && (seen == nil || *seen != targetOf(state.rows())) {
			var err error
			if remote, err = r.reserved(ctx, plan.CouponValue.ValueString(), state.Customers, plan.Customers); err != nil {
				addError(diags, "read the reservations of coupon", plan.CouponValue.ValueString(), err)
			}
		}
		subject.WarnExisting(path.Root("customers"), bulk.In(change.Added, bulk.SetOf(remote)), len(change.Added), nil, diags)
	}
}

// change is what an update does, and the reservations that a change to exclusive ownership has listed.
func (r *reservationResource) change(ctx context.Context, plan, state reservationModel, private bulk.PrivateReader, diags *diag.Diagnostics) (change bulk.Plan, remote []string) {
	code := plan.CouponValue.ValueString()
	change, remote, err := update(plan, state, bulk.SeenTarget(ctx, private, diags)).Plan(func() ([]string, error) { return r.reserved(ctx, code, state.Customers) })
	switch {
	case errors.Is(err, bulk.ErrChanged):
		plan.subject().RefuseChanged(path.Root("ownership"), diags)
	case err != nil:
		addError(diags, "read the reservations of coupon", code, err)
	}
	return change, remote
}

func update(plan, state reservationModel, seen *bulk.Target) bulk.KeyUpdate {
	return bulk.KeyUpdate{Prior: state.rows(), Desired: plan.rows(), Before: state.Ownership, After: plan.Ownership, Seen: seen}
}

// expectCoupon leaves unknown what the response to a reservation says about the coupon.
func (r *reservationResource) expectCoupon(plan *reservationModel, state reservationModel) {
	plan.ReservationType = types.StringUnknown()
	if state.CouponID.IsNull() {
		plan.CouponID, plan.CampaignID = types.Int64Unknown(), types.Int64Unknown()
	}
}

// checkCoupon reports a coupon that can't be reserved, where that can be read: with a Management key, or in the inventory
// of a customer who has it reserved.
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

// isOtherCoupon says whether a new spelling means another coupon. Where the Application's caseSensitivity can't be read,
// every new spelling does.
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
	return match == nil || match.ID != state.CouponID.ValueInt64()
}

func guardRemoval(maxPercent types.Float64, removed int, state reservationModel, diags *diag.Diagnostics) {
	state.subject().Guard(maxPercent, removed, state.present(), diags)
}

// guardEnd is guardRemoval for the end of the object.
func (r *reservationResource) guardEnd(maxPercent types.Float64, state reservationModel, diags *diag.Diagnostics) {
	state.subject().GuardEnd(r.data.AllowDelete, maxPercent, len(state.Customers.Elements()), state.present(), diags)
}

// present is how many reservations there are that removals are a part of.
func (m *reservationModel) present() int {
	return max(int(m.ReservationCount.ValueInt64()), len(m.Customers.Elements()))
}
