package coupon

import (
	"context"
	"maps"
	"slices"
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
	_ resource.Resource                = (*couponsResource)(nil)
	_ resource.ResourceWithConfigure   = (*couponsResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*couponsResource)(nil)
	_ resource.ResourceWithImportState = (*couponsResource)(nil)
	_ resource.ResourceWithIdentity    = (*couponsResource)(nil)
)

const (
	couponsType = "talonone_coupons"

	// couponsTimeout is the default of every timeout: 10,000 updates at three per second.
	couponsTimeout = time.Hour
)

type couponsResource struct{ data *framework.Data }

// NewCouponsResource is the resource talonone_coupons.
func NewCouponsResource() resource.Resource { return &couponsResource{} }

func (r *couponsResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = couponsType
}

func (r *couponsResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"application_id": identityschema.Int64Attribute{RequiredForImport: true, Description: "ID of the Application."},
		"campaign_id":    identityschema.Int64Attribute{RequiredForImport: true, Description: "ID of the campaign."},
	}}
}

func (r *couponsResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

// ModifyPlan plans known values from the state and the configuration alone. Look-ups add warnings and errors.
func (r *couponsResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.data == nil {
		return
	}
	var state, plan couponsModel
	creates := req.State.Raw.IsNull()
	if !creates {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	prior := state.held(&resp.Diagnostics)
	if req.Plan.Raw.IsNull() {
		bulk.NoteGuards(ctx, resp.Private, state.guards(), &resp.Diagnostics)
		r.planEnd(&state, len(prior), state.MaxRemovalPercent, bulk.Subject.WarnDestroyed, &resp.Diagnostics)
		claim, _ := r.claim(ctx, &state, prior.codes())
		r.data.Owners.Leave(ctx, claim, claim.Rows, req.Private, resp.Private, &resp.Diagnostics)
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	var replaced *bulk.Target
	before := &state
	if creates {
		before = nil
		if replaced = bulk.Replaced(ctx, req.Private, &resp.Diagnostics); replaced != nil {
			plan.subject().GuardEnd(r.data.AllowDelete, plan.MaxRemovalPercent, replaced.Count, replaced.Count, &resp.Diagnostics)
		}
		bulk.NoteGuards(ctx, resp.Private, plan.guards(), &resp.Diagnostics)
	} else {
		bulk.NoteReplaced(ctx, resp.Private, state.replacing(r.targetOf(ctx, &state, prior)), &resp.Diagnostics)
		if !plan.ApplicationID.Equal(state.ApplicationID) || !plan.CampaignID.Equal(state.CampaignID) {
			r.planEnd(&state, len(prior), plan.MaxRemovalPercent, bulk.Subject.WarnReplaced, &resp.Diagnostics)
			claim, _ := r.claim(ctx, &state, prior.codes())
			r.data.Owners.Remove(ctx, claim, claim.Rows, req.Private, resp.Private, &resp.Diagnostics)
			return
		}
	}
	if !plan.isKnown(ctx) {
		plan.CouponCount, plan.CouponsDigest, plan.ManagedCoupons, plan.LastSync = types.Int64Unknown(), types.StringUnknown(), types.StringUnknown(), bulk.UnknownLastSync()
		if !plan.fromFile() {
			plan.ManagedCoupons = types.StringNull()
		}
		plan.subject().WarnUnknown(plan.source(), len(prior), plan.MaxRemovalPercent, &resp.Diagnostics)
	} else {
		r.planRows(ctx, &plan, before, prior, replaced, req.Private, resp.Private, &resp.Diagnostics)
	}
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
	}
}

// begin holds the coupons of the Application.
func (r *couponsResource) begin(ctx context.Context, claim bulk.Claim, m *couponsModel, diags *diag.Diagnostics) (unlock func()) {
	unlock, err := r.data.Rows.Lock(ctx, claim.Target)
	if err != nil {
		r.addError(diags, "change the coupons of", m, err)
		return func() {}
	}
	return unlock
}

func (r *couponsResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan couponsModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	desired := plan.desired(&resp.Diagnostics)
	ctx, cancel := framework.Within(ctx, plan.Timeouts.Create, couponsTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() || plan.isStale(desired, &resp.Diagnostics) {
		return
	}
	claim, _ := r.claim(ctx, &plan, desired.codes())
	defer r.begin(ctx, claim, &plan, &resp.Diagnostics)()
	if resp.Diagnostics.HasError() {
		return
	}
	r.data.Owners.Write(ctx, claim, resp.Private, &resp.Diagnostics)
	p := r.planCoupons(ctx, &plan, nil, nil, desired, nil, &resp.Diagnostics)
	r.apply(ctx, &plan, p, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		// Without a state, the next apply imports what is missing; it would delete those of a tainted resource first.
		return
	}
	if plan.LastSync.IsUnknown() {
		plan.LastSync = p.lastSync(p.Plan, bulk.NullLastSync(), desired)
	}
	plan.setRows(desired, desired)
	plan.noteApplied(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

func (r *couponsResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state couponsModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	prior := state.held(&resp.Diagnostics)
	ctx, cancel := framework.Within(ctx, state.Timeouts.Read, couponsTimeout, &resp.Diagnostics)
	defer cancel()
	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
	bulk.ForgetNotes(ctx, resp.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	imports := state.Coupons.IsNull() && !state.fromFile()
	managed := prior
	if imports {
		managed = nil
	}
	// Before the first apply after an import the configuration may be exclusive.
	whole := state.exclusive() || state.Ownership.IsNull()
	found, err := r.refresh(ctx, &state, prior, whole)
	rows := rowsOf(found.ours, managed)
	if whole {
		maps.Copy(rows, rowsOf(found.others, nil))
	}
	switch {
	case talonone.IsNotFound(err), err == nil && len(rows) == 0 && len(prior) > 0:
		resp.State.RemoveResource(ctx)
		return
	case err != nil:
		r.addError(&resp.Diagnostics, "read the coupons of", &state, err)
		return
	case found.target != (bulk.Target{}):
		bulk.NoteTarget(ctx, resp.Private, &found.target, &resp.Diagnostics)
	}
	if state.exclusive() {
		r.data.Targets.NoteRead(state.targetKey(), state.replacing(found.target))
	}
	state.setRows(rows, prior)
	state.noteFile(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}

func (r *couponsResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state couponsModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	// The plan may have coupons_file as it was, where it lists the same coupons.
	var config couponsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	prior, desired := state.held(&resp.Diagnostics), config.desired(&resp.Diagnostics)
	ctx, cancel := framework.Within(ctx, plan.Timeouts.Update, couponsTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() || plan.isStale(desired, &resp.Diagnostics) {
		return
	}
	p := r.planCoupons(ctx, &plan, &state, prior, desired, req.Private, &resp.Diagnostics)
	plan.subject().Guard(plan.MaxRemovalPercent, len(p.Removed), p.present, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	claim, _ := r.claim(ctx, &plan, desired.codes())
	defer r.begin(ctx, claim, &plan, &resp.Diagnostics)()
	if resp.Diagnostics.HasError() {
		return
	}
	r.data.Owners.Write(ctx, claim, resp.Private, &resp.Diagnostics)
	planned := p.Plan
	removed, spelling := r.claim(ctx, &plan, p.Removed)
	remove, spared := r.data.Owners.Spare(ctx, claim, removed.Rows, resp.Private, &resp.Diagnostics)
	p.spare(inSpelling(remove, spelling), inSpelling(spared, spelling))
	applied := r.apply(ctx, &plan, p, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		state.keep(p, applied, prior)
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
		return
	}
	if plan.LastSync.IsUnknown() {
		plan.LastSync = state.LastSync
		if !planned.Empty() {
			plan.LastSync = p.lastSync(planned, state.LastSync, desired)
		}
	}
	if plan.CouponsDigest.IsUnknown() || plan.ManagedCoupons.IsUnknown() {
		plan.setRows(desired, desired)
	}
	bulk.ForgetNotes(ctx, resp.Private, &resp.Diagnostics)
	plan.noteApplied(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

func (r *couponsResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state couponsModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	prior := state.held(&resp.Diagnostics)
	ctx, cancel := framework.Within(ctx, state.Timeouts.Delete, couponsTimeout, &resp.Diagnostics)
	defer cancel()
	guards := bulk.GuardsOf(ctx, req.Private, state.guards(), &resp.Diagnostics)
	r.planEnd(&state, len(prior), guards.MaxRemovalPercent, func(bulk.Subject, int, *diag.Diagnostics) {}, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	claim, spelling := r.claim(ctx, &state, prior.codes())
	defer r.begin(ctx, claim, &state, &resp.Diagnostics)()
	if resp.Diagnostics.HasError() {
		return
	}
	remove, spared := r.data.Owners.SpareEnd(ctx, r.data.AllowDelete, claim, req.Private, &resp.Diagnostics)
	p := couponsPlan{prior: prior}
	p.spare(inSpelling(remove, spelling), inSpelling(spared, spelling))
	applied := r.apply(ctx, &state, p, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		state.keep(p, applied, prior)
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
		return
	}
	r.data.Targets.NoteDeleted(state.targetKey())
}

// keep brings a state to what has been applied of a plan that failed.
func (m *couponsModel) keep(p couponsPlan, applied *couponsApplied, prior couponRows) {
	rows := couponRows(applied.Rows())
	m.LastSync = p.lastSync(applied.Plan(), m.LastSync, rows)
	m.setRows(rows, prior)
}

// spare lets the coupons go that another resource manages, instead of deleting them.
func (p *couponsPlan) spare(removed, spared []string) {
	p.Removed = removed
	p.Released = slices.Sorted(slices.Values(slices.Concat(p.Released, spared)))
}

// inSpelling are folded codes as the configuration or state writes them.
func inSpelling(folded []string, spelling map[string]string) []string {
	codes := make([]string, len(folded))
	for i, code := range folded {
		codes[i] = spelling[code]
	}
	return codes
}

func (r *couponsResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	var identity couponsIdentity
	if req.ID == "" {
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
	} else {
		var err error
		if identity, err = parseCouponsID(req.ID); err != nil {
			resp.Diagnostics.AddError("Invalid import ID", framework.Sentence(err.Error()))
		}
	}
	if resp.Diagnostics.HasError() {
		return
	}
	for name, id := range map[string]types.Int64{"application_id": identity.ApplicationID, "campaign_id": identity.CampaignID} {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(name), id)...)
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity)...)
}
