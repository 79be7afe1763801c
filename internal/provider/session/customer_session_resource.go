package session

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/google/uuid"
	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
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
	_ resource.Resource                = (*sessionResource)(nil)
	_ resource.ResourceWithConfigure   = (*sessionResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*sessionResource)(nil)
	_ resource.ResourceWithImportState = (*sessionResource)(nil)
	_ resource.ResourceWithIdentity    = (*sessionResource)(nil)
)

const (
	resourceType = "talonone_customer_session"

	// onDestroy values.
	cancelOnDestroy = "cancel"
	forgetOnDestroy = "forget"
)

type sessionResource struct {
	framework.InApplication

	data *framework.Data
}

// NewCustomerSessionResource is the resource talonone_customer_session.
func NewCustomerSessionResource() resource.Resource { return &sessionResource{} }

// sessionModel mirrors the resource.
type sessionModel struct {
	framework.Deployed
	framework.Timed
	contentModel
	resultModel

	IntegrationID        types.String         `tfsdk:"integration_id"`
	State                types.String         `tfsdk:"state"`
	EvaluableCampaignIDs types.List           `tfsdk:"evaluable_campaign_ids"`
	ResponseContent      types.List           `tfsdk:"response_content"`
	Response             jsontypes.Normalized `tfsdk:"response"`
	CreatedCoupons       types.List           `tfsdk:"created_coupons"`
	CreatedReferrals     types.List           `tfsdk:"created_referrals"`
	OnDestroy            types.String         `tfsdk:"on_destroy"`
}

func (m *sessionModel) label() string {
	return "customer session " + strconv.Quote(m.IntegrationID.ValueString())
}

// guards says whether the end of the session cancels it.
func (m *sessionModel) guards() bulk.Guards {
	if m.OnDestroy.IsUnknown() {
		return bulk.Guards{Erases: types.BoolUnknown()}
	}
	return bulk.Guards{Erases: types.BoolValue(m.OnDestroy.ValueString() != forgetOnDestroy)}
}

// claim is what the resource wants to own.
func (m *sessionModel) claim() bulk.Claim {
	id := m.IntegrationID.ValueString()
	claim := bulk.Claim{
		Subject: bulk.Subject{Noun: bulk.Noun{One: "session", Many: "sessions"}, Place: "the Application", ResourceType: resourceType, ImportID: id},
		Target:  "sessions", At: path.Root("integration_id"), Rows: []string{id},
	}
	if m.OnDestroy.ValueString() != forgetOnDestroy && m.State.ValueString() != talonone.SessionCancelled {
		claim.Lost = "the session is cancelled"
	}
	return claim
}

func (m *sessionModel) targetKey() string { return resourceType + " " + m.IntegrationID.ValueString() }

// oneSession is a session as a target.
func oneSession(integrationID types.String) bulk.Target {
	return bulk.Target{Count: 1, Digest: integrationID.ValueString()}
}

// lock waits for the session.
func (r *sessionResource) lock(ctx context.Context, m sessionModel, diags *diag.Diagnostics) (unlock func()) {
	unlock, err := r.data.LockRow(ctx, m.claim().Target, m.IntegrationID.ValueString())
	if err != nil {
		framework.AddError(diags, sessionOperation(ctx, "change customer session", m), err)
		return func() {}
	}
	return unlock
}

// sessionIdentity mirrors the resource's identity.
type sessionIdentity struct {
	IntegrationID types.String `tfsdk:"integration_id"`
}

func (r *sessionResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = resourceType
}

func (r *sessionResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"integration_id": identityschema.StringAttribute{RequiredForImport: true, Description: "ID of the session in the Application of the Integration API key."},
		},
	}
}

