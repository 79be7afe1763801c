package coupon

import (
	"context"
	"slices"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// saveLanded keeps what an interrupted update has achieved.
func (r *reservationResource) saveLanded(ctx context.Context, plan reservationModel, landed changes, resp *resource.UpdateResponse) {
	var state reservationModel
	resp.Diagnostics.Append(resp.State.Get(ctx, &state)...)
	before, _ := framework.Strings(state.Customers)
	gone := setOf(landed.remove)
	now := make([]string, 0, len(before)+len(landed.add))
	for _, id := range slices.Concat(before, landed.add) {
		if !gone[id] {
			now = append(now, id)
		}
	}
	state.Customers = framework.IDListValue(now)
	state.CouponValue = plan.CouponValue
	state.ReservationCount = countAfter(state, landed)
	state.LastSync = landed.summary()
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}

// countOf is how many customers have the coupon reserved, as the answer to a
// reservation says, or known where there was none.
func countOf(coupon *talonone.Coupon, known int) int {
	if coupon == nil {
		return known
	}
	if count, err := strconv.Atoi(coupon.ReservationCounter.String()); err == nil {
		return count
	}
	return known
}

// countAfter is the number of reservations once the changes are done.
func countAfter(state reservationModel, todo changes) types.Int64 {
	return types.Int64Value(state.ReservationCount.ValueInt64() + int64(len(todo.add)-len(todo.remove)))
}
