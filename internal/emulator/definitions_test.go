package emulator_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
)

func TestApplicationsHaveEveryRequiredProperty(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	list := d.must("GET", "/v1/applications", managementK, "")
	if got := list.column("name"); !slices.Equal(got, []string{"Web shop", "Sandbox"}) || list.field("totalResultSize") != "2" {
		t.Errorf("applications: %s", list.text)
	}
	if _, has := list.json["hasMore"]; has {
		t.Error("this list gives totalResultSize alone")
	}
	app := d.must("GET", "/v1/applications/2", managementK, "")
	for name, want := range map[string]string{
		"id": "2", "accountId": "31", "sandbox": "true", "caseSensitivity": "insensitive-uppercase", "timezone": "UTC", "currency": "EUR", "loyaltyPrograms": "[]",
	} {
		if app.field(name) != want {
			t.Errorf("%s is %s, want %s", name, app.field(name), want)
		}
	}
	if programs := d.must("GET", "/v1/applications/1", managementK, "").field("loyaltyPrograms"); !strings.Contains(programs, `"id":5`) {
		t.Errorf("loyalty programs of the Web shop: %s", programs)
	}
	expectStatus(t, "unknown", d.call("GET", "/v1/applications/9", managementK, ""), 404)
}

func TestCampaigns(t *testing.T) {
	t.Parallel()
	at := newClock()
	fixture := emulator.DefaultFixture()
	fixture.Campaigns[0].EndTime = at.now()
	fixture.Campaigns[0].Tags = []string{"Friends"}
	fixture.Campaigns[1].StartTime = at.now().Add(-time.Hour)
	fixture.Campaigns = append(fixture.Campaigns,
		emulator.FixtureCampaign{ID: 14, ApplicationID: 1, Name: "Winter", StartTime: at.now().Add(time.Hour)},
		emulator.FixtureCampaign{ID: 15, ApplicationID: 1, Name: "Old summer", State: "archived"})
	d := start(t, emulator.Options{Fixture: fixture, Now: at.now})

	for query, want := range map[string][]string{
		"":                                    {"11", "12", "14", "15"},
		"?name=SUMMER":                        {"12", "15"},
		"?campaignState=enabled":              {"11", "12", "14"},
		"?campaignState=running":              {"12"},
		"?campaignState=scheduled":            {"14"},
		"?campaignState=expired":              {"11"},
		"?campaignState=archived":             {"15"},
		"?tags=friends":                       {"11"},
		"?startAfter=2026-05-01T12:30:00Z":    {"14"},
		"?endBefore=2026-05-01T12:00:00Z":     {"11"},
		"?createdAfter=2026-05-02":            {},
		"?createdBefore=2026-05-01T12:00:00Z": {"11", "12", "14", "15"},
		"?storeId=1":                          {},
		"?sort=-name&pageSize=2":              {"14", "12"},
	} {
		if got := d.must("GET", "/v1/applications/1/campaigns"+query, managementK, "").column("id"); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", query, got, want)
		}
	}
	expectStatus(t, "unknown state", d.call("GET", "/v1/applications/1/campaigns?campaignState=on", managementK, ""), 400)
	expectStatus(t, "no timestamp", d.call("GET", "/v1/applications/1/campaigns?createdAfter=now", managementK, ""), 400)

	campaign := d.must("GET", "/v1/applications/1/campaigns/11", managementK, "")
	for name, want := range map[string]string{
		"applicationId": "1", "userId": "1", "state": "enabled", "frontendState": "expired", "features": `["referrals"]`, "tags": `["Friends"]`,
		"limits": "[]", "type": "advanced", "reevaluateOnReturn": "false", "storesImported": "false", "description": "",
	} {
		if campaign.field(name) != want {
			t.Errorf("%s is %s, want %s", name, campaign.field(name), want)
		}
	}
	if !strings.Contains(campaign.field("referralSettings"), `"couponPattern":"FRIEND-########"`) || campaign.json["startTime"] != nil {
		t.Errorf("campaign: %s", campaign.text)
	}
	expectStatus(t, "another Application's campaign", d.call("GET", "/v1/applications/2/campaigns/11", managementK, ""), 404)

	running := d.must("GET", "/v1/integration/campaigns", liveKey, "")
	if got := running.column("id"); !slices.Equal(got, []string{"12"}) || running.field("hasMore") != "false" {
		t.Errorf("running: %s", running.text)
	}
	if got := d.must("GET", "/v1/integration/campaigns?campaignIds=13,12", sandboxKey, "").column("applicationId"); !slices.Equal(got, []string{"2"}) {
		t.Errorf("running in the sandbox's Application: %v", got)
	}
}

