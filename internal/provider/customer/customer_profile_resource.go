// Package customer holds the constructs about customers: profiles with their attributes, what a deployment knows about a
// customer, and the erasure of customer data. The provider registers them.
package customer

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ resource.Resource                   = (*profileResource)(nil)
	_ resource.ResourceWithConfigure      = (*profileResource)(nil)
	_ resource.ResourceWithValidateConfig = (*profileResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*profileResource)(nil)
	_ resource.ResourceWithImportState    = (*profileResource)(nil)
	_ resource.ResourceWithIdentity       = (*profileResource)(nil)
)

const profileType = "talonone_customer_profile"

type profileResource struct {
	framework.InAccount

	data *framework.Data
}

// NewCustomerProfileResource is the resource talonone_customer_profile.
func NewCustomerProfileResource() resource.Resource { return &profileResource{} }

func (r *profileResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = profileType
}

func (r *profileResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"integration_id": identityschema.StringAttribute{RequiredForImport: true, Description: "ID of the customer in your own systems."},
	}}
}

func (r *profileResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *profileResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config profileModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	config.validateAudienceChanges(&resp.Diagnostics)
	if !config.ResponseContent.IsNull() && !config.RunRuleEngine.IsUnknown() && !config.RunRuleEngine.ValueBool() {
		resp.Diagnostics.AddAttributeError(path.Root("response_content"), "Response parts require the rules",
			"The API returns these parts only if the rules run. Set run_rule_engine = true, or remove response_content.")
	}
}

