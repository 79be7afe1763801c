package talonone

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// NewReferral is the body of createReferral. Nil properties are omitted, and
// the deployment chooses.
type NewReferral struct {
	CampaignID                   int64      `json:"campaignId"`
	AdvocateProfileIntegrationID string     `json:"advocateProfileIntegrationId"`
	FriendProfileIntegrationID   *string    `json:"friendProfileIntegrationId,omitempty"`
	StartDate                    *time.Time `json:"startDate,omitempty"`
	// ExpiryDate is nil for a referral that never expires.
	ExpiryDate *time.Time `json:"expiryDate,omitempty"`
	// UsageLimit is from 0, without limit, to 999999.
	UsageLimit *int64 `json:"usageLimit,omitempty"`
	// Attributes is a JSON object.
	Attributes json.RawMessage `json:"attributes,omitempty"`
}

// NewReferrals is the body of createReferralsForMultipleAdvocates without the
// advocates.
type NewReferrals struct {
	CampaignID int64 `json:"campaignId"`
	// UsageLimit is from 0, without limit, to 999999.
	UsageLimit int64           `json:"usageLimit"`
	StartDate  *time.Time      `json:"startDate,omitempty"`
	ExpiryDate *time.Time      `json:"expiryDate,omitempty"`
	Attributes json.RawMessage `json:"attributes,omitempty"`
	// ReferralPattern has 3 to 100 characters, # for a random one; the campaign's
	// own when nil.
	ReferralPattern *string `json:"referralPattern,omitempty"`
	// ValidCharacters replace #, one character each; A to Z and 0 to 9 when empty.
	ValidCharacters []string `json:"validCharacters,omitempty"`
}

// ReferralUpdate is the body of updateReferral: all that it can change. Whether
// a property that is omitted is cleared or kept is not documented.
type ReferralUpdate struct {
	FriendProfileIntegrationID *string         `json:"friendProfileIntegrationId,omitempty"`
	StartDate                  *time.Time      `json:"startDate,omitempty"`
	ExpiryDate                 *time.Time      `json:"expiryDate,omitempty"`
	UsageLimit                 *int64          `json:"usageLimit,omitempty"`
	Attributes                 json.RawMessage `json:"attributes,omitempty"`
}

// ReferralFilter narrows a list of referrals; zero fields do not.
type ReferralFilter struct {
	// Code finds codes that are equal once letter case and everything but
	// letters and digits are omitted.
	Code string
	// Advocate is an integration ID.
	Advocate                    string
	CreatedAfter, CreatedBefore time.Time
	// Valid is expired, validNow or validFuture.
	Valid string
	// Usable asks for referrals that have uses left, or none.
	Usable *bool
}

// CreateReferral creates a referral with a code that the deployment chooses:
// POST /v1/referrals, Integration key. It is sent once: a lost response is an
// *OutcomeUnknownError, since a retry would make a second code. The
// campaign's referral limits don't count here.
func (c *Client) CreateReferral(ctx context.Context, referral NewReferral) (*Referral, error) {
	defer c.referrals.forget()
	return doJSON[*Referral](ctx, c, &call{
		operation: "createReferral", method: http.MethodPost, route: "/v1/referrals",
		access: integrationAccess, body: referral, retryRule: once,
	})
}

// CreateReferralsForMultipleAdvocates creates one referral for each of up to
// MaxAdvocates advocates: POST /v1/referrals_for_multiple_advocates, Integration
// key. It asks for the codes (silent=no), which nothing would tell otherwise. It
// is sent once, as CreateReferral.
func (c *Client) CreateReferralsForMultipleAdvocates(ctx context.Context, settings NewReferrals, advocates []string) ([]*Referral, error) {
	defer c.referrals.forget()
	response, err := doJSON[page[*Referral]](ctx, c, &call{
		operation: "createReferralsForMultipleAdvocates", method: http.MethodPost, route: "/v1/referrals_for_multiple_advocates",
		query: url.Values{"silent": {"no"}}, access: integrationAccess, retryRule: once,
		body: struct {
			NewReferrals
			Advocates []string `json:"advocateProfileIntegrationIds"`
		}{settings, advocates},
	})
	return response.Data, err
}

// GetReferrals calls use for every page of a campaign's referrals, in order of
// ID (getReferralsWithoutTotalCount):
// GET /v1/applications/{applicationId}/campaigns/{campaignId}/referrals/no_total,
// Management key, 1000 a request. The API has no read of a single referral. An
// error of use ends the list and is returned.
func (c *Client) GetReferrals(ctx context.Context, applicationID, campaignID int64, filter ReferralFilter, use func([]*Referral) error) error {
	return eachPage(ctx, c, func() *call { return referralsCall(ReferralPlace{applicationID, campaignID}, filter) }, use)
}

func referralsCall(place ReferralPlace, filter ReferralFilter) *call {
	return &call{
		operation: "getReferralsWithoutTotalCount", method: http.MethodGet,
		route:  "/v1/applications/{applicationId}/campaigns/{campaignId}/referrals/no_total",
		params: []string{strconv.FormatInt(place.ApplicationID, 10), strconv.FormatInt(place.CampaignID, 10)},
		query:  filter.query(), access: managementAccess,
	}
}

// UpdateReferral changes a referral; its campaign, advocate and code stay:
// PUT /v1/applications/{applicationId}/campaigns/{campaignId}/referrals/{referralId},
// Management key.
func (c *Client) UpdateReferral(ctx context.Context, applicationID, campaignID, id int64, update ReferralUpdate) (*Referral, error) {
	defer c.referrals.forget()
	return doJSON[*Referral](ctx, c, &call{
		operation: "updateReferral", method: http.MethodPut, route: referralRoute,
		params: referralParams(applicationID, campaignID, id), access: managementAccess, body: update,
	})
}

// DeleteReferral deletes a referral with its code:
// DELETE /v1/applications/{applicationId}/campaigns/{campaignId}/referrals/{referralId},
// Management key. A referral that is gone already is not an error.
func (c *Client) DeleteReferral(ctx context.Context, applicationID, campaignID, id int64) error {
	defer c.referrals.forget()
	err := c.do(ctx, &call{
		operation: "deleteReferral", method: http.MethodDelete, route: referralRoute,
		params: referralParams(applicationID, campaignID, id), access: managementAccess,
	})
	if IsNotFound(err) {
		return nil
	}
	return err
}

const referralRoute = "/v1/applications/{applicationId}/campaigns/{campaignId}/referrals/{referralId}"

func referralParams(applicationID, campaignID, id int64) []string {
	return []string{strconv.FormatInt(applicationID, 10), strconv.FormatInt(campaignID, 10), strconv.FormatInt(id, 10)}
}

func (f ReferralFilter) query() url.Values {
	query := url.Values{}
	set := func(name, value string) {
		if value != "" {
			query.Set(name, value)
		}
	}
	set("code", f.Code)
	set("advocate", f.Advocate)
	set("valid", f.Valid)
	if f.Usable != nil {
		query.Set("usable", strconv.FormatBool(*f.Usable))
	}
	if !f.CreatedAfter.IsZero() {
		query.Set("createdAfter", f.CreatedAfter.UTC().Format(time.RFC3339Nano))
	}
	if !f.CreatedBefore.IsZero() {
		query.Set("createdBefore", f.CreatedBefore.UTC().Format(time.RFC3339Nano))
	}
	return query
}
