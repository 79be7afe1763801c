package coupon_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/terraformcli"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

var binaries terraformcli.Binaries

func TestMain(m *testing.M) { os.Exit(binaries.Run(m)) }

// shell is a folder with the real CLI and one reservation of coupon SUMMER10. Plan and apply are processes of their own.
type shell struct {
	*terraformcli.CLI
	t *testing.T
	d *acctest.Deployment
}

func newShell(t *testing.T, d *acctest.Deployment) shell {
	t.Helper()
	return shell{terraformcli.New(t, &binaries, d.URL), t, d}
}

// configure writes the resource; customers are separated by blanks.
func (s shell) configure(customers string, settings ...string) {
	s.t.Helper()
	list, err := json.Marshal(strings.Fields(customers))
	if err != nil {
		s.t.Fatal(err)
	}
	s.Write("main.tf", "terraform {\n  required_providers {\n    talonone = { source = \"talon-one/talonone\" }\n  }\n}\n"+
		reservation(fmt.Sprintf("coupon_value = \"SUMMER10\"\ncustomers = %s\n%s", list, strings.Join(settings, "\n"))))
}

// run expects an exit code, and that the output has these words, in any lines.
func (s shell) run(code int, words []string, args ...string) {
	s.t.Helper()
	output, got := s.Run(append(args, "-no-color")...)
	if got != code {
		s.t.Fatalf("%v ended with %d, want %d:\n%s", args, got, code, output)
	}
	for _, want := range words {
		if !saying(want).MatchString(output) {
			s.t.Fatalf("%v does not say %q:\n%s", args, want, output)
		}
	}
	for _, never := range []string{"bug in the provider", "inconsistent"} {
		if strings.Contains(output, never) {
			s.t.Fatalf("%v says %q:\n%s", args, never, output)
		}
	}
}

func (s shell) apply(words ...string) { s.t.Helper(); s.run(0, words, "apply", "-auto-approve") }

func (s shell) replace(words ...string) {
	s.t.Helper()
	s.run(0, words, "apply", "-auto-approve", "-replace="+wallet)
}

// settled expects that nothing is left to do.
func (s shell) settled() { s.t.Helper(); s.run(0, nil, "plan", "-detailed-exitcode") }

// holds expects the customers who have the coupon reserved, in order.
func (s shell) holds(customers string) {
	s.t.Helper()
	if diff := cmp.Diff(strings.Fields(customers), holders(s.t, s.d, "SUMMER10"), cmpopts.EquateEmpty()); diff != "" {
		s.t.Fatalf("customers who have the coupon reserved (-want +got):\n%s", diff)
	}
}

func (s shell) others(method, customers string) {
	s.t.Helper()
	reserve(s.t, s.d, method, "SUMMER10", strings.Fields(customers)...)
	s.d.Forget()
}

// writes is how many requests have changed reservations since the last change by others.
func (s shell) writes() int {
	return s.d.Count("createCouponReservation") + s.d.Count("deleteCouponReservation")
}

type lastSync struct {
	Added, Updated, Removed, Released *int
	Summary                           string
}

// plan saves a plan and returns last_sync before and after the change.
func (s shell) plan(words ...string) (before, after lastSync) {
	s.t.Helper()
	s.run(0, words, "plan", "-out=p")
	output, code := s.Run("show", "-json", "p")
	var plan struct {
		Changes []struct {
			Change struct {
				Before, After struct {
					LastSync lastSync `json:"last_sync"`
				}
			}
		} `json:"resource_changes"`
	}
	if err := json.Unmarshal([]byte(output), &plan); code != 0 || err != nil || len(plan.Changes) != 1 {
		s.t.Fatalf("no plan of one resource (%d, %v):\n%s", code, err, output)
	}
	return plan.Changes[0].Change.Before.LastSync, plan.Changes[0].Change.After.LastSync
}

func (s shell) planned(added, removed, released int) {
	s.t.Helper()
	_, after := s.plan()
	zero := 0
	after.Summary = ""
	if diff := cmp.Diff(lastSync{Added: &added, Updated: &zero, Removed: &removed, Released: &released}, after); diff != "" {
		s.t.Fatalf("last_sync (-want +got):\n%s", diff)
	}
}

func TestSavedPlanAddsARowThatOthersHaveAddedSince(t *testing.T) {
	t.Parallel()
	s := newShell(t, acctest.Start(t))
	s.configure("a")
	s.planned(1, 0, 0)
	s.others(http.MethodPost, "a")
	s.run(0, []string{`1 of 1 reservation to add exists already`}, "apply", "p")
	s.configure("a b")
	s.planned(1, 0, 0)
	s.others(http.MethodPost, "b c")
	s.run(0, nil, "apply", "p")
	s.settled()
	s.holds("a b c")
	// Listed is owned, whoever made the reservation.
	s.run(0, nil, "destroy", "-auto-approve")
	s.holds("c")
}

