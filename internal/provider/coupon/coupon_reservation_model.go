// Package coupon holds the constructs about coupons and their reservations.
package coupon

import (
	"slices"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/path"
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

// reservations are the rows of talonone_coupon_reservation. Their keys are the integration IDs of the customers.
var reservations = bulk.Noun{One: "reservation", Many: "reservations"}

// reservationModel mirrors the resource talonone_coupon_reservation.
type reservationModel struct {
	framework.Deployed

	CouponValue       types.String   `tfsdk:"coupon_value"`
	Customers         types.List     `tfsdk:"customers"`
	Ownership         types.String   `tfsdk:"ownership"`
	MaxRemovalPercent types.Float64  `tfsdk:"max_removal_percent"`
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

// fromAPI fills in the coupon's own attributes; nil leaves them as they are.
func (m *reservationModel) fromAPI(coupon *talonone.Coupon) {
	if coupon == nil {
		return
	}
	m.CouponID = types.Int64Value(coupon.ID)
	m.CampaignID = types.Int64Value(coupon.CampaignID)
	m.ReservationType = types.StringValue(reservationType(coupon))
}

// copyCoupon takes over the coupon's own attributes from another model.
func (m *reservationModel) copyCoupon(other reservationModel) {
	m.CouponID, m.CampaignID, m.ReservationType = other.CouponID, other.CampaignID, other.ReservationType
}

func (m *reservationModel) exclusive() bool { return m.Ownership.ValueString() == bulk.Exclusive }

func (m *reservationModel) guards() bulk.Guards {
	return bulk.Guards{MaxRemovalPercent: m.MaxRemovalPercent}
}

// rows are the reservations that the resource manages.
func (m *reservationModel) rows() map[string]struct{} {
	customers, _ := framework.Strings(m.Customers)
	return bulk.SetOf(customers)
}

func (m *reservationModel) subject() bulk.Subject {
	code := m.CouponValue.ValueString()
	return bulk.Subject{Noun: reservations, Place: "coupon " + strconv.Quote(code), ResourceType: reservationResourceType, ImportID: code}
}

// claim is what the resource wants to own.
func (m *reservationModel) claim(customers []string) bulk.Claim {
	return bulk.Claim{Subject: m.subject(), Target: m.subject().Place, At: path.Root("customers"), Rows: customers, Exclusive: m.exclusive()}
}

// target is the coupon's key in the memory of the process.
func (m *reservationModel) target() string {
	return reservationResourceType + " " + m.CouponValue.ValueString()
}

func targetOf(rows map[string]struct{}) bulk.Target { return bulk.TargetOf(bulk.DigestOf(rows)) }

// setCustomers puts in the customers who have the coupon reserved: those of the list, in its order, and behind them the
// others, where the resource is exclusive or imports all.
func (m *reservationModel) setCustomers(remote []string) {
	listed, known := framework.Strings(m.Customers)
	kept := bulk.In(listed, bulk.SetOf(remote))
	if m.exclusive() || m.Customers.IsNull() {
		kept = append(kept, framework.NFC(bulk.NotIn(remote, bulk.SetOf(listed)))...)
	}
	if !known || !slices.Equal(kept, listed) {
		m.Customers = framework.IDListValue(kept)
	}
}

// setLastSync records a change, if it moves any rows; total is how many the resource manages afterwards.
func (m *reservationModel) setLastSync(change bulk.Plan, total int) {
	if !change.Empty() {
		m.LastSync = change.LastSync(m.LastSync, total, reservations, nil)
	}
}

// keepApplied keeps what has been applied of a change that failed. desired gives the order.
func (m *reservationModel) keepApplied(applied *bulk.Applied[struct{}], desired []string) {
	change := applied.Plan()
	m.Customers = framework.IDListValue(applied.Keys(desired))
	m.ReservationCount = types.Int64Value(m.ReservationCount.ValueInt64() + int64(len(change.Added)-len(change.Removed)))
	m.setLastSync(change, len(applied.Rows()))
}

// reservationType says what a reservation of the coupon is.
func reservationType(coupon *talonone.Coupon) string {
	if coupon.IsReservationMandatory != nil && *coupon.IsReservationMandatory {
		return hard
	}
	return soft
}
