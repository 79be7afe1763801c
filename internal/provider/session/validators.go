package session

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// stateValidator accepts the states that an update can ask for, and the one that
// the generated configuration of an import holds after a return: the plan
// refuses it where the session is in another state.
type stateValidator struct{}

func (stateValidator) Description(context.Context) string {
	return `one of "open", "closed" and "cancelled"`
}

func (v stateValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v stateValidator) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	switch state := req.ConfigValue.ValueString(); state {
	case talonone.SessionOpen, talonone.SessionClosed, talonone.SessionCancelled, talonone.SessionPartiallyReturned:
	default:
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid state", fmt.Sprintf("%q is not %s.", state, v.Description(ctx)))
	}
}

// quantityValidator bounds the sum of a cart's quantities.
type quantityValidator struct{}

func (quantityValidator) Description(context.Context) string {
	return fmt.Sprintf("quantities that sum up to at most %d", talonone.MaxCartQuantity)
}

func (v quantityValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v quantityValidator) ValidateList(ctx context.Context, req validator.ListRequest, resp *validator.ListResponse) {
	var sum int64
	for _, element := range req.ConfigValue.Elements() {
		item, ok := element.(types.Object)
		if !ok {
			continue
		}
		if quantity, ok := item.Attributes()["quantity"].(types.Int64); ok {
			sum += quantity.ValueInt64()
		}
	}
	if sum > talonone.MaxCartQuantity {
		resp.Diagnostics.AddAttributeError(req.Path, "Too many units in the cart",
			fmt.Sprintf("The quantities of the items sum up to %d; the API allows %s.", sum, v.Description(ctx)))
	}
}

// returnedItemValidator, of a returned item's position, demands that or the SKU.
type returnedItemValidator struct{}

func (returnedItemValidator) Description(context.Context) string {
	return "a position, unless there is a SKU"
}

func (v returnedItemValidator) MarkdownDescription(ctx context.Context) string {
	return v.Description(ctx)
}

func (v returnedItemValidator) ValidateInt64(ctx context.Context, req validator.Int64Request, resp *validator.Int64Response) {
	var sku types.String
	item := req.Path.ParentPath()
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, item.AtName("sku"), &sku)...)
	if req.ConfigValue.IsNull() && sku.IsNull() {
		resp.Diagnostics.AddAttributeError(item, "No item to return",
			fmt.Sprintf("%s names no item of the cart: set its position, its sku, or both.", item))
	}
}
