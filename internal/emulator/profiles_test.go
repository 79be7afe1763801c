package emulator_test

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
)

const inventoryPath = "/v1/customer_profiles/"

// profileOf reads a profile the way its Application does.
func (d *deployment) profileOf(key, id string) response {
	d.t.Helper()
	return response{json: object(d.must("GET", inventoryPath+id+"/inventory?profile=true", key, "").json["profile"])}
}

func object(value any) map[string]any {
	fields, _ := value.(map[string]any)
	return fields
}

// rows are the objects of a list, or of a property that is one.
func rows(value any) []response {
	list, _ := value.([]any)
	objects := make([]response, len(list))
	for i, row := range list {
		objects[i] = response{json: object(row)}
	}
	return objects
}

func TestProfileUpdateMergesAttributes(t *testing.T) {
	t.Parallel()
	at := newClock()
	d := start(t, emulator.Options{Now: at.now})
	created := at.now().Format(time.RFC3339Nano)
	at.advance(time.Minute)
	for _, step := range []struct{ body, want string }{
		{`{"attributes":{"age":1.50,"Language":"de"}}`, `{"Language":"de","age":1.50}`},
		{`{"attributes":{"age":2}}`, `{"Language":"de","age":2}`},
		{`{"attributes":{"Language":null}}`, `{"age":2}`},
		{`{}`, `{"age":2}`},
	} {
		got := d.must("PUT", "/v2/customer_profiles/customer-1", liveKey, step.body)
		if got.text != `{"createdCoupons":[],"createdReferrals":[],"effects":[]}` {
			t.Errorf("an update that asks for nothing answers %s", got.text)
		}
		if profile := d.profileOf(liveKey, "customer-1"); profile.field("attributes") != step.want || profile.field("lastActivity") != created || profile.field("created") != created {
			t.Errorf("after %s: %v", step.body, profile.json)
		}
	}
	d.must("PUT", "/v2/customer_profiles/customer-1?runRuleEngine=true", liveKey, `{}`)
	if got := d.profileOf(liveKey, "customer-1").field("lastActivity"); got != at.now().Format(time.RFC3339Nano) {
		t.Errorf("running the rules leaves lastActivity at %s", got)
	}
}

func TestProfileUpdateReturnsWhatIsAskedFor(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	got := d.must("PUT", "/v2/customer_profiles/new", liveKey, `{"attributes":{"vip":true},"responseContent":["customerProfile","loyalty","triggeredCampaigns"]}`)
	profile := response{json: object(got.json["customerProfile"])}
	if profile.field("integrationId") != "new" || profile.field("attributes") != `{"vip":true}` || profile.field("loyaltyMemberships") != "null" || profile.field("totalSales") != "0" {
		t.Errorf("customerProfile is %v", profile.json)
	}
	if got.field("loyalty") != `{"cards":[],"programs":{}}` || got.field("triggeredCampaigns") != "[]" {
		t.Errorf("got %s", got.text)
	}
}

func TestProfilesBelongToTheEnvironmentOfTheKey(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	d.must("PUT", "/v2/customer_profiles/both", liveKey, `{"attributes":{"age":1}}`)
	d.must("PUT", "/v2/customer_profiles/both", sandboxKey, `{"attributes":{"age":2}}`)
	live, sandbox := d.profileOf(liveKey, "both"), d.profileOf(sandboxKey, "both")
	if live.field("attributes") != `{"age":1}` || sandbox.field("attributes") != `{"age":2}` || live.field("sandbox") != "false" || sandbox.field("sandbox") != "true" {
		t.Errorf("live %v, sandbox %v", live.json, sandbox.json)
	}
	for path, key := range map[string]string{"sandbox-1": liveKey, "customer-1": sandboxKey} {
		expectStatus(t, path, d.call("GET", inventoryPath+path+"/inventory", key, ""), 404)
	}
}

