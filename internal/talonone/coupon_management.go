package talonone

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"time"
)

// CouponSettings is the body of updateCoupon, and the part of createCoupons that says what a coupon is. Send all of it: the
// API clears the dates and the recipient where they are omitted, which is how to clear them, and does not document what it
// does to the others. Its schema allows no null.
type CouponSettings struct {
	// UsageLimit is 0 to 999999; 0 means no limit.
	UsageLimit             int64           `json:"usageLimit"`
	DiscountLimit          *json.Number    `json:"discountLimit,omitempty"`
	ReservationLimit       *int64          `json:"reservationLimit,omitempty"`
	StartDate              *time.Time      `json:"startDate,omitempty"`
	ExpiryDate             *time.Time      `json:"expiryDate,omitempty"`
	RecipientIntegrationID *string         `json:"recipientIntegrationId,omitempty"`
	Attributes             json.RawMessage `json:"attributes,omitempty"`
	IsReservationMandatory bool            `json:"isReservationMandatory"`
	ImplicitlyReserved     bool            `json:"implicitlyReserved"`
	// Limits are omitted when nil.
	Limits []CouponLimit `json:"limits,omitempty"`
}

const couponRoute = "/v1/applications/{applicationId}/campaigns/{campaignId}/coupons/{couponId}"

// CreateCoupon creates a coupon with exactly this code (createCoupons with one coupon and the code as its pattern):
// POST /v1/applications/{applicationId}/campaigns/{campaignId}/coupons, Management key. That a pattern without # is taken
// as the code is not documented, so compare the value of the response. A code can't be made twice in an Application: a
// retry fails.
func (c *Client) CreateCoupon(ctx context.Context, applicationID, campaignID int64, code string, settings CouponSettings) (*Coupon, error) {
	defer c.coupons.dropAll()
	body := createBody(settings)
	body["numberOfCoupons"], body["couponPattern"] = 1, code
	response, err := doJSON[page[*Coupon]](ctx, c, &call{
		operation: "createCoupons", method: http.MethodPost, route: "/v1/applications/{applicationId}/campaigns/{campaignId}/coupons",
		params: []string{strconv.FormatInt(applicationID, 10), strconv.FormatInt(campaignID, 10)},
		query:  url.Values{"silent": {"no"}}, access: managementAccess, body: body,
	})
	if err != nil {
		return nil, err
	}
	if len(response.Data) != 1 {
		return nil, &Error{Operation: "createCoupons", StatusCode: http.StatusOK, Message: "the response has " + strconv.Itoa(len(response.Data)) + " coupons, and one was asked for"}
	}
	return response.Data[0], nil
}

// createBody are the settings without those that are nil: a create clears nothing.
func createBody(settings CouponSettings) map[string]any {
	body := map[string]any{
		"usageLimit": settings.UsageLimit, "isReservationMandatory": settings.IsReservationMandatory, "implicitlyReserved": settings.ImplicitlyReserved,
	}
	put(body, "discountLimit", settings.DiscountLimit)
	put(body, "reservationLimit", settings.ReservationLimit)
	put(body, "startDate", settings.StartDate)
	put(body, "expiryDate", settings.ExpiryDate)
	put(body, "recipientIntegrationId", settings.RecipientIntegrationID)
	if settings.Attributes != nil {
		body["attributes"] = settings.Attributes
	}
	return body
}

func put[T any](body map[string]any, name string, value *T) {
	if value != nil {
		body[name] = *value
	}
}

// UpdateCoupon changes everything but code and campaign:
// PUT /v1/applications/{applicationId}/campaigns/{campaignId}/coupons/{couponId}, Management key.
func (c *Client) UpdateCoupon(ctx context.Context, applicationID, campaignID, id int64, settings CouponSettings) (*Coupon, error) {
	defer c.coupons.dropAll()
	return doJSON[*Coupon](ctx, c, &call{
		operation: "updateCoupon", method: http.MethodPut, route: couponRoute,
		params: couponParams(applicationID, campaignID, id), access: managementAccess, body: settings,
	})
}

// DeleteCoupon deletes a coupon with its reservations, redeemed or not:
// DELETE /v1/applications/{applicationId}/campaigns/{campaignId}/coupons/{couponId}, Management key.
func (c *Client) DeleteCoupon(ctx context.Context, applicationID, campaignID, id int64) error {
	defer c.coupons.dropAll()
	return c.do(ctx, &call{
		operation: "deleteCoupon", method: http.MethodDelete, route: couponRoute, params: couponParams(applicationID, campaignID, id), access: managementAccess,
	})
}

func couponParams(applicationID, campaignID, id int64) []string {
	return []string{strconv.FormatInt(applicationID, 10), strconv.FormatInt(campaignID, 10), strconv.FormatInt(id, 10)}
}

