package main

import (
	"fmt"
	"strings"
	"unicode"
)

const (
	formatMarkdown = "markdown"
	formatSummary  = "summary"
	formatText     = "text"
	formatHTML     = "html"
)

const (
	// longestName is how many characters of a name are printed, and longestRow of a row. The API sets no limit.
	longestName = 100
	longestRow  = 200
	// maxComment is the size of a comment in bytes. GitHub takes 65,536 characters, GitLab more; a pipeline puts a mark of
	// its own before it. maxSummary is that of a job's summary, of which GitHub takes 1 MiB.
	maxComment = 60_000
	maxSummary = 1_000_000
	// The lines of a summary: there is more room.
	summaryLines = 500
)

// detail is how much is written.
type detail struct{ lines, rows int }

// comment writes the report in a format. Markdown is shortened until a forge takes it.
func (r *report) comment(format string, d detail) string {
	limit := 0
	switch format {
	case formatMarkdown:
		limit = maxComment
	case formatSummary:
		limit = maxSummary
		d.lines = max(d.lines, summaryLines)
	case formatHTML:
		return r.html(d)
	}
	longest := 1
	for _, group := range r.groups {
		for _, section := range group.sections {
			longest = max(longest, len(section.lines))
		}
	}
	d.lines = min(d.lines, longest)
	text := r.write(format, d, "")
	const short = "Shortened: the comment would be too long. Run talonone-review with -format html for all of it."
	for limit > 0 && len(text) > limit && d != (detail{lines: 1}) {
		if d.rows > 0 {
			d.rows /= 2
		} else {
			d.lines = max(1, d.lines/2)
		}
		text = r.write(format, d, short)
	}
	if limit > 0 && len(text) > limit {
		// So many sections, or reasons, that one line of each is too much.
		cut := text[:limit]
		text = cut[:strings.LastIndexByte(cut, '\n')+1]
		if strings.Count(text, "\n```")%2 == 1 {
			text += "```\n"
		}
		text += "\n" + short + "\n"
	}
	return text
}

func (r *report) write(format string, d detail, note string) string {
	var w strings.Builder
	heading, bullet := "**%s**\n\n", "- "
	if format == formatText {
		heading, bullet = "%s:\n", "  - "
	}
	paragraph := func(text string) { fmt.Fprintf(&w, "%s\n\n", text) }
	if format == formatSummary {
		paragraph("## Talon.One")
	}
	if note != "" {
		paragraph(note)
	}
	for _, reason := range r.refusals {
		text := reason.in(format)
		if format != formatText {
			text = "**" + text + "**"
		}
		paragraph(text)
	}
	for _, hint := range r.hints {
		paragraph(hint.in(format))
		if hint.block != "" {
			hint.writeBlock(&w, format, "")
			fmt.Fprintln(&w)
		}
	}
	for _, note := range r.notes {
		paragraph(note.in(format))
	}
	if len(r.groups) == 0 {
		paragraph("No changes in Talon.One.")
	}
	for _, group := range r.groups {
		if group.target != nil {
			paragraph("In " + group.target.in(format) + ":")
		}
		for _, section := range group.sections {
			fmt.Fprintf(&w, heading, section.title)
			for _, line := range section.lines[:min(len(section.lines), d.lines)] {
				line.write(&w, format, bullet, d)
			}
			if more := len(section.lines) - d.lines; more > 0 {
				fmt.Fprintf(&w, "%s… and %s more\n", bullet, thousands(int64(more)))
			}
			fmt.Fprintln(&w)
		}
	}
	if r.others > 0 {
		paragraph("Besides, " + resource.of(r.others) + " of other providers " + verbFor(r.others, "changes", "change") + ".")
	}
	return w.String()
}

func (l line) write(w *strings.Builder, format, bullet string, d detail) {
	fmt.Fprintln(w, bullet+l.in(format))
	indent := strings.Repeat(" ", len(bullet))
	rows, more := l.named(d.rows)
	nested := indent + "- "
	if format == formatText {
		nested = indent + "  "
	}
	for _, row := range rows {
		fmt.Fprintln(w, nested+quotedRow(row, format))
	}
	if more > 0 {
		fmt.Fprintf(w, "%s… and %s more\n", nested, thousands(more))
	}
	if l.block == "" {
		return
	}
	fmt.Fprintln(w)
	l.writeBlock(w, format, indent)
}

// writeBlock writes what is there to be copied.
func (l line) writeBlock(w *strings.Builder, format, indent string) {
	block := harmless(l.block, true)
	fence := indent + strings.Repeat("`", max(3, longestRun(block, '`')+1)) + "\n"
	if format == formatText {
		fence = ""
	}
	w.WriteString(fence)
	for text := range strings.Lines(block) {
		w.WriteString(indent + text)
	}
	w.WriteString(fence)
}

// named are at most so many rows, and how many there are beyond them. With 0 nothing is said of rows.
func (l line) named(most int) (rows []string, more int64) {
	if most == 0 || len(l.rows) == 0 {
		return nil, 0
	}
	rows = l.rows[:min(len(l.rows), most)]
	return rows, l.more + int64(len(l.rows)-len(rows))
}

func (l line) in(format string) string {
	return l.with(func(name string) string { return quoted(name, format) })
}

// with writes the sentence; name sets names apart.
func (l line) with(name func(string) string) string {
	args := make([]any, len(l.args))
	for i, arg := range l.args {
		if text, ok := arg.(code); ok {
			arg = name(string(text))
		}
		args[i] = arg
	}
	return fmt.Sprintf(l.format, args...)
}

// harmless replaces what could forge lines or turn the direction of writing.
func harmless(text string, lines bool) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' && lines {
			return r
		}
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) {
			return ' '
		}
		return r
	}, text)
}

func shorten(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

func isNumber(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

// quoted sets a name apart. Names come from everyone who may propose a change: in a code span no link, image or mention
// of a person comes alive, and no line can be forged.
func quoted(name, format string) string {
	name = harmless(shorten(name, longestName), false)
	switch {
	case isNumber(name):
		return name
	case format == formatText:
		return `"` + name + `"`
	default:
		return codeSpan(name)
	}
}

func quotedRow(row, format string) string {
	row = harmless(shorten(row, longestRow), false)
	if format == formatText {
		return row
	}
	return codeSpan(row)
}

// codeSpan ends at as many backticks as it starts with.
func codeSpan(text string) string {
	fence := strings.Repeat("`", longestRun(text, '`')+1)
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") || strings.TrimSpace(text) == "" {
		text = " " + text + " "
	}
	return fence + text + fence
}

func longestRun(text string, of rune) int {
	longest, current := 0, 0
	for _, r := range text {
		if current++; r != of {
			current = 0
		}
		longest = max(longest, current)
	}
	return longest
}
