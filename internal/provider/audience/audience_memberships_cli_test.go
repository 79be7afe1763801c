package audience_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/terraformcli"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

var binaries terraformcli.Binaries

func TestMain(m *testing.M) { os.Exit(binaries.Run(m)) }

// shell is the real CLI in a folder, with an audience: its plans and applies are processes of their own.
type shell struct {
	*terraformcli.CLI
	*crowd
}

func newShell(t *testing.T, options func(*emulator.Options), members ...string) shell {
	t.Helper()
	if options == nil {
		options = func(*emulator.Options) {}
	}
	c := newCrowdWith(t, options, members...)
	return shell{terraformcli.New(t, &binaries, c.URL), c}
}

func (s shell) configure(settings string) {
	s.Write("main.tf", "terraform {\n  required_providers {\n    talonone = { source = \"talon-one/talonone\" }\n  }\n}\n"+s.hcl(settings))
}

func (s shell) file(ids ...string) string {
	s.Write("members.txt", strings.Join(ids, "\n")+"\n")
	return `members_file = { path = "members.txt" }`
}

// must runs a command that ends with an exit code and says something.
func (s shell) must(code int, says string, args ...string) {
	s.t.Helper()
	output, got := s.Run(append(args, "-no-color")...)
	output = strings.Join(strings.Fields(strings.ReplaceAll(output, "│", " ")), " ")
	if got != code || !regexp.MustCompile(says).MatchString(output) {
		s.t.Fatalf("%v ended with %d, want %d and %q:\n%s", args, got, code, says, output)
	}
	if strings.Contains(output, "bug in the provider") != strings.Contains(says, "bug in the provider") {
		s.t.Fatalf("%v blames the provider:\n%s", args, output)
	}
}

func (s shell) apply(says string) { s.t.Helper(); s.must(0, says, "apply", "-auto-approve") }

// settled expects the members, and that neither a plan nor a refresh has anything to do.
func (s shell) settled(members ...string) {
	s.t.Helper()
	s.expect(members...)
	s.must(0, "", "plan", "-detailed-exitcode")
	s.must(0, "No changes", "plan", "-refresh-only")
}

func (s shell) expect(members ...string) {
	s.t.Helper()
	if err := s.has(members...)(nil); err != nil {
		s.t.Fatal(err)
	}
}

func (s shell) expectWrites(count int) {
	s.t.Helper()
	writes := 0
	for _, request := range s.Server.Requests() {
		if request.Method != http.MethodGet {
			writes++
		}
	}
	if writes != count {
		s.t.Errorf("%d writes were sent, want %d", writes, count)
	}
}

const exclusively = "ownership = \"exclusive\"\n"

func inList(ids ...string) string { return "members = " + hclList(ids...) }

