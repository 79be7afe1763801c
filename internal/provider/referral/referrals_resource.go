package referral

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/journal"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ resource.Resource                   = (*referralsResource)(nil)
	_ resource.ResourceWithConfigure      = (*referralsResource)(nil)
	_ resource.ResourceWithValidateConfig = (*referralsResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*referralsResource)(nil)
	_ resource.ResourceWithImportState    = (*referralsResource)(nil)
	_ resource.ResourceWithIdentity       = (*referralsResource)(nil)
)

const (
	referralsType = "talonone_referrals"

	// maxAdvocates keeps plans of the list fast: Terraform compares lists in time
	// that grows with the square of their length.
	maxAdvocates = 5000

	// Default timeouts. Changing or deleting 5,000 referrals one by one, three a
	// second, takes 28 minutes.
	writeTimeout = 60 * time.Minute
	readTimeout  = 20 * time.Minute

	// privateTracking is the key of tracking in private state.
	privateTracking = "tracking"
	// defaultCharacters is how many characters replace # where none are given: A to Z and 0 to 9.
	defaultCharacters = 36
)

type referralsResource struct{ data *framework.Data }

// NewReferralsResource is the resource talonone_referrals.
func NewReferralsResource() resource.Resource { return &referralsResource{} }

func (r *referralsResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = referralsType
}

func (r *referralsResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"campaign_id": identityschema.Int64Attribute{RequiredForImport: true, Description: "ID of the campaign."},
		},
	}
}

func (r *referralsResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *referralsResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config referralsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	checkDates(config.StartDate, config.ExpiryDate, &resp.Diagnostics)
	checkCodeSpace(config, &resp.Diagnostics)
}

