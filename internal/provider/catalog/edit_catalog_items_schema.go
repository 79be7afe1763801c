package catalog

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

func (a *editItemsAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Changes or removes, in one request, all items of a cart item catalog whose attributes pass a filter, for what is done once, such as a sale or a clearance. " +
			"Items that a resource manages show as drift afterwards.\n\nRequires an Integration API key.",
		Attributes: map[string]schema.Attribute{
			"catalog_id": schema.Int64Attribute{
				Required:            true,
				MarkdownDescription: "ID of the catalog, as the Campaign Manager shows it under Account > Tools > Cart item catalogs.",
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
			},
			"edit": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "`patch` sets `price` and `attributes` of the items (syncCatalog's PATCH_MANY), `remove` removes them (REMOVE_MANY).",
				Validators:          []validator.String{stringvalidator.OneOf(editPatch, editRemove)},
			},
			"filters": schema.ListNestedAttribute{
				Optional:            true,
				MarkdownDescription: "Conditions on the items, all of which must hold. There must be at least one, unless `all_items` is `true`.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"attribute": schema.StringAttribute{
						Required:            true,
						MarkdownDescription: "Name of an attribute that is connected to the catalog.",
						Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
					},
					"operator": schema.StringAttribute{
						Required:            true,
						MarkdownDescription: "`EQ` (equal), `IN` (one of several), or for numbers `LT`, `LE`, `GT`, `GE`.",
						Validators:          []validator.String{stringvalidator.OneOf(operators...)},
					},
					"value": schema.StringAttribute{
						Required: true, CustomType: jsontypes.NormalizedType{},
						MarkdownDescription: "Value to compare with, in JSON: `jsonencode(42)`, `jsonencode(\"red\")`. For `IN` it is one text of comma-separated values: `jsonencode(\"red,blue\")`.",
					},
				}},
			},
			"all_items": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Must be `true` to edit all items of the catalog, without filters. Default `false`.",
			},
			"price": schema.NumberAttribute{
				Optional:            true,
				MarkdownDescription: "New price, with `patch`. If omitted, the price stays.",
			},
			"attributes": schema.StringAttribute{
				Optional: true, CustomType: jsontypes.NormalizedType{},
				MarkdownDescription: "New values of custom attributes as a JSON object, with `patch`.",
			},
		},
	}
}
