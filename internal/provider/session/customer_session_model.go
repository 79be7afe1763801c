// Package session holds the constructs about customer sessions: carts on their
// way to an order, what campaigns do with them, and returns.
package session

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/promotion"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// resultModel mirrors what the deployment says about a session.
type resultModel struct {
	ID                          types.Int64       `tfsdk:"id"`
	ApplicationID               types.Int64       `tfsdk:"application_id"`
	Created                     timetypes.RFC3339 `tfsdk:"created"`
	Updated                     timetypes.RFC3339 `tfsdk:"updated"`
	FirstSession                types.Bool        `tfsdk:"first_session"`
	UpdateCount                 types.Int64       `tfsdk:"update_count"`
	Total                       types.Number      `tfsdk:"total"`
	CartItemTotal               types.Number      `tfsdk:"cart_item_total"`
	AdditionalCostTotal         types.Number      `tfsdk:"additional_cost_total"`
	CartItemAdditionalCostTotal types.Number      `tfsdk:"cart_item_additional_cost_total"`
	Effects                     types.List        `tfsdk:"effects"`
	AcceptedCoupons             types.List        `tfsdk:"accepted_coupons"`
	RejectedCoupons             types.Map         `tfsdk:"rejected_coupons"`
	TotalDiscount               types.Number      `tfsdk:"total_discount"`
	Payable                     types.Number      `tfsdk:"payable"`
	TotalPointsAdded            types.Number      `tfsdk:"total_points_added"`
	FreeItems                   types.List        `tfsdk:"free_items"`
}

// resultOutcome names the attributes of resultModel that its effects amount to.
var resultOutcome = []string{"accepted_coupons", "rejected_coupons", "total_discount", "payable", "total_points_added", "free_items"}

// itemInput mirrors a cart item as it is configured.
type itemInput struct {
	SKU             types.String         `tfsdk:"sku"`
	Quantity        types.Int64          `tfsdk:"quantity"`
	Price           types.Number         `tfsdk:"price"`
	Name            types.String         `tfsdk:"name"`
	Category        types.String         `tfsdk:"category"`
	Product         types.String         `tfsdk:"product"`
	Weight          types.Number         `tfsdk:"weight"`
	Height          types.Number         `tfsdk:"height"`
	Width           types.Number         `tfsdk:"width"`
	Length          types.Number         `tfsdk:"length"`
	Attributes      jsontypes.Normalized `tfsdk:"attributes"`
	AdditionalCosts types.Map            `tfsdk:"additional_costs"`
}

// itemModel mirrors a cart item with what the deployment adds.
type itemModel struct {
	itemInput

	Position          types.Int64 `tfsdk:"position"`
	ReturnedQuantity  types.Int64 `tfsdk:"returned_quantity"`
	RemainingQuantity types.Int64 `tfsdk:"remaining_quantity"`
	CatalogItemID     types.Int64 `tfsdk:"catalog_item_id"`
}

type costModel struct {
	Price types.Number `tfsdk:"price"`
}

type allocationModel struct {
	ExperimentID types.Int64 `tfsdk:"experiment_id"`
	VariantID    types.Int64 `tfsdk:"variant_id"`
}

var (
	costType       = types.ObjectType{AttrTypes: map[string]attr.Type{"price": types.NumberType}}
	allocationType = types.ObjectType{AttrTypes: map[string]attr.Type{"experiment_id": types.Int64Type, "variant_id": types.Int64Type}}
	inputType      = types.ObjectType{AttrTypes: map[string]attr.Type{
		"sku": types.StringType, "quantity": types.Int64Type, "price": types.NumberType, "name": types.StringType,
		"category": types.StringType, "product": types.StringType, "weight": types.NumberType, "height": types.NumberType,
		"width": types.NumberType, "length": types.NumberType, "attributes": jsontypes.NormalizedType{},
		"additional_costs": types.MapType{ElemType: costType},
	}}
	itemType = types.ObjectType{AttrTypes: withResults(inputType.AttrTypes)}
)

