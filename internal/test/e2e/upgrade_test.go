package e2e

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// releases holds, in a folder for each release, a configuration with every resource, the state that the release wrote
// for it, the deployment that it left and the schemas that it had.
var releases = filepath.Join("..", "..", "provider", "testdata", "releases")

var recordRelease = flag.String("record-release", "", "apply testdata/releases/VERSION/main.tf with today's provider, and keep the state, the deployment and the schemas")

// TestStatesOfReleasesPlanEmpty is what the first plan after an upgrade is: a state of an earlier release, the deployment
// that it describes, and a configuration that nobody has changed.
func TestStatesOfReleasesPlanEmpty(t *testing.T) {
	t.Parallel()
	if *recordRelease != "" {
		record(t, filepath.Join(releases, *recordRelease))
	}
	folders, err := filepath.Glob(filepath.Join(releases, "*"))
	if err != nil || len(folders) == 0 {
		t.Fatalf("no releases in %s: %v", releases, err)
	}
	for _, folder := range folders {
		t.Run(filepath.Base(folder), func(t *testing.T) {
			t.Parallel()
			data := filepath.Join(t.TempDir(), "data.json")
			copyFile(t, filepath.Join(folder, "deployment.json"), data)
			d := acctest.Start(t, func(o *emulator.Options) { o.DataFile = data })
			c := releaseCLI(t, d, folder)
			state, err := os.ReadFile(filepath.Join(folder, "state.json"))
			if err != nil {
				t.Fatal(err)
			}
			c.Write("terraform.tfstate", strings.ReplaceAll(string(state), deployment, d.URL))

			if output, code := c.Run("plan", "-detailed-exitcode", "-no-color"); code != 0 {
				t.Errorf("the plan ended with %d:\n%s", code, clip(output))
			}
			expectNoWrites(t, d)

			// The state is good for more than a plan.
			c.giveUpProtection()
			c.must(0, "apply", "-auto-approve", "-no-color")
			output := c.must(0, "destroy", "-auto-approve", "-no-color")
			if strings.Contains(output, "Resources: 0 destroyed") {
				t.Errorf("nothing was destroyed:\n%s", clip(output))
			}
			if state := c.must(0, "state", "list"); state != "" {
				t.Errorf("after the destroy there is\n%s", state)
			}
		})
	}
}

// releaseCLI has the configuration of a release, which comes with its provider block.
func releaseCLI(t *testing.T, d *acctest.Deployment, folder string) *cli {
	t.Helper()
	c := newCLI(t, d.URL, "")
	for _, pattern := range []string{"*.tf", "*.csv"} {
		files, err := filepath.Glob(filepath.Join(folder, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			copyFile(t, file, filepath.Join(c.Dir, filepath.Base(file)))
		}
	}
	return c
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	content, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// record writes the fixtures of a release that is about to be made.
func record(t *testing.T, folder string) {
	t.Helper()
	d := acctest.Start(t)
	c := releaseCLI(t, d, folder)
	c.must(0, "apply", "-auto-approve", "-no-color")
	content, err := d.Server.State()
	if err != nil {
		t.Fatal(err)
	}
	server, err := acctest.Factories()["talonone"]()
	if err != nil {
		t.Fatal(err)
	}
	types, err := acctest.StateTypesOf(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"state.json": []byte(strings.ReplaceAll(c.Read("terraform.tfstate"), d.URL, deployment)), "deployment.json": content, "schemas.json": types.JSON(t),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