func TestProfileUpdateIsRefusedAsAWhole(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	long := strings.Repeat("x", 1001)
	for name, test := range map[string]struct{ path, body, source string }{
		"undefined attribute":  {"n", `{"attributes":{"age":1,"MyAttribute":1}}`, "pointer /attributes/MyAttribute"},
		"wrong type":           {"n", `{"attributes":{"age":"1"}}`, "pointer /attributes/age"},
		"unknown audience":     {"n", `{"attributes":{"age":1},"audiencesChanges":{"adds":[99],"deletes":[]}}`, "pointer /audiencesChanges/adds/0"},
		"half of the changes":  {"n", `{"audiencesChanges":{"adds":[]}}`, "pointer /audiencesChanges/deletes"},
		"unknown content":      {"n", `{"responseContent":["everything"]}`, "pointer /responseContent/0"},
		"dry without rules":    {"n?dry=true", `{}`, "parameter dry"},
		"ID that is too long":  {long, `{}`, "parameter integrationId"},
		"rules that are maybe": {"n?runRuleEngine=maybe", `{}`, "parameter runRuleEngine"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := d.call("PUT", "/v2/customer_profiles/"+test.path, liveKey, test.body)
			expectStatus(t, name, got, 400)
			if sources := got.sources(); !slices.Equal(sources, []string{test.source}) {
				t.Errorf("the error is at %v, want %s", sources, test.source)
			}
			expectStatus(t, "the profile", d.call("GET", inventoryPath+"n/inventory", liveKey, ""), 404)
		})
	}
}

func TestProfileUpdateChangesAudiences(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	joined, left := d.newAudience("joined"), d.newAudience("left")
	d.join(left, "customer-1")
	d.must("PUT", "/v2/customer_profiles/customer-1", liveKey, `{"audiencesChanges":{"adds":[`+joined+`],"deletes":[`+left+`]}}`)
	if got := d.profileOf(liveKey, "customer-1").field("audienceMemberships"); got != `[{"id":`+joined+`,"name":"joined"}]` {
		t.Errorf("memberships are %s", got)
	}
}

func TestDryProfileUpdateChangesNothing(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	const dry = "?runRuleEngine=true&dry=true"
	first := d.must("PUT", "/v2/customer_profiles/new"+dry, liveKey, `{"attributes":{"age":1},"responseContent":["customerProfile"]}`)
	if got := (response{json: object(first.json["customerProfile"])}); got.field("attributes") != `{"age":1}` {
		t.Errorf("the dry run shows %s", first.text)
	}
	expectStatus(t, "the profile", d.call("GET", inventoryPath+"new/inventory", liveKey, ""), 404)
	d.must("PUT", "/v2/customer_profiles/customer-1"+dry, liveKey, `{"attributes":{"age":1}}`)
	if got := d.profileOf(liveKey, "customer-1").field("attributes"); got != "{}" {
		t.Errorf("the dry run left %s", got)
	}
	imagined := object(first.json["customerProfile"])["id"]
	fresh := d.must("PUT", "/v2/customer_profiles/real", liveKey, `{"responseContent":["customerProfile"]}`)
	if got := object(fresh.json["customerProfile"])["id"]; got != imagined {
		t.Errorf("the dry run took the ID %v", imagined)
	}
}

