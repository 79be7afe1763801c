package emulator_test

import (
	"strings"
	"testing"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
)

func TestIdempotencyKeyReplaysTheResponseForADay(t *testing.T) {
	t.Parallel()
	at := newClock()
	d := start(t, emulator.Options{Now: at.now})
	d.server.HandleCounter()
	count := func(authorization, key, body string) string {
		t.Helper()
		var header []string
		if key != "" {
			header = []string{"Idempotency-Key", key}
		}
		got := d.call("PUT", "/test/counters/a", authorization, body, header...)
		expectStatus(t, "count", got, 200)
		return got.field("applied")
	}
	for _, step := range []struct{ what, key, authorization, body, want string }{
		{"first", "k1", liveKey, "{}", "1"},
		{"repetition", "k1", liveKey, "{}", "1"},
		{"another body under the key", "k1", liveKey, `{"a":1}`, "1"},
		{"another key", "k2", liveKey, "{}", "2"},
		{"the same key from another caller", "k1", sandboxKey, "{}", "3"},
		{"no key", "", liveKey, "{}", "4"},
		{"no key again", "", liveKey, "{}", "5"},
		{"the longest key", strings.Repeat("k", 255), liveKey, "{}", "6"},
	} {
		if got := count(step.authorization, step.key, step.body); got != step.want {
			t.Errorf("%s: applied %s, want %s", step.what, got, step.want)
		}
	}
	if r := d.server.Requests(); r[0].Replayed || !r[1].Replayed {
		t.Error("the request log does not tell the repetition")
	}
	at.advance(24*time.Hour - time.Microsecond)
	if got := count(liveKey, "k1", "{}"); got != "1" {
		t.Errorf("a moment before a day is over: %s", got)
	}
	at.advance(time.Microsecond)
	if got := count(liveKey, "k1", "{}"); got != "7" {
		t.Errorf("after a day: %s", got)
	}
	expectStatus(t, "too long", d.call("PUT", "/test/counters/a", liveKey, "{}", "Idempotency-Key", strings.Repeat("k", 256)), 400)
	expectStatus(t, "empty", d.call("PUT", "/test/counters/a", liveKey, "{}", "Idempotency-Key", ""), 400)
}

func TestIdempotencyKeySurvivesALostResponse(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	d.server.HandleCounter()
	d.fault("PUT /test reset after-apply times=1")
	if _, err := d.send("PUT", "/test/counters/a", liveKey, "application/json", "{}", "Idempotency-Key", "k"); err == nil {
		t.Fatal("the answer was not lost")
	}
	if got := d.call("PUT", "/test/counters/a", liveKey, "{}", "Idempotency-Key", "k").field("applied"); got != "1" {
		t.Errorf("applied %s times", got)
	}
}

func TestOtherOperationsIgnoreTheIdempotencyKey(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	for range 2 {
		expectStatus(t, "create", d.call("POST", "/v2/audiences", liveKey, `{"name":"a"}`, "Idempotency-Key", "k"), 201)
	}
	if got := d.countAudiences(); got != 2 {
		t.Errorf("%d audiences, want 2", got)
	}
}

func TestRetryWaitsForTheFirstRequest(t *testing.T) {
	t.Parallel()
	running, release := make(chan string, 9), make(chan struct{})
	d := start(t, emulator.Options{OnRequest: holdUntil(running, release)})
	d.server.HandleCounter()
	responses := make(chan response, 2)
	send := func() {
		got, err := d.send("PUT", "/test/counters/a", liveKey, "application/json", "{}", "Idempotency-Key", "k")
		if err != nil {
			t.Error(err)
		}
		responses <- got
	}
	go send()
	<-running
	go send()
	close(release)
	for range 2 {
		if got := <-responses; got.field("applied") != "1" {
			t.Errorf("got %d %s", got.status, got.text)
		}
	}
}
