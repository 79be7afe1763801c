package customer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/journal"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ resource.Resource                = (*profileResource)(nil)
	_ resource.ResourceWithConfigure   = (*profileResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*profileResource)(nil)
	_ resource.ResourceWithImportState = (*profileResource)(nil)
	_ resource.ResourceWithIdentity    = (*profileResource)(nil)
)

const (
	profileType = "talonone_customer_profile"

	// talonone.MaxIntegrationID is the longest integration ID, in characters
	// (updateCustomerProfilesV2).

	// privateImported marks a state that took over everything the deployment has.
	// What such a state holds and the configuration does not was never set by
	// Terraform, so it is let go instead of cleared.
	privateImported = "imported"
)

type profileResource struct{ data *framework.Data }

// NewCustomerProfileResource is the resource talonone_customer_profile.
func NewCustomerProfileResource() resource.Resource { return &profileResource{} }

func (r *profileResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = profileType
}

func (r *profileResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A customer profile with the custom attributes that Terraform manages; attributes set elsewhere are left alone. " +
			"A profile that exists already is taken over. For many profiles use `talonone_customer_profiles`.\n\n" +
			"Needs an Integration API key, whose Application decides between the sandbox and the live environment.\n\n" +
			"The API can't delete a profile. Destroying the resource forgets it, or erases its data where `erase_on_destroy` says so; the plan says which. " +
			"Memberships of audiences are the business of membership resources.",
		Attributes: map[string]schema.Attribute{
			"integration_id": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "ID of the customer in your own systems, 1 to 1000 characters, case-sensitive. Choose one that never changes, such as a database key. " +
					"The API can't rename a profile, so a change replaces the resource.",
				Validators: []validator.String{stringvalidator.LengthBetween(1, talonone.MaxIntegrationID)},
			},
			"attributes": schema.StringAttribute{
				Optional: true, CustomType: jsontypes.NormalizedType{},
				MarkdownDescription: "Custom attributes as one JSON object, written with `jsonencode`. Only the names in it are managed. `null` keeps an attribute cleared; " +
					"a name that disappears from here is cleared too, unless it came with an import. Times are RFC 3339 and compared as instants, numbers by value. " +
					"The account must define the attributes for CustomerProfile. Default: no attribute is managed. Changes in place.",
				Validators: []validator.String{customattr.Validator{}},
			},
			"run_rule_engine": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Whether the campaigns' rules see each update of the profile and may react, which also moves `last_activity`. " +
					"Changing it alone sends nothing. Default `false`. Changes in place.",
			},
			"erase_on_destroy": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Whether destroying the resource erases all attributes of the profile, of its sessions and of its events, managed here or not, " +
					"in every Application of the environment. This can't be undone. To change what a destroy does, apply the new value first. Default `false`. Changes in place.",
			},
			"id":              schema.Int64Attribute{Computed: true, MarkdownDescription: "Internal ID of the profile."},
			"account_id":      schema.Int64Attribute{Computed: true, MarkdownDescription: "ID of the account that the profile belongs to."},
			"created":         schema.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: "When the profile was created, RFC 3339 in UTC."},
			"last_activity":   schema.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: "When the customer last did something that the rules saw, RFC 3339 in UTC."},
			"closed_sessions": schema.Int64Attribute{Computed: true, MarkdownDescription: "Number of closed sessions, without those that were cancelled or reopened."},
			"total_sales":     schema.NumberAttribute{Computed: true, MarkdownDescription: "Sum of the closed sessions before discounts, without returned items, in the currency of the Application."},
			"sandbox":         schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the profile is in the sandbox environment rather than the live one; null when the deployment does not tell."},
			"audience_memberships": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "Audiences that the customer belongs to.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"id":   schema.Int64Attribute{Computed: true, MarkdownDescription: "ID of the audience."},
					"name": schema.StringAttribute{Computed: true, MarkdownDescription: "Name of the audience."},
				}},
			},
		},
	}
}

func (r *profileResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"integration_id": identityschema.StringAttribute{RequiredForImport: true, Description: "ID of the customer in your own systems."},
	}}
}

