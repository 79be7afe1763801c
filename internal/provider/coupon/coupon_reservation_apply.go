package coupon

import (
	"context"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// apply carries out a change of the resource that makes the claim; a Delete claims nothing. It returns what has been applied, also after an error, and the coupon as the last request
// left it.
func (r *reservationResource) apply(ctx context.Context, claim bulk.Claim, prior map[string]struct{}, change bulk.Plan, private bulk.Private, diags *diag.Diagnostics) (*bulk.Applied[struct{}], *talonone.Coupon) {
	code := claim.ImportID
	tflog.Debug(ctx, "Changing coupon reservations", map[string]any{
		"coupon_value": code, "added": len(change.Added), "removed": len(change.Removed),
		"requests": bulk.Requests(len(change.Added), talonone.MaxReservationIDs) + bulk.Requests(len(change.Removed), talonone.MaxReservationIDs),
	})
	// A change that fails keeps its ownership, and so releases nothing.
	applied := bulk.StartApply(prior, nil, bulk.SameKey)
	unlock, err := r.data.Rows.Lock(ctx, claim.Target)
	if err != nil {
		addError(diags, "change the reservations of coupon", code, err)
		return applied, nil
	}
	defer unlock()
	adding := change.Added
	if claim.Rows != nil {
		adding = bulk.With(adding, r.data.Owners.Write(ctx, claim, private, diags))
	}
	ending, spared := r.data.Owners.Spare(ctx, claim, change.Removed, private, diags)
	applied.Remove(spared...)
	coupon, sent, err := r.data.Client.CreateCouponReservation(ctx, code, adding)
	if err != nil && talonone.RefusalStatus(err) == 0 {
		// The outcome of the last request is unknown.
		sent = min(sent+talonone.MaxReservationIDs, len(adding))
	}
	for _, id := range adding[:sent] {
		applied.Put(id, struct{}{})
	}
	if err != nil {
		addError(diags, "reserve coupon", code, err)
		return applied, coupon
	}
	removed, err := r.data.Client.DeleteCouponReservation(ctx, code, ending)
	if err != nil {
		addError(diags, "end reservations of coupon", code, err)
	}
	applied.Remove(ending[:removed]...)
	r.data.Owners.NoteRemoved(claim.Target, ending[:removed])
	return applied, coupon
}

// warnArrived reports reservations that were made since the plan. Reads may lag behind, so those just ended don't count.
func (r *reservationResource) warnArrived(ctx context.Context, plan reservationModel, change bulk.Plan, diags *diag.Diagnostics) {
	remote, err := r.reserved(ctx, plan.CouponValue.ValueString(), plan.Customers)
	if err != nil {
		tflog.Warn(ctx, "Unable to look for new reservations", map[string]any{"error": err.Error()})
		return
	}
	others := bulk.NotIn(bulk.NotIn(remote, plan.rows()), bulk.SetOf(change.Removed))
	plan.subject().WarnArrived(len(others), diags)
}

// countOf is how many customers have the coupon reserved: as the response to a reservation says, or known where there
// was none.
func countOf(coupon *talonone.Coupon, known int64) types.Int64 {
	if coupon != nil {
		if count, err := strconv.ParseInt(coupon.ReservationCounter.String(), 10, 64); err == nil {
			return types.Int64Value(count)
		}
	}
	return types.Int64Value(known)
}