// What others do between plan and apply either doesn't matter to the plan or is refused in the provider's words.
func TestSavedPlansMeetWhatOthersDo(t *testing.T) {
	t.Parallel()
	outdated := "Plan is out of date"
	for name, test := range map[string]struct {
		members []string
		// from is applied first, unless it is empty; drift happens before the plan of to, meanwhile between plan and apply.
		from, to       func(s shell) string
		drift, planned string
		meanwhile      func(s shell)
		code           int
		says           string
		writes         int
		left           []string
		unsettled      bool
	}{
		"additive, others add the same": {
			members: []string{"theirs"}, from: func(shell) string { return inList("a") }, to: func(shell) string { return inList("a", "b") },
			meanwhile: func(s shell) { s.join("b", "late") }, writes: 1, left: []string{"a", "b", "late", "theirs"},
		},
		"additive, others remove the same": {
			from: func(shell) string { return inList("a", "b") }, to: func(shell) string { return inList("a") },
			meanwhile: func(s shell) { s.leave("b") }, writes: 1, left: []string{"a"},
		},
		"additive by file, others remove the same": {
			from: func(s shell) string { return s.file("a", "b", "c") }, to: func(s shell) string { return s.file("a") },
			planned: `\+ "b",? \+ "c"`, meanwhile: func(s shell) { s.leave("b") }, writes: 1, left: []string{"a"},
		},
		"additive, existing ones are named": {
			members: []string{"b", "c"}, from: func(shell) string { return inList("a") }, to: func(shell) string { return inList("a", "b", "c", "d") },
			planned: `2 of 3 members to add exist already.*"b", "c"`, writes: 1, left: []string{"a", "b", "c", "d"},
		},
		"additive create, existing ones are named": {
			members: []string{"b"}, to: func(shell) string { return inList("a", "b") },
			planned: `1 of 2 members to add exists already`, writes: 1, left: []string{"a", "b"},
		},
		"to exclusive": {
			members: []string{"OTHER-1", "other-2"}, from: func(shell) string { return inList("a") }, to: func(shell) string { return exclusively + inList("a") },
			planned: `2 members not listed will be removed`, writes: 1, left: []string{"a"},
		},
		"to exclusive, others exchanged": {
			members: []string{"OTHER-1"}, from: func(shell) string { return inList("a") }, to: func(shell) string { return exclusively + inList("a") },
			planned: `"OTHER-1"`, meanwhile: func(s shell) { s.leave("OTHER-1"); s.join("NEW-2") },
			code: 1, says: outdated, left: []string{"a", "NEW-2"}, unsettled: true,
		},
		"to exclusive by file, others exchanged": {
			members: []string{"OTHER-1"}, from: func(s shell) string { return s.file("a") }, to: func(s shell) string { return exclusively + s.file("a", "b") },
			meanwhile: func(s shell) { s.leave("OTHER-1"); s.join("NEW-2") },
			code:      1, says: outdated, left: []string{"a", "NEW-2"}, unsettled: true,
		},
		"exclusive, one arrives": {
			from: func(shell) string { return exclusively + inList("a", "b") }, to: func(shell) string { return exclusively + inList("a") },
			drift: "OTHER", planned: `- "OTHER"`, meanwhile: func(s shell) { s.join("ARRIVED") },
			says: `1 member arrived after the plan`, writes: 1, left: []string{"a", "ARRIVED"}, unsettled: true,
		},
		"exclusive, everybody leaves, one arrives": {
			from: func(shell) string { return exclusively + inList("a", "b") }, to: func(shell) string { return exclusively + inList() },
			meanwhile: func(s shell) { s.join("ARRIVED") }, code: 1, says: outdated, left: []string{"a", "b", "ARRIVED"}, unsettled: true,
		},
		"exclusive by file, one arrives": {
			from: func(s shell) string { return exclusively + s.file("a", "b") }, to: func(s shell) string { return exclusively + s.file("a") },
			planned: `\+ "b"`, meanwhile: func(s shell) { s.join("ARRIVED") }, code: 1, says: outdated, left: []string{"a", "b", "ARRIVED"}, unsettled: true,
		},
		"exclusive create, others arrive": {
			to: func(shell) string { return exclusively + inList("a") }, meanwhile: func(s shell) { s.join("NEW-2", "new-3") },
			code: 1, says: `Exclusive ownership requires an import.*import \{`, left: []string{"NEW-2", "new-3"}, unsettled: true,
		},
		"to additive": {
			from: func(shell) string { return exclusively + inList("a") }, to: func(shell) string { return inList("a") },
			drift: "OTHER-1", planned: `1 member will be released.*"OTHER-1"`, left: []string{"a", "OTHER-1"},
		},
		"file changed before an update": {
			from: func(s shell) string { return s.file("a") }, to: func(s shell) string { return s.file("a", "b") },
			meanwhile: func(s shell) { s.file("a", "c") }, code: 1, says: `Members file has changed`, left: []string{"a"}, unsettled: true,
		},
		"exclusive, file changed before an update": {
			from: func(s shell) string { return exclusively + s.file("a") }, to: func(s shell) string { return exclusively + s.file("a", "b") },
			meanwhile: func(s shell) { s.file("a", "c") }, code: 1, says: `Members file has changed`, left: []string{"a"}, unsettled: true,
		},
		"file changed before an update of settings": {
			from: func(s shell) string { return s.file("a") }, to: func(s shell) string { return "max_removal_percent = 0.5\n" + s.file("a") },
			meanwhile: func(s shell) { s.file("c") }, code: 1, says: `Members file has changed`, left: []string{"a"}, unsettled: true,
		},
		"file in another order": {
			from: func(s shell) string { return s.file("a") }, to: func(s shell) string { return s.file("a", "b") },
			meanwhile: func(s shell) { s.Write("members.txt", "b\r\na\r\n") }, writes: 1, left: []string{"a", "b"},
		},
		"file changed before a create": {
			to: func(s shell) string { return s.file("a") }, meanwhile: func(s shell) { s.file("b") },
			code: 1, says: `inconsistent final plan.*bug in the provider`, unsettled: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShell(t, nil, test.members...)
			if test.from != nil {
				s.configure(test.from(s))
				s.apply("")
			}
			if test.drift != "" {
				s.join(test.drift)
			}
			s.configure(test.to(s))
			s.must(0, test.planned, "plan", "-out=saved")
			if test.meanwhile != nil {
				test.meanwhile(s)
			}
			s.Forget()
			s.must(test.code, test.says, "apply", "saved")
			s.expectWrites(test.writes)
			s.expect(test.left...)
			if !test.unsettled {
				s.settled(test.left...)
			}
		})
	}
}

