package customer

import (
	"context"
	"errors"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
)

var (
	_ resource.Resource                = (*profilesResource)(nil)
	_ resource.ResourceWithConfigure   = (*profilesResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*profilesResource)(nil)
	_ resource.ResourceWithImportState = (*profilesResource)(nil)
	_ resource.ResourceWithIdentity    = (*profilesResource)(nil)
)

const (
	profilesType = "talonone_customer_profiles"

	// profilesTimeout is the default of every timeout.
	profilesTimeout = 20 * time.Minute
	// parallelRequests bounds the requests about single profiles that run at a time.
	parallelRequests = 8
)

type profilesResource struct{ data *framework.Data }

// NewCustomerProfilesResource is the resource talonone_customer_profiles.
func NewCustomerProfilesResource() resource.Resource { return &profilesResource{} }

func (r *profilesResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = profilesType
}

func (r *profilesResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"integration_ids": identityschema.StringAttribute{
			RequiredForImport: true,
			Description:       "JSON array of the integration IDs that were managed when the resource was created or imported, sorted.",
		},
	}}
}

func (r *profilesResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *profilesResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan profilesModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	timeout, diags := plan.Timeouts.Create(ctx, profilesTimeout)
	resp.Diagnostics.Append(diags...)
	desired, err := plan.set()
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("profiles"), "Invalid profiles", err.Error())
	}
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	run := r.run(ctx, planSync(profileSet{}, desired, false), profileSet{}, desired, plan.Sandbox)
	// A failure leaves no state, since a tainted resource would be destroyed:
	// creating again sends the same values.
	if run.report(&resp.Diagnostics); resp.Diagnostics.HasError() {
		return
	}
	plan.Sandbox, plan.LastSync = run.sandbox, run.summary.Object()
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(keepIdentity(ctx, resp.Identity, desired)...)
}

func (r *profilesResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state profilesModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := state.Timeouts.Read(ctx, profilesTimeout)
	resp.Diagnostics.Append(diags...)
	prior, err := state.set()
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("profiles"), "Unusable state", err.Error())
	}
	// Older CLIs keep no identity, and the framework asks for one even where the
	// profiles turn out to be gone.
	resp.Diagnostics.Append(keepIdentity(ctx, resp.Identity, prior)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	deployed, err := r.read(ctx, prior.ids(), state.Sandbox)
	var now profileSet
	if err == nil {
		if imported := state.LastSync.IsNull(); imported {
			now, err = takenOver(deployed)
			state.LastSync = bulk.Summary{}.Object()
		} else {
			now, err = managedOf(deployed, prior)
		}
	}
	if err != nil {
		framework.AddError(&resp.Diagnostics, profilesOperation("read customer profiles"), err)
		return
	}
	if len(now) == 0 && len(prior) > 0 {
		resp.State.RemoveResource(ctx)
		return
	}
	state.Profiles = now.value(prior, state.Profiles)
	if state.Sandbox.IsNull() {
		state.Sandbox = environmentOf(deployed)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}

func (r *profilesResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state profilesModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := plan.Timeouts.Update(ctx, profilesTimeout)
	resp.Diagnostics.Append(diags...)
	desired, errPlan := plan.set()
	before, errState := state.set()
	if err := errors.Join(errPlan, errState); err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("profiles"), "Invalid profiles", err.Error())
	}
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	managed, ids := before, identityOf(before).IntegrationIDs
	if wasImported(ctx, req.Private, r.data.Journal, ids, &resp.Diagnostics) {
		managed = before.known(desired)
		defer noteImported(r.data.Journal, ids).Forget()
	}
	sync := planSync(managed, desired, plan.EraseOnDestroy.ValueBool())
	run := r.run(ctx, sync, managed, desired, state.Sandbox)
	run.report(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		// What has landed is kept, and the next plan shows only the rest.
		state.Profiles, state.LastSync = run.now.value(before, state.Profiles), run.summary.Object()
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
		return
	}
	if !plan.LastSync.Equal(state.LastSync) {
		plan.LastSync = run.summary.Object()
	}
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, privateImported, nil)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(keepIdentity(ctx, resp.Identity, desired)...)
}

func (r *profilesResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state profilesModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	timeout, diags := state.Timeouts.Delete(ctx, profilesTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() || !state.EraseOnDestroy.ValueBool() {
		return
	}
	before, err := state.set()
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("profiles"), "Unusable state", err.Error())
		return
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	run := r.run(ctx, planSync(before, profileSet{}, true), before, profileSet{}, state.Sandbox)
	if run.report(&resp.Diagnostics); resp.Diagnostics.HasError() {
		state.Profiles = run.now.value(before, state.Profiles)
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	}
}

func (r *profilesResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	text := req.ID
	if text == "" {
		var identity profilesIdentity
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
		text = identity.IntegrationIDs.ValueString()
	}
	ids, err := parseImportID(text)
	if err != nil {
		resp.Diagnostics.AddError("Invalid import ID",
			`Name the profiles as a JSON array, such as ["customer-1","customer-2"], or with commas between, such as customer-1,customer-2. `+framework.Sentence(err.Error()))
		return
	}
	wanted := profileSet{}
	for _, id := range ids {
		wanted[id] = customattr.Attributes{}.String()
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("profiles"), wanted.value(nil, jsontypes.NewNormalizedNull()))...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("erase_on_destroy"), false)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identityOf(wanted))...)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, privateImported, []byte("true"))...)
}

// keepIdentity names the profiles where the CLI has no name for them yet.
func keepIdentity(ctx context.Context, identity *tfsdk.ResourceIdentity, managed profileSet) diag.Diagnostics {
	if identity == nil || !identity.Raw.IsFullyNull() {
		return nil
	}
	return identity.Set(ctx, identityOf(managed))
}
