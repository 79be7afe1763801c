package audience_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// persona is a customer and the audiences 701 to 703, of which an integration keeps the last.
type persona struct {
	*testing.T
	*acctest.Deployment

	w *acctest.Workspace
}

func newPersona(t *testing.T, in ...int64) *persona {
	t.Helper()
	p := &persona{T: t, Deployment: acctest.Start(t, func(o *emulator.Options) {
		o.Fixture = emulator.DefaultFixture()
		o.Fixture.Audiences = []emulator.FixtureAudience{
			{ID: 701, Name: "Staff"}, {ID: 702, Name: "Beta"}, {ID: 703, Name: "Partner", Integration: "braze", IntegrationID: "vip"},
		}
	})}
	p.w = p.NewWorkspace(t)
	for _, id := range in {
		p.change("add", id)
	}
	return p
}

func (p *persona) change(action string, audience int64) {
	p.Helper()
	p.Call(p, http.MethodPost, "/v2/customer_audiences", map[string]any{"data": []any{
		map[string]any{"action": action, "profileIntegrationId": "anna", "audienceId": audience},
	}}, nil)
}

func (p *persona) in(want ...int64) {
	p.Helper()
	var found struct {
		Profile struct {
			AudienceMemberships []struct{ ID int64 }
		}
	}
	p.Call(p, http.MethodGet, "/v1/customer_profiles/anna/inventory?profile=true", nil, &found)
	got := []int64{}
	for _, membership := range found.Profile.AudienceMemberships {
		got = append(got, membership.ID)
	}
	slices.Sort(got)
	if diff := cmp.Diff(append([]int64{}, want...), got); diff != "" {
		p.Errorf("audiences of the customer (-want +got):\n%s", diff)
	}
}

func joining(ids ...int64) acctest.Attributes {
	return acctest.Attributes{"profile_integration_id": "anna", "audience_ids": append([]int64{}, ids...)}
}

func alone(ids ...int64) acctest.Attributes {
	written := joining(ids...)
	written["ownership"] = "exclusive"
	return written
}

func personaConfig(written acctest.Attributes) acctest.Config {
	return acctest.Config{"it": {Type: "talonone_customer_audiences", Attributes: written}}
}

func (p *persona) apply(written acctest.Attributes) {
	p.Helper()
	if problem := p.w.Apply(p, personaConfig(written), acctest.PlanOptions{}); problem != "" {
		p.Fatal(problem)
	}
}

func (p *persona) refused(written acctest.Attributes, words ...string) {
	p.Helper()
	_, problem := p.w.Plan(p, personaConfig(written), acctest.PlanOptions{})
	for _, word := range words {
		if !strings.Contains(problem, word) {
			p.Errorf("%q is not in %q", word, problem)
		}
	}
}

func TestAMoveBetweenAudiencesIsOneRequest(t *testing.T) {
	t.Parallel()
	p := newPersona(t, 703)
	p.apply(joining(701))
	p.in(701, 703)
	p.Forget()
	p.apply(joining(702))
	p.in(702, 703)
	if got := p.Count("updateCustomerProfileAudiences"); got != 1 {
		t.Errorf("%d requests changed the audiences", got)
	}
	if plan, problem := p.w.Plan(t, personaConfig(joining(702)), acctest.PlanOptions{}); problem != "" || !plan.Empty() {
		t.Errorf("the plan is not empty: %s", problem)
	}
}

func TestExclusiveAudiences(t *testing.T) {
	t.Parallel()
	p := newPersona(t, 702, 703)
	p.refused(alone(701), "needs an import", `"702", "703"`, `id = "anna"`)
	p.apply(joining(701))
	plan, problem := p.w.Plan(t, personaConfig(alone(701)), acctest.PlanOptions{})
	if problem != "" {
		t.Fatal(problem)
	}
	for _, word := range []string{"2 memberships not listed will be removed", "703 (Partner, braze)"} {
		if !strings.Contains(plan.Warning, word) {
			t.Errorf("%q is not in the warning %q", word, plan.Warning)
		}
	}
	if problem := p.w.ApplyPlan(t, plan); problem != "" {
		t.Fatal(problem)
	}
	p.in(701)
	// What arrives later is a removal in the next plan.
	p.change("add", 702)
	p.apply(alone(701))
	p.in(701)
}

func TestWrongAudiencesAreFoundInThePlan(t *testing.T) {
	t.Parallel()
	p := newPersona(t)
	p.refused(joining(701, 999), "Audience not found", "999", "data.talonone_audience")
	p.refused(joining(701, 701), "audience_ids", "duplicate")
	p.refused(joining(0), "Invalid ID")
	empty := joining(701)
	empty["profile_integration_id"] = ""
	p.refused(empty, "profile_integration_id")
}

