package session

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/journal"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// returnParts are what responseContent of returnCartItems can ask for.
var returnParts = []string{"customerSession", "customerProfile", "coupons", "triggeredCampaigns", "referral", "loyalty", "event", "previousReturns"}

// returnInput mirrors what a return asks for, in the resource and in the action.
type returnInput struct {
	SessionIntegrationID types.String `tfsdk:"session_integration_id"`
	ReturnedCartItems    types.List   `tfsdk:"returned_cart_items"`
	RunRuleEngine        types.Bool   `tfsdk:"run_rule_engine"`
	IdempotencyKey       types.String `tfsdk:"idempotency_key"`
}

// returnedModel mirrors one entry of returned_cart_items.
type returnedModel struct {
	Position types.Int64  `tfsdk:"position"`
	SKU      types.String `tfsdk:"sku"`
	Quantity types.Int64  `tfsdk:"quantity"`
}

// String is the entry in a sentence: "2 of SKU "SOCKS"".
func (m returnedModel) String() string {
	text := "all units left"
	if !m.Quantity.IsNull() {
		text = m.Quantity.String()
	}
	var item []string
	if !m.SKU.IsNull() {
		item = append(item, "SKU "+m.SKU.String())
	}
	if !m.Position.IsNull() {
		item = append(item, "position "+m.Position.String())
	}
	return text + " of " + strings.Join(item, " at ")
}

// returnedColumns are those of what a return took back.
var returnedColumns = framework.Columns{
	{Name: "position", Type: types.Int64Type, Text: "the item's position in the session's cart, starting at 0"},
	{Name: "sku", Type: types.StringType, Text: "its SKU; null if the API does not say"},
	{Name: "quantity", Type: types.Int64Type, Text: "the number of units that were returned"},
}

func returnedFromAPI(api []talonone.ReturnedItem) types.List {
	return framework.ListOf(api, returnedColumns, func(one talonone.ReturnedItem) map[string]attr.Value {
		return map[string]attr.Value{
			"position": types.Int64PointerValue(one.Position), "sku": types.StringPointerValue(one.SKU), "quantity": types.Int64PointerValue(one.Quantity),
		}
	})
}

// returnedUnits is how many units were returned, in a sentence: "3 units".
func returnedUnits(api []talonone.ReturnedItem) string {
	var units int64
	for _, one := range api {
		if one.Quantity != nil {
			units += *one.Quantity
		}
	}
	return bulk.Noun{One: "unit", Many: "units"}.Count(int(units))
}

// Descriptions that the resource and the action share.
var returnText = map[string]string{
	"session_integration_id": "ID of the session with the items, in the Application of the Integration API key. The session must be closed or partially returned.",
	"returned_cart_items":    "Items to return, at least one. Each is named by `position`, by `sku`, or by both.",
	"position":               "Position of the item in the session's cart, starting at 0.",
	"sku":                    "SKU of the item. If several items have this SKU, the first with units left.",
	"quantity":               "Number of units to return, at least 1 and at most those left. Default: all that are left.",
	"run_rule_engine":        "Whether campaigns that are set to be re-evaluated on returns, and that had an effect when the session closed, are evaluated again. Default: `false`.",
}

const returnAbout = "Returns items of a closed customer session, as when a customer sends goods back. This rolls back the effects on these items and changes the state of the session to `partially_returned`. It can't be undone.\n\n"

func (m *returnInput) items(ctx context.Context, diags *diag.Diagnostics) []talonone.ReturnedItem {
	var items []talonone.ReturnedItem
	for _, one := range elements[returnedModel](ctx, m.ReturnedCartItems, diags) {
		items = append(items, talonone.ReturnedItem{
			Position: one.Position.ValueInt64Pointer(), SKU: one.SKU.ValueStringPointer(), Quantity: one.Quantity.ValueInt64Pointer(),
		})
	}
	return items
}

// inputs are the arguments that make a return another one.
func (m *returnInput) inputs(prior returnInput) []journal.Input {
	return []journal.Input{
		{Name: "session_integration_id", Planned: m.SessionIntegrationID, Prior: prior.SessionIntegrationID},
		{Name: "returned_cart_items", Planned: m.ReturnedCartItems, Prior: prior.ReturnedCartItems},
		{Name: "run_rule_engine", Planned: m.RunRuleEngine, Prior: prior.RunRuleEngine},
	}
}

// run carries the return out, and reports what went wrong.
func (m *returnInput) run(ctx context.Context, data *framework.Data, construct string, run *journal.Run, options talonone.ReturnOptions, diags *diag.Diagnostics) *talonone.State {
	items := m.items(ctx, diags)
	if diags.HasError() {
		return nil
	}
	id := m.SessionIntegrationID.ValueString()
	options.RunRuleEngine, options.IdempotencyKey = m.RunRuleEngine.ValueBool(), run.Key
	response, err := data.Client.ReturnCartItems(ctx, id, items, options)
	if err == nil {
		run.Done()
		return response
	}
	operation := framework.Operation{
		Construct: construct, Action: "return items of customer session", Object: strconv.Quote(id),
		Pointers: map[string]path.Path{"/return/returnedCartItems": path.Root("returned_cart_items")},
		Advice: map[int]string{
			http.StatusBadRequest: "Only closed or partially returned sessions accept returns, and only of units that are left: the data source talonone_customer_session shows state and remaining_quantity.",
		},
	}
	if talonone.IsUnknownSession(err) {
		run.Failed(err)
		framework.AddAttributeError(diags, path.Root("session_integration_id"), operation, err)
		return nil
	}
	for i := range items {
		operation.Pointers["/return/returnedCartItems/"+strconv.Itoa(i)] = path.Root("returned_cart_items").AtListIndex(i)
	}
	framework.AddRunError(diags, operation, err, run)
	return nil
}
