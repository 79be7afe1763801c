package talonone

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
)

// The values of Application.CaseSensitivity.
const (
	caseInsensitiveUpper = "insensitive-uppercase"
	caseInsensitiveLower = "insensitive-lowercase"
)

// maxReserved bounds the customers of getReservedCustomers, which come in one response.
const maxReserved = 1_000_000

// FoldCode brings a code into the form in which an Application with this
// caseSensitivity compares codes (getApplications). An unknown setting compares
// codes as they are.
func FoldCode(code, caseSensitivity string) string {
	switch caseSensitivity {
	case caseInsensitiveUpper:
		return strings.ToUpper(code)
	case caseInsensitiveLower:
		return strings.ToLower(code)
	default:
		return code
	}
}

// reservationIDs is the body of createCouponReservation and deleteCouponReservation.
type reservationIDs struct {
	IntegrationIDs []string `json:"integrationIDs"`
}

// CreateCouponReservation reserves a coupon for customers:
// POST /v1/coupon_reservations/{couponValue}, Integration key, 1000 integration
// IDs a request. It returns the coupon as the last request left it, nil when
// there was none, and how many IDs were sent before the first error. Repeating
// it changes nothing. 404 means that the key's Application has no such coupon,
// 400 that it can't be reserved, as a personal one.
func (c *Client) CreateCouponReservation(ctx context.Context, couponValue string, integrationIDs []string) (*Coupon, int, error) {
	var coupon *Coupon
	sent, err := inBatches(integrationIDs, MaxReservationIDs, func(part []string) error {
		response, err := doJSON[*Coupon](ctx, c, &call{
			operation: "createCouponReservation", method: http.MethodPost, route: "/v1/coupon_reservations/{couponValue}",
			params: []string{couponValue}, access: integrationAccess, body: reservationIDs{part},
		})
		if err == nil {
			coupon = response
		}
		return err
	})
	return coupon, sent, err
}

// DeleteCouponReservation ends the reservations of customers on a coupon:
// DELETE /v1/coupon_reservations/{couponValue} with a body, Integration key,
// 1000 integration IDs a request. It returns how many IDs were sent before the
// first error. A coupon that is gone has no reservations, and is not an error.
func (c *Client) DeleteCouponReservation(ctx context.Context, couponValue string, integrationIDs []string) (int, error) {
	return inBatches(integrationIDs, MaxReservationIDs, func(part []string) error {
		err := c.do(ctx, &call{
			operation: "deleteCouponReservation", method: http.MethodDelete, route: "/v1/coupon_reservations/{couponValue}",
			params: []string{couponValue}, access: integrationAccess, body: reservationIDs{part},
		})
		if IsNotFound(err) {
			return nil
		}
		return err
	})
}

// GetReservedCustomers reads who has a coupon reserved, hard or soft, no matter who
// made the reservation; redemptions make them too:
// GET /v1/coupon_reservations/customerprofiles/{couponValue}, Integration key,
// one request of any size. The response is decoded as it comes; keep says which
// profiles to return, all when it is nil. A repeated attempt asks keep again.
// total counts the customers whether kept or not. 404 means that the key's
// Application has no such coupon.
func (c *Client) GetReservedCustomers(ctx context.Context, couponValue string, keep func(*CustomerProfile) bool) (kept []*CustomerProfile, total int, err error) {
	const operation = "getReservedCustomers"
	err = c.do(ctx, &call{
		operation: operation, method: http.MethodGet, route: "/v1/coupon_reservations/customerprofiles/{couponValue}",
		params: []string{couponValue}, access: integrationAccess,
		read: func(resp *http.Response) error {
			kept, total = nil, 0
			return eachElement(operation, resp, func(profile *CustomerProfile) error {
				total++
				if keep == nil || keep(profile) {
					kept = append(kept, profile)
				}
				if len(kept) > maxReserved {
					return endless(operation, fmt.Sprintf("it has more than %d entries", maxReserved))
				}
				return nil
			})
		},
	})
	if err != nil {
		return nil, 0, err
	}
	return kept, total, nil
}

// eachElement calls use for every element of the "data" array of a response
// without holding the whole array.
func eachElement[T any](operation string, resp *http.Response, use func(*T) error) error {
	if err := requireJSON(operation, resp); err != nil {
		return err
	}
	body := &elementLimit{body: resp.Body, tooLong: tooLong(operation, resp)}
	decoder := json.NewDecoder(body)
	seen := false
	err := decodeData(decoder, &seen, func(raw json.RawMessage) error {
		body.sinceElement = 0
		if problem := problemOfText(raw); problem != "" {
			return malformed(operation, resp, problem)
		}
		element := new(T)
		if err := json.Unmarshal(raw, element); err != nil {
			return err
		}
		if missing := missingIn(element); missing != "" {
			return malformed(operation, resp, "it lacks "+missing)
		}
		return use(element)
	})
	switch {
	case body.err != nil:
		return &incompleteError{body.err}
	case err == nil && !seen:
		err = malformed(operation, resp, "it lacks data")
	}
	return decodingError(operation, resp, err)
}

