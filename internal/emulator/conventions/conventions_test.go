package conventions_test

import (
	_ "embed"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/template"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
)

var update = flag.Bool("update", false, "write docs/conventions.md")

//go:embed page.md.tmpl
var pageTemplate string

const page = "../../../docs/conventions.md"

func render(t *testing.T) string {
	t.Helper()
	functions := template.FuncMap{
		"values": func(c conventions.Convention) string {
			strict := conventions.Strict()[c.Name]
			list := []string{"**`" + c.Default + "`**"}
			for _, value := range c.Values {
				switch {
				case value == c.Default:
				case c.Form != conventions.Choice:
					list = append(list, map[conventions.Form]string{
						conventions.Duration: "a duration such as `" + value + "`", conventions.Number: "1 to 1,000", conventions.Names: "names joined by commas",
					}[c.Form])
				case value == strict:
					list = append(list, "`"+value+"` (*strict*)")
				default:
					list = append(list, "`"+value+"`")
				}
			}
			return strings.Join(list, ", ")
		},
		"needs": func(c conventions.Convention) string {
			return map[conventions.Probe]string{
				conventions.ReadOnly: "nothing but reading", conventions.Sandbox: "a sandbox", conventions.Catalog: "a catalog",
				conventions.Traces: "traces",
			}[c.Probe]
		},
		"provider": func(c conventions.Convention) string {
			var parts []string
			right := "right under every value"
			for _, value := range c.Values {
				if words := c.Result(value).Words(); words != conventions.Right.String() {
					parts = append(parts, "`"+value+"`: "+words)
					right = "else right"
				}
			}
			return strings.Join(append(parts, right), ".<br>")
		},
	}
	var out strings.Builder
	tmpl, err := template.New("page").Funcs(functions).Parse(pageTemplate)
	if err != nil {
		t.Fatal(err)
	}
	if err := tmpl.Execute(&out, map[string]any{"All": conventions.All()}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestThePageIsWrittenFromTheTable(t *testing.T) {
	t.Parallel()
	want := render(t)
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil { //nolint:gosec // documentation is for everybody
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if strings.ReplaceAll(string(got), "\r\n", "\n") != want {
		t.Errorf("docs/conventions.md is not what the table says; write it with: go test ./internal/emulator/conventions -args -update")
	}
}

func TestTheTableIsComplete(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	name := regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	for _, c := range conventions.All() {
		if seen[c.Name] || !name.MatchString(c.Name) {
			t.Errorf("%q is there twice or not a name", c.Name)
		}
		seen[c.Name] = true
		if c.About == "" || c.Material == "" || c.ProbeNote == "" || len(c.Values) == 0 {
			t.Errorf("%s lacks a text or its values: %+v", c.Name, c)
		}
		if strings.Contains(c.About+c.Material+c.ProbeNote, "|") {
			t.Errorf("%s: a text breaks the table", c.Name)
		}
		for _, value := range slices.Concat(c.Values, []string{c.Default, conventions.Strict()[c.Name]}) {
			if err := c.Check(value); err != nil {
				t.Error(err)
			}
			if !c.Tested(value) {
				t.Errorf("nobody knows what the provider does where %s is %s; make conventions finds out", c.Name, value)
			}
		}
		if !c.HandledUnder(c.Default) {
			t.Errorf("the provider cannot handle the default of %s", c.Name)
		}
	}
}

func TestValues(t *testing.T) {
	t.Parallel()
	v := conventions.Defaults()
	for text, problem := range map[string]string{
		"name_trim=yes": "", " read_lag = 3s ": "", "page_size_max=50": "", "mandatory_attributes=color,size": "",
		"name_trim": "NAME=VALUE", "no_such=1": "no convention", "name_trim=": "use yes, no", "read_lag=-1s": "a duration",
		"page_size_max=0": "from 1 to 1000", "page_size_max=1001": "from 1 to 1000", "mandatory_attributes=a,,b": "joined by commas",
	} {
		err := v.Parse(text)
		if (err == nil) != (problem == "") || err != nil && !strings.Contains(err.Error(), problem) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if !v.Yes(conventions.NameTrim) || v.Duration(conventions.ReadLag).Seconds() != 3 || v.Number(conventions.PageSizeMax) != 50 ||
		!slices.Equal(v.List(conventions.MandatoryAttributes), []string{"color", "size"}) {
		t.Errorf("got %v", v)
	}
	if got := conventions.Strict().List(conventions.MandatoryAttributes); got != nil {
		t.Errorf("none is %q", got)
	}
}

func TestReadFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "conventions.json")
	for content, problem := range map[string]string{
		`{"name_trim": "yes"}`: "", `{}`: "", `{"name_trim": 1}`: "both strings", `[]`: "one JSON object",
		`{"no_such": "yes", "name_trim": "x"}`: "no_such",
	} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := conventions.ReadFile(file)
		if (err == nil) != (problem == "") || err != nil && (!strings.Contains(err.Error(), problem) || !strings.Contains(err.Error(), file)) {
			t.Errorf("%s: %v", content, err)
		}
	}
}
