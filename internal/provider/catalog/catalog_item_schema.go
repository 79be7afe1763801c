package catalog

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

func (r *catalogItemResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "One item of a cart item catalog, for modules that own single products. Many of them in one run share their requests. For whole catalogs use " +
			"`talonone_catalog_items`: Terraform itself is slow with thousands of resources.\n\n" +
			"Requires an Integration API key to write, and a Management API key that allows the catalogs endpoint to read. Without a Management key, changes made outside Terraform " +
			"are not detected; the plan warns about this.",
		Attributes: map[string]schema.Attribute{
			"catalog_id": schema.Int64Attribute{
				Required:            true,
				MarkdownDescription: "ID of the catalog, as the Campaign Manager shows it under Account > Tools > Cart item catalogs. Changing this replaces the item.",
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
				PlanModifiers:       []planmodifier.Int64{int64planmodifier.RequiresReplace()},
			},
			"sku": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "SKU of the item, unique in the catalog. An item that exists already is managed from then on; the plan warns about it. Changing this replaces the item.",
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"price": schema.NumberAttribute{
				Optional:            true,
				MarkdownDescription: "Price of the item, kept as an exact decimal. Changes in place; to take a price away the item is removed and added again, since the API keeps an omitted price.",
			},
			"product": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Name of the product that groups the SKU with others. Changes in place.",
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"attributes": schema.StringAttribute{
				Optional: true, CustomType: jsontypes.NormalizedType{},
				MarkdownDescription: "Custom attributes as a JSON object, best written with `jsonencode`. They replace the item's attributes as a whole. `null` is the same as omitting the key. Changes in place.",
			},
		},
	}
}
