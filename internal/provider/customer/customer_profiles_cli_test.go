package customer_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/terraformcli"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// shell is a folder with the real CLI: plan and apply are processes of their own, and private state
// goes where it really goes.
type shell struct {
	*terraformcli.CLI
	t *testing.T
	d *acctest.Deployment
}

func newShell(t *testing.T, d *acctest.Deployment) *shell {
	t.Helper()
	return &shell{terraformcli.New(t, &binaries, d.URL), t, d}
}

// killable is a shell whose provider can be killed by one request of the operation.
func killable(t *testing.T, operation string) (s *shell, arm func()) {
	t.Helper()
	if _, err := os.Stat("/proc/self/exe"); err != nil {
		t.Skip("finding the provider's processes needs /proc")
	}
	var running atomic.Pointer[shell]
	var armed atomic.Bool
	d := acctest.Start(t, func(o *emulator.Options) {
		o.OnRequest = func(_ context.Context, got string) {
			if got == operation && armed.CompareAndSwap(true, false) {
				running.Load().KillProvider()
			}
		}
	})
	s = newShell(t, d)
	running.Store(s)
	return s, func() {
		t.Helper()
		armed.Store(true)
		if output, code := s.Run("apply", "-auto-approve", "-no-color"); code == 0 || armed.Load() {
			t.Fatalf("the apply was not killed:\n%s", output)
		}
	}
}

func (s *shell) configure(body string) {
	s.t.Helper()
	s.Write("main.tf", "terraform {\n  required_providers {\n    talonone = { source = \"talon-one/talonone\" }\n  }\n}\n"+body)
}

// run expects an exit code, and that the output says each of the texts, whatever their line breaks.
func (s *shell) run(code int, says []string, args ...string) string {
	s.t.Helper()
	output, got := s.Run(append(args, "-no-color")...)
	if got != code {
		s.t.Fatalf("%v ended with %d, want %d:\n%s", args, got, code, output)
	}
	for _, text := range says {
		words := strings.Fields(text)
		for i := range words {
			words[i] = regexp.QuoteMeta(words[i])
		}
		if !regexp.MustCompile(strings.Join(words, `[\s│╷╵]+`)).MatchString(output) {
			s.t.Fatalf("%v doesn't say %q:\n%s", args, text, output)
		}
	}
	return output
}

func (s *shell) apply(says ...string) {
	s.t.Helper()
	s.run(0, says, "apply", "-auto-approve")
}

// settled expects that nothing is planned, and that a refresh finds nothing else.
func (s *shell) settled() {
	s.t.Helper()
	s.run(0, nil, "plan", "-detailed-exitcode")
	s.run(0, []string{"No changes. Your infrastructure still matches"}, "plan", "-refresh-only")
}

func (s *shell) expect(id string, want map[string]any) {
	s.t.Helper()
	if diff := cmp.Diff(want, attributesOf(s.t, s.d, id)); diff != "" {
		s.t.Errorf("attributes of %s on the deployment (-want +got):\n%s", id, diff)
	}
}

func set(settings, value string) string {
	return profiles(settings + "\nprofiles = jsonencode(" + value + ")")
}

const erases = "erase_on_destroy = true"

// What an update has written before it was killed is managed, and so erased when it is listed no longer.
func TestProfilesOfAKilledUpdateAreManaged(t *testing.T) {
	t.Parallel()
	s, kill := killable(t, "updateCustomerProfilesV2")
	s.configure(set(erases, `{ a = { age = 1 } }`))
	s.apply()
	s.settled()
	s.configure(set(erases, `{ a = { age = 1 }, b = { age = 2 }, c = { age = 3 } }`))
	kill()
	s.apply()
	s.settled()
	s.configure(set(erases, `{ a = { age = 1 }, c = { age = 3 } }`))
	s.apply("Customer data of 1 profile will be erased", "−1, 2 profiles in all")
	s.settled()
	s.expect("b", map[string]any{})
	s.expect("c", map[string]any{"age": 3.0})
}

