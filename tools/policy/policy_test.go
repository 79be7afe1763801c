// Package policy tests the policy under examples/ with Open Policy Agent. It is a module of its own, so that the agent's
// modules stay out of the provider's.
package policy

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/tester"
)

var folder = filepath.Join("..", "..", "examples", "policy")

// TestPolicysOwnTests is what `opa test` and `conftest verify` do.
func TestPolicysOwnTests(t *testing.T) {
	t.Parallel()
	modules, store, err := tester.Load([]string{folder}, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	txn, err := store.NewTransaction(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer store.Abort(ctx, txn)
	results, err := tester.NewRunner().SetStore(store).SetModules(modules).RunTests(ctx, txn)
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for result := range results {
		if count++; !result.Pass() {
			t.Errorf("%s failed: %v", result.Name, result.Error)
		}
	}
	if count < 10 {
		t.Errorf("%d tests ran", count)
	}
}

// TestPlansOfTheProvider applies the policy to plans that Terraform made.
func TestPlansOfTheProvider(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		limit      int
		deny, warn []string
	}{
		"empty": {limit: 0},
		"first": {limit: 0},
		"season": {
			limit: 5, // 3 members, 1 item, 1 reservation and 1 referral
			deny:  []string{"The plan removes 6 members, items, reservations and referrals; 5 are allowed."},
		},
		"cleanup": {
			limit: 20,
			warn: []string{
				"talonone_audience.described is deleted, and all its memberships with it.",
				"talonone_audience.vip is deleted, and all its memberships with it.",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(filepath.Join("..", "..", "cmd", "talonone-review", "testdata", name+".json"))
			if err != nil {
				t.Fatal(err)
			}
			var plan any
			if err := json.Unmarshal(text, &plan); err != nil {
				t.Fatal(err)
			}
			limits := filepath.Join(t.TempDir(), "limits.json")
			if err := os.WriteFile(limits, fmt.Appendf(nil, `{"talonone": {"max_removals": %d}}`, test.limit), 0o600); err != nil {
				t.Fatal(err)
			}
			for rule, want := range map[string][]string{"deny": test.deny, "warn": test.warn} {
				results, err := rego.New(rego.Query("data.main."+rule), rego.Load([]string{folder, limits}, nil), rego.Input(plan)).Eval(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				list, _ := results[0].Expressions[0].Value.([]any)
				for _, message := range list {
					got = append(got, message.(string))
				}
				slices.Sort(got)
				if strings.Join(got, "\n") != strings.Join(want, "\n") {
					t.Errorf("%s: got %q, want %q", rule, got, want)
				}
			}
		})
	}
}
