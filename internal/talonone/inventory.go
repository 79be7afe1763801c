package talonone

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"
)

// CustomerProfile is the API's object of the same name.
type CustomerProfile struct {
	ID            int64     `json:"id"`
	IntegrationID string    `json:"integrationId"`
	AccountID     int64     `json:"accountId"`
	Created       time.Time `json:"created"`
	// Attributes is a JSON object, exactly as the API wrote it; empty when missing.
	Attributes json.RawMessage `json:"attributes"`
	// ClosedSessions omits cancelled and reopened sessions.
	ClosedSessions int64 `json:"closedSessions"`
	// TotalSales is the sum before discounts, in the Application's currency.
	TotalSales json.Number `json:"totalSales"`
	// LastActivity moves only with requests that run the rules.
	LastActivity        *time.Time           `json:"lastActivity"`
	AudienceMemberships []AudienceMembership `json:"audienceMemberships"`
	Sandbox             *bool                `json:"sandbox"`
}

func (p *CustomerProfile) lacks() string { return lacksUnless(p.IntegrationID != "", "integrationId") }

func (p *CustomerProfile) identity() (int64, string) { return p.ID, p.IntegrationID }

// AudienceMembership names an audience that a profile belongs to.
type AudienceMembership struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// Coupon is the API's object of the same name.
type Coupon struct {
	ID         int64     `json:"id"`
	Created    time.Time `json:"created"`
	CampaignID int64     `json:"campaignId"`
	// Value is the code, at least 4 characters, in the deployment's spelling.
	Value string `json:"value"`
	// UsageLimit is how often the code can be redeemed; 0 is without limit.
	UsageLimit   int64 `json:"usageLimit"`
	UsageCounter int64 `json:"usageCounter"`
	// DiscountLimit, DiscountCounter and DiscountRemainder are amounts of money.
	DiscountLimit     json.Number `json:"discountLimit"`
	DiscountCounter   json.Number `json:"discountCounter"`
	DiscountRemainder json.Number `json:"discountRemainder"`
	// ReservationLimit does not bind createCouponReservation.
	ReservationLimit   *int64      `json:"reservationLimit"`
	ReservationCounter json.Number `json:"reservationCounter"`
	StartDate          *time.Time  `json:"startDate"`
	// ExpiryDate is nil for a coupon that never expires.
	ExpiryDate             *time.Time      `json:"expiryDate"`
	Limits                 []CouponLimit   `json:"limits"`
	Attributes             json.RawMessage `json:"attributes"`
	ReferralID             *int64          `json:"referralId"`
	RecipientIntegrationID *string         `json:"recipientIntegrationId"`
	ImportID               *int64          `json:"importId"`
	BatchID                *string         `json:"batchId"`
	// Reservation is whether several customers may reserve the code.
	Reservation            *bool `json:"reservation"`
	IsReservationMandatory *bool `json:"isReservationMandatory"`
	// ImplicitlyReserved coupons show up for every customer.
	ImplicitlyReserved *bool `json:"implicitlyReserved"`
	// Exported coupons come from a file, which does not tell ImplicitlyReserved.
	Exported bool `json:"-"`
}

func (c *Coupon) lacks() string { return lacksUnless(c.Value != "", "value") }

// CouponLimit overrides a limit of the campaign for one coupon.
type CouponLimit struct {
	Action string      `json:"action"`
	Limit  json.Number `json:"limit"`
	// Period is daily, weekly, monthly or yearly; nil for a limit that never starts again.
	Period   *string  `json:"period"`
	Entities []string `json:"entities"`
}

func (c *Coupon) identity() (int64, string) { return c.ID, "" }

// Referral is the API's object of the same name.
type Referral struct {
	ID                           int64     `json:"id"`
	Created                      time.Time `json:"created"`
	CampaignID                   int64     `json:"campaignId"`
	AdvocateProfileIntegrationID string    `json:"advocateProfileIntegrationId"`
	FriendProfileIntegrationID   *string   `json:"friendProfileIntegrationId"`
	// Code is chosen by the deployment, at least 4 characters.
	Code string `json:"code"`
	// UsageLimit is how often the code can be used; 0 is without limit.
	UsageLimit   int64      `json:"usageLimit"`
	UsageCounter int64      `json:"usageCounter"`
	StartDate    *time.Time `json:"startDate"`
	// ExpiryDate is nil for a referral that never expires.
	ExpiryDate *time.Time      `json:"expiryDate"`
	Attributes json.RawMessage `json:"attributes"`
	BatchID    *string         `json:"batchId"`
	ImportID   *int64          `json:"importId"`
}

