//go:build unix

package safefile_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/safefile"
)

// Nothing waits for the other end of a pipe, which need not come.
func TestPipesAreRefusedAtOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip(err)
	}
	_, errRead := safefile.Read(path, 1)
	_, errDirect := safefile.ReadDirect(path, 1)
	_, errAppend := safefile.Append(path)
	for name, err := range map[string]error{"Read": errRead, "ReadDirect": errDirect, "Append": errAppend, "Replace": safefile.Replace(path, nil)} {
		if err == nil || !strings.Contains(err.Error(), "is not a regular file") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Whoever owns a file reads what is added to it, and a second name can be anywhere.
func TestAppendRefusesFilesThatOthersReach(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	linked, others := filepath.Join(dir, "linked"), filepath.Join(dir, "others")
	put(t, linked, "x")
	if err := os.Link(linked, linked+".too"); err != nil {
		t.Skip(err)
	}
	if _, err := safefile.Append(linked); err == nil || !strings.Contains(err.Error(), "has more than one name") {
		t.Errorf("a second name: %v", err)
	}
	put(t, others, "x")
	if err := os.Chmod(others, 0o666); err != nil { //nolint:gosec // as others would plant it
		t.Fatal(err)
	}
	if err := os.Chown(others, 65534, 65534); err != nil {
		t.Skip(err)
	}
	if _, err := safefile.Append(others); err == nil || !strings.Contains(err.Error(), "belongs to another user") {
		t.Errorf("a file of another user: %v", err)
	}
	if got, err := os.ReadFile(others); err != nil || string(got) != "x" {
		t.Errorf("it became %q, %v", got, err)
	}
}
