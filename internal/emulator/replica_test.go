package emulator_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
)

// lagging is a deployment whose reads lag by two seconds of a clock that the test moves.
func lagging(t *testing.T, more ...string) (*deployment, *clock) {
	t.Helper()
	at := newClock()
	options := with(append([]string{conventions.ReadLag, "2s"}, more...)...)
	options.Now = at.now
	return start(t, options), at
}

func TestReadsLagBehindWrites(t *testing.T) {
	t.Parallel()
	d, at := lagging(t)
	id := d.newAudience("VIP")
	list := "/v1/audiences/" + id + "/memberships"
	expectStatus(t, "before the lag is over", d.call("GET", list, managementK, ""), 404)
	at.advance(time.Second)
	d.join(id, "a", "b") // a write sees the audience at once
	expectStatus(t, "after a second", d.call("GET", list, managementK, ""), 404)
	at.advance(time.Second)
	if got := d.members(id); len(got) != 0 {
		t.Errorf("after two seconds, members are %v", got)
	}
	at.advance(time.Second)
	if got := d.members(id); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("after three seconds, members are %v", got)
	}
}

func TestLaggingReadsEndUpWithWhatWasAnswered(t *testing.T) {
	t.Parallel()
	d, at := lagging(t)
	referral := d.must("POST", "/v1/referrals", liveKey, `{"campaignId":11,"advocateProfileIntegrationId":"customer-1"}`)
	d.must("PUT", "/v1/catalogs/6/sync", liveKey, `{"actions":[{"type":"ADD","payload":{"sku":"boot","price":1}}]}`)
	id := d.newAudience("VIP")
	at.advance(time.Second)
	expectStatus(t, "import", d.upload("/v1/audiences/"+id+"/memberships/import", "upFile", "profileintegrationid\nx\ny\n"), 200)
	d.must("PUT", "/v2/customer_sessions/order-1", liveKey, `{"customerSession":{"profileId":"x","cartItems":[{"sku":"boot","quantity":2}]}}`)
	at.advance(2 * time.Second)
	listed := d.must("GET", "/v1/applications/1/campaigns/11/referrals/no_total", managementK, "")
	for _, property := range []string{"code", "id", "created"} {
		if got := listed.column(property); !slices.Equal(got, []string{referral.field(property)}) {
			t.Errorf("%s of the referral is %v, was answered as %s", property, got, referral.field(property))
		}
	}
	if got := d.members(id); !slices.Equal(got, []string{"x", "y"}) {
		t.Errorf("members are %v", got)
	}
	if got := d.must("GET", "/v2/customer_sessions/order-1", liveKey, ""); !strings.Contains(got.text, `"total":2`) {
		t.Errorf("the session is %s", got.text)
	}
	// The replica must not run ahead, and must not share rows with the state.
	d.join(id, "z")
	if got := d.members(id); len(got) != 2 {
		t.Errorf("a write shows before its time: %v", got)
	}
}

func TestFailedWritesLeaveNoTraceInLaggingReads(t *testing.T) {
	t.Parallel()
	d, at := lagging(t)
	expectStatus(t, "an empty name", d.call("POST", "/v2/audiences", liveKey, `{"name":""}`), 400)
	id := d.newAudience("VIP")
	at.advance(2 * time.Second)
	if got := d.must("GET", "/v1/audiences", managementK, "").column("id"); !slices.Equal(got, []string{id}) {
		t.Errorf("audiences are %v, want %s", got, id)
	}
}

func TestFlappingReadsAlternate(t *testing.T) {
	t.Parallel()
	for name, values := range map[string][]string{
		"alone":    {conventions.Flapping, conventions.Yes},
		"and lags": {conventions.Flapping, conventions.Yes, conventions.ReadLag, "1s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := newClock()
			options := with(values...)
			options.Now = at.now
			d := start(t, options)
			path := "/v1/audiences/" + d.newAudience("VIP") + "/memberships"
			at.advance(time.Second - time.Microsecond)
			for i, want := range []int{404, 200, 404, 200} {
				if got := d.call("GET", path, managementK, ""); got.status != want {
					t.Errorf("read %d: got %d, want %d", i, got.status, want)
				}
			}
			at.advance(time.Microsecond)
			expectStatus(t, "after the lag", d.call("GET", path, managementK, ""), 200)
		})
	}
}

func TestLagWithADataFile(t *testing.T) {
	t.Parallel()
	at := newClock()
	options := with(conventions.ReadLag, "2s")
	options.Now, options.DataFile = at.now, t.TempDir()+"/data.json"
	id := start(t, options).newAudience("VIP")
	// What is on disk is what a restarted deployment shows.
	d := start(t, options)
	if got := d.must("GET", "/v1/audiences", managementK, "").column("id"); !slices.Equal(got, []string{id}) {
		t.Errorf("audiences are %v", got)
	}
	d.join(id, "a")
	if got := d.members(id); len(got) != 0 {
		t.Errorf("members are %v", got)
	}
}

func TestUnknownConventionsAreRefused(t *testing.T) {
	t.Parallel()
	for _, values := range []conventions.Values{{"no_such": "yes"}, {conventions.ReadLag: "fast"}, {conventions.Flapping: "maybe"}} {
		if _, err := emulator.New(emulator.Options{Conventions: values}); err == nil {
			t.Errorf("%v was taken", values)
		}
	}
}
