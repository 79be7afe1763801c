// Package conventions is the table of what a Talon.One deployment may do where the vendor's documentation is
// silent: every open question has a name, its possible answers and a default. The emulator behaves by it,
// talonone-probe finds the values of a deployment, and docs/conventions.md is written from it.
package conventions

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/safefile"
)

// Convention is one question that the vendor's documentation leaves open.
type Convention struct {
	// Name is how flags and files name it.
	Name string
	// Form says which values are valid.
	Form Form
	// Values are all valid values of a Choice. For other forms they are examples, which tests use.
	Values []string
	// Default is the value with which talonone-emulator starts: lenient where the vendor's own clients need it.
	Default string
	// Strict is the value of an emulator that a Go program starts without naming one, "" where it is Default.
	Strict string
	// About says what the convention is about, and what each value does, in Markdown.
	About string
	// Material is what the vendor's public material says for a value.
	Material string
	// Probe is what talonone-probe needs to find the value.
	Probe Probe
	// ProbeNote says how the value is found, or why it cannot be.
	ProbeNote string
}

// Form is the syntax of a convention's values.
type Form int

const (
	// Choice is one of the listed values.
	Choice Form = iota
	// Duration is a Go duration that is not negative, such as 300ms.
	Duration
	// Number is an integer from 1 to 1,000.
	Number
	// Names is "none", or names joined by commas.
	Names
)

// maxNumber is the largest value of the form Number: the largest page that the vendor documents.
const maxNumber = 1000

// maxFileBytes bounds a file of conventions.
const maxFileBytes = 1 << 20

// Probe is what a probe needs to find a value.
type Probe int

const (
	// ReadOnly needs requests that change nothing.
	ReadOnly Probe = iota
	// Sandbox needs writes, all of which are undone.
	Sandbox
	// Catalog needs writes to a catalog, all of which are undone.
	Catalog
	// Traces needs writes of which something stays: profiles, events, closed sessions.
	Traces
)

func (p Probe) String() string {
	return [...]string{"read-only", "sandbox", "catalog", "traces"}[p]
}

// strict is the value without a default of the program.
func (c Convention) strict() string {
	if c.Strict != "" {
		return c.Strict
	}
	return c.Default
}

// Check reports what is wrong with a value.
func (c Convention) Check(value string) error {
	ok := true
	want := strings.Join(c.Values, ", ")
	switch c.Form {
	case Choice:
		ok = slices.Contains(c.Values, value)
	case Duration:
		d, err := time.ParseDuration(value)
		ok, want = err == nil && d >= 0, "a duration such as 300ms"
	case Number:
		n, err := strconv.Atoi(value)
		ok, want = err == nil && n >= 1 && n <= maxNumber, fmt.Sprintf("an integer from 1 to %d", maxNumber)
	case Names:
		ok, want = !slices.Contains(strings.Split(value, ","), ""), "none, or names joined by commas"
	}
	if !ok {
		return fmt.Errorf("convention %s: %q is not a valid value; use %s", c.Name, value, want)
	}
	return nil
}

// Find returns a convention by its name.
func Find(name string) (Convention, bool) {
	at := slices.IndexFunc(table, func(c Convention) bool { return c.Name == name })
	if at < 0 {
		return Convention{}, false
	}
	return table[at], true
}

// All returns the table, in the order in which people read it.
func All() []Convention { return slices.Clone(table) }

// Values holds a value for some or all conventions, by name.
type Values map[string]string

// Defaults are the values with which talonone-emulator starts.
func Defaults() Values {
	v := make(Values, len(table))
	for _, c := range table {
		v[c.Name] = c.Default
	}
	return v
}

// Strict are the values of an emulator that a Go program starts without naming any: as Defaults, but
// everything that the vendor's documents do not show is refused.
func Strict() Values {
	v := make(Values, len(table))
	for _, c := range table {
		v[c.Name] = c.strict()
	}
	return v
}

// Set changes one value. It fails for an unknown name and for a value that the convention does not have.
func (v Values) Set(name, value string) error {
	c, ok := Find(name)
	if !ok {
		return fmt.Errorf("there is no convention %q; docs/conventions.md lists them", name)
	}
	if err := c.Check(value); err != nil {
		return err
	}
	v[name] = value
	return nil
}

// SetAll changes the values of other, or reports everything that is wrong with them.
func (v Values) SetAll(other Values) error {
	var wrong []error
	for _, name := range slices.Sorted(maps.Keys(other)) {
		wrong = append(wrong, v.Set(name, other[name]))
	}
	return errors.Join(wrong...)
}

// Parse sets a value from the form of the command line, NAME=VALUE.
func (v Values) Parse(text string) error {
	name, value, ok := strings.Cut(text, "=")
	if !ok {
		return fmt.Errorf("%q: want NAME=VALUE", text)
	}
	return v.Set(strings.TrimSpace(name), strings.TrimSpace(value))
}

// ReadFile reads a JSON object from name to value, as talonone-probe writes it.
func ReadFile(path string) (Values, error) {
	content, err := safefile.Read(path, maxFileBytes)
	if err != nil {
		return nil, err
	}
	var read Values
	if err := json.Unmarshal(content, &read); err != nil {
		return nil, fmt.Errorf("%s: want one JSON object from convention name to value, both strings: %w", path, err)
	}
	checked := make(Values, len(read))
	if err := checked.SetAll(read); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return checked, nil
}

// Yes reports whether a convention with the values yes and no is yes.
func (v Values) Yes(name string) bool { return v[name] == Yes }

// Duration is the value of a convention of that form.
func (v Values) Duration(name string) time.Duration {
	d, _ := time.ParseDuration(v[name])
	return d
}

// Number is the value of a convention of that form.
func (v Values) Number(name string) int {
	n, _ := strconv.Atoi(v[name])
	return n
}

// List is the value of a convention of the form Names.
func (v Values) List(name string) []string {
	if v[name] == "" || v[name] == None {
		return nil
	}
	return strings.Split(v[name], ",")
}
