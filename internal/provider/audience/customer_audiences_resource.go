package audience

import (
	"context"
	"strconv"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ resource.Resource                = (*customerAudiencesResource)(nil)
	_ resource.ResourceWithConfigure   = (*customerAudiencesResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*customerAudiencesResource)(nil)
	_ resource.ResourceWithImportState = (*customerAudiencesResource)(nil)
	_ resource.ResourceWithIdentity    = (*customerAudiencesResource)(nil)
)

const (
	customerAudiencesType = "talonone_customer_audiences"

	// privateLeft are the audiences of the state to which Read has found that the customer no longer belongs.
	privateLeft = "left"

	// customerAudiencesTimeout is the default of every entry of the timeouts.
	customerAudiencesTimeout = 20 * time.Minute
)

type customerAudiencesResource struct{ data *framework.Data }

// NewCustomerAudiencesResource is the resource talonone_customer_audiences.
func NewCustomerAudiencesResource() resource.Resource { return &customerAudiencesResource{} }

func (r *customerAudiencesResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = customerAudiencesType
}

func (r *customerAudiencesResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"profile_integration_id": identityschema.StringAttribute{RequiredForImport: true, Description: "Integration ID of the customer profile."},
		},
	}
}

func (r *customerAudiencesResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *customerAudiencesResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.data == nil {
		return
	}
	var state, plan customerAudiencesModel
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	held := state.rows()
	if req.Plan.Raw.IsNull() {
		bulk.NoteGuards(ctx, resp.Private, state.guards(), &resp.Diagnostics)
		r.planEnd(&state, state.guards(), bulk.Subject.WarnDestroyed, &resp.Diagnostics)
		audiences, _ := state.listed()
		r.data.Owners.LeaveAcross(ctx, state.claim(audiences), req.Private, resp.Private, &resp.Diagnostics)
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	same := plan.ProfileIntegrationID.Equal(state.ProfileIntegrationID)
	if desired, known := plan.listed(); known && !plan.ProfileIntegrationID.IsUnknown() && !plan.Ownership.IsUnknown() {
		claim := plan.claim(desired)
		claim.Held = func(id string) bool { _, has := held[id]; return same && has }
		claim.WasExclusive = same && state.exclusive()
		r.data.Owners.ClaimAcross(ctx, claim, req.Private, resp.Private, &resp.Diagnostics)
	}
	switch {
	case req.State.Raw.IsNull():
		r.planCreate(ctx, &plan, req, resp)
	case !same:
		bulk.ForgetNotes(ctx, resp.Private, &resp.Diagnostics)
		bulk.NoteReplaced(ctx, resp.Private, bulk.Target{}, &resp.Diagnostics)
		r.planEnd(&state, plan.guards(), bulk.Subject.WarnReplaced, &resp.Diagnostics)
		return
	default:
		audiences, _ := state.listed()
		bulk.NoteReplaced(ctx, resp.Private, targetOfKeys(audiences), &resp.Diagnostics)
		r.planUpdate(ctx, &plan, &state, req.Private, &resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

func (r *customerAudiencesResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan customerAudiencesModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := framework.Within(ctx, plan.Timeouts.Create, customerAudiencesTimeout, &resp.Diagnostics)
	defer cancel()
	desired, _ := plan.listed()
	change := bulk.Compare(nil, plan.rows(), bulk.SameKey)
	r.apply(ctx, &plan, plan.claim(desired), nil, change, resp.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		// Without a state, the next apply adds them again; it would end those of a tainted resource first.
		return
	}
	if plan.LastSync.IsUnknown() {
		plan.LastSync = change.LastSync(bulk.NullLastSync(), len(desired), membershipNoun, nil)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, customerAudiencesIdentity{plan.ProfileIntegrationID})...)
}

func (r *customerAudiencesResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state customerAudiencesModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := framework.Within(ctx, state.Timeouts.Read, customerAudiencesTimeout, &resp.Diagnostics)
	defer cancel()
	resp.Diagnostics.Append(resp.Identity.Set(ctx, customerAudiencesIdentity{state.ProfileIntegrationID})...)
	if !r.data.Client.HasIntegrationKey() && !state.AudienceIDs.IsNull() {
		framework.WarnUnseen(&resp.Diagnostics, customerAudiencesType, "getCustomerInventory", talonone.IntegrationCredential)
		return
	}
	remote, known, err := r.look(ctx, &state)
	if err != nil {
		r.addError(&resp.Diagnostics, "read the audiences of", &state, err)
		return
	}
	listed, _ := state.listed()
	left := bulk.NotIn(listed, bulk.SetOf(remote))
	if !known && len(left) == len(listed) && len(left) > 0 {
		resp.State.RemoveResource(ctx)
		return
	}
	bulk.WritePrivate(ctx, resp.Private, privateLeft, left, &resp.Diagnostics)
	target := targetOfKeys(remote)
	bulk.ForgetNotes(ctx, resp.Private, &resp.Diagnostics)
	bulk.NoteTarget(ctx, resp.Private, &target, &resp.Diagnostics)
	if state.exclusive() {
		r.data.Targets.NoteRead(state.targetKey(), target)
	}
	state.setAudiences(remote)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}

func (r *customerAudiencesResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state customerAudiencesModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := framework.Within(ctx, plan.Timeouts.Update, customerAudiencesTimeout, &resp.Diagnostics)
	defer cancel()
	change, listed := r.change(ctx, &plan, &state, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	desired, _ := plan.listed()
	applied := r.apply(ctx, &plan, plan.claim(desired), state.rows(), change, resp.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		state.keep(applied, desired)
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
		return
	}
	if plan.LastSync.IsUnknown() {
		plan.LastSync = state.LastSync
		plan.setLastSync(change, len(desired))
	}
	if plan.exclusive() && !change.Empty() && (state.exclusive() || listed != nil) {
		r.warnArrived(ctx, &plan, change, &resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, customerAudiencesIdentity{plan.ProfileIntegrationID})...)
}

func (r *customerAudiencesResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state customerAudiencesModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := framework.Within(ctx, state.Timeouts.Delete, customerAudiencesTimeout, &resp.Diagnostics)
	defer cancel()
	r.planEnd(&state, bulk.GuardsOf(ctx, req.Private, state.guards(), &resp.Diagnostics), func(bulk.Subject, int, *diag.Diagnostics) {}, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	audiences, _ := state.listed()
	applied := r.apply(ctx, &state, state.claim(nil), state.rows(), bulk.Plan{Removed: audiences}, resp.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		state.keep(applied, audiences)
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
		return
	}
	r.data.Targets.NoteDeleted(state.targetKey())
}

// keep brings a state to what has been applied of a change that failed.
func (m *customerAudiencesModel) keep(applied *bulk.Applied[struct{}], wanted []string) {
	m.AudienceIDs = idNumbers(applied.Keys(wanted))
	m.setLastSync(applied.Plan(), len(applied.Rows()))
}

// ImportState records no ownership: the configuration decides what becomes of memberships that it does not list.
func (r *customerAudiencesResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	identity := customerAudiencesIdentity{types.StringValue(req.ID)}
	if req.ID == "" {
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	id := identity.ProfileIntegrationID.ValueString()
	imported := customerAudiencesModel{ProfileIntegrationID: identity.ProfileIntegrationID}
	_, err := r.data.Client.GetCustomerInventory(ctx, id, talonone.InventoryParts{Profile: true})
	switch {
	case talonone.IsNotFound(err):
		resp.Diagnostics.AddError("Customer profile not found", "The environment of the Integration API key, sandbox or live, shows no customer profile "+strconv.Quote(id)+
			". The import ID is the integration ID of the profile, unescaped, such as customer-1. To add the customer to audiences, omit the import.")
		return
	case err != nil:
		r.addError(&resp.Diagnostics, "import the audiences of", &imported, err)
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("profile_integration_id"), identity.ProfileIntegrationID)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity)...)
}
