package emulator

import (
	"encoding/json"
	"time"
)

// session is a customer session: a cart on its way to an order.
type session struct {
	ID                 int64           `json:"id"`
	Created            time.Time       `json:"created"`
	Updated            time.Time       `json:"updated"`
	ApplicationID      int64           `json:"applicationId"`
	IntegrationID      string          `json:"integrationId"`
	ProfileID          string          `json:"profileId,omitempty"` // integration ID; "" is anonymous
	StoreIntegrationID string          `json:"storeIntegrationId,omitempty"`
	State              string          `json:"state"`
	FirstSession       bool            `json:"firstSession,omitempty"`
	UpdateCount        int64           `json:"updateCount"` // 1 at creation
	CouponCodes        []string        `json:"couponCodes,omitempty"`
	ReferralCode       string          `json:"referralCode,omitempty"`
	LoyaltyCards       []string        `json:"loyaltyCards,omitempty"`
	Identifiers        []string        `json:"identifiers,omitempty"`
	CartItems          []cartItem      `json:"cartItems,omitempty"`
	AdditionalCosts    map[string]any  `json:"additionalCosts,omitempty"`
	Attributes         map[string]any  `json:"attributes,omitempty"`
	Returns            []sessionReturn `json:"returns,omitempty"`
}

func (s *session) entityID() int64 { return s.ID }

// cartItem is one line of a cart; Returned of its Quantity came back.
type cartItem struct {
	SKU             string         `json:"sku"`
	Quantity        int64          `json:"quantity"`
	Returned        int64          `json:"returned,omitempty"`
	Price           json.Number    `json:"price,omitempty"`
	Name            string         `json:"name,omitempty"`
	Category        string         `json:"category,omitempty"`
	Product         *string        `json:"product,omitempty"`
	Weight          json.Number    `json:"weight,omitempty"`
	Height          json.Number    `json:"height,omitempty"`
	Width           json.Number    `json:"width,omitempty"`
	Length          json.Number    `json:"length,omitempty"`
	Attributes      map[string]any `json:"attributes,omitempty"`
	AdditionalCosts map[string]any `json:"additionalCosts,omitempty"`
	CatalogItemID   int64          `json:"catalogItemId,omitempty"`
}

// sessionReturn is one partial return of a session.
type sessionReturn struct {
	ID      int64          `json:"id"`
	Created time.Time      `json:"created"`
	EventID int64          `json:"eventId"`
	Items   []returnedItem `json:"items"`
}

type returnedItem struct {
	Position int64  `json:"position"`
	SKU      string `json:"sku,omitempty"`
	Quantity int64  `json:"quantity"`
}

// sessionState holds the sessions of all Applications.
type sessionState struct {
	All table[*session] `json:"all"`
	// Effects are what the rule engine, which does not exist here, would answer.
	Effects []seededEffect `json:"effects,omitempty"`

	byIntegrationID map[sessionKey]*session
}

// sessionKey is how the API finds a session.
type sessionKey struct {
	applicationID int64
	integrationID string
}

func (ss *sessionState) reindex() {
	ss.byIntegrationID = make(map[sessionKey]*session, ss.All.len())
	for one := range ss.All.all() {
		ss.byIntegrationID[sessionKey{one.ApplicationID, one.IntegrationID}] = one
	}
}

func (ss *sessionState) add(one *session) {
	ss.All.add(one)
	ss.byIntegrationID[sessionKey{one.ApplicationID, one.IntegrationID}] = one
}

// seededEffect is an effect of the fixture that appears when everything that is set matches: a coupon code among
// the session's, a SKU in its cart, a custom event's type.
type seededEffect struct {
	CouponCode string `json:"couponCode,omitempty"`
	SKU        string `json:"sku,omitempty"`
	EventType  string `json:"eventType,omitempty"`
	CampaignID int64  `json:"campaignId"`
	RuleName   string `json:"ruleName"`
	EffectType string `json:"effectType"`
	Props      any    `json:"props"`
}

// routesSessions registers the operations on customer sessions and returns.
func (s *Server) routesSessions() {}
