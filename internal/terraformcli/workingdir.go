// Package terraformcli runs the real Terraform or OpenTofu in a scratch folder, with a build of the
// provider in place of a release. The development tools and the benchmark use WorkingDir; tests use
// CLI, which adds the provider's binary and ends a test that cannot go on.
package terraformcli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Keys of the emulator's default fixture, which every WorkingDir gives to the provider.
const (
	IntegrationKey = "demo-integration-key"
	ManagementKey  = "demo-management-key"
)

// ConfigFile is the name of the CLI's configuration file in a WorkingDir. It lists the development
// overrides.
const ConfigFile = "cli.tfrc"

// interruptGrace is how long an interrupted CLI has to save its state before it is killed.
const interruptGrace = time.Minute

// Options say what a WorkingDir runs, and against which deployment.
type Options struct {
	// Program is Terraform or OpenTofu: a path, or a name on the PATH.
	Program string
	// Dir is the folder in which the commands run. It is created where it does not exist.
	Dir string
	// ProviderDir is the folder with the provider's binary.
	ProviderDir string
	// URL is the deployment's base URL.
	URL string
}

// WorkingDir is a folder in which Terraform or OpenTofu uses a build of the provider, whatever the
// user's own CLI configuration and environment say. A copy with another Dir shares the rest.
type WorkingDir struct {
	Dir     string
	Program string
	// Env is the whole environment of the commands. Callers append to it.
	Env []string
}

// NewWorkingDir creates the folder and the CLI's configuration file in it.
func NewWorkingDir(o Options) (*WorkingDir, error) {
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, err
	}
	provider, err := filepath.Abs(o.ProviderDir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	config := filepath.Join(dir, ConfigFile)
	if err := os.WriteFile(config, fmt.Appendf(nil, `provider_installation {
  dev_overrides {
    "registry.terraform.io/talon-one/talonone" = %[1]q
    "registry.opentofu.org/talon-one/talonone" = %[1]q
  }
  direct {}
}
`, provider), 0o600); err != nil {
		return nil, err
	}
	return &WorkingDir{Dir: dir, Program: o.Program, Env: append(Environ(config),
		"TALONONE_BASE_URL="+o.URL,
		"TALONONE_INTEGRATION_API_KEY="+IntegrationKey,
		"TALONONE_MANAGEMENT_API_KEY="+ManagementKey,
	)}, nil
}

// Environ is the environment of this process for a CLI with a configuration file, without the user's
// own settings of Terraform, OpenTofu and the provider.
func Environ(configFile string) []string {
	env := slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return strings.HasPrefix(variable, "TF_") || strings.HasPrefix(variable, "TALONONE_")
	})
	return append(env, "TF_CLI_CONFIG_FILE="+configFile, "TF_IN_AUTOMATION=1", "TF_INPUT=0", "CHECKPOINT_DISABLE=1")
}

// Command is a command that has not been started. When ctx ends it is interrupted once, as the CLI
// needs to stop the provider and save the state.
func (w *WorkingDir) Command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, w.Program, args...)
	cmd.Dir, cmd.Env = w.Dir, w.Env
	cmd.SysProcAttr = OwnProcessGroup()
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = interruptGrace
	return cmd
}

// Run runs a command and returns its output and exit code. It fails only where the command could not
// be run to its end.
func (w *WorkingDir) Run(ctx context.Context, args ...string) (output string, code int, err error) {
	return run(ctx, w.Command(ctx, args...))
}

func run(ctx context.Context, cmd *exec.Cmd) (output string, code int, err error) {
	var buffer bytes.Buffer
	cmd.Stdout, cmd.Stderr = &buffer, &buffer
	err = cmd.Run()
	if ctx.Err() != nil {
		return buffer.String(), -1, ctx.Err()
	}
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.Exited() {
		return buffer.String(), exit.ExitCode(), nil
	}
	if err != nil {
		return buffer.String(), -1, fmt.Errorf("running %s: %w", filepath.Base(cmd.Path), err)
	}
	return buffer.String(), 0, nil
}
