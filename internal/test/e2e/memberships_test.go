package e2e

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// newAudience makes an audience behind Terraform's back.
func newAudience(t *testing.T, d *acctest.Deployment) int64 {
	t.Helper()
	var audience struct{ ID int64 }
	d.Call(t, http.MethodPost, "/v2/audiences", map[string]any{"name": "VIP"}, &audience)
	return audience.ID
}

func memberCount(t *testing.T, d *acctest.Deployment, audienceID int64) int {
	t.Helper()
	var response struct {
		Data []struct{ MembersCount int }
	}
	d.Call(t, http.MethodGet, fmt.Sprintf("/v1/audiences/analytics?audienceIds=%d", audienceID), nil, &response)
	return response.Data[0].MembersCount
}

// 200 resources over 5 audiences, 50 at a time. While a response is under way, those that follow gather: it takes long enough
// for a CLI on a busy machine.
func TestSingleMembershipsShareRequests(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t, func(o *emulator.Options) { o.Latency = 2 * time.Second })
	ids := make([]string, 5)
	for i := range ids {
		ids[i] = fmt.Sprint(newAudience(t, d))
	}
	d.Forget()
	c := newCLI(t, d.URL, fmt.Sprintf(`
		locals {
		  members = { for pair in setproduct([%s], range(40)) : "${pair[0]}/${pair[1]}" => pair }
		}
		resource "talonone_audience_membership" "all" {
		  for_each               = local.members
		  audience_id            = each.value[0]
		  profile_integration_id = "customer-${each.value[1]}"
		}`, strings.Join(ids, ", ")))
	atMost := func(operation string, limit int) {
		t.Helper()
		if n := d.Count(operation); n == 0 || n > limit {
			t.Errorf("%d requests of %s, want 1 to %d", n, operation, limit)
		}
		d.Forget()
	}
	c.must(0, "apply", "-auto-approve", "-parallelism=50")
	atMost("updateCustomerProfileAudiences", 15)
	c.must(0, "plan", "-detailed-exitcode", "-parallelism=50")
	atMost("exportAudiencesMemberships", 10)
	c.must(0, "destroy", "-auto-approve", "-parallelism=50")
	atMost("updateCustomerProfileAudiences", 15)
}

func writeMembers(t *testing.T, name string, from, to int) {
	t.Helper()
	var b strings.Builder
	for i := from; i < to; i++ {
		fmt.Fprintf(&b, "customer-%09d\n", i)
	}
	if err := os.WriteFile(name, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestAHundredThousandMembersFromAFile(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		ownership string
		// create, change are the writes that they take.
		create, change map[string]int
		// state is the largest state file, in bytes.
		state int64
	}{
		{"exclusive", map[string]int{"importAudiencesMemberships": 1}, map[string]int{"updateCustomerProfileAudiences": 1}, 10_000},
		{"additive", map[string]int{"updateCustomerProfileAudiences": 100}, map[string]int{"updateCustomerProfileAudiences": 1}, 750_000},
	} {
		t.Run(test.ownership, func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t)
			id := newAudience(t, d)
			members := filepath.Join(t.TempDir(), "members.txt")
			c := newCLI(t, d.URL, fmt.Sprintf("resource \"talonone_audience_memberships\" \"all\" {\n  audience_id = %d\n  ownership = %q\n  members_file = { path = %q }\n}\n", id, test.ownership, members))
			expect := func(want map[string]int) {
				t.Helper()
				if err := d.ExpectWrites(want)(nil); err != nil {
					t.Error(err)
				}
			}
			writeMembers(t, members, 0, 100_000)
			d.Forget()
			c.must(0, "apply", "-auto-approve")
			expect(test.create)

			c.must(0, "plan", "-detailed-exitcode")
			if diff := cmp.Diff(1, d.Count("exportAudiencesMemberships")); diff != "" {
				t.Errorf("exports of a plan without changes: %s", diff)
			}
			expect(map[string]int{})

			writeMembers(t, members, 500, 100_500)
			plan := c.must(2, "plan", "-detailed-exitcode", "-no-color")
			for _, want := range []string{`-> "customer-000100000"`, `\+ "customer-000000000"`, `added\s+= 100000 -> 500`, `removed\s+= 0 -> 500`, `-> "\+500 −500, 100,000 members in all \(`} {
				if !regexp.MustCompile(want).MatchString(plan) {
					t.Errorf("the plan lacks %s:\n%s", want, plan)
				}
			}
			d.Forget()
			c.must(0, "apply", "-auto-approve")
			expect(test.change)
			if got := memberCount(t, d, id); got != 100_000 {
				t.Errorf("the audience has %d members", got)
			}
			info, err := os.Stat(filepath.Join(c.Dir, "terraform.tfstate"))
			if err != nil {
				t.Fatal(err)
			}
			if info.Size() > test.state {
				t.Errorf("the state has %d bytes", info.Size())
			}
		})
	}
}

