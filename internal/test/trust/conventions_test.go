package trust

import (
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
	"github.com/talon-one/terraform-provider-talonone/internal/test/race"
)

var recordConventions = flag.Bool("record-conventions", false, "write what resources make of each value of a convention, for docs/conventions.md")

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

// pairs are conventions that could spoil together what holds under each alone.
var pairs = []conventions.Values{
	{conventions.ReadLag: "300ms", conventions.ListOrder: conventions.Unstable},
	{conventions.PageSizeMax: "3", conventions.ListShift: conventions.Yes},
	{conventions.ListSort: conventions.Refused, conventions.ListOrder: conventions.Unstable},
	{conventions.AttributeNull: conventions.Ignored, conventions.AttributeUpdate: conventions.Replaces},
	{conventions.NumberStorage: conventions.TwoDecimals, conventions.UnpricedItems: conventions.Zero},
	{conventions.MembershipProfiles: conventions.Hidden, conventions.ImportAmount: conventions.Zero},
}

// outcomes are the results of the lives that ran, by convention, value and resource.
type outcomes struct {
	mu    sync.Mutex
	found map[string]map[string]*conventions.Result
}

func (o *outcomes) note(name, value, kind string, of conventions.Outcome) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.found[name] == nil {
		o.found[name] = make(map[string]*conventions.Result)
	}
	if o.found[name][value] == nil {
		o.found[name][value] = new(conventions.Result)
	}
	o.found[name][value].Add(of, kind)
}

// TestConventions lets every resource live a life, from its creation over a change to its end, under every value of every
// convention. What comes out of each is what docs/conventions.md says.
func TestConventions(t *testing.T) {
	t.Parallel()
	all := outcomes{found: make(map[string]map[string]*conventions.Result)}
	// The group ends when all lives have ended.
	t.Run("life", func(t *testing.T) {
		for _, c := range conventions.All() {
			for _, value := range answers(c) {
				t.Run(c.Name+"="+value, func(t *testing.T) {
					t.Parallel()
					for _, s := range subjects() {
						t.Run(s.kind, func(t *testing.T) {
							t.Parallel()
							partly(t)
							of := conventions.NotYet
							if !slices.Contains(unmet[c.Name+"="+value], s.kind) {
								of = outcome(t, s, conventions.Values{c.Name: value})
							}
							all.note(c.Name, value, s.kind, of)
							if want := c.Result(value).Of(s.kind); !*recordConventions && of != want {
								t.Errorf("the life was %s, and the page says %s; make conventions writes it anew", of, want)
							}
						})
					}
				})
			}
		}
	})
	if *recordConventions && !t.Failed() {
		if err := conventions.Record(filepath.Join("..", "..", "emulator", "conventions"), all.found); err != nil {
			t.Fatal(err)
		}
	}
}

// partly skips most lives, which are many, but with -record-conventions.
func partly(t *testing.T) {
	t.Helper()
	if !*recordConventions && !race.Chosen(t, 4) {
		t.Skip("make conventions has this life")
	}
}

// TestPairsOfConventions lets resources live under two values at once: every resource with -record-conventions, which is for
// make conventions, and otherwise those with many rows.
func TestPairsOfConventions(t *testing.T) {
	t.Parallel()
	for _, values := range pairs {
		t.Run(strings.Trim(fmt.Sprint(map[string]string(values)), "map[]"), func(t *testing.T) {
			t.Parallel()
			for _, s := range subjects() {
				if !*recordConventions && !s.bulk {
					continue
				}
				t.Run(s.kind, func(t *testing.T) {
					t.Parallel()
					partly(t)
					want := conventions.Right
					for name, value := range values {
						c, _ := conventions.Find(name)
						want = max(want, c.Result(value).Of(s.kind))
					}
					if of := outcome(t, s, values); of != want {
						t.Errorf("the life was %s, and under each value alone %s", of, want)
					}
				})
			}
		})
	}
}

