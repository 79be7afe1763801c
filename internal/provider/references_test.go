package provider_test

import (
	"strings"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// What a literal names and the deployment lacks is found when planning, on its attribute, where the plan looks for it anyway.
func TestWhatDoesNotExistIsFoundWhenPlanning(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		kind   string
		config acctest.Attributes
		// at is the attribute of the error, says what is in it.
		at, says string
	}{
		"audience of memberships": {"talonone_audience_memberships", acctest.Attributes{"audience_id": 99, "members": []string{"a"}}, "audience_id", "99"},
		"catalog of items":        {"talonone_catalog_items", acctest.Attributes{"catalog_id": 99, "items": `{"A":{}}`}, "catalog_id", "99"},
		"catalog of an item":      {"talonone_catalog_item", acctest.Attributes{"catalog_id": 99, "sku": "A"}, "catalog_id", "99"},
		"coupon":                  {"talonone_coupon_reservation", acctest.Attributes{"coupon_value": "NONE", "customers": []string{"a"}}, "coupon_value", "NONE"},
		"campaign of a referral":  {"talonone_referral", acctest.Attributes{"campaign_id": 99, "advocate_profile_integration_id": "a"}, "campaign_id", "99"},
		"campaign of referrals":   {"talonone_referrals", acctest.Attributes{"campaign_id": 99, "usage_limit": 1, "advocates": []string{"a"}}, "campaign_id", "99"},
		"attribute of a profile":  {"talonone_customer_profile", acctest.Attributes{"integration_id": "a", "attributes": `{"None":1}`}, "attributes", "None"},
		"no time at all":          {"talonone_catalog_items", acctest.Attributes{"catalog_id": 6, "items": `{}`, "timeouts": map[string]any{"create": "0s"}}, "timeouts", "0s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, diags := acctest.Start(t).NewProcess(t, nil).Plan(t, test.kind, acctest.Instance{}, test.config)
			if problem := acctest.Problem(diags); !strings.Contains(problem, `AttributeName("`+test.at+`")`) || !strings.Contains(problem, test.says) {
				t.Errorf("got %q, want %q on %s", problem, test.says, test.at)
			}
		})
	}
}
