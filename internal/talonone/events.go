package talonone

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// ReservedEventPrefix begins the types of the deployment's built-in events,
// which can't be tracked.
const ReservedEventPrefix = "talon_"

// EventRequest is what trackEventV2 takes.
type EventRequest struct {
	// ProfileID is required in fact, although the API's schema does not say so.
	ProfileID          string `json:"profileId"`
	StoreIntegrationID string `json:"storeIntegrationId,omitempty"`
	// EvaluableCampaignIDs are the only campaigns that a dry run evaluates.
	EvaluableCampaignIDs []int64                    `json:"evaluableCampaignIds,omitempty"`
	Type                 string                     `json:"type"`
	Attributes           map[string]json.RawMessage `json:"attributes,omitempty"`
	LoyaltyCards         []string                   `json:"loyaltyCards,omitempty"`
}

// EventOptions adjust trackEventV2.
type EventOptions struct {
	// Dry evaluates without storing anything.
	Dry bool
	// ForceCompleteEvaluation evaluates all campaigns, whatever the evaluation
	// mode of their groups; needs Dry.
	ForceCompleteEvaluation bool
	// ResponseContent names the parts wanted in the response.
	ResponseContent []string
	// IdempotencyKey makes retries harmless for 24 hours; at most 255 characters.
	IdempotencyKey string
}

// Event is one event as the deployment keeps it.
type Event struct {
	ID            int64     `json:"id"`
	Created       time.Time `json:"created"`
	ApplicationID int64     `json:"applicationId"`
	ProfileID     string    `json:"profileId"`
	// SessionID is the integration ID of the session of a V1 event.
	SessionID string `json:"sessionId"`
	// IntegrationID and ConnectedSessionID are set for V3 events.
	IntegrationID      string                     `json:"integrationId"`
	ConnectedSessionID string                     `json:"connectedSessionId"`
	StoreIntegrationID string                     `json:"storeIntegrationId"`
	Type               string                     `json:"type"`
	Attributes         map[string]json.RawMessage `json:"attributes"`
	// Effects are positional arrays here; see PositionalEffect.
	Effects []PositionalEffect `json:"effects"`
}

// PositionalEffect is an effect in the form of the first version of the API: an
// array of campaign ID, ruleset ID, rule index, and an array of the effect's name
// and its arguments.
type PositionalEffect struct {
	CampaignID, RulesetID, RuleIndex int64
	EffectType                       string
	// Arguments are the JSON array behind the name.
	Arguments json.RawMessage
	// Raw is the effect as it came.
	Raw json.RawMessage
}

// UnmarshalJSON decodes what it can: an effect of another form keeps only Raw,
// since no document of the retired endpoint fixes the form.
func (e *PositionalEffect) UnmarshalJSON(data []byte) error {
	*e = PositionalEffect{Raw: append(json.RawMessage(nil), data...)}
	var parts []json.RawMessage
	var call []json.RawMessage
	if json.Unmarshal(data, &parts) != nil || len(parts) < 4 || json.Unmarshal(parts[3], &call) != nil || len(call) == 0 {
		return nil
	}
	decoded := PositionalEffect{Raw: e.Raw}
	for i, into := range []any{&decoded.CampaignID, &decoded.RulesetID, &decoded.RuleIndex} {
		if json.Unmarshal(parts[i], into) != nil {
			return nil
		}
	}
	if json.Unmarshal(call[0], &decoded.EffectType) != nil || decoded.EffectType == "" {
		return nil
	}
	arguments, err := json.Marshal(call[1:])
	if err != nil {
		return err
	}
	decoded.Arguments = arguments
	*e = decoded
	return nil
}

// MarshalJSON writes the effect as it came.
func (e PositionalEffect) MarshalJSON() ([]byte, error) { return e.Raw, nil }

