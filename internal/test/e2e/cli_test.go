// Package e2e tests the binaries of the provider and its tools with the real
// Terraform or OpenTofu, where a test in process can't: processes that are
// killed, logs on stderr, state and plan files, rate limits, examples.
package e2e

import (
	"os"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/terraformcli"
)

var binaries terraformcli.Binaries

func TestMain(m *testing.M) { os.Exit(binaries.Run(m)) }

// cli is a folder with a configuration.
type cli struct {
	*terraformcli.CLI
	t *testing.T
}

// newCLI writes config into a new folder and points the environment at a
// deployment. It skips the test on machines without a CLI.
func newCLI(t *testing.T, url, config string) *cli {
	t.Helper()
	c := &cli{CLI: terraformcli.New(t, &binaries, url), t: t}
	c.configure(config)
	return c
}

// configure replaces the configuration.
func (c *cli) configure(config string) {
	c.t.Helper()
	c.Write("main.tf", ownProvider+config)
}

// ownProvider is what every module needs.
const ownProvider = "terraform {\n  required_providers {\n    talonone = { source = \"talon-one/talonone\" }\n  }\n}\n"

// must runs a command that has to end with one exit code.
func (c *cli) must(code int, args ...string) string {
	c.t.Helper()
	output, got := c.Run(args...)
	if got != code {
		c.t.Fatalf("%v ended with %d, want %d:\n%s", args, got, code, output)
	}
	return output
}
