package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const document = `# Contributing

## Glossary

| Term | Meaning | Do not say |
| --- | --- | --- |
| row | an item or a member | "element" |
| *omit* | | "leave out", "left out" |

## Releases

`

func TestRun(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file, content string
		want          []string
	}{
		"a clean page":                    {"page.md", "Omit the row.\n", nil},
		"a word in any case":              {"page.md", "One.\n\nElement two.\n", []string{`page.md:3: "element": say row`}},
		"a phrase over two lines":         {"page.md", "You may leave\nout the row, which is left out.\n", []string{`page.md:1: "leave out": say *omit*`, `page.md:2: "left out"`}},
		"a part of a word":                {"page.md", "The elements are elementary.\n", nil},
		"a comment of Go":                 {"code.go", "package a\n\n// Rows that others\n// leave\n// out.\nvar element = 1\n", []string{`code.go:4: "leave out"`}},
		"a text of Go":                    {"code.go", "package a\n\nvar text = \"An element\" + `\nor two: an element`\n", []string{"code.go:3:", "code.go:4:"}},
		"the glossary itself":             {"CONTRIBUTING.md", document, nil},
		"the rest of the glossary's page": {"CONTRIBUTING.md", document + "Each element.\n", []string{`CONTRIBUTING.md:12: "element"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			glossary := filepath.Join(dir, "CONTRIBUTING.md")
			file := filepath.Join(dir, c.file)
			for path, text := range map[string]string{glossary: document, file: c.content} {
				if path == glossary && file == glossary {
					text = c.content
				}
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			err := run(glossary, []string{file})
			if len(c.want) == 0 && err != nil {
				t.Fatal(err)
			}
			var got []string
			if err != nil {
				got = strings.Split(err.Error(), "\n")
			}
			if len(got) != len(c.want) {
				t.Fatalf("got %q, want %q", got, c.want)
			}
			for i, want := range c.want {
				if !strings.Contains(got[i], want) {
					t.Errorf("got %q, want %q", got[i], want)
				}
			}
		})
	}
}

func TestAGlossaryIsNeeded(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"no section":       "# Contributing\n",
		"no table":         "# Contributing\n\n## Glossary\n\nNone.\n\n## Releases\n",
		"nothing after it": "# Contributing\n\n## Glossary\n\n| row | an item | \"element\" |\n",
	} {
		if _, err := parse(text); err == nil {
			t.Errorf("%s: the check passes, and checks nothing", name)
		}
	}
}