func (r *profileResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
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
		warnOfDestroy(state.IntegrationID.ValueString(), state.EraseOnDestroy.ValueBool(), &resp.Diagnostics)
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	customattr.Check(ctx, r.data, talonone.EntityCustomerProfile, nil, plan.Attributes, path.Root("attributes"), &resp.Diagnostics)
	if req.State.Raw.IsNull() || resp.Diagnostics.HasError() {
		return
	}
	if !plan.IntegrationID.Equal(state.IntegrationID) {
		warnOfDestroy(state.IntegrationID.ValueString(), state.EraseOnDestroy.ValueBool(), &resp.Diagnostics)
		resp.RequiresReplace = path.Paths{path.Root("integration_id")}
		return
	}
	plan.ID, plan.AccountID, plan.Created, plan.Sandbox = state.ID, state.AccountID, state.Created, state.Sandbox
	if !plan.Attributes.IsUnknown() {
		r.planUpdate(ctx, req, &plan, state, &resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

func (r *profileResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan profileModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	desired, err := plan.attributes()
	if err != nil {
		framework.AddError(&resp.Diagnostics, profileDoing("create customer profile", plan), err)
		return
	}
	// A failure leaves no state: a profile that was created all the same is taken
	// over by the next apply, where a tainted one could be erased.
	model := r.write(ctx, plan, desired, &resp.Diagnostics)
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
	profile, err := readProfile(ctx, r.data.Client, state.IntegrationID.ValueString())
	if talonone.IsNotFound(err) {
		resp.State.RemoveResource(ctx)
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
		framework.AddError(&resp.Diagnostics, profileDoing("read customer profile", state), err)
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

func (r *profileResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state profileModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	imported := wasImported(ctx, req.Private, r.data.Journal, state.IntegrationID, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if imported {
		defer noteImported(r.data.Journal, state.IntegrationID).Forget()
	}
	change, err := changeOf(plan, state, imported)
	if err != nil {
		framework.AddError(&resp.Diagnostics, profileDoing("update customer profile", state), err)
		return
	}
	model := plan
	if len(change.sent) > 0 {
		model = r.write(ctx, plan, change.sent, &resp.Diagnostics)
		if resp.Diagnostics.HasError() {
			return
		}
	} else if model.AudienceMemberships.IsUnknown() {
		// The attributes became known only now, and are what they were.
		model.LastActivity, model.ClosedSessions, model.TotalSales, model.AudienceMemberships = state.LastActivity, state.ClosedSessions, state.TotalSales, state.AudienceMemberships
	}
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, privateImported, nil)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, profileIdentity{IntegrationID: model.IntegrationID})...)
}

func (r *profileResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state profileModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !state.EraseOnDestroy.ValueBool() {
		return
	}
	if err := r.data.Client.DeleteCustomerData(ctx, state.IntegrationID.ValueString()); err != nil && !talonone.IsNotFound(err) {
		framework.AddError(&resp.Diagnostics, profileDoing("erase customer data of profile", state), err)
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
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, privateImported, []byte("true"))...)
}

// planUpdate plans the values that an update leaves alone, and says what an
// import that is not fully configured lets go.
func (r *profileResource) planUpdate(ctx context.Context, req resource.ModifyPlanRequest, plan *profileModel, state profileModel, diags *diag.Diagnostics) {
	change, err := changeOf(*plan, state, wasImported(ctx, req.Private, r.data.Journal, state.IntegrationID, diags))
	if err != nil {
		diags.AddAttributeError(path.Root("attributes"), "Invalid attributes", err.Error())
		return
	}
	if change.same && !plan.Attributes.IsNull() && !state.Attributes.IsNull() {
		plan.Attributes = state.Attributes
	}
	if len(change.released) > 0 {
		diags.AddAttributeWarning(path.Root("attributes"), "Imported attributes are left alone",
			fmt.Sprintf("The import of profile %s brought attributes that the configuration lacks: %s. They keep their values and are no longer managed. To clear one, set it to null.",
				label(state.IntegrationID.ValueString()), strings.Join(change.released, ", ")))
	}
	if len(change.sent) == 0 {
		plan.LastActivity, plan.ClosedSessions, plan.TotalSales, plan.AudienceMemberships = state.LastActivity, state.ClosedSessions, state.TotalSales, state.AudienceMemberships
	}
}

// profileChange is the difference between two models of one profile.
type profileChange struct {
	// sent is empty where no request is needed.
	sent customattr.Attributes
	// released are the names that an import brought and the configuration lacks.
	released []string
	// same means that both manage the same names with the same values.
	same bool
}

func changeOf(plan, state profileModel, imported bool) (profileChange, error) {
	desired, err := plan.attributes()
	if err != nil {
		return profileChange{}, err
	}
	before, err := state.attributes()
	if err != nil {
		return profileChange{}, err
	}
	change := profileChange{same: desired.Equal(before)}
	if imported {
		for name := range before {
			if _, kept := desired[name]; !kept {
				change.released = append(change.released, name)
			}
		}
		before = before.Managed(desired)
	}
	if !desired.Equal(before) {
		change.sent = desired.Clearing(before)
	}
	return change, nil
}

// write sends the attributes and returns the model as it is then. What the
// deployment did not take is a warning: the next plan shows it.
func (r *profileResource) write(ctx context.Context, plan profileModel, sent customattr.Attributes, diags *diag.Diagnostics) profileModel {
	id := plan.IntegrationID.ValueString()
	update := talonone.ProfileUpdate{IntegrationID: id}
	if len(sent) > 0 {
		update.Attributes = json.RawMessage(sent.String())
	}
	doing := profileDoing("update customer profile", plan)
	profile, err := r.data.Client.UpdateCustomerProfileV2(ctx, update, plan.RunRuleEngine.ValueBool())
	if err == nil && profile == nil {
		profile, err = readProfile(ctx, r.data.Client, id)
	}
	if err != nil {
		framework.AddError(diags, doing, err)
		return plan
	}
	deployed, err := customattr.FromAPI(profile.Attributes)
	if err != nil {
		framework.AddError(diags, doing, err)
		return plan
	}
	if names := sent.Ignored(deployed); len(names) > 0 {
		diags.AddAttributeWarning(path.Root("attributes"), "The deployment did not take all attributes",
			fmt.Sprintf("After the update of profile %s these attributes do not have the values that were sent: %s. "+
				"An attribute may be missing in the account, set by a rule, or one that the API does not clear; the next plan shows those that are still managed.", label(id), strings.Join(names, ", ")))
	}
	model := plan
	model.setServerValues(profile)
	if plan.ID.IsUnknown() {
		return model
	}
	if !model.ID.Equal(plan.ID) {
		framework.AddError(diags, doing, fmt.Errorf("the profile in state has internal ID %d, and the Integration API key writes to another one, %d: "+
			"use a key of the environment in state, or replace the resource with terraform apply -replace", plan.ID.ValueInt64(), profile.ID))
	}
	// The plan has promised what never changes, and an answer may leave it out.
	model.AccountID, model.Created, model.Sandbox = plan.AccountID, plan.Created, plan.Sandbox
	return model
}

// readProfile reads one profile with an Integration key. 404 means that the
// key's environment lacks it.
func readProfile(ctx context.Context, client *talonone.Client, integrationID string) (*talonone.CustomerProfile, error) {
	inventory, err := client.GetCustomerInventory(ctx, integrationID, talonone.InventoryParts{Profile: true})
	if err != nil {
		return nil, err
	}
	if inventory == nil || inventory.Profile == nil {
		return nil, errors.New("getCustomerInventory: the answer lacks the profile that was asked for")
	}
	return inventory.Profile, nil
}

// wasImported says whether what the configuration leaves out is to be left alone.
func wasImported(ctx context.Context, private interface {
	GetKey(context.Context, string) ([]byte, diag.Diagnostics)
}, journal *journal.Journal, ids types.String, diags *diag.Diagnostics) bool {
	mark, got := private.GetKey(ctx, privateImported)
	diags.Append(got...)
	return mark != nil || journal.Begun(updateOfImport, importInputs(ids))
}

// noteImported keeps in the journal, for as long as an update runs, that its
// profiles were imported: when the provider is killed, Terraform drops the mark.
func noteImported(journal *journal.Journal, ids types.String) *journal.Run {
	return journal.NoteRun(updateOfImport, importInputs(ids), "")
}

const updateOfImport = "update of imported customer profiles"

func importInputs(ids types.String) []journal.Input {
	return []journal.Input{{Name: "integration_ids", Planned: ids}}
}

func warnOfDestroy(integrationID string, erase bool, diags *diag.Diagnostics) {
	if erase {
		diags.AddWarning("Destroying the profile erases the customer's data",
			fmt.Sprintf("erase_on_destroy is true in the state of profile %s: all attributes of the profile, its sessions and its events are erased in every Application of the environment. This can't be undone.", label(integrationID)))
		return
	}
	diags.AddWarning("Destroying the profile only forgets it",
		fmt.Sprintf("The API can't delete a profile, and erase_on_destroy is false: profile %s stays on the deployment as it is, and Terraform no longer manages it.", label(integrationID)))
}

func profileDoing(action string, m profileModel) framework.Doing {
	return framework.Doing{
		Construct: profileType, Action: action, Object: label(m.IntegrationID.ValueString()),
		Pointers: map[string]path.Path{"/attributes": path.Root("attributes"), "/integrationId": path.Root("integration_id")},
		Advice: map[int]string{
			http.StatusBadRequest: "Correct the attributes, or define them for CustomerProfile in the Campaign Manager under Account > Tools > Attributes.",
		},
	}
}