func TestManyProfilesAreUpdatedTogetherOrNotAtAll(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	got := d.must("PUT", "/v2/customer_profiles?silent=no", liveKey, `{"customerProfiles":[{"integrationId":"a","attributes":{"age":1}},{"integrationId":"customer-1"}]}`)
	states := rows(got.json["integrationStates"])
	if len(states) != 2 || object(states[0].json["customerProfile"])["integrationId"] != "a" {
		t.Errorf("got %s", got.text)
	}
	for _, silent := range []string{"", "?silent=yes"} {
		if got := d.must("PUT", "/v2/customer_profiles"+silent, liveKey, `{"customerProfiles":[{"integrationId":"a"}]}`); got.status != 204 || got.text != "" {
			t.Errorf("silent update: %d %s", got.status, got.text)
		}
	}
	refused := d.call("PUT", "/v2/customer_profiles", liveKey, `{"customerProfiles":[{"integrationId":"b","attributes":{"age":2}},{"integrationId":"a","attributes":{"age":"x"}}]}`)
	expectStatus(t, "wrong type", refused, 400)
	if sources := refused.sources(); !slices.Equal(sources, []string{"pointer /customerProfiles/1/attributes/age"}) {
		t.Errorf("the error is at %v", sources)
	}
	expectStatus(t, "the other profile of a refused request", d.call("GET", inventoryPath+"b/inventory", liveKey, ""), 404)

	many := make([]map[string]string, 1001)
	for i := range many {
		many[i] = map[string]string{"integrationId": "p" + strconv.Itoa(i)}
	}
	for count, want := range map[int]int{1000: 204, 1001: 400} {
		body, err := json.Marshal(map[string]any{"customerProfiles": many[:count]})
		if err != nil {
			t.Fatal(err)
		}
		expectStatus(t, strconv.Itoa(count)+" profiles", d.call("PUT", "/v2/customer_profiles", liveKey, string(body)), want)
	}
}

func TestProfileUpdatesAreIdempotentAndQueued(t *testing.T) {
	t.Parallel()
	running, release := make(chan string, 9), make(chan struct{})
	d := start(t, emulator.Options{OnRequest: holdUntil(running, release)})
	responses := make(chan response, 4)
	send := func() {
		got, err := d.send("PUT", "/v2/customer_profiles/customer-1", liveKey, "application/json", `{}`)
		if err != nil {
			t.Error(err)
		}
		responses <- got
	}
	go send()
	<-running
	for range 3 {
		go send()
	}
	expectStatus(t, "the fourth", <-responses, 409)
	close(release)
	for range 3 {
		expectStatus(t, "one of the three", <-responses, 200)
	}
	for _, path := range []string{"/v2/customer_profiles/customer-1", "/v2/customer_profiles?silent=no"} {
		d.call("PUT", path, liveKey, `{}`, "Idempotency-Key", path)
		d.call("PUT", path, liveKey, `{}`, "Idempotency-Key", path)
		if r := d.server.Requests(); !r[len(r)-1].Replayed {
			t.Errorf("%s is not idempotent", path)
		}
	}
}

func TestErasureEmptiesWhatSaysSomethingAboutTheCustomer(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	audience := d.newAudience("VIP")
	d.join(audience, "customer-1")
	d.must("PUT", "/v2/customer_profiles/customer-1", liveKey, `{"attributes":{"age":1}}`)
	d.must("PUT", "/v2/customer_profiles/customer-2", liveKey, `{"attributes":{"age":2}}`)
	if got := d.must("DELETE", "/v1/customer_data/customer-1", liveKey, ""); got.status != 204 {
		t.Errorf("got %d", got.status)
	}
	erased := d.profileOf(liveKey, "customer-1")
	if erased.field("attributes") != "{}" || erased.field("audienceMemberships") == "[]" {
		t.Errorf("the profile is %v, want no attributes and its membership", erased.json)
	}
	if got := d.profileOf(liveKey, "customer-2").field("attributes"); got != `{"age":2}` {
		t.Errorf("another customer has %s", got)
	}
	for id, key := range map[string]string{"nobody": liveKey, "customer-2": sandboxKey} {
		expectStatus(t, id, d.call("DELETE", "/v1/customer_data/"+id, key, ""), 404)
	}
}

