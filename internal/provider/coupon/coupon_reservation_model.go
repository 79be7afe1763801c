// Package coupon holds the constructs about coupons and their reservations.
package coupon

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// The two kinds of reservation.
const (
	hard = "hard"
	soft = "soft"
)

// reservationModel mirrors the resource talonone_coupon_reservation.
type reservationModel struct {
	CouponValue       types.String   `tfsdk:"coupon_value"`
	Customers         types.List     `tfsdk:"customers"`
	Ownership         types.String   `tfsdk:"ownership"`
	MaxRemovalPercent types.Int64    `tfsdk:"max_removal_percent"`
	CouponID          types.Int64    `tfsdk:"coupon_id"`
	CampaignID        types.Int64    `tfsdk:"campaign_id"`
	ReservationType   types.String   `tfsdk:"reservation_type"`
	ReservationCount  types.Int64    `tfsdk:"reservation_count"`
	LastSync          types.Object   `tfsdk:"last_sync"`
	Timeouts          timeouts.Value `tfsdk:"timeouts"`
}

// reservationIdentity mirrors the resource's identity.
type reservationIdentity struct {
	CouponValue types.String `tfsdk:"coupon_value"`
}

// describe fills in what the coupon says; nil leaves it as it is.
func (m *reservationModel) describe(coupon *talonone.Coupon) {
	if coupon == nil {
		return
	}
	m.CouponID = types.Int64Value(coupon.ID)
	m.CampaignID = types.Int64Value(coupon.CampaignID)
	m.ReservationType = types.StringValue(reservationType(coupon))
}

// describeBy takes over what another model says of the coupon.
func (m *reservationModel) describeBy(other reservationModel) {
	m.CouponID, m.CampaignID, m.ReservationType = other.CouponID, other.CampaignID, other.ReservationType
}

// described says whether the coupon has been seen.
func (m *reservationModel) described() bool {
	return !m.CouponID.IsNull() && !m.CouponID.IsUnknown()
}

func (m *reservationModel) exclusive() bool { return m.Ownership.ValueString() == bulk.Exclusive }

// setCustomers puts in who of the listed customers has the coupon reserved, in
// the order of the list, and behind them the others, which an exclusive resource
// removes.
func (m *reservationModel) setCustomers(reserved []string) {
	listed, _ := framework.Strings(m.Customers)
	kept := make([]string, 0, len(listed))
	changes := compare(reserved, listed)
	missing := setOf(changes.add)
	for _, id := range listed {
		if !missing[id] {
			kept = append(kept, id)
		}
	}
	if m.exclusive() || m.Customers.IsNull() {
		kept = append(kept, changes.remove...)
	}
	if len(kept) == len(listed) && len(changes.add) == 0 && !m.Customers.IsNull() {
		return
	}
	m.Customers = framework.IDListValue(kept)
}

// reservationType says what a reservation of the coupon is.
func reservationType(coupon *talonone.Coupon) string {
	if coupon.IsReservationMandatory != nil && *coupon.IsReservationMandatory {
		return hard
	}
	return soft
}

// changes are the reservations to make and to end, each in the order of its source.
type changes struct{ add, remove []string }

// compare says how to come from the current reservations to the wanted ones.
func compare(current, wanted []string) changes {
	have, want := setOf(current), setOf(wanted)
	var c changes
	for _, id := range wanted {
		if !have[id] {
			c.add = append(c.add, id)
		}
	}
	for _, id := range current {
		if !want[id] {
			c.remove = append(c.remove, id)
		}
	}
	return c
}

func (c changes) empty() bool { return len(c.add)+len(c.remove) == 0 }

func (c changes) summary() types.Object {
	return bulk.Summary{
		Added: len(c.add), Removed: len(c.remove),
		Requests: bulk.Requests(len(c.add), talonone.MaxReservationIDs) + bulk.Requests(len(c.remove), talonone.MaxReservationIDs),
	}.MembershipObject()
}

// plannedSummary is the summary of a plan. What others reserve until the apply is
// not known, and so is how much an exclusive resource has to remove.
func plannedSummary(ctx context.Context, c changes, removesOthers bool) types.Object {
	summary := c.summary()
	if !removesOthers {
		return summary
	}
	attributes := summary.Attributes()
	attributes["removed"], attributes["requests"] = types.Int64Unknown(), types.Int64Unknown()
	return types.ObjectValueMust(summary.AttributeTypes(ctx), attributes)
}

// known says whether a summary is, with all its numbers.
func known(summary types.Object) bool {
	if summary.IsUnknown() {
		return false
	}
	for _, number := range summary.Attributes() {
		if number.IsUnknown() {
			return false
		}
	}
	return true
}

func setOf(ids []string) map[string]bool {
	set := make(map[string]bool, len(ids))
	for _, id := range ids {
		set[id] = true
	}
	return set
}
