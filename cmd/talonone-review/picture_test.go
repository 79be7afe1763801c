package main

import (
	"fmt"
	"html"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPicture keeps the picture of the guide: the comment of testdata/walk.json as a forge shows it. -update writes it.
func TestPicture(t *testing.T) {
	t.Parallel()
	file := filepath.Join("..", "..", "examples", "pipelines", "comment.svg")
	got := picture(review(t, nil, 0, filepath.Join("testdata", "walk.json")))
	if *updateGolden {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s shows another comment; run go test with -args -update", file)
	}
}

// picture draws Markdown as the comments have it: paragraphs, bold headings, lists and code spans.
func picture(markdown string) string {
	const lineHeight, width, left, top = 22, 760, 24, 64
	var body strings.Builder
	y := top
	for line := range strings.Lines(strings.TrimSpace(markdown)) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" {
			y += lineHeight / 2
			continue
		}
		text, class, x := line, "", left
		switch {
		case strings.HasPrefix(line, "**"):
			text, class = strings.Trim(line, "*"), ` class="bold"`
		case strings.HasPrefix(line, "  - "):
			text, x = "◦ "+line[4:], left+40
		case strings.HasPrefix(line, "- "):
			text, x = "• "+line[2:], left+14
		}
		fmt.Fprintf(&body, "<text x=\"%d\" y=\"%d\"%s>", x, y, class)
		for i, part := range strings.Split(text, "`") {
			if i%2 == 1 {
				fmt.Fprintf(&body, "<tspan class=\"code\">%s</tspan>", html.EscapeString(part))
				continue
			}
			body.WriteString(html.EscapeString(part))
		}
		body.WriteString("</text>\n")
		y += lineHeight
	}
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %[1]d %[2]d" width="%[1]d" height="%[2]d" role="img" aria-label="A comment in a pull request that says what changes">
<style>
svg { --text: #1f2328; --back: #fff; --line: #d1d9e0; --code: #0550ae }
@media (prefers-color-scheme: dark) { svg { --text: #e6edf3; --back: #0d1117; --line: #3d444d; --code: #79c0ff } }
text { font: 14px system-ui, sans-serif; fill: var(--text); white-space: pre }
.bold { font-weight: 600 } .code { font: 13px ui-monospace, monospace; fill: var(--code) }
</style>
<rect x=".5" y=".5" width="%[3]d" height="%[4]d" rx="6" fill="var(--back)" stroke="var(--line)"/>
<path d="M.5 38.5h%[3]d" stroke="var(--line)"/>
<text x="24" y="25"><tspan class="bold">github-actions</tspan> commented on this pull request</text>
%[5]s</svg>
`, width, y+10, width-1, y+9, body.String())
}
