package audience_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// What a query generates is what the import of the customer reads.
func TestListedCustomersAreWhatTheirImportReads(t *testing.T) {
	t.Parallel()
	p := newPersona(t, 701, 703)
	process := p.NewProcess(t, nil)
	kind := acctest.Schemas(t).ResourceSchemas["talonone_customer_audiences"].ValueType()
	listed := 0
	for result := range acctest.List(t, p.Deployment, "talonone_customer_audiences", map[string]tftypes.Value{"audience_id": tftypes.NewValue(tftypes.Number, 701)}, 100) {
		if problem := acctest.Problem(result.Diagnostics); problem != "" {
			t.Fatal(problem)
		}
		listed++
		resource, err := result.Resource.Unmarshal(kind)
		if err != nil {
			t.Fatal(err)
		}
		var attributes map[string]tftypes.Value
		if err := resource.As(&attributes); err != nil {
			t.Fatal(err)
		}
		imported, diags := process.Import(t, "talonone_customer_audiences", "anna", nil)
		if problem := acctest.Problem(diags); problem != "" {
			t.Fatal(problem)
		}
		for name, value := range attributes {
			if want := process.Attribute(t, imported, name); !value.Equal(want) {
				t.Errorf("%s is listed as %s, and imported as %s", name, value, want)
			}
		}
	}
	if listed != 1 {
		t.Errorf("%d customers are listed, want anna", listed)
	}
	for result := range acctest.List(t, p.Deployment, "talonone_customer_audiences", map[string]tftypes.Value{"audience_id": tftypes.NewValue(tftypes.Number, 999)}, 100) {
		if acctest.Problem(result.Diagnostics) == "" {
			t.Error("an audience that does not exist has members")
		}
	}
}