func withResults(input map[string]attr.Type) map[string]attr.Type {
	all := maps.Clone(input)
	for _, name := range []string{"position", "returned_quantity", "remaining_quantity", "catalog_item_id"} {
		all[name] = types.Int64Type
	}
	return all
}

// toAPI is what to send to bring a session to this content. What is null or
// unknown is omitted, and so stays as it is; before is the content that the
// session has, for attributes that are to be cleared.
func (m *contentModel) toAPI(ctx context.Context, before contentModel, diags *diag.Diagnostics) talonone.SessionUpdate {
	update := talonone.SessionUpdate{
		ProfileID:          framework.StringPointer(m.ProfileID),
		StoreIntegrationID: framework.StringPointer(m.StoreIntegrationID),
		ReferralCode:       framework.StringPointer(m.ReferralCode),
		AdditionalCosts:    costsToAPI(ctx, m.AdditionalCosts, diags),
		Attributes:         customattr.FromConfig(m.Attributes).Clearing(customattr.FromConfig(before.Attributes)),
	}
	update.CouponCodes, _ = framework.Strings(m.CouponCodes)
	update.LoyaltyCards, _ = framework.Strings(m.LoyaltyCards)
	update.Identifiers, _ = framework.Strings(m.Identifiers)
	if isSet(m.ExperimentVariantAllocations) {
		update.ExperimentVariantAllocations = []talonone.ExperimentVariantAllocation{}
		for _, a := range elements[allocationModel](ctx, m.ExperimentVariantAllocations, diags) {
			update.ExperimentVariantAllocations = append(update.ExperimentVariantAllocations,
				talonone.ExperimentVariantAllocation{ExperimentID: a.ExperimentID.ValueInt64(), VariantID: a.VariantID.ValueInt64()})
		}
	}
	if isSet(m.CartItems) {
		update.CartItems = []talonone.CartItem{}
		for _, item := range m.inputs(ctx, diags) {
			update.CartItems = append(update.CartItems, item.toAPI(ctx, diags))
		}
	}
	return update
}

// inputs are the configured parts of the cart's items, in a resource's cart or
// in that of an evaluation.
func (m *contentModel) inputs(ctx context.Context, diags *diag.Diagnostics) []itemInput {
	if !isSet(m.CartItems) {
		return nil
	}
	if m.CartItems.ElementType(ctx).Equal(inputType) {
		return elements[itemInput](ctx, m.CartItems, diags)
	}
	var inputs []itemInput
	for _, item := range elements[itemModel](ctx, m.CartItems, diags) {
		inputs = append(inputs, item.itemInput)
	}
	return inputs
}

func (m *itemInput) toAPI(ctx context.Context, diags *diag.Diagnostics) talonone.CartItem {
	item := talonone.CartItem{
		SKU: m.SKU.ValueString(), Quantity: m.Quantity.ValueInt64(), Price: framework.JSONNumber(m.Price),
		Name: framework.StringPointer(m.Name), Category: framework.StringPointer(m.Category),
		Weight: framework.JSONNumber(m.Weight), Height: framework.JSONNumber(m.Height), Width: framework.JSONNumber(m.Width), Length: framework.JSONNumber(m.Length),
		Attributes: customattr.FromConfig(m.Attributes), AdditionalCosts: costsToAPI(ctx, m.AdditionalCosts, diags),
	}
	if product := framework.StringPointer(m.Product); product != nil {
		item.Product = &talonone.ItemProduct{Name: *product}
	}
	return item
}

func costsToAPI(ctx context.Context, costs types.Map, diags *diag.Diagnostics) map[string]talonone.AdditionalCost {
	if costs.IsNull() || costs.IsUnknown() {
		return nil
	}
	models := map[string]costModel{}
	diags.Append(costs.ElementsAs(ctx, &models, false)...)
	api := make(map[string]talonone.AdditionalCost, len(models))
	for name, model := range models {
		if price := framework.JSONNumber(model.Price); price != nil {
			api[name] = talonone.AdditionalCost{Price: *price}
		}
	}
	return api
}