// A customer in an audience is one row, whether the list is of the audience or of the customer.
func TestAMembershipHasOneOwnerOfAnyKind(t *testing.T) {
	t.Parallel()
	members := func(ownership string, audience int64, ids ...string) acctest.Block {
		return acctest.Block{Type: "talonone_audience_memberships", Attributes: acctest.Attributes{"audience_id": audience, "ownership": ownership, "members": append([]string{}, ids...)}}
	}
	single := acctest.Block{Type: "talonone_audience_membership", Attributes: acctest.Attributes{"audience_id": 702, "profile_integration_id": "anna"}}
	own := func(written acctest.Attributes) acctest.Block {
		return acctest.Block{Type: "talonone_customer_audiences", Attributes: written}
	}
	other := joining(702)
	other["profile_integration_id"] = "berta"
	for name, test := range map[string]struct {
		one, two acctest.Block
		clash    bool
	}{
		"a list of members":                    {own(joining(701, 702)), members("additive", 702, "anna"), true},
		"a single membership":                  {own(joining(702)), single, true},
		"an exclusive list of others":          {own(joining(702)), members("exclusive", 702, "berta"), true},
		"exclusive, and listed elsewhere":      {own(alone(701)), members("additive", 702, "anna"), true},
		"exclusive, and single elsewhere":      {own(alone()), single, true},
		"the same customer, other audiences":   {own(joining(701)), own(joining(702)), false},
		"the same customer, one exclusive":     {own(joining(701)), own(alone(702)), true},
		"another customer":                     {own(joining(702)), own(other), false},
		"exclusive, and other members":         {own(alone(702)), members("additive", 702, "berta"), false},
		"exclusive, and an empty list of such": {own(alone(701)), members("exclusive", 702), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPersona(t)
			for _, reverse := range []bool{false, true} {
				_, problem := p.w.Plan(t, acctest.Config{"one": test.one, "two": test.two}, acctest.PlanOptions{Reverse: reverse})
				if clash := strings.Contains(problem, "Managed by two resources"); clash != test.clash || !clash && problem != "" {
					t.Errorf("reverse %t: %q", reverse, problem)
				}
			}
		})
	}
}

// A membership moves from the list of the audience to that of the customer in one apply, and back, in either order.
func TestMembershipsMoveBetweenKindsOfResources(t *testing.T) {
	t.Parallel()
	for _, reverse := range []bool{false, true} {
		t.Run(fmt.Sprint("reverse ", reverse), func(t *testing.T) {
			t.Parallel()
			p := newPersona(t)
			members := func(ids ...string) acctest.Block {
				return acctest.Block{Type: "talonone_audience_memberships", Attributes: acctest.Attributes{"audience_id": 701, "ownership": "exclusive", "members": ids}}
			}
			audiences := acctest.Block{Type: "talonone_customer_audiences", Attributes: joining(701)}
			for _, config := range []acctest.Config{{"list": members("anna")}, {"own": audiences}, {"list": members("anna")}} {
				if problem := p.w.Apply(t, config, acctest.PlanOptions{Reverse: reverse}); problem != "" {
					t.Fatal(problem)
				}
				p.in(701)
			}
		})
	}
}

func TestALostResponseLosesNoMembership(t *testing.T) {
	t.Parallel()
	p := newPersona(t)
	p.apply(joining(701))
	if err := p.Server.AddFault(emulator.Fault{Method: http.MethodPost, PathPrefix: "/v2/customer_audiences", AfterApply: true, Reset: true, Times: 1}); err != nil {
		t.Fatal(err)
	}
	p.w.Settings = acctest.Attributes{"max_retries": 0}
	p.apply(joining(702))
	p.in(702)
}

func TestUnknownAudiencesAreOnlyThoseOfThisRun(t *testing.T) {
	t.Parallel()
	p := newPersona(t)
	p.apply(joining(701))
	unknown := joining()
	later := tftypes.NewValue(tftypes.Number, tftypes.UnknownValue)
	list := func(ids ...tftypes.Value) tftypes.Value {
		return tftypes.NewValue(tftypes.List{ElementType: tftypes.Number}, ids)
	}
	unknown["audience_ids"] = list(tftypes.NewValue(tftypes.Number, 701), later)
	plan, problem := p.w.Plan(t, personaConfig(unknown), acctest.PlanOptions{})
	if problem != "" || strings.Contains(plan.Warning, "Removals") {
		t.Errorf("nothing can be removed, and the plan says %q %q", problem, plan.Warning)
	}
	unknown["audience_ids"] = list(later)
	plan, problem = p.w.Plan(t, personaConfig(unknown), acctest.PlanOptions{})
	if problem != "" || !strings.Contains(plan.Warning, "Removals are not known yet") {
		t.Errorf("the plan says %q %q", problem, plan.Warning)
	}
}