func (r *Referral) lacks() string {
	if r.ID == 0 {
		return "id"
	}
	return lacksUnless(r.Code != "", "code")
}

func (r *Referral) identity() (int64, string) { return r.ID, "" }

// InventoryParts chooses what GetCustomerInventory reads.
type InventoryParts struct {
	Profile, Referrals, Coupons, Loyalty, Giveaways, Achievements bool
}

// Inventory is what refers to a customer. Parts that were not asked for are nil.
type Inventory struct {
	Profile      *CustomerProfile    `json:"profile"`
	Referrals    []InventoryReferral `json:"referrals"`
	Coupons      []InventoryCoupon   `json:"coupons"`
	Loyalty      *Loyalty            `json:"loyalty"`
	Giveaways    []Giveaway          `json:"giveaways"`
	Achievements []Achievement       `json:"achievements"`
}

// InventoryReferral is a referral whose advocate the customer is.
type InventoryReferral struct {
	Referral
	// ReferredCustomers are integration IDs.
	ReferredCustomers []string `json:"referredCustomers"`
}

// InventoryCoupon is a coupon that the customer has reserved or redeemed, or
// that everyone has (ImplicitlyReserved).
type InventoryCoupon struct {
	Coupon
	// State is active, used, expired, pending or disabled.
	State string `json:"state"`
	// ProfileRedemptionCount is how often this customer redeemed it.
	ProfileRedemptionCount int64 `json:"profileRedemptionCount"`
}

// Loyalty is a customer's points.
type Loyalty struct {
	// Programs are the profile-based programs, by the program's ID in decimal.
	Programs map[string]LoyaltyProgram `json:"programs"`
	Cards    []LoyaltyCard             `json:"cards"`
}

// LoyaltyProgram is a customer's standing in a profile-based program.
type LoyaltyProgram struct {
	ID         int64                    `json:"id"`
	Name       string                   `json:"name"`
	Title      string                   `json:"title"`
	JoinDate   *time.Time               `json:"joinDate"`
	Ledger     LoyaltyLedger            `json:"ledger"`
	SubLedgers map[string]LoyaltyLedger `json:"subLedgers"`
}

// LoyaltyLedger is a balance, in points.
type LoyaltyLedger struct {
	CurrentBalance           json.Number  `json:"currentBalance"`
	PendingBalance           json.Number  `json:"pendingBalance"`
	NegativeBalance          json.Number  `json:"negativeBalance"`
	ExpiredBalance           json.Number  `json:"expiredBalance"`
	SpentBalance             json.Number  `json:"spentBalance"`
	TentativeCurrentBalance  json.Number  `json:"tentativeCurrentBalance"`
	TentativePendingBalance  json.Number  `json:"tentativePendingBalance"`
	TentativeNegativeBalance json.Number  `json:"tentativeNegativeBalance"`
	CurrentTier              *LoyaltyTier `json:"currentTier"`
	PointsToNextTier         json.Number  `json:"pointsToNextTier"`
	NextTierName             *string      `json:"nextTierName"`
}

// LoyaltyTier is the level that a balance has reached.
type LoyaltyTier struct {
	ID         int64      `json:"id"`
	Name       string     `json:"name"`
	StartDate  *time.Time `json:"startDate"`
	ExpiryDate *time.Time `json:"expiryDate"`
	// DowngradePolicy is one_down or balance_based.
	DowngradePolicy *string `json:"downgradePolicy"`
}

