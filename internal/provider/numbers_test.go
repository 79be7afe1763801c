package provider_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// wholeNumbers are attributes of every kind that take no fraction.
var wholeNumbers = map[string]bool{
	"talonone_catalog_items.catalog_id": true, "talonone_catalog_item.catalog_id": true, "talonone_referral.usage_limit": true, "talonone_audience_membership.audience_id": true,
	"data talonone_catalog_items.catalog_id": true, "data talonone_loyalty_transactions.loyalty_program_id": true, "provider max_retries": true,
}

// A number that an attribute can't hold is refused in words of the provider, which blame nobody, wherever a schema has a number.
func TestNumbersThatDoNotFitAreRefusedInOwnWords(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	p, schemas := d.NewProcess(t, nil), acctest.Schemas(t)
	var seen int
	check := func(name, value, problem string) {
		seen++
		for _, wrong := range []string{"error in the provider", "report this", "report the following", "%!s", "Configuration Read Error"} {
			if strings.Contains(problem, wrong) {
				t.Errorf("%s = %s: %q in %q", name, value, wrong, problem)
			}
		}
		if want := value + " is not a whole number"; value == "6.5" && wholeNumbers[name] && !strings.Contains(problem, want) {
			t.Errorf("%s = %s: got %q, want %q", name, value, problem, want)
		}
	}
	each := func(schema *tfprotov6.Schema, try func(name, value string) string, prefix string) {
		for _, attribute := range schema.Block.Attributes {
			if attribute.Type == nil || !attribute.Type.Is(tftypes.Number) || !attribute.Optional && !attribute.Required {
				continue
			}
			for _, value := range []string{"6.5", "9223372036854775808", "1e400"} {
				check(prefix+attribute.Name, value, try(attribute.Name, value))
			}
		}
	}
	number := func(name, value string) acctest.Attributes { return acctest.Attributes{name: json.Number(value)} }
	for kind, schema := range schemas.ResourceSchemas {
		each(schema, func(name, value string) string {
			_, diags := p.Plan(t, kind, acctest.Instance{}, number(name, value))
			return acctest.Problem(diags)
		}, kind+".")
	}
	for kind, schema := range schemas.DataSourceSchemas {
		each(schema, func(name, value string) string { return p.ValidateData(t, kind, number(name, value)) }, "data "+kind+".")
	}
	each(schemas.Provider, func(name, value string) string {
		_, problem := d.Configure(t, "", number(name, value))
		return problem
	}, "provider ")
	if seen < 60 {
		t.Errorf("only %d numbers were tried", seen)
	}
}
