package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
)

// needsTexts say what an experiment needs.
var needsTexts = map[conventions.Probe]string{
	conventions.ReadOnly: "changes nothing",
	conventions.Sandbox:  "writes to the sandbox, and removes what it wrote",
	conventions.Catalog:  "writes to the catalog of -catalog, and removes what it wrote",
	conventions.Traces:   "writes to the sandbox, only with -leave-traces",
}

// writeList shows the experiments.
func writeList(out io.Writer) {
	for _, e := range experiments {
		fmt.Fprintf(out, "%s\n    %s\n", strings.Join(e.conventions, ", "), needsTexts[e.needs])
		for _, name := range e.conventions {
			c, _ := conventions.Find(name)
			fmt.Fprintf(out, "    %s: %s\n", name, c.ProbeNote)
		}
		for _, request := range e.sends {
			fmt.Fprintf(out, "    %s\n", request)
		}
		leaves := "nothing"
		if e.leaves != "" {
			leaves = e.leaves
		}
		fmt.Fprintf(out, "    leaves behind: %s\n\n", leaves)
	}
}

// report writes what was found, for people.
func (l *lab) report(out io.Writer, c config) {
	l.reportApplication(out)
	l.reportEndpoints(out)
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "CONVENTION\tVALUE\t")
	for _, convention := range conventions.All() {
		value, found := l.found[convention.Name]
		switch {
		case !found:
			note := l.notes[convention.Name]
			if convention.Probe == conventions.Never {
				note = "cannot be found"
			}
			fmt.Fprintf(table, "%s\t-\t%s\n", convention.Name, orNot(note))
		case !convention.HandledUnder(value):
			fmt.Fprintf(table, "%s\t%s\tPROBLEM: the provider relies on %s\n", convention.Name, value, strings.Join(convention.Handled, " or "))
		case value != convention.Default:
			fmt.Fprintf(table, "%s\t%s\tdiffers from the default, %s\n", convention.Name, value, convention.Default)
		default:
			fmt.Fprintf(table, "%s\t%s\t\n", convention.Name, value)
		}
	}
	_ = table.Flush() // a strings.Builder takes everything
	for line := range strings.Lines(text.String()) {
		fmt.Fprintln(out, strings.TrimRight(line, " \n"))
	}
	fmt.Fprintf(out, "\n%d of %d found, with %d requests.\n", len(l.found), len(conventions.All()), l.sent)
	if c.json != "" {
		fmt.Fprintf(out, "talonone-emulator -conventions %s behaves like this deployment.\n", c.json)
	}
}

func orNot(note string) string {
	if note == "" {
		return "not tried"
	}
	return note
}

func (l *lab) reportApplication(out io.Writer) {
	switch {
	case l.app.id == 0:
		fmt.Fprintln(out, "The Integration key is valid. Its Application has no running campaign, which would tell its ID.")
	case !l.app.known:
		fmt.Fprintf(out, "The Integration key is valid. It belongs to Application %d.\n", l.app.id)
	default:
		kind := "live"
		if l.app.sandbox {
			kind = "sandbox"
		}
		fmt.Fprintf(out, "The Integration key is valid. It belongs to the %s Application %d %q.\n", kind, l.app.id, l.app.name)
	}
}

func (l *lab) reportEndpoints(out io.Writer) {
	if len(l.access) == 0 {
		fmt.Fprint(out, "There is no Management key. Resources and data sources that need one will say so.\n\n")
		return
	}
	var missing []endpointResult
	for _, result := range l.access {
		if !result.allowed {
			missing = append(missing, result)
		}
	}
	fmt.Fprintf(out, "The Management key may use %d of the %d endpoints that the provider reads.\n", len(l.access)-len(missing), len(l.access))
	for _, result := range missing {
		fmt.Fprintf(out, "  %s (%d) is needed for %s.\n", result.operation, result.status, result.uses)
	}
	fmt.Fprintln(out)
}

// differs reports whether something that the provider relies on does not hold.
func (l *lab) differs() bool {
	for _, result := range l.access {
		if !result.allowed {
			return true
		}
	}
	for name, value := range l.found {
		if c, ok := conventions.Find(name); ok && !c.HandledUnder(value) {
			return true
		}
	}
	return false
}
