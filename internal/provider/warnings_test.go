package provider_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// pairs are two objects of a resource whose plans both warn of what matters: of something that exists already, or of what can't be
// undone.
var pairs = map[string][2]acctest.Attributes{
	"talonone_audience":               {{"name": "Anna"}, {"name": "Bert"}},
	"talonone_catalog_item":           {{"catalog_id": 6, "sku": "A"}, {"catalog_id": 6, "sku": "B"}},
	"talonone_attribute":              {{"entity": "CartItem", "name": "A", "title": "A", "type": "string", "description": "A"}, {"entity": "CartItem", "name": "B", "title": "B", "type": "string", "description": "B"}},
	"talonone_additional_cost":        {{"name": "A", "title": "A", "description": "A"}, {"name": "B", "title": "B", "description": "B"}},
	"talonone_store":                  {{"application_id": 1, "integration_id": "a", "name": "A"}, {"application_id": 1, "integration_id": "b", "name": "B"}},
	"talonone_coupon":                 {{"application_id": 1, "campaign_id": 12, "value": "ANNA"}, {"application_id": 1, "campaign_id": 12, "value": "BERT"}},
	"talonone_collection":             {{"name": "A", "items": `[]`}, {"name": "B", "items": `[]`}},
	"talonone_referral":               {{"campaign_id": 11, "advocate_profile_integration_id": "customer-1"}, {"campaign_id": 11, "advocate_profile_integration_id": "customer-2"}},
	"talonone_customer_session":       {{"integration_id": "order-a", "profile_id": "customer-1"}, {"integration_id": "order-b", "profile_id": "customer-1"}},
	"talonone_event":                  {{"type": "product_shared", "profile_id": "customer-1"}, {"type": "product_shared", "profile_id": "customer-2"}},
	"talonone_customer_data_deletion": {{"integration_id": "customer-1"}, {"integration_id": "customer-2"}},
	"talonone_cart_item_return": {
		{"session_integration_id": "order-a", "returned_cart_items": []any{acctest.Attributes{"sku": "SOCKS"}}},
		{"session_integration_id": "order-b", "returned_cart_items": []any{acctest.Attributes{"sku": "SOCKS"}}},
	},
}

// Terraform shows one of several warnings that have the same summary. So that of a warning that matters says what it is about.
func TestWarningsThatMatterAreEachShown(t *testing.T) {
	t.Parallel()
	for kind, pair := range pairs {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t, func(o *emulator.Options) {
				o.Fixture = emulator.DefaultFixture()
				o.Fixture.Coupons = append(o.Fixture.Coupons, emulator.FixtureCoupon{CampaignID: 12, Value: "ANNA"}, emulator.FixtureCoupon{CampaignID: 12, Value: "BERT"})
			})
			switch kind {
			case "talonone_event", "talonone_customer_data_deletion", "talonone_coupon":
			case "talonone_customer_session", "talonone_cart_item_return":
				state := map[bool]string{true: "closed", false: "open"}[kind == "talonone_cart_item_return"]
				for _, id := range []string{"order-a", "order-b"} {
					d.Call(t, http.MethodPut, "/v2/customer_sessions/"+id, map[string]any{"customerSession": map[string]any{
						"profileId": "customer-1", "state": state, "cartItems": []any{map[string]any{"sku": "SOCKS", "quantity": 5, "price": 4.5}},
					}}, nil)
				}
			default:
				for _, config := range pair {
					create(t, d.NewProcess(t, nil), kind, config)
				}
			}
			p := d.NewProcess(t, nil)
			var summaries [2]string
			for i, config := range pair {
				_, diags := p.Plan(t, kind, acctest.Instance{}, config)
				for _, one := range diags {
					if one.Severity == tfprotov6.DiagnosticSeverityWarning {
						summaries[i] += one.Summary + "\n"
					}
				}
				if problem := acctest.Problem(diags); problem != "" || strings.Count(summaries[i], "\n") != 1 {
					t.Errorf("the plan has the warnings %q and the errors %q", summaries[i], problem)
				}
			}
			if summaries[0] == summaries[1] {
				t.Errorf("both plans warn %q", summaries[0])
			}
		})
	}
}
