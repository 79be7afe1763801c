package provider_test

import (
	"strings"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// What a literal names and the deployment lacks is found when planning, on its attribute, wherever one look tells.
func TestWhatDoesNotExistIsFoundWhenPlanning(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		kind   string
		config acctest.Attributes
		// at is the attribute of the error, says what is in it.
		at, says string
	}{
		"audience of memberships":    {"talonone_audience_memberships", acctest.Attributes{"audience_id": 99, "members": []string{"a"}}, "audience_id", "99"},
		"audience of a membership":   {"talonone_audience_membership", acctest.Attributes{"audience_id": 99, "profile_integration_id": "a"}, "audience_id", "99"},
		"audience of attributes":     {"talonone_audience_customer_attributes", acctest.Attributes{"audience_id": 99, "attributes": `{"vip":true}`}, "audience_id", "99"},
		"Application of an audience": {"talonone_audience", acctest.Attributes{"name": "A", "subscribed_application_ids": []int{99}}, "subscribed_application_ids", "99"},
		"integration of an audience": {"talonone_audience", acctest.Attributes{"name": "A", "integration": "nowhere", "integration_id": "1"}, "integration", "nowhere"},
		"catalog of items":           {"talonone_catalog_items", acctest.Attributes{"catalog_id": 99, "items": `{"A":{}}`}, "catalog_id", "99"},
		"catalog of an item":         {"talonone_catalog_item", acctest.Attributes{"catalog_id": 99, "sku": "A"}, "catalog_id", "99"},
		"coupon":                     {"talonone_coupon_reservation", acctest.Attributes{"coupon_value": "NONE", "customers": []string{"a"}}, "coupon_value", "NONE"},
		"campaign of a referral":     {"talonone_referral", acctest.Attributes{"campaign_id": 99, "advocate_profile_integration_id": "a"}, "campaign_id", "99"},
		"campaign of referrals":      {"talonone_referrals", acctest.Attributes{"campaign_id": 99, "advocates": []string{"a"}}, "campaign_id", "99"},
		"Application of a referral":  {"talonone_referral", acctest.Attributes{"campaign_id": 11, "application_id": 99, "advocate_profile_integration_id": "a"}, "application_id", "99"},
		"Application of referrals":   {"talonone_referrals", acctest.Attributes{"campaign_id": 11, "application_id": 2, "advocates": []string{"a"}}, "application_id", "2"},
		"type of an event":           {"talonone_event", acctest.Attributes{"type": "none", "profile_id": "a"}, "type", "none"},
		"session of a return":        {"talonone_cart_item_return", acctest.Attributes{"session_integration_id": "none", "returned_cart_items": []map[string]any{{"sku": "A"}}}, "session_integration_id", "none"},
		"attribute of a profile":     {"talonone_customer_profile", acctest.Attributes{"integration_id": "a", "attributes": `{"None":1}`}, "attributes", "None"},
		"store of an event":          {"talonone_event", acctest.Attributes{"type": "product_shared", "profile_id": "a", "store_integration_id": "none"}, "store_integration_id", "none"},
		"no time at all":             {"talonone_catalog_items", acctest.Attributes{"catalog_id": 6, "items": `{}`, "timeouts": map[string]any{"create": "0s"}}, "timeouts", "0s"},
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
