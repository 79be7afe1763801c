package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/hashicorp/hc-install/product"
	"github.com/hashicorp/hc-install/releases"

	"github.com/talon-one/terraform-provider-talonone/internal/terraformcli"
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

// terraform is a Terraform or OpenTofu with a copy of the configuration.
type terraform struct{ *terraformcli.WorkingDir }

// newTerraform copies the configuration into a folder below dir and makes cli use the provider in the build folder
// there.
func newTerraform(cli, build, dir, config, url string) (*terraform, error) {
	work, err := terraformcli.NewWorkingDir(terraformcli.Options{Program: cli, Dir: filepath.Join(dir, "config"), ProviderDir: build, URL: url})
	if err != nil {
		return nil, err
	}
	if err := os.CopyFS(work.Dir, os.DirFS(config)); err != nil {
		return nil, fmt.Errorf("copying the configuration: %w", err)
	}
	work.Env = append(work.Env, "TF_DATA_DIR="+filepath.Join(dir, "data"))
	if !colorful() {
		work.Env = append(work.Env, "TF_CLI_ARGS=-no-color")
	}
	return &terraform{work}, nil
}

// run shows a command and what it prints, and returns the latter. Any other exit code than want is an error.
func (tf *terraform) run(ctx context.Context, want int, args ...string) (string, error) {
	program := filepath.Base(tf.Program)
	fmt.Printf("$ %s %s\n", program, strings.Join(args, " "))
	output, got, err := tf.Run(ctx, args...)
	output = overridesWarning.ReplaceAllString(output, "")
	fmt.Print(output)
	if err != nil {
		return "", err
	}
	if got != want {
		return "", fmt.Errorf("%s %s ended with exit code %d, where %d is right", program, args[0], got, want)
	}
	return output, nil
}

// overridesWarning is the warning about development overrides, with which every command begins: in a frame on a
// terminal, without one elsewhere.
var overridesWarning = regexp.MustCompile(`(?s)\S*╷[^╵]*Provider development overrides[^╵]*╵\S*\n|` +
	`\nWarning: Provider development overrides.*?releases\.\n`)

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
	cmd := tf.Command(ctx, "show", "-json")
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
