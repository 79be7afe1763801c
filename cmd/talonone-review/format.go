package main

import (
	"fmt"
	"strings"
	"unicode"
)

const (
	formatMarkdown = "markdown"
	formatText     = "text"
)

// longestName is how many characters of a name are printed. The API sets no limit.
const longestName = 100

// comment writes the comment with so many lines a section. Forges refuse comments that are too long: GitHub those of more
// than 65,536 characters.
func (r *report) comment(format string, most int, refusal string) string {
	var w strings.Builder
	heading, bullet := "**%s**\n\n", "- "
	if format == formatText {
		heading, bullet = "%s:\n", "  - "
	}
	paragraph := func(text string) { fmt.Fprintf(&w, "%s\n\n", text) }
	if refusal != "" {
		paragraph(strings.ToUpper(refusal[:1]) + refusal[1:] + ".")
	}
	for _, note := range r.notes {
		paragraph(note.in(format))
	}
	if len(r.sections) == 0 {
		paragraph("No changes in Talon.One.")
	}
	for _, section := range r.sections {
		fmt.Fprintf(&w, heading, section.title)
		for _, line := range section.lines[:min(len(section.lines), most)] {
			fmt.Fprintln(&w, bullet+line.in(format))
		}
		if more := len(section.lines) - most; more > 0 {
			fmt.Fprintf(&w, "%s… and %s more\n", bullet, thousands(int64(more)))
		}
		fmt.Fprintln(&w)
	}
	if r.others > 0 {
		paragraph("Besides, " + resource.of(r.others) + " of other providers " + verbFor(r.others, "changes", "change") + ".")
	}
	return w.String()
}

func (l line) in(format string) string {
	args := make([]any, len(l.args))
	for i, arg := range l.args {
		if name, ok := arg.(code); ok {
			arg = quoted(string(name), format)
		}
		args[i] = arg
	}
	return fmt.Sprintf(l.format, args...)
}

// quoted sets a name apart. Names come from whoever may propose a change: in a code span no link, image or mention of a
// person comes alive, and no line can be made up.
func quoted(name, format string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) {
			return ' '
		}
		return r
	}, name)
	if runes := []rune(name); len(runes) > longestName {
		name = string(runes[:longestName]) + "…"
	}
	if name != "" && strings.Trim(name, "0123456789") == "" {
		return name
	}
	if format == formatText {
		return `"` + name + `"`
	}
	// A code span ends at as many backticks as it starts with.
	longest, current := 0, 0
	for _, r := range name {
		if current++; r != '`' {
			current = 0
		}
		longest = max(longest, current)
	}
	fence := strings.Repeat("`", longest+1)
	if strings.HasPrefix(name, "`") || strings.HasSuffix(name, "`") || strings.TrimSpace(name) == "" {
		name = " " + name + " "
	}
	return fence + name + fence
}
