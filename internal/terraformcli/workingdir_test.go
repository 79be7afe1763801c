//go:build unix

package terraformcli_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/terraformcli"
)

// newWorkingDir is a folder in which a shell script takes the CLI's place.
func newWorkingDir(t *testing.T, script string) *terraformcli.WorkingDir {
	t.Helper()
	dir := t.TempDir()
	program := filepath.Join(dir, "terraform")
	if err := os.WriteFile(program, []byte("#!/bin/sh\n"+script), 0o700); err != nil { //nolint:gosec // a program must be executable
		t.Fatal(err)
	}
	w, err := terraformcli.NewWorkingDir(terraformcli.Options{
		Program: program, Dir: filepath.Join(dir, "new", "folder"), ProviderDir: dir, URL: "http://127.0.0.1:1",
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestEnvironmentHasNoneOfTheUsersSettings(t *testing.T) {
	for _, name := range []string{"TF_CLI_ARGS", "TF_LOG", "TF_REATTACH_PROVIDERS", "TALONONE_BASE_URL", "TALONONE_MANAGEMENT_TOKEN"} {
		t.Setenv(name, "of the user")
	}
	t.Setenv("KEPT", "kept")
	w := newWorkingDir(t, "env\n")
	output, code, err := w.Run(t.Context())
	if err != nil || code != 0 {
		t.Fatalf("%d, %v", code, err)
	}
	lines := strings.Split(output, "\n")
	for _, line := range []string{
		"KEPT=kept", "TALONONE_BASE_URL=http://127.0.0.1:1", "TF_CLI_CONFIG_FILE=" + filepath.Join(w.Dir, terraformcli.ConfigFile),
		"TALONONE_INTEGRATION_API_KEY=" + terraformcli.IntegrationKey, "TALONONE_MANAGEMENT_API_KEY=" + terraformcli.ManagementKey,
	} {
		if !slices.Contains(lines, line) {
			t.Errorf("%s is missing in\n%s", line, output)
		}
	}
	if strings.Contains(output, "of the user") {
		t.Errorf("the user's own settings are in\n%s", output)
	}
}

func TestRunReturnsOutputAndExitCode(t *testing.T) {
	t.Parallel()
	w := newWorkingDir(t, "pwd; echo \"$@\" >&2; exit 2\n")
	output, code, err := w.Run(t.Context(), "plan", "-detailed-exitcode")
	if err != nil || code != 2 {
		t.Errorf("exit code %d, %v", code, err)
	}
	if want := w.Dir + "\nplan -detailed-exitcode\n"; output != want {
		t.Errorf("got %q, want %q", output, want)
	}
	if _, _, err := newWorkingDir(t, "kill -9 $$\n").Run(t.Context()); err == nil {
		t.Error("a program that was killed has no error")
	}
	missing := *w
	missing.Program = filepath.Join(w.Dir, "missing")
	if _, _, err := missing.Run(t.Context()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestCommandIsInterruptedInAnOrderlyWay(t *testing.T) {
	t.Parallel()
	w := newWorkingDir(t, "trap 'kill $!; echo saved; exit 1' INT\nsleep 60 > /dev/null 2>&1 &\necho started\nwait\n")
	ctx, cancel := context.WithCancel(t.Context())
	cmd := w.Command(ctx)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(stdout)
	if line, err := lines.ReadString('\n'); line != "started\n" {
		t.Fatalf("got %q, %v", line, err)
	}
	cancel()
	if rest, err := io.ReadAll(lines); err != nil || string(rest) != "saved\n" {
		t.Errorf("after the interrupt it printed %q, %v", rest, err)
	}
	if err := cmd.Wait(); err == nil {
		t.Error("an interrupted command has no error")
	}
}
