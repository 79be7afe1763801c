package provider_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// TestEveryProviderAttributeHasAVariable is not parallel: it changes the environment.
func TestEveryProviderAttributeHasAVariable(t *testing.T) {
	d := acctest.Start(t)
	// What each attribute refuses, or "" where any text will do, and what it says.
	refused := map[string]struct{ value, want string }{
		"base_url":                       {"example.talon.one", "is not an absolute URL"},
		"integration_api_key":            {"ApiKey-v1 a", "begins with ApiKey-v1"},
		"management_api_key":             {"a\nb", "a line break"},
		"management_token":               {"https://a.example", "looks like an address"},
		"legacy_manager_auth":            {"maybe", `"maybe" is neither true nor false`},
		"max_retries":                    {"101", "must be between 0 and 100"},
		"request_timeout":                {"soon", "is not a positive duration such as 30s"},
		"management_requests_per_second": {"0", "must be at least 0.01"},
		"validate_attributes":            {"2", "is neither true nor false"},
		"validate_references":            {"maybe", "is neither true nor false"},
		"read_consistency":               {"15", "is not a positive duration"},
		"moved_from":                     {"old", "is not the old address of the deployment"},
		"ca_cert_file":                   {"/does/not/exist.pem", "no such file"},
		"client_cert_file":               {"/does/not/exist.pem", "client_key_file is missing"},
		"client_key_file":                {"/does/not/exist.pem", "client_cert_file is missing"},
	}
	nothing := acctest.Attributes{"base_url": nil, "integration_api_key": nil, "management_api_key": nil, "management_requests_per_second": nil}
	for _, attribute := range acctest.Schemas(t).Provider.Block.Attributes {
		name := attribute.Name
		test, listed := refused[name]
		if !listed {
			t.Errorf("nothing says what %s refuses", name)
			continue
		}
		variable := "TALONONE_" + strings.ToUpper(name)
		if !strings.Contains(attribute.Description, "Can be set with `"+variable+"`") {
			t.Errorf("%s is described without %s: %s", name, variable, attribute.Description)
		}
		if test.value == "" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Setenv("TALONONE_BASE_URL", d.URL)
			t.Setenv(variable, test.value)
			if _, problem := d.Configure(t, "", nothing); !strings.Contains(problem, name) || !strings.Contains(problem, test.want) {
				t.Errorf("%s=%s: got %q, want %q", variable, test.value, problem, test.want)
			}
		})
	}
}

// TestVariablesHoldNumbersAndSwitches is not parallel: it changes the environment.
//
//nolint:paralleltest // See above.
func TestVariablesHoldNumbersAndSwitches(t *testing.T) {
	d := acctest.Start(t)
	for name, value := range map[string]string{
		"BASE_URL": d.URL, "INTEGRATION_API_KEY": acctest.IntegrationKey, "MANAGEMENT_TOKEN": "unknown", "MANAGEMENT_API_KEY": acctest.ManagementKey,
		"LEGACY_MANAGER_AUTH": "true", "MAX_RETRIES": "0", "REQUEST_TIMEOUT": "10s", "MANAGEMENT_REQUESTS_PER_SECOND": "1000.5",
		"VALIDATE_ATTRIBUTES": "false", "VALIDATE_REFERENCES": "true", "READ_CONSISTENCY": "1s", "MOVED_FROM": "31/",
	} {
		t.Setenv("TALONONE_"+name, value)
	}
	settings := acctest.Attributes{"base_url": nil, "integration_api_key": "", "management_api_key": nil, "management_requests_per_second": nil, "validate_attributes": true}
	p := d.NewProcess(t, settings)
	undefined := acctest.Attributes{"integration_id": "a", "attributes": `{"Undefined":"x"}`}
	_, diags := p.Plan(t, "talonone_customer_profile", acctest.Instance{}, undefined)
	if problem := acctest.Problem(diags); !strings.Contains(problem, "Undefined") {
		t.Errorf("validate_attributes = true is overruled by the environment: %q", problem)
	}
	delete(settings, "validate_attributes")
	if _, diags = d.NewProcess(t, settings).Plan(t, "talonone_customer_profile", acctest.Instance{}, undefined); acctest.Problem(diags) != "" {
		t.Errorf("TALONONE_VALIDATE_ATTRIBUTES=false is ignored: %s", acctest.Problem(diags))
	}
}

// What the provider block takes from something that Terraform has not created yet is one error, however much of it there is, on the
// first such attribute and with the way out. Terraform then asks nothing else of the provider.
func TestSettingsThatAreNotKnownYetAreOneError(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	all := make(acctest.Attributes)
	refused := func(t *testing.T, at string, settings acctest.Attributes) {
		t.Helper()
		_, problem := d.Configure(t, "", settings)
		if strings.Count(problem, "Provider configuration not known yet") != 1 || !strings.HasPrefix(problem, `AttributeName("`+at+`"): `) || !strings.Contains(problem, "-target") {
			t.Errorf("got %q, want one error on %s", problem, at)
		}
		for name := range settings {
			if !strings.Contains(problem, name) || !strings.Contains(problem, "TALONONE_"+strings.ToUpper(name)) {
				t.Errorf("%q does not name %s and its variable", problem, name)
			}
		}
		if lines := strings.Count(problem, "\n"); lines != 1 {
			t.Errorf("got %d errors more: %q", lines-1, problem)
		}
	}
	for _, attribute := range acctest.Schemas(t).Provider.Block.Attributes {
		all[attribute.Name] = tftypes.NewValue(attribute.Type, tftypes.UnknownValue)
		t.Run(attribute.Name, func(t *testing.T) {
			t.Parallel()
			refused(t, attribute.Name, acctest.Attributes{attribute.Name: tftypes.NewValue(attribute.Type, tftypes.UnknownValue)})
		})
	}
	refused(t, "base_url", all)
	if requests := d.Server.Requests(); len(requests) > 0 {
		t.Errorf("it sent %d requests", len(requests))
	}
}
