package provider_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// TestMistypedJSONIsNotRepeated has the attributes of a customer with a missing brace.
func TestMistypedJSONIsNotRepeated(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	p := d.NewProcess(t, nil)
	for kind, config := range map[string]acctest.Attributes{
		"talonone_customer_profile":  {"integration_id": "a", "attributes": `{"Language":"private"`},
		"talonone_customer_profiles": {"profiles": `{"a":{"Language":"private"}`},
		"talonone_customer_session":  {"integration_id": "a", "attributes": `{"Channel":"private"`},
		"talonone_event":             {"type": "product_shared", "profile_id": "a", "attributes": `{"url":"private"`},
	} {
		_, diags := p.Plan(t, kind, acctest.Instance{}, config)
		problem := acctest.Problem(diags)
		if problem == "" || strings.Contains(problem, "private") || !strings.Contains(problem, "jsonencode") {
			t.Errorf("%s: got %q", kind, problem)
		}
	}
}

// TestTextsOfTheDeploymentObeyNoTerminal lets the deployment refuse with what clears a screen, through the protocol.
func TestTextsOfTheDeploymentObeyNoTerminal(t *testing.T) {
	t.Parallel()
	d := acctest.StartUnchecked(t)
	if err := d.Server.AddFault(emulator.Fault{Method: http.MethodPost, Status: http.StatusBadRequest,
		Body: `{"message":"\u001b[2J\u202enot allowed","errors":[{"title":"\u0007no","source":{"pointer":"/name"}}]}`}); err != nil {
		t.Fatal(err)
	}
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config:      d.Config(`resource "talonone_audience" "vip" { name = "VIP" }`),
			ExpectError: wrapped(`\\x1b\[2J\\u202enot allowed.*\\ano`),
		}},
	})
}