// -replace, taint and a change of the audience converge in one apply.
func TestReplacementConverges(t *testing.T) {
	t.Parallel()
	many := numbered("m", 1500)
	for name, settings := range map[string]func(s shell) string{
		"additive":                    func(shell) string { return inList("a", "b") },
		"additive by file":            func(s shell) string { return s.file("a", "b") },
		"exclusive":                   func(shell) string { return exclusively + inList("a", "b") },
		"exclusive by file":           func(s shell) string { return exclusively + s.file("a", "b") },
		"exclusive by file, imported": func(s shell) string { return exclusively + s.file(many...) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := []string{"a", "b"}
			if strings.HasSuffix(name, "imported") {
				want = many
			}
			s := newShell(t, nil)
			s.configure(settings(s))
			s.apply("")
			s.Forget()
			s.must(0, "", "apply", "-auto-approve", "-replace="+group)
			s.expectWrites(2)
			s.settled(want...)
			s.must(0, "", "taint", group)
			s.apply("")
			s.settled(want...)

			var other struct{ ID int64 }
			s.Call(t, http.MethodPost, "/v2/audiences", map[string]any{"name": "Other"}, &other)
			old := *s.crowd
			s.crowd = &crowd{Deployment: old.Deployment, t: t, id: other.ID}
			s.configure(settings(s))
			s.apply(fmt.Sprintf("Replacing removes %s members", map[bool]string{true: "1,500", false: "2"}[len(want) > 2]))
			s.settled(want...)
			if err := old.has()(nil); err != nil {
				t.Error(err)
			}
		})
	}
}

// A guard holds for a replacement as it does for a destroy.
func TestGuardHoldsForReplacements(t *testing.T) {
	t.Parallel()
	s := newShell(t, nil)
	s.configure("max_removal_percent = 0.5\n" + inList("a", "b"))
	s.apply("")
	s.must(1, `Plan removes too many members.*allows 0.5 %`, "plan", "-replace="+group)
	s.must(1, `Plan removes too many members`, "plan", "-destroy")
	s.settled("a", "b")
	s.must(0, "", "taint", group)
	s.must(1, `Plan removes too many members`, "apply", "-auto-approve")
	s.expect("a", "b")
	// A guard that is lifted in the same change lets it pass.
	s.configure(inList("a", "b"))
	s.apply("")
	s.settled("a", "b")
}

// A tainted exclusive resource can't be told from a new one without a refresh.
func TestTaintedExclusiveMembershipsNeedARefresh(t *testing.T) {
	t.Parallel()
	s := newShell(t, nil)
	s.configure(exclusively + inList("a", "b"))
	s.apply("")
	s.must(0, "", "taint", group)
	s.configure(exclusively + inList("a"))
	s.must(1, `without -refresh=false`, "plan", "-refresh=false")
	s.apply("")
	s.settled("a")
}

// Nothing is removed that Read has not seen: the next plan shows it.
func TestExclusiveWithoutARefreshTakesOthersOver(t *testing.T) {
	t.Parallel()
	s := newShell(t, nil, "theirs")
	s.configure(inList("a"))
	s.apply("")
	s.configure(exclusively + inList("a"))
	s.must(0, `Unlisted members are removed by the next apply`, "apply", "-auto-approve", "-refresh=false")
	s.expect("a", "theirs")
	s.apply(`- "theirs"`)
	s.settled("a")
}

// A provider that dies once its request has been carried out leaves members that the next apply knows.
func TestKilledUpdateLeavesNobodyBehind(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/self/exe"); err != nil {
		t.Skip("finding the provider's processes needs /proc")
	}
	for name, ownership := range map[string]string{"additive": "", "exclusive": exclusively} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var armed atomic.Bool
			var s shell
			s = newShell(t, func(o *emulator.Options) {
				o.OnRequest = func(_ context.Context, operation string) {
					if operation == "updateCustomerProfileAudiences" && armed.CompareAndSwap(true, false) {
						s.KillProvider()
					}
				}
			})
			s.configure(ownership + inList("a"))
			s.apply("")
			s.configure(ownership + inList("a", "b", "c"))
			armed.Store(true)
			s.must(1, "", "apply", "-auto-approve")
			// Whatever of the killed request has been carried out.
			s.join("b", "c")
			s.must(0, "", "plan")
			s.apply("")
			s.settled("a", "b", "c")
			s.configure(ownership + inList("a", "c"))
			s.apply("")
			s.settled("a", "c")
			s.must(0, "", "destroy", "-auto-approve")
			s.expect()
		})
	}
}

