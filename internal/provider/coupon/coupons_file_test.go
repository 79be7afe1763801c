package coupon_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// coupons writes a file and returns a configuration that reads it with these options.
func (b *batch) file(name, content string, options ...acctest.Attributes) acctest.Attributes {
	b.Helper()
	file := filepath.Join(b.TempDir(), name)
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		b.Fatal(err)
	}
	from := acctest.Attributes{"path": file}
	for _, more := range options {
		maps.Copy(from, more)
	}
	return acctest.Attributes{"application_id": 1, "campaign_id": 12, "coupons_file": from}
}

func filePath(written acctest.Attributes) string {
	file, _ := written["coupons_file"].(acctest.Attributes)
	name, _ := file["path"].(string)
	return name
}

func TestCouponsOfAFile(t *testing.T) {
	t.Parallel()
	b := newBatch(t)
	const table = "value,usage_limit,expiry_date,is_reservation_mandatory,source,recipient_integration_id\n" +
		"ANNA-10,100,2099-09-01T02:00:00+02:00,true,mail,\nBEN-10,,,,,customer-1\n"
	b.expect(b.apply(b.file("codes.csv", table)), sending(1, 1, 0))
	anna := deployedCode(t, b.Deployment, "ANNA-10")
	if anna["usageLimit"] != 100.0 || anna["expiryDate"] != "2099-09-01T00:00:00Z" || anna["isReservationMandatory"] != true || fmt.Sprint(anna["attributes"]) != "map[source:mail]" {
		t.Errorf("the coupon is %v", anna)
	}
	if ben := deployedCode(t, b.Deployment, "BEN-10"); ben["usageLimit"] != 1.0 || ben["recipientIntegrationId"] != "customer-1" {
		t.Errorf("the coupon is %v", ben)
	}
	// The same coupons in another file and format are no change.
	b.expect(b.apply(b.file("codes.json", `[{"value":"BEN-10","recipient_integration_id":"customer-1"},
		{"value":"ANNA-10","usage_limit":100,"expiry_date":"2099-09-01T00:00:00Z","is_reservation_mandatory":true,"attributes":{"source":"mail"}}]`)), sending(0, 0, 0))
	// So they are in HCL, and back.
	b.expect(b.apply(listing(map[string]any{"BEN-10": map[string]any{"recipient_integration_id": "customer-1"}, "ANNA-10": map[string]any{
		"usage_limit": 100, "expiry_date": "2099-09-01T00:00:00Z", "is_reservation_mandatory": true, "attributes": map[string]any{"source": "mail"},
	}})), sending(0, 0, 0))
	b.expect(b.apply(b.file("codes.csv", table)), sending(0, 0, 0))
	b.expect(b.apply(b.file("codes.csv", "value\nANNA-10\nCLEO-10\n")), sending(1, 1, 1), "1 coupon will be deleted")
}

func TestAFileInAnyDialect(t *testing.T) {
	t.Parallel()
	b := newBatch(t)
	written := b.file("gutscheine.txt", "Titel\nGutschein;Gültig bis;Betrag;Art;Notiz\nBAD-2030;31.12.2030;1.234,50 €;mail;x\n;;;;\n", acctest.Attributes{
		"format": "csv", "delimiter": ";", "skip_lines": 1, "decimal_separator": ",", "thousands_separator": ".", "currency": "EUR", "time_format": "DD.MM.YYYY",
		"time_zone": "Europe/Berlin", "skip_rows_without_code": true, "other_columns": "ignore",
		"columns": map[string]any{"Gutschein": "value", "Gültig bis": "expiry_date", "Betrag": "discount_limit", "Art": map[string]any{"attribute": "source", "type": "string"}},
	})
	b.expect(b.apply(written), sending(1, 0, 0))
	got := deployedCode(t, b.Deployment, "BAD-2030")
	if got["expiryDate"] != "2030-12-30T23:00:00Z" || got["discountLimit"] != 1234.5 || fmt.Sprint(got["attributes"]) != "map[source:mail]" {
		t.Errorf("the coupon is %v", got)
	}
}

