// Package policy tests the policy under examples/ with Open Policy Agent. It is a module of its own, so that the agent's
// modules stay out of the provider's.
package policy

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/tester"
	"go.yaml.in/yaml/v3"
)

var (
	folder = filepath.Join("..", "..", "examples", "policy")
	plans  = filepath.Join("..", "..", "cmd", "talonone-review", "testdata")
)

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
	if count < 5 {
		t.Errorf("%d tests ran", count)
	}
}

type obj = map[string]any

// verdict is what the policy says of a plan.
type verdict struct {
	Deny, Warn, Unknown []string
	Removed             json.Number
}

// The policy is compiled once for each of the two ways to give it settings.
var withSettings, withoutSettings = prepared(" with data.talonone as input.settings"), prepared("")

func prepared(settings string) func() (rego.PreparedEvalQuery, error) {
	return sync.OnceValues(func() (rego.PreparedEvalQuery, error) {
		query := "verdict := data.main with input as input.plan" + settings
		return rego.New(rego.Query(query), rego.Load([]string{folder}, nil)).PrepareForEval(context.Background())
	})
}

// judge applies the policy. settings, if any, are data.talonone.
func judge(t *testing.T, plan any, settings any) verdict {
	t.Helper()
	prepare := withSettings
	if settings == nil {
		prepare = withoutSettings
	}
	query, err := prepare()
	if err != nil {
		t.Fatal(err)
	}
	results, err := query.Eval(t.Context(), rego.EvalInput(obj{"plan": plan, "settings": settings}))
	if err != nil || len(results) != 1 {
		t.Fatalf("%d results: %v", len(results), err)
	}
	text, err := json.Marshal(results[0].Bindings["verdict"])
	if err != nil {
		t.Fatal(err)
	}
	var v verdict
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// verdictCase is a row of verdicts.yaml, which the tests of talonone-review read, too.
type verdictCase struct {
	Name    string
	Plan    any
	Changes []obj
	Actions []obj
	More    obj
	Limit   int64
	Allow   []string
	Removed int64
	Unknown []string
	Refused []string
}

var keys = regexp.MustCompile(`\["[^"]*"\]`)

// input is the plan of a row, made as the tests of talonone-review make it.
func (c verdictCase) input(t *testing.T) any {
	t.Helper()
	plan := c.Plan
	if plan == nil {
		changes := make([]obj, len(c.Changes))
		for i, row := range c.Changes {
			resource := obj{"mode": "managed"}
			change := obj{"before": nil, "after": nil, "after_unknown": obj{}}
			for name, value := range row {
				switch name {
				case "address", "mode", "type", "name", "module_address", "deposed":
					resource[name] = value
				case "actions":
					change["actions"] = slices.DeleteFunc(strings.Split(fmt.Sprint(value), "+"), func(action string) bool { return action == "" })
				case "unknown":
					change["after_unknown"] = value
				default:
					change[name] = value
				}
			}
			if resource["type"] == nil {
				steps := strings.Split(keys.ReplaceAllString(fmt.Sprint(resource["address"]), ""), ".")
				resource["type"], resource["name"] = steps[len(steps)-2], steps[len(steps)-1]
			}
			resource["change"] = change
			changes[i] = resource
		}
		whole := obj{
			"format_version": "1.2", "terraform_version": "1.14.0", "resource_changes": changes, "action_invocations": c.Actions,
			"planned_values": obj{"root_module": obj{}}, "complete": true, "errored": false,
		}
		maps.Copy(whole, c.More)
		plan = whole
	}
	// What JSON makes of it.
	text, err := json.Marshal(plan)
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var input any
	if err := dec.Decode(&input); err != nil {
		t.Fatal(err)
	}
	return input
}

var refusalWords = map[string]string{
	"not a plan": "The input is not a Terraform plan", "errored": "The plan ended with errors, so", "partial": "The plan is partial: -target",
	"limit": "The plan removes ", "unknown": "The plan does not say how much",
}

// TestVerdicts runs the one table of plans and verdicts against the policy, as the tests of talonone-review run it
// against that program.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(plans, "verdicts.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []verdictCase
	if err := yaml.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 50 {
		t.Errorf("the table has %d cases", len(cases))
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			v := judge(t, c.input(t), obj{"max_removals": c.Limit, "allow": append([]string{}, c.Allow...)})
			if len(c.Refused) == 0 && len(v.Deny) > 0 {
				t.Errorf("denied: %q", v.Deny)
			}
			printed := strings.Join(v.Deny, "\n")
			if slices.Contains(c.Refused, "not a plan") {
				// What else the policy says of such an input doesn't matter.
				if !strings.Contains(printed, refusalWords["not a plan"]) {
					t.Errorf("denied: %q", v.Deny)
				}
				return
			}
			for reason, words := range refusalWords {
				if want, got := slices.Contains(c.Refused, reason), strings.Contains(printed, words); want != got {
					t.Errorf("denied because of %s: %t, want %t\n%s", reason, got, want, printed)
				}
			}
			if got := v.Removed.String(); got != fmt.Sprint(c.Removed) {
				t.Errorf("removed %q, want %d", got, c.Removed)
			}
			if !slices.Equal(c.Unknown, v.Unknown) {
				t.Errorf("unknown %q, want %q", v.Unknown, c.Unknown)
			}
		})
	}
}

