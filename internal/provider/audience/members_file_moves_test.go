package audience_test

import (
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// A file that has moved, and lists what the state lists, is not read where it was.
func TestMembersFileMayMoveWhileSomethingElseChanges(t *testing.T) {
	t.Parallel()
	p := newPersona(t)
	folder := t.TempDir()
	at := func(name string) string { return filepath.Join(folder, name) }
	for _, name := range []string{"before.txt", "after.txt"} {
		if err := os.WriteFile(at(name), []byte("anna\nben\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	written := func(name string, more acctest.Attributes) acctest.Config {
		attributes := acctest.Attributes{"audience_id": 701, "members_file": acctest.Attributes{"path": at(name)}}
		maps.Copy(attributes, more)
		return acctest.Config{"it": {Type: "talonone_audience_memberships", Attributes: attributes}}
	}
	if problem := p.w.Apply(t, written("before.txt", nil), acctest.PlanOptions{}); problem != "" {
		t.Fatal(problem)
	}
	if err := os.Remove(at("before.txt")); err != nil {
		t.Fatal(err)
	}
	for _, more := range []acctest.Attributes{{"max_removal_percent": 10}, {"ownership": "exclusive"}} {
		if problem := p.w.Apply(t, written("after.txt", more), acctest.PlanOptions{}); problem != "" {
			t.Fatal(problem)
		}
	}
	p.in(701)
}
