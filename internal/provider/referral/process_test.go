package referral_test

import (
	"context"
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

// The provider is killed between the answer to a creation and the writing of the
// state: the next run has the same configuration and no state.
func TestKilledBeforeTheStateIsWritten(t *testing.T) {
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
				killed := d.NewProcessIn(t, folder, settings)
				plan, diags := killed.Plan(t, kind, acctest.Instance{}, test.config)
				noProblem(t, diags)
				_, diags = killed.Apply(t.Context(), t, plan)
				noProblem(t, diags)

				next := d.NewProcessIn(t, folder, settings)
				plan, diags = next.Plan(t, kind, acctest.Instance{}, test.config)
				noProblem(t, diags)
				if !strings.Contains(plan.Warning, "will be taken over") {
					t.Errorf("the plan does not say what it takes over: %q", plan.Warning)
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
				if plan.Warning != "" || replanned.Warning != "" {
					t.Errorf("another resource takes over what is not its own: %q %q", plan.Warning, replanned.Warning)
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
	if p.Planned(t, plan, "code").IsKnown() {
		t.Error("the plan takes over what nobody here has made")
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
		o.OnRequest = func(_ context.Context, operation string) {
			if operation == "updateReferral" && updates.Add(1) == 2 {
				interrupt()
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
