package catalog

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
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

func (d *catalogItemsDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *catalogItemsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model foundItemsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	skus, products := texts(ctx, model.SKUs, &resp.Diagnostics), texts(ctx, model.ProductNames, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	found, err := d.read(ctx, model, skus, products)
	if err != nil {
		failed := itemsDoing("read the items of catalog", model.CatalogID)
		failed.Construct = "data talonone_catalog_items"
		framework.AddError(&resp.Diagnostics, failed, err)
		return
	}
	model.Items, model.ItemCount = NewItemsValue(found.JSON()), countOf(found)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

// read chooses the listing that the filters need. A filter that is an empty list lets nothing pass.
func (d *catalogItemsDataSource) read(ctx context.Context, model foundItemsModel, skus, products []string) (Items, error) {
	var rows []talonone.CatalogItem
	var err error
	id := model.CatalogID.ValueInt64()
	switch filtered := !model.SKUs.IsNull(); {
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

func texts(ctx context.Context, list types.List, diags *diag.Diagnostics) []string {
	if list.IsNull() {
		return nil
	}
	var elements []string
	diags.Append(list.ElementsAs(ctx, &elements, false)...)
	return elements
}
