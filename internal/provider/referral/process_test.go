package referral_test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

func text(t *testing.T, value tftypes.Value) string {
	t.Helper()
	var s string
	if err := value.As(&s); err != nil {
		t.Fatal(err)
	}
	return s
}

func noProblem(t *testing.T, diagnostics []*tfprotov6.Diagnostic) {
	t.Helper()
	if problem := acctest.Problem(diagnostics); problem != "" {
		t.Fatal(problem)
	}
}

var (
	oneReferral   = acctest.Attributes{"campaign_id": 11, "advocate_profile_integration_id": "customer-1", "usage_limit": 2}
	manyReferrals = acctest.Attributes{"campaign_id": 11, "advocates": []string{"customer-1", "customer-2"}, "usage_limit": 2}
)

// The provider gets no response and can't look: the next run has the same configuration and no state.
func TestEndedBeforeTheResponse(t *testing.T) {
	t.Parallel()
	for kind, test := range map[string]struct {
		config acctest.Attributes
		codes  int
	}{
		"talonone_referral":  {oneReferral, 1},
		"talonone_referrals": {manyReferrals, 2},
	} {
		for keys, settings := range map[string]acctest.Attributes{"both keys": nil, "Integration key alone": {"management_api_key": nil}} {
			t.Run(kind+" with "+keys, func(t *testing.T) {
				t.Parallel()
				d := acctest.Start(t)
				folder := t.TempDir()
				once := acctest.Attributes{"max_retries": 0}
				maps.Copy(once, settings)
				ended := d.NewProcessIn(t, folder, once)
				plan, diags := ended.Plan(t, kind, acctest.Instance{}, test.config)
				noProblem(t, diags)
				fault(t, d, "POST /v1/referrals reset after-apply")
				fault(t, d, "GET /v1/ status=503")
				if state, diags := ended.Apply(t.Context(), t, plan); state.Exists() || !strings.Contains(acctest.Problem(diags), "Outcome of the create is unknown") {
					t.Fatalf("got %q", acctest.Problem(diags))
				}
				d.Server.ClearFaults()

				next := d.NewProcessIn(t, folder, settings)
				plan, diags = next.Plan(t, kind, acctest.Instance{}, test.config)
				noProblem(t, diags)
				if !strings.Contains(plan.Warning, "An earlier apply was interrupted") {
					t.Errorf("the plan does not say what it looks for: %q", plan.Warning)
				}
				state, diags := next.Apply(t.Context(), t, plan)
				noProblem(t, diags)
				if got := rows(t, d); len(got) != test.codes {
					t.Errorf("there are %d codes, want %d", len(got), test.codes)
				}
				state, diags = next.Refresh(t, state)
				noProblem(t, diags)
				plan, diags = next.Plan(t, kind, state, test.config)
				noProblem(t, diags)
				if next.Changes(t, plan) {
					t.Error("the plan after the takeover is not empty")
				}

				// Another resource with the same settings gets codes of its own.
				third := d.NewProcessIn(t, folder, settings)
				_, diags = third.Refresh(t, state)
				noProblem(t, diags)
				plan, diags = third.Plan(t, kind, acctest.Instance{}, test.config)
				noProblem(t, diags)
				fourth := d.NewProcessIn(t, folder, settings)
				replanned, diags := fourth.Plan(t, kind, acctest.Instance{}, test.config)
				noProblem(t, diags)
				if strings.Contains(plan.Warning, "interrupted") || strings.Contains(replanned.Warning, "interrupted") {
					t.Errorf("another resource takes over what is not its own: %q %q", plan.Warning, replanned.Warning)
				}
				_, diags = fourth.Apply(t.Context(), t, replanned)
				noProblem(t, diags)
				if got := rows(t, d); len(got) != 2*test.codes {
					t.Errorf("there are %d codes, want %d", len(got), 2*test.codes)
				}
			})
		}
	}
}

