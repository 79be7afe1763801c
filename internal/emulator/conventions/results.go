package conventions

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// Outcome is what a resource of the provider makes of a value.
type Outcome int

const (
	// Right is a resource that does all that it promises.
	Right Outcome = iota
	// Warns is one that does so, and warns.
	Warns
	// Refuses is one that ends with an error, and has lost and doubled nothing.
	Refuses
	// NotYet is one that isn't right under the value.
	NotYet
)

func (o Outcome) String() string {
	return [...]string{"right", "right, with a warning", "refused", "not right yet"}[o]
}

// Result is what the resources make of a value. Those that are not listed are right.
type Result struct {
	Warns   []string `json:"warns,omitempty"`
	Refuses []string `json:"refuses,omitempty"`
	NotYet  []string `json:"not_yet,omitempty"`
}

func (r *Result) list(of Outcome) *[]string {
	return map[Outcome]*[]string{Warns: &r.Warns, Refuses: &r.Refuses, NotYet: &r.NotYet}[of]
}

// Add notes what a resource makes of the value.
func (r *Result) Add(of Outcome, resource string) {
	if list := r.list(of); list != nil {
		*list = append(*list, resource)
		slices.Sort(*list)
	}
}

// Of is what a resource makes of the value.
func (r Result) Of(resource string) Outcome {
	for _, of := range []Outcome{Warns, Refuses, NotYet} {
		if slices.Contains(*r.list(of), resource) {
			return of
		}
	}
	return Right
}

// Words say what the provider does, in Markdown.
func (r Result) Words() string {
	var parts []string
	for _, of := range []Outcome{Warns, Refuses, NotYet} {
		if resources := *r.list(of); len(resources) > 0 {
			parts = append(parts, fmt.Sprintf("%s: `%s`", of, strings.Join(resources, "`, `")))
		}
	}
	if len(parts) == 0 {
		return Right.String()
	}
	return strings.Join(parts, "; ")
}

// resultsFile has the results of the tests of the provider: by convention and value, for all values but those under which every
// test runs.
const resultsFile = "results.json"

//go:embed results.json
var recorded []byte

var results = sync.OnceValue(func() (all map[string]map[string]Result) {
	if err := json.Unmarshal(recorded, &all); err != nil {
		panic(err) // a part of the program
	}
	return all
})

// Result is what the provider makes of a value. Of conventions that are not a choice, one value stands for all but the default.
func (c Convention) Result(value string) Result {
	tested := results()[c.Name]
	if found, ok := tested[value]; ok || c.Form == Choice || value == c.strict() {
		return found
	}
	for _, found := range tested {
		return found
	}
	return Result{}
}

// Tested says whether the provider was tested under a value: under the strict ones by all tests.
func (c Convention) Tested(value string) bool {
	_, ok := results()[c.Name][value]
	return ok || value == c.strict() || c.Form != Choice && len(results()[c.Name]) > 0
}

// HandledUnder reports whether the provider is right under a value, or right with a warning.
func (c Convention) HandledUnder(value string) bool {
	found := c.Result(value)
	return len(found.Refuses)+len(found.NotYet) == 0
}

// Record writes results into the folder of this package.
func Record(folder string, found map[string]map[string]*Result) error {
	text, err := json.MarshalIndent(found, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, resultsFile), append(text, '\n'), 0o600)
}
