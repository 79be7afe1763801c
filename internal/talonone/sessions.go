package talonone

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Limits of one session's body (updateCustomerSessionV2).
const (
	// MaxCartItems bounds the items of a cart.
	MaxCartItems = 1000
	// MaxCartQuantity bounds the sum of the quantities of all items.
	MaxCartQuantity = 10000
	// MaxIdentifiers bounds the identifiers of a session.
	MaxIdentifiers = 5
	// MaxLoyaltyCards bounds the loyalty cards of a session or an event.
	MaxLoyaltyCards = 1
	// MaxCode bounds a coupon or referral code entered in a session, in characters.
	MaxCode = 100
)

// The states of a session. Sessions are made open or closed; an open one can be
// closed or cancelled, a closed one cancelled, returned in part (returnCartItems)
// or reopened (reopenCustomerSession), a partially returned one cancelled.
const (
	SessionOpen              = "open"
	SessionClosed            = "closed"
	SessionPartiallyReturned = "partially_returned"
	SessionCancelled         = "cancelled"
)

// SessionUpdate is what updateCustomerSessionV2 takes. An update builds on the
// ones before: nil properties are omitted and stay as they are, empty ones are
// sent and drop what there was.
type SessionUpdate struct {
	// ProfileID is the integration ID of the customer; empty for an anonymous session.
	ProfileID                    *string                       `json:"profileId,omitempty"`
	StoreIntegrationID           *string                       `json:"storeIntegrationId,omitempty"`
	EvaluableCampaignIDs         []int64                       `json:"evaluableCampaignIds,omitzero"`
	CouponCodes                  []string                      `json:"couponCodes,omitzero"`
	ReferralCode                 *string                       `json:"referralCode,omitempty"`
	LoyaltyCards                 []string                      `json:"loyaltyCards,omitzero"`
	State                        *string                       `json:"state,omitempty"`
	CartItems                    []CartItem                    `json:"cartItems,omitzero"`
	ExperimentVariantAllocations []ExperimentVariantAllocation `json:"experimentVariantAllocations,omitzero"`
	AdditionalCosts              map[string]AdditionalCost     `json:"additionalCosts,omitzero"`
	Identifiers                  []string                      `json:"identifiers,omitzero"`
	Attributes                   map[string]json.RawMessage    `json:"attributes,omitzero"`
}

// CartItem is one line of a cart, as it is sent. Its attributes and costs
// replace those that the line had.
type CartItem struct {
	SKU string `json:"sku"`
	// Quantity is at least 1.
	Quantity int64 `json:"quantity"`
	// Price of one unit in the Application's currency; needed unless the SKU is in a catalog.
	Price    *json.Number `json:"price,omitempty"`
	Name     *string      `json:"name,omitempty"`
	Category *string      `json:"category,omitempty"`
	Product  *ItemProduct `json:"product,omitempty"`
	// Weight in grams.
	Weight *json.Number `json:"weight,omitempty"`
	// Height, Width and Length in millimetres.
	Height          *json.Number               `json:"height,omitempty"`
	Width           *json.Number               `json:"width,omitempty"`
	Length          *json.Number               `json:"length,omitempty"`
	Attributes      map[string]json.RawMessage `json:"attributes,omitzero"`
	AdditionalCosts map[string]AdditionalCost  `json:"additionalCosts,omitzero"`
}

// ItemProduct groups the SKUs of one product.
type ItemProduct struct {
	Name string `json:"name"`
}

// AdditionalCost is a charge other than the prices of items, such as shipping.
type AdditionalCost struct {
	// Price in the Application's currency.
	Price json.Number `json:"price"`
}

// ExperimentVariantAllocation puts a session into one variant of an experiment.
type ExperimentVariantAllocation struct {
	ExperimentID int64 `json:"experimentID"`
	VariantID    int64 `json:"variantID"`
}

