package event_test

import (
	"strings"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// A lost response ends one apply; the next one, of another process, must not track a second event.
func TestEventWhoseAnswerWasLostIsTrackedOnce(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config         acctest.Attributes
		warning, where string
	}{
		"v2": {acctest.Attributes{"type": "product_shared", "profile_id": "customer-1"}, "with the same idempotency key", ""},
		"v3": {acctest.Attributes{"type": "product_shared", "profile_id": "customer-1", "api_version": "v3", "integration_id": "share"}, "it is adopted", ""},
		"v1": {acctest.Attributes{"type": "product_shared", "session_id": "visit", "api_version": "v1"}, "", `filtered by session "visit"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t, rewarding)
			folder := t.TempDir()
			inject(t, d, "POST /"+name+"/events reset after-apply", "GET /v3/events reset")
			p := d.NewProcessIn(t, folder, acctest.Attributes{"max_retries": 0})
			plan, diags := p.Plan(t, "talonone_event", acctest.Instance{}, test.config)
			if acctest.Problem(diags) != "" || strings.Contains(plan.Warning, "An earlier apply") {
				t.Fatalf("%s\n%s", acctest.Problem(diags), plan.Warning)
			}
			if lost, diags := p.Apply(t.Context(), t, plan); lost.Exists() || acctest.Problem(diags) == "" {
				t.Fatal("the apply ended well without an answer")
			}
			d.Server.ClearFaults()

			p = d.NewProcessIn(t, folder, nil)
			plan, diags = p.Plan(t, "talonone_event", acctest.Instance{}, test.config)
			if problem := acctest.Problem(diags); test.where != "" {
				if !strings.Contains(problem, test.where) {
					t.Fatalf("got %q, want it to say where to look", problem)
				}
				return
			}
			if !strings.Contains(plan.Warning, test.warning) {
				t.Errorf("the plan warns %q, want %q", plan.Warning, test.warning)
			}
			state, diags := p.Apply(t.Context(), t, plan)
			if problem := acctest.Problem(diags); problem != "" {
				t.Fatal(problem)
			}
			if err := tracked(t, d, 1)(nil); err != nil {
				t.Error(err)
			}

			// What the state holds is settled: the same event once more is another one.
			p = d.NewProcessIn(t, folder, nil)
			if _, diags = p.Refresh(t, state); acctest.Problem(diags) != "" {
				t.Fatal(acctest.Problem(diags))
			}
			again, _ := p.Plan(t, "talonone_event", acctest.Instance{}, test.config)
			if strings.Contains(again.Warning, "An earlier apply") {
				t.Errorf("the run is not settled: %s", again.Warning)
			}
		})
	}
}
