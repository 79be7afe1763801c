package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hc-install/product"
	"github.com/hashicorp/hc-install/releases"
)

// installTerraform puts the newest Terraform into dir and returns its path.
func installTerraform(ctx context.Context, dir string) (string, error) {
	headline("There is no terraform or tofu on the PATH: installing the newest Terraform into " + dir)
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return "", err
	}
	path, err := (&releases.LatestVersion{Product: product.Terraform, InstallDir: dir}).Install(ctx)
	if err != nil {
		return "", fmt.Errorf("installing Terraform: %w\n\n"+
			"The demo needs Terraform 1.11 or later, or OpenTofu. Install one and run it again:\n"+
			"  https://developer.hashicorp.com/terraform/install\n"+
			"  https://opentofu.org/docs/intro/install/\n"+
			"One that is not on the PATH: make demo CLI=/path/to/terraform", err)
	}
	return path, nil
}

// terraform is a Terraform or OpenTofu with a working folder of its own.
type terraform struct {
	cli string
	dir string
	env []string
}

// newTerraform copies the configuration into a folder below dir and makes cli use the provider in the build folder
// there, whatever the user's own CLI configuration and environment say.
func newTerraform(cli, build, dir, config, url string) (*terraform, error) {
	tf := &terraform{cli: cli, dir: filepath.Join(dir, "config")}
	if err := os.CopyFS(tf.dir, os.DirFS(config)); err != nil {
		return nil, fmt.Errorf("copying the configuration: %w", err)
	}
	cliConfig := filepath.Join(dir, "demo.tfrc")
	if err := os.WriteFile(cliConfig, fmt.Appendf(nil, `
provider_installation {
  dev_overrides {
    "registry.terraform.io/talon-one/talonone" = %[1]q
    "registry.opentofu.org/talon-one/talonone" = %[1]q
  }
  direct {}
}
`, build), 0o600); err != nil {
		return nil, err
	}

	tf.env = slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return strings.HasPrefix(variable, "TF_") || strings.HasPrefix(variable, "TALONONE_")
	})
	tf.env = append(tf.env,
		"TF_CLI_CONFIG_FILE="+cliConfig,
		"TF_DATA_DIR="+filepath.Join(dir, "data"),
		"TF_IN_AUTOMATION=1",
		"TF_INPUT=0",
		"CHECKPOINT_DISABLE=1",
		"TALONONE_BASE_URL="+url,
		"TALONONE_INTEGRATION_API_KEY="+integrationKey,
		"TALONONE_MANAGEMENT_API_KEY="+managementKey,
	)
	if !colorful() {
		tf.env = append(tf.env, "TF_CLI_ARGS=-no-color")
	}
	return tf, nil
}

// run shows a command and what it prints, and returns the latter. Any other exit code than want is an error.
func (tf *terraform) run(ctx context.Context, want int, args ...string) (string, error) {
	fmt.Printf("$ %s %s\n", filepath.Base(tf.cli), strings.Join(args, " "))
	cmd := tf.command(ctx, args...)
	var buffer bytes.Buffer
	cmd.Stdout, cmd.Stderr = &buffer, &buffer
	err := cmd.Run()
	output := overridesWarning.ReplaceAllString(buffer.String(), "")
	fmt.Print(output)

	got := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.Exited() {
		got = exit.ExitCode()
	} else if err != nil {
		return "", fmt.Errorf("running %s: %w", tf.cli, err)
	}
	if got != want {
		return "", fmt.Errorf("%s %s ended with exit code %d, where %d is right", filepath.Base(tf.cli), args[0], got, want)
	}
	return output, nil
}

// overridesWarning is the warning about development overrides, with which every command begins: in a frame on a
// terminal, without one elsewhere.
var overridesWarning = regexp.MustCompile(`(?s)\S*╷[^╵]*Provider development overrides[^╵]*╵\S*\n|` +
	`\nWarning: Provider development overrides.*?releases\.\n`)

func (tf *terraform) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, tf.cli, args...)
	cmd.Dir, cmd.Env = tf.dir, tf.env
	// Terraform ends in an orderly way at the first interrupt and abruptly at the second.
	cmd.SysProcAttr = ownProcessGroup()
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 20 * time.Second
	return cmd
}

// colorful tells whether a person watches; what Terraform writes into a pipe would be colored too.
func colorful() bool {
	info, err := os.Stdout.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("NO_COLOR") == ""
}

// audience is a managed audience as Terraform's state holds it.
type audience struct {
	Address string
	ID      json.Number
	Name    string
}

// firstAudience returns the first audience in the state.
func (tf *terraform) firstAudience(ctx context.Context) (*audience, error) {
	cmd := tf.command(ctx, "show", "-json")
	cmd.Stderr = os.Stderr
	stdout, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("reading the state: %w", err)
	}
	var state struct {
		Values struct {
			RootModule struct {
				Resources []struct {
					Address string `json:"address"`
					Type    string `json:"type"`
					Values  struct {
						ID   json.Number `json:"id"`
						Name string      `json:"name"`
					} `json:"values"`
				} `json:"resources"`
			} `json:"root_module"`
		} `json:"values"`
	}
	if err := json.Unmarshal(stdout, &state); err != nil {
		return nil, fmt.Errorf("reading the state: %w", err)
	}
	for _, r := range state.Values.RootModule.Resources {
		if r.Type == "talonone_audience" {
			return &audience{Address: r.Address, ID: r.Values.ID, Name: r.Values.Name}, nil
		}
	}
	return nil, errors.New("there is no talonone_audience in the state")
}
