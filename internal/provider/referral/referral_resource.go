package referral

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
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

func (r *referralResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A referral: a code with which one customer, the advocate, invites others. The deployment chooses the code from the campaign's pattern; it can't be set. " +
			"For many advocates with the same settings use `talonone_referrals`.\n\n" +
			"Needs the Integration API key of the campaign's Application to create and to read, and a Management API key that allows the applications, campaigns and referrals endpoints to change, destroy and import. " +
			"Without a Management key a plan that would change or destroy the referral is an error.\n\n" +
			"A code is never made twice: when the answer to a creation is lost, the referral is found by advocate, campaign, settings and time; when Terraform is stopped before it can save its state, the next plan in the same folder takes the referral over. " +
			"The campaign's referral limits don't count for referrals that are created through the API.",
		Attributes: map[string]schema.Attribute{
			"id":   schema.Int64Attribute{Computed: true, MarkdownDescription: "ID of the referral."},
			"code": schema.StringAttribute{Computed: true, MarkdownDescription: "The referral code to hand to the advocate."},
			"application_id": schema.Int64Attribute{
				Optional: true, Computed: true,
				MarkdownDescription: "ID of the campaign's Application. Default: looked up, once a run for all referrals; giving it saves the look. Null where neither key can tell: without a Management key and while no campaign of the Application is running. Changes in place.",
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
			},
			"campaign_id": schema.Int64Attribute{
				Required:            true,
				MarkdownDescription: "ID of the campaign, which must have the feature referrals. A change replaces the referral, and so its code.",
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
			},
			"advocate_profile_integration_id": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "Integration ID of the advocate, 1 to 1000 characters. A change replaces the referral, and so its code.",
				Validators:          framework.IntegrationID(),
			},
			"friend_profile_integration_id": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Integration ID of the only customer who may use the code, 1 to 1000 characters. Default: anybody. Changes in place.",
				Validators:          framework.IntegrationID(),
			},
			"start_date":  dateAttribute("When the code becomes valid, RFC 3339. Default: at once. Changes in place."),
			"expiry_date": dateAttribute("When the code stops being valid, RFC 3339, after `start_date`. Default: never. Changes in place."),
			"usage_limit": schema.Int64Attribute{
				Optional: true, Computed: true,
				MarkdownDescription: "How often the code can be used, from 0, which is without limit, to 999999. Default: what the deployment chooses. Changes in place; removing it leaves the limit as it is.",
				Validators:          []validator.Int64{int64validator.Between(0, maxUsageLimit)},
			},
			"attributes": attributesAttribute("Custom attributes of the referral as a JSON object, written with `jsonencode`. The account must define each for the entity Referral. Replaced as a whole, in place; removing it clears them."),
			"usage_counter": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: "How often the code has been used.",
			},
			"adopted": schema.BoolAttribute{
				Computed: true,
				MarkdownDescription: "Whether the referral was left over from an apply that was interrupted before it could save its state, and was taken over instead of making a second code. " +
					"The provider keeps a journal of its creations in Terraform's data folder (`.terraform`) for that; the plan shows it.",
			},
			"created": schema.StringAttribute{
				Computed: true, CustomType: timetypes.RFC3339Type{},
				MarkdownDescription: "When the referral was created, RFC 3339 in UTC.",
			},
		},
	}
}

func dateAttribute(description string) schema.StringAttribute {
	return schema.StringAttribute{Optional: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: description}
}

