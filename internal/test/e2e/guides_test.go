package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

var (
	// fenced is a block of a page, with the line before it.
	fenced = regexp.MustCompile("(?ms)^(?:([^\n]*)\n)?\n?```(\\w+)\n(.*?)^```$")
	// saveAs names the file that a block becomes.
	saveAs = regexp.MustCompile("(?i)save this as `([^`]+)`")
)

// follow does what a guide says, block by block: it saves the files that the guide tells its reader to save, runs its shell
// commands, and expects their output to have the lines that the guide shows, in this order. A line with … stands for any. A refresh after an apply
// changes nothing.
func follow(t *testing.T, p *pipeline, guide, url string) (printed string) {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "guides", guide+".md"))
	if err != nil {
		t.Fatal(err)
	}
	var output string
	commands, shown := 0, 0
	for _, block := range fenced.FindAllStringSubmatch(string(page), -1) {
		before, language, content := block[1], block[2], block[3]
		switch file := saveAs.FindStringSubmatch(before); {
		case file != nil:
			p.Write(file[1], content)
		case language == "shell":
			commands++
			var code int
			if output, code = p.sh(strings.ReplaceAll(content, "http://127.0.0.1:8585", url)); code != 0 {
				t.Fatalf("%s ended with %d:\n%s", content, code, output)
			}
			printed += output
			if strings.Contains(content, "terraform apply") && !strings.Contains(content, "terraform destroy") {
				p.expectRefreshed(nil)
			}
		case commands > 0 && (language == "text" || language == "markdown"):
			shown++
			expectShown(t, content, output)
		}
	}
	if commands < 3 || shown < 1 {
		t.Errorf("%s has %d blocks of commands and %d of output: the test looks in the wrong places", guide, commands, shown)
	}
	return printed
}

// expectShown looks for the lines of shown in output, in their order.
func expectShown(t *testing.T, shown, output string) {
	t.Helper()
	left := strings.Split(output, "\n")
	for line := range strings.Lines(shown) {
		line = strings.TrimRight(line, "\n ")
		if line == "" || strings.TrimSpace(line) == "…" {
			continue
		}
		at := slices.IndexFunc(left, func(got string) bool { return strings.Contains(got, line) })
		if at < 0 {
			t.Errorf("the page shows this line, and the output doesn't, at least not there:\n%s\n%s", line, output)
			return
		}
		left = left[at+1:]
	}
}

// TestGettingStarted follows the guide that a newcomer reads first. The README shows a part of it.
func TestGettingStarted(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	p := newPipeline(t, d.URL, "")
	p.Env = append(p.Env, "TF_CLI_ARGS=-no-color")
	if err := os.Symlink(filepath.Join(binaries.Dir, "talonone-review"), filepath.Join(p.tools, "talonone-review")); err != nil {
		t.Fatal(err)
	}
	printed := follow(t, p, "getting-started", d.URL)
	readme, err := os.ReadFile(filepath.Join("..", "..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	example, err := os.ReadFile(filepath.Join("..", "..", "..", "examples", "getting-started", "main.tf"))
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range fenced.FindAllStringSubmatch(string(readme), -1) {
		switch language, content := block[2], block[3]; language {
		case "text":
			expectShown(t, content, printed)
		case "terraform":
			if want := strings.Replace(content, "59.90", "79.90", 1); !strings.Contains(string(example), want) {
				t.Errorf("the README shows another configuration than examples/getting-started:\n%s", want)
			}
		}
	}
}
