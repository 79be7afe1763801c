package trust

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/talon-one/terraform-provider-talonone/internal/terraformcli"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

var binaries terraformcli.Binaries

// Most of their time the cells wait for reads that lag, and for repetitions.
func TestMain(m *testing.M) {
	terraformcli.RunAtATime(16)
	os.Exit(binaries.Run(m))
}

// sampled are the resources whose commands every run of the tests tries; `make trust` tries those of all.
var sampled = []string{"talonone_audience", "talonone_catalog_items"}

// shell is the real CLI in a folder.
type shell struct {
	scene

	cli *terraformcli.CLI
}

// configure writes a configuration.
func (s shell) configure(config acctest.Config) {
	s.Helper()
	blocks := make(map[string]map[string]attributes)
	for address, block := range config {
		if blocks[block.Type] == nil {
			blocks[block.Type] = make(map[string]attributes)
		}
		blocks[block.Type][address] = block.Attributes
	}
	text, err := json.Marshal(map[string]any{
		"terraform": map[string]any{"required_providers": map[string]any{"talonone": map[string]any{"source": "talon-one/talonone"}}},
		"provider": map[string]any{"talonone": map[string]any{
			"base_url": s.d.URL, "integration_api_key": acctest.IntegrationKey, "management_api_key": acctest.ManagementKey,
			"management_requests_per_second": 10000,
		}},
		"resource": blocks,
	})
	if err != nil {
		s.Fatal(err)
	}
	s.cli.Write("main.tf.json", string(text))
}

// run runs a command that ends with an exit code.
func (s shell) run(code int, args ...string) string {
	s.Helper()
	output, got := s.cli.Run(append(args, "-no-color")...)
	if got != code || strings.Contains(output, "bug in the provider") {
		s.Fatalf("%v ended with %d, want %d:\n%s", args, got, code, output)
	}
	return output
}

// same checks that the deployment holds what it held.
func (s shell) same(before []string, after string) {
	s.Helper()
	if diff := cmp.Diff(before, rowsIn(s, s.d, s.subject)); diff != "" {
		s.Errorf("rows in the deployment after %s (-before +after):\n%s", after, diff)
	}
}

// realCommands goes through the commands of Terraform in one folder.
func realCommands(t *testing.T, of subject) {
	if !*update && !slices.Contains(sampled, of.kind) {
		t.Skip("make trust runs it")
	}
	s := shell{scene: stage(t, of)}
	s.cli = terraformcli.New(t, &binaries, s.d.URL)
	s.cli.OwnProcesses = true // as for users
	s.configure(s.one(s.config(s.initial()...)))
	s.run(0, "plan", "-out=saved")
	s.run(0, "apply", "saved")
	held := rowsIn(s, s.d, s.subject)
	s.run(0, "plan", "-detailed-exitcode")

	if s.once && !s.runs {
		// What these make is theirs, and so is what they destroy.
		s.cli.Write("it.tftest.hcl", "run \"made\" {\n  command = apply\n}\n")
		s.run(0, "test")
		s.same(held, "terraform test")
		s.run(0, "workspace", "new", "other")
		s.run(0, "apply", "-auto-approve")
		s.run(0, "destroy", "-auto-approve")
		s.same(held, "a second workspace")
		s.run(0, "workspace", "select", "default")
	}
	if s.put != nil {
		replaced := 0
		if s.final {
			replaced = 1
		}
		s.run(replaced, "apply", "-auto-approve", "-replace="+s.kind+".it")
		if !s.once || s.bulk {
			s.same(held, "-replace")
		}
		s.run(0, "plan", "-detailed-exitcode")

		renamed := acctest.Config{"renamed": {Type: s.kind, Attributes: s.config(s.initial()...)}}
		s.configure(renamed)
		if s.irreversible && !s.once {
			s.run(1, "apply", "-auto-approve")
			s.same(held, "a renamed key")
			s.configure(s.one(s.config(s.initial()...)))
		} else {
			s.run(0, "apply", "-auto-approve")
			s.run(0, "plan", "-detailed-exitcode")
		}
	}
	s.run(0, "destroy", "-auto-approve")
	if s.put != nil {
		s.holds()
	}
}
