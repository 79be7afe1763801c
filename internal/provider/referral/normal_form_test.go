package referral_test

import (
	"strings"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// A list of Terraform would turn the advocate into another one.
func TestImportLeavesOutAdvocatesThatAListCannotHold(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	for _, advocate := range []string{"customer-1", "Cafe\u0301-1"} {
		d.Call(t, "POST", "/v1/referrals", map[string]any{"campaignId": 11, "advocateProfileIntegrationId": advocate, "usageLimit": 2}, nil)
	}
	p := d.NewProcess(t, nil)
	imported, diags := p.Import(t, "talonone_referrals", "11", nil)
	noProblem(t, diags)
	if !strings.Contains(acctest.Warning(diags), `"Cafe\u0301-1"`) {
		t.Errorf("no warning names the advocate: %q", acctest.Warning(diags))
	}
	change, problem := p.PlanChange(t, "talonone_referrals", imported, acctest.Attributes{"campaign_id": 11, "advocates": []string{"customer-1"}, "usage_limit": 2})
	if problem != "" || !change.Empty() {
		t.Errorf("the plan is empty: %t, problem %q", change.Empty(), problem)
	}
}
