package trust

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
	"github.com/talon-one/terraform-provider-talonone/internal/test/race"
)

var update = flag.Bool("update", false, "write docs/trust.md from the results")

var page = filepath.Join("..", "..", "..", "docs", "trust.md")

// cell is a rule for a resource.
type cell struct{ rule, kind string }

// results are what came out of the cells that ran.
type results struct {
	mu     sync.Mutex
	passed map[cell]bool
}

func (r *results) note(c cell, passed bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.passed[c] = passed
}

func TestTrust(t *testing.T) {
	t.Parallel()
	found := results{passed: make(map[cell]bool)}
	// The group ends when all of its cells have ended.
	t.Run("rule", func(t *testing.T) {
		for _, r := range rules() {
			t.Run(r.name, func(t *testing.T) {
				t.Parallel()
				for _, s := range subjects() {
					if r.skips(s) != "" {
						continue
					}
					t.Run(s.kind, func(t *testing.T) {
						t.Parallel()
						race.Sample(t, 3)
						c := cell{r.name, s.kind}
						if open[c] != "" {
							t.Skip(open[c])
						}
						t.Cleanup(func() { found.note(c, !t.Failed()) })
						r.test(t, s)
					})
				}
			})
		}
	})
	if *update {
		writePage(t, &found)
	}
}

func writePage(t *testing.T, found *results) {
	t.Helper()
	for _, r := range rules() {
		for _, s := range subjects() {
			if c := (cell{r.name, s.kind}); r.skips(s) == "" && open[c] == "" && !found.passed[c] {
				t.Errorf("%s of %s has failed or did not run: the page is not written", r.name, s.kind)
			}
		}
	}
	if t.Failed() {
		return
	}
	if err := os.WriteFile(page, []byte(pageText(t)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Every resource of the provider is in the table, and the page shows the table as it is.
func TestPageShowsTheTable(t *testing.T) {
	t.Parallel()
	var described []string
	for _, s := range subjects() {
		described = append(described, s.kind)
	}
	slices.Sort(described)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(acctest.Schemas(t).ResourceSchemas)), described); diff != "" {
		t.Errorf("resources (-of the provider +of the table):\n%s", diff)
	}
	if *update {
		return
	}
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(pageText(t), string(text)); diff != "" {
		t.Errorf("docs/trust.md is not what `make trust` writes (-want +got):\n%s", diff)
	}
}

func pageText(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	b.WriteString(introduction)
	b.WriteString("\n## What holds\n\n")
	for i, r := range rules() {
		fmt.Fprintf(&b, "%d. %s ([`%s`](../internal/test/trust/rules_test.go))\n", i+1, r.says, nameOf(r.test))
	}
	b.WriteString("\n## Where it is tested\n\n| Resource |")
	for i := range rules() {
		fmt.Fprintf(&b, " %d |", i+1)
	}
	b.WriteString("\n| --- |" + strings.Repeat(" --- |", len(rules())) + "\n")
	for _, s := range subjects() {
		fmt.Fprintf(&b, "| `%s` |", s.kind)
		for _, r := range rules() {
			sign := "✓"
			switch {
			case r.skips(s) != "":
				sign = "–"
			case open[cell{r.name, s.kind}] != "":
				sign = "open"
			}
			b.WriteString(" " + sign + " |")
		}
		b.WriteString("\n")
	}
	b.WriteString("\nA dash stands where a rule doesn't concern a resource:\n\n")
	writeReasons(&b)
	writeOpen(&b)
	b.WriteString(exceptions)
	return b.String()
}

// writeReasons says why rules don't concern resources; what is true for several rules stands once.
func writeReasons(b *strings.Builder) {
	numbers := make(map[string][]string)
	var order []string
	for i, r := range rules() {
		kinds := make(map[string][]string)
		for _, s := range subjects() {
			if reason := r.skips(s); reason != "" {
				kinds[reason] = append(kinds[reason], "`"+strings.TrimPrefix(s.kind, "talonone_")+"`")
			}
		}
		for _, reason := range slices.Sorted(maps.Keys(kinds)) {
			line := strings.Join(kinds[reason], ", ") + ": " + reason + "."
			if numbers[line] == nil {
				order = append(order, line)
			}
			numbers[line] = append(numbers[line], fmt.Sprint(i+1))
		}
	}
	for _, line := range order {
		fmt.Fprintf(b, "- %s, %s\n", strings.Join(numbers[line], ", "), line)
	}
}

// writeOpen says what is missing where a rule doesn't hold yet.
func writeOpen(b *strings.Builder) {
	heading := "\n\"open\" stands where a rule doesn't hold yet:\n\n"
	for i, r := range rules() {
		for _, s := range subjects() {
			if missing := open[cell{r.name, s.kind}]; missing != "" && r.skips(s) == "" {
				fmt.Fprintf(b, "%s- %d, `%s`: %s.\n", heading, i+1, strings.TrimPrefix(s.kind, "talonone_"), missing)
				heading = ""
			}
		}
	}
}

// nameOf is the function of a test.
func nameOf(test any) string {
	name := runtime.FuncForPC(reflect.ValueOf(test).Pointer()).Name()
	return name[strings.LastIndex(name, ".")+1:]
}

const introduction = `# What you can rely on

However you run Terraform, nothing that the configuration describes is lost, and nothing that belongs to others is touched.
Each sentence below is a test that runs for every resource it applies to. ` + "`make trust`" + ` runs them all and writes this page.
`

const exceptions = `
## What remains

A provider gets little information from Terraform: no addresses, no earlier plan, nothing about a tainted object that was not refreshed. That leaves these gaps.

- An exclusive resource that is tainted and planned with ` + "`-refresh=false`" + ` is refused. Plan it with a refresh.
- With ` + "`create_before_destroy`" + ` an exclusive resource is refused in the apply instead of the plan if the target has rows that it does not list. Nothing has been written by then.
- A file that changes between the plan and the apply of a create, or of any change planned with ` + "`-refresh=false`" + `, is refused by Terraform itself, which calls it an inconsistent plan. So is a create that was planned for another deployment.
- ` + "`deletion_protection`" + ` of a tainted audience refuses in the apply, because Terraform does not ask the provider to plan that destroy. For objects that are deposed or no longer in the configuration, set ` + "`TALONONE_ALLOW_DELETE`" + ` to the value that the error names.
- Two provider configurations, and two states, do not know each other. A row that both list has the content of the one that applied last, and the next plan of the other changes it back.
- A row that is unknown when planning is compared, in the apply, only with resources that change in the same run.
- A replacement with ` + "`create_before_destroy`" + ` that is killed between its two halves can remove rows that the new object lists. The next plan adds them again.
- Rows have no creation date in the API. After a deployment was emptied and filled again at the same address, rows with the same keys are considered the same.
- If Terraform is killed after the provider's response and before it saved the state, it does not know what was created. The next plan warns about an object with the same settings, with its ID, its age and the import block.
`
