package session

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// stateValidator accepts the states that an update can ask for.
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
	case talonone.SessionOpen, talonone.SessionClosed, talonone.SessionCancelled:
	case talonone.SessionPartiallyReturned:
		resp.Diagnostics.AddAttributeError(req.Path, "A session becomes partially returned by a return only",
			`Keep state = "closed", which a partially returned session satisfies, and return items with talonone_cart_item_return.`)
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

func partValidators(parts []string) []validator.List {
	return []validator.List{
		listvalidator.NoNullValues(), listvalidator.UniqueValues(), listvalidator.ValueStringsAre(stringvalidator.OneOf(parts...)),
	}
}
