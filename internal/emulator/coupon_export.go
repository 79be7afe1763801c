package emulator

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"time"
)

// exportColumns are those of exportCoupons.
var exportColumns = []string{
	"accountid", "applicationid", "attributes", "batchid", "campaignid", "counter", "created", "deleted", "deleted_changelogid", "discount_counter", "discount_limitval", "expirydate", "id",
	"importid", "is_reservation_mandatory", "limits", "limitval", "recipientintegrationid", "referralid", "reservation", "reservation_counter", "reservation_limitval", "startdate", "value",
}

// excelTime is how the format excel writes a time.
const excelTime = "2006-01-02 15:04:05"

// exportCoupons writes the coupons of an Application, or of one of its campaigns, as CSV. Deleted ones are not kept, so an export of
// these is empty.
func (s *Server) exportCoupons(r *request) (reply, error) {
	app, err := s.pathApplication(r)
	if err != nil {
		return reply{}, err
	}
	campaignID, err := r.intQuery("campaignId", 0, 1, maxQueryNumber)
	if err != nil {
		return reply{}, err
	}
	valuesOnly, err := r.boolQuery("valuesOnly", false)
	if err != nil {
		return reply{}, err
	}
	format, err := r.enumQuery("dateFormat", "excel", "ISO8601")
	if err != nil {
		return reply{}, err
	}
	deleted, err := r.periodQuery("deleted")
	if err != nil {
		return reply{}, err
	}
	inApplication := func(c *coupon) bool {
		camp, found := s.state.Definitions.campaign(c.CampaignID)
		return found && camp.ApplicationID == app.ID && (campaignID == 0 || camp.ID == int64(campaignID)) && deleted.unlimited()
	}
	rows, passes, err := s.filteredCoupons(r, nil, inApplication)
	if err != nil {
		return reply{}, err
	}
	var records [][]string
	for _, c := range rows {
		switch {
		case !passes(c):
		case valuesOnly:
			records = append(records, []string{c.Value})
		default:
			records = append(records, s.exported(c, app.ID, format))
		}
	}
	return okReply(&stream{contentType: "application/csv", write: func(w io.Writer) error {
		out := csv.NewWriter(w)
		header := exportColumns
		if valuesOnly {
			header = []string{"value"}
		}
		if err := out.Write(header); err != nil {
			return err
		}
		return out.WriteAll(records)
	}}), nil
}

// exported is a coupon as a record. ISO8601 is the default of times.
func (s *Server) exported(c *coupon, applicationID int64, format string) []string {
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	some := func(n int64) string {
		if n == 0 {
			return ""
		}
		return number(n)
	}
	at := func(t time.Time) string {
		switch {
		case t.IsZero():
			return ""
		case format == "excel":
			return t.UTC().Format(excelTime)
		default:
			return t.UTC().Format(time.RFC3339Nano)
		}
	}
	attributes, err := json.Marshal(emptyObject(c.Attributes))
	if err != nil {
		attributes = []byte("{}")
	}
	reservationLimit, discountCounter := "", ""
	if c.ReservationLimit != nil {
		reservationLimit = number(*c.ReservationLimit)
	}
	if c.DiscountLimit != "" {
		discountCounter = "0"
	}
	return []string{
		number(s.state.AccountID), number(applicationID), string(attributes), c.BatchID, number(c.CampaignID), number(c.UsageCounter), at(c.Created), "false", "", discountCounter, c.DiscountLimit.String(),
		at(c.ExpiryDate), number(c.ID), some(c.ImportID), strconv.FormatBool(c.Mandatory), "", number(c.UsageLimit), c.Recipient, some(c.ReferralID), strconv.FormatBool(c.Recipient == ""),
		number(int64(len(c.Reservations)) + c.Repeated), reservationLimit, at(c.StartDate), c.Value,
	}
}
