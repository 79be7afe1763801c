package customer

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/mapplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
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
	IntegrationID types.String `tfsdk:"integration_id"`
	Triggers      types.Map    `tfsdk:"triggers"`
	Found         types.Bool   `tfsdk:"found"`
}

func (r *dataDeletionResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = dataDeletionType
}

func (r *dataDeletionResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Erases a customer's data once, when the resource is created, and again whenever `triggers` change: all attributes of the profile, of its sessions and of its events, " +
			"in every Application of the environment. **This can't be undone.** The profile itself is not deleted, which the API can't do. With Terraform 1.14 and later the action `talonone_delete_customer_data` does the same without a resource.\n\n" +
			"Needs an Integration API key, whose Application decides between the sandbox and the live environment. The vendor advises against erasing during peak hours.\n\n" +
			"Destroying the resource does nothing but forget it. It can't be imported, since an erasure leaves nothing to read.",
		Attributes: map[string]schema.Attribute{
			"integration_id": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "ID of the customer in your own systems, 1 to 1000 characters, case-sensitive. Must not be managed by a profile resource at the same time, which would write the attributes again. " +
					"A change replaces the resource, which erases the data of the customer that it names then.",
				Validators:    []validator.String{stringvalidator.LengthBetween(1, talonone.MaxIntegrationID)},
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"triggers": schema.MapAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Any texts, such as the number of a deletion request: a change of them erases again. Default: none, so that the data is erased once. A change replaces the resource.",
				PlanModifiers:       []planmodifier.Map{mapplanmodifier.RequiresReplace()},
			},
			"found": schema.BoolAttribute{
				Computed: true,
				MarkdownDescription: "Whether the environment of the key knew the customer; `false` means that nothing was there to erase, and a warning says so. " +
					"To make that an error, check it in a `postcondition`.",
			},
		},
	}
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
	// A replacement is planned as a creation too.
	if req.Plan.Raw.IsNull() || !req.State.Raw.IsNull() {
		return
	}
	var plan dataDeletionModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.AddWarning("Applying erases customer data",
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

// Update has nothing to do: every change replaces the resource.
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
		framework.AddError(diags, framework.Doing{Construct: construct, Action: "erase customer data of profile", Object: label(integrationID.ValueString())}, err)
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