func (r *referralsResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.data == nil {
		return
	}
	var state, plan, config referralsModel
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		var held []journal.Object
		for _, one := range state.rows(tracking{}) {
			held = append(held, journal.Object{ID: one.id})
		}
		own(r.data, held...)
		bulk.NoteReplaced(ctx, resp.Private, bulk.TargetOf(bulk.DigestOf(state.rows(tracking{}))), &resp.Diagnostics)
	}
	if req.Plan.Raw.IsNull() {
		bulk.NoteGuards(ctx, resp.Private, state.guards(), &resp.Diagnostics)
		r.planRemoval(bulk.Subject.WarnDestroyed, state.MaxRemovalPercent, state, "Unable to destroy the referrals", &resp.Diagnostics)
		codes := state.claimCodes(state.rows(tracking{}))
		r.data.Owners.Leave(ctx, codes, codes.Rows, req.Private, resp.Private, &resp.Diagnostics)
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if req.State.Raw.IsNull() || !plan.Attributes.Equal(state.Attributes) {
		customattr.Check(ctx, r.data, talonone.EntityReferral, nil, plan.Attributes, path.Root("attributes"), &resp.Diagnostics)
	}
	if advocates, known := framework.Strings(plan.Advocates); known && plan.CampaignID.Equal(state.CampaignID) {
		r.data.Owners.Claim(ctx, state.claimCodes(keptRows(state, advocates)), req.Private, resp.Private, &resp.Diagnostics)
	}
	switch {
	case req.State.Raw.IsNull():
		bulk.NoteGuards(ctx, resp.Private, plan.guards(), &resp.Diagnostics)
		r.planCreate(ctx, &plan, config, bulk.Replaced(ctx, req.Private, &resp.Diagnostics), &resp.Diagnostics)
	case !plan.CampaignID.Equal(state.CampaignID):
		resp.RequiresReplace = path.Paths{path.Root("campaign_id")}
		r.planRemoval(bulk.Subject.WarnReplaced, plan.MaxRemovalPercent, state, "Unable to replace the referrals", &resp.Diagnostics)
		return
	default:
		tracked := bulk.ReadPrivate[tracking](ctx, req.Private, privateTracking, &resp.Diagnostics)
		r.planUpdate(ctx, &plan, state, config, tracked, &resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

func (r *referralsResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan referralsModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := framework.Within(ctx, plan.Timeouts.Create, writeTimeout, &resp.Diagnostics)
	defer cancel()

	plan.ApplicationID = resolveApplication(ctx, r.data.Client, plan.ApplicationID, plan.CampaignID, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	advocates, _ := framework.Strings(plan.Advocates)
	applied := bulk.StartApply[row](nil, nil, sameRow)
	// A tainted resource would have its codes deleted by the next apply, so a failure leaves no state: the next apply
	// finds what has been created.
	r.apply(ctx, plan, bulk.Plan{Added: advocates}, tracking{}, applied, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	var tracked tracking
	tracked.note(applied.Rows(), plan.settings())
	plan.setRows(advocates, applied.Rows())
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	bulk.WritePrivate(ctx, resp.Private, privateTracking, tracked, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, referralsIdentity{plan.CampaignID})...)
}

func (r *referralsResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state referralsModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	tracked := bulk.ReadPrivate[tracking](ctx, req.Private, privateTracking, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := framework.Within(ctx, state.Timeouts.Read, readTimeout, &resp.Diagnostics)
	defer cancel()

	// The framework wants an identity from every read, also of what is gone.
	resp.Diagnostics.Append(resp.Identity.Set(ctx, referralsIdentity{state.CampaignID})...)
	state.ApplicationID = resolveApplication(ctx, r.data.Client, state.ApplicationID, state.CampaignID, &resp.Diagnostics)
	bulk.ForgetNotes(ctx, resp.Private, &resp.Diagnostics)
	var seen findings
	if state.ReferralIDs.IsNull() {
		seen = r.readImported(ctx, &state, &resp.Diagnostics)
	} else {
		var err error
		seen, err = r.readManaged(ctx, state, tracked)
		if talonone.IsNotFound(err) {
			resp.State.RemoveResource(ctx)
			return
		}
		if err != nil {
			framework.AddError(&resp.Diagnostics, operationOnAll("read referrals", state), err)
		}
	}
	if resp.Diagnostics.HasError() {
		return
	}
	refresh(&state, seen, &tracked, &resp.Diagnostics)
	held := make([]journal.Object, len(seen.referrals))
	for i, one := range seen.referrals {
		held[i] = journal.Object{ID: one.ID, Created: one.Created}
	}
	own(r.data, held...)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	bulk.WritePrivate(ctx, resp.Private, privateTracking, tracked, &resp.Diagnostics)
}

func (r *referralsResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state referralsModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	tracked := bulk.ReadPrivate[tracking](ctx, req.Private, privateTracking, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := framework.Within(ctx, plan.Timeouts.Update, writeTimeout, &resp.Diagnostics)
	defer cancel()

	advocates, _ := framework.Strings(plan.Advocates)
	prior := state.rows(tracked)
	rows := changes(prior, state, plan, advocates)
	applied := bulk.StartApply(prior, rows.Released, sameRow)
	rows.Removed = r.spare(ctx, state, rows.Removed, prior, applied, req.Private, &resp.Diagnostics)
	r.apply(ctx, plan, rows, tracked, applied, &resp.Diagnostics)
	wanted := plan.settings()
	tracked.note(applied.Rows(), wanted)
	if resp.Diagnostics.HasError() {
		// The settings stay those of the state; what is tracked shows the next plan which referrals lack the new ones.
		done := applied.Plan()
		if state.imported() {
			done = done.Releasing()
		}
		state.LastSync = lastSync(done, state, len(applied.Rows()), wanted)
		state.setApplied(applied.Keys(advocates), applied.Rows())
		plan = state
	} else {
		plan.setRows(advocates, applied.Rows())
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	bulk.WritePrivate(ctx, resp.Private, privateTracking, tracked, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, referralsIdentity{plan.CampaignID})...)
}

func (r *referralsResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state referralsModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := framework.Within(ctx, state.Timeouts.Delete, writeTimeout, &resp.Diagnostics)
	defer cancel()

	prior := state.rows(tracking{})
	// Terraform does not plan the end of a tainted object.
	guards := bulk.GuardsOf(ctx, req.Private, state.guards(), &resp.Diagnostics)
	state.subject().GuardEnd(r.data.AllowDelete, guards.MaxRemovalPercent, len(prior), len(prior), &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	applied := bulk.StartApply(prior, nil, sameRow)
	removed := r.spare(ctx, state, slices.Sorted(maps.Keys(prior)), prior, applied, req.Private, &resp.Diagnostics)
	r.apply(ctx, state, bulk.Plan{Removed: removed}, tracking{}, applied, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		before, _ := framework.Strings(state.Advocates)
		state.setApplied(applied.Keys(before), applied.Rows())
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	}
}

func (r *referralsResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	identity := referralsIdentity{CampaignID: types.Int64Null()}
	var advocates []string
	if req.ID == "" {
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
	} else {
		campaign, rest, named := strings.Cut(req.ID, "/")
		id, err := strconv.ParseInt(campaign, 10, 64)
		if err != nil || (named && rest == "") {
			resp.Diagnostics.AddError("Invalid import ID",
				fmt.Sprintf("%q is neither a campaign's ID, such as 11, to import all its referrals, nor the ID, a slash and advocates, such as 11/customer-1,customer-2.", req.ID))
			return
		}
		identity.CampaignID = types.Int64Value(id)
		if named {
			advocates = strings.Split(rest, ",")
		}
	}
	if advocates == nil && !r.data.Client.HasManagementKey() {
		resp.Diagnostics.AddError("The referrals of a campaign can't be listed without a Management API key",
			missingManagementKey(referralsType, "getReferralsWithoutTotalCount")+
				"\n\nAlternatively name the advocates: CAMPAIGN/customer-1,customer-2.")
	}
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("campaign_id"), identity.CampaignID)...)
	if advocates != nil {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("advocates"), advocates)...)
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity)...)
}

func missingIntegrationKey() string {
	return framework.MissingKey(referralsType, &talonone.MissingCredentialError{Operation: "createReferralsForMultipleAdvocates", Credential: talonone.IntegrationCredential})
}

func operationOnAll(action string, m referralsModel) framework.Operation {
	return framework.Operation{
		Construct: referralsType, Action: action, Object: "in campaign " + strconv.FormatInt(m.CampaignID.ValueInt64(), 10), Pointers: pointers,
	}
}