// Session is the API's CustomerSessionV2.
type Session struct {
	ID            int64     `json:"id"`
	Created       time.Time `json:"created"`
	IntegrationID string    `json:"integrationId"`
	ApplicationID int64     `json:"applicationId"`
	// ProfileID is the integration ID of the customer; empty for an anonymous session.
	ProfileID                    string                        `json:"profileId"`
	StoreIntegrationID           string                        `json:"storeIntegrationId"`
	EvaluableCampaignIDs         []int64                       `json:"evaluableCampaignIds"`
	CouponCodes                  []string                      `json:"couponCodes"`
	ReferralCode                 string                        `json:"referralCode"`
	LoyaltyCards                 []string                      `json:"loyaltyCards"`
	State                        string                        `json:"state"`
	CartItems                    []SessionItem                 `json:"cartItems"`
	ExperimentVariantAllocations []ExperimentVariantAllocation `json:"experimentVariantAllocations"`
	AdditionalCosts              map[string]AdditionalCost     `json:"additionalCosts"`
	Identifiers                  []string                      `json:"identifiers"`
	Attributes                   map[string]json.RawMessage    `json:"attributes"`
	// FirstSession is true for the customer's first session in the Application.
	FirstSession bool `json:"firstSession"`
	// UpdateCount is 1 for a session that has just been made.
	UpdateCount int64 `json:"updateCount"`
	// Total, CartItemTotal and the rest are sums before discounts.
	Total                       json.Number `json:"total"`
	CartItemTotal               json.Number `json:"cartItemTotal"`
	AdditionalCostTotal         json.Number `json:"additionalCostTotal"`
	CartItemAdditionalCostTotal json.Number `json:"cartItemAdditionalCostTotal"`
	Updated                     time.Time   `json:"updated"`
}

// SessionItem is a line of a cart with what the deployment adds.
type SessionItem struct {
	CartItem

	// Position counts from 0 in the cart as it was sent.
	Position          json.Number `json:"position"`
	ReturnedQuantity  int64       `json:"returnedQuantity"`
	RemainingQuantity *int64      `json:"remainingQuantity"`
	// CatalogItemID is 0 for an item that is in no catalog.
	CatalogItemID int64 `json:"catalogItemID"`

	// SelectedPriceType is that of the price that counts; the adjustment that it comes from follows, if there is one.
	SelectedPriceType        *string    `json:"selectedPriceType"`
	AdjustmentReferenceID    *string    `json:"adjustmentReferenceId"`
	AdjustmentEffectiveFrom  *time.Time `json:"adjustmentEffectiveFrom"`
	AdjustmentEffectiveUntil *time.Time `json:"adjustmentEffectiveUntil"`
	// Prices are the item's prices by price type, a JSON object.
	Prices json.RawMessage `json:"prices"`
}

// Effect is one consequence of the campaigns' rules.
type Effect struct {
	CampaignID              int64  `json:"campaignId"`
	RulesetID               int64  `json:"rulesetId"`
	RuleIndex               int64  `json:"ruleIndex"`
	RuleName                string `json:"ruleName"`
	EffectType              string `json:"effectType"`
	TriggeredByCoupon       *int64 `json:"triggeredByCoupon"`
	TriggeredForCatalogItem *int64 `json:"triggeredForCatalogItem"`
	ConditionIndex          *int64 `json:"conditionIndex"`
	// ExperimentID is that of the experiment to which the campaign belongs.
	ExperimentID *int64 `json:"experimentId"`
	// EvaluationGroupID and EvaluationGroupMode are those of the campaign's evaluation group.
	EvaluationGroupID   *int64  `json:"evaluationGroupID"`
	EvaluationGroupMode *string `json:"evaluationGroupMode"`
	// CampaignRevisionID and CampaignRevisionVersionID are set where campaigns have revisions.
	CampaignRevisionID        *int64 `json:"campaignRevisionId"`
	CampaignRevisionVersionID *int64 `json:"campaignRevisionVersionId"`
	// SelectedPriceType, SelectedPrice and AdjustmentReferenceID say which price of the item the rule looked at.
	SelectedPriceType     *string      `json:"selectedPriceType"`
	SelectedPrice         *json.Number `json:"selectedPrice"`
	AdjustmentReferenceID *string      `json:"adjustmentReferenceId"`
	// Props is the JSON object whose properties depend on the type.
	Props json.RawMessage `json:"props"`
}

