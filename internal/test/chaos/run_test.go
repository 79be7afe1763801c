package chaos

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// workspace is a configuration of one resource with its state and its data folder, beside a deployment of its own.
type workspace struct {
	scenario
	d      *acctest.Deployment
	folder string
	object acctest.Instance
	// lag is how long reads lag behind writes.
	lag time.Duration
	// invoked says that an action has ended well.
	invoked bool
}

func legacyEvents(o *emulator.Options) { o.LegacyEvents = true }

// newWorkspace has what the scenario begins with.
func newWorkspace(t testing.TB, s scenario, lag time.Duration) *workspace {
	t.Helper()
	d := acctest.StartUnchecked(t, legacyEvents, func(o *emulator.Options) {
		if lag > 0 {
			o.Conventions = conventions.Values{conventions.ReadLag: lag.String()}
		}
	})
	w := &workspace{scenario: s, d: d, lag: lag, folder: t.TempDir(), object: acctest.Instance{Type: s.kind()}}
	if s.seed != nil {
		s.seed(t, w.d)
		w.settle()
	}
	if s.before != nil {
		if problem := w.apply(t, s.before, nil); problem != "" {
			t.Fatal(problem)
		}
	}
	w.settle()
	w.d.Forget()
	return w
}

// settle waits until reads show all that has been written.
func (w *workspace) settle() { time.Sleep(w.lag) }

// process is a provider that expects the lag.
func (w *workspace) process(t testing.TB, settings attributes) *acctest.Process {
	t.Helper()
	if w.lag > 0 {
		settings = with(attributes{"read_consistency": (3 * w.lag).String()}, settings)
	}
	return w.d.NewProcessIn(t, w.folder, settings)
}

// apply does what `terraform apply` does: a fresh provider, refresh, plan, and the changes. It returns the text of the errors.
func (w *workspace) apply(t testing.TB, config, settings attributes) string {
	t.Helper()
	p := w.process(t, settings)
	if w.isAction() {
		return w.invoke(t, p, config)
	}
	plan, problem := w.plan(t, p, config)
	if problem != "" {
		return problem
	}
	if plan.Type == "" {
		return ""
	}
	if !w.object.Tainted && !plan.Replaces {
		return w.carryOut(t, w.process(t, settings), plan)
	}
	destroy, diags := p.Plan(t, w.kind(), w.object, nil)
	if problem := acctest.Problem(diags); problem != "" {
		return problem
	}
	p = w.process(t, settings)
	if problem := w.carryOut(t, p, destroy); problem != "" || config == nil {
		return problem
	}
	create, diags := p.Plan(t, w.kind(), w.object, config)
	if problem := acctest.Problem(diags); problem != "" {
		return problem
	}
	return w.carryOut(t, p, create)
}

// invoke does what `terraform apply -invoke` does, and nothing when that has ended well before.
func (w *workspace) invoke(t testing.TB, p *acctest.Process, config attributes) string {
	t.Helper()
	if w.invoked {
		return ""
	}
	_, diags := p.Invoke(t, w.kind(), config)
	problem := acctest.Problem(diags)
	w.invoked = problem == ""
	return problem
}

// plan refreshes and plans. The zero Plan is nothing to do.
func (w *workspace) plan(t testing.TB, p *acctest.Process, config attributes) (acctest.Plan, string) {
	t.Helper()
	var diags []*tfprotov6.Diagnostic
	if w.object, diags = p.Refresh(t, w.object); acctest.Problem(diags) != "" {
		return acctest.Plan{}, acctest.Problem(diags)
	}
	if config == nil && !w.object.Exists() {
		return acctest.Plan{}, ""
	}
	plan, diags := p.Plan(t, w.kind(), w.object, config)
	if problem := acctest.Problem(diags); problem != "" {
		return acctest.Plan{}, problem
	}
	if !w.object.Tainted && !plan.Replaces && !p.Changes(t, plan) {
		return acctest.Plan{}, ""
	}
	return plan, ""
}

func (w *workspace) carryOut(t testing.TB, p *acctest.Process, plan acctest.Plan) string {
	t.Helper()
	var diags []*tfprotov6.Diagnostic
	w.object, diags = p.Apply(t.Context(), t, plan)
	return acctest.Problem(diags)
}

// requests are the counts that runs are compared by.
type requests []emulator.Request

func (w *workspace) requests() requests { return w.d.Server.Requests() }

func (w *workspace) snapshot(t testing.TB) string {
	t.Helper()
	return snapshotOf(t, w.d.Server)
}

// snapshotOf is a deployment's content without what differs between two runs that did the same: numbers, times and
// generated codes.
func snapshotOf(t testing.TB, server *emulator.Server) string {
	t.Helper()
	text, err := server.State()
	if err != nil {
		t.Fatal(err)
	}
	var state map[string]any
	var profiles struct {
		Profiles struct {
			All []struct {
				ID            float64
				IntegrationID string
			}
		}
	}
	if err := errors.Join(json.Unmarshal(text, &state), json.Unmarshal(text, &profiles)); err != nil {
		t.Fatal(err)
	}
	names := make(map[float64]string)
	for _, profile := range profiles.Profiles.All {
		names[profile.ID] = profile.IntegrationID
	}
	for _, part := range []string{"nextIds", "auth", "definitions", "idempotentAnswers"} {
		delete(state, part)
	}
	plain, err := json.MarshalIndent(essence("", state, names), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(plain)
}

// accidental are the members of the state that no configuration decides.
var accidental = []string{
	"id", "created", "modified", "lastUpdate", "lastActivity", "updated", "updateCount", "version", "code", "batchId", "eventId", "firstSession", "catalogItemId",
}

// essence is a part of the state without the accidental; profiles are called by their names, and lists sorted.
func essence(name string, value any, profiles map[float64]string) any {
	switch value := value.(type) {
	case map[string]any:
		kept := make(map[string]any, len(value))
		for name, part := range value {
			if !slices.Contains(accidental, name) {
				kept[name] = essence(name, part, profiles)
			}
		}
		return kept
	case []any:
		kept := make([]any, 0, len(value))
		for _, part := range value {
			if event, ok := part.(map[string]any); ok && isHistory(event) {
				continue
			}
			kept = append(kept, essence(name, part, profiles))
		}
		texts := make(map[string][]any, len(kept))
		for _, part := range kept {
			text := fmt.Sprint(part)
			texts[text] = append(texts[text], part)
		}
		kept = kept[:0]
		for _, text := range slices.Sorted(maps.Keys(texts)) {
			kept = append(kept, texts[text]...)
		}
		return kept
	case float64:
		if profile, known := profiles[value]; known && (name == "profileId" || name == "members") {
			return profile
		}
	}
	return value
}

// isHistory tells the events that the deployment writes by itself about each request.
func isHistory(event map[string]any) bool {
	kind, ok := event["type"].(string)
	return ok && strings.HasPrefix(kind, "talon_")
}
