package emulator

import (
	"encoding/json"
	"time"
)

// coupon is a code of a campaign.
type coupon struct {
	ID               int64          `json:"id"`
	Created          time.Time      `json:"created"`
	CampaignID       int64          `json:"campaignId"`
	Value            string         `json:"value"` // folded as the Application stores it
	UsageLimit       int64          `json:"usageLimit"`
	DiscountLimit    json.Number    `json:"discountLimit,omitempty"`
	ReservationLimit *int64         `json:"reservationLimit,omitempty"`
	StartDate        time.Time      `json:"startDate,omitzero"`
	ExpiryDate       time.Time      `json:"expiryDate,omitzero"`
	UsageCounter     int64          `json:"usageCounter,omitempty"`
	Attributes       map[string]any `json:"attributes,omitempty"`
	ReferralID       int64          `json:"referralId,omitempty"`
	Recipient        string         `json:"recipient,omitempty"` // integration ID; makes the coupon personal
	BatchID          string         `json:"batchId,omitempty"`
	Mandatory        bool           `json:"isReservationMandatory,omitempty"`
	Visible          bool           `json:"implicitlyReserved,omitempty"` // in every customer's wallet
	// Reservations are by internal profile ID, in the order in which they were made.
	Reservations []reservation `json:"reservations,omitempty"`
}

func (c *coupon) entityID() int64 { return c.ID }

// reservation binds a coupon to a profile.
type reservation struct {
	ProfileID int64     `json:"profileId"`
	Created   time.Time `json:"created"`
	// Redemptions by this profile; a redemption makes a reservation by itself.
	Redemptions int64 `json:"redemptions,omitempty"`
}

// couponState holds the coupons of all campaigns.
type couponState struct {
	All table[*coupon] `json:"all"`

	byValue map[string][]*coupon // one value may exist in several Applications
}

func (cs *couponState) reindex() {
	cs.byValue = make(map[string][]*coupon, cs.All.len())
	for c := range cs.All.all() {
		cs.byValue[c.Value] = append(cs.byValue[c.Value], c)
	}
}

// add makes a coupon known.
func (cs *couponState) add(c *coupon) {
	cs.All.add(c)
	cs.byValue[c.Value] = append(cs.byValue[c.Value], c)
}

// routesCoupons registers the operations on coupons and their reservations.
func (s *Server) routesCoupons() {}
