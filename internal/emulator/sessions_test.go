package emulator_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
)

// session updates a session of Application 1.
func (d *deployment) session(id, content string, query ...string) response {
	d.t.Helper()
	return d.call("PUT", "/v2/customer_sessions/"+id+strings.Join(query, ""), liveKey, `{"customerSession":`+content+`,"responseContent":["customerSession"]}`)
}

// part is a member of an object in the answer, as JSON.
func (r response) part(names ...string) string {
	var value any = r.json
	for _, name := range names {
		object, _ := value.(map[string]any)
		value = object[name]
	}
	text, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func expectPart(t *testing.T, a response, want string, names ...string) {
	t.Helper()
	if got := a.part(names...); got != want {
		t.Errorf("%s is %s, want %s\n%s", strings.Join(names, "."), got, want, a.text)
	}
}

func TestSessionStates(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	into := map[string]func(id string){
		"new":       func(string) {},
		"open":      func(id string) { d.session(id, `{"cartItems":[{"sku":"A","quantity":2,"price":1}]}`) },
		"closed":    func(id string) { d.session(id, `{"cartItems":[{"sku":"A","quantity":2,"price":1}],"state":"closed"}`) },
		"cancelled": func(id string) { d.session(id, `{}`); d.session(id, `{"state":"cancelled"}`) },
		"partially_returned": func(id string) {
			d.session(id, `{"cartItems":[{"sku":"A","quantity":2,"price":1}],"state":"closed"}`)
			d.must("POST", "/v2/customer_sessions/"+id+"/returns", liveKey, `{"return":{"returnedCartItems":[{"position":0,"quantity":1}]}}`)
		},
	}
	allowed := map[string]string{
		"new": "open closed", "open": "open closed cancelled", "closed": "cancelled returns reopen",
		"partially_returned": "cancelled returns", "cancelled": "",
	}
	for from, reach := range into {
		for _, to := range []string{"open", "closed", "cancelled", "partially_returned", "returns", "reopen"} {
			id := from + "-" + to
			reach(id)
			var got response
			switch to {
			case "returns":
				got = d.call("POST", "/v2/customer_sessions/"+id+"/returns", liveKey, `{"return":{"returnedCartItems":[{"sku":"A"}]}}`)
			case "reopen":
				got = d.call("PUT", "/v2/customer_sessions/"+id+"/reopen", liveKey, "")
			default:
				got = d.session(id, `{"state":"`+to+`"}`)
			}
			if want := strings.Contains(" "+allowed[from]+" ", " "+to+" "); (got.status == 200) != want {
				t.Errorf("%s to %s: %d %s", from, to, got.status, got.text)
			}
		}
	}
}

func TestClosedSessionDoesNotChange(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	d.session("s", `{"state":"closed","identifiers":["a"]}`)
	refused := d.session("s", `{"state":"cancelled","identifiers":["b"]}`)
	expectStatus(t, "a change", refused, 400)
	if _, hasCode := refused.json["StatusCode"]; hasCode {
		t.Error("400 of this operation has no StatusCode")
	}
	expectStatus(t, "the same content", d.session("s", `{"state":"cancelled","identifiers":["a"]}`), 200)
}

func TestSessionUpdatesBuildOnEarlierOnes(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	first := d.session("s", `{"profileId":"customer-1","couponCodes":["SUMMER10"],"referralCode":"R","identifiers":["i"],"attributes":{"Channel":"web"},"additionalCosts":{"shipping":{"price":0.1}},
		"cartItems":[{"sku":"A","quantity":3,"price":0.1,"additionalCosts":{"wrapping":{"price":1.005}}}]}`)
	expectPart(t, first, "1", "customerSession", "updateCount")
	expectPart(t, first, "true", "customerSession", "firstSession")
	// 3 x 0.1 + 0.1 + 3 x 1.005, exactly.
	expectPart(t, first, "3.415", "customerSession", "total")
	expectPart(t, first, "0.3", "customerSession", "cartItemTotal")
	second := d.session("s", `{"attributes":{"Channel":null}}`)
	expectPart(t, second, "2", "customerSession", "updateCount")
	expectPart(t, second, `["SUMMER10"]`, "customerSession", "couponCodes")
	expectPart(t, second, `{}`, "customerSession", "attributes")
	third := d.session("s", `{"couponCodes":[],"referralCode":"","cartItems":[]}`)
	expectPart(t, third, `[]`, "customerSession", "couponCodes")
	expectPart(t, third, `""`, "customerSession", "referralCode")
	expectPart(t, third, `[]`, "effects")
	expectPart(t, third, "0.1", "customerSession", "total")
	expectPart(t, d.session("s2", `{"profileId":"customer-1"}`), "false", "customerSession", "firstSession")
	expectPart(t, d.session("anonymous", `{}`), "true", "customerSession", "firstSession")
}

func TestSessionBodiesAreChecked(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	many := func(n int, one string) string { return strings.TrimSuffix(strings.Repeat(one+",", n), ",") }
	for name, test := range map[string]struct{ content, pointer string }{
		"undefined attribute": {`{"attributes":{"Chanel":"web"}}`, "/customerSession/attributes/Chanel"},
		"mistyped attribute":  {`{"cartItems":[{"sku":"A","quantity":1,"price":1,"attributes":{"size":"L"}}]}`, "/customerSession/cartItems/0/attributes/size"},
		"no price":            {`{"cartItems":[{"sku":"A","quantity":1}]}`, "/customerSession/cartItems/0/price"},
		"no quantity":         {`{"cartItems":[{"sku":"A","quantity":0,"price":1}]}`, "/customerSession/cartItems/0/quantity"},
		"too many items":      {`{"cartItems":[` + many(1001, `{"sku":"A","quantity":1,"price":1}`) + `]}`, "/customerSession/cartItems"},
		"too many units":      {`{"cartItems":[{"sku":"A","quantity":10001,"price":1}]}`, "/customerSession/cartItems"},
		"six identifiers":     {`{"identifiers":["1","2","3","4","5","6"]}`, "/customerSession/identifiers"},
		"two cards":           {`{"loyaltyCards":["1","2"]}`, "/customerSession/loyaltyCards"},
		"long code":           {`{"couponCodes":["` + strings.Repeat("x", 101) + `"]}`, "/customerSession/couponCodes/0"},
		"no store":            {`{"storeIntegrationId":""}`, "/customerSession/storeIntegrationId"},
		"unknown property":    {`{"coupon":"x"}`, "/customerSession/coupon"},
		"cost without price":  {`{"additionalCosts":{"shipping":{}}}`, "/customerSession/additionalCosts/shipping/price"},
		"other state":         {`{"state":"paid"}`, "/customerSession/state"},
	} {
		refused := d.session("s", test.content)
		if refused.status != 400 || !strings.Contains(refused.text, `"pointer":"`+test.pointer+`"`) {
			t.Errorf("%s: %d %s", name, refused.status, refused.text)
		}
	}
	refused := d.session("s", `{"state":"paid"}`)
	if want := `state must be one of the following: \"open\", \"closed\", \"cancelled\"`; !strings.Contains(refused.text, want) {
		t.Errorf("got %s, want the documented text", refused.text)
	}
	expectStatus(t, "nothing was made", d.call("GET", "/v2/customer_sessions/s", liveKey, ""), 404)
}

func TestCatalogCompletesItems(t *testing.T) {
	t.Parallel()
	fixture := emulator.DefaultFixture()
	product := "boots"
	fixture.Catalogs[0].Items = []emulator.FixtureCatalogItem{{SKU: "CAT", Price: "5.50", Product: &product}}
	d := start(t, emulator.Options{Fixture: fixture})
	got := d.session("s", `{"cartItems":[{"sku":"CAT","quantity":1},{"sku":"CAT","quantity":1,"price":4}]}`)
	expectPart(t, got, "9.5", "customerSession", "total")
	if !strings.Contains(got.text, `"product":{"name":"boots"}`) || !strings.Contains(got.text, `"catalogItemID":`) {
		t.Errorf("got %s", got.text)
	}
	// Application 2 is not connected to the catalog.
	expectStatus(t, "the other Application", d.call("PUT", "/v2/customer_sessions/s", sandboxKey, `{"customerSession":{"cartItems":[{"sku":"CAT","quantity":1}]}}`), 400)
}

func TestCodesAreFoldedAsTheApplicationStoresThem(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	got := d.call("PUT", "/v2/customer_sessions/s", sandboxKey, `{"customerSession":{"couponCodes":["abc"],"referralCode":"def"},"responseContent":["customerSession"]}`)
	expectPart(t, got, `["ABC"]`, "customerSession", "couponCodes")
	expectPart(t, got, `"DEF"`, "customerSession", "referralCode")
	if got := d.session("s", `{"couponCodes":["Summer10"]}`); !strings.Contains(got.part("effects"), `"CouponNotFound"`) || strings.Contains(got.part("effects"), "setDiscount") {
		t.Errorf("got %s", got.text)
	}
}

func TestClosingCountsAndCancellingTakesItBack(t *testing.T) {
	t.Parallel()
	fixture := emulator.DefaultFixture()
	fixture.Effects = append(fixture.Effects,
		emulator.FixtureEffect{SKU: "A", CampaignID: 12, EffectType: "couponCreated", Props: map[string]any{"value": "THANKS-1"}},
		emulator.FixtureEffect{SKU: "A", CampaignID: 11, EffectType: "referralCreated", Props: map[string]any{"value": "FRIEND-1"}})
	d := start(t, emulator.Options{Fixture: fixture})
	const cart = `"profileId":"customer-1","couponCodes":["SUMMER10"],"cartItems":[{"sku":"A","quantity":2,"price":1.25}]`
	profile := func() string {
		got := d.must("PUT", "/v2/customer_sessions/other", liveKey, `{"customerSession":{"profileId":"customer-1"},"responseContent":["customerProfile"]}`)
		return got.part("customerProfile", "closedSessions") + " " + got.part("customerProfile", "totalSales")
	}
	expectPart(t, d.session("s", `{`+cart+`}`), `[]`, "createdCoupons")
	if got := profile(); got != "0 0" {
		t.Errorf("before closing: %s", got)
	}
	closed := d.session("s", `{"state":"closed"}`)
	if !strings.Contains(closed.part("createdCoupons"), `"value":"THANKS-1"`) || !strings.Contains(closed.part("createdReferrals"), `"code":"FRIEND-1"`) {
		t.Errorf("got %s", closed.text)
	}
	if got := profile(); got != "1 2.5" {
		t.Errorf("after closing: %s", got)
	}
	d.must("PUT", "/v2/customer_sessions/s/reopen", liveKey, "")
	if got := profile(); got != "0 0" {
		t.Errorf("after reopening: %s", got)
	}
	d.session("s", `{"state":"closed"}`)
	d.session("s", `{"state":"cancelled"}`)
	if got := profile(); got != "0 0" {
		t.Errorf("after cancelling: %s", got)
	}
	expectPart(t, d.call("GET", "/v2/customer_sessions/s", liveKey, ""), `[]`, "effects")
}

func TestDryRunsLeaveNoTrace(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state.json")
	fixture := emulator.DefaultFixture()
	fixture.Effects = append(fixture.Effects, emulator.FixtureEffect{EventType: "product_shared", CampaignID: 12, EffectType: "couponCreated", Props: map[string]any{"value": "THANKS-1"}})
	d := start(t, emulator.Options{DataFile: file, Fixture: fixture, LegacyEvents: true})
	d.session("closed", `{"state":"closed","cartItems":[{"sku":"A","quantity":2,"price":1}]}`)
	remembered := func() string {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return string(content)
	}
	before := remembered()
	for name, got := range map[string]response{
		"session":   d.session("s", `{"profileId":"new","couponCodes":["SUMMER10"],"state":"closed"}`, "?dry=true"),
		"later":     d.session("s", `{}`, "?dry=true&now=2126-01-01T00:00:00Z"),
		"existing":  d.session("closed", `{"state":"open"}`, "?dry=true"),
		"return":    d.call("POST", "/v2/customer_sessions/closed/returns?dry=true", liveKey, `{"return":{"returnedCartItems":[{"position":0}]}}`),
		"event":     d.call("POST", "/v2/events?dry=true&silent=no&forceCompleteEvaluation=true", liveKey, `{"profileId":"new","type":"product_shared"}`),
		"v3 event":  d.call("POST", "/v3/events?dry=true&silent=no", liveKey, `{"profileId":"new","type":"product_shared","integrationId":"e"}`),
		"old event": d.call("POST", "/v1/events?dry=true", liveKey, `{"profileId":"new","type":"product_shared","sessionId":"new","attributes":{}}`),
	} {
		if got.status >= 300 {
			t.Errorf("%s: %d %s", name, got.status, got.text)
		}
	}
	if remembered() != before {
		t.Error("a dry run changed what the deployment remembers")
	}
	d.session("s", `{}`)
	if remembered() == before {
		t.Error("an update does not show in what the deployment remembers: this test proves nothing")
	}
	for query, why := range map[string]string{
		"?now=2126-01-01T00:00:00Z": "now without dry", "?dry=true&now=2020-01-01T00:00:00Z": "the past", "?dry=true&now=soon": "no time", "?dry=1": "no boolean",
	} {
		expectStatus(t, why, d.session("s", `{}`, query), 400)
	}
}

func TestDryRunsCanChooseCampaigns(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	if got := d.session("s", `{"couponCodes":["SUMMER10"],"evaluableCampaignIds":[11]}`, "?dry=true"); !strings.Contains(got.part("effects"), "CouponPartOfNotTriggeredCampaign") ||
		strings.Contains(got.part("effects"), "setDiscount") {
		t.Errorf("got %s", got.text)
	}
	if got := d.session("s", `{"couponCodes":["SUMMER10"],"evaluableCampaignIds":[12]}`, "?dry=true"); !strings.Contains(got.part("effects"), "setDiscount") {
		t.Errorf("got %s", got.text)
	}
}

func TestReturns(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	d.session("s", `{"state":"closed","profileId":"customer-1","cartItems":[{"sku":"A","quantity":2,"price":1},{"sku":"B","quantity":1,"price":1},{"sku":"A","quantity":1,"price":1}]}`)
	give := func(items string) response {
		return d.call("POST", "/v2/customer_sessions/s/returns", liveKey, `{"return":{"returnedCartItems":[`+items+`]},"responseContent":["customerSession","previousReturns","event"]}`)
	}
	for name, items := range map[string]string{
		"nothing": ``, "neither": `{"quantity":1}`, "place beyond the cart": `{"position":3}`, "other SKU": `{"position":0,"sku":"B"}`,
		"unknown SKU": `{"sku":"C"}`, "more than there is": `{"position":1,"quantity":2}`, "none": `{"position":1,"quantity":0}`,
		"twice together too much": `{"position":1},{"position":1}`,
	} {
		expectStatus(t, name, give(items), 400)
	}
	got := give(`{"sku":"A","quantity":1},{"position":1,"sku":"B"}`)
	expectStatus(t, "a return", got, 200)
	expectPart(t, got, `"s"`, "return", "sessionIntegrationId")
	expectPart(t, got, `"customer-1"`, "return", "profileIntegrationId")
	expectPart(t, got, `"partially_returned"`, "customerSession", "state")
	expectPart(t, got, `"talon_session_partially_returned"`, "event", "type")
	// The second A is next once the first line is used up.
	expectStatus(t, "the rest of the first line", give(`{"sku":"A"}`), 200)
	last := give(`{"sku":"A"}`)
	if got := last.part("customerSession", "cartItems"); strings.Count(got, `"remainingQuantity":0`) != 3 {
		t.Errorf("units are left: %s", got)
	}
	if n := strings.Count(last.part("previousReturns"), `"eventId"`); n != 3 {
		t.Errorf("got %d returns, want 3", n)
	}
	expectStatus(t, "what is gone", give(`{"sku":"A"}`), 400)
	expectStatus(t, "an unknown session", d.call("POST", "/v2/customer_sessions/x/returns", liveKey, `{"return":{"returnedCartItems":[{"position":0}]}}`), 404)
}

func TestSessionRequestsAreQueuedAndRepeatable(t *testing.T) {
	t.Parallel()
	running, release := make(chan string, 9), make(chan struct{})
	d := start(t, emulator.Options{OnRequest: holdUntil(running, release)})
	responses := make(chan response, 4)
	send := func(id, profile string) {
		got, err := d.send("PUT", "/v2/customer_sessions/"+id, liveKey, "application/json", `{"customerSession":{"profileId":"`+profile+`"}}`)
		if err != nil {
			t.Error(err)
		}
		responses <- got
	}
	// Four sessions of one customer count as much as four updates of one session.
	go send("s0", "anna")
	<-running
	for i := range 3 {
		go send(fmt.Sprintf("s%d", i+1), "anna")
	}
	refused := <-responses
	if refused.status != 409 || !strings.Contains(refused.text, "updating this profile at the same time") {
		t.Errorf("got %d %s", refused.status, refused.text)
	}
	close(release)
	for range 3 {
		expectStatus(t, "one of the three", <-responses, 200)
	}
	first := d.call("PUT", "/v2/customer_sessions/k", liveKey, `{"customerSession":{}}`, "Idempotency-Key", "key")
	again := d.call("PUT", "/v2/customer_sessions/k", liveKey, `{"customerSession":{"state":"closed"}}`, "Idempotency-Key", "key")
	if first.text != again.text {
		t.Errorf("got %s, want %s again", again.text, first.text)
	}
	expectPart(t, d.call("GET", "/v2/customer_sessions/k", liveKey, ""), `"open"`, "customerSession", "state")
}

func TestSessionsAndTheirEventsAreListed(t *testing.T) {
	t.Parallel()
	at := newClock()
	d := start(t, emulator.Options{Now: at.now})
	d.session("cart-a", `{"profileId":"anna","couponCodes":["SUMMER10"],"storeIntegrationId":"store-1"}`)
	at.advance(time.Hour)
	d.session("cart-b", `{"referralCode":"FRIEND-1","state":"closed"}`)
	at.advance(time.Hour)
	d.session("cart-a", `{"state":"cancelled"}`)
	for query, want := range map[string]string{
		"": "cart-a cart-b", "?sort=-created": "cart-b cart-a", "?state=closed": "cart-b", "?profile=anna": "cart-a", "?coupon=SUMMER10": "cart-a",
		"?referral=FRIEND-1": "cart-b", "?integrationId=cart": "", "?integrationId=CART&partialMatch=true": "cart-a cart-b", "?integrationId=ca&partialMatch=true": "",
		"?storeIntegrationId=store-1": "cart-a", "?createdAfter=2026-05-01T12:30:00Z": "cart-b", "?createdBefore=2026-05-01T12:30:00Z": "cart-a", "?pageSize=1": "cart-a",
	} {
		got := strings.Join(d.must("GET", "/v1/applications/1/sessions"+query, managementK, "").column("integrationId"), " ")
		if got != want {
			t.Errorf("%s lists %q, want %q", query, got, want)
		}
	}
	for query, want := range map[string]string{
		"":                "talon_profile_created talon_session_created talon_session_created talon_session_closed talon_session_cancelled",
		"?session=cart-b": "talon_session_created talon_session_closed", "?type=talon_session_closed,talon_session_cancelled": "talon_session_closed talon_session_cancelled",
		"?profile=anna": "talon_profile_created talon_session_created talon_session_cancelled", "?effectType=setDiscount": "talon_profile_created talon_session_created",
		"?createdAfter=2026-05-01T13:30:00Z": "talon_session_cancelled",
	} {
		got := strings.Join(d.must("GET", "/v1/applications/1/events/no_total"+query, managementK, "").column("type"), " ")
		if got != want {
			t.Errorf("%s lists %q, want %q", query, got, want)
		}
	}
	id := d.must("GET", "/v1/applications/1/sessions?integrationId=cart-a", managementK, "").column("id")[0]
	expectPart(t, d.must("GET", "/v1/applications/1/sessions/"+id, managementK, ""), `"cancelled"`, "state")
	expectStatus(t, "in the other Application", d.call("GET", "/v1/applications/2/sessions/"+id, managementK, ""), 404)
}