// elementLimit fails once more than maxAnswer bytes were read for one element, and
// keeps what else ends the body early.
type elementLimit struct {
	body         io.Reader
	sinceElement int
	tooLong      error
	err          error
}

func (l *elementLimit) Read(p []byte) (int, error) {
	if l.sinceElement > maxResponse {
		return 0, l.tooLong
	}
	n, err := l.body.Read(p)
	l.sinceElement += n
	if err != nil && !errors.Is(err, io.EOF) {
		l.err = err
	}
	return n, err
}

func decodeData(decoder *json.Decoder, seen *bool, use func(json.RawMessage) error) error {
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return err
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return err
		}
		if name == "data" {
			*seen = true
			err = decodeElements(decoder, use)
		} else {
			var skipped json.RawMessage
			err = decoder.Decode(&skipped)
		}
		if err != nil {
			return err
		}
	}
	_, err := decoder.Token()
	return err
}

func decodeElements(decoder *json.Decoder, use func(json.RawMessage) error) error {
	token, err := decoder.Token()
	switch {
	case err != nil, token == nil: // A list without elements may be null.
		return err
	case token != json.Delim('['):
		return &json.UnmarshalTypeError{Value: fmt.Sprintf("%T", token), Type: reflect.TypeFor[[]any](), Field: "data"}
	}
	for decoder.More() {
		// A fresh one each time: what is kept of an element may share its memory.
		var element json.RawMessage
		if err := decoder.Decode(&element); err != nil {
			return err
		}
		if err := use(element); err != nil {
			return err
		}
	}
	_, err = decoder.Token()
	return err
}

// FindCoupons finds the coupons of an Application that have this code in any
// spelling of upper and lower case, without knowing their campaign
// (searchCouponsAdvancedApplicationWideWithoutTotalCount):
// POST /v1/applications/{applicationId}/coupons_search_advanced/no_total,
// Management key. The API's exact search ignores case; which spelling is meant
// is for the caller to say.
func (c *Client) FindCoupons(ctx context.Context, applicationID int64, couponValue string) ([]*Coupon, error) {
	var found []*Coupon
	newCall := func() *call {
		return &call{
			operation: "searchCouponsAdvancedApplicationWideWithoutTotalCount", method: http.MethodPost,
			route:  "/v1/applications/{applicationId}/coupons_search_advanced/no_total",
			params: []string{strconv.FormatInt(applicationID, 10)}, access: managementAccess,
			query: url.Values{"value": {couponValue}, "exactMatch": {"true"}},
			body:  struct{}{},
		}
	}
	err := eachPage(ctx, c, newCall, func(coupons []*Coupon) error {
		for _, coupon := range coupons {
			if strings.EqualFold(coupon.Value, couponValue) {
				found = append(found, coupon)
			}
		}
		return nil
	})
	return found, err
}

// couponSearch is what SharedCoupons has searched for.
type couponSearch struct {
	applicationID int64
	value         string
}

// SharedCoupons is FindCoupons with one response for the whole run, for those who want
// to know which coupon it is and not how often it has been used.
func (c *Client) SharedCoupons(ctx context.Context, applicationID int64, couponValue string) ([]*Coupon, error) {
	return c.coupons.of(couponSearch{applicationID, couponValue}).get(ctx, func(ctx context.Context) ([]*Coupon, error) {
		return c.FindCoupons(ctx, applicationID, couponValue)
	})
}

// IntegrationApplicationID is the Application of the Integration key, taken
// from the first running campaign: GET /v1/integration/campaigns, Integration
// key. It is 0 where no campaign is running, since nothing else of the
// Integration API names the Application. One response serves the whole run.
func (c *Client) IntegrationApplicationID(ctx context.Context) (int64, error) {
	return c.ownApplication.get(ctx, func(ctx context.Context) (int64, error) {
		campaigns, err := c.integrationCampaigns(ctx, url.Values{"pageSize": {"1"}})
		if err != nil || len(campaigns) == 0 {
			return 0, err
		}
		return campaigns[0].ApplicationID, nil
	})
}

// RunningCampaign is a campaign of the Integration key's Application:
// GET /v1/integration/campaigns?campaignIds=, Integration key. It is nil where no such campaign is running there. One response serves the whole run.
func (c *Client) RunningCampaign(ctx context.Context, id int64) (*Campaign, error) {
	return c.running.of(id).get(ctx, func(ctx context.Context) (*Campaign, error) {
		campaigns, err := c.integrationCampaigns(ctx, url.Values{"pageSize": {"1"}, "campaignIds": {strconv.FormatInt(id, 10)}})
		// A deployment that doesn't know the filter lists other campaigns.
		if err != nil || len(campaigns) == 0 || campaigns[0].ID != id || campaigns[0].ApplicationID == 0 {
			return nil, err
		}
		return &campaigns[0], nil
	})
}

func (c *Client) integrationCampaigns(ctx context.Context, query url.Values) ([]Campaign, error) {
	response, err := doJSON[page[Campaign]](ctx, c, &call{
		operation: "integrationGetAllCampaigns", method: http.MethodGet, route: "/v1/integration/campaigns",
		query: query, access: integrationAccess,
	})
	return response.Data, err
}