// TestSettings checks that a limit that is none doesn't turn the policy off.
func TestSettings(t *testing.T) {
	t.Parallel()
	removing := verdictCase{Changes: []obj{{
		"address": "talonone_catalog_items.a", "actions": "update", "before": obj{},
		"after": obj{"last_sync": obj{"added": 0, "updated": 0, "removed": 101, "released": 0, "summary": "x"}},
	}}}
	for name, test := range map[string]struct {
		settings any
		deny     []string
	}{
		"none":               {nil, []string{"The plan removes 101 rows; the limit is 100."}},
		"empty":              {obj{}, []string{"The plan removes 101 rows; the limit is 100."}},
		"a number":           {obj{"max_removals": 101}, nil},
		"a quoted number":    {obj{"max_removals": "101"}, []string{"The plan removes 101 rows; the limit is 100.", "data.talonone.max_removals must be a whole number from 0, not 101."}},
		"a fraction":         {obj{"max_removals": 100.5}, []string{"The plan removes 101 rows; the limit is 100.", "data.talonone.max_removals must be a whole number from 0, not 100.5."}},
		"a negative number":  {obj{"max_removals": -1}, []string{"The plan removes 101 rows; the limit is 100.", "data.talonone.max_removals must be a whole number from 0, not -1."}},
		"null":               {obj{"max_removals": nil}, []string{"The plan removes 101 rows; the limit is 100.", "data.talonone.max_removals must be a whole number from 0, not null."}},
		"false":              {obj{"max_removals": false}, []string{"The plan removes 101 rows; the limit is 100.", "data.talonone.max_removals must be a whole number from 0, not false."}},
		"a misspelt setting": {obj{"max_removal": 5000, "max_removals": 500}, []string{"data.talonone.max_removal is not a setting."}},
		"names that are no list": {
			obj{"max_removals": 500, "allow": "partial"}, []string{"data.talonone.allow must be a list of names."},
		},
		"no object": {"500", []string{"The plan removes 101 rows; the limit is 100.", "data.talonone must be an object."}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if v := judge(t, removing.input(t), test.settings); !slices.Equal(test.deny, v.Deny) {
				t.Errorf("denied:\n%q, want\n%q", v.Deny, test.deny)
			}
		})
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
			deny:  []string{"The plan removes 6 rows; the limit is 5."},
		},
		"cleanup": {
			limit: 21, // 10 members, 6 items, 2 reservations, 2 referrals and 1 customer
			deny:  []string{"The plan does not say how much talonone_audience.described removes. To permit this, allow its name."},
			warn: []string{
				"talonone_audience.described is deleted, and all its memberships with it.",
				"talonone_audience.vip is deleted, and all its memberships with it.",
				"talonone_customer_profile.test erases the data of customers.",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(filepath.Join(plans, name+".json"))
			if err != nil {
				t.Fatal(err)
			}
			var plan any
			if err := json.Unmarshal(text, &plan); err != nil {
				t.Fatal(err)
			}
			v := judge(t, plan, obj{"max_removals": test.limit})
			if !slices.Equal(test.deny, v.Deny) {
				t.Errorf("denied: %q, want %q", v.Deny, test.deny)
			}
			if !slices.Equal(test.warn, v.Warn) {
				t.Errorf("warned: %q, want %q", v.Warn, test.warn)
			}
		})
	}
}
