package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

// verdictCase is a row of testdata/verdicts.yaml.
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

// input is the plan of a row. The tests of the policy make it in the same way.
func (c verdictCase) input() any {
	if c.Plan != nil {
		return c.Plan
	}
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
			steps := splitAddress(configAddress(fmt.Sprint(resource["address"])))
			resource["type"], resource["name"] = steps[len(steps)-2], steps[len(steps)-1]
		}
		resource["change"] = change
		changes[i] = resource
	}
	plan := obj{
		"format_version": "1.2", "terraform_version": "1.14.0", "resource_changes": changes, "action_invocations": c.Actions,
		"planned_values": obj{"root_module": obj{}}, "complete": true, "errored": false,
	}
	maps.Copy(plan, c.More)
	return plan
}

// refusalWords are how each reason begins in a comment.
var refusalWords = map[string]string{
	"errored": "The plan ended with errors, so", "partial": "The plan is partial: -target", "limit": "The plan removes ", "unknown": "The plan does not say how much",
}

func TestVerdicts(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("testdata", "verdicts.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []verdictCase
	if err := yaml.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			plan, err := json.Marshal(c.input())
			if err != nil {
				t.Fatal(err)
			}
			args := []string{"-format", "text", "-max-removals", fmt.Sprint(c.Limit)}
			for _, name := range c.Allow {
				args = append(args, "-allow", name)
			}
			if slices.Contains(c.Refused, "not a plan") {
				review(t, bytes.NewReader(plan), exitFailed, args...)
				return
			}
			status := 0
			if len(c.Refused) > 0 {
				status = exitRefused
			}
			printed := review(t, bytes.NewReader(plan), status, args...)
			for reason, words := range refusalWords {
				if want, got := slices.Contains(c.Refused, reason), strings.Contains(printed, words); want != got {
					t.Errorf("refused because of %s: %t, want %t\n%s", reason, got, want, printed)
				}
			}
			read, err := readPlan(bytes.NewReader(plan))
			if err != nil {
				t.Fatal(err)
			}
			v := read.verdict(guardOf(c.Limit, c.Allow))
			if v.removed != c.Removed {
				t.Errorf("removed %d, want %d", v.removed, c.Removed)
			}
			if diff := cmp.Diff(append([]string{}, c.Unknown...), append([]string{}, v.uncounted...)); diff != "" {
				t.Errorf("unknown (-want +got):\n%s", diff)
			}
		})
	}
}