// TrackEventV2 tracks a custom event of a customer and runs the rules:
// POST /v2/events?silent=no, Integration key. The response has the event when
// "event" is in the options' response content. Without an idempotency key it is
// sent once, unless it is a dry run; 409 of parallel requests is repeated.
func (c *Client) TrackEventV2(ctx context.Context, event EventRequest, options EventOptions) (*State, error) {
	query := url.Values{"silent": {"no"}}
	if options.Dry {
		query.Set("dry", "true")
	}
	if options.ForceCompleteEvaluation {
		query.Set("forceCompleteEvaluation", "true")
	}
	repeat := onceWithout(options.IdempotencyKey)
	if options.Dry {
		repeat = repeatable
	}
	return doJSON[*State](ctx, c, &call{
		operation: "trackEventV2", method: http.MethodPost, route: "/v2/events",
		query: query, access: integrationAccess,
		body: struct {
			EventRequest
			ResponseContent []string `json:"responseContent,omitempty"`
		}{event, options.ResponseContent},
		idempotencyKey: options.IdempotencyKey, retryRule: repeat, parallelConflict: true,
		locks: profileLock(event.ProfileID),
	})
}

// AdvancedEvent is what trackEventV3 takes: an event with an ID of its own.
type AdvancedEvent struct {
	// IntegrationID is chosen by the caller and unique.
	IntegrationID string `json:"integrationId"`
	ProfileID     string `json:"profileId"`
	// ConnectedSessionID is the integration ID of a closed session.
	ConnectedSessionID string                     `json:"connectedSessionId,omitempty"`
	StoreIntegrationID string                     `json:"storeIntegrationId,omitempty"`
	Type               string                     `json:"type"`
	Attributes         map[string]json.RawMessage `json:"attributes,omitempty"`
	LoyaltyCards       []string                   `json:"loyaltyCards,omitempty"`
}

// TrackEventV3 tracks an advanced event: POST /v3/events?silent=no, Integration
// key. Its integration ID makes it safe to repeat: a 409 means either that the
// event exists, or that too many requests for the profile run at the same time,
// so on a 409 the event is looked up, and sent again while there is none.
//
// begun says that the event may be there because of an earlier call of the same.
// landed is true when that call, or an earlier attempt of this one, had tracked
// the event, and the response was lost; the state holds the event without effects then.
func (c *Client) TrackEventV3(ctx context.Context, event AdvancedEvent, responseContent []string, begun bool) (state *State, landed bool, err error) {
	unsure := begun
	for attempt := 0; ; attempt++ {
		state, err = c.sendEventV3(ctx, event, responseContent)
		again := IsConflict(err) || IsOutcomeUnknown(err)
		unsure = unsure || IsOutcomeUnknown(err)
		if err == nil || !again && !unsure || ctx.Err() != nil {
			return state, false, err
		}
		found, lookupErr := c.GetEventV3(ctx, event.IntegrationID)
		switch {
		case lookupErr == nil && unsure:
			return &State{AdvancedEvent: found}, true, nil
		case lookupErr != nil && !IsNotFound(lookupErr) && unsure && !IsOutcomeUnknown(err):
			return nil, false, &OutcomeUnknownError{Operation: "trackEventV3", Err: err}
		case lookupErr == nil || !IsNotFound(lookupErr) || !again || attempt == c.config.MaxRetries:
			return nil, false, err
		}
		select {
		case <-ctx.Done():
			return nil, false, err
		case <-time.After(backoff(retryWaitMin, retryWaitMax, attempt, nil)): //nolint:contextcheck // There is no response whose context counts.
		}
	}
}

func (c *Client) sendEventV3(ctx context.Context, event AdvancedEvent, responseContent []string) (*State, error) {
	return doJSON[*State](ctx, c, &call{
		operation: "trackEventV3", method: http.MethodPost, route: "/v3/events",
		query: url.Values{"silent": {"no"}}, access: integrationAccess,
		body: struct {
			AdvancedEvent
			ResponseContent []string `json:"responseContent,omitempty"`
		}{event, responseContent},
		retryRule: once, locks: profileLock(event.ProfileID),
	})
}

// GetEventV3 reads an advanced event: GET /v3/events/{integrationId},
// Integration key. 404 when there is none.
func (c *Client) GetEventV3(ctx context.Context, integrationID string) (*Event, error) {
	return doJSON[*Event](ctx, c, &call{
		operation: "getEventV3", method: http.MethodGet, route: "/v3/events/{integrationId}",
		params: []string{integrationID}, access: integrationAccess,
	})
}

// LegacyEvent is what the retired trackEvent takes: an event inside a session.
type LegacyEvent struct {
	ProfileID  string                     `json:"profileId,omitempty"`
	Type       string                     `json:"type"`
	Attributes map[string]json.RawMessage `json:"attributes"`
	// SessionID is the integration ID of the session, which is made when unknown.
	SessionID string `json:"sessionId"`
}

