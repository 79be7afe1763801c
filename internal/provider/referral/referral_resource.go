package referral

import (
	"context"
	"fmt"
	"strconv"

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
	_ resource.Resource                   = (*referralResource)(nil)
	_ resource.ResourceWithConfigure      = (*referralResource)(nil)
	_ resource.ResourceWithValidateConfig = (*referralResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*referralResource)(nil)
	_ resource.ResourceWithImportState    = (*referralResource)(nil)
	_ resource.ResourceWithIdentity       = (*referralResource)(nil)
)

const (
	resourceType = "talonone_referral"

	// maxUsageLimit is the largest usageLimit (ReferralConstraints).
	maxUsageLimit = 999999
)

type referralResource struct{ data *framework.Data }

// NewReferralResource is the resource talonone_referral.
func NewReferralResource() resource.Resource { return &referralResource{} }

func (r *referralResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = resourceType
}

func (r *referralResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"campaign_id": identityschema.Int64Attribute{RequiredForImport: true, Description: "ID of the campaign."},
			"id":          identityschema.Int64Attribute{RequiredForImport: true, Description: "ID of the referral."},
		},
	}
}

func (r *referralResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *referralResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config referralModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	checkDates(config.StartDate, config.ExpiryDate, &resp.Diagnostics)
}

func (r *referralResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.data == nil {
		return
	}
	var state, plan, config referralModel
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		created, _ := state.Created.ValueRFC3339Time()
		own(r.data, journal.Object{ID: state.ID.ValueInt64(), Created: created})
	}
	if req.Plan.Raw.IsNull() {
		r.checkRemoval("destroy", "Destroying", state, &resp.Diagnostics)
		r.data.Owners.Leave(ctx, state.claim(), state.claim().Rows, req.Private, resp.Private, &resp.Diagnostics)
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
	switch {
	case req.State.Raw.IsNull():
		r.planCreate(ctx, plan, config, &resp.Diagnostics)
		return
	case !plan.CampaignID.Equal(state.CampaignID):
		resp.RequiresReplace = path.Paths{path.Root("campaign_id")}
	case !plan.Advocate.Equal(state.Advocate):
		resp.RequiresReplace = path.Paths{path.Root("advocate_profile_integration_id")}
	default:
		claim := state.claim()
		claim.Held = func(string) bool { return true }
		r.data.Owners.Claim(ctx, claim, req.Private, resp.Private, &resp.Diagnostics)
		r.planUpdate(ctx, &plan, state, config, &resp.Diagnostics)
		resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
		return
	}
	r.checkRemoval("replace", "Replacing", state, &resp.Diagnostics)
	r.data.Owners.Remove(ctx, state.claim(), state.claim().Rows, req.Private, resp.Private, &resp.Diagnostics)
}

func (r *referralResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan referralModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	plan.ApplicationID = resolveApplication(ctx, r.data.Client, plan.ApplicationID, plan.CampaignID, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	created, err := r.create(ctx, plan)
	if err != nil {
		framework.AddOnceError(&resp.Diagnostics, resourceType, "the referral", operation("create referral", plan), err)
		return
	}
	model := fromAPI(created, plan)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, model.identity())...)
}

