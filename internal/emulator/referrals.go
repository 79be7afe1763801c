package emulator

import "time"

// referral is a code with which an advocate invites friends.
type referral struct {
	ID           int64          `json:"id"`
	Created      time.Time      `json:"created"`
	CampaignID   int64          `json:"campaignId"`
	Advocate     string         `json:"advocate"` // integration ID
	Friend       string         `json:"friend,omitempty"`
	Code         string         `json:"code"`
	StartDate    time.Time      `json:"startDate,omitzero"`
	ExpiryDate   time.Time      `json:"expiryDate,omitzero"`
	UsageLimit   int64          `json:"usageLimit"` // 0 is no limit
	UsageCounter int64          `json:"usageCounter,omitempty"`
	Attributes   map[string]any `json:"attributes,omitempty"`
	BatchID      string         `json:"batchId,omitempty"`
	// ReferredCustomers are the integration IDs of the friends who used the code.
	ReferredCustomers []string `json:"referredCustomers,omitempty"`
}

func (r *referral) entityID() int64 { return r.ID }

// referralState holds the referrals of all campaigns.
type referralState struct {
	All table[*referral] `json:"all"`

	byCode map[string]*referral
}

func (rs *referralState) reindex() {
	rs.byCode = make(map[string]*referral, rs.All.len())
	for r := range rs.All.all() {
		rs.byCode[r.Code] = r
	}
}

// add makes a referral known.
func (rs *referralState) add(r *referral) {
	rs.All.add(r)
	rs.byCode[r.Code] = r
}

// remove forgets a referral.
func (rs *referralState) remove(r *referral) {
	rs.All.delete(r.ID)
	delete(rs.byCode, r.Code)
}

// routesReferrals registers the operations on referrals.
func (s *Server) routesReferrals() {}
