package emulator_test

import (
	"testing"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
)

func TestManagementLimitSlides(t *testing.T) {
	t.Parallel()
	at := newClock()
	d := start(t, emulator.Options{ManagementRPS: 3, Conventions: conventions.Values{conventions.RetryAfter: conventions.Yes}, Now: at.now})
	request := func(want int) response {
		t.Helper()
		got := d.call("GET", "/v1/audiences", managementK, "")
		expectStatus(t, at.now().Format(time.StampMilli), got, want)
		return got
	}
	request(200)
	at.advance(400 * time.Millisecond)
	request(200)
	request(200)
	refused := request(429)
	if refused.field("StatusCode") != "429" || refused.header.Get("Retry-After") != "1" {
		t.Errorf("Retry-After %q, body %s", refused.header.Get("Retry-After"), refused.text)
	}
	at.advance(599 * time.Millisecond)
	request(429)
	at.advance(time.Millisecond)
	request(200)
	request(429)
	at.advance(400 * time.Millisecond)
	request(200)
	request(200)
	request(429)
}

func TestManagementLimitIsPerKeyAndEndpoint(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{ManagementRPS: 1, Now: newClock().now})
	id := d.newAudience("a")
	expectStatus(t, "first", d.call("GET", "/v1/audiences", managementK, ""), 200)
	refused := d.call("GET", "/v1/audiences", managementK, "")
	expectStatus(t, "second", refused, 429)
	if refused.header.Get("Retry-After") != "" {
		t.Error("Retry-After is sent although the option is off")
	}
	expectStatus(t, "another key", d.call("GET", "/v1/audiences", audiencesKey, ""), 200)
	expectStatus(t, "another endpoint", d.call("GET", "/v1/applications", managementK, ""), 200)
	expectStatus(t, "another audience is the same endpoint", d.call("GET", "/v1/audiences/"+id+"/memberships", managementK, ""), 200)
	expectStatus(t, "another audience is the same endpoint", d.call("GET", "/v1/audiences/1/memberships", managementK, ""), 429)
	expectStatus(t, "the Integration API has no such limit", d.call("GET", "/v1/integration/campaigns", liveKey, ""), 200)
	expectStatus(t, "the Integration API has no such limit", d.call("GET", "/v1/integration/campaigns", liveKey, ""), 200)
	expectStatus(t, "a wrong key is reported first", d.call("GET", "/v1/audiences", liveKey, ""), 401)
	expectStatus(t, "login", d.call("POST", "/v1/sessions", "", `{"email":"a","password":"b"}`), 401)
	expectStatus(t, "login", d.call("POST", "/v1/sessions", "", `{"email":"a","password":"b"}`), 429)
}

func TestLimitOfLessThanOnePerSecond(t *testing.T) {
	t.Parallel()
	at := newClock()
	d := start(t, emulator.Options{ManagementRPS: 0.5, Conventions: conventions.Values{conventions.RetryAfter: conventions.Yes}, Now: at.now})
	expectStatus(t, "first", d.call("GET", "/v1/audiences", managementK, ""), 200)
	refused := d.call("GET", "/v1/audiences", managementK, "")
	expectStatus(t, "second", refused, 429)
	if refused.header.Get("Retry-After") != "2" {
		t.Errorf("Retry-After is %q", refused.header.Get("Retry-After"))
	}
	at.advance(2 * time.Second)
	expectStatus(t, "after two seconds", d.call("GET", "/v1/audiences", managementK, ""), 200)
}
