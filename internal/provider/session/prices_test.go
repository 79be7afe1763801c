package session

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// The emulator knows no price types and no revisions of campaigns, so a response is written out.
func TestPricesAndRevisionsAreReadable(t *testing.T) {
	t.Parallel()
	var state talonone.State
	err := json.Unmarshal([]byte(`{
		"effects": [{"campaignId": 12, "effectType": "setDiscountPerItem", "experimentId": 3, "evaluationGroupID": 4, "evaluationGroupMode": "stackable",
			"campaignRevisionId": 5, "campaignRevisionVersionId": 6, "selectedPriceType": "member", "selectedPrice": 89.9, "adjustmentReferenceId": "68851723", "props": {}}],
		"customerSession": {"cartItems": [{"sku": "A", "quantity": 1, "selectedPriceType": "member", "adjustmentReferenceId": "68851723",
			"adjustmentEffectiveFrom": "2026-05-25T00:00:00Z", "adjustmentEffectiveUntil": "2026-05-30T00:00:00Z", "prices": {"member": {"price": 89.9}}}]}
	}`), &state)
	if err != nil {
		t.Fatal(err)
	}
	var diags diag.Diagnostics
	got := framework.Effects(state.Effects).String() + pricedItems(t.Context(), state.Session.CartItems, &diags).String()
	for _, want := range []string{
		`"experiment_id":3`, `"evaluation_group_id":4`, `"evaluation_group_mode":"stackable"`, `"campaign_revision_id":5`, `"campaign_revision_version_id":6`,
		`"selected_price_type":"member"`, `"selected_price":89.9`, `"adjustment_reference_id":"68851723"`,
		`"adjustment_effective_from":"2026-05-25T00:00:00Z"`, `"adjustment_effective_until":"2026-05-30T00:00:00Z"`, `"prices":"{\"member\": {\"price\": 89.9}}"`,
	} {
		if !strings.Contains(got, want) || diags.HasError() {
			t.Errorf("no %s in %s %v", want, got, diags)
		}
	}
}