func (r *profileResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.data == nil {
		return
	}
	var state, plan profileModel
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if req.Plan.Raw.IsNull() {
		bulk.NoteGuards(ctx, resp.Private, bulk.Guards{Erases: state.EraseOnDestroy}, &resp.Diagnostics)
		warnOfDestroy(state.IntegrationID.ValueString(), state.EraseOnDestroy.ValueBool(), &resp.Diagnostics)
		if claim := state.claim(); claim.Lost != "" {
			r.data.Owners.Leave(ctx, claim, claim.Rows, req.Private, resp.Private, &resp.Diagnostics)
		}
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if req.State.Raw.IsNull() || !plan.Attributes.Equal(state.Attributes) {
		customattr.Check(ctx, r.data, talonone.EntityCustomerProfile, nil, plan.Attributes, path.Root("attributes"), &resp.Diagnostics)
	}
	if !plan.IntegrationID.IsUnknown() {
		claim := plan.claim()
		claim.Held = func(string) bool { return plan.IntegrationID.Equal(state.IntegrationID) }
		r.data.Owners.Claim(ctx, claim, req.Private, resp.Private, &resp.Diagnostics)
	}
	for _, claim := range plan.membershipClaims(state) {
		r.data.Owners.Claim(ctx, claim, req.Private, resp.Private, &resp.Diagnostics)
	}
	if req.State.Raw.IsNull() {
		bulk.NoteGuards(ctx, resp.Private, bulk.Guards{Erases: plan.EraseOnDestroy}, &resp.Diagnostics)
		plan.Imported = types.BoolValue(false)
		plan.planRun()
		resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
		return
	}
	if resp.Diagnostics.HasError() {
		return
	}
	if !plan.IntegrationID.Equal(state.IntegrationID) {
		warnOfDestroy(state.IntegrationID.ValueString(), state.EraseOnDestroy.ValueBool() && (plan.EraseOnDestroy.IsUnknown() || plan.EraseOnDestroy.ValueBool()), &resp.Diagnostics)
		resp.RequiresReplace = path.Paths{path.Root("integration_id")}
		if claim := state.claim(); claim.Lost != "" && (plan.EraseOnDestroy.IsUnknown() || plan.EraseOnDestroy.ValueBool()) {
			r.data.Owners.Remove(ctx, claim, claim.Rows, req.Private, resp.Private, &resp.Diagnostics)
		}
		plan.Imported = types.BoolValue(false)
		plan.planRun()
		resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
		return
	}
	plan.ID, plan.AccountID, plan.Created, plan.Sandbox = state.ID, state.AccountID, state.Created, state.Sandbox
	if !state.Imported.ValueBool() {
		plan.Imported = types.BoolValue(false)
	}
	if plan.ResponseContent.IsNull() {
		plan.Response = jsontypes.NewNormalizedNull()
	}
	if !plan.Attributes.IsUnknown() {
		planUpdate(&plan, state, &resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// noteMemberships notes the memberships that a request decides on, before it is sent.
func (r *profileResource) noteMemberships(ctx context.Context, plan profileModel, private bulk.Private, diags *diag.Diagnostics) {
	for _, claim := range plan.membershipClaims(plan) {
		r.data.Owners.Write(ctx, claim, private, diags)
	}
}

func (r *profileResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan profileModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	desired, err := plan.attributes()
	if err != nil {
		framework.AddError(&resp.Diagnostics, profileOperation("create customer profile", plan), err)
		return
	}
	// A failure leaves no state: a profile that was created all the same is taken
	// over by the next apply, where a tainted one could be erased.
	unlock := r.lock(ctx, plan, &resp.Diagnostics)
	defer unlock()
	if resp.Diagnostics.HasError() {
		return
	}
	r.data.Owners.Write(ctx, plan.claim(), resp.Private, &resp.Diagnostics)
	r.noteMemberships(ctx, plan, resp.Private, &resp.Diagnostics)
	change := profileChange{sent: desired}
	change.joins, change.leaves, _ = plan.moves(profileModel{})
	model := r.write(ctx, plan, change, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, profileIdentity{IntegrationID: model.IntegrationID})...)
}

func (r *profileResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state profileModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	// Older CLIs keep no identity, and the framework asks for one even where the
	// profile turns out to be gone.
	resp.Diagnostics.Append(resp.Identity.Set(ctx, profileIdentity{IntegrationID: state.IntegrationID})...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !r.data.Client.HasIntegrationKey() && !state.ID.IsNull() {
		framework.WarnUnseen(&resp.Diagnostics, profileType, "getCustomerInventory", talonone.IntegrationCredential)
		return
	}
	profile, err := readProfile(ctx, r.data.Client, state.IntegrationID.ValueString())
	switch {
	case talonone.IsNotFound(err):
		r.data.RefuseOtherEnvironment(ctx, state.label(), state.Sandbox, nil, &resp.Diagnostics)
		resp.State.RemoveResource(ctx)
	case err == nil && framework.IsAnother(state.Created, profile.Created):
		r.data.RefuseOtherEnvironment(ctx, state.label(), state.Sandbox, profile.Sandbox, &resp.Diagnostics)
		framework.WarnAnother(&resp.Diagnostics, state.label(), state.Created, profile.Created)
		resp.State.RemoveResource(ctx)
	}
	if resp.State.Raw.IsNull() {
		return
	}
	var model profileModel
	if err == nil {
		fromAPI := profileFromAPI
		if state.ID.IsNull() {
			fromAPI = importedFromAPI
		}
		model, err = fromAPI(profile, state)
	}
	if err != nil {
		framework.AddError(&resp.Diagnostics, profileOperation("read customer profile", state), err)
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

func (r *profileResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state profileModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	change, err := changeOf(plan, state)
	if err != nil {
		framework.AddError(&resp.Diagnostics, profileOperation("update customer profile", state), err)
		return
	}
	model := plan
	if change.sends() {
		other, gone := r.another(ctx, state, &resp.Diagnostics)
		if other != nil {
			framework.AddAnother(&resp.Diagnostics, state.label(), state.Created, other.Created)
		}
		if gone && !r.data.IsYoung(state.Created) && !resp.Diagnostics.HasError() {
			framework.AddGone(&resp.Diagnostics, state.label())
		}
		if resp.Diagnostics.HasError() {
			return
		}
		r.noteMemberships(ctx, plan, resp.Private, &resp.Diagnostics)
		model = r.write(ctx, plan, change, &resp.Diagnostics)
		if resp.Diagnostics.HasError() {
			return
		}
		// What others have changed in the meantime is for the next refresh to say.
		if !plan.ClosedSessions.IsUnknown() {
			model.LastActivity, model.ClosedSessions, model.TotalSales = plan.LastActivity, plan.ClosedSessions, plan.TotalSales
		}
		if !plan.AudienceMemberships.IsUnknown() {
			model.AudienceMemberships = plan.AudienceMemberships
		}
	} else if model.LastActivity.IsUnknown() {
		// What was unknown became known only now, and is what it was.
		model.LastActivity, model.ClosedSessions, model.TotalSales, model.AudienceMemberships = state.LastActivity, state.ClosedSessions, state.TotalSales, state.AudienceMemberships
		model.keepRun(state)
	}
	model.Imported = change.imported
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, profileIdentity{IntegrationID: model.IntegrationID})...)
}

func (r *profileResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state profileModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	guards := bulk.GuardsOf(ctx, req.Private, bulk.Guards{Erases: state.EraseOnDestroy}, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !guards.Erases.ValueBool() {
		return
	}
	unlock := r.lock(ctx, state, &resp.Diagnostics)
	defer unlock()
	if resp.Diagnostics.HasError() {
		return
	}
	if remove, _ := r.data.Owners.SpareEnd(ctx, r.data.AllowDelete, state.claim(), req.Private, &resp.Diagnostics); len(remove) == 0 {
		return
	}
	if other, _ := r.another(ctx, state, &resp.Diagnostics); other != nil {
		framework.WarnAnother(&resp.Diagnostics, state.label(), state.Created, other.Created)
		return
	}
	if resp.Diagnostics.HasError() {
		return
	}
	if err := r.data.Client.DeleteCustomerData(ctx, state.IntegrationID.ValueString()); err != nil && !talonone.IsNotFound(err) {
		framework.AddError(&resp.Diagnostics, profileOperation("erase customer data of profile", state), err)
	}
}

func (r *profileResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	identity := profileIdentity{IntegrationID: types.StringValue(req.ID)}
	if req.ID == "" {
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("integration_id"), identity.IntegrationID)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("run_rule_engine"), false)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("erase_on_destroy"), false)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity)...)
}