// contentFromAPI is the content of a session. prior, from plan or state, keeps
// its spelling of what means the same, and says which custom attributes are
// managed; a null prior stands for all of them.
func contentFromAPI(ctx context.Context, api *talonone.Session, prior contentModel, diags *diag.Diagnostics) contentModel {
	content := contentModel{
		ProfileID:          types.StringValue(api.ProfileID),
		StoreIntegrationID: framework.OptionalString(&api.StoreIntegrationID, types.StringNull()),
		CouponCodes:        framework.StringList(api.CouponCodes, prior.CouponCodes, framework.CaseInsensitively),
		ReferralCode:       types.StringValue(api.ReferralCode),
		LoyaltyCards:       framework.StringList(api.LoyaltyCards, prior.LoyaltyCards, framework.Exactly),
		AdditionalCosts:    costsFromAPI(api.AdditionalCosts),
		Identifiers:        framework.StringList(api.Identifiers, prior.Identifiers, framework.Exactly),
		Attributes:         customattr.FromMembers(api.Attributes).ManagedValue(prior.Attributes),
	}
	if before := prior.ReferralCode.ValueString(); framework.CaseInsensitively(before, api.ReferralCode) && isSet(prior.ReferralCode) {
		content.ReferralCode = prior.ReferralCode
	}
	allocations := make([]attr.Value, len(api.ExperimentVariantAllocations))
	for i, a := range api.ExperimentVariantAllocations {
		allocations[i] = types.ObjectValueMust(allocationType.AttrTypes, map[string]attr.Value{
			"experiment_id": types.Int64Value(a.ExperimentID), "variant_id": types.Int64Value(a.VariantID),
		})
	}
	content.ExperimentVariantAllocations = types.ListValueMust(allocationType, allocations)
	content.CartItems = itemsFromAPI(ctx, api.CartItems, prior.CartItems, diags)
	return content
}

// itemsFromAPI is a session's cart. Where the prior cart has the same SKU at the
// same place, what that item omits stays null: a catalog may have filled it in.
func itemsFromAPI(ctx context.Context, api []talonone.SessionItem, prior types.List, diags *diag.Diagnostics) types.List {
	before := elements[itemModel](ctx, prior, diags)
	items := make([]itemModel, len(api))
	for i, one := range api {
		items[i] = itemFromAPI(one, i)
		if i < len(before) && before[i].SKU.Equal(items[i].SKU) {
			items[i].keepFrom(before[i])
		}
	}
	list, problems := types.ListValueFrom(ctx, itemType, items)
	diags.Append(problems...)
	return list
}

func itemFromAPI(api talonone.SessionItem, place int) itemModel {
	item := itemModel{
		itemInput: itemInput{
			SKU: types.StringValue(api.SKU), Quantity: types.Int64Value(api.Quantity), Price: numberOrNull(api.Price),
			Name: optional(api.Name), Category: optional(api.Category), Product: types.StringNull(),
			Weight: numberOrNull(api.Weight), Height: numberOrNull(api.Height), Width: numberOrNull(api.Width), Length: numberOrNull(api.Length),
			Attributes: jsontypes.NewNormalizedNull(), AdditionalCosts: types.MapNull(costType),
		},
		Position:          types.Int64Value(int64(place)),
		ReturnedQuantity:  types.Int64Value(api.ReturnedQuantity),
		RemainingQuantity: types.Int64Value(api.Quantity - api.ReturnedQuantity),
		CatalogItemID:     types.Int64Null(),
	}
	if position, err := api.Position.Int64(); err == nil {
		item.Position = types.Int64Value(position)
	}
	if api.RemainingQuantity != nil {
		item.RemainingQuantity = types.Int64Value(*api.RemainingQuantity)
	}
	if api.CatalogItemID != 0 {
		item.CatalogItemID = types.Int64Value(api.CatalogItemID)
	}
	if api.Product != nil {
		item.Product = optional(&api.Product.Name)
	}
	if len(api.Attributes) > 0 {
		item.Attributes = customattr.FromMembers(api.Attributes).Value()
	}
	if len(api.AdditionalCosts) > 0 {
		item.AdditionalCosts = costsFromAPI(api.AdditionalCosts)
	}
	return item
}