// What only looks alike may belong to another configuration.
func TestReferralThatNobodyHereMadeIsNoLeftover(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	d.Call(t, http.MethodPost, "/v1/referrals", map[string]any{"campaignId": 11, "advocateProfileIntegrationId": "customer-1", "usageLimit": 2}, nil)
	p := d.NewProcessIn(t, t.TempDir(), nil)
	plan, diags := p.Plan(t, "talonone_referral", acctest.Instance{}, oneReferral)
	noProblem(t, diags)
	if !strings.Contains(plan.Warning, "has the same settings") || !strings.Contains(plan.Warning, `id = "11/`) {
		t.Errorf("the plan does not say that an equal referral is there, or how to import it: %q", plan.Warning)
	}
	_, diags = p.Apply(t.Context(), t, plan)
	noProblem(t, diags)
	if got := rows(t, d); len(got) != 2 {
		t.Errorf("there are %d codes, want 2", len(got))
	}
}

// Ctrl-C in the middle of an update keeps what has landed.
func TestInterruptedUpdateOfReferralsKeepsWhatHasLanded(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	var updates atomic.Int32
	d := acctest.Start(t, func(o *emulator.Options) {
		o.OnRequest = func(request context.Context, operation string) {
			if operation == "updateReferral" && updates.Add(1) == 2 {
				interrupt()
				// The response must not be faster than the interrupt.
				<-request.Done()
			}
		}
	})
	p := d.NewProcess(t, nil)
	plan, diags := p.Plan(t, "talonone_referrals", acctest.Instance{}, manyReferrals)
	noProblem(t, diags)
	state, diags := p.Apply(t.Context(), t, plan)
	noProblem(t, diags)
	changed := acctest.Attributes{"campaign_id": 11, "advocates": []string{"customer-1", "customer-2"}, "usage_limit": 3}
	plan, diags = p.Plan(t, "talonone_referrals", state, changed)
	noProblem(t, diags)
	state, diags = p.Apply(ctx, t, plan)
	if problem := acctest.Problem(diags); !strings.Contains(problem, "Terraform was interrupted") {
		t.Errorf("got %q", problem)
	}

	next := d.NewProcess(t, nil)
	state, diags = next.Refresh(t, state)
	noProblem(t, diags)
	plan, diags = next.Plan(t, "talonone_referrals", state, changed)
	noProblem(t, diags)
	// The second update may have been carried out before the interrupt.
	if got := next.PlannedNumber(t, plan, "last_sync", "updated"); got != "1" && next.Changes(t, plan) {
		t.Errorf("%s referrals are left to update, want 1", got)
	}
	_, diags = next.Apply(t.Context(), t, plan)
	noProblem(t, diags)
	for _, one := range rows(t, d) {
		if one.UsageLimit != 3 {
			t.Errorf("%s has limit %d", one.Advocate, one.UsageLimit)
		}
	}
}

// Import by identity needs a newer CLI than the oldest that is supported.
func TestReferralsAreImportedByIdentity(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	d.Call(t, http.MethodPost, "/v1/referrals", map[string]any{"campaignId": 11, "advocateProfileIntegrationId": "a"}, nil)
	one := rows(t, d)[0]
	p := d.NewProcess(t, nil)
	state, diags := p.Import(t, "talonone_referral", "", acctest.Attributes{
		"campaign_id": 11, "id": one.ID,
	})
	noProblem(t, diags)
	if got := text(t, p.Attribute(t, state, "code")); got != one.Code {
		t.Errorf("imported code %q, want %q", got, one.Code)
	}
	state, diags = p.Import(t, "talonone_referrals", "", acctest.Attributes{"campaign_id": 11})
	noProblem(t, diags)
	var codes map[string]tftypes.Value
	if err := p.Attribute(t, state, "codes").As(&codes); err != nil || len(codes) != 1 || text(t, codes["a"]) != one.Code {
		t.Errorf("imported codes %v, %v", codes, err)
	}
}