func TestExistingReservationsAreNamedBeforeTheyAreManaged(t *testing.T) {
	t.Parallel()
	s := newShell(t, acctest.Start(t))
	s.others(http.MethodPost, "a b c d e f x")
	s.configure("a b c d e f g")
	s.plan(`6 of 7 reservations to add exist already.*"a", "b", "c", "d", "e" and 1 more`)
	s.apply()
	s.configure("a b c d e f g h x")
	s.plan(`1 of 2 reservations to add exists already.*"x"`)
}

func TestChangeToExclusiveShowsWhatItRemoves(t *testing.T) {
	t.Parallel()
	s := newShell(t, acctest.Start(t))
	s.others(http.MethodPost, "o1 o2 o3 o4 o5")
	s.configure("a")
	s.apply()
	s.configure("a b", `ownership = "exclusive"`)
	s.planned(1, 5, 0)
	s.plan(`5 reservations not listed will be removed.*"o1", "o2", "o3", "o4", "o5"`)

	// The plan is refused as soon as the reservations are others, with the same number of them.
	s.others(http.MethodDelete, "o1")
	s.others(http.MethodPost, "new")
	s.run(1, []string{`Plan is out of date`}, "apply", "p")
	if n := s.writes(); n != 0 {
		t.Errorf("%d writes", n)
	}
	// A refused update leaves nothing behind.
	s.planned(1, 5, 0)
	s.run(0, nil, "apply", "p")
	s.holds("a b")
	s.settled()
}

func TestChangeToExclusiveWithoutARefreshRemovesNothing(t *testing.T) {
	t.Parallel()
	s := newShell(t, acctest.Start(t))
	s.others(http.MethodPost, "other")
	s.configure("a b")
	s.apply()
	s.configure("a", `ownership = "exclusive"`)
	s.run(0, []string{`Unlisted reservations are removed by the next apply`}, "apply", "-auto-approve", "-refresh=false")
	s.holds("a b other")
	s.planned(0, 2, 0)
	s.apply()
	s.holds("a")
	s.settled()
}

func TestSavedExclusiveCreateRemovesNothing(t *testing.T) {
	t.Parallel()
	s := newShell(t, acctest.Start(t))
	s.configure("a b", `ownership = "exclusive"`)
	s.planned(2, 0, 0)
	s.others(http.MethodPost, "a new")
	s.run(1, []string{`Exclusive ownership requires an import.*1 reservation not listed here: "new"`}, "apply", "p")
	if n := s.writes(); n != 0 {
		t.Errorf("%d writes", n)
	}
	s.holds("a new")
}

func TestReservationThatArrivesAfterThePlanStays(t *testing.T) {
	t.Parallel()
	s := newShell(t, acctest.Start(t))
	s.configure("a b", `ownership = "exclusive"`)
	s.apply()
	s.configure("b c", `ownership = "exclusive"`)
	s.planned(1, 1, 0)
	s.others(http.MethodPost, "late")
	s.run(0, []string{`1 reservation arrived after the plan`}, "apply", "p")
	s.holds("b c late")
	s.planned(0, 1, 0)
}

func TestReplacementsOfReservationsConvergeInOneApply(t *testing.T) {
	t.Parallel()
	for _, ownership := range []string{"additive", "exclusive"} {
		t.Run(ownership, func(t *testing.T) {
			t.Parallel()
			s := newShell(t, acctest.Start(t))
			setting := fmt.Sprintf("ownership = %q", ownership)
			s.configure("a b", setting)
			s.apply()
			s.replace()
			s.settled()
			s.holds("a b")
			s.run(0, nil, "taint", wallet)
			// An exclusive one ends reservations of others that have come since; an additive one doesn't.
			s.others(http.MethodPost, "z")
			s.configure("b c", setting)
			s.apply()
			s.settled()
			want := map[string]string{"additive": "b c z", "exclusive": "b c"}[ownership]
			s.holds(want)
			s.configure("b", setting)
			s.replace()
			s.settled()
			s.holds(strings.Replace(want, " c", "", 1))
			s.Write("main.tf", strings.Replace(s.Read("main.tf"), "SUMMER10", "VIP-ONLY", 1))
			s.apply(`Replacing removes 1 reservation`)
			s.settled()
			s.holds(strings.TrimPrefix(want, "b c"))
		})
	}
}

// Without a refresh, nothing tells whose reservations a tainted exclusive resource would end.
func TestTaintedExclusiveReservationNeedsARefresh(t *testing.T) {
	t.Parallel()
	s := newShell(t, acctest.Start(t))
	s.configure("a b", `ownership = "exclusive"`)
	s.apply()
	s.run(0, nil, "taint", wallet)
	s.configure("a", `ownership = "exclusive"`)
	s.run(1, []string{`Exclusive ownership requires an import.*without -refresh=false`}, "apply", "-auto-approve", "-refresh=false")
	s.holds("a b")
}

func TestGuardedReservationsAreNotReplaced(t *testing.T) {
	t.Parallel()
	s := newShell(t, acctest.Start(t))
	s.configure("a b", "max_removal_percent = 0.5")
	s.apply()
	s.others(http.MethodPost, "x y")
	refused := []string{`Plan removes too many reservations.*remove 2 of 4 reservations \(50 %\).*allows 0.5 %`}
	s.run(1, refused, "apply", "-auto-approve", "-replace="+wallet)
	s.run(1, refused, "destroy", "-auto-approve")
	s.run(0, nil, "taint", wallet)
	s.run(1, refused, "apply", "-auto-approve")
	s.holds("a b x y")
	if n := s.writes(); n != 0 {
		t.Errorf("%d writes", n)
	}
	// The configured value counts for a replacement.
	s.configure("a b c", "max_removal_percent = 50")
	s.apply()
	s.holds("a b c x y")
	s.settled()
}

