package chaos

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/talon-one/terraform-provider-talonone/internal/terraformcli"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

var (
	long   = flag.Bool("chaos.long", false, "run every cell of the fault matrix instead of a sample")
	seed   = flag.Uint64("chaos.seed", 1, "seed of the samples")
	report = flag.String("chaos.report", "", "file to write the matrix to")
)

// sampled is one in how many cells the short form runs.
const sampled = 12

// What the tests found, for the report.
var (
	faultTable, processTable = newTable(), newTable()
	processColumns           []string
	// sampledCells counts the cells of faultTable that ran with the CLI too, sampledFailures those that failed.
	sampledCells, sampledFailures atomic.Int64
)

var binaries terraformcli.Binaries

func TestMain(m *testing.M) {
	// Most of their time the cells wait.
	terraformcli.RunAtATime(32)
	code := binaries.Run(m)
	if *report != "" {
		if err := os.WriteFile(*report, []byte(reportText()), 0o600); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// reference is what a run without a fault does.
type reference struct {
	// before is the deployment that the run finds, snapshot the one that it leaves.
	before, snapshot string
	requests         int
	targets          []target
}

// observe runs a scenario without a fault, and the plan after it.
func observe(t *testing.T, s scenario, lag time.Duration) reference {
	t.Helper()
	w := newWorkspace(t, s, lag)
	before := w.snapshot(t)
	if problem := w.apply(t, s.after, nil); problem != "" {
		t.Fatal(problem)
	}
	log := w.requests()
	seen := reference{before: before, targets: targetsOf(t, s.operation, log)}
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
	if w.isAction() {
		return ""
	}
	w.settle()
	plan, problem := w.plan(t, w.process(t, nil), w.after)
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
	random := newSample(t)
	for _, s := range scenarios() {
		chosen := choose(random)
		if len(chosen) == 0 {
			continue
		}
		t.Run(s.name(), func(t *testing.T) {
			t.Parallel()
			want := observe(t, s, acctest.Lag())
			for _, one := range chosen {
				for number, at := range want.targets {
					if number > 0 && number < len(want.targets)-1 && !*long {
						continue
					}
					name := fmt.Sprintf("%s, %s, request %d", one.fault.name, one.variant.name, number+1)
					t.Run(name, func(t *testing.T) {
						t.Parallel()
						o := one.run(t, s, at, want, acctest.Lag())
						faultTable.add(s, one.fault.name, one.variant.name, o)
						if o.problem != "" {
							t.Error(o.problem)
						}
					})
				}
			}
		})
	}
}

// Where reads lag behind writes, a lost response must double nothing either. TALONONE_TEST_CONVENTIONS=read_lag=1s lets the
// whole matrix live like that.
func TestFaultsWhereReadsLag(t *testing.T) {
	t.Parallel()
	for _, one := range []struct{ operation, change, fault string }{
		{"createAudienceV2", "create", "reset after it was applied"},
		{"createReferral", "create", "reset after it was applied"},
		{"updateCustomerProfileAudiences", "create", "reset after it was applied"},
		// The update takes longer than reads lag, since it looks for what the refused request may have made.
		{"createReferralsForMultipleAdvocates", "add", "503"},
	} {
		at := slices.IndexFunc(faults(), func(f fault) bool { return f.name == one.fault })
		number := slices.IndexFunc(scenarios(), func(s scenario) bool { return s.operation == one.operation && s.change == one.change })
		if number < 0 || at < 0 {
			t.Fatalf("there is no such cell: %v", one)
		}
		s := scenarios()[number]
		t.Run(s.name(), func(t *testing.T) {
			t.Parallel()
			const lag = 300 * time.Millisecond
			want := observe(t, s, lag)
			if o := (cell{faults()[at], variants[0]}).run(t, s, want.targets[0], want, lag); o.problem != "" {
				t.Error(o.problem)
			}
		})
	}
}

// cell is one fault in one variant.
type cell struct {
	fault   fault
	variant variant
}

// run is one scenario with one fault.
func (c cell) run(t *testing.T, s scenario, at target, want reference, lag time.Duration) outcome {
	t.Helper()
	w := newWorkspace(t, s, lag)
	for _, fault := range c.fault.at(at, c.variant) {
		if err := w.d.Server.AddFault(fault); err != nil {
			t.Fatal(err)
		}
	}
	config, settings := c.fault.configure(s, c.variant.retries)
	var o outcome
	o.first = w.apply(t, config, settings)
	w.d.Server.ClearFaults()
	o.second = w.apply(t, s.after, nil)
	if lag > 0 && strings.Contains(o.second, "Plan is out of date") {
		// The plan was made from reads that did not show yet what had landed, and was refused before it wrote anything.
		o.second = w.apply(t, s.after, nil)
	}
	o.extra = len(w.requests()) - want.requests
	if o.second == "" {
		o.left = w.left(t)
	}
	o.judge(s, want, w.snapshot(t))
	return o
}

// outcome is what came of a fault.
type outcome struct {
	// first and second are the errors of the applies with and after the fault, left is what a plan still finds to do.
	first, second, left string
	// extra is how many requests more than without the fault it took.
	extra int
	// asks says that the second apply refused to go on before a person has looked.
	asks bool
	// problem is what is wrong at the end.
	problem string
}

// judge compares the deployment with the one after a run without a fault. Events of version 1 can be neither repeated
// nor looked up with the keys that a provider has: where the first apply could not tell what became of one, the second
// must not track another.
func (o *outcome) judge(s scenario, want reference, got string) {
	diff := cmp.Diff(want.snapshot, got)
	o.asks = s.operation == "trackEvent" && strings.Contains(o.second, "An earlier apply began to track this event")
	switch {
	case o.asks:
		if diff != "" && got != want.before {
			o.problem = "the deployment (-without a fault +with one):\n" + diff
		}
	case o.second != "":
		o.problem = "the apply after the fault: " + o.second
	case o.left != "":
		o.problem = o.left
	case diff != "":
		o.problem = "the deployment (-without a fault +with one):\n" + diff
	}
	if o.problem != "" {
		o.problem += "\nthe apply with the fault: " + o.first
	}
}

// newSample is the randomness of what is chosen, and says how to get the same again.
func newSample(t *testing.T) *rand.Rand {
	t.Helper()
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
			if random.IntN(sampled) == 0 || *long {
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
	failed, asks bool
	extra        map[string]int // by variant, the most
}

func newTable() *table { return &table{rows: make(map[string]map[string]*result)} }

func (tb *table) add(s scenario, fault, variant string, o outcome) {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	row := tb.rows[s.name()]
	if row == nil {
		row = make(map[string]*result)
		tb.rows[s.name()] = row
	}
	one := row[fault]
	if one == nil {
		one = &result{extra: make(map[string]int)}
		row[fault] = one
	}
	one.failed, one.asks = one.failed || o.problem != "", one.asks || o.asks
	if most, ok := one.extra[variant]; !ok || o.extra > most {
		one.extra[variant] = o.extra
	}
}

const introduction = `# Fault matrix

Written by "make chaos". Each row is a write, each column a way in which its request fails. After the fault, one more apply must lead to
the same deployment as a run without a fault, and to an empty plan. "asks" means that the API offers no way to find out
whether the request took effect: the next apply refuses to send it again, and says where to look.

## Failing responses

Tested over Terraform's plugin protocol. The numbers are the additional requests of both applies, compared with a run without the
fault, at most: with one retry / with one failure that retries do not hide / with a fault that lasts until the end of the
apply; equal numbers are shown once.
`

const processIntroduction = `
## Processes that are killed or interrupted

Terraform and the provider's binary as processes of their own, and a deployment that keeps its data in a file. The numbers are requests
as above. "Before" and "after" say whether the deployment had carried the request out; no answer arrives in either case.
`

func reportText() string {
	var names []string
	for _, f := range faults() {
		names = append(names, f.name)
	}
	return introduction + faultTable.markdown(names) +
		fmt.Sprintf("\nOf these cells %d, drawn by chance, ran with Terraform and the provider's binary too; %d failed.\n", sampledCells.Load(), sampledFailures.Load()) +
		processIntroduction + processTable.markdown(processColumns)
}

// markdown has a column for each of the faults, and a row for each scenario that met one of them.
func (tb *table) markdown(faults []string) string {
	var b strings.Builder
	b.WriteString("\n| Write | " + strings.Join(faults, " | ") + " |\n| --- |" + strings.Repeat(" --- |", len(faults)) + "\n")
	for _, s := range scenarios() {
		row := tb.rows[s.name()]
		if row == nil {
			continue
		}
		b.WriteString("| `" + s.operation + "`<br>" + s.construct + ", " + s.change + " |")
		for _, fault := range faults {
			b.WriteString(" " + row[fault].text() + " |")
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
	switch {
	case r.failed:
		return "**fails** " + text
	case r.asks:
		return "asks " + text
	default:
		return text
	}
}
