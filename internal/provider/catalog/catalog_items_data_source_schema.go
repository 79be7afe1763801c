package catalog

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func (d *catalogItemsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The items of a cart item catalog, all of them or those with certain SKUs or of certain products, in the form that the resource " +
			"`talonone_catalog_items` takes.\n\nRequires a Management API key that allows the catalogs endpoint. A catalog is read 1,000 items a request, 3 requests a second.",
		Attributes: map[string]schema.Attribute{
			"catalog_id": schema.Int64Attribute{
				Required:            true,
				MarkdownDescription: "ID of the catalog, as the Campaign Manager shows it under Account > Tools > Cart item catalogs.",
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
			},
			"skus": schema.ListAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Only items with these SKUs, spelled exactly. SKUs that the catalog lacks are omitted without an error.",
				Validators:          []validator.List{listvalidator.NoNullValues(), listvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1))},
			},
			"product_names": schema.ListAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Only items of these products, spelled exactly.",
				Validators:          []validator.List{listvalidator.NoNullValues(), listvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1))},
			},
			"items": schema.StringAttribute{
				Computed: true, CustomType: ItemsType{},
				MarkdownDescription: "The items as one JSON string, an object from SKU to `{ price, product, attributes }`. `jsondecode` makes a map of it.",
			},
			"item_count": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: "How many items were found.",
			},
		},
	}
}