func (r *sessionResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *sessionResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.data == nil {
		return
	}
	var state, plan, config sessionModel
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if req.Plan.Raw.IsNull() {
		bulk.NoteGuards(ctx, resp.Private, state.guards(), &resp.Diagnostics)
		warnOfDestroy(state, &resp.Diagnostics)
		if claim := state.claim(); claim.Lost != "" {
			r.data.Owners.Leave(ctx, claim, claim.Rows, req.Private, resp.Private, &resp.Diagnostics)
		}
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if plan.State.ValueString() == talonone.SessionPartiallyReturned && !plan.State.Equal(state.State) {
		resp.Diagnostics.AddAttributeError(path.Root("state"), "State is set by returns only",
			`Keep state = "closed", which a partially returned session satisfies, and return items with talonone_cart_item_return.`)
		return
	}
	r.data.Sessions.Add(plan.IntegrationID)
	r.checkAttributes(ctx, plan.contentModel, state.contentModel, &resp.Diagnostics)
	r.data.WarnUnknownStore(ctx, plan.StoreIntegrationID, state.StoreIntegrationID, &resp.Diagnostics)
	if !plan.IntegrationID.IsUnknown() {
		claim := plan.claim()
		claim.Held = func(string) bool { return plan.IntegrationID.Equal(state.IntegrationID) }
		r.data.Owners.Claim(ctx, claim, req.Private, resp.Private, &resp.Diagnostics)
	}
	switch {
	case req.State.Raw.IsNull():
		bulk.NoteGuards(ctx, resp.Private, plan.guards(), &resp.Diagnostics)
		planCreate(&plan, config, &resp.Diagnostics)
		if r.refuseReplacement(ctx, plan, req.Private, &resp.Diagnostics); !resp.Diagnostics.HasError() {
			r.warnExisting(ctx, plan, &resp.Diagnostics)
		}
	case !plan.IntegrationID.Equal(state.IntegrationID):
		resp.RequiresReplace = path.Paths{path.Root("integration_id")}
		planCreate(&plan, config, &resp.Diagnostics)
		r.warnExisting(ctx, plan, &resp.Diagnostics)
		if plan.OnDestroy.ValueString() == forgetOnDestroy {
			// A replacement obeys the configuration, too.
			state.OnDestroy = plan.OnDestroy
		}
		warnOfDestroy(state, &resp.Diagnostics)
		if claim := state.claim(); claim.Lost != "" {
			r.data.Owners.Remove(ctx, claim, claim.Rows, req.Private, resp.Private, &resp.Diagnostics)
		}
	default:
		if state.OnDestroy.ValueString() != forgetOnDestroy {
			bulk.NoteReplaced(ctx, resp.Private, oneSession(state.IntegrationID), &resp.Diagnostics)
		}
		planUpdate(ctx, &plan, state, config, &resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

func (r *sessionResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan sessionModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	unlock := r.lock(ctx, plan, &resp.Diagnostics)
	defer unlock()
	if resp.Diagnostics.HasError() {
		return
	}
	r.data.Owners.Write(ctx, plan.claim(), resp.Private, &resp.Diagnostics)
	update := plan.toAPI(ctx, contentModel{}, &resp.Diagnostics)
	update.State = framework.StringPointer(plan.State)
	update.EvaluableCampaignIDs, _ = framework.Int64s(plan.EvaluableCampaignIDs)
	response, err := r.send(ctx, &plan, update)
	adopted := false
	if talonone.IsBadRequest(err) {
		if found, ok := r.alreadyThere(ctx, plan); ok {
			response, err, adopted = found, nil, true
		}
	}
	if err != nil {
		framework.AddError(&resp.Diagnostics, sessionOperation(ctx, "create customer session", plan), err)
		return
	}
	if response.Session.UpdateCount > 1 && !adopted {
		resp.Diagnostics.AddAttributeWarning(path.Root("integration_id"), "Session "+plan.IntegrationID.String()+" existed already",
			fmt.Sprintf("Customer session %q existed before, with %d updates, and is now managed by Terraform: destroying it will %s it.",
				plan.IntegrationID.ValueString(), response.Session.UpdateCount-1, plan.OnDestroy.ValueString()))
	}
	model := plan.after(ctx, response, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, sessionIdentity{IntegrationID: model.IntegrationID})...)
}

func (r *sessionResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state sessionModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	bulk.ForgetNotes(ctx, resp.Private, &resp.Diagnostics)
	// Also for a session that is gone: the framework asks for it.
	resp.Diagnostics.Append(resp.Identity.Set(ctx, sessionIdentity{IntegrationID: state.IntegrationID})...)
	if !r.data.Client.HasIntegrationKey() && !state.State.IsNull() {
		framework.WarnUnseen(&resp.Diagnostics, resourceType, "getCustomerSession", talonone.IntegrationCredential)
		return
	}
	response, err := r.data.Client.GetCustomerSession(ctx, state.IntegrationID.ValueString())
	if talonone.IsUnknownSession(err) {
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		framework.AddError(&resp.Diagnostics, sessionOperation(ctx, "read customer session", state), err)
		return
	}
	if framework.IsAnother(state.Created, response.Session.Created) {
		framework.WarnAnother(&resp.Diagnostics, state.label(), state.Created, response.Session.Created)
		resp.State.RemoveResource(ctx)
		return
	}
	if state.OnDestroy.ValueString() != forgetOnDestroy {
		r.data.Targets.NoteRead(state.targetKey(), oneSession(state.IntegrationID))
	}
	state.LocatedIn(0, response.Session.ApplicationID)
	state.contentModel = contentFromAPI(ctx, response.Session, state.contentModel, &resp.Diagnostics)
	state.resultModel = resultFromAPI(response.Session, response.Effects)
	state.State = types.StringValue(response.Session.State)
	if state.CreatedCoupons.IsNull() {
		// An import: what earlier updates created can't be read.
		state.CreatedCoupons, state.CreatedReferrals = framework.CreatedCoupons(nil), framework.CreatedReferrals(nil)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}

func (r *sessionResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state sessionModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, sessionIdentity{IntegrationID: state.IntegrationID})...)
	changes := plan.changesTo(ctx, state)
	if len(changes.names) == 0 && plan.State.Equal(state.State) {
		keepResults(ctx, &plan, state)
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
		return
	}
	other, gone := r.another(ctx, state, &resp.Diagnostics)
	if other != nil {
		framework.AddAnother(&resp.Diagnostics, state.label(), state.Created, other.Created)
	}
	if gone && !r.data.IsYoung(state.Created) {
		framework.AddGone(&resp.Diagnostics, state.label())
	}
	if resp.Diagnostics.HasError() {
		return
	}
	if reopens(state, plan) {
		if _, err := r.data.Client.ReopenCustomerSession(ctx, plan.IntegrationID.ValueString(), uuid.NewString()); err != nil {
			framework.AddError(&resp.Diagnostics, sessionOperation(ctx, "reopen customer session", plan), err)
			return
		}
		state.State = plan.State
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	}
	update := changes.content.toAPI(ctx, state.contentModel, &resp.Diagnostics)
	if !plan.State.Equal(state.State) {
		update.State = framework.StringPointer(plan.State)
	}
	update.EvaluableCampaignIDs, _ = framework.Int64s(plan.EvaluableCampaignIDs)
	response, err := r.send(ctx, &plan, update)
	if err != nil {
		framework.AddError(&resp.Diagnostics, sessionOperation(ctx, "update customer session", plan), err)
		return
	}
	model := plan.after(ctx, response, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

func (r *sessionResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state sessionModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	guards := bulk.GuardsOf(ctx, req.Private, state.guards(), &resp.Diagnostics)
	if resp.Diagnostics.HasError() || !guards.Erases.ValueBool() || state.State.ValueString() == talonone.SessionCancelled {
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
	id, cancelled := state.IntegrationID.ValueString(), talonone.SessionCancelled
	_, err := r.data.Client.UpdateCustomerSessionV2(ctx, id, talonone.SessionUpdate{State: &cancelled}, talonone.SessionOptions{IdempotencyKey: uuid.NewString()})
	if err == nil || talonone.IsUnknownSession(err) {
		return
	}
	if talonone.IsBadRequest(err) {
		// Another system may have cancelled it since it was read.
		found, readErr := r.data.Client.GetCustomerSession(ctx, id)
		if talonone.IsUnknownSession(readErr) || readErr == nil && found.Session.State == cancelled {
			return
		}
	}
	failed := sessionOperation(ctx, "cancel customer session", state)
	failed.Advice = map[int]string{http.StatusBadRequest: `To give the session up without cancelling it, set on_destroy = "forget", apply that, and destroy it then.`}
	framework.AddError(&resp.Diagnostics, failed, err)
}

func (r *sessionResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	identity := sessionIdentity{IntegrationID: types.StringValue(req.ID)}
	if req.ID == "" {
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("integration_id"), identity.IntegrationID)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("on_destroy"), cancelOnDestroy)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity)...)
}