// keepFrom takes over the spelling and the nulls of the item as it was.
func (m *itemModel) keepFrom(before itemModel) {
	keepText := func(now *types.String, prior types.String) {
		if prior.IsNull() || (now.IsNull() && prior.ValueString() == "") {
			*now = prior
		}
	}
	keepText(&m.Name, before.Name)
	keepText(&m.Category, before.Category)
	keepText(&m.Product, before.Product)
	// A deployment may write 0 for a measure that is not set.
	keepMeasure := func(now *types.Number, prior types.Number) {
		if prior.IsNull() {
			*now = prior
		}
	}
	keepMeasure(&m.Weight, before.Weight)
	keepMeasure(&m.Height, before.Height)
	keepMeasure(&m.Width, before.Width)
	keepMeasure(&m.Length, before.Length)
	if before.Attributes.IsNull() {
		m.Attributes = before.Attributes
	} else if isSet(before.Attributes) {
		all := customattr.FromConfig(m.Attributes).WithoutCleared().SpelledAs(customattr.FromConfig(before.Attributes))
		if all.Equal(customattr.FromConfig(before.Attributes).WithoutCleared()) {
			m.Attributes = before.Attributes
		} else {
			m.Attributes = all.Value()
		}
	}
	if before.AdditionalCosts.IsNull() || (m.AdditionalCosts.IsNull() && len(before.AdditionalCosts.Elements()) == 0) {
		m.AdditionalCosts = before.AdditionalCosts
	}
}

func costsFromAPI(api map[string]talonone.AdditionalCost) types.Map {
	costs := make(map[string]attr.Value, len(api))
	for name, cost := range api {
		costs[name] = types.ObjectValueMust(costType.AttrTypes, map[string]attr.Value{"price": framework.Number(cost.Price)})
	}
	return types.MapValueMust(costType, costs)
}

// resultFromAPI is what the deployment says about a session and its effects.
func resultFromAPI(api *talonone.Session, effects []talonone.Effect) resultModel {
	outcome := promotion.Of(effects, promotion.Context{Session: api})
	return resultModel{
		ID:                          types.Int64Value(api.ID),
		ApplicationID:               types.Int64Value(api.ApplicationID),
		Created:                     framework.Time(api.Created),
		Updated:                     framework.Time(api.Updated),
		FirstSession:                types.BoolValue(api.FirstSession),
		UpdateCount:                 types.Int64Value(api.UpdateCount),
		Total:                       framework.Number(api.Total),
		CartItemTotal:               framework.Number(api.CartItemTotal),
		AdditionalCostTotal:         framework.Number(api.AdditionalCostTotal),
		CartItemAdditionalCostTotal: framework.Number(api.CartItemAdditionalCostTotal),
		Effects:                     framework.Effects(effects),
		AcceptedCoupons:             promotion.Value[types.List](outcome, "accepted_coupons"),
		RejectedCoupons:             promotion.Value[types.Map](outcome, "rejected_coupons"),
		TotalDiscount:               promotion.Value[types.Number](outcome, "total_discount"),
		Payable:                     promotion.Value[types.Number](outcome, "payable"),
		TotalPointsAdded:            promotion.Value[types.Number](outcome, "total_points_added"),
		FreeItems:                   promotion.Value[types.List](outcome, "free_items"),
	}
}

// elements decodes a list, none where it, or one of its elements, is null or unknown.
func elements[T any](ctx context.Context, list types.List, diags *diag.Diagnostics) []T {
	isOpen := func(element attr.Value) bool { return !isSet(element) }
	if !isSet(list) || slices.ContainsFunc(list.Elements(), isOpen) {
		return nil
	}
	var models []T
	diags.Append(list.ElementsAs(ctx, &models, false)...)
	return models
}

func isSet(value attr.Value) bool { return !value.IsNull() && !value.IsUnknown() }

// optional is null for a missing or empty text.
func optional(api *string) types.String { return framework.OptionalString(api, types.StringNull()) }

func numberOrNull(api *json.Number) types.Number {
	if api == nil {
		return types.NumberNull()
	}
	return framework.Number(*api)
}
