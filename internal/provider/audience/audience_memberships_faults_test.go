package audience_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

var anyError = regexp.MustCompile(`Unable to`)

// A third request of five fails in every way there is; the next apply does the rest.
func TestInterruptedAdditiveUpdateKeepsWhatHasLanded(t *testing.T) {
	t.Parallel()
	many := numbered("m", 4500)
	for name, test := range map[string]struct {
		fault emulator.Fault
		// left are joins that the next plan has to make up for; 0 when nothing was lost.
		left int64
	}{
		"refused":                {emulator.Fault{Status: http.StatusBadRequest}, 2500},
		"server error":           {emulator.Fault{Status: http.StatusInternalServerError}, 2500},
		"too many requests":      {emulator.Fault{Status: http.StatusTooManyRequests, RetryAfter: "0"}, 0}, // waited for
		"reset before it landed": {emulator.Fault{Reset: true}, 2500},
		"reset after it landed":  {emulator.Fault{Reset: true, AfterApply: true}, 0},
		"answer cut":             {emulator.Fault{Status: http.StatusBadGateway, AfterApply: true}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCrowd(t, "theirs")
			fault := test.fault
			fault.Method, fault.PathPrefix, fault.After, fault.Times = http.MethodPost, "/v2/customer_audiences", 2, 1
			all := append(slices.Clone(many), "theirs")
			interrupted := resource.TestStep{PreConfig: c.fails(fault), Config: c.noRetries(fromJSON(many))}
			next := resource.TestStep{Config: c.noRetries(fromJSON(many)), ConfigPlanChecks: emptyPlan, Check: c.has(all...)}
			if test.left > 0 {
				interrupted.ExpectError = anyError
				next.ConfigPlanChecks = plans(syncs(test.left, 0))
			}
			acctest.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				// All of them are the resource's own, those of the doubtful request too.
				CheckDestroy: c.has("theirs"),
				Steps:        []resource.TestStep{{Config: c.noRetries(`members = []`)}, interrupted, next},
			})
		})
	}
}

func TestInterruptedCreateConvergesWithoutRemovingAnybody(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, "theirs")
	many := numbered("m", 2500)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				PreConfig:   c.fails(emulator.Fault{Method: http.MethodPost, PathPrefix: "/v2/customer_audiences", After: 1, Times: 1, Status: http.StatusServiceUnavailable}),
				Config:      c.noRetries(fromJSON(many)),
				ExpectError: anyError,
			},
			{
				// Create, not replace: nobody has to leave in between.
				Config:           c.noRetries(fromJSON(many)),
				ConfigPlanChecks: plans(plancheck.ExpectResourceAction(group, plancheck.ResourceActionCreate), syncs(2500, 0)),
				Check:            c.has(append(slices.Clone(many), "theirs")...),
			},
		},
	})
}

func TestInterruptedRemovalIsRepeated(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, "theirs")
	many := numbered("m", 1500)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             c.has("theirs"),
		Steps: []resource.TestStep{
			{Config: c.noRetries(fromFile(memberFile(t, many...)))},
			{
				PreConfig: c.fails(emulator.Fault{Method: http.MethodPost, PathPrefix: "/v2/customer_audiences", After: 1, Times: 1, Reset: true}),
				Config:    c.noRetries(fromFile(memberFile(t, many...))), Destroy: true, ExpectError: anyError,
			},
			{RefreshState: true, ExpectNonEmptyPlan: true},
		},
	})
}

func TestInterruptedImportLeavesTheListOrReplacesIt(t *testing.T) {
	t.Parallel()
	before, wanted := numbered("old", 1200), numbered("new", 1300)
	exclusive := func(ids []string) string { return "ownership = \"exclusive\"\n" + fromJSON(ids) }
	for name, test := range map[string]struct {
		fault emulator.Fault
		lands bool
	}{
		"refused":                {emulator.Fault{Status: http.StatusBadRequest, Body: `{"message":"The file is broken"}`}, false},
		"server error":           {emulator.Fault{Status: http.StatusInternalServerError}, false},
		"reset before it landed": {emulator.Fault{Reset: true}, false},
		"reset after it landed":  {emulator.Fault{Reset: true, AfterApply: true}, true},
		"answer cut":             {emulator.Fault{Truncate: true}, true},
		"error after it landed":  {emulator.Fault{Status: http.StatusGatewayTimeout, AfterApply: true}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCrowd(t)
			fault := test.fault
			fault.Method, fault.PathPrefix, fault.Times = http.MethodPost, "/v1/audiences/", 1
			// The audience itself tells whether it was imported.
			interrupted := resource.TestStep{PreConfig: c.fails(fault), Config: c.noRetries(exclusive(wanted)), Check: c.has(wanted...)}
			next := resource.TestStep{Config: c.noRetries(exclusive(wanted)), ConfigPlanChecks: emptyPlan, Check: c.has(wanted...)}
			if !test.lands {
				interrupted.ExpectError, interrupted.Check = anyError, nil
				next.ConfigPlanChecks = plans(syncs(1300, 1200))
			}
			acctest.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				CheckDestroy:             c.has(),
				Steps:                    []resource.TestStep{{Config: c.noRetries(exclusive(before))}, interrupted, next},
			})
		})
	}
}