func TestErasureReachesSessionsAndEvents(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	for id, profile := range map[string]string{"own": "customer-1", "other": "customer-2"} {
		d.must("PUT", "/v2/customer_sessions/"+id, liveKey, `{"customerSession":{"profileId":"`+profile+`","attributes":{"Channel":"web"},
			"cartItems":[{"sku":"S","quantity":1,"price":1,"attributes":{"color":"red"}}]}}`)
		d.must("POST", "/v2/events", liveKey, `{"profileId":"`+profile+`","type":"product_shared","attributes":{"url":"https://example.com"}}`)
	}
	d.must("DELETE", "/v1/customer_data/customer-1", liveKey, "")
	for id, want := range map[string]string{"own": `{}`, "other": `{"Channel":"web"}`} {
		session := response{json: object(d.must("GET", "/v2/customer_sessions/"+id, liveKey, "").json["customerSession"])}
		item := rows(session.json["cartItems"])[0]
		if session.field("attributes") != want || (item.field("attributes") == `{"color":"red"}`) != (id == "other") {
			t.Errorf("session %s has %s, its item %s", id, session.field("attributes"), item.field("attributes"))
		}
	}
	events := d.must("GET", "/v1/applications/1/events/no_total?type=product_shared", managementK, "").column("attributes")
	if !slices.Equal(events, []string{`{}`, `{"url":"https://example.com"}`}) && !slices.Equal(events, []string{`{"url":"https://example.com"}`, `{}`}) {
		t.Errorf("events have %v", events)
	}
}

func TestInventoryHasThePartsThatAreAskedFor(t *testing.T) {
	t.Parallel()
	at := newClock()
	fixture := emulator.DefaultFixture()
	yesterday, tomorrow := at.now().Add(-24*time.Hour), at.now().Add(24*time.Hour)
	fixture.Coupons = []emulator.FixtureCoupon{
		{CampaignID: 12, Value: "ACTIVE", ReservedBy: []string{"customer-1"}, DiscountLimit: "9.99"},
		{CampaignID: 12, Value: "PENDING", ReservedBy: []string{"customer-1"}, StartDate: tomorrow},
		{CampaignID: 12, Value: "EXPIRED", ReservedBy: []string{"customer-1"}, ExpiryDate: yesterday},
		{CampaignID: 12, Value: "FOR-EVERYBODY", ImplicitlyReserved: true},
		{CampaignID: 12, Value: "OF-ANOTHER", ReservedBy: []string{"customer-2"}},
		{CampaignID: 12, Value: "FREE"},
		{CampaignID: 13, Value: "IN-THE-SANDBOX", ImplicitlyReserved: true},
	}
	fixture.Referrals = []emulator.FixtureReferral{
		{CampaignID: 11, Advocate: "customer-1", Code: "FRIEND-1", UsageLimit: 3},
		{CampaignID: 11, Advocate: "customer-2", Code: "FRIEND-2"},
		{CampaignID: 13, Advocate: "customer-1", Code: "TRIAL-1"},
	}
	fixture.Profiles[0].Giveaways = []emulator.FixtureGiveaway{{ID: 1, Code: "GIFT", PoolID: 2, EndDate: tomorrow}}
	fixture.Profiles[0].Achievements = []emulator.FixtureAchievement{{ID: 1, CampaignID: 12, Name: "walker", Status: "inprogress", Progress: "1.5", Target: "3"}}
	d := start(t, emulator.Options{Fixture: fixture, Now: at.now})
	const inventory = inventoryPath + "customer-1/inventory"

	if got := d.must("GET", inventory, liveKey, ""); got.text != "{}" {
		t.Errorf("nothing was asked for, and the answer is %s", got.text)
	}
	for part, want := range map[string]map[string]string{
		"coupons":      {"value": "ACTIVE PENDING EXPIRED FOR-EVERYBODY", "state": "active pending expired active", "reservationCounter": "1 1 1 0", "discountLimit": "9.99 null null null"},
		"referrals":    {"code": "FRIEND-1", "usageLimit": "3", "referredCustomers": "[]"},
		"giveaways":    {"code": "GIFT", "poolId": "2", "endDate": "2026-05-02T12:00:00Z"},
		"achievements": {"name": "walker", "title": "walker", "progress": "1.5", "status": "inprogress"},
	} {
		got := d.must("GET", inventory+"?"+part+"=true&profile=false", liveKey, "")
		if len(got.json) != 1 {
			t.Errorf("%s=true brings %s", part, got.text)
		}
		for field, text := range want {
			var values []string
			for _, row := range rows(got.json[part]) {
				values = append(values, row.field(field))
			}
			if strings.Join(values, " ") != text {
				t.Errorf("%s of %s: got %v, want %s", field, part, values, text)
			}
		}
	}
	expectStatus(t, "no boolean", d.call("GET", inventory+"?profile=yes", liveKey, ""), 400)
}

