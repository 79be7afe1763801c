package talonone

import (
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const exportCoupons = "exportCoupons"

// ExportCoupons reads the coupons of a campaign as a CSV file: GET /v1/applications/{applicationId}/export_coupons, Management
// key, one request for any number. The file has no column for ImplicitlyReserved. A file that does not tell its own end is compared
// with a page of the list behind it. errNoExport says that it is not such a file.
func (c *Client) ExportCoupons(ctx context.Context, applicationID, campaignID int64) ([]*Coupon, error) {
	return wholeExport(exportCoupons, func() (coupons []*Coupon, count int, complete bool, err error) {
		var unreadable error
		err = c.do(ctx, &call{
			operation: exportCoupons, method: http.MethodGet, route: "/v1/applications/{applicationId}/export_coupons",
			params: []string{strconv.FormatInt(applicationID, 10)}, access: managementAccess, stream: true,
			query: url.Values{"campaignId": {strconv.FormatInt(campaignID, 10)}, "dateFormat": {"ISO8601"}},
			read: func(resp *http.Response) (err error) {
				if kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type")); err != nil || kind != "application/csv" && kind != "text/csv" {
					return foreign(exportCoupons, resp)
				}
				complete = selfDelimited(resp)
				if coupons, err = readCoupons(resp.Body); errors.Is(err, errNoExport) {
					unreadable = err // Another attempt would not help.
					return &Error{Operation: exportCoupons, StatusCode: resp.StatusCode, Message: err.Error()}
				}
				return err
			},
		})
		return coupons, len(coupons), complete, cmp.Or(unreadable, err)
	}, func(exported int) (int, error) {
		behind, _, _, err := getPage[*Coupon](ctx, c, func() *call { return couponsCall(applicationID, campaignID) }, paging{skip: exported, size: 1})
		if err != nil {
			return 0, err
		}
		return len(behind.Data), nil
	})
}

// readCoupons reads the CSV of an export. An error of the connection is returned as it is, so that the request is repeated.
func readCoupons(body io.Reader) ([]*Coupon, error) {
	source := &bodyError{body: body}
	in := csv.NewReader(source)
	in.ReuseRecord = true
	malformed := func(err error) error {
		if source.err != nil {
			return fmt.Errorf("the export is not complete: %w", source.err)
		}
		return fmt.Errorf("%w of coupons: %w", errNoExport, err)
	}
	header, err := in.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("the export is empty, without even a header: %w", io.ErrUnexpectedEOF)
	}
	if err != nil {
		return nil, malformed(err)
	}
	columns := slices.Clone(header)
	columns[0] = strings.TrimPrefix(columns[0], "\ufeff")
	for _, name := range []string{"value", "id", "campaignid", "limitval"} {
		if !slices.Contains(columns, name) {
			return nil, malformed(fmt.Errorf("it has no column %s", name))
		}
	}
	var coupons []*Coupon
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			return coupons, nil
		}
		if err != nil {
			return nil, malformed(err)
		}
		coupon := &Coupon{Exported: true}
		for i, name := range columns {
			if err := coupon.read(name, record[i]); err != nil {
				return nil, malformed(fmt.Errorf("%s is %q", name, Presentable(record[i], 60, "")))
			}
		}
		if coupon.Value == "" {
			return nil, malformed(errors.New("a coupon has no code"))
		}
		coupons = append(coupons, coupon)
	}
}

// bodyError keeps what ends a body early.
type bodyError struct {
	body io.Reader
	err  error
}

func (b *bodyError) Read(p []byte) (int, error) {
	n, err := b.body.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		b.err = err
	}
	return n, err
}

// read takes a field of an export. An empty one is not there.
func (c *Coupon) read(column, field string) (err error) {
	if field == "" {
		return nil
	}
	switch column {
	case "value":
		c.Value = strings.Clone(field)
	case "id":
		c.ID, err = strconv.ParseInt(field, 10, 64)
	case "campaignid":
		c.CampaignID, err = strconv.ParseInt(field, 10, 64)
	case "counter":
		c.UsageCounter, err = strconv.ParseInt(field, 10, 64)
	case "limitval":
		c.UsageLimit, err = strconv.ParseInt(field, 10, 64)
	case "reservation_limitval":
		c.ReservationLimit, err = parsed(strconv.ParseInt(field, 10, 64))
	case "importid":
		c.ImportID, err = parsed(strconv.ParseInt(field, 10, 64))
	case "referralid":
		c.ReferralID, err = parsed(strconv.ParseInt(field, 10, 64))
	case "created":
		c.Created, err = time.Parse(time.RFC3339, field)
	case "startdate":
		c.StartDate, err = parsed(time.Parse(time.RFC3339, field))
	case "expirydate":
		c.ExpiryDate, err = parsed(time.Parse(time.RFC3339, field))
	case "is_reservation_mandatory":
		c.IsReservationMandatory, err = parsed(strconv.ParseBool(field))
	case "reservation":
		c.Reservation, err = parsed(strconv.ParseBool(field))
	case "discount_limitval":
		c.DiscountLimit, err = number(field)
	case "discount_counter":
		c.DiscountCounter, err = number(field)
	case "reservation_counter":
		c.ReservationCounter, err = number(field)
	case "recipientintegrationid":
		c.RecipientIntegrationID = new(strings.Clone(field))
	case "batchid":
		c.BatchID = new(strings.Clone(field))
	case "attributes":
		c.Attributes = json.RawMessage(strings.Clone(field))
		if !json.Valid(c.Attributes) {
			err = errNoExport
		}
	case "limits":
		err = json.Unmarshal([]byte(field), &c.Limits)
	}
	return err
}

func parsed[T any](value T, err error) (*T, error) { return &value, err }

func number(field string) (json.Number, error) {
	_, err := strconv.ParseFloat(field, 64)
	return json.Number(strings.Clone(field)), err
}