// That a state is an import's is in the state itself: it survives a kill, and the loss of private
// state and of Terraform's data folder.
func TestKilledUpdateOfAnImportClearsNothing(t *testing.T) {
	t.Parallel()
	for operation, test := range map[string]struct{ address, configuration, says string }{
		"updateCustomerProfileV2": {
			anna, profile("integration_id = \"anna\"\n" + erases + "\nattributes = jsonencode({ age = 43 })"), "Imported attributes are not managed",
		},
		"updateCustomerProfilesV2": {many, set(erases, `{ anna = { age = 43 } }`), "Imported profiles or attributes are not managed"},
	} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			s, kill := killable(t, operation)
			setAttributes(t, s.d, "anna", map[string]any{"age": 42, "vip": true})
			setAttributes(t, s.d, "berta", map[string]any{"age": 7})
			s.configure(test.configuration)
			id := "anna"
			if test.address == many {
				id = "anna,berta"
			}
			s.run(0, nil, "import", test.address, id)
			kill()
			if err := os.RemoveAll(filepath.Join(s.Dir, ".terraform")); err != nil {
				t.Fatal(err)
			}
			s.apply(test.says)
			s.settled()
			s.expect("anna", map[string]any{"age": 43.0, "vip": true})
			s.expect("berta", map[string]any{"age": 7.0})
		})
	}
}

// Settings that move no row don't end the import, and leave last_sync as it is.
func TestImportLastsUntilRowsChange(t *testing.T) {
	t.Parallel()
	s := newShell(t, acctest.Start(t))
	setAttributes(t, s.d, "anna", map[string]any{"age": 42, "vip": true})
	setAttributes(t, s.d, "berta", map[string]any{"age": 7})
	const all = `{ anna = { age = 42, vip = true }, berta = { age = 7 } }`
	s.configure(set("", all) + "import {\n  to = " + many + "\n  id = \"anna,berta\"\n}\n")
	s.apply("1 imported, 0 added, 0 changed")
	setAttributes(t, s.d, "anna", map[string]any{"Language": "de"})
	s.settled()
	s.configure(set(erases, all))
	s.apply()
	s.settled()
	if s.lastSync() != nil {
		t.Errorf("last_sync is %v", s.lastSync())
	}
	s.configure(set(erases, `{ anna = { age = 42 } }`))
	s.apply("Imported profiles or attributes are not managed", "1 released, 1 profile in all")
	s.settled()
	s.expect("anna", map[string]any{"age": 42.0, "vip": true, "Language": "de"})
	s.expect("berta", map[string]any{"age": 7.0})
	s.configure(set(erases, `{ anna = {} }`))
	s.apply("~1, 1 profile in all")
	s.expect("anna", map[string]any{"vip": true, "Language": "de"})
}