func TestAttributes(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	for query, want := range map[string][]string{
		"?entity=CartItem":                       {"color", "type", "size", "in_stock", "tags", "released"},
		"?entity=CartItem&sort=-name&pageSize=2": {"type", "tags"},
		"?type=number":                           {"size", "age"},
		"?search=LANG":                           {"Language"},
		"?kind=builtin":                          {},
		"?kind=custom&entity=Event":              {"url"},
		"?applicationIds=2&entity=Referral":      {"source"},
	} {
		if got := d.must("GET", "/v1/attributes"+query, managementK, "").column("name"); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", query, got, want)
		}
	}
	all := d.must("GET", "/v1/attributes", managementK, "")
	if all.field("totalResultSize") != "15" {
		t.Errorf("totalResultSize is %s", all.field("totalResultSize"))
	}
	color := d.must("GET", "/v1/attributes/101", managementK, "")
	for name, want := range map[string]string{
		"id": "101", "accountId": "31", "entity": "CartItem", "name": "color", "title": "color", "type": "string", "description": "",
		"suggestions": "[]", "editable": "true", "subscribedCatalogsIds": "[6,7]", "subscribedApplicationsIds": "[]",
	} {
		if color.field(name) != want {
			t.Errorf("%s is %s, want %s", name, color.field(name), want)
		}
	}
	url := d.must("GET", "/v1/attributes?entity=Event", managementK, "")
	if got := url.column("eventType"); !slices.Equal(got, []string{"product_shared"}) || !slices.Equal(url.column("eventTypeId"), []string{"301"}) {
		t.Errorf("attribute of an event: %s", url.text)
	}
	expectStatus(t, "unknown kind", d.call("GET", "/v1/attributes?kind=any", managementK, ""), 400)
	expectStatus(t, "unknown attribute", d.call("GET", "/v1/attributes/1", managementK, ""), 404)
}

func TestSuggestionsCanRestrictValues(t *testing.T) {
	t.Parallel()
	fixture := emulator.DefaultFixture()
	fixture.Attributes = []emulator.FixtureAttribute{
		{Entity: "CustomerProfile", Name: "tier", Type: "string", Suggestions: []string{"gold", "silver"}, RestrictedBySuggestions: true},
		{Entity: "CustomerProfile", Name: "tags", Type: "(list string)", Suggestions: []string{"a"}, RestrictedBySuggestions: true},
		{Entity: "CustomerProfile", Name: "home", Type: "location"},
	}
	d := start(t, emulator.Options{Fixture: fixture})
	path := "/v2/audience_customers/" + d.newAudience("VIP") + "/attributes"
	expectStatus(t, "suggested", d.call("PUT", path, liveKey, `{"tier":"gold","tags":["a"],"home":{"lat":1,"lng":2}}`), 204)
	expectStatus(t, "other", d.call("PUT", path, liveKey, `{"tier":"bronze"}`), 400)
	expectStatus(t, "other in list", d.call("PUT", path, liveKey, `{"tags":["a","b"]}`), 400)
	expectStatus(t, "location", d.call("PUT", path, liveKey, `{"home":"1,2"}`), 400)
}
