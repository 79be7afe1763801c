package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// exampleCLI is a CLI in a copy of a folder under examples/.
func exampleCLI(t *testing.T, url, folder string) *cli {
	t.Helper()
	c := newCLI(t, url, "")
	if err := os.Remove(filepath.Join(c.Dir, "main.tf")); err != nil {
		t.Fatal(err)
	}
	copyExample(t, filepath.Join("..", "..", "..", "examples", folder), c)
	return c
}

// TestModulesAreTestable runs `terraform test` in the example: the mocked tests without a deployment, the others against
// one.
func TestModulesAreTestable(t *testing.T) {
	t.Parallel()
	t.Run("mocked", func(t *testing.T) {
		t.Parallel()
		c := exampleCLI(t, "http://127.0.0.1:1", "terraform-test")
		output := c.must(0, "test", "-no-color", "-filter=tests/mocked.tftest.hcl")
		if !strings.Contains(output, "4 passed, 0 failed") {
			t.Errorf("not everything ran:\n%s", output)
		}
	})
	t.Run("emulator", func(t *testing.T) {
		t.Parallel()
		d := acctest.Start(t)
		c := exampleCLI(t, d.URL, "terraform-test")
		output := c.must(0, "test", "-no-color", "-filter=tests/emulator.tftest.hcl")
		if !strings.Contains(output, "3 passed, 0 failed") {
			t.Errorf("not everything ran:\n%s", output)
		}
		if left := d.Audiences(t); len(left) != 0 {
			t.Errorf("left behind: %v", left)
		}
	})
}