// lastSync is that of the state.
func (s *shell) lastSync() map[string]any {
	s.t.Helper()
	var state struct {
		Resources []struct {
			Type      string
			Instances []struct {
				Attributes struct {
					LastSync map[string]any `json:"last_sync"`
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(s.Read("terraform.tfstate")), &state); err != nil {
		s.t.Fatal(err)
	}
	for _, resource := range state.Resources {
		if resource.Type == "talonone_customer_profiles" {
			return resource.Instances[0].Attributes.LastSync
		}
	}
	return nil
}

// What moves no profile keeps the last change's size, and the same change once more shows once more.
func TestLastSyncChangesOnlyWithProfiles(t *testing.T) {
	t.Parallel()
	s := newShell(t, acctest.Start(t))
	s.configure(set("", `{ a = { age = 1 }, b = { age = 2 } }`))
	s.apply("+2, 2 profiles in all")
	s.configure(set("", `{ a = { age = 1 } }`))
	s.apply("1 released, 1 profile in all", "1 profile will only be removed from state")
	before := s.lastSync()
	s.configure(set(erases+"\nmax_removal_percent = 50", `{ a = { age = 1 } }`))
	if output := s.run(2, nil, "plan", "-detailed-exitcode"); strings.Contains(output, "last_sync") {
		t.Errorf("a change of settings shows last_sync:\n%s", output)
	}
	s.apply()
	s.settled()
	if diff := cmp.Diff(before, s.lastSync()); diff != "" {
		t.Errorf("last_sync has changed:\n%s", diff)
	}
	for range 2 {
		setAttributes(t, s.d, "a", map[string]any{"age": 9})
		s.apply("summary = ", "~1, 1 profile in all")
	}
}

func TestSavedPlanOfProfilesWorksAfterTheSameWasAdded(t *testing.T) {
	t.Parallel()
	s := newShell(t, acctest.Start(t))
	s.configure(set("", `{ a = { age = 1 } }`))
	s.apply()
	s.configure(set("", `{ a = { age = 1 }, b = { age = 2 } }`))
	s.run(0, nil, "plan", "-out=saved")
	setAttributes(t, s.d, "b", map[string]any{"age": 5, "vip": true})
	s.run(0, nil, "apply", "saved")
	s.settled()
	s.expect("b", map[string]any{"age": 2.0, "vip": true})
}

func TestReplacementOfProfilesConverges(t *testing.T) {
	t.Parallel()
	for settings, kept := range map[string]bool{"": true, erases: false} {
		t.Run(settings, func(t *testing.T) {
			t.Parallel()
			s := newShell(t, acctest.Start(t))
			want := map[string]any{"age": 1.0}
			if kept {
				want["vip"] = true
			}
			s.configure(set(settings, `{ a = { age = 1 }, b = {} }`))
			s.apply()
			setAttributes(t, s.d, "a", map[string]any{"vip": true})
			s.run(0, nil, "apply", "-auto-approve", "-replace="+many)
			s.settled()
			s.expect("a", want)
			s.run(0, nil, "taint", many)
			s.apply()
			s.settled()
			s.expect("a", want)
		})
	}
}

func TestGuardHoldsInReplacements(t *testing.T) {
	t.Parallel()
	s := newShell(t, acctest.Start(t))
	guarded, value := erases+"\nmax_removal_percent = 0.5", `{ a = { age = 1 } }`
	s.configure(set(guarded, value))
	s.apply()
	setAttributes(t, s.d, "a", map[string]any{"vip": true})
	refuses := []string{"would remove 1 of 1 profile (100 %)", "allows 0.5 %"}
	s.run(1, refuses, "plan", "-destroy")
	s.run(1, refuses, "apply", "-auto-approve", "-replace="+many)
	s.run(0, nil, "taint", many)
	s.run(1, refuses, "apply", "-auto-approve")
	s.run(0, nil, "untaint", many)
	s.expect("a", map[string]any{"age": 1.0, "vip": true})
	s.settled()
	s.configure(set(erases, value))
	s.run(0, nil, "apply", "-auto-approve", "-replace="+many)
	s.expect("a", map[string]any{"age": 1.0})
	s.settled()
	s.run(0, []string{"Customer data of 1 profile will be erased", "can't be undone"}, "destroy", "-auto-approve")
	s.expect("a", map[string]any{})
}

func TestFractionGuardsProfiles(t *testing.T) {
	t.Parallel()
	s := newShell(t, acctest.Start(t))
	guarded := func(n int) string { return profiles("max_removal_percent = 0.5\n" + numbered(n, 0)) }
	s.configure(guarded(200))
	s.apply()
	s.configure(guarded(198))
	s.run(1, []string{"would remove 2 of 200 profiles (1 %)", "allows 0.5 %"}, "plan")
	s.configure(guarded(199))
	s.apply("1 released, 199 profiles in all")
}

func noProblem(t *testing.T, diagnostics []*tfprotov6.Diagnostic) {
	t.Helper()
	if problem := acctest.Problem(diagnostics); problem != "" {
		t.Fatal(problem)
	}
}

// The plan says which profiles exist already, and what it overwrites in them.
func TestExistingProfilesAreReportedByThePlan(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		settings acctest.Attributes
		profiles int
		want     string
		requests map[string]int
	}{
		"both keys": {
			nil, 50, `3 of 50 profiles to add exist already`, map[string]int{"getCustomersByAttributes": 1, "getCustomerInventory": 1},
		},
		"Integration key alone":        {acctest.Attributes{"management_api_key": nil}, 20, `3 of 20 profiles to add exist already`, map[string]int{"getCustomerInventory": 20}},
		"too many without a search":    {acctest.Attributes{"management_api_key": nil}, 21, "", map[string]int{}},
		"a key of the sandbox":         {acctest.Attributes{"integration_api_key": "demo-sandbox-integration-key"}, 50, "", map[string]int{"getCustomersByAttributes": 2, "getCustomerInventory": 1}},
		"no key that could write":      {acctest.Attributes{"integration_api_key": nil}, 50, "", map[string]int{}},
		"one profile":                  {nil, 1, `1 of 1 profile to add exists already`, map[string]int{"getCustomerInventory": 1}},
		"a search that is not allowed": {acctest.Attributes{"management_api_key": "demo-audiences-key"}, 20, `3 of 20 profiles to add exist already`, map[string]int{"getCustomersByAttributes": 1, "getCustomerInventory": 20}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t)
			setAttributes(t, d, "p-0", map[string]any{"age": 100, "vip": true})
			setAttributes(t, d, "p-1", map[string]any{"age": 100})
			setAttributes(t, d, "p-2", map[string]any{"age": 2})
			settings := acctest.Attributes{"validate_attributes": false}
			maps.Copy(settings, test.settings)
			p := d.NewProcess(t, settings)
			d.Forget()
			values := make(map[string]any)
			for i := range test.profiles {
				values[fmt.Sprintf("p-%d", i)] = map[string]int{"age": i}
			}
			text, err := json.Marshal(values)
			if err != nil {
				t.Fatal(err)
			}
			plan, diags := p.Plan(t, "talonone_customer_profiles", acctest.Instance{}, acctest.Attributes{"profiles": string(text)})
			noProblem(t, diags)
			if err := d.Expect(test.requests)(nil); err != nil {
				t.Error(err)
			}
			if test.want == "" {
				if plan.Warning != "" {
					t.Errorf("the plan warns %q", plan.Warning)
				}
				return
			}
			wants := []string{test.want, `"p-0"`}
			if test.profiles > 1 {
				wants = append(wants, "overwrites attribute age of 2.")
			}
			for _, want := range wants {
				if !strings.Contains(plan.Warning, want) {
					t.Errorf("the plan warns %q, want %q", plan.Warning, want)
				}
			}
		})
	}
}

// A new profile whose update may have been carried out is managed, and erased when it is listed no longer.
func TestProfilesOfUnknownOutcomeAreManaged(t *testing.T) {
	t.Parallel()
	s := newShell(t, acctest.Start(t))
	provider := "provider \"talonone\" {\n  max_retries = 0\n}\n"
	s.configure(provider + set(erases, `{ a = { age = 1 } }`))
	s.apply()
	s.configure(provider + set(erases, `{ a = { age = 1 }, b = { age = 2 } }`))
	addFault(t, s.d, emulator.Fault{Method: http.MethodPut, Status: http.StatusInternalServerError, AfterApply: true, Times: 1})()
	s.run(1, []string{"Unable to update customer profiles"}, "apply", "-auto-approve")
	s.configure(provider + set(erases, `{ a = { age = 1 } }`))
	s.apply("−1, 1 profile in all")
	s.expect("b", map[string]any{})
}