// lives are the rows of a life, with capitals for servers that fold them.
func (s subject) lives() (initial, next []string) {
	if !s.bulk {
		return []string{"A-1"}, []string{"A-1"}
	}
	return []string{"A-1", "b-1", "C-1", "d-1", "E-1", "f-1", "G-1"}, []string{"b-1", "C-1", "d-1", "E-1", "f-1", "G-1", "H-1"}
}

// outcome is how a life was. A resource that always warns has nothing to say of the deployment.
func outcome(t *testing.T, s subject, values conventions.Values) conventions.Outcome {
	of := life(t, s, values)
	if of == conventions.Warns && life(t, s, nil) == conventions.Warns {
		return conventions.Right
	}
	return of
}

// life ends the test where something is lost, doubled or for ever different, and says otherwise how the life was.
func life(t *testing.T, of subject, values conventions.Values) conventions.Outcome {
	s, lag := stage(t, of, func(o *emulator.Options) { o.Conventions = values }), time.Duration(0)
	if values[conventions.ReadLag] != "" || values[conventions.Flapping] != "" {
		lag = 2 * time.Second
	}
	s.w.Settings = attributes{"read_consistency": "3s"}
	initial, next := s.lives()
	if s.refusesOthers(values) {
		s.put = nil
	}
	if s.put != nil {
		s.put(s, s.d, "others-1")
	}
	written := s.config(next...)
	if s.changed != nil {
		written = with(written, s.changed)
	}
	warned := false
	for _, step := range []struct {
		name    string
		written attributes
		rows    []string
	}{{"create", s.config(initial...), initial}, {"update", written, next}} {
		warning, refused := s.step(step.name, step.written, append([]string{"others-1"}, step.rows...), lag)
		if refused {
			return conventions.Refuses
		}
		warned = warned || warning
	}
	if problem := s.w.Destroy(s, s.one(written), acctest.PlanOptions{}); problem != "" {
		s.refusedForGood("destroy", problem, func() string { return s.w.Destroy(s, s.one(written), acctest.PlanOptions{}) })
		return conventions.Refuses
	}
	if s.put != nil && !s.keeps {
		s.alike("destroy", []string{"others-1"})
	}
	if warned {
		return conventions.Warns
	}
	return conventions.Right
}

// refusesOthers says whether a deployment also refuses the items that others add in these tests.
func (s subject) refusesOthers(values conventions.Values) bool {
	return strings.HasPrefix(s.kind, "talonone_catalog_item") && (values[conventions.Legacy2022] == conventions.Yes || values[conventions.MandatoryAttributes] != "")
}

// refusedForGood checks that what was refused is refused again, in words of the provider and not of core, and that it has neither
// lost nor doubled a row.
func (s scene) refusedForGood(name, problem string, again func() string) {
	s.Helper()
	s.refused(problem)
	s.refused(again())
	s.Logf("the %s is refused: %s", name, problem)
	if s.put == nil {
		return
	}
	rows := rowsIn(s, s.d, s.subject)
	if unique := slices.Compact(slices.Sorted(slices.Values(rows))); len(unique) != len(rows) || !slices.Contains(rows, "others-1") {
		s.Errorf("rows in the deployment after the %s was refused: %v", name, rows)
	}
}

// step applies, and checks that nothing is left to do as soon as reads have caught up.
func (s scene) step(name string, written attributes, rows []string, lag time.Duration) (warned, refused bool) {
	s.Helper()
	apply := func() string {
		plan, problem := s.w.Plan(s, s.one(written), acctest.PlanOptions{})
		if problem != "" {
			return problem
		}
		warned = plan.Warning != ""
		return s.w.ApplyPlan(s, plan)
	}
	if problem := apply(); problem != "" {
		s.refusedForGood(name, problem, apply)
		return warned, true
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
	return warned || plan.Warning != "", false
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
