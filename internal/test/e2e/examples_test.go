package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// needsNewerCLI are the folders whose files only newer CLIs than the oldest
// supported one accept.
var needsNewerCLI = []string{"actions", "list-resources"}

// seeds make what an example takes for granted: a data source reads what is there.
var seeds = map[string]func(*testing.T, *acctest.Deployment){
	dataSources: func(t *testing.T, d *acctest.Deployment) {
		d.Call(t, http.MethodPost, "/v2/audiences", map[string]any{"name": "VIP customers"}, nil)
		d.Call(t, http.MethodPost, "/v2/audiences", map[string]any{"name": "Buyers", "integration": "segment", "integrationId": "buyers-2026"}, nil)
		d.Call(t, http.MethodPost, "/v1/applications/1/stores", map[string]any{"name": "Harbour Street", "description": "", "integrationId": "harbour-street"}, nil)
		d.Call(t, http.MethodPost, "/v1/collections", map[string]any{"name": "Luxury SKUs"}, nil)
	},
}

// fixtures are the deployments that examples bring with them, instead of the default one.
var fixtures = map[string]string{"promotion-tests": "season.json"}

func readFixture(t *testing.T, file string) *emulator.Fixture {
	t.Helper()
	fixture, err := emulator.ReadFixture(file)
	if err != nil {
		t.Fatal(err)
	}
	return fixture
}

// changedByOthers are the objects of examples that other resources of the same example change after they have been read:
// only the next refresh shows that.
var changedByOthers = map[string][]string{
	// A return changes the session. A closed session counts for its customer.
	"resources/talonone_cart_item_return": {"talonone_customer_session.order"},
	"all-operations":                      {"talonone_customer_profile.anna", "talonone_customer_session.order"},
}

// TestEveryExampleIsApplied applies each folder under examples/ to a fresh emulator, expects a plan that can be reviewed,
// no secret in what is written, an empty plan and a refresh without changes after it, and destroys it again.
func TestEveryExampleIsApplied(t *testing.T) {
	t.Parallel()
	folders := exampleFolders(t)
	folders[dataSources] = gatherDataSources(t, folders)
	for name, folder := range folders {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			skipWithoutNewerCLI(t, name)
			applyExample(t, name, folder, acctest.Lag())
		})
	}
}

// dataSources is the example that gatherDataSources makes.
const dataSources = "data-sources"

