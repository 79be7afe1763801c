package customer_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// club starts a deployment with two audiences and a campaign that welcomes who joins the first one.
func club(t *testing.T) (d *acctest.Deployment, members, guests int64) {
	t.Helper()
	d = acctest.Start(t, func(o *emulator.Options) {
		o.KeepBodies = true
		fixture := emulator.DefaultFixture()
		for kind, props := range map[string]map[string]any{
			"couponCreated": {"value": "WELCOME-1", "profileId": "anna"}, "referralCreated": {"value": "BRING-A-FRIEND"},
		} {
			fixture.Effects = append(fixture.Effects, emulator.FixtureEffect{
				EventType: "talon_profile_updated", ProfileAttributes: map[string]any{"age": json.Number("42")}, CampaignID: 12, RuleName: "Welcome", EffectType: kind, Props: props,
			})
		}
		o.Fixture = fixture
	})
	create := func(name string) int64 {
		var made struct {
			ID int64 `json:"id"`
		}
		d.Call(t, http.MethodPost, "/v2/audiences", map[string]any{"name": name}, &made)
		return made.ID
	}
	return d, create("Members"), create("Guests")
}

func inState(name string, check knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(anna, tfjsonpath.New(name), check)
}

func memberOf(names ...string) statecheck.StateCheck {
	checks := make([]knownvalue.Check, len(names))
	for i, name := range names {
		checks[i] = knownvalue.ObjectPartial(map[string]knownvalue.Check{"name": knownvalue.StringExact(name)})
	}
	return inState("audience_memberships", knownvalue.ListExact(checks))
}

// profileUpdates are the bodies of the updates of the profile, in their order.
func profileUpdates(d *acctest.Deployment) []string {
	var bodies []string
	for _, request := range d.Server.Requests() {
		if request.Operation == "updateCustomerProfileV2" {
			bodies = append(bodies, string(request.Body))
		}
	}
	return bodies
}

func TestProfileJoinsAndLeavesAudiences(t *testing.T) {
	t.Parallel()
	d, members, guests := club(t)
	moves := func(settings string, args ...any) string {
		return d.Config(profile("integration_id = \"anna\"\nrun_rule_engine = true\n" + fmt.Sprintf(settings, args...)))
	}
	joined := moves("audience_changes = { adds = [%d], deletes = [%d] }", members, guests)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: moves("audience_changes = { adds = [%d] }", guests), ConfigStateChecks: []statecheck.StateCheck{memberOf("Guests")}},
			{Config: joined, ConfigStateChecks: []statecheck.StateCheck{memberOf("Members")}},
			{Config: joined, ConfigPlanChecks: noChange},
			{
				// What others change is shown, and undone.
				PreConfig: func() {
					d.Call(t, http.MethodPost, "/v2/customer_audiences", map[string]any{"data": []any{
						map[string]any{"action": "delete", "profileIntegrationId": "anna", "audienceId": members},
					}}, nil)
				},
				Config: joined,
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(anna, plancheck.ResourceActionUpdate),
					plancheck.ExpectKnownValue(anna, tfjsonpath.New("audience_changes").AtMapKey("adds"), knownvalue.ListExact([]knownvalue.Check{knownvalue.Int64Exact(members)})),
				}},
				ConfigStateChecks: []statecheck.StateCheck{memberOf("Members")},
			},
			// An ID that goes away is let go.
			{Config: moves(""), ConfigStateChecks: []statecheck.StateCheck{memberOf("Members"), inState("audience_changes", knownvalue.Null())}},
		},
	})
	want := []string{
		fmt.Sprintf(`"audiencesChanges":{"adds":[%d],"deletes":[]}`, guests), fmt.Sprintf(`"audiencesChanges":{"adds":[%d],"deletes":[%d]}`, members, guests),
		fmt.Sprintf(`"audiencesChanges":{"adds":[%d],"deletes":[]}`, members),
	}
	got := profileUpdates(d)
	if len(got) != len(want) || !slices.EqualFunc(want, got, func(part, body string) bool { return strings.Contains(body, part) }) {
		t.Errorf("sent %q, want %q", got, want)
	}
}