// LegacyState is the response of the retired trackEvent.
type LegacyState struct {
	Event Event `json:"event"`
	// Parts holds session, profile, event, loyalty and coupon as they came.
	Parts map[string]json.RawMessage `json:"-"`
}

// UnmarshalJSON keeps the parts beside the event.
func (s *LegacyState) UnmarshalJSON(data []byte) error {
	type typed LegacyState
	var decoded typed
	if err := json.Unmarshal(data, &decoded); err != nil {
		return err
	}
	*s = LegacyState(decoded)
	return json.Unmarshal(data, &s.Parts)
}

// TrackEvent tracks an event inside a session: POST /v1/events, Integration key.
// The vendor announced its end for March 2023; what a deployment returns today is
// not documented, 404 or 410 are to be expected (IsRetired). It knows no
// idempotency key, so it is sent once; 409 of parallel requests is repeated. dry evaluates it without storing anything.
func (c *Client) TrackEvent(ctx context.Context, event LegacyEvent, dry bool) (*LegacyState, error) {
	query := url.Values{}
	if dry {
		query.Set("dry", "true")
	}
	if event.Attributes == nil {
		event.Attributes = map[string]json.RawMessage{}
	}
	return doJSON[*LegacyState](ctx, c, &call{
		operation: "trackEvent", method: http.MethodPost, route: "/v1/events",
		query: query, access: integrationAccess, body: event, retryRule: once, parallelConflict: true,
		locks: append(sessionLock(event.SessionID), profileLock(event.ProfileID)...),
	})
}

// IsRetired says whether err is the response of a deployment without the operation.
func IsRetired(err error) bool {
	return hasStatus(err, http.StatusNotFound) || hasStatus(err, http.StatusGone) || hasStatus(err, http.StatusMethodNotAllowed)
}

// ApplicationEvent is an event as the Management API lists it.
type ApplicationEvent struct {
	ID                 int64           `json:"id"`
	Created            time.Time       `json:"created"`
	ApplicationID      int64           `json:"applicationId"`
	IntegrationID      string          `json:"integrationId"`
	StoreIntegrationID string          `json:"storeIntegrationId"`
	Type               string          `json:"type"`
	Attributes         json.RawMessage `json:"attributes"`
	Effects            []Effect        `json:"effects"`
}

func (e ApplicationEvent) lacks() string { return lacksUnless(e.ID != 0, "id") }

func (e ApplicationEvent) identity() (int64, string) { return e.ID, "" }

// EventFilter narrows getApplicationEventsWithoutTotalCount; zero fields don't.
type EventFilter struct {
	Types []string
	// Profile and Session are integration IDs, matched exactly.
	Profile, Session, CouponCode, ReferralCode string
	// EffectType keeps events that had such an effect.
	EffectType                  string
	CreatedAfter, CreatedBefore time.Time
}

func (f EventFilter) query() url.Values {
	query := url.Values{}
	setText(query, "type", strings.Join(f.Types, ","))
	setText(query, "profile", f.Profile)
	setText(query, "session", f.Session)
	setText(query, "couponCode", f.CouponCode)
	setText(query, "referralCode", f.ReferralCode)
	setText(query, "effectType", f.EffectType)
	setTime(query, "createdAfter", f.CreatedAfter)
	setTime(query, "createdBefore", f.CreatedBefore)
	return query
}

// GetApplicationEvents calls use for each page of an Application's events that
// match the filter, by ID: getApplicationEventsWithoutTotalCount,
// GET /v1/applications/{applicationId}/events/no_total, Management key, 1000 a
// request. It is the only read of V1 and V2 events. ErrStop from use ends the listing.
func (c *Client) GetApplicationEvents(ctx context.Context, applicationID int64, filter EventFilter, use func([]ApplicationEvent) error) error {
	return untilStopped(eachPage(ctx, c, func() *call {
		return &call{
			operation: "getApplicationEventsWithoutTotalCount", method: http.MethodGet, route: "/v1/applications/{applicationId}/events/no_total",
			params: []string{strconv.FormatInt(applicationID, 10)}, query: filter.query(), access: managementAccess,
		}
	}, use))
}
