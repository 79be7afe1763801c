package emulator_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
)

func TestCreateAudienceReturnsWhatWasSentAndTheDefaults(t *testing.T) {
	t.Parallel()
	at := newClock()
	for name, test := range map[string]struct{ key, body, want string }{
		"from scratch": {liveKey, `{"name":"VIP"}`,
			`{"id":701,"accountId":31,"created":"2026-05-01T12:00:00Z","name":"VIP","sandbox":false,"description":"","subscribedApplicationsIds":[],"createdIn3rdParty":false,"lastUpdate":"2026-05-01T12:00:00Z"}`},
		"from another platform": {liveKey, `{"name":"VIP","integrationId":"x-1"}`,
			`{"id":701,"accountId":31,"created":"2026-05-01T12:00:00Z","name":"VIP","sandbox":false,"description":"","subscribedApplicationsIds":[],"integrationId":"x-1","createdIn3rdParty":false,"lastUpdate":"2026-05-01T12:00:00Z"}`},
		"everything": {sandboxKey, `{"name":"VIP","sandbox":true,"description":"d","subscribedApplicationsIds":[2,1],"integration":"mparticle","integrationId":"382370BKDB946","createdIn3rdParty":true,"lastUpdate":"2022-04-26T13:02:38+02:00"}`,
			`{"id":701,"accountId":31,"created":"2026-05-01T12:00:00Z","name":"VIP","sandbox":true,"description":"d","subscribedApplicationsIds":[2,1],"integration":"mparticle","integrationId":"382370BKDB946","createdIn3rdParty":true,"lastUpdate":"2022-04-26T11:02:38Z"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := start(t, emulator.Options{Now: at.now})
			created := d.call("POST", "/v2/audiences", test.key, test.body)
			expectStatus(t, "createAudienceV2", created, 201)
			if diff := cmp.Diff(test.want, created.text); diff != "" {
				t.Errorf("created (-want +got):\n%s", diff)
			}
			listed := d.must("GET", "/v1/audiences", managementK, "")
			if diff := cmp.Diff(`{"data":[`+test.want+`],"hasMore":false}`, listed.text); diff != "" {
				t.Errorf("listed (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCreateAudienceRefusesWhatTheDeploymentDoesNotHave(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	for name, test := range map[string]struct {
		body string
		want []string
	}{
		"unknown Application":           {`{"name":"a","subscribedApplicationsIds":[1,9]}`, []string{"pointer /subscribedApplicationsIds/1"}},
		"other environment":             {`{"name":"a","sandbox":true}`, []string{"pointer /sandbox"}},
		"unknown integration":           {`{"name":"a","integration":"acme","integrationId":"1"}`, []string{"pointer /integration"}},
		"integration without its ID":    {`{"name":"a","integration":"mparticle"}`, []string{"pointer /integrationId"}},
		"empty ID at the third party":   {`{"name":"a","integration":"mparticle","integrationId":""}`, []string{"pointer /integrationId"}},
		"an ID that the server assigns": {`{"name":"a","id":5}`, []string{"pointer /id"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := d.call("POST", "/v2/audiences", liveKey, test.body)
			expectStatus(t, name, got, 400)
			if !slices.Equal(got.sources(), test.want) {
				t.Errorf("sources are %q, want %q", got.sources(), test.want)
			}
		})
	}
}

func TestOnlyTheIntegrationAndItsIDAreUnique(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	const partner = `{"name":"VIP","integration":"mparticle","integrationId":"7"}`
	d.must("POST", "/v2/audiences", liveKey, partner)
	again := d.call("POST", "/v2/audiences", liveKey, partner)
	expectStatus(t, "the same integration and ID", again, 409)
	if again.field("StatusCode") != "409" {
		t.Errorf("unexpected error shape: %s", again.text)
	}
	d.must("POST", "/v2/audiences", liveKey, `{"name":"VIP","integration":"segment","integrationId":"7"}`)
	d.must("POST", "/v2/audiences", liveKey, `{"name":"VIP","integrationId":"7"}`)
	d.must("POST", "/v2/audiences", liveKey, `{"name":"VIP","integrationId":"7"}`)
	d.must("POST", "/v2/audiences", liveKey, `{"name":"VIP"}`)
	d.must("POST", "/v2/audiences", sandboxKey, partner)
	if n := len(d.must("GET", "/v1/audiences", managementK, "").column("id")); n != 6 {
		t.Errorf("there are %d audiences, want 6", n)
	}
}

func TestUpdateAudienceChangesNameAndApplications(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	path := "/v2/audiences/" + d.must("POST", "/v2/audiences", liveKey, `{"name":"VIP","description":"d","subscribedApplicationsIds":[1]}`).field("id")
	got := d.call("PUT", path, liveKey, `{"name":"VIPs","subscribedApplicationsIds":[2]}`)
	expectStatus(t, "updateAudienceV2", got, 200)
	if got.field("name") != "VIPs" || got.field("subscribedApplicationsIds") != "[2]" || got.field("description") != "d" {
		t.Errorf("updated: %s", got.text)
	}
	if got := d.must("PUT", path, liveKey, `{"name":"VIP"}`); got.field("subscribedApplicationsIds") != "[2]" {
		t.Errorf("Applications that are left out are kept, got %s", got.text)
	}
	if got := d.must("PUT", path, liveKey, `{"name":"VIP","subscribedApplicationsIds":[]}`); got.field("subscribedApplicationsIds") != "[]" {
		t.Errorf("an empty list clears, got %s", got.text)
	}
	expectStatus(t, "description", d.call("PUT", path, liveKey, `{"name":"VIP","description":"e"}`), 400)
	expectStatus(t, "no name", d.call("PUT", path, liveKey, `{}`), 400)
	expectStatus(t, "unknown Application", d.call("PUT", path, liveKey, `{"name":"a","subscribedApplicationsIds":[9]}`), 400)
	expectStatus(t, "unknown audience", d.call("PUT", "/v2/audiences/1", liveKey, `{}`), 404)
}

func TestDeleteAudienceEndsItsMemberships(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	first, second := d.newAudience("first"), d.newAudience("second")
	d.join(first, "customer-1", "customer-2")
	d.join(second, "customer-1")
	expectStatus(t, "deleteAudienceV2", d.call("DELETE", "/v2/audiences/"+first, liveKey, ""), 204)
	expectStatus(t, "again", d.call("DELETE", "/v2/audiences/"+first, liveKey, ""), 404)
	expectStatus(t, "its members", d.call("GET", "/v1/audiences/"+first+"/memberships", managementK, ""), 404)
	left := d.must("GET", "/v1/audiences/"+second+"/memberships", managementK, "").column("audienceMemberships")
	if want := []string{`[{"id":` + second + `,"name":"second"}]`}; !slices.Equal(left, want) {
		t.Errorf("memberships of the only member are %v, want %v", left, want)
	}
	if d.newAudience("third") == first {
		t.Error("the ID was used again")
	}
}

func TestAudienceThatACampaignUsesStays(t *testing.T) {
	t.Parallel()
	fixture := emulator.DefaultFixture()
	fixture.Audiences = []emulator.FixtureAudience{{ID: 5, Name: "VIP"}}
	fixture.Campaigns[0].AudienceIDs = []int64{5}
	d := start(t, emulator.Options{Fixture: fixture})
	got := d.call("DELETE", "/v2/audiences/5", liveKey, "")
	expectStatus(t, "deleteAudienceV2", got, 400)
	if !strings.Contains(got.field("message"), "Refer a friend") {
		t.Errorf("the message does not name the campaign: %s", got.text)
	}
	if ids := d.must("GET", "/v1/integration/campaigns?audienceId=5", liveKey, "").column("id"); !slices.Equal(ids, []string{"11"}) {
		t.Errorf("campaigns of the audience are %v", ids)
	}
}

func TestEnvironmentsDoNotSeeEachOther(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	id := d.newAudience("live")
	d.join(id, "customer-1")
	expectStatus(t, "update", d.call("PUT", "/v2/audiences/"+id, sandboxKey, `{"name":"x"}`), 404)
	expectStatus(t, "delete", d.call("DELETE", "/v2/audiences/"+id, sandboxKey, ""), 404)
	expectStatus(t, "clear", d.call("DELETE", "/v2/audiences/"+id+"/memberships", sandboxKey, ""), 404)
	expectStatus(t, "join", d.call("POST", "/v2/customer_audiences", sandboxKey, `{"data":[{"action":"add","profileIntegrationId":"sandbox-1","audienceId":`+id+`}]}`), 404)
	expectStatus(t, "attributes", d.call("PUT", "/v2/audience_customers/"+id+"/attributes", sandboxKey, `{}`), 404)
	if got := d.members(id); !slices.Equal(got, []string{"customer-1"}) {
		t.Errorf("members are %v", got)
	}
	sandbox := d.must("POST", "/v2/audiences", sandboxKey, `{"name":"sandbox"}`).field("id")
	d.must("POST", "/v2/customer_audiences", sandboxKey, `{"data":[{"action":"add","profileIntegrationId":"customer-1","audienceId":`+sandbox+`}]}`)
	if ids := d.must("GET", "/v1/audiences/"+sandbox+"/memberships", managementK, "").column("sandbox"); !slices.Equal(ids, []string{"true"}) {
		t.Errorf("the member is not the sandbox's own profile of that name: %v", ids)
	}
}

func TestRestrictionToThirdPartyAudiences(t *testing.T) {
	t.Parallel()
	d := start(t, with(conventions.ThirdPartyOnly, conventions.Yes))
	own := "/v2/audiences/" + d.newAudience("own")
	theirs := "/v2/audiences/" + d.must("POST", "/v2/audiences", liveKey, `{"name":"theirs","createdIn3rdParty":true}`).field("id")
	expectStatus(t, "update own", d.call("PUT", own, liveKey, `{"name":"x"}`), 400)
	expectStatus(t, "delete own", d.call("DELETE", own, liveKey, ""), 400)
	expectStatus(t, "update theirs", d.call("PUT", theirs, liveKey, `{"name":"x"}`), 200)
	expectStatus(t, "delete theirs", d.call("DELETE", theirs, liveKey, ""), 204)
}

func TestListOfAudiences(t *testing.T) {
	t.Parallel()
	at := newClock()
	d := start(t, emulator.Options{Now: at.now})
	for _, name := range []string{"banana", "apple", "cherry"} {
		d.newAudience(name)
		at.advance(time.Second)
	}
	for query, want := range map[string]struct {
		names   []string
		hasMore string
		total   string
	}{
		"":                                     {[]string{"banana", "apple", "cherry"}, "false", "null"},
		"?sort=name":                           {[]string{"apple", "banana", "cherry"}, "false", "null"},
		"?sort=-name":                          {[]string{"cherry", "banana", "apple"}, "false", "null"},
		"?sort=-id":                            {[]string{"cherry", "apple", "banana"}, "false", "null"},
		"?sort=-created&pageSize=1":            {[]string{"cherry"}, "true", "null"},
		"?pageSize=2":                          {[]string{"banana", "apple"}, "true", "null"},
		"?pageSize=2&skip=1":                   {[]string{"apple", "cherry"}, "false", "null"},
		"?skip=3":                              {[]string{}, "false", "null"},
		"?skip=4":                              {[]string{}, "false", "null"},
		"?pageSize=1&withTotalResultSize=true": {[]string{"banana"}, "null", "3"},
		"?withTotalResultSize=false":           {[]string{"banana", "apple", "cherry"}, "false", "null"},
	} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			got := d.must("GET", "/v1/audiences"+query, managementK, "")
			if !slices.Equal(got.column("name"), want.names) || got.field("hasMore") != want.hasMore || got.field("totalResultSize") != want.total {
				t.Errorf("got %v, hasMore %s, totalResultSize %s", got.column("name"), got.field("hasMore"), got.field("totalResultSize"))
			}
		})
	}
}

func TestPagingParametersAreNotClamped(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	for query, parameter := range map[string]string{
		"pageSize=0": "pageSize", "pageSize=1001": "pageSize", "pageSize=x": "pageSize", "skip=-1": "skip",
		"sort=description": "sort", "withTotalResultSize=1": "withTotalResultSize",
	} {
		got := d.call("GET", "/v1/audiences?"+query, managementK, "")
		expectStatus(t, query, got, 400)
		if !slices.Equal(got.sources(), []string{"parameter " + parameter}) {
			t.Errorf("%s: sources are %q", query, got.sources())
		}
	}
	expectStatus(t, "malformed query", d.call("GET", "/v1/audiences?sort=%zz", managementK, ""), 400)
}

func TestAnalyticsCountMembers(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	a, b := d.newAudience("a"), d.newAudience("b")
	d.join(a, "customer-1", "customer-2")
	got := d.must("GET", "/v1/audiences/analytics?audienceIds="+b+","+a+",1,"+a, managementK, "")
	if want := `{"data":[{"audienceId":` + a + `,"membersCount":2},{"audienceId":` + b + `,"membersCount":0}],"hasMore":false}`; got.text != want {
		t.Errorf("got %s, want %s", got.text, want)
	}
	if ids := d.must("GET", "/v1/audiences/analytics?sort=membersCount&audienceIds="+a+","+b, managementK, "").column("audienceId"); !slices.Equal(ids, []string{b, a}) {
		t.Errorf("by membersCount: %v", ids)
	}
	for _, query := range []string{"", "?audienceIds=", "?audienceIds=a", "?audienceIds=" + strings.Repeat("1,", 1000) + "1"} {
		expectStatus(t, query, d.call("GET", "/v1/audiences/analytics"+query, managementK, ""), 400)
	}
}
