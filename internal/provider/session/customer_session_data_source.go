package session

import (
	"context"
	"fmt"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/promotion"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ datasource.DataSource              = (*sessionDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*sessionDataSource)(nil)
)

type sessionDataSource struct{ data *framework.Data }

// NewCustomerSessionDataSource is the data source talonone_customer_session.
func NewCustomerSessionDataSource() datasource.DataSource { return &sessionDataSource{} }

// foundModel mirrors a session that was looked up.
type foundModel struct {
	contentModel
	resultModel

	IntegrationID types.String `tfsdk:"integration_id"`
	State         types.String `tfsdk:"state"`
}

// pricedItemModel mirrors a cart item with the prices that the deployment has for it.
type pricedItemModel struct {
	itemModel

	SelectedPriceType        types.String         `tfsdk:"selected_price_type"`
	AdjustmentReferenceID    types.String         `tfsdk:"adjustment_reference_id"`
	AdjustmentEffectiveFrom  timetypes.RFC3339    `tfsdk:"adjustment_effective_from"`
	AdjustmentEffectiveUntil timetypes.RFC3339    `tfsdk:"adjustment_effective_until"`
	Prices                   jsontypes.Normalized `tfsdk:"prices"`
}

var pricedItemType = func() types.ObjectType {
	all := maps.Clone(itemType.AttrTypes)
	maps.Copy(all, map[string]attr.Type{
		"selected_price_type": types.StringType, "adjustment_reference_id": types.StringType, "adjustment_effective_from": timetypes.RFC3339Type{},
		"adjustment_effective_until": timetypes.RFC3339Type{}, "prices": jsontypes.NormalizedType{},
	})
	return types.ObjectType{AttrTypes: all}
}()

func pricedItems(ctx context.Context, api []talonone.SessionItem, diags *diag.Diagnostics) types.List {
	items := make([]pricedItemModel, len(api))
	for i, one := range api {
		items[i] = pricedItemModel{
			itemModel:         itemFromAPI(one, i),
			SelectedPriceType: optional(one.SelectedPriceType), AdjustmentReferenceID: optional(one.AdjustmentReferenceID),
			AdjustmentEffectiveFrom: framework.OptionalTime(one.AdjustmentEffectiveFrom), AdjustmentEffectiveUntil: framework.OptionalTime(one.AdjustmentEffectiveUntil),
			Prices: jsontypes.NewNormalizedNull(),
		}
		if len(one.Prices) > 0 && string(one.Prices) != "null" {
			items[i].Prices = jsontypes.NewNormalizedValue(string(one.Prices))
		}
	}
	list, problems := types.ListValueFrom(ctx, pricedItemType, items)
	diags.Append(problems...)
	return list
}

func (d *sessionDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = resourceType
}

func (d *sessionDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := foundContent()
	attributes["effects"] = framework.DataSourceEffects("Only active effects: effects that were rolled back are omitted.")["effects"]
	maps.Copy(attributes, promotion.DataSourceAttributes(resultOutcome...))
	maps.Copy(attributes, map[string]schema.Attribute{
		"integration_id": schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "ID of the session in the Application of the Integration API key, case-sensitive.",
			Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
		},
		"state":         schema.StringAttribute{Computed: true, MarkdownDescription: "State of the session: `open`, `closed`, `partially_returned` or `cancelled`."},
		"id":            schema.Int64Attribute{Computed: true, MarkdownDescription: resultText["id"]},
		"created":       schema.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: resultText["created"]},
		"updated":       schema.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: resultText["updated"]},
		"first_session": schema.BoolAttribute{Computed: true, MarkdownDescription: resultText["first_session"]},
	})
	for _, name := range []string{"application_id", "update_count"} {
		attributes[name] = schema.Int64Attribute{Computed: true, MarkdownDescription: resultText[name]}
	}
	for _, name := range []string{"total", "cart_item_total", "additional_cost_total", "cart_item_additional_cost_total"} {
		attributes[name] = schema.NumberAttribute{Computed: true, MarkdownDescription: resultText[name]}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads one customer session with its cart and the effects in force. A session that does not exist is an error.\n\nNeeds an Integration API key.",
		Attributes:          attributes,
	}
}

func (d *sessionDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *sessionDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model foundModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	id := model.IntegrationID.ValueString()
	response, err := d.data.Client.GetCustomerSession(ctx, id)
	if talonone.IsUnknownSession(err) {
		resp.Diagnostics.AddAttributeError(path.Root("integration_id"), "Customer session not found",
			fmt.Sprintf("The Application of the Integration API key has no customer session %q. IDs are case-sensitive.", id))
		return
	}
	if err != nil {
		framework.AddError(&resp.Diagnostics, framework.Operation{Construct: "data " + resourceType, Action: "read customer session", Object: fmt.Sprintf("%q", id)}, err)
		return
	}
	model.contentModel = contentFromAPI(ctx, response.Session, nullContent(), &resp.Diagnostics)
	model.CartItems = pricedItems(ctx, response.Session.CartItems, &resp.Diagnostics)
	model.resultModel = resultFromAPI(response.Session, response.Effects)
	model.State = types.StringValue(response.Session.State)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}
