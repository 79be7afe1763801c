// Package terraformcli runs the real Terraform or OpenTofu with the provider's binary,
// for tests of what no provider in process shows: processes that are killed or
// interrupted, logs on stderr, files of states and plans.
package terraformcli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

const (
	providerName = "terraform-provider-talonone"
	modulePath   = "github.com/talon-one/terraform-provider-talonone"
)

// Binaries are those of the provider and its tools, which the first use builds.
type Binaries struct {
	// Dir is the folder that they are in.
	Dir string

	once  sync.Once
	error error
}

// Run is the body of a package's TestMain: it gives the binaries a folder for as
// long as the tests run.
func (b *Binaries) Run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "talonone-binaries-")
	if err != nil {
		panic(err)
	}
	b.Dir = dir
	code := m.Run()
	if err := os.RemoveAll(dir); err != nil && code == 0 {
		code = 1
	}
	return code
}

// Build builds them, once.
func (b *Binaries) Build(t testing.TB) {
	t.Helper()
	b.once.Do(func() {
		cmd := exec.CommandContext(context.WithoutCancel(t.Context()), "go", "build", "-o", b.Dir+string(filepath.Separator), modulePath, modulePath+"/cmd/...")
		if output, err := cmd.CombinedOutput(); err != nil {
			b.error = fmt.Errorf("go build: %w\n%s", err, output)
		}
	})
	if b.error != nil {
		t.Fatal(b.error)
	}
}

// CLI is Terraform or OpenTofu in a folder of its own, with the provider's binary
// in place of a release.
type CLI struct {
	Dir     string
	Program string
	Env     []string

	t testing.TB
}

// New makes a folder and points the environment at a deployment. It skips the
// test on machines without a CLI.
func New(t testing.TB, binaries *Binaries, url string) *CLI {
	t.Helper()
	program := Find(t)
	binaries.Build(t)
	dir := t.TempDir()
	// A copy of its own lets a test find, and kill, the processes of its provider.
	provider := filepath.Join(dir, "bin")
	if err := os.Mkdir(provider, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(filepath.Join(binaries.Dir, providerName), filepath.Join(provider, providerName)); err != nil {
		t.Fatal(err)
	}
	overrides := fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"registry.terraform.io/talon-one/talonone\" = %q\n    \"registry.opentofu.org/talon-one/talonone\" = %q\n  }\n  direct {}\n}\n", provider, provider)
	c := &CLI{t: t, Dir: dir, Program: program, Env: append(os.Environ(),
		"TF_CLI_CONFIG_FILE="+filepath.Join(dir, "cli.tfrc"), "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "TF_INPUT=0", "TF_LOG=", "TF_LOG_PROVIDER=",
		"TALONONE_BASE_URL="+url,
		"TALONONE_INTEGRATION_API_KEY="+acctest.IntegrationKey,
		"TALONONE_MANAGEMENT_API_KEY="+acctest.ManagementKey,
	)}
	c.Write("cli.tfrc", overrides)
	return c
}

// Find is the CLI that the tests use.
func Find(t testing.TB) string {
	t.Helper()
	for _, candidate := range []string{os.Getenv("TF_ACC_TERRAFORM_PATH"), "terraform", "tofu"} {
		if program, err := exec.LookPath(candidate); err == nil {
			return program
		}
	}
	t.Skip("neither terraform nor tofu is on the PATH, and TF_ACC_TERRAFORM_PATH names none")
	return ""
}

// Write writes a file of the folder.
func (c *CLI) Write(name, content string) {
	c.t.Helper()
	if err := os.WriteFile(filepath.Join(c.Dir, name), []byte(content), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// Read reads a file of the folder.
func (c *CLI) Read(name string) string {
	c.t.Helper()
	content, err := os.ReadFile(filepath.Join(c.Dir, name))
	if err != nil {
		c.t.Fatal(err)
	}
	return string(content)
}

// Command is a command in the folder that has not been started.
func (c *CLI) Command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(c.t.Context(), c.Program, args...)
	cmd.Dir, cmd.Env = c.Dir, c.Env
	return cmd
}

// Run returns what a command printed, and its exit code.
func (c *CLI) Run(args ...string) (string, int) {
	c.t.Helper()
	cmd := c.Command(args...)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	err := cmd.Run()
	if _, ended := errors.AsType[*exec.ExitError](err); err != nil && !ended {
		c.t.Fatal(err)
	}
	return output.String(), cmd.ProcessState.ExitCode()
}

// KillProvider kills, with SIGKILL, every process of this CLI's provider, and
// says how many there were. It needs /proc.
func (c *CLI) KillProvider() int { return c.SignalProvider(os.Kill) }

// SignalProvider is KillProvider with a signal of the test's choice.
func (c *CLI) SignalProvider(signal os.Signal) int {
	sent := 0
	links, _ := filepath.Glob("/proc/[0-9]*/exe")
	for _, link := range links {
		target, err := os.Readlink(link)
		if err != nil || filepath.Dir(target) != filepath.Join(c.Dir, "bin") {
			continue
		}
		var pid int
		if _, err := fmt.Sscanf(link, "/proc/%d/exe", &pid); err != nil {
			continue
		}
		if process, err := os.FindProcess(pid); err == nil && process.Signal(signal) == nil {
			sent++
		}
	}
	return sent
}