// Return is a request that took back items of a closed session.
type Return struct {
	ID                   int64          `json:"id"`
	Created              time.Time      `json:"created"`
	ApplicationID        int64          `json:"applicationId"`
	ReturnedCartItems    []ReturnedItem `json:"returnedCartItems"`
	EventID              int64          `json:"eventId"`
	SessionID            int64          `json:"sessionId"`
	SessionIntegrationID string         `json:"sessionIntegrationId"`
	ProfileIntegrationID string         `json:"profileIntegrationId"`
}

// ReturnedItem names a line of the cart, by position or by SKU, and how many of
// its units go back; all that are left when Quantity is nil.
type ReturnedItem struct {
	// Position counts from 0.
	Position *int64  `json:"position,omitempty"`
	SKU      *string `json:"sku,omitempty"`
	Quantity *int64  `json:"quantity,omitempty"`
}

// State is the response of the operations that run the rules: the parts that every
// one has, and those that responseContent asks for.
type State struct {
	Effects          []Effect   `json:"effects"`
	CreatedCoupons   []Coupon   `json:"createdCoupons"`
	CreatedReferrals []Referral `json:"createdReferrals"`

	// Session is set when customerSession was asked for, Profile when customerProfile was.
	Session *Session         `json:"customerSession"`
	Profile *CustomerProfile `json:"customerProfile"`
	// Event is set when event was asked for, AdvancedEvent for trackEventV3.
	Event         *Event `json:"event"`
	AdvancedEvent *Event `json:"advancedEvent"`
	// Return is set in the response of returnCartItems.
	Return *Return `json:"return"`

	// Parts holds every part of the response as it came, by its name.
	Parts map[string]json.RawMessage `json:"-"`
}

// UnmarshalJSON keeps the parts beside the typed ones.
func (s *State) UnmarshalJSON(data []byte) error {
	type typed State
	var decoded typed
	if err := json.Unmarshal(data, &decoded); err != nil {
		return err
	}
	*s = State(decoded)
	return json.Unmarshal(data, &s.Parts)
}

// SessionOptions adjust updateCustomerSessionV2.
type SessionOptions struct {
	// Dry evaluates without storing anything; only the body counts then.
	Dry bool
	// Now replaces the current time in a dry run by a later one; zero for none.
	Now time.Time
	// ResponseContent names the parts wanted in the response.
	ResponseContent []string
	// IdempotencyKey makes retries harmless for 24 hours; at most 255
	// characters, empty for none.
	IdempotencyKey string
}

// UpdateCustomerSessionV2 makes a session or builds on it, and runs the rules:
// PUT /v2/customer_sessions/{customerSessionId}, Integration key. It is repeated
// after 409, which the deployment returns when more than three requests for one
// session run at a time. A step that the session's state does not allow is a 400.
func (c *Client) UpdateCustomerSessionV2(ctx context.Context, id string, update SessionUpdate, options SessionOptions) (*State, error) {
	query := url.Values{}
	if options.Dry {
		query.Set("dry", "true")
	}
	if !options.Now.IsZero() {
		query.Set("now", options.Now.Format(time.RFC3339Nano))
	}
	state, err := doJSON[*State](ctx, c, &call{
		operation: "updateCustomerSessionV2", method: http.MethodPut, route: "/v2/customer_sessions/{customerSessionId}",
		params: []string{id}, query: query, access: integrationAccess,
		body: struct {
			Session         SessionUpdate `json:"customerSession"`
			ResponseContent []string      `json:"responseContent,omitempty"`
		}{update, options.ResponseContent},
		idempotencyKey: options.IdempotencyKey, parallelConflict: true,
		locks: append(sessionLock(id), profileLock(text(update.ProfileID))...),
	})
	if err == nil && !options.Dry {
		c.young.note(sessionObject(id), time.Now().Add(c.config.ReadConsistency))
	}
	return state, err
}

