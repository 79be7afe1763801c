package customer

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/journal"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ resource.Resource               = (*dataDeletionResource)(nil)
	_ resource.ResourceWithConfigure  = (*dataDeletionResource)(nil)
	_ resource.ResourceWithModifyPlan = (*dataDeletionResource)(nil)
	_ resource.ResourceWithIdentity   = (*dataDeletionResource)(nil)
)

const dataDeletionType = "talonone_customer_data_deletion"

type dataDeletionResource struct{ data *framework.Data }

// NewCustomerDataDeletionResource is the resource talonone_customer_data_deletion.
func NewCustomerDataDeletionResource() resource.Resource { return &dataDeletionResource{} }

// dataDeletionModel mirrors the resource talonone_customer_data_deletion.
type dataDeletionModel struct {
	framework.Deployed
	framework.Timed

	IntegrationID types.String `tfsdk:"integration_id"`
	Triggers      types.Map    `tfsdk:"triggers"`
	Found         types.Bool   `tfsdk:"found"`
}

func (r *dataDeletionResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = dataDeletionType
}

func (r *dataDeletionResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"integration_id": identityschema.StringAttribute{RequiredForImport: true, Description: "ID of the customer in your own systems."},
	}}
}

func (r *dataDeletionResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *dataDeletionResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	var plan, state dataDeletionModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		resp.RequiresReplace = journal.RunsAgain([]journal.Input{
			{Name: "integration_id", Planned: plan.IntegrationID, Prior: state.IntegrationID}, {Name: "triggers", Planned: plan.Triggers, Prior: state.Triggers},
		})
		if len(resp.RequiresReplace) == 0 {
			resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("found"), state.Found)...)
			return
		}
	}
	if resp.Diagnostics.HasError() {
		return
	}
	// Terraform shows the warnings of the call that plans the end of a replaced object, not of the other.
	resp.Diagnostics.AddWarning("Applying erases data of "+customerLabel(plan.IntegrationID),
		fmt.Sprintf("All attributes of %s, its sessions and its events are erased in every Application of the environment. This can't be undone.", customerLabel(plan.IntegrationID)))
}

func (r *dataDeletionResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan dataDeletionModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	plan.Found = eraseOnce(ctx, r.data, dataDeletionType, plan.IntegrationID, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, profileIdentity{IntegrationID: plan.IntegrationID})...)
}

// Read keeps the state: an erasure can't be seen.
func (r *dataDeletionResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state dataDeletionModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, profileIdentity{IntegrationID: state.IntegrationID})...)
}

// Update only keeps another spelling of no triggers: every other change replaces the resource.
func (r *dataDeletionResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan dataDeletionModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, profileIdentity{IntegrationID: plan.IntegrationID})...)
}

// Delete only forgets: what is erased stays erased.
func (r *dataDeletionResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {
}

// eraseOnce erases a customer's data and says whether the deployment knew the
// customer. That it did not is a warning, since the wish is fulfilled all the
// same, and the ID may be mistyped or belong to the other environment.
func eraseOnce(ctx context.Context, data *framework.Data, construct string, integrationID types.String, diags *diag.Diagnostics) types.Bool {
	if diags.HasError() {
		return types.BoolNull()
	}
	err := data.Client.DeleteCustomerData(ctx, integrationID.ValueString())
	switch {
	case talonone.IsNotFound(err):
		diags.AddAttributeWarning(path.Root("integration_id"), "There was no customer data to erase",
			fmt.Sprintf("The environment of the Integration API key has no profile %s. Check the ID, and whether the key belongs to the right environment, sandbox or live.", label(integrationID.ValueString())))
		return types.BoolValue(false)
	case err != nil:
		framework.AddError(diags, framework.Operation{Construct: construct, Action: "erase customer data of profile", Object: label(integrationID.ValueString())}, err)
		return types.BoolNull()
	}
	return types.BoolValue(true)
}

func customerLabel(integrationID types.String) string {
	if integrationID.IsUnknown() {
		return "a profile whose ID is not known yet"
	}
	return "profile " + label(integrationID.ValueString())
}
