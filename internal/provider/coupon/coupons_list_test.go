package coupon_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// What a query generates is what the import of the campaign reads: a configuration with fewer coupons would delete others.
func TestListedCouponsAreWhatTheirImportReads(t *testing.T) {
	t.Parallel()
	b := newBatch(t)
	b.others("BATCH-1")
	b.Forget()
	p := b.NewProcess(t, nil)
	kind := acctest.Schemas(t).ResourceSchemas["talonone_coupons"].ValueType()
	var listed []string
	for result := range acctest.List(t, b.Deployment, "talonone_coupons", map[string]tftypes.Value{"application_id": tftypes.NewValue(tftypes.Number, 1)}, 100) {
		noProblem(t, result.Diagnostics)
		listed = append(listed, result.DisplayName)
		resource, err := result.Resource.Unmarshal(kind)
		if err != nil {
			t.Fatal(err)
		}
		var attributes map[string]tftypes.Value
		if err := resource.As(&attributes); err != nil {
			t.Fatal(err)
		}
		campaign := 12
		if strings.Contains(result.DisplayName, "(22)") {
			campaign = 22
		}
		imported, diags := p.Import(t, "talonone_coupons", "", acctest.Attributes{"application_id": 1, "campaign_id": campaign})
		noProblem(t, diags)
		for name, value := range attributes {
			if want := p.Attribute(t, imported, name); !value.Equal(want) {
				t.Errorf("%s of %s is listed as %s, and imported as %s", name, result.DisplayName, value, want)
			}
		}
	}
	if got := strings.Join(listed, ", "); got != `Coupons of "Summer" (12), Coupons of "Another" (22)` {
		t.Errorf("listed are %s", got)
	}
	named := map[string]tftypes.Value{"application_id": tftypes.NewValue(tftypes.Number, 1), "name_regex": text("^Ano")}
	for result := range acctest.List(t, b.Deployment, "talonone_coupons", named, 100) {
		if noProblem(t, result.Diagnostics); !strings.Contains(result.DisplayName, "Another") {
			t.Errorf("listed is %s", result.DisplayName)
		}
	}
	elsewhere := map[string]tftypes.Value{"application_id": tftypes.NewValue(tftypes.Number, 99)}
	for result := range acctest.List(t, b.Deployment, "talonone_coupons", elsewhere, 100) {
		if problem := acctest.Problem(result.Diagnostics); !strings.Contains(problem, "Application 99") {
			t.Errorf("got %q", problem)
		}
	}
}
