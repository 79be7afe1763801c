// Package e2e tests the binaries of the provider and its tools with the real
// Terraform or OpenTofu, where a test in process can't: processes that are
// killed, logs on stderr, state and plan files, rate limits, examples.
package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/acctest"
)

// binaries are built once for all tests of the package, into a folder that
// TestMain removes.
var (
	binaries   string
	buildError = sync.OnceValue(func() error {
		cmd := exec.Command("go", "build", "-o", binaries+string(filepath.Separator), "../..", "../../cmd/...")
		if output, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("go build: %w\n%s", err, output)
		}
		return nil
	})
)

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "talonone-e2e-")
	if err != nil {
		panic(err)
	}
	binaries = dir
	code := m.Run()
	if err := os.RemoveAll(dir); err != nil && code == 0 {
		code = 1
	}
	os.Exit(code)
}

// cli is Terraform or OpenTofu in a folder of its own, with the provider's
// binary in place of a release.
type cli struct {
	t       *testing.T
	dir     string
	program string
	env     []string
}

// newCLI writes config into a new folder and points the environment at a
// deployment. It skips the test on machines without a CLI.
func newCLI(t *testing.T, url, config string) *cli {
	t.Helper()
	program := findCLI(t)
	if err := buildError(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	// A copy of its own lets a test find, and kill, the processes of its provider.
	provider := filepath.Join(dir, "bin")
	if err := os.Mkdir(provider, 0o700); err != nil {
		t.Fatal(err)
	}
	const name = "terraform-provider-talonone"
	if err := os.Link(filepath.Join(binaries, name), filepath.Join(provider, name)); err != nil {
		t.Fatal(err)
	}
	settings := filepath.Join(dir, "cli.tfrc")
	overrides := fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"registry.terraform.io/talon-one/talonone\" = %q\n    \"registry.opentofu.org/talon-one/talonone\" = %q\n  }\n  direct {}\n}\n", provider, provider)
	c := &cli{t: t, dir: dir, program: program, env: append(os.Environ(),
		"TF_CLI_CONFIG_FILE="+settings, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "TF_INPUT=0", "TF_LOG=", "TF_LOG_PROVIDER=",
		"TALONONE_BASE_URL="+url,
		"TALONONE_INTEGRATION_API_KEY="+acctest.IntegrationKey,
		"TALONONE_MANAGEMENT_API_KEY="+acctest.ManagementKey,
	)}
	if err := os.WriteFile(settings, []byte(overrides), 0o600); err != nil {
		t.Fatal(err)
	}
	c.configure(config)
	return c
}

// configure replaces the configuration.
func (c *cli) configure(config string) {
	c.t.Helper()
	c.write("main.tf", "terraform {\n  required_providers {\n    talonone = { source = \"talon-one/talonone\" }\n  }\n}\n"+config)
}

func findCLI(t *testing.T) string {
	t.Helper()
	for _, candidate := range []string{os.Getenv("TF_ACC_TERRAFORM_PATH"), "terraform", "tofu"} {
		if program, err := exec.LookPath(candidate); err == nil {
			return program
		}
	}
	t.Skip("neither terraform nor tofu is on the PATH, and TF_ACC_TERRAFORM_PATH names none")
	return ""
}

func (c *cli) write(name, content string) {
	c.t.Helper()
	if err := os.WriteFile(filepath.Join(c.dir, name), []byte(content), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// run returns what the command printed, and its exit code.
func (c *cli) run(args ...string) (string, int) {
	c.t.Helper()
	cmd := exec.CommandContext(c.t.Context(), c.program, args...)
	cmd.Dir, cmd.Env = c.dir, c.env
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		c.t.Fatal(err)
	}
	return output.String(), cmd.ProcessState.ExitCode()
}

// stdout is what a command that succeeds writes to standard output alone: warnings go elsewhere.
func (c *cli) stdout(args ...string) string {
	c.t.Helper()
	cmd := exec.CommandContext(c.t.Context(), c.program, args...)
	cmd.Dir, cmd.Env, cmd.Stderr = c.dir, c.env, c.t.Output()
	output, err := cmd.Output()
	if err != nil {
		c.t.Fatalf("%v: %v\n%s", args, err, output)
	}
	return string(output)
}

// must runs a command that has to end with one exit code.
func (c *cli) must(code int, args ...string) string {
	c.t.Helper()
	output, got := c.run(args...)
	if got != code {
		c.t.Fatalf("%v ended with %d, want %d:\n%s", args, got, code, output)
	}
	return output
}

// killProvider kills, with SIGKILL, every process of this CLI's provider, and
// says how many there were.
func (c *cli) killProvider() int {
	killed := 0
	links, _ := filepath.Glob("/proc/[0-9]*/exe")
	for _, link := range links {
		target, err := os.Readlink(link)
		if err != nil || filepath.Dir(target) != filepath.Join(c.dir, "bin") {
			continue
		}
		var pid int
		if _, err := fmt.Sscanf(link, "/proc/%d/exe", &pid); err != nil {
			continue
		}
		if process, err := os.FindProcess(pid); err == nil && process.Kill() == nil {
			killed++
		}
	}
	return killed
}

func (c *cli) read(name string) string {
	c.t.Helper()
	content, err := os.ReadFile(filepath.Join(c.dir, name))
	if err != nil {
		c.t.Fatal(err)
	}
	return string(content)
}