func TestWrongFilesWithCouponsAreRefusedInThePlan(t *testing.T) {
	t.Parallel()
	b := newBatch(t)
	for name, test := range map[string]struct {
		file, content string
		options       acctest.Attributes
		want          string
	}{
		"no column with codes":  {"c.csv", "Code,uses\nANNA-10,1\n", nil, `columns = { "Code" = "value" }`},
		"no rows":               {"c.csv", "value\n", nil, "set coupons = jsonencode({}) instead"},
		"a code twice":          {"c.csv", "value\nANNA-10\nBEN-10\nANNA-10\n", nil, `"ANNA-10" in line 4, column 1 (already on line 2) occurs twice`},
		"a short code":          {"c.csv", "value\nABC\n", nil, "4 to 100 characters"},
		"a missing code":        {"c.csv", "value,usage_limit\n,5\n", nil, "skip_rows_without_code = true"},
		"a wrong limit":         {"c.csv", "value,usage_limit\nANNA-10,many\n", nil, `usage_limit: "many" in line 2, column 9 (code "ANNA-10") is not a number`},
		"too many uses":         {"c.csv", "value,usage_limit\nANNA-10,1000000\nBEN-10,-1\n", nil, `2 rows have invalid settings: line 2 (code "ANNA-10": usage_limit is 1000000, and must be from 0 to 999,999)`},
		"a date in German":      {"c.csv", "value,expiry_date\nANNA-10,31.12.2030\n", nil, "time_format"},
		"an end before":         {"c.csv", "value,start_date,expiry_date\nANNA-10,2031-01-01T00:00:00Z,2030-01-01T00:00:00Z\n", nil, "expiry_date is before start_date"},
		"an unknown attribute":  {"c.csv", "value,colour\nANNA-10,red\n", nil, "colour"},
		"no JSON":               {"c.jsonl", `{"value":"ANNA-10"`, nil, "line 1"},
		"a number as a code":    {"c.json", `[{"value":1234}]`, nil, "export it as a string"},
		"an unknown role":       {"c.csv", "value,x\nANNA-10,1\n", acctest.Attributes{"columns": map[string]any{"x": "uses"}}, "usage_limit"},
		"a wrong type":          {"c.csv", "value,x\nANNA-10,1\n", acctest.Attributes{"columns": map[string]any{"x": map[string]any{"attribute": "usage_limit", "type": "string"}}}, "can be one of number"},
		"a column without rows": {"c.csv", "value\nANNA-10\n", acctest.Attributes{"columns": map[string]any{"uses": "usage_limit"}}, "uses"},
		"two for one setting":   {"c.csv", "value,usage_limit,uses\nANNA-10,1,2\n", acctest.Attributes{"columns": map[string]any{"uses": "usage_limit", "usage_limit": "usage_limit"}}, "both mapped to the usage_limit"},
		"an unknown format":     {"c.xlsx", "PK", nil, "save the sheet as CSV UTF-8"},
	} {
		_, problem := b.w.Plan(t, batchConfig(b.file(test.file, test.content, test.options)), acctest.PlanOptions{})
		if !strings.Contains(problem, test.want) {
			t.Errorf("%s: %q is not in %q", name, test.want, problem)
		}
	}
	both := b.file("c.csv", "value\nANNA-10\n")
	both["coupons"] = `["BEN-10"]`
	b.refused(both, "coupons_file")
	b.refused(acctest.Attributes{"application_id": 1, "campaign_id": 12}, "coupons_file")
}

// A file that changes between plan and apply is not applied.
func TestAChangedFileWithCouponsIsRefused(t *testing.T) {
	t.Parallel()
	b := newBatch(t)
	written := b.file("codes.csv", "value\nANNA-10\n")
	b.apply(written)
	name := filePath(written)
	write := func(content string) {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("value\nANNA-10\nBEN-10\n")
	plan, problem := b.w.Plan(t, batchConfig(written), acctest.PlanOptions{})
	if problem != "" {
		t.Fatal(problem)
	}
	write("value\nBEN-10\n")
	b.Forget()
	b.expect(b.w.ApplyPlan(t, plan), "Coupons file has changed")
	if n := b.Count("importCoupons") + b.Count("deleteCoupon"); n != 0 {
		t.Errorf("%d requests changed something", n)
	}
	deployedCode(t, b.Deployment, "ANNA-10")
}

// A file that has moved, and lists what the state lists, is not read where it was.
func TestAFileWithCouponsMayMove(t *testing.T) {
	t.Parallel()
	b := newBatch(t)
	before := b.file("before.csv", "value\nANNA-10\n")
	b.apply(before)
	after := b.file("after.csv", "value\nANNA-10\n")
	if err := os.Remove(filePath(before)); err != nil {
		t.Fatal(err)
	}
	after["max_removal_percent"] = 10
	b.expect(b.apply(after), sending(0, 0, 0))
}

func TestTwoSpellingsOfACodeAreOne(t *testing.T) {
	t.Parallel()
	b := newBatch(t, func(f *emulator.Fixture) { f.Applications[0].CaseSensitivity = "insensitive-uppercase" })
	b.refused(listing([]string{"anna-10", "ANNA-10"}), "Code is listed twice", "anna-10")
}
