package emulator_test

import (
	"regexp"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
)

const referralsPath = "/v1/applications/1/campaigns/11/referrals"

func TestReferralCodesComeFromTheCampaign(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	got := d.must("POST", "/v1/referrals", liveKey, `{"campaignId":11,"advocateProfileIntegrationId":"new","friendProfileIntegrationId":"friend","attributes":{"source":"app"}}`)
	if got.status != 201 || got.field("usageLimit") != "1" || got.field("usageCounter") != "0" || got.field("applicationId") != "null" ||
		!regexp.MustCompile(`^FRIEND-[A-HJ-NP-Z2-9]{8}$`).MatchString(got.field("code")) {
		t.Errorf("got %d %s", got.status, got.text)
	}
	inventory := rows(d.must("GET", "/v1/customer_profiles/new/inventory?referrals=true", liveKey, "").json["referrals"])
	if len(inventory) != 1 || inventory[0].field("code") != got.field("code") || inventory[0].field("referredCustomers") != "[]" {
		t.Errorf("the advocate's inventory has %v", inventory)
	}
}

func TestReferralsForManyAdvocates(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	body := `{"campaignId":11,"advocateProfileIntegrationIds":["a","b"],"usageLimit":0,"referralPattern":"REF#","validCharacters":["1","2"]}`
	got := d.must("POST", "/v1/referrals_for_multiple_advocates?silent=no", liveKey, body)
	created := rows(got.json["data"])
	if got.status != 201 || got.field("totalResultSize") != "2" || created[0].field("advocateProfileIntegrationId") != "a" || created[0].field("code") == created[1].field("code") {
		t.Errorf("got %d %s", got.status, got.text)
	}
	if got := d.call("POST", "/v1/referrals_for_multiple_advocates", liveKey, body); got.status != 400 {
		t.Errorf("a used up pattern: %d", got.status)
	}
	if got := d.must("POST", "/v1/referrals_for_multiple_advocates", liveKey, `{"campaignId":11,"advocateProfileIntegrationIds":["c"],"usageLimit":1}`); got.status != 204 || got.text != "" {
		t.Errorf("silent answers %d %s", got.status, got.text)
	}
}

func TestReferralsThatAreRefused(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	for name, test := range map[string]struct{ path, body, pointer string }{
		"unknown campaign":          {"/v1/referrals", `{"campaignId":99,"advocateProfileIntegrationId":"a"}`, "/campaignId"},
		"of another Application":    {"/v1/referrals", `{"campaignId":13,"advocateProfileIntegrationId":"a"}`, "/campaignId"},
		"without referrals":         {"/v1/referrals", `{"campaignId":12,"advocateProfileIntegrationId":"a"}`, "/campaignId"},
		"no advocate":               {"/v1/referrals", `{"campaignId":11}`, "/advocateProfileIntegrationId"},
		"undefined attribute":       {"/v1/referrals", `{"campaignId":11,"advocateProfileIntegrationId":"a","attributes":{"x":1}}`, "/attributes/x"},
		"limit too high":            {"/v1/referrals", `{"campaignId":11,"advocateProfileIntegrationId":"a","usageLimit":1000000}`, "/usageLimit"},
		"dates the wrong way":       {"/v1/referrals", `{"campaignId":11,"advocateProfileIntegrationId":"a","startDate":"2026-01-02T00:00:00Z","expiryDate":"2026-01-01T00:00:00Z"}`, "/expiryDate"},
		"many without usage limit":  {"/v1/referrals_for_multiple_advocates", `{"campaignId":11,"advocateProfileIntegrationIds":["a"]}`, "/usageLimit"},
		"many without advocates":    {"/v1/referrals_for_multiple_advocates", `{"campaignId":11,"advocateProfileIntegrationIds":[],"usageLimit":1}`, "/advocateProfileIntegrationIds"},
		"code chosen by the caller": {"/v1/referrals", `{"campaignId":11,"advocateProfileIntegrationId":"a","code":"MINE"}`, "/code"},
	} {
		got := d.call("POST", test.path, liveKey, test.body)
		items := rows(got.json["errors"])
		if got.status != 400 || len(items) == 0 || object(items[0].json["source"])["pointer"] != test.pointer {
			t.Errorf("%s: %d %s", name, got.status, got.text)
		}
		if bare := test.path == "/v1/referrals"; bare != (got.field("StatusCode") == "null") {
			t.Errorf("%s: the shape of the error is wrong: %s", name, got.text)
		}
	}
}

func TestReferralsAreListedUpdatedAndDeleted(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	created := d.must("POST", "/v1/referrals", liveKey, `{"campaignId":11,"advocateProfileIntegrationId":"a","friendProfileIntegrationId":"f","expiryDate":"2020-01-01T00:00:00Z","usageLimit":3,"attributes":{"source":"app"}}`)
	d.must("POST", "/v1/referrals", liveKey, `{"campaignId":11,"advocateProfileIntegrationId":"b"}`)
	for query, want := range map[string]int{
		"": 2, "?advocate=a": 1, "?advocate=x": 0, "?valid=expired": 1, "?valid=validNow": 1, "?valid=validFuture": 0,
		"?code=" + created.field("code"): 1, "?code=friend": 0, "?createdBefore=2000-01-01T00:00:00Z": 0, "?pageSize=1": 1, "?skip=1": 1,
	} {
		if got := rows(d.must("GET", referralsPath+"/no_total"+query, managementK, "").json["data"]); len(got) != want {
			t.Errorf("%q: %d referrals, want %d", query, len(got), want)
		}
	}
	path := referralsPath + "/" + created.field("id")
	got := d.must("PUT", path, managementK, `{"startDate":"2026-01-01T00:00:00Z"}`)
	if got.field("expiryDate") != "null" || got.field("friendProfileIntegrationId") != "null" || got.field("usageLimit") != "3" ||
		got.field("attributes") != `{"source":"app"}` || got.field("code") != created.field("code") {
		t.Errorf("got %s", got.text)
	}
	if got := d.must("PUT", path, managementK, `{"attributes":{}}`); got.field("attributes") != "{}" {
		t.Errorf("got %s", got.text)
	}
	if got := d.call("PUT", path, managementK, `{"advocateProfileIntegrationId":"b"}`); got.status != 400 {
		t.Errorf("the advocate can be changed: %d", got.status)
	}
	if got := d.must("DELETE", path, managementK, ""); got.status != 204 {
		t.Errorf("got %d", got.status)
	}
	if got := d.call("DELETE", path, managementK, ""); got.status != 404 {
		t.Errorf("got %d", got.status)
	}
	if got := d.call("GET", "/v1/applications/2/campaigns/11/referrals/no_total", managementK, ""); got.status != 404 {
		t.Errorf("a campaign shows in another Application: %d", got.status)
	}
}
