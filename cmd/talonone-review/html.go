package main

import (
	"fmt"
	"html"
	"slices"
	"strings"
)

// page is everything around the report: one file without scripts, fonts or requests, in the reader's colours, and as wide
// as the screen. Nothing may be loaded or sent, whatever a name holds.
const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Changes in Talon.One</title>
<style>
:root { color-scheme: light dark; --text: #1f2328; --back: #fff; --soft: #f3f4f6; --line: #d1d9e0; --alert: #b42318 }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --back: #0d1117; --soft: #1c2128; --line: #3d444d; --alert: #ff938a } }
body { margin: 0 auto; max-width: 46rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); overflow-wrap: anywhere }
h1 { font-size: 1.4rem } h2 { font-size: 1.15rem } h3 { font-size: 1rem; margin: 1.2rem 0 .3rem }
ul { margin: 0; padding-left: 1.2rem } li ul { font-size: .9rem }
code { background: var(--soft); padding: .1em .3em; border-radius: .3em; font-size: .9em }
pre { background: var(--soft); border: 1px solid var(--line); border-radius: .4em; padding: .7em; overflow-x: auto }
.refused { border-left: .25rem solid var(--alert); padding-left: .8rem; color: var(--alert); font-weight: 600 }
</style>
</head>
<body>
<h1>Changes in Talon.One</h1>
`

// html writes the report as a page.
func (r *report) html(d detail) string {
	var w strings.Builder
	w.WriteString(page)
	text := func(l line) string {
		return l.with(func(name string) string {
			name = harmless(shorten(name, longestName), false)
			if isNumber(name) {
				return name
			}
			return "<code>" + html.EscapeString(name) + "</code>"
		})
	}
	for _, reason := range r.refusals {
		fmt.Fprintf(&w, "<p class=\"refused\">%s</p>\n", text(reason))
	}
	for _, note := range slices.Concat(r.hints, r.notes) {
		fmt.Fprintf(&w, "<p>%s</p>\n", text(note))
		if note.block != "" {
			fmt.Fprintf(&w, "<pre>%s</pre>\n", html.EscapeString(harmless(note.block, true)))
		}
	}
	if len(r.groups) == 0 {
		w.WriteString("<p>No changes in Talon.One.</p>\n")
	}
	for _, group := range r.groups {
		if group.target != nil {
			fmt.Fprintf(&w, "<h2>In %s</h2>\n", text(*group.target))
		}
		for _, section := range group.sections {
			fmt.Fprintf(&w, "<h3>%s</h3>\n<ul>\n", html.EscapeString(section.title))
			for _, line := range section.lines[:min(len(section.lines), d.lines)] {
				fmt.Fprintf(&w, "<li>%s", text(line))
				if rows, more := line.named(d.rows); len(rows) > 0 {
					w.WriteString("\n<ul>\n")
					for _, row := range rows {
						fmt.Fprintf(&w, "<li><code>%s</code></li>\n", html.EscapeString(harmless(shorten(row, longestRow), false)))
					}
					if more > 0 {
						fmt.Fprintf(&w, "<li>… and %s more</li>\n", thousands(more))
					}
					w.WriteString("</ul>\n")
				}
				if line.block != "" {
					fmt.Fprintf(&w, "\n<pre>%s</pre>\n", html.EscapeString(harmless(line.block, true)))
				}
				w.WriteString("</li>\n")
			}
			if more := len(section.lines) - d.lines; more > 0 {
				fmt.Fprintf(&w, "<li>… and %s more</li>\n", thousands(int64(more)))
			}
			w.WriteString("</ul>\n")
		}
	}
	if r.others > 0 {
		fmt.Fprintf(&w, "<p>Also, %s of other providers %s.</p>\n", resource.of(r.others), verbFor(r.others, "changes", "change"))
	}
	w.WriteString("</body>\n</html>\n")
	return w.String()
}
