package referral

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
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

	// privateKey is where bookkeeping is kept.
	privateKey = "referrals"
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
		r.own(state, &resp.Diagnostics)
	}
	if req.Plan.Raw.IsNull() {
		r.checkRemoval(state.MaxRemovalPercent, state, "Unable to destroy the referrals without a Management API key", &resp.Diagnostics)
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
		r.checkRemoval(plan.MaxRemovalPercent, state, "Unable to replace the referrals without a Management API key", &resp.Diagnostics)
		return
	default:
		books := readBookkeeping(ctx, req.Private, &resp.Diagnostics)
		r.planUpdate(ctx, &plan, state, config, books, &resp.Diagnostics)
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

	if plan.ApplicationID.IsUnknown() {
		plan.ApplicationID = r.resolveApplication(ctx, plan.CampaignID.ValueInt64(), &resp.Diagnostics)
	}
	advocates, _ := framework.Strings(plan.Advocates)
	now := plan.referrals()
	work := todo{create: without(advocates, now), adopt: now}
	books := bookkeeping{Wanted: plan.settings()}
	if err := r.readAdopted(ctx, plan, now, &books); err != nil {
		framework.AddError(&resp.Diagnostics, doingAll("read referrals", plan), err)
		return
	}
	// A tainted resource would have its codes deleted by the next apply, so a
	// failure leaves no state: the next plan takes over what has been made.
	if err := r.make(ctx, plan, work.create, now, &books); err != nil {
		reportMake(plan, len(now), len(advocates), err, &resp.Diagnostics)
		return
	}
	if plan.LastSync.IsUnknown() {
		plan.LastSync = work.summary()
	}
	plan.setReferrals(advocates, now)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, privateKey, books.encode())...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, referralsIdentity{plan.CampaignID})...)
}

func (r *referralsResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state referralsModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	books := readBookkeeping(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := framework.Within(ctx, state.Timeouts.Read, readTimeout, &resp.Diagnostics)
	defer cancel()

	// The framework wants an identity from every read, also of what is gone.
	resp.Diagnostics.Append(resp.Identity.Set(ctx, referralsIdentity{state.CampaignID})...)
	if state.ApplicationID.IsNull() {
		state.ApplicationID = r.resolveApplication(ctx, state.CampaignID.ValueInt64(), &resp.Diagnostics)
	}
	if state.ReferralIDs.IsNull() {
		r.readImported(ctx, &state, &books, &resp.Diagnostics)
		if resp.Diagnostics.HasError() {
			return
		}
	} else {
		lost := books.lost()
		if lost {
			books.Wanted = state.settings()
		}
		seen, err := r.readManaged(ctx, state, books)
		if talonone.IsNotFound(err) {
			resp.State.RemoveResource(ctx)
			return
		}
		if err != nil {
			framework.AddError(&resp.Diagnostics, doingAll("read referrals", state), err)
			return
		}
		if lost && len(seen.referrals) == len(state.referrals()) {
			for _, one := range seen.referrals {
				books.cover(one.Created)
			}
		}
		refresh(&state, seen, &books, &resp.Diagnostics)
	}
	r.own(state, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, privateKey, books.encode())...)
}

func (r *referralsResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state referralsModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	books := readBookkeeping(ctx, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := framework.Within(ctx, plan.Timeouts.Update, writeTimeout, &resp.Diagnostics)
	defer cancel()

	advocates, _ := framework.Strings(plan.Advocates)
	now := state.referrals()
	work := todo{adopt: additional(plan.referrals(), now), remove: leaving(now, advocates)}
	work.update = books.toUpdate(plan.settings(), except(now, work.remove))
	maps.Copy(now, work.adopt)
	work.create = without(advocates, now)
	books.Wanted = plan.settings()

	lost := books.lost() && len(now) > 0
	r.apply(ctx, plan, work, now, &books, &resp.Diagnostics)
	if lost {
		// What is made now must not bound a listing of what was there before.
		books.From, books.To = time.Time{}, time.Time{}
	}
	if resp.Diagnostics.HasError() {
		// The settings stay those of the state; the bookkeeping lets the next
		// refresh see which referrals lack the new ones.
		state.Advocates = framework.IDListValue(inOrder(now, advocates, state))
		state.setReferrals(inOrder(now, advocates, state), now)
		plan = state
	} else {
		if plan.LastSync.IsUnknown() {
			plan.LastSync = work.summary()
		}
		plan.setReferrals(advocates, now)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, privateKey, books.encode())...)
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

	now := state.referrals()
	if len(now) == 0 || !r.requireApplication(ctx, &state, "delete referrals", &resp.Diagnostics) {
		return
	}
	if err := r.remove(ctx, state, leaving(now, nil), now); err != nil {
		framework.AddError(&resp.Diagnostics, doingAll("delete referrals", state), err)
		left := inOrder(now, nil, state)
		state.Advocates = framework.IDListValue(left)
		state.setReferrals(left, now)
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
				fmt.Sprintf("%q is neither a campaign's ID, such as 11, which takes over all its referrals, nor the ID, a slash and advocates, such as 11/customer-1,customer-2.", req.ID))
			return
		}
		identity.CampaignID = types.Int64Value(id)
		if named {
			advocates = strings.Split(rest, ",")
		}
	}
	if advocates == nil && !r.data.Client.HasManagementKey() {
		resp.Diagnostics.AddError("The referrals of a campaign can't be listed without a Management API key",
			framework.MissingKey(referralsType, &talonone.MissingCredentialError{Operation: "getReferralsWithoutTotalCount", Credential: talonone.ManagementCredential})+
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

func (r *referralsResource) resolveApplication(ctx context.Context, campaignID int64, diags *diag.Diagnostics) types.Int64 {
	return (&referralResource{data: r.data}).resolveApplication(ctx, campaignID, diags)
}

// requireApplication makes sure that the Application is known.
func (r *referralsResource) requireApplication(ctx context.Context, m *referralsModel, action string, diags *diag.Diagnostics) bool {
	id, ok := (&referralResource{data: r.data}).application(ctx, referralModel{ApplicationID: m.ApplicationID, CampaignID: m.CampaignID}, action, diags)
	if ok {
		m.ApplicationID = types.Int64Value(id)
	}
	return ok
}

func missingIntegrationKey() string {
	return framework.MissingKey(referralsType, &talonone.MissingCredentialError{Operation: "createReferralsForMultipleAdvocates", Credential: talonone.IntegrationCredential})
}

func doingAll(action string, m referralsModel) framework.Doing {
	return framework.Doing{
		Construct: referralsType, Action: action, Object: "in campaign " + strconv.FormatInt(m.CampaignID.ValueInt64(), 10),
		Pointers: map[string]path.Path{
			"/campaignId": path.Root("campaign_id"), "/advocateProfileIntegrationIds": path.Root("advocates"),
			"/startDate": path.Root("start_date"), "/expiryDate": path.Root("expiry_date"), "/usageLimit": path.Root("usage_limit"),
			"/attributes": path.Root("attributes"), "/referralPattern": path.Root("referral_pattern"), "/validCharacters": path.Root("valid_characters"),
		},
	}
}
