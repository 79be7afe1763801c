package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
)

// FuzzPlan reviews any text: it is described or refused, and never more than the plan's own line breaks reach the comment.
func FuzzPlan(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "*.json"))
	if err != nil || len(files) == 0 {
		f.Fatalf("there are no recorded plans: %v", err)
	}
	for _, file := range files {
		plan, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(plan)
	}
	f.Add([]byte(`{"format_version":"1.2","resource_changes":[{"address":"talonone_audience.a","mode":"managed","type":"talonone_audience","change":{"actions":["create"],"after":{"name":"\u001b[2J\n- **x**"}}}]}`))
	f.Fuzz(func(t *testing.T, plan []byte) {
		for _, format := range []string{formatMarkdown, formatText} {
			var out, errOut bytes.Buffer
			status := run([]string{"-format", format}, bytes.NewReader(plan), &out, &errOut)
			if status != 0 && status != exitFailed {
				t.Errorf("it ended with %d", status)
			}
			for _, text := range []string{out.String(), errOut.String()} {
				if i := strings.IndexFunc(text, func(r rune) bool { return r != '\n' && unicode.IsControl(r) }); i >= 0 {
					t.Errorf("byte %d is a control character: %q", i, text)
				}
			}
		}
	})
}