// An audience that the same apply creates has no ID while planning.
func TestProfileJoinsAnAudienceThatIsCreatedWithIt(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	config := d.Config("resource \"talonone_audience\" \"new\" {\n  name = \"New\"\n}\n" +
		profile("integration_id = \"anna\"\naudience_changes = { adds = [talonone_audience.new.id] }"))
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: d.Config(profile(`integration_id = "anna"`))},
			{Config: config, ConfigPlanChecks: updates, ConfigStateChecks: []statecheck.StateCheck{memberOf("New")}},
			{Config: config, ConfigPlanChecks: noChange},
		},
	})
}

func TestProfileKeepsWhatTheRulesDid(t *testing.T) {
	t.Parallel()
	d, _, _ := club(t)
	of := func(age int, settings string) string {
		return d.Config(profile(fmt.Sprintf("integration_id = \"anna\"\nattributes = jsonencode({ age = %d })\n%s", age, settings)))
	}
	const rules = "run_rule_engine = true\n"
	known := func(name string, check knownvalue.Check) plancheck.PlanCheck {
		return plancheck.ExpectKnownValue(anna, tfjsonpath.New(name), check)
	}
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: of(41, ""),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					known("effects", knownvalue.ListSizeExact(0)), known("created_coupons", knownvalue.ListSizeExact(0)), known("response", knownvalue.Null()),
				}},
			},
			{
				Config: of(42, rules+"response_content = [\"triggeredCampaigns\"]"),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectUnknownValue(anna, tfjsonpath.New("effects")), plancheck.ExpectUnknownValue(anna, tfjsonpath.New("response")),
				}},
				ConfigStateChecks: []statecheck.StateCheck{
					inState("effects", knownvalue.ListSizeExact(2)),
					inState("created_coupons", knownvalue.ListExact([]knownvalue.Check{knownvalue.ObjectPartial(map[string]knownvalue.Check{"value": knownvalue.StringExact("WELCOME-1")})})),
					inState("created_referrals", knownvalue.ListExact([]knownvalue.Check{knownvalue.ObjectPartial(map[string]knownvalue.Check{"code": knownvalue.StringExact("BRING-A-FRIEND")})})),
					inState("response", knownvalue.StringRegexp(regexp.MustCompile(`"triggeredCampaigns":\[\{`))),
				},
			},
			{
				// What sends nothing keeps it, and the plan says so.
				Config: of(42, rules+"erase_on_destroy = true"),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					known("effects", knownvalue.ListSizeExact(2)), known("created_coupons", knownvalue.ListSizeExact(1)), known("response", knownvalue.Null()),
				}},
			},
			{Config: of(42, rules+"erase_on_destroy = true"), ConfigPlanChecks: noChange},
		},
	})
}

func TestAudienceChangesThatMakeNoSense(t *testing.T) {
	t.Parallel()
	d, members, _ := club(t)
	both := fmt.Sprintf("resource \"talonone_audience_membership\" \"anna\" {\n  audience_id            = %d\n  profile_integration_id = \"anna\"\n}\n", members)
	for name, test := range map[string]struct{ more, settings, want string }{
		"joined and left":   {"", `audience_changes = { adds = [7], deletes = [8, 7] }`, `(?s)Audience listed twice.*Audience 7 is in adds and in deletes`},
		"no such audience":  {"", `audience_changes = { adds = [424242] }`, `(?s)424242`},
		"an ID twice":       {"", `audience_changes = { adds = [7, 7] }`, `(?s)audience_changes.*[Dd]uplicate`},
		"no audiences":      {"", `audience_changes = {}`, `(?s)Set adds, deletes or both`},
		"no ID":             {"", `audience_changes = { adds = [0] }`, `(?s)Invalid ID.*at least 1`},
		"parts of no rules": {"", `response_content = ["loyalty"]`, `(?s)Set run_rule_engine = true`},
		"two owners":        {both, fmt.Sprintf("audience_changes = { deletes = [%d] }", members), `(?s)Managed by two resources`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps:                    []resource.TestStep{{Config: d.Config(test.more + profile("integration_id = \"anna\"\n"+test.settings)), ExpectError: regexp.MustCompile(test.want)}},
			})
		})
	}
}
