package provider_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// Diagnostics are wrapped at the terminal's width; words of a pattern may stand
// on different lines.
func wrapped(pattern string) *regexp.Regexp {
	return regexp.MustCompile(`(?s)` + strings.ReplaceAll(pattern, " ", `\s+`))
}

func TestUnusableConfigurationIsExplainedOnItsAttribute(t *testing.T) {
	t.Parallel()
	const audiences = "\ndata \"talonone_audiences\" \"all\" {}\n"
	for name, test := range map[string]struct{ config, want string }{
		"no deployment": {
			`provider "talonone" {}` + audiences, `No deployment configured.*TALONONE_BASE_URL`,
		},
		"no scheme": {
			`provider "talonone" { base_url = "example.talon.one" }` + audiences, `base_url.*is not an absolute URL`,
		},
		"http to a public host": {
			`provider "talonone" { base_url = "http://example.talon.one" }` + audiences, `base_url.*send the API key unencrypted; use https`,
		},
		"host that does not exist": {
			"provider \"talonone\" {\n  base_url = \"https://example.invalid\"\n  management_api_key = \"x\"\n  max_retries = 0\n}" + audiences,
			`Unable to read audiences.*Check base_url`,
		},
		"no key for the operation": {
			`provider "talonone" { base_url = "http://127.0.0.1:1" }` + audiences,
			`data talonone_audiences requires the Management API key for getAudiences.*management_api_key.*TALONONE_MANAGEMENT_API_KEY`,
		},
		"negative retries": {
			"provider \"talonone\" {\n  base_url = \"http://127.0.0.1:1\"\n  max_retries = -1\n}" + audiences, `max_retries.*between 0 and 100`,
		},
		"timeout that is no duration": {
			"provider \"talonone\" {\n  base_url = \"http://127.0.0.1:1\"\n  request_timeout = \"1 minute\"\n}" + audiences, `request_timeout.*is not a positive duration such as 30s`,
		},
		"rate of nothing": {
			"provider \"talonone\" {\n  base_url = \"http://127.0.0.1:1\"\n  management_requests_per_second = 0\n}" + audiences, `management_requests_per_second.*at least 0.01`,
		},
		"address known only after apply": {
			"resource \"terraform_data\" \"x\" { input = \"http://127.0.0.1:1\" }\nprovider \"talonone\" { base_url = terraform_data.x.output }" + audiences,
			`base_url.*that Terraform has not created yet.*TALONONE_BASE_URL`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps:                    []resource.TestStep{{Config: test.config, ExpectError: wrapped(test.want)}},
			})
		})
	}
}

// Not parallel: it changes the environment.
func TestConfigurationWinsOverTheEnvironment(t *testing.T) {
	d := acctest.Start(t)
	t.Setenv("TALONONE_BASE_URL", d.URL)
	t.Setenv("TALONONE_INTEGRATION_API_KEY", "wrong")
	t.Setenv("TALONONE_MANAGEMENT_API_KEY", acctest.ManagementKey)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: d.ConfigWith(`integration_api_key = "`+acctest.IntegrationKey+`"`, `
				resource "talonone_audience" "vip" { name = "VIP" }
				data "talonone_audiences" "all" { depends_on = [talonone_audience.vip] }`),
			Check: d.ExpectWrites(map[string]int{"createAudienceV2": 1}),
		}},
	})
}