func (r *referralResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state referralModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	// The framework wants an identity from every read, also of what is gone.
	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
	imported := state.Advocate.IsNull()
	state.ApplicationID = resolveApplication(ctx, r.data.Client, state.ApplicationID, state.CampaignID, &resp.Diagnostics)
	api, unseen, err := r.refreshed(ctx, state)
	switch {
	case err != nil:
		framework.AddError(&resp.Diagnostics, operation("read referral", state), err)
		return
	case unseen:
		resp.Diagnostics.AddWarning("Referral can't be seen",
			fmt.Sprintf("The inventory of its advocate does not show referral %s, which may be because it is not valid now or because the advocate has no profile. "+
				"The state is kept as it is. A Management API key that allows the referrals endpoint can tell for certain.", label(state)))
		return
	case api != nil && framework.IsAnother(state.Created, api.Created):
		framework.WarnAnother(&resp.Diagnostics, "referral "+label(state), state.Created, api.Created)
		resp.State.RemoveResource(ctx)
		return
	case api == nil && imported:
		resp.Diagnostics.AddError("Referral not found", fmt.Sprintf("Campaign %d has no referral %d.", state.CampaignID.ValueInt64(), state.ID.ValueInt64()))
		return
	case api == nil:
		resp.State.RemoveResource(ctx)
		return
	}
	model := fromAPI(api, state)
	own(r.data, journal.Object{ID: api.ID, Created: api.Created})
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

func (r *referralResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state referralModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !firstChange(plan, state).Equal(path.Empty()) {
		applicationID := requireApplication(ctx, r.data.Client, plan.ApplicationID, plan.CampaignID, "update referral", &resp.Diagnostics)
		if resp.Diagnostics.HasError() {
			return
		}
		if r.isGone(ctx, state, &resp.Diagnostics) {
			framework.AddGone(&resp.Diagnostics, "referral "+label(state))
		}
		if resp.Diagnostics.HasError() {
			return
		}
		wanted := plan.settings()
		updated, err := r.data.Client.UpdateReferral(ctx, applicationID.ValueInt64(), state.CampaignID.ValueInt64(), state.ID.ValueInt64(), wanted.update())
		if err != nil {
			framework.AddError(&resp.Diagnostics, operation("update referral", state), err)
			return
		}
		wanted.reportKept(updated, &resp.Diagnostics)
		plan = fromAPI(updated, plan)
		plan.Created = state.Created
		// Uses since the plan show in the next refresh.
		plan.UsageCounter = state.UsageCounter
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

func (r *referralResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state referralModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if remove, _ := r.data.Owners.Spare(ctx, state.claim(), state.claim().Rows, req.Private, &resp.Diagnostics); len(remove) == 0 {
		return
	}
	applicationID := requireApplication(ctx, r.data.Client, state.ApplicationID, state.CampaignID, "delete referral", &resp.Diagnostics)
	if r.isGone(ctx, state, &resp.Diagnostics) {
		return
	}
	if resp.Diagnostics.HasError() {
		return
	}
	if err := r.data.Client.DeleteReferral(ctx, applicationID.ValueInt64(), state.CampaignID.ValueInt64(), state.ID.ValueInt64()); err != nil {
		framework.AddError(&resp.Diagnostics, operation("delete referral", state), err)
	}
}

func (r *referralResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	var identity referralIdentity
	var applicationID types.Int64
	if req.ID == "" {
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
	} else {
		identity, applicationID = r.resolveImport(ctx, req.ID, &resp.Diagnostics)
	}
	if !resp.Diagnostics.HasError() && !r.data.Client.HasManagementKey() {
		resp.Diagnostics.AddError("Referral can't be imported without a Management API key", missingManagementKey(resourceType, "getReferralsWithoutTotalCount"))
	}
	if resp.Diagnostics.HasError() {
		return
	}
	if !applicationID.IsNull() {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("application_id"), applicationID)...)
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("campaign_id"), identity.CampaignID)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), identity.ID)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity)...)
}

// codesTarget is where referrals are, by their IDs, for both resources that manage some.
const codesTarget = "referrals"

// claim is what the resource owns.
func (m *referralModel) claim() bulk.Claim {
	id := m.ID.String()
	return bulk.Claim{
		Subject: bulk.Subject{Noun: noun, Place: "campaign " + m.CampaignID.String(), ResourceType: resourceType, ImportID: m.CampaignID.String() + "/" + id},
		Target:  codesTarget, At: path.Root("advocate_profile_integration_id"), Rows: []string{id}, Lost: "its code stops working",
	}
}

func missingManagementKey(construct, operation string) string {
	return framework.MissingKey(construct, &talonone.MissingCredentialError{Operation: operation, Credential: talonone.ManagementCredential})
}

func operation(action string, m referralModel) framework.Operation {
	return framework.Operation{Construct: resourceType, Action: action, Object: label(m), Pointers: pointers}
}

// pointers lead to the attributes of both resources.
var pointers = map[string]path.Path{
	"/campaignId":                    path.Root("campaign_id"),
	"/advocateProfileIntegrationId":  path.Root("advocate_profile_integration_id"),
	"/advocateProfileIntegrationIds": path.Root("advocates"),
	"/friendProfileIntegrationId":    path.Root("friend_profile_integration_id"),
	"/startDate":                     path.Root("start_date"),
	"/expiryDate":                    path.Root("expiry_date"),
	"/usageLimit":                    path.Root("usage_limit"),
	"/attributes":                    path.Root("attributes"),
	"/referralPattern":               path.Root("referral_pattern"),
	"/validCharacters":               path.Root("valid_characters"),
}

// label names a referral to a reader: by its number once it has one, else by its campaign.
func label(m referralModel) string {
	if m.ID.IsNull() || m.ID.IsUnknown() {
		return "in campaign " + strconv.FormatInt(m.CampaignID.ValueInt64(), 10)
	}
	return strconv.FormatInt(m.ID.ValueInt64(), 10)
}