func TestApplyAfterTheProviderWasKilledEndsWithAllMembers(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("finding the provider's processes needs /proc")
	}
	var running atomic.Pointer[cli]
	var requests, killed atomic.Int64
	d := acctest.Start(t, func(o *emulator.Options) {
		o.OnRequest = func(_ context.Context, operation string) {
			if operation == "updateCustomerProfileAudiences" && requests.Add(1) == 3 {
				killed.Store(int64(running.Load().KillProvider()))
			}
		}
	})
	id := newAudience(t, d)
	members := filepath.Join(t.TempDir(), "members.txt")
	writeMembers(t, members, 0, 4500)
	c := newCLI(t, d.URL, fmt.Sprintf("resource \"talonone_audience_memberships\" \"all\" {\n  audience_id = %d\n  members_file = { path = %q }\n}\n", id, members))
	running.Store(c)
	output, code := c.Run("apply", "-auto-approve")
	if code == 0 {
		t.Fatalf("the apply was not disturbed:\n%s", output)
	}
	if killed.Load() == 0 {
		t.Fatalf("no provider was found to kill:\n%s", output)
	}
	c.must(0, "apply", "-auto-approve")
	if got := memberCount(t, d, id); got != 4500 {
		t.Errorf("the audience has %d members", got)
	}
	c.must(0, "plan", "-detailed-exitcode")
}

func TestMembersStayOutOfLogsAndErrors(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	id := newAudience(t, d)
	const secret = "person-4711"
	configuration := func(source string) string {
		return fmt.Sprintf("resource \"talonone_audience_memberships\" \"all\" {\n  audience_id = %d\n  show_samples = false\n  %s\n}\n", id, source)
	}
	list := filepath.Join(t.TempDir(), "members.txt")
	if err := os.WriteFile(list, []byte(secret+"\nperson-4712\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c := newCLI(t, d.URL, configuration(fmt.Sprintf("members_file = { path = %q }", list)))
	log := filepath.Join(c.Dir, "provider.log")
	c.Env = append(c.Env, "TF_LOG_PROVIDER=DEBUG", "TF_LOG_PATH="+log)
	if err := d.Server.AddFault(emulator.Fault{Method: http.MethodPost, PathPrefix: "/v2/customer_audiences", Status: http.StatusBadRequest, Times: 1}); err != nil {
		t.Fatal(err)
	}
	output, code := c.Run("apply", "-auto-approve")
	if code == 0 {
		t.Fatalf("the apply was not disturbed:\n%s", output)
	}
	output += c.must(0, "apply", "-auto-approve") + c.must(0, "plan", "-detailed-exitcode")
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "updateCustomerProfileAudiences") {
		t.Error("the log holds no requests")
	}
	state, err := os.ReadFile(filepath.Join(c.Dir, "terraform.tfstate"))
	if err != nil {
		t.Fatal(err)
	}
	for where, content := range map[string]string{"log": string(text), "output": output, "state": string(state)} {
		if strings.Contains(content, secret) {
			t.Errorf("the %s holds a member's ID", where)
		}
	}
}
