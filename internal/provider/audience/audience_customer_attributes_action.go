package audience

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ action.Action               = (*customerAttributesAction)(nil)
	_ action.ActionWithConfigure  = (*customerAttributesAction)(nil)
	_ action.ActionWithModifyPlan = (*customerAttributesAction)(nil)
)

const customerAttributesActionType = "talonone_update_audience_customer_attributes"

// memberAttributes is what can be set on the members of an audience.
var memberAttributes = customattr.Validator{NotEmpty: true}

type customerAttributesAction struct{ data *framework.Data }

// NewUpdateAudienceCustomerAttributesAction is the action talonone_update_audience_customer_attributes.
func NewUpdateAudienceCustomerAttributesAction() action.Action { return &customerAttributesAction{} }

// customerAttributesActionModel mirrors the action.
type customerAttributesActionModel struct {
	AudienceID types.Int64          `tfsdk:"audience_id"`
	Attributes jsontypes.Normalized `tfsdk:"attributes"`
}

func (a *customerAttributesAction) Metadata(_ context.Context, _ action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = customerAttributesActionType
}

func (a *customerAttributesAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Sets custom attributes on all current members of an audience. **This can't be undone**, because the API doesn't return earlier values. " +
			"The resource `talonone_audience_customer_attributes` does the same, and detects members who lack the values.\n\n" +
			"Requires an Integration API key.",
		Attributes: map[string]schema.Attribute{
			"audience_id": schema.Int64Attribute{
				Required:            true,
				MarkdownDescription: "ID of the audience.",
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
			},
			"attributes": schema.StringAttribute{
				Required: true, CustomType: jsontypes.NormalizedType{}, Validators: []validator.String{memberAttributes},
				MarkdownDescription: "Custom attributes of customer profiles and their values, as one JSON object: `jsonencode({ Language = \"de\" })`. " +
					"Names and types are checked against the account's definitions if a Management API key allows it.",
			},
		},
	}
}

func (a *customerAttributesAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (a *customerAttributesAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	if a.data == nil {
		return
	}
	var config customerAttributesActionModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	expectAudience(ctx, a.data, customerAttributesActionType, config.AudienceID, &resp.Diagnostics)
	customattr.Check(ctx, a.data, talonone.EntityCustomerProfile, nil, config.Attributes, path.Root("attributes"), &resp.Diagnostics)
}

func (a *customerAttributesAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	ctx = framework.Progress(ctx, resp)
	var config customerAttributesActionModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	// A value that was unknown when the configuration was validated is known here.
	memberAttributes.Validate(config.Attributes.ValueString(), path.Root("attributes"), &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	id := config.AudienceID.ValueInt64()
	resp.SendProgress(action.InvokeProgressEvent{Message: fmt.Sprintf("Setting attributes on the members of audience %d.", id)})
	if err := a.data.Client.UpdateAudienceCustomersAttributes(ctx, id, json.RawMessage(config.Attributes.ValueString())); err != nil {
		framework.AddError(&resp.Diagnostics, attributesOperation(customerAttributesActionType, config.AudienceID), err)
		return
	}
	resp.SendProgress(action.InvokeProgressEvent{Message: fmt.Sprintf("All members of audience %d have the attributes.", id)})
}