// LoyaltyCard is a card of a card-based program that the customer is linked to.
type LoyaltyCard struct {
	ID           int64      `json:"id"`
	Created      time.Time  `json:"created"`
	Modified     *time.Time `json:"modified"`
	ProgramID    int64      `json:"programID"`
	ProgramName  *string    `json:"programName"`
	ProgramTitle *string    `json:"programTitle"`
	// Status is active or inactive.
	Status      string  `json:"status"`
	BlockReason *string `json:"blockReason"`
	Identifier  string  `json:"identifier"`
	// UsersPerCardLimit is how many profiles may be linked; 0 is without limit.
	UsersPerCardLimit int64                    `json:"usersPerCardLimit"`
	Profiles          []LoyaltyCardProfile     `json:"profiles"`
	Ledger            *LoyaltyLedger           `json:"ledger"`
	Subledgers        map[string]LoyaltyLedger `json:"subledgers"`
	OldCardIdentifier *string                  `json:"oldCardIdentifier"`
	NewCardIdentifier *string                  `json:"newCardIdentifier"`
	BatchID           *string                  `json:"batchId"`
}

// LoyaltyCardProfile is a customer linked to a card.
type LoyaltyCardProfile struct {
	IntegrationID string `json:"integrationId"`
	// Timestamp is when it was linked.
	Timestamp time.Time `json:"timestamp"`
}

// Giveaway is a code of a pool that was awarded to the customer.
type Giveaway struct {
	ID                   int64           `json:"id"`
	Created              time.Time       `json:"created"`
	Code                 string          `json:"code"`
	PoolID               int64           `json:"poolId"`
	StartDate            *time.Time      `json:"startDate"`
	EndDate              *time.Time      `json:"endDate"`
	Attributes           json.RawMessage `json:"attributes"`
	Used                 *bool           `json:"used"`
	ImportID             *int64          `json:"importId"`
	ProfileIntegrationID *string         `json:"profileIntegrationId"`
	ProfileID            *int64          `json:"profileId"`
}

// Achievement is a customer's progress in an achievement, with its definition.
type Achievement struct {
	AchievementID int64  `json:"achievementId"`
	CampaignID    int64  `json:"campaignId"`
	Name          string `json:"name"`
	Title         string `json:"title"`
	Description   string `json:"description"`
	// Status is not_started, inprogress, completed or expired.
	Status   string      `json:"status"`
	Progress json.Number `json:"progress"`
	// Target is the progress that completes it.
	Target         json.Number `json:"target"`
	StartDate      *time.Time  `json:"startDate"`
	CompletionDate *time.Time  `json:"completionDate"`
	EndDate        *time.Time  `json:"endDate"`
	// RecurrencePolicy is no_recurrence, on_expiration or on_completion.
	RecurrencePolicy string `json:"achievementRecurrencePolicy"`
	// ActivationPolicy is user_action or fixed_schedule.
	ActivationPolicy             string     `json:"achievementActivationPolicy"`
	FixedStartDate               *time.Time `json:"achievementFixedStartDate"`
	AchievementEndDate           *time.Time `json:"achievementEndDate"`
	AllowRollbackAfterCompletion *bool      `json:"achievementAllowRollbackAfterCompletion"`
}

// GetCustomerInventory reads what refers to one customer:
// GET /v1/customer_profiles/{integrationId}/inventory, Integration key, one
// request for any choice of parts. A 404 (IsNotFound) means that the key's
// environment has no such profile. It is the only read of a profile with an
// Integration key.
func (c *Client) GetCustomerInventory(ctx context.Context, integrationID string, parts InventoryParts) (*Inventory, error) {
	query := url.Values{}
	for _, part := range []struct {
		name   string
		wanted bool
	}{
		{"profile", parts.Profile},
		{"referrals", parts.Referrals},
		{"coupons", parts.Coupons},
		{"loyalty", parts.Loyalty},
		{"giveaways", parts.Giveaways},
		{"achievements", parts.Achievements},
	} {
		if part.wanted {
			query.Set(part.name, "true")
		}
	}
	return doJSON[*Inventory](ctx, c, &call{
		about: profileObject(integrationID), operation: "getCustomerInventory", method: http.MethodGet, route: "/v1/customer_profiles/{integrationId}/inventory",
		params: []string{integrationID}, query: query, access: integrationAccess,
	})
}