// gatherDataSources makes one example of all data sources' that only read, each a module of it: a run costs about the same,
// whatever it reads.
func gatherDataSources(t *testing.T, folders map[string]string) string {
	t.Helper()
	gathered := t.TempDir()
	var modules strings.Builder
	for name, folder := range folders {
		content, err := os.ReadFile(filepath.Join(folder, "data-source.tf"))
		if err != nil || bytes.Contains(content, []byte("resource \"")) {
			continue
		}
		delete(folders, name)
		kind := filepath.Base(folder)
		if err := errors.Join(os.CopyFS(filepath.Join(gathered, kind), os.DirFS(folder)),
			os.WriteFile(filepath.Join(gathered, kind, "versions.tf"), []byte(ownProvider), 0o600)); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&modules, "module %[1]q {\n  source = \"./%[1]s\"\n}\n", kind)
	}
	if err := os.WriteFile(filepath.Join(gathered, "main.tf"), []byte(modules.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return gathered
}

// TALONONE_TEST_CONVENTIONS=read_lag=2s applies all examples like this.
func TestAnExampleIsAppliedWhereReadsLag(t *testing.T) {
	t.Parallel()
	const name = "resources/talonone_audience_memberships"
	applyExample(t, name, exampleFolders(t)[name], time.Second)
}

// exampleFolders are the folders that hold a configuration, by their names below examples/.
func exampleFolders(t *testing.T) map[string]string {
	t.Helper()
	root := filepath.Join("..", "..", "..", "examples")
	folders := make(map[string]string)
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".tf" || strings.HasPrefix(entry.Name(), "import-by-") {
			return err
		}
		name, err := filepath.Rel(root, filepath.Dir(path))
		folders[filepath.ToSlash(name)] = filepath.Dir(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return folders
}

func skipWithoutNewerCLI(t *testing.T, name string) {
	t.Helper()
	for _, kind := range needsNewerCLI {
		if strings.HasPrefix(name, kind) {
			t.Skipf("%s need Terraform 1.14: TestExamplesForNewerCLIsAreValid has them", kind)
		}
	}
}

// applyExample applies an example to the deployment that it takes for granted, whose reads lag behind writes.
func applyExample(t *testing.T, name, folder string, lag time.Duration) {
	t.Helper()
	var emulatorLog bytes.Buffer
	d := acctest.Start(t, func(o *emulator.Options) {
		if lag > 0 {
			o.Conventions = conventions.Values{conventions.ReadLag: lag.String()}
		}
		o.Fixture, o.RequestLog = privateFixture(), &emulatorLog
		if file := fixtures[name]; file != "" {
			o.Fixture = readFixture(t, filepath.Join(folder, file))
		}
		withSecretKeys(o.Fixture)
	})
	if seed := seeds[name]; seed != nil {
		seed(t, d)
		time.Sleep(lag)
	}
	c := newExampleCLI(t, d.URL, folder)
	c.withSecrets(filepath.Join(c.Dir, "trace.log"))
	if lag > 0 {
		c.Env = append(c.Env, "TALONONE_READ_CONSISTENCY="+(3*lag).String())
	}
	c.expectReviewed(c.applySecretly(d, &emulatorLog))
	if name == seasonExample || name == "getting-started" { // tests of their own go on with these
		return
	}
	c.Env = append(c.Env, "TF_LOG=", "TF_LOG_PROVIDER=")
	changed := changedByOthers[name]
	if lag > 0 {
		// What data sources and counts show of a write of the same apply may be behind until the next refresh.
		time.Sleep(lag)
		c.must(0, "apply", "-refresh-only", "-auto-approve", "-no-color")
		changed = nil
	}
	if output, code := c.Run("plan", "-detailed-exitcode", "-no-color"); code != 0 {
		t.Errorf("the plan after the apply ended with %d:\n%s", code, output)
	}
	c.expectRefreshed(changed)
	if c.giveUpProtection() {
		c.must(0, "apply", "-auto-approve", "-no-color")
	}
	c.must(0, "destroy", "-auto-approve", "-no-color")
}

var refreshed = regexp.MustCompile(`(?m)^ *# (\S+) has (?:changed|moved|been deleted)`)

// expectRefreshed has the CLI refresh, and expects that it finds only these objects changed. The text counts: since 1.10,
// Terraform ends a refresh-only plan of any provider with the exit code 2.
func (c *cli) expectRefreshed(changed []string) {
	c.t.Helper()
	output := c.must(0, "plan", "-refresh-only", "-no-color")
	var got []string
	for _, match := range refreshed.FindAllStringSubmatch(output, -1) {
		got = append(got, match[1])
	}
	if slices.Sort(got); !slices.Equal(got, changed) || len(changed) == 0 && !strings.Contains(output, "No changes.") {
		c.t.Errorf("a refresh after the apply changes %q, want %q:\n%s", got, changed, output)
	}
}

// newExampleCLI is newCLI with the configuration of a folder.
func newExampleCLI(t *testing.T, url, folder string) *cli {
	t.Helper()
	c := newCLI(t, url, "")
	if err := os.Remove(filepath.Join(c.Dir, "main.tf")); err != nil {
		t.Fatal(err)
	}
	copyExample(t, folder, c)
	// What the examples ask their readers for.
	c.Env = append(c.Env, "TF_VAR_outlet_integration_api_key="+acctest.SandboxIntegrationKey)
	if !strings.Contains(c.allConfiguration(), "required_providers") {
		c.Write("versions_test.tf", ownProvider)
	}
	if strings.Contains(c.allConfiguration(), "\nmodule ") {
		c.must(0, "get")
	}
	c.OwnProcesses = strings.Contains(c.allConfiguration(), "alias ")
	return c
}

// giveUpProtection does what a person has to do before destroying a protected
// object, and says whether there was one.
func (c *cli) giveUpProtection() bool {
	c.t.Helper()
	files, err := filepath.Glob(filepath.Join(c.Dir, "*.tf"))
	if err != nil {
		c.t.Fatal(err)
	}
	protections := map[*regexp.Regexp]string{
		regexp.MustCompile(`(deletion_protection\s*=\s*)true`):   "${1}false",
		regexp.MustCompile(`(max_removal_percent\s*=\s*)[\d.]+`): "${1}100",
	}
	found := false
	for _, file := range files {
		for protection, without := range protections {
			if content := c.Read(filepath.Base(file)); protection.MatchString(content) {
				found = true
				c.Write(filepath.Base(file), protection.ReplaceAllString(content, without))
			}
		}
	}
	return found
}

// copyExample copies a folder with its data files, but without the files that
// import what the example itself creates.
func copyExample(t *testing.T, folder string, c *cli) {
	t.Helper()
	if err := os.CopyFS(c.Dir, os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	imports, err := filepath.Glob(filepath.Join(c.Dir, "import*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range imports {
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
}

func (c *cli) allConfiguration() string {
	c.t.Helper()
	files, err := filepath.Glob(filepath.Join(c.Dir, "*.tf"))
	if err != nil {
		c.t.Fatal(err)
	}
	var all strings.Builder
	for _, file := range files {
		all.WriteString(c.Read(filepath.Base(file)))
	}
	return all.String()
}

// TestExamplesForNewerCLIsAreValid has the CLI check what TestEveryExampleIsApplied leaves out.
func TestExamplesForNewerCLIsAreValid(t *testing.T) {
	t.Parallel()
	folders, err := filepath.Glob(filepath.Join("..", "..", "..", "examples", "*", "talonone_*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		kind, name := filepath.Base(filepath.Dir(folder)), filepath.Base(folder)
		validate, needed := []string{"validate"}, actions
		switch kind {
		case "actions":
		case "list-resources":
			validate, needed = []string{"validate", "-query"}, queries
		default:
			continue
		}
		t.Run(kind+"/"+name, func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t)
			c := newCLI(t, d.URL, "provider \"talonone\" {}\n")
			c.needs(needed)
			copyExample(t, folder, c)
			c.must(0, validate...)
		})
	}
}
