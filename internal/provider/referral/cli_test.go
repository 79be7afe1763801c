package referral_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/terraformcli"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// What Terraform keeps between its calls, and what it drops, only real processes show.

var (
	binaries terraformcli.Binaries
	private  = regexp.MustCompile(`"private": "[^"]+"`)
)

func TestMain(m *testing.M) { os.Exit(binaries.Run(m)) }

type cli struct {
	*terraformcli.CLI
	t *testing.T
	d *acctest.Deployment
}

func newCLI(t *testing.T, d *acctest.Deployment, config string) *cli {
	t.Helper()
	c := &cli{terraformcli.New(t, &binaries, d.URL), t, d}
	c.configure(config)
	return c
}

func (c *cli) configure(config string) {
	c.t.Helper()
	c.Write("main.tf", "terraform {\n  required_providers {\n    talonone = { source = \"talon-one/talonone\" }\n  }\n}\n"+c.d.Config(config))
}

// must runs a command that has to end with one exit code.
func (c *cli) must(code int, args ...string) string {
	c.t.Helper()
	output, got := c.Run(append(args, "-no-color")...)
	if got != code {
		c.t.Fatalf("%v ended with %d, want %d:\n%s", args, got, code, output)
	}
	return output
}

func (c *cli) says(output, words string) {
	c.t.Helper()
	if !saying(words).MatchString(output) {
		c.t.Errorf("there is no word of %q in\n%s", words, output)
	}
}

// settled checks that exactly these advocates have a referral, and that there is nothing left to do.
func (c *cli) settled(want ...string) {
	c.t.Helper()
	if want == nil {
		want = []string{}
	}
	if diff := cmp.Diff(want, advocates(rows(c.t, c.d))); diff != "" {
		c.t.Errorf("advocates with a referral (-want +got):\n%s", diff)
	}
	c.must(0, "plan", "-detailed-exitcode")
}

// losePrivateState does to the state what Terraform does when a provider dies during an update.
func (c *cli) losePrivateState() {
	c.t.Helper()
	state := c.Read("terraform.tfstate")
	without := private.ReplaceAllString(state, `"private": ""`)
	if without == state {
		c.t.Fatal("there is no private state")
	}
	c.Write("terraform.tfstate", without)
}

// others creates a referral behind Terraform's back.
func others(t *testing.T, d *acctest.Deployment, advocate string) {
	t.Helper()
	d.Call(t, http.MethodPost, "/v1/referrals", map[string]any{"campaignId": 11, "advocateProfileIntegrationId": advocate, "usageLimit": 1}, nil)
}

// What the journal tells of resources with equal settings differs between the two plans of one apply.
func TestResourcesWithEqualSettingsNeverShareACode(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	config := func(n int) string {
		return fmt.Sprintf(`
			resource "talonone_referral" "invite" {
			  count                           = %d
			  campaign_id                     = 11
			  advocate_profile_integration_id = "a"
			}
			resource "talonone_referrals" "program" {
			  count       = %d
			  campaign_id = 11
			  advocates   = ["b", "c"]
			  usage_limit = 1
			}`, n, n)
	}
	c := newCLI(t, d, config(1))
	want := []string{"a", "b", "c"}
	c.must(0, "apply", "-auto-approve")
	for n, refresh := range []string{"-refresh=false", "-refresh=true"} {
		c.configure(config(n + 2))
		c.must(0, "apply", "-auto-approve", refresh)
		want = slices.Sorted(slices.Values(append(want, "a", "b", "c")))
		c.settled(want...)
	}
}

func TestSavedPlanOfReferralsAllowsWhatOthersAdd(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	c := newCLI(t, d, referrals(`["a", "b"]`, ""))
	c.must(0, "plan", "-out=saved")
	others(t, d, "a")
	c.must(0, "apply", "saved")
	c.settled("a", "a", "b")

	c.configure(referrals(`["b", "c"]`, "usage_limit = 2"))
	c.must(0, "plan", "-out=saved")
	others(t, d, "a")
	others(t, d, "c")
	c.must(0, "apply", "saved")
	c.settled("a", "a", "b", "c", "c")
	c.must(0, "destroy", "-auto-approve")
	if diff := cmp.Diff([]string{"a", "a", "c"}, advocates(rows(t, d))); diff != "" {
		t.Errorf("referrals of others (-want +got):\n%s", diff)
	}
}

func TestReplacedReferralsConverge(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	c := newCLI(t, d, referrals(`["a", "b"]`, "max_removal_percent = 0")+referralOf(11, "c"))
	c.must(0, "apply", "-auto-approve")
	replace := []string{"apply", "-auto-approve", "-replace=" + program, "-replace=" + invite}
	c.says(c.must(1, replace...), `remove 2 of 2 referrals`)
	c.settled("a", "b", "c")

	// The guard may be lifted in the same change.
	before := rows(t, d)
	config := referrals(`["a", "b"]`, "") + referralOf(11, "c")
	c.configure(config)
	c.must(0, replace...)
	c.settled("a", "b", "c")
	for _, one := range rows(t, d) {
		if slices.ContainsFunc(before, func(old row) bool { return old.ID == one.ID }) {
			t.Errorf("%s still has code %s", one.Advocate, one.Code)
		}
	}
	for _, refresh := range []string{"-refresh=true", "-refresh=false"} {
		c.must(0, "taint", program)
		c.must(0, "apply", "-auto-approve", refresh)
		c.settled("a", "b", "c")
	}

	c.configure(strings.ReplaceAll(config, "campaign_id = 11", "campaign_id = 11\nlifecycle { create_before_destroy = true }"))
	c.must(0, replace...)
	c.settled("a", "b", "c")
	c.configure(strings.Replace(config, `["a", "b"]`, `["a", "b"]`, 1))
	c.says(c.must(0, "plan", "-destroy"), `Destroying removes 2 referrals`)
}