// Another path, order or format of the same members is no change.
func TestFilesAreComparedByTheirMembers(t *testing.T) {
	t.Parallel()
	for name, ownership := range map[string]string{"additive": "", "exclusive": exclusively} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShell(t, nil)
			s.configure(ownership + s.file("a", "b"))
			s.apply("")
			if err := os.Remove(filepath.Join(s.Dir, "members.txt")); err != nil {
				t.Fatal(err)
			}
			s.Write("other.csv", "id,name\nb,B\na,A\n")
			s.configure(ownership + fmt.Sprintf("members_file = { path = %q, column = \"id\" }", filepath.Join(s.Dir, "other.csv")))
			s.settled("a", "b")
			s.must(0, "", "plan", "-detailed-exitcode", "-refresh=false")
			// A file that changes is a change, with and without a refresh.
			s.configure(ownership + s.file("a", "b"))
			s.apply("")
			s.configure(ownership + s.file("a", "c"))
			s.must(2, "", "plan", "-detailed-exitcode", "-refresh=false")
			s.must(2, `\+ "c"`, "plan", "-detailed-exitcode")
		})
	}
}

func TestUnknownMembersAreAnnounced(t *testing.T) {
	t.Parallel()
	s := newShell(t, nil)
	s.configure(exclusively + inList("a", "b"))
	s.apply("")
	s.configure(exclusively + "members = terraform_data.later.output\n}\nresource \"terraform_data\" \"later\" {\n  input = [\"a\"]\n")
	s.apply(`Removals are not known yet.*any of the 2 members`)
	s.settled("a")
}

// Members of an audience that is gone can't be made again, which must not keep anybody from destroying the rest.
func TestVanishedAudienceDoesNotBlockDestroy(t *testing.T) {
	t.Parallel()
	for name, ownership := range map[string]string{"additive": "", "exclusive": exclusively} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShell(t, nil)
			s.configure(ownership + inList("a"))
			s.apply("")
			s.Call(t, http.MethodDelete, fmt.Sprintf("/v2/audiences/%d", s.id), nil, nil)
			s.must(0, "Warning: Unable to plan.*There is no such audience", "plan")
			s.must(0, "", "destroy", "-auto-approve")
			s.must(1, "There is no such audience.*terraform destroy -refresh=false", "apply", "-auto-approve")
		})
	}
}

// Who was there before an interrupted create, and who was added by it, is managed alike.
func TestInterruptedCreateLeavesNobodyBehind(t *testing.T) {
	t.Parallel()
	s := newShell(t, nil, "theirs")
	many := numbered("m", 2500)
	s.fails(emulator.Fault{Method: http.MethodPost, PathPrefix: "/v2/customer_audiences", After: 1, Times: 1, Status: http.StatusBadRequest})()
	s.configure(s.file(many...))
	s.must(1, `1,000 of 2,500 members have been added`, "apply", "-auto-approve")
	s.apply("")
	s.settled(append(slices.Clone(many), "theirs")...)
	s.must(0, "", "destroy", "-auto-approve")
	s.expect("theirs")
}

// last_sync and the samples change with members, and with nothing else.
func TestLastSyncChangesWithMembersAlone(t *testing.T) {
	t.Parallel()
	s := newShell(t, nil)
	summary := func() string {
		s.t.Helper()
		return regexp.MustCompile(`"(last_sync|sample_joining|sample_leaving)": [^}\]]*[}\]]`).FindString(s.Read("terraform.tfstate"))
	}
	silent := "show_samples = false\n"
	s.configure(silent + inList("a", "b"))
	s.apply("")
	s.configure(silent + inList("a", "c"))
	s.apply(`\+1 −1, 2 members in all`)
	first := summary()
	s.configure("max_removal_percent = 100\n" + silent + inList("c", "a"))
	s.apply("")
	s.must(0, "", "apply", "-auto-approve", "-refresh-only")
	if got := summary(); got != first {
		t.Errorf("a change of settings makes %s of %s", got, first)
	}
	s.configure("max_removal_percent = 100\n" + silent + inList("a", "d"))
	s.apply(`\+1 −1, 2 members in all`)
	if got := summary(); got == first {
		t.Errorf("two changes look alike: %s", got)
	}
	s.settled("a", "d")
}

func TestNullInAListOfMembersIsExplained(t *testing.T) {
	t.Parallel()
	s := shell{terraformcli.New(t, &binaries, "http://127.0.0.1:1"), &crowd{Deployment: acctest.Start(t), t: t, id: 1}}
	s.configure(`members_json = provider::talonone::members(["a", null])`)
	s.must(1, `Element 2 of the list is null`, "plan")
}
