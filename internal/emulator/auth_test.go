package emulator_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
)

func TestEachOperationTakesItsOwnKindOfKey(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	const integration, management = "/v1/integration/campaigns", "/v1/audiences"
	for name, test := range map[string]struct {
		path, authorization string
		want                int
	}{
		"integration key on integration path":  {integration, liveKey, 200},
		"management key on management path":    {management, managementK, 200},
		"no key":                               {integration, "", 401},
		"unknown key":                          {integration, "ApiKey-v1 wrong", 401},
		"wrong scheme":                         {integration, "Bearer demo-integration-key", 401},
		"scheme in lower case":                 {integration, "apikey-v1 demo-integration-key", 401},
		"two spaces":                           {integration, "ApiKey-v1  demo-integration-key", 401},
		"key without scheme":                   {integration, "demo-integration-key", 401},
		"integration key on management path":   {management, liveKey, 401},
		"management key on integration path":   {integration, managementK, 401},
		"management key as integration key":    {integration, "ApiKey-v1 demo-management-key", 401},
		"limited key on its own endpoint":      {"/v1/audiences/analytics?audienceIds=1", audiencesKey, 200},
		"limited key on another endpoint":      {"/v1/applications", audiencesKey, 403},
		"unknown path needs a credential":      {"/v1/nothing", "", 401},
		"unknown path with any key":            {"/v1/nothing", liveKey, 404},
		"wrong key comes before unknown ID":    {"/v1/applications/99", liveKey, 401},
		"wrong endpoint comes before wrong ID": {"/v1/applications/99", audiencesKey, 403},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := d.call("GET", test.path, test.authorization, "")
			expectStatus(t, name, got, test.want)
			if test.want >= 400 && got.field("StatusCode") != strconv.Itoa(test.want) {
				t.Errorf("StatusCode is missing: %s", got.text)
			}
		})
	}
}

func TestKeyThatHasExpiredIsUnknown(t *testing.T) {
	t.Parallel()
	at := newClock()
	fixture := emulator.DefaultFixture()
	fixture.IntegrationKeys[0].Expires = at.now().Add(time.Hour)
	fixture.ManagementKeys[0].Expires = at.now().Add(time.Hour)
	d := start(t, emulator.Options{Fixture: fixture, Now: at.now})
	expectStatus(t, "before", d.call("GET", "/v1/integration/campaigns", liveKey, ""), 200)
	expectStatus(t, "before", d.call("GET", "/v1/audiences", managementK, ""), 200)
	at.advance(time.Hour)
	expectStatus(t, "after", d.call("GET", "/v1/integration/campaigns", liveKey, ""), 401)
	expectStatus(t, "after", d.call("GET", "/v1/audiences", managementK, ""), 401)
}

func TestForbiddenEndpointCanBe401(t *testing.T) {
	t.Parallel()
	d := start(t, with(conventions.ForbiddenStatus, "401"))
	expectStatus(t, "getApplications", d.call("GET", "/v1/applications", audiencesKey, ""), 401)
}

func TestMovedOperationsOf2022TakeTheManagerCredential(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		legacy        string
		authorization string
		want          int
	}{
		"today, integration key": {conventions.No, liveKey, 204},
		"today, management key":  {conventions.No, managementK, 401},
		"2022, management key":   {conventions.Yes, managementK, 204},
		"2022, integration key":  {conventions.Yes, liveKey, 401},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := start(t, with(conventions.Legacy2022, test.legacy))
			path := "/v2/audiences/" + d.newAudience("VIP")
			expectStatus(t, "deleteAudienceMembershipsV2", d.call("DELETE", path+"/memberships", test.authorization, ""), test.want)
			expectStatus(t, "deleteAudienceV2", d.call("DELETE", path, test.authorization, ""), test.want)
		})
	}
}

func TestLogin(t *testing.T) {
	t.Parallel()
	const login = `{"email":"demo@example.com","password":"demo-password"}`
	at := newClock()
	d := start(t, emulator.Options{Now: at.now})
	expectStatus(t, "wrong password", d.call("POST", "/v1/sessions", "", `{"email":"demo@example.com","password":"no"}`), 401)
	expectStatus(t, "no password", d.call("POST", "/v1/sessions", "", `{"email":"demo@example.com"}`), 400)

	got := d.call("POST", "/v1/sessions", "", login)
	expectStatus(t, "login", got, 201)
	if got.field("userId") != "1" || got.field("created") != "2026-05-01T12:00:00Z" {
		t.Errorf("unexpected session: %s", got.text)
	}
	bearer := "Bearer " + got.field("token")
	expectStatus(t, "token", d.call("GET", "/v1/applications", bearer, ""), 200)
	expectStatus(t, "logout", d.call("DELETE", "/v1/sessions", bearer, ""), 204)
	expectStatus(t, "token after logout", d.call("GET", "/v1/applications", bearer, ""), 401)

	other := "Bearer " + d.must("POST", "/v1/sessions", "", login).field("token")
	at.advance(89 * 24 * time.Hour)
	expectStatus(t, "token in its third month", d.call("GET", "/v1/applications", other, ""), 200)
	at.advance(24 * time.Hour)
	expectStatus(t, "token after three months", d.call("GET", "/v1/applications", other, ""), 401)
}