// An export that ends early, whether it shows or not, is an error and never a plan.
func TestCutExportIsNeverTakenForMembersWhoLeft(t *testing.T) {
	t.Parallel()
	members := numbered("m", 1500)
	for _, ownership := range []string{"additive", "exclusive"} {
		for name, fault := range map[string]emulator.Fault{
			"truncated": {Truncate: true},
			"reset":     {Reset: true},
			"whole in form, half in content": {
				Status: http.StatusOK, Header: map[string]string{"Content-Type": "application/csv"},
				Body: "profileintegrationid\n" + members[0] + "\n" + members[1] + "\n",
			},
			"header only": {Status: http.StatusOK, Header: map[string]string{"Content-Type": "application/csv"}, Body: "profileintegrationid\n"},
		} {
			t.Run(ownership+", "+name, func(t *testing.T) {
				t.Parallel()
				c := newCrowd(t)
				settings := fmt.Sprintf("ownership = %q\n%s", ownership, fromFile(memberFile(t, members...)))
				fault.Method, fault.PathPrefix = http.MethodGet, fmt.Sprintf("/v1/audiences/%d/memberships/export", c.id)
				acctest.Test(t, resource.TestCase{
					ProtoV6ProviderFactories: acctest.Factories(),
					Steps: []resource.TestStep{
						{Config: c.noRetries(settings)},
						{PreConfig: c.fails(fault), Config: c.noRetries(settings), ExpectError: anyError},
						{PreConfig: c.Server.ClearFaults, Config: c.noRetries(settings), ConfigPlanChecks: emptyPlan, Check: c.has(members...)},
					},
				})
			})
		}
	}
}

// A cut export that the next one makes up for costs a repetition and nothing else.
func TestOneCutExportIsRepeated(t *testing.T) {
	t.Parallel()
	c := newCrowd(t)
	members := numbered("m", 20)
	settings := fromJSON(members)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: c.hcl(settings)},
			{
				PreConfig: c.fails(emulator.Fault{
					Method: http.MethodGet, PathPrefix: fmt.Sprintf("/v1/audiences/%d/memberships/export", c.id), Times: 1,
					Status: http.StatusOK, Header: map[string]string{"Content-Type": "application/csv"}, Body: "profileintegrationid\n",
				}),
				Config: c.hcl(settings), ConfigPlanChecks: emptyPlan,
			},
		},
	})
}

func TestChangesBetweenPlanAndApplyAreNotOverrun(t *testing.T) {
	t.Parallel()
	c := newCrowd(t)
	before, wanted := numbered("old", 1200), numbered("new", 1300)
	exclusive := func(ids []string) string {
		return c.hcl("ownership = \"exclusive\"\n" + fromJSON(ids))
	}
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: exclusive(before)},
			{
				// Somebody joins once the plan is made; an import would remove them unseen.
				Config:           exclusive(wanted),
				ConfigPlanChecks: plans(planned{func() { c.join("late") }}),
				ExpectError:      regexp.MustCompile(`(?s)Plan is out of date`),
			},
			{
				Config:           exclusive(wanted),
				ConfigPlanChecks: plans(syncs(1300, 1201)),
				Check:            c.has(wanted...),
			},
		},
	})
}

func TestAdditivePlanDoesNotMindWhatOthersDo(t *testing.T) {
	t.Parallel()
	c := newCrowd(t)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             c.has("late"),
		Steps: []resource.TestStep{
			{Config: c.hcl(fromFile(memberFile(t, "a", "b")))},
			{
				// Others add one of the new members themselves. It is listed, and so managed.
				Config:           c.hcl(fromFile(memberFile(t, "a", "b", "new"))),
				ConfigPlanChecks: plans(planned{func() { c.join("late", "new") }}),
				Check:            c.has("a", "b", "late", "new"),
			},
		},
	})
}

func TestStateOfFingerprintsHoldsNoIDs(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, "both-000001")
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: c.hcl("show_samples = false\n" + fromFile(memberFile(t, numbered("both", 3)...))),
			Check: func(state *terraform.State) error {
				for name, value := range state.RootModule().Resources[group].Primary.Attributes {
					if regexp.MustCompile(`both-0`).MatchString(value) {
						return fmt.Errorf("%s holds an ID: %s", name, value)
					}
				}
				return nil
			},
			ConfigPlanChecks: plans(plancheck.ExpectSensitiveValue(group, tfjsonpath.New("managed_set")),
				plancheck.ExpectKnownValue(group, tfjsonpath.New("member_count"), knownvalue.Int64Exact(3))),
		}},
	})
}