// killAt kills the provider of c at the first request of an operation.
func killAt(t *testing.T, operation string) (*acctest.Deployment, *atomic.Pointer[cli]) {
	t.Helper()
	var victim atomic.Pointer[cli]
	d := acctest.Start(t, func(o *emulator.Options) {
		o.OnRequest = func(_ context.Context, requested string) {
			if c := victim.Load(); c != nil && requested == operation && victim.CompareAndSwap(c, nil) {
				c.KillProvider()
			}
		}
	})
	return d, &victim
}

// What a request has made belongs to the resource, also when the provider died before it had the response.
func TestReferralsAreOwnedAfterAKilledUpdate(t *testing.T) {
	t.Parallel()
	for operation, test := range map[string]struct {
		there []string
		plan  string
	}{
		"updateReferral":                      {[]string{"a", "x"}, `\+2 (~1 )?−1, 3 referrals in all`},
		"createReferralsForMultipleAdvocates": {[]string{"a", "b", "c"}, `An earlier apply was interrupted while it created these`},
	} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			d, victim := killAt(t, operation)
			c := newCLI(t, d, referrals(`["a", "x"]`, ""))
			c.must(0, "apply", "-auto-approve")
			c.configure(referrals(`["a", "b", "c"]`, "usage_limit = 2"))
			victim.Store(c)
			c.must(1, "apply", "-auto-approve")
			if diff := cmp.Diff(test.there, advocates(rows(t, d))); diff != "" {
				t.Fatalf("the kill came at another moment (-want +got):\n%s", diff)
			}
			// The update that was under way may have been carried out.
			c.says(c.must(2, "plan", "-detailed-exitcode"), test.plan)
			c.must(0, "apply", "-auto-approve")
			c.settled("a", "b", "c")
			c.configure(referrals(`["a", "c"]`, "usage_limit = 2"))
			c.must(0, "apply", "-auto-approve")
			c.settled("a", "c")
			c.must(0, "destroy", "-auto-approve")
			c.configure("")
			c.settled()
		})
	}
}

// A create that is killed before the response makes one code for each advocate.
func TestKilledCreateOfReferralsConverges(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{"createReferral", "createReferralsForMultipleAdvocates"} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			d, victim := killAt(t, operation)
			c := newCLI(t, d, referrals(`["a", "b"]`, "")+referralOf(11, "c"))
			victim.Store(c)
			c.must(1, "apply", "-auto-approve")
			c.must(0, "apply", "-auto-approve")
			c.settled("a", "b", "c")
			c.must(0, "destroy", "-auto-approve")
			c.configure("")
			c.settled()
		})
	}
}

func TestImportedReferralsThatAreNotListedAreReleased(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	for _, advocate := range []string{"a", "b", "c"} {
		others(t, d, advocate)
	}
	c := newCLI(t, d, referrals(`["a", "b", "c"]`, ""))
	c.must(0, "import", program, "11")
	c.settled("a", "b", "c")

	// Without private state, too, nothing is removed that was only imported.
	c.configure(referrals(`["a"]`, ""))
	released := `2 released, 1 referral in all.*2 referrals will be released`
	c.says(c.must(0, "plan"), released)
	c.losePrivateState()
	c.says(c.must(0, "plan"), released)
	c.must(0, "apply", "-auto-approve")
	c.settled("a", "b", "c")

	// What the configuration has listed is removed when it is listed no more.
	c.configure(referrals(`["d"]`, ""))
	c.says(c.must(0, "apply", "-auto-approve"), `\+1 −1, 1 referral in all`)
	c.settled("b", "c", "d")
	c.must(0, "destroy", "-auto-approve")
	c.configure("")
	c.settled("b", "c")
}

// An update that fails while an import is being taken over keeps what it has released out of the state.
func TestFailedUpdateAfterAnImportRemovesNothing(t *testing.T) {
	t.Parallel()
	d, victim := killAt(t, "updateReferral")
	for _, advocate := range []string{"a", "b", "c"} {
		others(t, d, advocate)
	}
	c := newCLI(t, d, referrals(`["a", "b"]`, "usage_limit = 5"))
	c.must(0, "import", program, "11")
	victim.Store(c)
	c.must(1, "apply", "-auto-approve")
	// The update of a may have been carried out.
	fault(t, d, "PUT "+campaignPath+" status=400 times=1")
	c.must(1, "apply", "-auto-approve")
	c.must(0, "apply", "-auto-approve")
	c.settled("a", "b", "c")
}

func TestRefreshRightAfterAnApplyOfReferralsChangesNothing(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	odd := "usage_limit = 2\nexpiry_date = \"2030-01-01T02:00:00+02:00\"\nattributes = \"{ \\\"source\\\" : \\\"app\\\" }\"\n"
	config := func(advocates string) string {
		return referrals(advocates, odd) + strings.Replace(referral(odd), "customer-1", "z", 1)
	}
	c := newCLI(t, d, config(`["b", "a"]`))
	unchanged := func() {
		t.Helper()
		c.says(c.must(0, "plan", "-refresh-only"), "No changes. Your infrastructure still matches the configuration")
	}
	c.must(0, "apply", "-auto-approve")
	unchanged()
	c.configure(config(`["c", "b"]`))
	c.must(0, "apply", "-auto-approve")
	unchanged()
	c.losePrivateState()
	unchanged()
	c.settled("b", "c", "z")
}
