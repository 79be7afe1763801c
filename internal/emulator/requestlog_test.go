package emulator_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
)

func TestRequestsAreRecordedWithoutKeysAndBodies(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	d := start(t, emulator.Options{RequestLog: &log, Now: newClock().now})
	d.must("POST", "/v2/audiences", liveKey, `{"name":"confidential"}`)
	d.call("GET", "/v1/audiences?sort=id", "ManagementKey-v1 wrong", "")
	d.call("GET", "/v1/none/a%2Fb", managementK, "")

	at := newClock().now()
	want := []emulator.Request{
		{Time: at, Method: "POST", Path: "/v2/audiences", Operation: "createAudienceV2", Status: 201, Credential: "integration", BodyBytes: 23},
		{Time: at, Method: "GET", Path: "/v1/audiences", Query: "sort=id", Operation: "getAudiences", Status: 401, Credential: "none"},
		{Time: at, Method: "GET", Path: "/v1/none/a%2Fb", Status: 404, Credential: "management"},
	}
	got := d.server.Requests()
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(emulator.Request{}, "Duration")); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	if len(lines) != len(want) {
		t.Fatalf("the log has %d lines:\n%s", len(lines), log.String())
	}
	for i, line := range lines {
		var entry emulator.Request
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(got[i], entry); diff != "" {
			t.Errorf("line %d (-memory +log):\n%s", i+1, diff)
		}
	}
	for _, secret := range []string{"demo-", "wrong", "confidential"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log contains %q:\n%s", secret, log.String())
		}
	}
	d.server.ResetRequests()
	if left := d.server.Requests(); len(left) != 0 {
		t.Errorf("after the reset: %v", left)
	}
}

func TestBodiesAreKeptOnRequest(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{KeepBodies: true})
	d.must("POST", "/v2/audiences", liveKey, `{"name":"a"}`)
	if got := string(d.server.Requests()[0].Body); got != `{"name":"a"}` {
		t.Errorf("body is %q", got)
	}
}

func TestUploadsAreCounted(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	id := d.newAudience("VIP")
	d.server.ResetRequests()
	file := "profileintegrationid\n" + strings.Repeat("abcdefghi\n", 10_000)
	d.upload("/v1/audiences/"+id+"/memberships/import", "upFile", file)
	if got := d.server.Requests()[0]; got.BodyBytes < int64(len(file)) || got.Operation != "importAudiencesMemberships" {
		t.Errorf("got %+v", got)
	}
}

func TestLatencyIsAddedToEveryResponse(t *testing.T) {
	t.Parallel()
	const latency = 5 * time.Millisecond
	d := start(t, emulator.Options{Latency: latency})
	d.newAudience("a")
	d.call("GET", "/v1/audiences", "", "")
	d.fault("GET / status=500")
	d.call("GET", "/v1/audiences", managementK, "")
	for _, r := range d.server.Requests() {
		if r.Duration < latency {
			t.Errorf("%s %s took %s", r.Method, r.Path, r.Duration)
		}
	}
}

// lockedBuffer is a buffer that may be read while the emulator writes to it.
type lockedBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}
