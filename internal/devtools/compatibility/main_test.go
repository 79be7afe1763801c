package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/go-version"

	"github.com/talon-one/terraform-provider-talonone/internal/terraformcli"
)

var root = filepath.Join("..", "..", "..")

func pageTable(t *testing.T) (content string, rows []row) {
	t.Helper()
	document, err := os.ReadFile(filepath.Join(root, "docs", "compatibility.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, content, _, err = cut(string(document))
	if err != nil {
		t.Fatal(err)
	}
	rows, err = parse(content)
	if err != nil {
		t.Fatal(err)
	}
	return content, rows
}

func TestTableIsWhatTheProgramWrites(t *testing.T) {
	t.Parallel()
	content, rows := pageTable(t)
	if diff := cmp.Diff(table(rows), content); diff != "" {
		t.Errorf("the table of docs/compatibility.md was edited by hand, or a check was added or renamed; run make compatibility (-want +got):\n%s", diff)
	}
	if got := names(rows); !slices.Equal(got, []string{"Terraform", "OpenTofu"}) {
		t.Errorf("the table has %q", got)
	}
	for _, r := range rows {
		for i, cell := range r.cells {
			if cell != yes && cell != no {
				t.Errorf("%s, %s: %q", r.product, checks[i].feature, cell)
			}
		}
	}
}

// TestThisCLIIsWhatTheTableSays makes the checks with the CLI of this machine.
func TestThisCLIIsWhatTheTableSays(t *testing.T) {
	t.Parallel()
	cli := terraformcli.Find(t)
	own, err := identify(t.Context(), cli)
	if err != nil {
		t.Fatal(err)
	}
	_, rows := pageTable(t)
	at := slices.IndexFunc(rows, func(r row) bool { return r.product.String() == own.String() })
	if at < 0 {
		t.Skipf("the table of docs/compatibility.md has no row for %s; make compatibility adds one", own)
	}
	build := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", build+string(filepath.Separator), root)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0") // as releases are built
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, output)
	}
	outcomes, err := lab{root, build}.try(t.Context(), cli)
	if err != nil {
		t.Fatal(err)
	}
	for i, got := range rowOf(own, outcomes).cells {
		if want := rows[at].cells[i]; got != want {
			t.Errorf("%s, %s: the page says %s, and it is %s\n%v", own, checks[i].feature, want, got, outcomes[i].problem)
		}
	}
}

func TestTableIsInOrderAndReadBack(t *testing.T) {
	t.Parallel()
	rowWith := func(name, number string, features int) row {
		r := row{product: product{name, version.Must(version.NewVersion(number))}}
		for i := range checks {
			cell := no
			if i < features {
				cell = yes
			}
			r.cells = append(r.cells, cell)
		}
		return r
	}
	text := table([]row{rowWith("OpenTofu", "1.7.0", 2), rowWith("Terraform", "1.14.9", 3), rowWith("Terraform", "1.8.5", 1)})
	var first []string
	for line := range strings.Lines(text) {
		first = append(first, strings.TrimSpace(strings.Split(line, "|")[1]))
	}
	want := []string{"tried", "---", "Terraform 1.8.5", "Terraform 1.14.9", "OpenTofu 1.7.0", "lowest Terraform that can", "lowest OpenTofu that can"}
	if diff := cmp.Diff(want, first); diff != "" {
		t.Error(diff)
	}
	if !strings.Contains(text, "| lowest Terraform that can | 1.8.5 | 1.14.9 | 1.14.9 | – |") {
		t.Errorf("got\n%s", text)
	}
	document, err := replace("# Title\n"+begin+"\nold\n"+end+"\nafter\n", text)
	if err != nil {
		t.Fatal(err)
	}
	if want := "# Title\n" + begin + "\n\n" + text + "\n" + end + "\nafter\n"; document != want {
		t.Errorf("got\n%s", document)
	}
	_, content, _, err := cut(document)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := parse(content)
	if err != nil || len(rows) != 3 || table(rows) != text {
		t.Errorf("read back: %v, %v", rows, err)
	}
	rows, err = merge(content, []row{rowWith("Terraform", "1.8.5", 4), rowWith("Terraform", "1.16.4", 4)})
	if err != nil || len(rows) != 4 || !strings.Contains(table(rows), "| lowest Terraform that can | 1.8.5 | 1.8.5 | 1.8.5 | 1.8.5 | – |") {
		t.Errorf("merged: %v, %v", rows, err)
	}
}