// A create that stops half way is gone on with, and everything that it has made belongs to the resource then.
func TestInterruptedCreateOfReferralsIsOwned(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	var creates atomic.Int32
	d := acctest.Start(t, func(o *emulator.Options) {
		o.OnRequest = func(request context.Context, operation string) {
			if operation == "createReferralsForMultipleAdvocates" && creates.Add(1) == 2 {
				interrupt()
				// The response must not be faster than the interrupt.
				<-request.Done()
			}
		}
	})
	advocates := make([]string, 1100)
	for i := range advocates {
		advocates[i] = fmt.Sprintf("advocate-%d", i)
	}
	config := acctest.Attributes{"campaign_id": 11, "application_id": 1, "advocates": advocates, "usage_limit": 1}
	folder := t.TempDir()
	p := d.NewProcessIn(t, folder, nil)
	plan, diags := p.Plan(t, "talonone_referrals", acctest.Instance{}, config)
	noProblem(t, diags)
	state, diags := p.Apply(ctx, t, plan)
	if acctest.Problem(diags) == "" || state.Exists() {
		t.Fatal("the create was not interrupted, or left a state that would be destroyed")
	}
	next := d.NewProcessIn(t, folder, nil)
	plan, diags = next.Plan(t, "talonone_referrals", acctest.Instance{}, config)
	noProblem(t, diags)
	state, diags = next.Apply(t.Context(), t, plan)
	noProblem(t, diags)
	if got := allRows(t, d); len(got) != len(advocates) {
		t.Fatalf("there are %d codes, want %d", len(got), len(advocates))
	}
	plan, diags = next.Plan(t, "talonone_referrals", state, nil)
	noProblem(t, diags)
	_, diags = next.Apply(t.Context(), t, plan)
	noProblem(t, diags)
	if left := rows(t, d); len(left) > 0 {
		t.Errorf("%d codes stay after the destroy", len(left))
	}
}

// A code for an advocate who has one already is a second one.
func TestPlanSaysWhichAdvocatesHaveAReferral(t *testing.T) {
	t.Parallel()
	many := make([]string, 30)
	for i := range many {
		many[i] = fmt.Sprintf("customer-%d", i)
	}
	alone := acctest.Attributes{"management_api_key": nil}
	for name, test := range map[string]struct {
		settings  acctest.Attributes
		advocates []string
		want      string
		requests  map[string]int
	}{
		"listing":          {nil, []string{"a", "b", "c"}, "2 of 3 advocates to add already have a referral", map[string]int{"getReferralsWithoutTotalCount": 1, "integrationGetAllCampaigns": 1}},
		"inventories":      {alone, []string{"a", "c"}, "1 of 2 advocates to add already have a referral", map[string]int{"getCustomerInventory": 2, "integrationGetAllCampaigns": 1}},
		"too many to read": {alone, append(many, "a"), "", map[string]int{"integrationGetAllCampaigns": 1}},
		"none":             {nil, []string{"c"}, "", map[string]int{"getReferralsWithoutTotalCount": 1, "integrationGetAllCampaigns": 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t)
			for _, advocate := range []string{"a", "b", "b"} {
				others(t, d, advocate)
			}
			p := d.NewProcess(t, test.settings)
			d.Forget()
			plan, diags := p.Plan(t, "talonone_referrals", acctest.Instance{}, acctest.Attributes{"campaign_id": 11, "application_id": 1, "usage_limit": 1, "advocates": test.advocates})
			noProblem(t, diags)
			if !strings.Contains(plan.Warning, test.want) || test.want == "" && plan.Warning != "" {
				t.Errorf("got %q, want %q", plan.Warning, test.want)
			}
			if err := d.Expect(test.requests)(nil); err != nil {
				t.Error(err)
			}
		})
	}
}

// Terraform visits resources in any order: what a plan says of a referral that another resource manages does not depend on which of them
// came first.
func TestWarningOfAReferralThatIsThereDoesNotDependOnTheOrder(t *testing.T) {
	t.Parallel()
	for kind, config := range map[string]acctest.Attributes{
		"talonone_referral":  oneReferral,
		"talonone_referrals": {"campaign_id": 11, "usage_limit": 2, "advocates": []string{"customer-1"}},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t)
			p := d.NewProcess(t, nil)
			plan, diags := p.Plan(t, "talonone_referral", acctest.Instance{}, oneReferral)
			noProblem(t, diags)
			managed, diags := p.Apply(t.Context(), t, plan)
			noProblem(t, diags)

			first, second := d.NewProcess(t, nil), d.NewProcess(t, nil)
			early, diags := first.Plan(t, kind, acctest.Instance{}, config)
			noProblem(t, diags)
			refreshed, diags := second.Refresh(t, managed)
			noProblem(t, diags)
			_, diags = second.Plan(t, "talonone_referral", refreshed, oneReferral)
			noProblem(t, diags)
			late, diags := second.Plan(t, kind, acctest.Instance{}, config)
			noProblem(t, diags)
			if early.Warning == "" || early.Warning != late.Warning {
				t.Errorf("before the resource that manages it: %q, after it: %q", early.Warning, late.Warning)
			}
		})
	}
}
