package customer

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
)

var (
	_ action.Action                   = (*deleteDataAction)(nil)
	_ action.ActionWithConfigure      = (*deleteDataAction)(nil)
	_ action.ActionWithValidateConfig = (*deleteDataAction)(nil)
	_ action.ActionWithModifyPlan     = (*deleteDataAction)(nil)
)

const deleteDataType = "talonone_delete_customer_data"

type deleteDataAction struct{ data *framework.Data }

// NewDeleteCustomerDataAction is the action talonone_delete_customer_data.
func NewDeleteCustomerDataAction() action.Action { return &deleteDataAction{} }

// deleteDataModel mirrors the action talonone_delete_customer_data.
type deleteDataModel struct {
	IntegrationID types.String `tfsdk:"integration_id"`
	Confirm       types.String `tfsdk:"confirm"`
}

func (a *deleteDataAction) Metadata(_ context.Context, _ action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = deleteDataType
}

func (a *deleteDataAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Erases a customer's data: all attributes of the profile, of its sessions and of its events, in every Application of the environment. **This can't be undone.** " +
			"The profile itself is not deleted, which the API can't do. For Terraform before 1.14, and for OpenTofu, use the resource `talonone_customer_data_deletion`.\n\n" +
			"Requires an Integration API key, whose Application decides between the sandbox and the live environment. Talon.One advises against erasing during peak hours.",
		Attributes: map[string]schema.Attribute{
			"integration_id": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "ID of the customer in your own systems, 1 to 1,000 characters, case-sensitive.",
				Validators:          framework.IntegrationID(),
			},
			"confirm": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "The same ID again, as a confirmation. If it differs from `integration_id`, nothing is erased.",
			},
		},
	}
}

func (a *deleteDataAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (a *deleteDataAction) ValidateConfig(ctx context.Context, req action.ValidateConfigRequest, resp *action.ValidateConfigResponse) {
	var config deleteDataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	config.requireConfirmation(&resp.Diagnostics)
}

func (a *deleteDataAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	var config deleteDataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.AddWarning("The action erases data of "+customerLabel(config.IntegrationID),
		fmt.Sprintf("All attributes of %s, its sessions and its events are erased in every Application of the environment. This can't be undone.", customerLabel(config.IntegrationID)))
}

func (a *deleteDataAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	ctx = framework.Progress(ctx, resp)
	var config deleteDataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	// Values that were unknown to ValidateConfig are known here.
	config.requireConfirmation(&resp.Diagnostics)
	found := eraseOnce(ctx, a.data, deleteDataType, config.IntegrationID, &resp.Diagnostics)
	if found.ValueBool() {
		resp.SendProgress(action.InvokeProgressEvent{Message: fmt.Sprintf("Customer data of profile %s is erased.", label(config.IntegrationID.ValueString()))})
	}
}

func (m deleteDataModel) requireConfirmation(diags *diag.Diagnostics) {
	if m.IntegrationID.IsUnknown() || m.Confirm.IsUnknown() || m.IntegrationID.Equal(m.Confirm) {
		return
	}
	diags.AddAttributeError(path.Root("confirm"), "Erasure is not confirmed",
		fmt.Sprintf("confirm is %q and integration_id is %q. Erasing customer data can't be undone: set confirm to the same ID to confirm.", m.Confirm.ValueString(), m.IntegrationID.ValueString()))
}
