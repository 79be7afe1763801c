package catalog

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ list.ListResource              = (*catalogItemList)(nil)
	_ list.ListResourceWithConfigure = (*catalogItemList)(nil)
)

type catalogItemList struct{ data *framework.Data }

// NewCatalogItemList is the list resource talonone_catalog_item.
func NewCatalogItemList() list.ListResource { return &catalogItemList{} }

// listedItemsModel mirrors the list block's configuration.
type listedItemsModel struct {
	CatalogID    types.Int64 `tfsdk:"catalog_id"`
	ProductNames types.List  `tfsdk:"product_names"`
}

func (l *catalogItemList) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = itemResourceType
}

func (l *catalogItemList) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the items of a cart item catalog, so that `terraform query` can find what to import. Requires a Management API key that allows the catalogs endpoint.",
		Attributes: map[string]schema.Attribute{
			"catalog_id": schema.Int64Attribute{
				Required:            true,
				MarkdownDescription: "ID of the catalog.",
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
			},
			"product_names": schema.ListAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Only items of these products, spelled exactly.",
				Validators:          []validator.List{listvalidator.SizeAtLeast(1), listvalidator.NoNullValues(), listvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1))},
			},
		},
	}
}

func (l *catalogItemList) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	l.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (l *catalogItemList) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var config listedItemsModel
	diags := req.Config.Get(ctx, &config)
	products, _ := framework.Strings(config.ProductNames)
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	var items []talonone.CatalogItem
	var err error
	if len(products) > 0 {
		items, err = l.data.Client.CatalogItemsOfProducts(ctx, config.CatalogID.ValueInt64(), products, nil)
	} else {
		items, err = l.data.Client.CatalogItems(ctx, config.CatalogID.ValueInt64())
	}
	if err != nil {
		failed := itemsOperation("list the items of catalog", config.CatalogID)
		failed.Construct = "list " + itemResourceType
		framework.AddError(&diags, failed, err)
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = func(push func(list.ListResult) bool) {
		for i := range items {
			if int64(i) == req.Limit || !push(l.result(ctx, req, config.CatalogID, &items[i])) {
				return
			}
		}
	}
}

// result is what a query shows of one item.
func (l *catalogItemList) result(ctx context.Context, req list.ListRequest, catalogID types.Int64, item *talonone.CatalogItem) list.ListResult {
	result := req.NewListResult(ctx)
	result.DisplayName = item.SKU
	model, err := itemFromAPI(item, catalogItemModel{Deployed: l.data.Here(), CatalogID: catalogID})
	if err != nil {
		result.Diagnostics = diag.Diagnostics{diag.NewErrorDiagnostic("Unreadable catalog item", err.Error())}
		return result
	}
	result.Diagnostics.Append(result.Identity.Set(ctx, model.identity())...)
	if req.IncludeResource {
		result.Diagnostics.Append(result.Resource.Set(ctx, &model)...)
	}
	return result
}
