package provider_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/config"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/talon-one/terraform-provider-talonone/internal/acctest"
)

const examples = "../../examples"

// exampleNeeds is what an example presupposes: objects that somebody else has made, and values of its variables.
var exampleNeeds = map[string]struct {
	audiences []map[string]any
	variables config.Variables
}{
	"provider": {variables: config.Variables{"outlet_integration_api_key": config.StringVariable(acctest.SandboxIntegrationKey)}},
	"data-sources/talonone_audience": {audiences: []map[string]any{
		{"name": "VIP customers"},
		{"name": "Buyers", "integration": "segment", "integrationId": "buyers-2026"},
	}},
	"data-sources/talonone_audiences": {audiences: []map[string]any{{"name": "Winter shoppers"}, {"name": "Summer shoppers"}}},
}

// Every folder can be applied as it stands in the documentation, and then has nothing left to do.
func TestEveryExampleApplies(t *testing.T) {
	t.Parallel()
	for folder, body := range readExamples(t) {
		t.Run(folder, func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t)
			needs := exampleNeeds[folder]
			for _, audience := range needs.audiences {
				d.Call(t, http.MethodPost, "/v2/audiences", audience, nil)
			}
			var checks []tfversion.TerraformVersionCheck
			if strings.HasPrefix(folder, "actions/") {
				checks = append(checks, tfversion.SkipBelow(tfversion.Version1_14_0))
			}
			steps := []resource.TestStep{{Config: withDeployment(d, body), ConfigVariables: needs.variables}}
			if protection.MatchString(body) { // lifted, so that the test can clean up
				unprotected := protection.ReplaceAllString(body, "")
				steps = append(steps, resource.TestStep{Config: withDeployment(d, unprotected), ConfigVariables: needs.variables})
			}
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				TerraformVersionChecks:   checks,
				Steps:                    steps,
			})
		})
	}
}

// The documentation shows an example of every construct.
func TestEveryConstructHasAnExample(t *testing.T) {
	t.Parallel()
	server, err := acctest.Factories()["talonone"]()
	if err != nil {
		t.Fatal(err)
	}
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	expect := func(kind, name, file string) {
		if path := filepath.Join(examples, kind, name, file); !exists(path) {
			t.Errorf("there is no example %s", path)
		}
	}
	for name := range schemas.ResourceSchemas {
		expect("resources", name, "resource.tf")
	}
	for name := range schemas.DataSourceSchemas {
		expect("data-sources", name, "data-source.tf")
	}
	for name := range schemas.ActionSchemas {
		expect("actions", name, "action.tf")
	}
	for name := range schemas.ListResourceSchemas {
		expect("list-resources", name, "list-resource.tfquery.hcl")
	}
	for name := range schemas.Functions {
		expect("functions", name, "function.tf")
	}
}

// readExamples returns the configuration in each folder under examples. Import blocks are left out: they name objects
// that exist in somebody's deployment.
func readExamples(t *testing.T) map[string]string {
	t.Helper()
	bodies := make(map[string]string)
	files, err := filepath.Glob(examples + "/*/*.tf")
	if err != nil {
		t.Fatal(err)
	}
	deeper, err := filepath.Glob(examples + "/*/*/*.tf")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(files, deeper...) {
		if strings.HasPrefix(filepath.Base(file), "import-") {
			continue
		}
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		folder, err := filepath.Rel(examples, filepath.Dir(file))
		if err != nil {
			t.Fatal(err)
		}
		bodies[filepath.ToSlash(folder)] += string(body)
	}
	return bodies
}

var (
	providerBlock    = regexp.MustCompile(`(?s)provider "talonone" \{(.*?)\}`)
	protection       = regexp.MustCompile(`\bdeletion_protection *= true\n`)
	requiredProvider = regexp.MustCompile(`(?s)terraform \{.*?\n\}\n`)
)

// withDeployment does for an example what the environment variables do for its reader: it puts address and keys into
// the provider blocks. The terraform block goes, since the provider under test comes from the test.
func withDeployment(d *acctest.Deployment, body string) string {
	body = requiredProvider.ReplaceAllString(body, "")
	if !providerBlock.MatchString(body) {
		body = "provider \"talonone\" {}\n" + body
	}
	return providerBlock.ReplaceAllStringFunc(body, func(block string) string {
		settings := providerBlock.FindStringSubmatch(block)[1]
		if !strings.Contains(settings, "integration_api_key") {
			settings += fmt.Sprintf("\nintegration_api_key = %q", acctest.IntegrationKey)
		}
		return fmt.Sprintf("provider \"talonone\" {%s\nbase_url = %q\nmanagement_api_key = %q\n}", settings, d.URL, acctest.ManagementKey)
	})
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
