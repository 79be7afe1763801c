package main

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"strconv"
)

// endpoint is a Management endpoint that the provider reads.
type endpoint struct {
	operation, method string
	path              func(*lab) string
	query             url.Values
	body              any
	// uses are the constructs that need it.
	uses string
}

// endpointResult is whether the Management key may use an endpoint.
type endpointResult struct {
	endpoint
	status  int
	allowed bool
}

// The endpoints return 404 for IDs that do not exist, which a key that lacks them never gets to see.
var endpoints = []endpoint{
	{operation: "getApplications", path: fixed("/v1/applications"), uses: "talonone_referral, talonone_referrals, data.talonone_coupon, data.talonone_events, data.talonone_customer_sessions"},
	{operation: "getCampaigns", path: inApplication("/campaigns"), uses: "talonone_referral, talonone_referrals"},
	{operation: "getReferralsWithoutTotalCount", path: inApplication("/campaigns/0/referrals/no_total"), uses: "talonone_referral, talonone_referrals"},
	{operation: "getAttributes", path: fixed("/v1/attributes"), uses: "the check of custom attributes while planning"},
	{operation: "getAudiences", path: fixed("/v1/audiences"), uses: "talonone_audience, data.talonone_audience, data.talonone_audiences"},
	{operation: "getAudiencesAnalytics", path: fixed("/v1/audiences/analytics"), query: url.Values{"audienceIds": {"1"}}, uses: "the number of members in warnings"},
	{operation: "getAudienceMemberships", path: fixed("/v1/audiences/0/memberships"), uses: "talonone_audience_membership, data.talonone_audience_members"},
	{operation: "exportAudiencesMemberships", path: fixed("/v1/audiences/0/memberships/export"), uses: "talonone_audience_memberships"},
	{operation: "listCatalogItems", path: fixed("/v1/catalogs/0/items"), uses: "talonone_catalog_item, talonone_catalog_items, data.talonone_catalog_items"},
	{
		operation: "searchCouponsAdvancedApplicationWideWithoutTotalCount", method: http.MethodPost, path: inApplication("/coupons_search_advanced/no_total"),
		query: url.Values{"value": {"talonone-probe"}}, body: map[string]any{}, uses: "data.talonone_coupon, talonone_coupon_reservation",
	},
	{operation: "getApplicationSessions", path: inApplication("/sessions"), uses: "data.talonone_customer_sessions"},
	{operation: "getApplicationEventsWithoutTotalCount", path: inApplication("/events/no_total"), uses: "data.talonone_events"},
	{
		operation: "getCustomersByAttributes", method: http.MethodPost, path: fixed("/v1/customer_search/no_total"),
		body: map[string]any{"integrationIDs": []string{"talonone-probe"}}, uses: "talonone_customer_profiles",
	},
}

func fixed(path string) func(*lab) string { return func(*lab) string { return path } }

func inApplication(path string) func(*lab) string {
	return func(l *lab) string { return "/v1/applications/" + strconv.FormatInt(l.app.id, 10) + path }
}

// errKey ends the probe: without a valid key there is nothing to find.
type errKey string

func (e errKey) Error() string { return string(e) }

// lookAtKeys finds out which keys are valid, and whose Application the Integration key is.
func (l *lab) lookAtKeys(ctx context.Context) error {
	got, err := l.send(ctx, request{key: integration, method: http.MethodGet, path: "/v1/integration/campaigns", query: url.Values{"pageSize": {"1"}}})
	switch {
	case err != nil:
		return err
	case got.unauthorized():
		return errKey("the deployment does not accept TALONONE_INTEGRATION_API_KEY: it is wrong or has expired")
	case !got.ok():
		return got.unexpected()
	}
	l.keyValid = true
	l.app.id, _ = strconv.ParseInt(text(got.at("data", 0, "applicationId")), 10, 64)
	return nil
}

// identify finds the Application of the Integration key with a dry run of a session, which stores nothing.
func (l *lab) identify(ctx context.Context) error {
	if l.app.id == 0 {
		got, err := l.dry(ctx, l.name(), map[string]any{}, nil)
		if err != nil {
			return err
		}
		l.app.id, _ = strconv.ParseInt(text(got.at("customerSession", "applicationId")), 10, 64)
	}
	return l.lookAtApplication(ctx)
}

// lookAtApplication reads what the Application of a known ID is.
func (l *lab) lookAtApplication(ctx context.Context) error {
	if l.app.id == 0 || l.app.known {
		return nil
	}
	got, err := l.send(ctx, request{key: management, method: http.MethodGet, path: "/v1/applications/" + strconv.FormatInt(l.app.id, 10)})
	if errors.Is(err, errNoKey) {
		return nil
	}
	if err != nil {
		return err
	}
	if got.ok() {
		l.app.name = text(got.at("name"))
		l.app.sandbox, l.app.known = got.at("sandbox").(bool)
	}
	return nil
}

// lookAtEndpoints tries every Management endpoint that the provider reads.
func (l *lab) lookAtEndpoints(ctx context.Context) error {
	valid := false
	for _, e := range endpoints {
		if e.method == "" {
			e.method = http.MethodGet
		}
		query := url.Values{"pageSize": {"1"}}
		maps.Copy(query, e.query)
		got, err := l.send(ctx, request{key: management, method: e.method, path: e.path(l), query: query, body: e.body})
		if errors.Is(err, errNoKey) {
			return nil
		}
		if err != nil {
			return err
		}
		l.access = append(l.access, endpointResult{endpoint: e, status: got.status, allowed: !got.unauthorized()})
		valid = valid || !got.unauthorized()
	}
	if !valid {
		return errKey("the deployment does not accept TALONONE_MANAGEMENT_API_KEY: it is wrong, has expired, or lacks every endpoint that the provider reads")
	}
	return nil
}
