package main

import (
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
		say(out, "%s\n    %s\n", strings.Join(e.conventions, ", "), needsTexts[e.needs])
		for _, name := range e.conventions {
			c, _ := conventions.Find(name)
			say(out, "    %s: %s\n", name, c.ProbeNote)
		}
		for _, request := range e.sends {
			say(out, "    %s\n", request)
		}
		leaves := "nothing"
		if e.leaves != "" {
			leaves = e.leaves
		}
		say(out, "    leaves behind: %s\n\n", leaves)
	}
}

// report writes what was found, for people.
func (l *lab) report(out io.Writer, c config) {
	l.reportApplication(out)
	l.reportEndpoints(out)
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	say(table, "CONVENTION\tVALUE\t\n")
	for _, convention := range conventions.All() {
		value, found := l.found[convention.Name]
		switch {
		case !found:
			say(table, "%s\t-\t%s\n", convention.Name, orNot(l.notes[convention.Name]))
		case !convention.HandledUnder(value):
			say(table, "%s\t%s\tPROBLEM: %s\n", convention.Name, value, strings.ReplaceAll(convention.Result(value).Words(), "`", ""))
		case value != convention.Default:
			say(table, "%s\t%s\tdiffers from the default, %s\n", convention.Name, value, convention.Default)
		default:
			say(table, "%s\t%s\t\n", convention.Name, value)
		}
	}
	_ = table.Flush() // a strings.Builder takes everything
	for line := range strings.Lines(text.String()) {
		say(out, "%s\n", strings.TrimRight(line, " \n"))
	}
	say(out, "\n%d of %d found, with %d requests.\n", len(l.found), len(conventions.All()), l.sent)
	if c.json != "" {
		say(out, "talonone-emulator -conventions %s behaves like this deployment.\n", c.json)
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
		say(out, "The Integration key is valid. Its Application has no running campaign, which would tell its ID.\n")
	case !l.app.known:
		say(out, "The Integration key is valid. It belongs to Application %d.\n", l.app.id)
	default:
		kind := "live"
		if l.app.sandbox {
			kind = "sandbox"
		}
		say(out, "The Integration key is valid. It belongs to the %s Application %d %q.\n", kind, l.app.id, l.app.name)
	}
}

func (l *lab) reportEndpoints(out io.Writer) {
	if len(l.access) == 0 {
		say(out, "There is no Management key. Resources and data sources that need one will say so.\n\n")
		return
	}
	var missing []endpointResult
	for _, result := range l.access {
		if !result.allowed {
			missing = append(missing, result)
		}
	}
	say(out, "The Management key may use %d of the %d endpoints that the provider reads.\n", len(l.access)-len(missing), len(l.access))
	for _, result := range missing {
		say(out, "  %s (%d) is needed for %s.\n", result.operation, result.status, result.uses)
	}
	say(out, "\n")
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
