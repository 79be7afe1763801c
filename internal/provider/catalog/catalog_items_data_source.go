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

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ datasource.DataSource              = (*catalogItemsDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*catalogItemsDataSource)(nil)
)

type catalogItemsDataSource struct{ data *framework.Data }

// NewCatalogItemsDataSource is the data source talonone_catalog_items.
func NewCatalogItemsDataSource() datasource.DataSource { return &catalogItemsDataSource{} }

// foundItemsModel mirrors the data source.
type foundItemsModel struct {
	CatalogID    types.Int64 `tfsdk:"catalog_id"`
	SKUs         types.List  `tfsdk:"skus"`
	ProductNames types.List  `tfsdk:"product_names"`
	Items        ItemsValue  `tfsdk:"items"`
	ItemCount    types.Int64 `tfsdk:"item_count"`
}

func (d *catalogItemsDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "talonone_catalog_items"
}

func (d *catalogItemsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The items of a cart item catalog, all of them or those with certain SKUs or of certain products, in the form that the resource " +
			"`talonone_catalog_items` takes.\n\nRequires a Management API key that allows the catalogs endpoint. A catalog is read 1,000 items per request, 3 requests a second.",
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

func (d *catalogItemsDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *catalogItemsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model foundItemsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	found, err := d.read(ctx, model)
	if err != nil {
		failed := itemsOperation("read the items of catalog", model.CatalogID)
		failed.Construct = "data talonone_catalog_items"
		framework.AddError(&resp.Diagnostics, failed, err)
		return
	}
	model.Items, model.ItemCount = NewItemsValue(found.JSON()), countOf(found)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

// read chooses the listing that the filters need. A filter that is an empty list lets nothing pass.
func (d *catalogItemsDataSource) read(ctx context.Context, model foundItemsModel) (Items, error) {
	skus, filtered := framework.Strings(model.SKUs)
	products, _ := framework.Strings(model.ProductNames)
	var rows []talonone.CatalogItem
	var err error
	id := model.CatalogID.ValueInt64()
	switch {
	case filtered && len(skus) == 0, !model.ProductNames.IsNull() && len(products) == 0:
	case len(products) > 0:
		rows, err = d.data.Client.CatalogItemsOfProducts(ctx, id, products, skus)
	case filtered:
		rows, err = d.data.Client.CatalogItemsBySKU(ctx, id, skus)
	default:
		rows, err = d.data.Client.CatalogItems(ctx, id)
	}
	if err != nil {
		return nil, err
	}
	return fromAPI(rows)
}