func attributesAttribute(description string) schema.StringAttribute {
	return schema.StringAttribute{Optional: true, CustomType: jsontypes.NormalizedType{}, MarkdownDescription: description}
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
		r.own(state, &resp.Diagnostics)
	}
	if req.Plan.Raw.IsNull() {
		r.checkRemoval("destroy", "Destroying", state, &resp.Diagnostics)
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
		r.planCreate(ctx, &plan, config, &resp.Diagnostics)
	case !plan.CampaignID.Equal(state.CampaignID):
		resp.RequiresReplace = path.Paths{path.Root("campaign_id")}
	case !plan.Advocate.Equal(state.Advocate):
		resp.RequiresReplace = path.Paths{path.Root("advocate_profile_integration_id")}
	default:
		r.planUpdate(&plan, state, config, &resp.Diagnostics)
	}
	if len(resp.RequiresReplace) > 0 {
		r.checkRemoval("replace", "Replacing", state, &resp.Diagnostics)
		return
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

func (r *referralResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan referralModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if plan.ApplicationID.IsUnknown() {
		plan.ApplicationID = r.resolveApplication(ctx, plan.CampaignID.ValueInt64(), &resp.Diagnostics)
	}
	var created *talonone.Referral
	var err error
	if plan.ID.IsUnknown() {
		created, err = r.create(ctx, plan)
	} else {
		created, err = r.adopt(ctx, plan)
	}
	if err != nil {
		reportCreate(plan, err, &resp.Diagnostics)
		return
	}
	plan.Adopted = types.BoolValue(!plan.ID.IsUnknown())
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
	if state.ApplicationID.IsNull() {
		state.ApplicationID = r.resolveApplication(ctx, state.CampaignID.ValueInt64(), &resp.Diagnostics)
	}
	api, unseen, err := r.find(ctx, state)
	switch {
	case err != nil:
		framework.AddError(&resp.Diagnostics, doing("read referral", state), err)
		return
	case unseen:
		resp.Diagnostics.AddWarning("Referral can't be seen",
			fmt.Sprintf("The inventory of its advocate does not show referral %s, which may be because it is not valid now or because the advocate has no profile. "+
				"The state is kept as it is. A Management API key that allows the referrals endpoint can tell for certain.", label(state)))
		return
	case api == nil && imported:
		resp.Diagnostics.AddError("Referral not found", fmt.Sprintf("Campaign %d has no referral %d.", state.CampaignID.ValueInt64(), state.ID.ValueInt64()))
		return
	case api == nil:
		resp.State.RemoveResource(ctx)
		return
	}
	model := fromAPI(api, state)
	r.own(model, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

func (r *referralResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state referralModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if sameSettings(plan, state) {
		plan.UsageCounter = state.UsageCounter
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
		resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
		return
	}
	applicationID, ok := r.application(ctx, plan, "update referral", &resp.Diagnostics)
	if !ok {
		return
	}
	wanted := plan.settings()
	updated, err := r.data.Client.UpdateReferral(ctx, applicationID, state.CampaignID.ValueInt64(), state.ID.ValueInt64(), wanted.update(state.settings()))
	if err != nil {
		framework.AddError(&resp.Diagnostics, doing("update referral", state), err)
		return
	}
	wanted.reportKept(updated, &resp.Diagnostics)
	model := fromAPI(updated, plan)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, model.identity())...)
}

func (r *referralResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state referralModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	applicationID, ok := r.application(ctx, state, "delete referral", &resp.Diagnostics)
	if !ok {
		return
	}
	if err := r.data.Client.DeleteReferral(ctx, applicationID, state.CampaignID.ValueInt64(), state.ID.ValueInt64()); err != nil {
		framework.AddError(&resp.Diagnostics, doing("delete referral", state), err)
		return
	}
	r.data.Journal.Settle(resourceType, state.ID.ValueInt64())
}

func (r *referralResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	identity := referralIdentity{CampaignID: types.Int64Null(), ID: types.Int64Null()}
	applicationID := types.Int64Null()
	if req.ID == "" {
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
	} else {
		identity, applicationID = r.resolveImport(ctx, req.ID, &resp.Diagnostics)
	}
	if !resp.Diagnostics.HasError() && !r.data.Client.HasManagementKey() {
		resp.Diagnostics.AddError("Referral can't be imported without a Management API key", missingManagementKey("getReferralsWithoutTotalCount"))
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

// create sends the create. When its answer is lost, it looks for the referral
// before anything is sent again, so that there is never a second code.
func (r *referralResource) create(ctx context.Context, plan referralModel) (*talonone.Referral, error) {
	want := plan.toAPI()
	for attempt := 1; ; attempt++ {
		sent := time.Now()
		entry := r.data.Journal.Begin(resourceType, want)
		created, err := r.data.Client.CreateReferral(ctx, want)
		var unknown *talonone.OutcomeUnknownError
		switch {
		case err == nil:
			entry.Done(created.ID)
			r.data.Journal.ForgetLost(resourceType, want)
			r.data.NewReferrals.Add(created.ID)
			return created, nil
		case !errors.As(err, &unknown):
			entry.Forget()
			return nil, err
		case ctx.Err() != nil:
			return nil, err
		}
		since := r.data.Client.ServerTime(sent).Add(-clockTolerance)
		own, lookupErr := r.leftover(ctx, plan, since, func(one *talonone.Referral) bool { return r.data.NewReferrals.Add(one.ID) })
		if lookupErr != nil {
			return nil, errors.Join(err, lookupErr)
		}
		if own != nil {
			entry.Done(own.ID)
			return own, nil
		}
		// A request that was given up for lack of time may still be carried out.
		if attempt == createAttempts || errors.Is(err, context.DeadlineExceeded) || talonone.IsTimeout(err) {
			return nil, err
		}
		entry.Forget()
	}
}

// adopt takes over the referral that the plan named.
func (r *referralResource) adopt(ctx context.Context, plan referralModel) (*talonone.Referral, error) {
	api, _, err := r.find(ctx, plan)
	if err != nil {
		return nil, err
	}
	if api == nil {
		return nil, fmt.Errorf("referral %d, which the plan takes over, is gone; plan again", plan.ID.ValueInt64())
	}
	r.data.NewReferrals.Add(api.ID)
	if entry := begun(r.data.Journal.Earlier(resourceType, plan.toAPI())).entryOf(r.data.Client, api); entry != nil {
		entry.Done(api.ID)
	}
	return api, nil
}

// leftover is the oldest referral of the advocate with the planned settings that
// was created since, that nobody has used and that claim grants.
func (r *referralResource) leftover(ctx context.Context, plan referralModel, since time.Time, claim func(*talonone.Referral) bool) (*talonone.Referral, error) {
	wanted := plan.settings()
	where := place{applicationID: plan.ApplicationID.ValueInt64(), campaignID: plan.CampaignID.ValueInt64()}
	if wanted.Start == nil && wanted.Expiry == nil && r.data.Client.HasIntegrationKey() {
		// One advocate's inventory shows what is valid, and no rate limit slows it down.
		where.applicationID = 0
	}
	seen, err := ofAdvocates(ctx, r.data.Client, where, []string{plan.Advocate.ValueString()}, since, time.Time{})
	if err != nil {
		return nil, err
	}
	for _, candidate := range seen.referrals {
		if candidate.UsageCounter == 0 && wanted.fit(candidate) && claim(candidate) {
			return candidate, nil
		}
	}
	return nil, nil
}

// find looks for a referral by ID: in the inventory of its advocate, which no
// rate limit slows down, and then among the campaign's referrals. unseen says
// that only a Management key could tell whether it is gone.
func (r *referralResource) find(ctx context.Context, m referralModel) (api *talonone.Referral, unseen bool, err error) {
	client, id := r.data.Client, m.ID.ValueInt64()
	if client.HasIntegrationKey() && !m.Advocate.IsNull() {
		inventories, missing, err := inventoriesOf(ctx, client, []string{m.Advocate.ValueString()})
		if err != nil {
			return nil, false, err
		}
		for i := range inventories[0] {
			if inventories[0][i].ID == id {
				return &inventories[0][i].Referral, false, nil
			}
		}
		if !client.HasManagementKey() {
			return nil, missing > 0 || !validNow(m), nil
		}
	}
	filter := talonone.ReferralFilter{Advocate: m.Advocate.ValueString(), Code: m.Code.ValueString()}
	return r.search(ctx, m, filter, func(candidate *talonone.Referral) bool { return candidate.ID == id })
}

// search lists the campaign's referrals until one is wanted.
func (r *referralResource) search(ctx context.Context, m referralModel, filter talonone.ReferralFilter, wanted func(*talonone.Referral) bool) (api *talonone.Referral, unseen bool, err error) {
	if m.ApplicationID.ValueInt64() == 0 {
		return nil, false, fmt.Errorf("the Application of campaign %d is not known; set application_id", m.CampaignID.ValueInt64())
	}
	found := errors.New("found")
	err = r.data.Client.GetReferrals(ctx, m.ApplicationID.ValueInt64(), m.CampaignID.ValueInt64(), filter, func(page []*talonone.Referral) error {
		for _, candidate := range page {
			if wanted(candidate) {
				api = candidate
				return found
			}
		}
		return nil
	})
	if err == nil || errors.Is(err, found) || talonone.IsNotFound(err) {
		return api, false, nil
	}
	return nil, false, err
}

// planCreate checks the campaign, and looks for the leftover of an apply that
// was killed, which it takes over.
func (r *referralResource) planCreate(ctx context.Context, plan *referralModel, config referralModel, diags *diag.Diagnostics) {
	if !r.data.Client.HasIntegrationKey() {
		diags.AddError("Referral can't be created", framework.MissingKey(resourceType,
			&talonone.MissingCredentialError{Operation: "createReferral", Credential: talonone.IntegrationCredential}))
		return
	}
	if config.CampaignID.IsUnknown() {
		return
	}
	if config.ApplicationID.IsNull() {
		checkCampaign(ctx, r.data.Client, config.CampaignID.ValueInt64(), diags)
		plan.ApplicationID = r.resolveApplication(ctx, config.CampaignID.ValueInt64(), diags)
	}
	if diags.HasError() || hasUnknownSettings(config) {
		return
	}
	plan.Adopted = types.BoolValue(false)
	earlier := begun(r.data.Journal.Earlier(resourceType, plan.toAPI()))
	if len(earlier) == 0 {
		return
	}
	free := func(one *talonone.Referral) bool {
		return earlier.entryOf(r.data.Client, one) != nil && isLeftover(r.data, one, diags)
	}
	own, err := r.leftover(ctx, *plan, earlier.since(r.data.Client), free)
	if err != nil {
		framework.AddError(diags, doing("look, before creating, for referrals", *plan), err)
	}
	if own == nil || diags.HasError() {
		return
	}
	application := plan.ApplicationID
	*plan = fromAPI(own, *plan)
	// Somebody may use the code before the plan is applied.
	plan.ApplicationID, plan.UsageCounter, plan.Adopted = application, types.Int64Unknown(), types.BoolValue(true)
	warnAdoption(fmt.Sprintf("Referral %d, code %q, of campaign %d", own.ID, own.Code, own.CampaignID), "It was", diags)
}

// warnAdoption says what a plan takes over and how to avoid it.
func warnAdoption(what, was string, diags *diag.Diagnostics) {
	diags.AddWarning("Referrals left over from an interrupted apply will be taken over",
		fmt.Sprintf("%s belongs to no resource of this configuration. %s created by an apply in this folder with exactly these settings, "+
			"which was stopped before its state was saved. Applying takes over what is there instead of making a second code.", what, was))
}

// planUpdate keeps what an update in place leaves as it is, and asks for the key
// that it needs.
func (r *referralResource) planUpdate(plan *referralModel, state, config referralModel, diags *diag.Diagnostics) {
	plan.ID, plan.Code, plan.Created, plan.Adopted, plan.UsageCounter = state.ID, state.Code, state.Created, state.Adopted, state.UsageCounter
	plan.StartDate, plan.ExpiryDate = keepDate(plan.StartDate, state.StartDate), keepDate(plan.ExpiryDate, state.ExpiryDate)
	plan.Attributes = keepAttributes(plan.Attributes, state.Attributes)
	if config.UsageLimit.IsNull() {
		plan.UsageLimit = state.UsageLimit
	}
	if config.ApplicationID.IsNull() {
		plan.ApplicationID = state.ApplicationID
	}
	if sameSettings(*plan, state) {
		return
	}
	// Somebody may use the code before the update is applied.
	plan.UsageCounter = types.Int64Unknown()
	if !r.data.Client.HasManagementKey() {
		diags.AddAttributeError(firstChange(*plan, state), "Referral can't be changed without a Management API key", missingManagementKey("updateReferral"))
	}
}

// checkRemoval asks for the key that a deletion needs, and says what it breaks.
func (r *referralResource) checkRemoval(verb, doing string, state referralModel, diags *diag.Diagnostics) {
	if !r.data.Client.HasManagementKey() {
		diags.AddError("Unable to "+verb+" the referral without a Management API key", missingManagementKey("deleteReferral")+
			"\n\nTo keep the referral and let Terraform forget it, use a removed block or terraform state rm.")
		return
	}
	if used := state.UsageCounter.ValueInt64(); used > 0 {
		diags.AddWarning(doing+" a referral ends its code",
			fmt.Sprintf("Code %q of referral %s has been used %d times. It stops working for everybody who has it.", state.Code.ValueString(), label(state), used))
	}
}

func (r *referralResource) own(m referralModel, diags *diag.Diagnostics) {
	r.data.Journal.Settle(resourceType, m.ID.ValueInt64())
	own(r.data, m.ID.ValueInt64(), diags)
}

func (r *referralResource) resolveApplication(ctx context.Context, campaignID int64, diags *diag.Diagnostics) types.Int64 {
	id, err := applicationOf(ctx, r.data.Client, campaignID)
	if err != nil {
		framework.AddError(diags, framework.Doing{Construct: resourceType, Action: "find the Application of campaign", Object: strconv.FormatInt(campaignID, 10)}, err)
	}
	if id == 0 {
		return types.Int64Null()
	}
	return types.Int64Value(id)
}

// application is the Application of a referral that is to be written.
func (r *referralResource) application(ctx context.Context, m referralModel, action string, diags *diag.Diagnostics) (int64, bool) {
	id := m.ApplicationID
	if id.IsNull() || id.IsUnknown() {
		id = r.resolveApplication(ctx, m.CampaignID.ValueInt64(), diags)
	}
	if id.IsNull() && !diags.HasError() {
		diags.AddAttributeError(path.Root("application_id"), "Unable to "+action,
			fmt.Sprintf("The Application of campaign %d could not be found. Set application_id, and apply that first.", m.CampaignID.ValueInt64()))
	}
	return id.ValueInt64(), !diags.HasError()
}

// resolveImport reads an import ID: campaign/referral or
// application/campaign/referral, the referral by its ID or its code.
func (r *referralResource) resolveImport(ctx context.Context, importID string, diags *diag.Diagnostics) (referralIdentity, types.Int64) {
	identity := referralIdentity{CampaignID: types.Int64Null(), ID: types.Int64Null()}
	numbers, rest := leadingNumbers(importID)
	application := types.Int64Null()
	switch {
	case len(numbers) == 2 && rest != "":
		application, identity.CampaignID = types.Int64Value(numbers[0]), types.Int64Value(numbers[1])
	case len(numbers) == 1 && rest != "":
		identity.CampaignID = types.Int64Value(numbers[0])
	default:
		diags.AddError("Invalid import ID",
			fmt.Sprintf("%q is neither campaign/referral, such as 11/4001 or 11/FRIEND-AB12CD34, nor application/campaign/referral, such as 1/11/4001.", importID))
		return identity, application
	}
	if id, err := strconv.ParseInt(rest, 10, 64); err == nil {
		identity.ID = types.Int64Value(id)
		return identity, application
	}
	if !r.data.Client.HasManagementKey() {
		return identity, application
	}
	m := referralModel{CampaignID: identity.CampaignID, ApplicationID: application}
	if application.IsNull() {
		m.ApplicationID = r.resolveApplication(ctx, identity.CampaignID.ValueInt64(), diags)
	}
	api, _, err := r.search(ctx, m, talonone.ReferralFilter{Code: rest}, func(candidate *talonone.Referral) bool { return strings.EqualFold(candidate.Code, rest) })
	switch {
	case err != nil:
		framework.AddError(diags, framework.Doing{Construct: resourceType, Action: "find referral", Object: strconv.Quote(rest)}, err)
	case api == nil:
		diags.AddError("Referral not found", fmt.Sprintf("Campaign %d has no referral with the code %q.", identity.CampaignID.ValueInt64(), rest))
	default:
		identity.ID = types.Int64Value(api.ID)
	}
	return identity, application
}

// leadingNumbers cuts up to two numbers, each with a slash behind it, from the
// front of an import ID; a code may hold slashes itself.
func leadingNumbers(importID string) (numbers []int64, rest string) {
	rest = importID
	for len(numbers) < 2 {
		before, after, more := strings.Cut(rest, "/")
		number, err := strconv.ParseInt(before, 10, 64)
		if !more || err != nil {
			break
		}
		numbers, rest = append(numbers, number), after
	}
	return numbers, rest
}

// sameSettings says whether there is nothing to tell the deployment.
func sameSettings(plan, state referralModel) bool {
	return firstChange(plan, state).Equal(path.Empty())
}

// firstChange is the first attribute that updateReferral has to change.
func firstChange(plan, state referralModel) path.Path {
	switch {
	case plan.Friend.ValueString() != state.Friend.ValueString() || plan.Friend.IsUnknown():
		return path.Root("friend_profile_integration_id")
	case !plan.StartDate.Equal(state.StartDate):
		return path.Root("start_date")
	case !plan.ExpiryDate.Equal(state.ExpiryDate):
		return path.Root("expiry_date")
	case !plan.UsageLimit.Equal(state.UsageLimit):
		return path.Root("usage_limit")
	case !plan.Attributes.Equal(state.Attributes):
		return path.Root("attributes")
	default:
		return path.Empty()
	}
}

// hasUnknownSettings says whether something configured becomes known only during apply.
func hasUnknownSettings(config referralModel) bool {
	return config.Advocate.IsUnknown() || config.Friend.IsUnknown() || config.StartDate.IsUnknown() ||
		config.ExpiryDate.IsUnknown() || config.UsageLimit.IsUnknown() || config.Attributes.IsUnknown() || config.ApplicationID.IsUnknown()
}

// validNow says whether the referral's dates allow its use.
func validNow(m referralModel) bool {
	now, start, expiry := time.Now(), timeOf(m.StartDate), timeOf(m.ExpiryDate)
	return (start == nil || !now.Before(*start)) && (expiry == nil || now.Before(*expiry))
}

// reportCreate explains a failed create.
func reportCreate(plan referralModel, err error, diags *diag.Diagnostics) {
	if _, unknown := errors.AsType[*talonone.OutcomeUnknownError](err); unknown {
		diags.AddError("Unable to tell whether the referral was created",
			fmt.Sprintf("Campaign %d: %s.\n\nRun terraform apply again in this folder: it finds the referral, if it was created, and takes it over. No second code is made.", plan.CampaignID.ValueInt64(), err))
		return
	}
	framework.AddError(diags, doing("create referral", plan), err)
}

func missingManagementKey(operation string) string {
	return framework.MissingKey(resourceType, &talonone.MissingCredentialError{Operation: operation, Credential: talonone.ManagementCredential})
}

func doing(action string, m referralModel) framework.Doing {
	return framework.Doing{Construct: resourceType, Action: action, Object: label(m), Pointers: pointers}
}

var pointers = map[string]path.Path{
	"/campaignId":                   path.Root("campaign_id"),
	"/advocateProfileIntegrationId": path.Root("advocate_profile_integration_id"),
	"/friendProfileIntegrationId":   path.Root("friend_profile_integration_id"),
	"/startDate":                    path.Root("start_date"),
	"/expiryDate":                   path.Root("expiry_date"),
	"/usageLimit":                   path.Root("usage_limit"),
	"/attributes":                   path.Root("attributes"),
}

// label names a referral to a reader: by its number once it has one, else by its campaign.
func label(m referralModel) string {
	if m.ID.IsNull() || m.ID.IsUnknown() {
		return "in campaign " + strconv.FormatInt(m.CampaignID.ValueInt64(), 10)
	}
	return strconv.FormatInt(m.ID.ValueInt64(), 10)
}