func TestLoyaltyPartSumsUpTheLedgers(t *testing.T) {
	t.Parallel()
	at := newClock()
	fixture := emulator.DefaultFixture()
	entry := func(kind, amount, subledger, start, expiry string) emulator.FixtureTransaction {
		return emulator.FixtureTransaction{
			IntegrationID: "customer-2", Created: at.now().Add(-time.Hour), Type: kind, Amount: json.Number(amount),
			SubledgerID: subledger, StartDate: start, ExpiryDate: expiry,
		}
	}
	fixture.LoyaltyPrograms[0].Transactions = []emulator.FixtureTransaction{
		entry("addition", "10.10", "", "", ""),
		entry("addition", "0.20", "", "", ""),
		entry("subtraction", "0.3", "", "", ""),
		entry("addition", "5", "", "on_action", ""),
		entry("addition", "100", "", "", "2026-01-01T00:00:00Z"),
		entry("addition", "7", "sub", "", ""),
	}
	d := start(t, emulator.Options{Fixture: fixture, Now: at.now})
	got := d.must("GET", inventoryPath+"customer-2/inventory?loyalty=true", liveKey, "")
	program := object(object(object(got.json["loyalty"])["programs"])["5"])
	ledger, sub := response{json: object(program["ledger"])}, response{json: object(object(program["subLedgers"])["sub"])}
	if program["name"] != "Points" || ledger.field("currentBalance") != "10.00" || ledger.field("pendingBalance") != "5" || sub.field("currentBalance") != "7" {
		t.Errorf("got %s", got.text)
	}
}

func TestProfileSearch(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	d.must("PUT", "/v2/customer_profiles", liveKey, `{"customerProfiles":[{"integrationId":"a","attributes":{"age":1,"vip":true}},{"integrationId":"b","attributes":{"age":1}}]}`)
	first := d.profileOf(liveKey, "customer-1").field("id")
	for name, test := range map[string]struct{ query, body, want string }{
		"by integration ID":      {"", `{"integrationIDs":["b","a","nobody","a"]}`, "a b"},
		"by internal ID":         {"", `{"profileIDs":[` + first + `]}`, "customer-1"},
		"by attributes":          {"", `{"attributes":{"age":1}}`, "a b"},
		"by all of them":         {"", `{"integrationIDs":["a","b"],"attributes":{"age":1,"vip":true}}`, "a"},
		"live is the default":    {"", `{"integrationIDs":["sandbox-1"]}`, ""},
		"in the sandbox":         {"?sandbox=true", `{"integrationIDs":["sandbox-1","a"]}`, "sandbox-1"},
		"everything live":        {"", `{}`, "customer-1 customer-2 customer-3 a b"},
		"a page":                 {"?pageSize=2&skip=3", `{}`, "a b"},
		"a page with more to it": {"?pageSize=1", `{"integrationIDs":["a","b"]}`, "a"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := d.must("POST", "/v1/customer_search/no_total"+test.query, managementK, test.body)
			if ids := strings.Join(got.column("integrationId"), " "); ids != test.want {
				t.Errorf("found %q, want %q", ids, test.want)
			}
			if want := strconv.FormatBool(name == "a page with more to it"); got.field("hasMore") != want {
				t.Errorf("hasMore is %s, want %s", got.field("hasMore"), want)
			}
		})
	}
	expectStatus(t, "unknown criterion", d.call("POST", "/v1/customer_search/no_total", managementK, `{"names":[]}`), 400)
	expectStatus(t, "Integration key", d.call("POST", "/v1/customer_search/no_total", liveKey, `{}`), 401)
}
