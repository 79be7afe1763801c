package trust

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
	"github.com/talon-one/terraform-provider-talonone/internal/test/race"
)

// answers are the values of a convention under which resources live a life: all but the one with which every other test
// runs.
func answers(c conventions.Convention) []string {
	switch c.Name {
	case conventions.ReadLag:
		return []string{"300ms"}
	case conventions.PageSizeMax:
		return []string{"3"} // less than the rows of a life
	}
	return slices.DeleteFunc(slices.Clone(c.Values), func(value string) bool { return value == conventions.Strict()[c.Name] })
}

// TestConventions lets every resource live a life, from its creation over a change to its end, under every value of every
// convention.
func TestConventions(t *testing.T) {
	t.Parallel()
	for _, c := range conventions.All() {
		for _, value := range answers(c) {
			t.Run(c.Name+"="+value, func(t *testing.T) {
				t.Parallel()
				for _, s := range subjects() {
					t.Run(s.kind, func(t *testing.T) {
						t.Parallel()
						race.Sample(t, 3)
						if slices.Contains(unmet[c.Name+"="+value], s.kind) {
							t.Skip("not right yet")
						}
						life(t, s, conventions.Values{c.Name: value})
					})
				}
			})
		}
	}
}

// lives are the rows of a life, with capitals for servers that fold them.
func (s subject) lives() (initial, next []string) {
	if !s.bulk {
		return []string{"A-1"}, []string{"A-1"}
	}
	return []string{"A-1", "b-1", "C-1", "d-1", "E-1", "f-1", "G-1"}, []string{"b-1", "C-1", "d-1", "E-1", "f-1", "G-1", "H-1"}
}

func life(t *testing.T, of subject, values conventions.Values) {
	lag := time.Duration(0)
	if values[conventions.ReadLag] != "" || values[conventions.Flapping] != "" {
		lag = 2 * time.Second
	}
	s := stage(t, of, func(o *emulator.Options) { o.Conventions = values })
	s.w.Settings = attributes{"read_consistency": "3s"}
	initial, next := s.lives()
	if s.put != nil {
		s.put(s, s.d, "others-1")
	}
	s.step("create", s.config(initial...), append([]string{"others-1"}, initial...), lag)
	written := s.config(next...)
	if s.changed != nil {
		written = with(written, s.changed)
	}
	s.step("update", written, append([]string{"others-1"}, next...), lag)
	s.must(s.w.Destroy(s, s.one(written), acctest.PlanOptions{}))
	if s.put != nil && !s.keeps {
		s.alike("destroy", []string{"others-1"})
	}
}

// step applies, and checks that nothing is left to do as soon as reads have caught up.
func (s scene) step(name string, written attributes, rows []string, lag time.Duration) {
	s.Helper()
	if problem := s.w.Apply(s, s.one(written), acctest.PlanOptions{}); problem != "" {
		s.Fatalf("%s: %s", name, problem)
	}
	if s.put != nil {
		s.alike(name, rows)
	}
	plan := s.plan(s.one(written), acctest.PlanOptions{})
	// A server that lags shows a change after a while.
	for start := time.Now(); !plan.Empty() && time.Since(start) < lag; {
		plan = s.plan(s.one(written), acctest.PlanOptions{})
	}
	if !plan.Empty() {
		change := plan.Change("it")
		text := ""
		if p := s.d.NewProcess(s, nil); change.Put != nil {
			text = p.Contradiction(s, *change.Put, s.w.State["it"])
		}
		s.Errorf("after the %s the plan is not empty: %s", name, text)
	}
}

// alike checks the rows of a deployment that may write them in its own way.
func (s scene) alike(name string, want []string) {
	s.Helper()
	plain := func(rows []string) []string {
		folded := make([]string, 0, len(rows))
		for _, row := range rows {
			folded = append(folded, strings.ToLower(strings.TrimSpace(row)))
		}
		slices.Sort(folded)
		return folded
	}
	if diff := cmp.Diff(plain(want), plain(rowsIn(s, s.d, s.subject))); diff != "" {
		s.Errorf("rows in the deployment after the %s (-want +got):\n%s", name, diff)
	}
}
