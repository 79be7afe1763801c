package customer

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
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

// ModifyPlan plans known values from the state, the configuration and private state alone: Terraform
// calls it again in the apply, and has to find the same. Look-ups add warnings only.
func (r *profilesResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.data == nil {
		return
	}
	var state, plan profilesModel
	creates, destroys := req.State.Raw.IsNull(), req.Plan.Raw.IsNull()
	if !creates {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	prior := state.rows(&resp.Diagnostics)
	if destroys {
		bulk.NoteGuards(ctx, resp.Private, state.guards(), &resp.Diagnostics)
		prior.subject().GuardEnd(r.data.AllowDelete, state.MaxRemovalPercent, len(prior), len(prior), &resp.Diagnostics)
		warnDestroyed(prior.ids(), state.EraseOnDestroy.ValueBool(), &resp.Diagnostics)
		if claim := prior.claim(state.EraseOnDestroy); claim.Lost != "" {
			r.data.Owners.Leave(ctx, claim, claim.Rows, req.Private, resp.Private, &resp.Diagnostics)
		}
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if creates {
		if replaced := bulk.Replaced(ctx, req.Private, &resp.Diagnostics); replaced != nil {
			replacedSubject(replaced).GuardEnd(r.data.AllowDelete, plan.MaxRemovalPercent, replaced.Count, replaced.Count, &resp.Diagnostics)
		}
		bulk.NoteGuards(ctx, resp.Private, plan.guards(), &resp.Diagnostics)
	} else {
		plan.Sandbox = state.Sandbox
		if state.EraseOnDestroy.ValueBool() {
			// Without it a replacement removes nothing.
			bulk.NoteReplaced(ctx, resp.Private, bulk.TargetOf(bulk.DigestOf(prior)), &resp.Diagnostics)
		}
	}
	if plan.Profiles.IsUnknown() {
		plan.LastSync = bulk.UnknownLastSync()
		if !creates && state.EraseOnDestroy.ValueBool() {
			bulk.Subject{Noun: profilesNoun, Place: "customer data"}.WarnUnknown(path.Root("profiles"), len(prior), plan.MaxRemovalPercent, &resp.Diagnostics)
		}
	} else {
		r.planRows(ctx, &plan, state, prior, req.Private, resp.Private, &resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

func (r *profilesResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan profilesModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	desired := plan.rows(&resp.Diagnostics)
	ctx, cancel := framework.Within(ctx, plan.Timeouts.Create, profilesTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	// A failure leaves no state, since a tainted resource would be destroyed: creating again sends the
	// same values.
	r.data.Owners.Write(ctx, desired.claim(plan.EraseOnDestroy), resp.Private, &resp.Diagnostics)
	applied := r.apply(ctx, planProfiles(profilesModel{}, nil, desired, false), plan.Sandbox, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	plan.Sandbox = applied.sandbox
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(keepIdentity(ctx, resp.Identity, desired)...)
}

func (r *profilesResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state profilesModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	prior := state.rows(&resp.Diagnostics)
	ctx, cancel := framework.Within(ctx, state.Timeouts.Read, profilesTimeout, &resp.Diagnostics)
	defer cancel()
	bulk.ForgetNotes(ctx, resp.Private, &resp.Diagnostics)
	// Older CLIs keep no identity, and the framework asks for one even where the profiles turn out to be
	// gone.
	resp.Diagnostics.Append(keepIdentity(ctx, resp.Identity, prior)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !r.data.Client.HasIntegrationKey() && !state.EraseOnDestroy.IsNull() && (!r.data.Client.HasManagementKey() || state.Sandbox.IsNull()) {
		framework.WarnUnseen(&resp.Diagnostics, profilesType, "getCustomerInventory", talonone.IntegrationCredential)
		return
	}
	managed := prior
	if state.EraseOnDestroy.IsNull() {
		// The first read of an import.
		managed, state.EraseOnDestroy = nil, types.BoolValue(false)
	}
	remote, err := r.read(ctx, prior.ids(), state.Sandbox)
	var rows profileRows
	if err == nil {
		rows, err = rowsFromAPI(remote, managed)
	}
	if err != nil {
		framework.AddError(&resp.Diagnostics, profilesOperation("read customer profiles"), err)
		return
	}
	if len(rows) == 0 && len(prior) > 0 {
		resp.State.RemoveResource(ctx)
		return
	}
	state.Profiles = rows.value(prior, state.Profiles)
	if state.Sandbox.IsNull() {
		state.Sandbox = environmentOf(remote)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}

func (r *profilesResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state profilesModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	prior, desired := state.rows(&resp.Diagnostics), plan.rows(&resp.Diagnostics)
	ctx, cancel := framework.Within(ctx, plan.Timeouts.Update, profilesTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	claim := desired.claim(plan.EraseOnDestroy)
	r.data.Owners.Write(ctx, claim, resp.Private, &resp.Diagnostics)
	change := planProfiles(state, prior, desired, plan.EraseOnDestroy.ValueBool())
	change.spare(r.data.Owners.Spare(ctx, claim, change.Removed, resp.Private, &resp.Diagnostics))
	applied := r.apply(ctx, change, state.Sandbox, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		plan = applied.state(state, prior)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(keepIdentity(ctx, resp.Identity, desired)...)
}

func (r *profilesResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state profilesModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	prior := state.rows(&resp.Diagnostics)
	ctx, cancel := framework.Within(ctx, state.Timeouts.Delete, profilesTimeout, &resp.Diagnostics)
	defer cancel()
	guards := bulk.GuardsOf(ctx, req.Private, state.guards(), &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !guards.Erases.ValueBool() {
		return
	}
	prior.subject().GuardEnd(r.data.AllowDelete, guards.MaxRemovalPercent, len(prior), len(prior), &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	everything := profilesPlan{prior: prior}
	everything.spare(r.data.Owners.SpareEnd(ctx, r.data.AllowDelete, prior.claim(state.EraseOnDestroy), req.Private, &resp.Diagnostics))
	if applied := r.apply(ctx, everything, state.Sandbox, &resp.Diagnostics); resp.Diagnostics.HasError() {
		state = applied.state(state, prior)
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
			`Name the profiles as a JSON array, such as ["customer-1","customer-2"], or separated by commas, such as customer-1,customer-2. `+framework.Sentence(err.Error()))
		return
	}
	rows := profileRows{}
	for _, id := range ids {
		rows[id] = customattr.Attributes{}.String()
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("profiles"), rows.value(nil, jsontypes.NewNormalizedNull()))...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identityOf(rows))...)
}

// keepIdentity names the profiles where the CLI has no name for them yet.
func keepIdentity(ctx context.Context, identity *tfsdk.ResourceIdentity, rows profileRows) diag.Diagnostics {
	if identity == nil || !identity.Raw.IsFullyNull() {
		return nil
	}
	return identity.Set(ctx, identityOf(rows))
}
