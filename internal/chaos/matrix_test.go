package chaos

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var (
	long   = flag.Bool("chaos.long", false, "run every cell of the fault matrix instead of a sample")
	seed   = flag.Uint64("chaos.seed", 1, "seed of the sample; 0 is a random one")
	report = flag.String("chaos.report", "", "file to write the matrix to")
)

// sampled is one in how many cells the short form runs.
const sampled = 12

// reference is what a run without a fault does.
type reference struct {
	snapshot string
	requests int
	targets  []target
}

// observe runs a scenario without a fault, and the plan after it.
func observe(t *testing.T, s scenario) reference {
	t.Helper()
	w := newWorkspace(t, s)
	if problem := w.apply(t, s.after, nil); problem != "" {
		t.Fatal(problem)
	}
	log := w.requests()
	seen := reference{targets: targetsOf(t, s.operation, log)}
	if left := w.left(t); left != "" {
		t.Fatal(left)
	}
	seen.requests, seen.snapshot = len(w.requests()), w.snapshot(t)
	return seen
}

// targetsOf are the requests of an operation.
func targetsOf(t *testing.T, operation string, log requests) []target {
	t.Helper()
	var common target
	for _, one := range log {
		if one.Operation != operation {
			continue
		}
		if common.method == "" {
			common = target{method: one.Method, prefix: one.Path}
		}
		for !strings.HasPrefix(one.Path, common.prefix) {
			common.prefix = common.prefix[:len(common.prefix)-1]
		}
	}
	var targets []target
	matching := 0
	for i, one := range log {
		if one.Method != common.method || !strings.HasPrefix(one.Path, common.prefix) {
			continue
		}
		if one.Operation == operation {
			targets = append(targets, target{common.method, common.prefix, matching, i})
		}
		matching++
	}
	if len(targets) == 0 {
		t.Fatalf("the run has no %s", operation)
	}
	return targets
}

// left is what a plan still finds to do; "" is nothing.
func (w *workspace) left(t *testing.T) string {
	t.Helper()
	plan, problem := w.plan(t, w.d.NewProcessIn(t, w.folder, nil), w.after)
	switch {
	case problem != "":
		return "the plan after all is done: " + problem
	case plan.Type != "":
		return "the plan after all is done is not empty"
	default:
		return ""
	}
}

// TestFaultMatrix lets every write fail in every way. Whatever happened, the next apply leads to the deployment that a
// run without a fault leads to, and a plan after it is empty.
func TestFaultMatrix(t *testing.T) {
	t.Parallel()
	table := newTable()
	random := sample(t)
	t.Run("cells", func(t *testing.T) {
		for _, s := range scenarios() {
			chosen := choose(random)
			if len(chosen) == 0 {
				continue
			}
			t.Run(s.name(), func(t *testing.T) {
				t.Parallel()
				want := observe(t, s)
				for _, one := range chosen {
					for number, at := range want.targets {
						if number > 0 && number < len(want.targets)-1 && !*long {
							continue
						}
						name := fmt.Sprintf("%s, %s, request %d", one.fault.name, one.variant.name, number+1)
						t.Run(name, func(t *testing.T) {
							t.Parallel()
							extra, problem := one.run(t, s, at, want)
							table.add(s, one, problem != "", extra)
							switch {
							case problem == "":
							case knownToFail(s, one.fault):
								t.Log(problem)
							default:
								t.Error(problem)
							}
						})
					}
				}
			})
		}
	})
	if *report != "" {
		if err := os.WriteFile(*report, []byte(table.markdown()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// cell is one fault in one variant.
type cell struct {
	fault   fault
	variant variant
}

// run is one scenario with one fault. It returns how many requests more than without the fault it took, and what is
// wrong at the end.
func (c cell) run(t *testing.T, s scenario, at target, want reference) (extra int, problem string) {
	t.Helper()
	w := newWorkspace(t, s)
	for _, fault := range c.fault.at(at, c.variant) {
		if err := w.d.Server.AddFault(fault); err != nil {
			t.Fatal(err)
		}
	}
	settings := attributes{"max_retries": c.variant.retries}
	if c.fault.timeout != "" {
		settings["request_timeout"] = c.fault.timeout
	}
	first := w.apply(t, s.after, settings)
	w.d.Server.ClearFaults()
	second := w.apply(t, s.after, nil)
	extra = len(w.requests()) - want.requests
	switch left, diff := w.left(t), cmp.Diff(want.snapshot, w.snapshot(t)); {
	case second != "":
		problem = "the apply after the fault: " + second
	case left != "":
		problem = left
	case diff != "":
		problem = "the deployment (-without a fault +with one):\n" + diff
	}
	if problem != "" {
		problem += "\nthe apply with the fault: " + first
	}
	return extra, problem
}

// sample is the randomness of the short form; nil is the long one.
func sample(t *testing.T) *rand.Rand {
	t.Helper()
	if *long {
		return nil
	}
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	t.Logf("seed %d", *seed)
	return rand.New(rand.NewPCG(*seed, 0)) //nolint:gosec // a sample needs no secret randomness
}

// choose takes the cells of one scenario.
func choose(random *rand.Rand) []cell {
	var chosen []cell
	for _, f := range faults() {
		for i, v := range variants {
			if f.from != nil && i < len(variants)-1 {
				continue // it stays by itself
			}
			if random == nil || random.IntN(sampled) == 0 {
				chosen = append(chosen, cell{f, v})
			}
		}
	}
	return chosen
}

// table collects the results.
type table struct {
	mu   sync.Mutex
	rows map[string]map[string]*result
}

type result struct {
	failed bool
	extra  map[string]int // by variant, the most
}

func newTable() *table { return &table{rows: make(map[string]map[string]*result)} }

func (tb *table) add(s scenario, c cell, failed bool, extra int) {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	row := tb.rows[s.name()]
	if row == nil {
		row = make(map[string]*result)
		tb.rows[s.name()] = row
	}
	one := row[c.fault.name]
	if one == nil {
		one = &result{extra: make(map[string]int)}
		row[c.fault.name] = one
	}
	one.failed = one.failed || failed
	if most, ok := one.extra[c.variant.name]; !ok || extra > most {
		one.extra[c.variant.name] = extra
	}
}

const introduction = `# Fault matrix

Written by "make chaos". Each row is a write, each column a way in which its request fails. After the fault one more apply must lead to
the deployment that a run without a fault leads to, and to an empty plan. The numbers are the requests that both applies took
more than a run without the fault, at most: with the request repeated once / with one failure that no repetition hides /
with a fault that lasts until the apply has ended; one number stands for equal ones.
`

func (tb *table) markdown() string {
	var b strings.Builder
	all := faults()
	b.WriteString(introduction + "\n| Write |")
	for _, f := range all {
		b.WriteString(" " + f.name + " |")
	}
	b.WriteString("\n| --- |" + strings.Repeat(" --- |", len(all)) + "\n")
	for _, s := range scenarios() {
		row := tb.rows[s.name()]
		b.WriteString("| `" + s.operation + "`<br>" + s.construct + ", " + s.change + " |")
		for _, f := range all {
			b.WriteString(" " + row[f.name].text() + " |")
		}
		b.WriteString("\n")
	}
	return b.String()
}

func (r *result) text() string {
	if r == nil {
		return ""
	}
	var numbers []string
	for _, v := range variants {
		if extra, ok := r.extra[v.name]; ok {
			numbers = append(numbers, fmt.Sprintf("%+d", extra))
		}
	}
	text := strings.Join(slices.Compact(numbers), " / ")
	if r.failed {
		return "**fails** " + text
	}
	return text
}
