package emulator_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
)

// What a client has been told is on disk: a new emulator on the same file, without the old one having been closed,
// is what is left after kill -9.
func TestStateSurvivesKill(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state.json")
	before := start(t, emulator.Options{DataFile: file})
	before.server.HandleCounter()
	vip := before.must("POST", "/v2/audiences", liveKey, `{"name":"VIP","integration":"segment","integrationId":"s","subscribedApplicationsIds":[1]}`).field("id")
	gone := before.newAudience("gone")
	before.join(vip, "customer-2", "new")
	before.join(gone, "customer-2")
	before.must("PUT", "/v2/audience_customers/"+vip+"/attributes", liveKey, `{"age":0.10}`)
	before.must("DELETE", "/v2/audiences/"+gone, liveKey, "")
	bearer := "Bearer " + before.must("POST", "/v1/sessions", "", `{"email":"demo@example.com","password":"demo-password"}`).field("token")
	before.call("PUT", "/test/counters/a", liveKey, "{}", "Idempotency-Key", "k")

	after := start(t, emulator.Options{DataFile: file})
	after.server.HandleCounter()
	for _, path := range []string{"/v1/audiences", "/v1/audiences/" + vip + "/memberships", "/v1/attributes", "/v1/applications", "/v1/applications/1/campaigns"} {
		want, got := before.must("GET", path, managementK, "").text, after.must("GET", path, bearer, "").text
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-before +after):\n%s", path, diff)
		}
	}
	if got := after.call("PUT", "/test/counters/a", liveKey, "{}", "Idempotency-Key", "k"); got.field("applied") != "1" || !after.server.Requests()[len(after.server.Requests())-1].Replayed {
		t.Errorf("the answer under the idempotency key was forgotten: %s", got.text)
	}
	expectStatus(t, "the integration ID is still taken", after.call("POST", "/v2/audiences", liveKey, `{"name":"VIP","integration":"segment","integrationId":"s"}`), 409)
	if id := after.newAudience("next"); id == gone {
		t.Error("the ID of a deleted audience was used again")
	}
	after.leave(vip, "customer-2")
	if got := after.members(vip); !slices.Equal(got, []string{"new"}) {
		t.Errorf("members are %v", got)
	}
}

func TestDataFileWinsOverTheFixture(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state.json")
	start(t, emulator.Options{DataFile: file}).newAudience("VIP")
	fixture := emulator.DefaultFixture()
	fixture.Audiences = []emulator.FixtureAudience{{Name: "of the fixture"}}
	d := start(t, emulator.Options{DataFile: file, Fixture: fixture})
	if got := d.must("GET", "/v1/audiences", managementK, "").column("name"); !slices.Equal(got, []string{"VIP"}) {
		t.Errorf("audiences are %v", got)
	}
}

func TestFixtureIsSavedAtTheStart(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state.json")
	start(t, emulator.Options{DataFile: file})
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("data file: %v, %v", info, err)
	}
	if left, _ := filepath.Glob(file + ".*"); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestHalfWrittenFileIsOverwritten(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state.json")
	start(t, emulator.Options{DataFile: file}).newAudience("VIP")
	if err := os.WriteFile(file+".tmp", []byte(`{"format":`), 0o600); err != nil {
		t.Fatal(err)
	}
	d := start(t, emulator.Options{DataFile: file})
	d.newAudience("second")
	if got := start(t, emulator.Options{DataFile: file}).countAudiences(); got != 2 {
		t.Errorf("%d audiences, want 2", got)
	}
}

func TestDataFileIsARegularFile(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/dev/zero"); err != nil {
		t.Skip(err)
	}
	if _, err := emulator.New(emulator.Options{DataFile: "/dev/zero"}); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("got %v", err)
	}
}

func TestUnreadableDataFileIsNotOverwritten(t *testing.T) {
	t.Parallel()
	for content, problem := range map[string]string{
		`{"format":`:     "unexpected EOF",
		`{"format":99}`:  "has format 99",
		`{"audiences":1`: "cannot be read",
	} {
		file := filepath.Join(t.TempDir(), "state.json")
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := emulator.New(emulator.Options{DataFile: file})
		if err == nil || !strings.Contains(err.Error(), problem) || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: got %v", content, err)
		}
		if left, _ := os.ReadFile(file); string(left) != content {
			t.Errorf("the file became %s", left)
		}
	}
}

func TestChangeThatCannotBeSavedIsNotConfirmed(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "data")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	d := start(t, emulator.Options{DataFile: filepath.Join(folder, "state.json")})
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	expectStatus(t, "create", d.call("POST", "/v2/audiences", liveKey, `{"name":"a"}`), 500)
	expectStatus(t, "reads go on", d.call("GET", "/v1/audiences", managementK, ""), 200)
}

func TestConcurrentChangesAreAllSaved(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "state.json")
	d := start(t, emulator.Options{DataFile: file})
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if got := d.create(); got != 201 {
				t.Errorf("status %d", got)
			}
		})
	}
	group.Wait()
	after := start(t, emulator.Options{DataFile: file})
	if diff := cmp.Diff(d.must("GET", "/v1/audiences", managementK, "").text, after.must("GET", "/v1/audiences", managementK, "").text); diff != "" || after.countAudiences() != 20 {
		t.Errorf("audiences (-before +after):\n%s", diff)
	}
}
