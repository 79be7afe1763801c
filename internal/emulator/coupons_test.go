package emulator_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
)

const couponsPath = "/v1/applications/1/campaigns/12/coupons"

// reservedBy lists who has a coupon reserved, with commas.
func (d *deployment) reservedBy(key, escapedCode string) string {
	d.t.Helper()
	var ids []string
	for _, profile := range rows(d.must("GET", "/v1/coupon_reservations/customerprofiles/"+escapedCode, key, "").json["data"]) {
		ids = append(ids, profile.field("integrationId"))
	}
	return strings.Join(ids, ",")
}

func TestReservationsAreCountedOncePerProfile(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	got := d.must("POST", "/v1/coupon_reservations/SUMMER25%25OFF", liveKey, `{"integrationIDs":["customer-1","new","customer-1"]}`)
	if got.status != 201 || got.field("value") != "SUMMER25%OFF" || got.field("reservationCounter") != "2" || got.field("isReservationMandatory") != "false" {
		t.Errorf("got %d %s", got.status, got.text)
	}
	got = d.must("POST", "/v1/coupon_reservations/SUMMER25%25OFF", liveKey, `{"integrationIDs":["new","customer-2"]}`)
	if got.field("reservationCounter") != "3" {
		t.Errorf("a repetition counts: %s", got.text)
	}
	if got := d.reservedBy(liveKey, "SUMMER25%25OFF"); got != "customer-1,new,customer-2" {
		t.Errorf("reserved by %s", got)
	}
	if got := d.must("DELETE", "/v1/coupon_reservations/SUMMER25%25OFF", liveKey, `{"integrationIDs":["customer-1","customer-2","nobody"]}`); got.status != 204 {
		t.Errorf("got %d", got.status)
	}
	if got := d.reservedBy(liveKey, "SUMMER25%25OFF"); got != "new" {
		t.Errorf("reserved by %s", got)
	}
}

func TestReservationsThatAreRefused(t *testing.T) {
	t.Parallel()
	fixture := emulator.DefaultFixture()
	fixture.Coupons = append(fixture.Coupons, emulator.FixtureCoupon{CampaignID: 12, Value: "OVER", ExpiryDate: time.Unix(0, 0)})
	d := start(t, emulator.Options{Fixture: fixture})
	ids := make([]string, 1001)
	for i := range ids {
		ids[i] = strconv.Quote(fmt.Sprint("c", i))
	}
	for name, test := range map[string]struct {
		code, body string
		status     int
	}{
		"unknown":            {"SUMMER11", `{"integrationIDs":["a"]}`, 404},
		"other case":         {"summer10", `{"integrationIDs":["a"]}`, 404},
		"personal":           {"PERSONAL-1", `{"integrationIDs":["customer-3"]}`, 400},
		"expired":            {"OVER", `{"integrationIDs":["a"]}`, 400},
		"no IDs":             {"SUMMER10", `{}`, 400},
		"too many IDs":       {"SUMMER10", `{"integrationIDs":[` + strings.Join(ids, ",") + `]}`, 400},
		"empty ID":           {"SUMMER10", `{"integrationIDs":[""]}`, 400},
		"not a list":         {"SUMMER10", `{"integrationIDs":"a"}`, 400},
		"misspelt":           {"SUMMER10", `{"integrationIds":["a"]}`, 400},
		"of another company": {"10$OFF_NOW", `{"integrationIDs":["a"]}`, 404},
	} {
		if got := d.call("POST", "/v1/coupon_reservations/"+test.code, liveKey, test.body); got.status != test.status {
			t.Errorf("%s: got %d %s, want %d", name, got.status, got.text, test.status)
		}
	}
	if got := d.call("POST", "/v1/coupon_reservations/SUMMER10", sandboxKey, `{"integrationIDs":["a"]}`); got.status != 404 {
		t.Errorf("the sandbox sees a coupon of another Application: %d", got.status)
	}
}

func TestCodesFoldAsTheApplicationSays(t *testing.T) {
	t.Parallel()
	fixture := emulator.DefaultFixture()
	fixture.Coupons = append(fixture.Coupons, emulator.FixtureCoupon{CampaignID: 13, Value: "trial/ä b"})
	d := start(t, emulator.Options{Fixture: fixture})
	if got := d.must("POST", "/v1/coupon_reservations/Trial%2F%C3%A4%20B", sandboxKey, `{"integrationIDs":["sandbox-1"]}`); got.field("value") != "TRIAL/Ä B" {
		t.Errorf("got %s", got.text)
	}
	if got := d.reservedBy(sandboxKey, "tRIAL%2F%C3%84%20b"); got != "sandbox-1" {
		t.Errorf("reserved by %q", got)
	}
}

func TestCouponsAreFoundByValue(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	search := "/v1/applications/1/coupons_search_advanced/no_total"
	for query, want := range map[string]int{
		"":                                    6,
		"?value=summer10":                     1,
		"?value=SUMMER":                       0,
		"?value=xmas202021":                   1,
		"?value=xmas202021&exactMatch=true":   0,
		"?value=xmas-20-2021&exactMatch=true": 1,
		"?recipientIntegrationId=customer-3":  1,
		"?campaignState=running":              6,
		"?campaignState=archived":             0,
		"?valid=expired":                      0,
		"?valid=validNow&usable=true":         6,
		"?createdAfter=2100-01-01T00:00:00Z":  0,
	} {
		got := d.must("POST", search+query, managementK, `{}`)
		if n := len(rows(got.json["data"])); n != want || got.field("hasMore") != "false" {
			t.Errorf("%q: %d coupons, want %d", query, n, want)
		}
	}
	if got := d.must("POST", "/v1/applications/2/coupons_search_advanced/no_total?value=SUMMER10", managementK, `{}`); got.field("data") != "[]" {
		t.Errorf("another Application has %s", got.text)
	}
	if got := d.call("POST", search, liveKey, `{}`); got.status != 401 {
		t.Errorf("an Integration key searches: %d", got.status)
	}
	if got := d.call("POST", search+"?valid=soon", managementK, `{}`); got.status != 400 {
		t.Errorf("valid=soon: %d", got.status)
	}
}

func TestCouponsAreCreatedUpdatedAndDeleted(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	got := d.must("POST", couponsPath+"?silent=no", managementK, `{"usageLimit":2,"numberOfCoupons":3,"couponPattern":"AB-##","validCharacters":["7","8"],"recipientIntegrationId":"customer-1"}`)
	created := rows(got.json["data"])
	if len(created) != 3 || !strings.HasPrefix(created[0].field("value"), "AB-") || created[0].field("reservation") != "false" {
		t.Fatalf("got %s", got.text)
	}
	if got := d.call("POST", couponsPath, managementK, `{"usageLimit":2,"numberOfCoupons":2,"couponPattern":"AB-##","validCharacters":["7","8"]}`); got.status != 400 {
		t.Errorf("a used up pattern: %d %s", got.status, got.text)
	}
	id := created[0].field("id")
	if got := d.must("PUT", couponsPath+"/"+id, managementK, `{"isReservationMandatory":true}`); got.field("recipientIntegrationId") != "null" || got.field("usageLimit") != "2" || got.field("isReservationMandatory") != "true" {
		t.Errorf("got %s", got.text)
	}
	d.must("DELETE", couponsPath+"/"+id, managementK, "")
	if got := d.call("DELETE", couponsPath+"/"+id, managementK, ""); got.status != 404 {
		t.Errorf("got %d", got.status)
	}
}
