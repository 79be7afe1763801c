package referral_test

import (
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// When the provider is killed during an update, Terraform keeps the state and drops the private state, with the time
// that bounds the listings. What was made before must be found all the same, or it would be made again.
func TestReferralsAreFoundAfterTheirBookkeepingWasLost(t *testing.T) {
	t.Parallel()
	for name, refreshes := range map[string]bool{"with a refresh": true, "without a refresh": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const kind = "talonone_referrals"
			d := acctest.Start(t)
			config := func(advocates ...string) acctest.Attributes {
				return acctest.Attributes{"campaign_id": 11, "usage_limit": 3, "advocates": advocates}
			}
			apply := func(state acctest.Instance, config acctest.Attributes) acctest.Instance {
				t.Helper()
				p := d.NewProcess(t, nil)
				if refreshes {
					var problem string
					if state, problem = refreshed(t, p, state); problem != "" {
						t.Fatal(problem)
					}
				}
				plan, diags := p.Plan(t, kind, state, config)
				if problem := acctest.Problem(diags); problem != "" {
					t.Fatal(problem)
				}
				if refreshes && state.Exists() {
					if n := p.PlannedNumber(t, plan, "last_sync", "updated"); n != "0" {
						t.Errorf("the plan updates %s referrals that are as they should be", n)
					}
				}
				state, diags = p.Apply(t.Context(), t, plan)
				if problem := acctest.Problem(diags); problem != "" {
					t.Fatal(problem)
				}
				return state
			}
			state := apply(acctest.Instance{Type: kind}, config("customer-1", "customer-2"))
			state = apply(state.WithoutPrivate(), config("customer-1", "customer-2", "customer-3"))

			p := d.NewProcess(t, nil)
			state, problem := refreshed(t, p, state)
			if problem != "" {
				t.Fatal(problem)
			}
			plan, diags := p.Plan(t, kind, state, config("customer-1", "customer-2", "customer-3"))
			if problem := acctest.Problem(diags); problem != "" || p.Changes(t, plan) {
				t.Errorf("there is something left to do (%s): advocates are %s", problem, p.Attribute(t, state, "advocates"))
			}
		})
	}
}

func refreshed(t *testing.T, p *acctest.Process, state acctest.Instance) (acctest.Instance, string) {
	t.Helper()
	state, diags := p.Refresh(t, state)
	return state, acctest.Problem(diags)
}
