package session_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// An update of a profile is evaluated as if it had been made.
func TestProfileUpdateIsEvaluatedAndNothingIsKept(t *testing.T) {
	t.Parallel()
	d, remembered := inSeason(t, func(fixture *emulator.Fixture) {
		effect := func(one emulator.FixtureEffect) {
			one.EventType, one.CampaignID = "talon_profile_updated", 22
			fixture.Effects = append(fixture.Effects, one)
		}
		effect(emulator.FixtureEffect{
			ProfileAttributes: map[string]any{"tier": "gold"}, RuleName: "Welcome to gold", EffectType: "addLoyaltyPoints",
			Props: map[string]any{"name": "Welcome", "programId": json.Number("5"), "subLedgerId": "", "value": json.Number("50"), "recipientIntegrationId": "x", "transactionUUID": "6ba7b810-9dad-11d1-80b4-00c04fd430c8"},
		})
		effect(emulator.FixtureEffect{AudienceID: 901, RuleName: "Readers", EffectType: "addFreeItem", Props: map[string]any{"sku": "SOCKS", "name": "Socks"}})
	})
	before := remembered()
	for name, test := range map[string]struct{ update, want acctest.Attributes }{
		"another tier": {
			acctest.Attributes{"attributes": `{"tier":"gold"}`},
			acctest.Attributes{"points_added": `{"Points":50}`, "free_items": `[]`, "summary": `"Points: +50 (Points)\nCampaigns: Gold club\nNo effect: rule \"Readers\" of campaign \"Gold club\": the customer is not in audience Newsletter"`},
		},
		"a new reader":  {acctest.Attributes{"audience_changes": acctest.Attributes{"adds": []int{901}, "deletes": nil}}, acctest.Attributes{"total_points_added": `0`, "free_items": `["SOCKS"]`}},
		"nothing of it": {acctest.Attributes{"audience_changes": acctest.Attributes{"adds": nil, "deletes": []int{901}}}, acctest.Attributes{"effects": `[]`}},
	} {
		test.update["integration_id"] = "silver-customer"
		got, diags := d.NewProcess(t, nil).ReadData(t, "talonone_profile_evaluation", test.update)
		if problem := acctest.Problem(diags); problem != "" {
			t.Fatalf("%s: %s", name, problem)
		}
		for attribute, want := range test.want {
			if text := asJSON(t, got[attribute]); text != want {
				t.Errorf("%s: %s is %s, want %s", name, attribute, text, want)
			}
		}
	}
	if diff := cmp.Diff(before, remembered()); diff != "" {
		t.Errorf("a dry run changed the deployment (-before +after):\n%s", diff)
	}
}

func TestProfileEvaluationsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	d, _ := inSeason(t)
	for name, test := range map[string]struct {
		update acctest.Attributes
		want   string
	}{
		"undefined attribute": {acctest.Attributes{"attributes": `{"teir":1}`}, `no attribute "teir"`},
		"unknown audience":    {acctest.Attributes{"audience_changes": acctest.Attributes{"adds": []int{9}, "deletes": nil}}, `No audience with ID 9`},
	} {
		test.update["integration_id"] = "silver-customer"
		_, diags := d.NewProcess(t, nil).ReadData(t, "talonone_profile_evaluation", test.update)
		if problem := acctest.Problem(diags); !strings.Contains(problem, test.want) {
			t.Errorf("%s: got %q, want %q", name, problem, test.want)
		}
	}
}