func TestKilledUpdateOfReservationsIsSimplyRunAgain(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("it finds the provider in /proc")
	}
	var kill atomic.Pointer[terraformcli.CLI]
	d := acctest.Start(t, func(o *emulator.Options) {
		o.OnRequest = func(_ context.Context, operation string) {
			if cli := kill.Load(); cli != nil && operation == "createCouponReservation" {
				kill.Store(nil)
				cli.KillProvider()
			}
		}
	})
	s := newShell(t, d)
	s.others(http.MethodPost, "other")
	s.configure("a")
	s.apply()
	s.configure("a b c")
	kill.Store(s.CLI)
	if output, code := s.Run("apply", "-auto-approve", "-no-color"); code == 0 {
		t.Fatalf("the provider was not killed:\n%s", output)
	}
	s.planned(2, 0, 0)
	s.apply()
	s.settled()
	s.configure("a c")
	s.planned(0, 1, 0)
	s.apply()
	s.holds("a c other")

	// Nor does a killed update make the reservations of others its own.
	s.configure("a c other", `ownership = "exclusive"`)
	s.apply()
	s.others(http.MethodPost, "stranger")
	s.configure("a c other d")
	kill.Store(s.CLI)
	s.Run("apply", "-auto-approve")
	s.planned(0, 0, 1)
	s.apply(`1 reservation will be released.*"stranger"`)
	s.holds("a c d other stranger")
	s.settled()
}

func TestOwnershipDecidesAboutImportedReservations(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		id, ownership, holds string
		removed, released    int
	}{
		{"SUMMER10", "additive", "a o1 o2", 0, 2},
		{"SUMMER10", "exclusive", "a", 2, 0},
		{"SUMMER10/a", "additive", "a o1 o2", 0, 0},
		{"SUMMER10/a", "exclusive", "a", 2, 0},
	} {
		t.Run(test.id+" "+test.ownership, func(t *testing.T) {
			t.Parallel()
			s := newShell(t, acctest.Start(t))
			s.others(http.MethodPost, "a o1 o2")
			s.configure("a", fmt.Sprintf("ownership = %q\n}\nimport {\n  to = %s\n  id = %q", test.ownership, wallet, test.id))
			before, after := s.plan()
			if test.removed+test.released > 0 {
				s.planned(0, test.removed, test.released)
			} else if after != before {
				t.Errorf("nothing moves, and last_sync becomes %v", after)
			}
			s.run(0, nil, "apply", "p")
			s.holds(test.holds)
			s.settled()
			s.configure("a b", fmt.Sprintf("ownership = %q", test.ownership))
			s.planned(1, 0, 0)
		})
	}
}

func TestLastSyncChangesOnlyTogetherWithReservations(t *testing.T) {
	t.Parallel()
	s := newShell(t, acctest.Start(t))
	s.configure("a b c")
	s.apply()
	s.others(http.MethodPost, "other")
	s.configure("a b")
	s.apply()
	s.settled()
	s.run(0, []string{`No changes`}, "plan", "-refresh-only")
	s.configure("a b", "timeouts {\n  read = \"1m\"\n}")
	before, after := s.plan()
	if diff := cmp.Diff(before, after); diff != "" || before.Removed == nil || *before.Removed != 1 {
		t.Errorf("the settings change, and last_sync too (-before +after):\n%s", diff)
	}
	s.apply()
	s.configure("a b", `ownership = "exclusive"`)
	s.apply()
	_, first := s.plan()
	s.configure("a c", `ownership = "exclusive"`)
	_, second := s.plan(`\+1 −1, 2 reservations in all`)
	s.configure("b c", `ownership = "exclusive"`)
	_, third := s.plan()
	if first.Summary == second.Summary || second.Summary == third.Summary {
		t.Errorf("different changes look alike: %q, %q, %q", first.Summary, second.Summary, third.Summary)
	}
	// What is not listed stays, and the plan says so.
	s.others(http.MethodPost, "x")
	s.configure("a")
	s.plan(`2 reservations will be released.*"b", "x".*Nothing is removed`)
	s.apply()
	s.holds("a b x")
	s.settled()
}

func TestVanishedCouponDoesNotBlockTheDestroy(t *testing.T) {
	t.Parallel()
	s := newShell(t, acctest.Start(t))
	s.configure("a")
	s.apply()
	s.d.Call(t, http.MethodDelete, "/v1/applications/1/campaigns/12/coupons/3001", nil, nil)
	s.run(0, []string{`Warning: Coupon not found`}, "plan")
	s.run(0, nil, "destroy", "-auto-approve")
	s.run(1, []string{`Error: Coupon not found.*terraform destroy -refresh=false`}, "plan")
}