func sessionObject(id string) string { return "session " + id }

// GetCustomerSession reads a session and the effects in force, without those
// that were rolled back: GET /v2/customer_sessions/{customerSessionId},
// Integration key. IsUnknownSession recognizes the response to an unknown ID.
func (c *Client) GetCustomerSession(ctx context.Context, id string) (*State, error) {
	state, err := doJSON[*State](ctx, c, &call{
		about: sessionObject(id), missingIs400: true, operation: "getCustomerSession", method: http.MethodGet, route: "/v2/customer_sessions/{customerSessionId}",
		params: []string{id}, access: integrationAccess,
	})
	if err == nil && (state == nil || state.Session == nil) {
		return nil, &Error{Operation: "getCustomerSession", StatusCode: http.StatusOK, Message: "the response contains no customerSession"}
	}
	return state, err
}

// IsUnknownSession says whether err is the response to the ID of a session that
// does not exist. getCustomerSession documents no 404, so an unknown session may
// be a 400 as well; either counts only when its words say so.
func IsUnknownSession(err error) bool {
	apiErr, ok := errors.AsType[*Error](err)
	if !ok || (apiErr.StatusCode != http.StatusNotFound && apiErr.StatusCode != http.StatusBadRequest) {
		return false
	}
	return saysMissing(err)
}

// saysMissing says whether the words of a refusal are about something that does not exist.
func saysMissing(err error) bool {
	apiErr, ok := errors.AsType[*Error](err)
	if !ok {
		return false
	}
	text := apiErr.Message
	for _, item := range apiErr.Items {
		text += "\n" + item.Title + "\n" + item.Details
	}
	text = strings.ToLower(text)
	for _, words := range []string{
		"not found", "not exist", "doesn't exist", "no customer session", "no session", "no such", "unknown", "could not find", "couldn't find", "cannot find", "can't find", "is missing",
	} {
		if strings.Contains(text, words) {
			return true
		}
	}
	return false
}

// ReopenCustomerSession opens a closed session again, which rolls back what the
// closing did: PUT /v2/customer_sessions/{customerSessionId}/reopen, Integration key.
func (c *Client) ReopenCustomerSession(ctx context.Context, id, idempotencyKey string) (*State, error) {
	return doJSON[*State](ctx, c, &call{
		operation: "reopenCustomerSession", method: http.MethodPut, route: "/v2/customer_sessions/{customerSessionId}/reopen",
		params: []string{id}, access: integrationAccess, idempotencyKey: idempotencyKey, locks: sessionLock(id),
	})
}

// ReturnOptions adjust returnCartItems.
type ReturnOptions struct {
	// RunRuleEngine evaluates the campaigns that want it on a return once more.
	RunRuleEngine bool
	// Dry evaluates without storing anything.
	Dry bool
	// ResponseContent names the parts wanted in the response beside the return.
	ResponseContent []string
	// IdempotencyKey makes retries harmless for 24 hours; at most 255 characters.
	IdempotencyKey string
}

