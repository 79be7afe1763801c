package emulator_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
)

// sharing is a deployment where sharing a product gives points.
func sharing(t *testing.T, legacy bool) *deployment {
	t.Helper()
	fixture := emulator.DefaultFixture()
	fixture.Effects = append(fixture.Effects, emulator.FixtureEffect{
		EventType: "product_shared", CampaignID: 12, RuleName: "Sharing", EffectType: "addLoyaltyPoints", Props: map[string]any{"name": "Sharing", "value": json.Number("5")},
	})
	return start(t, emulator.Options{Fixture: fixture, LegacyEvents: legacy})
}

func TestEventIsTrackedSilentlyOrNot(t *testing.T) {
	t.Parallel()
	d := sharing(t, false)
	const body = `{"profileId":"anna","type":"product_shared","attributes":{"url":"x"},"responseContent":["event","customerProfile"]}`
	for _, query := range []string{"", "?silent=yes"} {
		if got := d.call("POST", "/v2/events"+query, liveKey, body); got.status != 204 || got.text != "" {
			t.Errorf("%s: %d %s", query, got.status, got.text)
		}
	}
	got := d.call("POST", "/v2/events?silent=no", liveKey, body)
	expectStatus(t, "silent=no", got, 200)
	expectPart(t, got, `[[12,1012,0,["addLoyaltyPoints","Sharing",5]]]`, "event", "effects")
	expectPart(t, got, `"anna"`, "customerProfile", "integrationId")
	expectPart(t, got, `[]`, "createdCoupons")
	expectStatus(t, "silent=maybe", d.call("POST", "/v2/events?silent=maybe", liveKey, body), 400)
	// A profile that an event makes is no event of its own.
	listed := d.must("GET", "/v1/applications/1/events/no_total", managementK, "")
	if types := strings.Join(listed.column("type"), " "); types != "product_shared product_shared product_shared" {
		t.Errorf("got %s", types)
	}
	if !strings.Contains(listed.text, `"effectType":"addLoyaltyPoints"`) {
		t.Errorf("listed effects are objects: %s", listed.text)
	}
}

func TestEventsAreChecked(t *testing.T) {
	t.Parallel()
	d := sharing(t, true)
	for name, test := range map[string]struct{ path, body, pointer string }{
		"no profile":            {"/v2/events", `{"type":"product_shared"}`, "/profileId"},
		"built-in type":         {"/v2/events", `{"profileId":"a","type":"talon_session_closed"}`, "/type"},
		"unknown type":          {"/v2/events", `{"profileId":"a","type":"product_sold"}`, "/type"},
		"undefined attribute":   {"/v2/events", `{"profileId":"a","type":"product_shared","attributes":{"uri":"x"}}`, "/attributes/uri"},
		"v3 without ID":         {"/v3/events", `{"profileId":"a","type":"product_shared"}`, "/integrationId"},
		"v3 with an open order": {"/v3/events", `{"profileId":"a","type":"product_shared","integrationId":"e","connectedSessionId":"s"}`, "/connectedSessionId"},
		"v1 without session":    {"/v1/events", `{"type":"product_shared","attributes":{}}`, "/sessionId"},
		"v1 without attributes": {"/v1/events", `{"type":"product_shared","sessionId":"s"}`, "/attributes"},
	} {
		if got := d.call("POST", test.path, liveKey, test.body); got.status != 400 || !strings.Contains(got.text, `"pointer":"`+test.pointer+`"`) {
			t.Errorf("%s: %d %s", name, got.status, got.text)
		}
	}
	expectStatus(t, "force without dry", d.call("POST", "/v2/events?forceCompleteEvaluation=true", liveKey, `{"profileId":"a","type":"product_shared"}`), 400)
}

func TestAdvancedEventsAreUniqueAndReadable(t *testing.T) {
	t.Parallel()
	d := sharing(t, false)
	d.session("order", `{"state":"closed"}`)
	const body = `{"profileId":"anna","type":"product_shared","integrationId":"e 1","connectedSessionId":"order","responseContent":["advancedEvent"]}`
	expectPart(t, d.must("POST", "/v3/events?silent=no", liveKey, body), `"order"`, "advancedEvent", "connectedSessionId")
	expectStatus(t, "the same again", d.call("POST", "/v3/events?silent=no", liveKey, body), 409)
	expectPart(t, d.must("GET", "/v3/events/e%201", liveKey, ""), `"anna"`, "profileId")
	expectStatus(t, "unknown", d.call("GET", "/v3/events/e2", liveKey, ""), 404)
	expectStatus(t, "in the other Application", d.call("GET", "/v3/events/e%201", sandboxKey, ""), 404)
}

func TestRetiredEventIsServedOnlyWhenAskedFor(t *testing.T) {
	t.Parallel()
	const body = `{"profileId":"anna","type":"product_shared","sessionId":"s","attributes":{"url":"x"}}`
	expectStatus(t, "today", sharing(t, false).call("POST", "/v1/events", liveKey, body), 404)
	d := sharing(t, true)
	got := d.call("POST", "/v1/events", liveKey, body)
	expectStatus(t, "as before 2023", got, 201)
	expectPart(t, got, `"s"`, "session", "integrationId")
	expectPart(t, got, `"anna"`, "session", "profileId")
	expectPart(t, got, `"anna"`, "profile", "integrationId")
	expectPart(t, got, `[[12,1012,0,["addLoyaltyPoints","Sharing",5]]]`, "event", "effects")
	expectStatus(t, "the session of another", d.call("POST", "/v1/events", liveKey, strings.Replace(body, "anna", "bob", 1)), 400)
	expectStatus(t, "no profile named", d.call("POST", "/v1/events", liveKey, strings.Replace(body, `"profileId":"anna",`, "", 1)), 201)
}

func TestSessionsAndEventsSurviveARestart(t *testing.T) {
	t.Parallel()
	file := t.TempDir() + "/state.json"
	before := start(t, emulator.Options{DataFile: file})
	before.session("s", `{"profileId":"anna","cartItems":[{"sku":"A","quantity":1,"price":1.10}],"additionalCosts":{"shipping":{"price":2}}}`)
	before.must("POST", "/v3/events", liveKey, `{"profileId":"anna","type":"product_shared","integrationId":"e"}`)
	want := before.must("GET", "/v2/customer_sessions/s", liveKey, "").text
	after := start(t, emulator.Options{DataFile: file})
	if got := after.must("GET", "/v2/customer_sessions/s", liveKey, "").text; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	expectStatus(t, "the event", after.call("GET", "/v3/events/e", liveKey, ""), 200)
	expectPart(t, after.session("s2", `{"profileId":"anna"}`), "false", "customerSession", "firstSession")
}