// GetCouponsOf lists the coupons of a campaign (getCouponsWithoutTotalCount):
// GET /v1/applications/{applicationId}/campaigns/{campaignId}/coupons/no_total, Management key, 1000 a request.
func (c *Client) GetCouponsOf(ctx context.Context, applicationID, campaignID int64) ([]*Coupon, error) {
	return listAll[*Coupon](ctx, c, func() *call { return couponsCall(applicationID, campaignID) })
}

// CampaignCoupons lists the coupons of a campaign with the fewest requests: one page, or an export where there are more. Coupons
// of an export are Exported. Where the export can't be read, the pages are.
func (c *Client) CampaignCoupons(ctx context.Context, applicationID, campaignID int64) ([]*Coupon, error) {
	coupons, more, err := c.GetCouponsUpTo(ctx, applicationID, campaignID, PageSize)
	if err != nil || !more {
		return coupons, err
	}
	if c.MayCall(exportCoupons) {
		coupons, err = c.ExportCoupons(ctx, applicationID, campaignID)
		if err == nil || !errors.Is(err, errNoExport) && !c.Forbids(err) {
			return coupons, err
		}
	}
	return c.GetCouponsOf(ctx, applicationID, campaignID)
}

// NewCoupon is a coupon of ImportCoupons.
type NewCoupon struct {
	Code string
	CouponSettings
}

// importColumns are the columns of ImportCoupons.
var importColumns = []string{"value", "startdate", "expirydate", "recipientintegrationid", "limitval", "discountlimit", "attributes"}

// ImportCoupons creates many coupons with exact codes:
// POST /v1/applications/{applicationId}/campaigns/{campaignId}/import_coupons, Management key, one request. The file has no
// columns for ReservationLimit, the flags and Limits. A code that the Application has already, in any campaign, is skipped
// and left as it is, so that a retry does no harm.
func (c *Client) ImportCoupons(ctx context.Context, applicationID, campaignID int64, coupons []NewCoupon) error {
	defer c.coupons.dropAll()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	header := textproto.MIMEHeader{}
	header.Set("Content-Disposition", `form-data; name="upFile"; filename="data.csv"`)
	header.Set("Content-Type", "text/csv")
	// Writing to a bytes.Buffer does not fail.
	file, _ := form.CreatePart(header)
	out := csv.NewWriter(file)
	_ = out.Write(importColumns)
	for _, coupon := range coupons {
		_ = out.Write(coupon.record())
	}
	out.Flush()
	_ = form.Close()
	_, err := doJSON[*MembershipImport](ctx, c, &call{
		operation: "importCoupons", method: http.MethodPost, route: "/v1/applications/{applicationId}/campaigns/{campaignId}/import_coupons",
		params: []string{strconv.FormatInt(applicationID, 10), strconv.FormatInt(campaignID, 10)}, query: url.Values{"skipDuplicates": {"true"}},
		access: managementAccess, stream: true, contentType: form.FormDataContentType(),
		upload: func() (io.Reader, error) { return bytes.NewReader(body.Bytes()), nil },
	})
	return err
}

func (n NewCoupon) record() []string {
	moment := func(at *time.Time) string {
		if at == nil {
			return ""
		}
		return at.UTC().Format(time.RFC3339Nano)
	}
	recipient, discount := "", ""
	if n.RecipientIntegrationID != nil {
		recipient = *n.RecipientIntegrationID
	}
	if n.DiscountLimit != nil {
		discount = n.DiscountLimit.String()
	}
	return []string{n.Code, moment(n.StartDate), moment(n.ExpiryDate), recipient, strconv.FormatInt(n.UsageLimit, 10), discount, string(n.Attributes)}
}

// GetCouponsUpTo is GetCouponsOf for at most limit coupons. more says whether there are others.
func (c *Client) GetCouponsUpTo(ctx context.Context, applicationID, campaignID int64, limit int) (coupons []*Coupon, more bool, err error) {
	list := pager[*Coupon]{client: c, newCall: func() *call { return couponsCall(applicationID, campaignID) }, sorted: true, limit: limit, use: func(part []*Coupon) error {
		coupons = append(coupons, part...)
		return nil
	}}
	err = list.run(ctx)
	return coupons, list.more, err
}

func couponsCall(applicationID, campaignID int64) *call {
	return &call{
		operation: "getCouponsWithoutTotalCount", method: http.MethodGet, route: "/v1/applications/{applicationId}/campaigns/{campaignId}/coupons/no_total",
		params: []string{strconv.FormatInt(applicationID, 10), strconv.FormatInt(campaignID, 10)}, access: managementAccess,
	}
}