// ReturnCartItems takes back items of a closed or partially returned session and
// rolls back the effects on them: POST /v2/customer_sessions/{customerSessionId}/returns,
// Integration key. There is no way to undo it. Without an idempotency key it is sent once.
func (c *Client) ReturnCartItems(ctx context.Context, sessionID string, items []ReturnedItem, options ReturnOptions) (*State, error) {
	query := url.Values{}
	if options.Dry {
		query.Set("dry", "true")
	}
	if options.RunRuleEngine {
		query.Set("runRuleEngine", "true")
	}
	return doJSON[*State](ctx, c, &call{
		operation: "returnCartItems", method: http.MethodPost, route: "/v2/customer_sessions/{customerSessionId}/returns",
		params: []string{sessionID}, query: query, access: integrationAccess,
		body: struct {
			Return          map[string][]ReturnedItem `json:"return"`
			ResponseContent []string                  `json:"responseContent,omitempty"`
		}{map[string][]ReturnedItem{"returnedCartItems": items}, options.ResponseContent},
		idempotencyKey: options.IdempotencyKey, retryRule: onceWithout(options.IdempotencyKey), parallelConflict: true,
		locks: sessionLock(sessionID),
	})
}

// onceWithout says how an operation that does something each time may be
// repeated: freely under an idempotency key, once without one.
func onceWithout(idempotencyKey string) retryRule {
	if idempotencyKey == "" {
		return once
	}
	return repeatable
}

// ApplicationSession is a session as the Management API lists it.
type ApplicationSession struct {
	ID                   int64       `json:"id"`
	Created              time.Time   `json:"created"`
	IntegrationID        string      `json:"integrationId"`
	StoreIntegrationID   string      `json:"storeIntegrationId"`
	ApplicationID        int64       `json:"applicationId"`
	ProfileIntegrationID string      `json:"profileintegrationid"`
	Coupon               string      `json:"coupon"`
	Referral             string      `json:"referral"`
	State                string      `json:"state"`
	Total                json.Number `json:"total"`
}

func (s ApplicationSession) lacks() string { return lacksUnless(s.ID != 0, "id") }

func (s ApplicationSession) identity() (int64, string) { return s.ID, "" }

// SessionFilter narrows getApplicationSessions; zero fields don't.
type SessionFilter struct {
	// IntegrationID, Profile, Coupon, Referral and StoreIntegrationID match exactly.
	IntegrationID, Profile, Coupon, Referral, StoreIntegrationID string
	// State is one of the Session constants.
	State                       string
	CreatedAfter, CreatedBefore time.Time
}

func (f SessionFilter) query() url.Values {
	query := url.Values{}
	setText(query, "integrationId", f.IntegrationID)
	setText(query, "profile", f.Profile)
	setText(query, "coupon", f.Coupon)
	setText(query, "referral", f.Referral)
	setText(query, "storeIntegrationId", f.StoreIntegrationID)
	setText(query, "state", f.State)
	setTime(query, "createdAfter", f.CreatedAfter)
	setTime(query, "createdBefore", f.CreatedBefore)
	return query
}

// GetApplicationSessions calls use for each page of an Application's sessions
// that match the filter, by ID: GET /v1/applications/{applicationId}/sessions,
// Management key, 1000 a request. ErrStop from use ends the listing.
func (c *Client) GetApplicationSessions(ctx context.Context, applicationID int64, filter SessionFilter, use func([]ApplicationSession) error) error {
	return untilStopped(eachPage(ctx, c, func() *call {
		return &call{
			operation: "getApplicationSessions", method: http.MethodGet, route: "/v1/applications/{applicationId}/sessions",
			params: []string{strconv.FormatInt(applicationID, 10)}, query: filter.query(), access: managementAccess,
		}
	}, use))
}

// ErrStop ends a listing early without an error.
var ErrStop = errors.New("stop")

func untilStopped(err error) error {
	if errors.Is(err, ErrStop) {
		return nil
	}
	return err
}

// text is what an optional string stands for.
func text(optional *string) string {
	if optional == nil {
		return ""
	}
	return *optional
}

func setText(query url.Values, name, value string) {
	if value != "" {
		query.Set(name, value)
	}
}

func setTime(query url.Values, name string, value time.Time) {
	if !value.IsZero() {
		query.Set(name, value.UTC().Format(time.RFC3339Nano))
	}
}
