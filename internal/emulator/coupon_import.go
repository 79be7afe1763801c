package emulator

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// couponColumns are those of importCoupons.
var couponColumns = []string{"value", "expirydate", "startdate", "recipientintegrationid", "limitval", "discountlimit", "attributes"}

// minImportedCode is how many characters a code of an import has at least.
const minImportedCode = 3

// importedCoupon is a row of importCoupons.
type importedCoupon struct {
	couponLimits

	line int
	code string
}

// importCoupons creates coupons of a CSV file: all or none. A code that exists is refused, or with skipDuplicates left as it is.
func (s *Server) importCoupons(r *request) (reply, error) {
	if err := s.locked(func() error { _, _, err := s.pathCampaign(r); return err }); err != nil {
		return reply{}, err
	}
	skip, err := r.boolQuery("skipDuplicates", false)
	if err != nil {
		return reply{}, err
	}
	rows, err := readCoupons(r.http)
	if err != nil {
		return reply{}, err
	}
	return s.lockedWrite(func() (reply, error) {
		app, camp, err := s.pathCampaign(r)
		if err != nil {
			return reply{}, err
		}
		if !camp.hasFeature("coupons") {
			return reply{}, refused("Campaign %d does not have the feature coupons", camp.ID)
		}
		created := make([]*coupon, 0, len(rows))
		seen := make(map[string]bool, len(rows))
		for _, row := range rows {
			code := app.foldCode(row.code)
			_, taken := s.findCoupon(app, code)
			switch {
			case (taken || seen[code]) && skip:
				continue
			case taken || seen[code]:
				return reply{}, badRequest(atLine(row.line, "Duplicate", "coupon code %s exists already", row.code))
			}
			if problems := s.checkAttributes(attributeScope{entity: "Coupon"}, row.Attributes, "/attributes"); len(problems) > 0 {
				return reply{}, badRequest(atLine(row.line, problems[0].Title, "%s", problems[0].Details))
			}
			seen[code] = true
			c := &coupon{Created: s.now(), CampaignID: camp.ID, Value: code}
			row.applyTo(c)
			created = append(created, c)
		}
		answer := s.imported(r, "Coupon", len(created))
		for _, c := range created {
			c.ID, c.ImportID = s.state.nextID(kindCoupon), importID(answer)
			s.state.Coupons.add(c)
		}
		return okReply(answer), nil
	})
}

func importID(answer map[string]any) int64 {
	id, _ := answer["id"].(int64)
	return id
}

// readCoupons reads the file to its end before anything changes.
func readCoupons(r *http.Request) (rows []importedCoupon, err error) {
	err = readUploaded(r, func(file io.Reader) error {
		in := csv.NewReader(file)
		var header []string
		for {
			record, err := in.Read()
			if errors.Is(err, io.EOF) {
				if header == nil {
					return badRequest(atLine(0, "Invalid CSV", "the file is empty, it must begin with a line of columns"))
				}
				return nil
			}
			var syntax *csv.ParseError
			switch {
			case errors.As(err, &syntax):
				return badRequest(atLine(syntax.Line, "Invalid CSV", "%s", syntax.Err))
			case err != nil:
				return bodyError(err)
			}
			line, _ := in.FieldPos(0)
			if header == nil {
				if header = record; !slices.Contains(header, "value") {
					return badRequest(atLine(line, "Invalid CSV", "there is no column value"))
				}
				for _, name := range header {
					if !slices.Contains(couponColumns, name) {
						return badRequest(atLine(line, "Invalid CSV", "column %s is not known", name))
					}
				}
				continue
			}
			row := importedCoupon{line: line}
			for i, name := range header {
				if !row.set(name, record[i]) {
					return badRequest(atLine(line, titleInvalidValue, "%s is not valid", name))
				}
			}
			if row.UsageLimit == nil {
				row.UsageLimit = new(int64(1))
			}
			rows = append(rows, row)
		}
	})
	return rows, err
}

// set takes one field; false where it is wrong. An empty one is not there.
func (row *importedCoupon) set(name, field string) bool {
	var err error
	switch {
	case name == "value":
		row.code = field
		return utf8.ValidString(field) && utf8.RuneCountInString(field) >= minImportedCode
	case field == "":
		return true
	case name == "expirydate":
		row.ExpiryDate, err = time.Parse(time.RFC3339, field)
	case name == "startdate":
		row.StartDate, err = time.Parse(time.RFC3339, field)
	case name == "recipientintegrationid":
		row.Recipient = field
		return utf8.RuneCountInString(field) <= maxIntegrationID
	case name == "limitval":
		var limit int64
		limit, err = strconv.ParseInt(field, 10, 64)
		row.UsageLimit = &limit
		return err == nil && limit >= 0 && limit <= 999_999
	case name == "discountlimit":
		row.DiscountLimit = json.Number(field)
		number, parseErr := strconv.ParseFloat(field, 64)
		return parseErr == nil && number >= 0 && number <= 1e15
	case name == "attributes":
		decoder := json.NewDecoder(strings.NewReader(field))
		decoder.UseNumber()
		err = decoder.Decode(&row.Attributes)
	}
	return err == nil
}
