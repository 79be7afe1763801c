package referral

import (
	"context"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
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

func (r *referralsResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "One referral code for each of many advocates of a campaign, all with the same settings, made 1000 a request. Adding an advocate makes one code, removing one deletes that code, and all others stay.\n\n" +
			"Needs the Integration API key of the campaign's Application to create, and a Management API key that allows the applications, campaigns and referrals endpoints to change, remove and destroy; " +
			"a plan that lacks it is an error. Changes and removals take one request per referral, three a second. " +
			"With a Management key a refresh takes one request per 1000 referrals of the campaign that were created in the same time; without one it takes one per advocate.\n\n" +
			"A code is never made twice: when an answer is lost, the referrals are found by advocate, campaign, settings and time; when Terraform is stopped before it can save its state, the next plan in the same folder finds them through the journal that the provider keeps in Terraform's data folder, and takes them over.",
		Attributes: map[string]schema.Attribute{
			"application_id": schema.Int64Attribute{
				Optional: true, Computed: true,
				MarkdownDescription: "ID of the campaign's Application. Default: looked up, once a run for all referrals; giving it saves the look. Null where neither key can tell. Changes in place.",
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
			},
			"campaign_id": schema.Int64Attribute{
				Required:            true,
				MarkdownDescription: "ID of the campaign, which must have the feature referrals. A change replaces all referrals, and so their codes.",
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
			},
			"advocates": schema.ListAttribute{
				Required: true, ElementType: types.StringType,
				MarkdownDescription: fmt.Sprintf("Integration IDs of the advocates, in any order, each once, at most %d; more go into further resources. Changes in place: only the difference is sent.", maxAdvocates),
				Validators:          []validator.List{framework.IDList{Max: maxAdvocates}},
			},
			"usage_limit": schema.Int64Attribute{
				Required:            true,
				MarkdownDescription: "How often each code can be used, from 0, which is without limit, to 999999. The API demands it here. Changes in place.",
				Validators:          []validator.Int64{int64validator.Between(0, maxUsageLimit)},
			},
			"start_date":  dateAttribute("When the codes become valid, RFC 3339. Default: at once. Changes in place."),
			"expiry_date": dateAttribute("When the codes stop being valid, RFC 3339, after `start_date`. Default: never. Changes in place."),
			"attributes":  attributesAttribute("Custom attributes of every referral as a JSON object, written with `jsonencode`. The account must define each for the entity Referral. Replaced as a whole, in place; removing it clears them."),
			"referral_pattern": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Pattern of the codes, 3 to 100 characters, such as `REF-###-###`; each `#` becomes one of the valid characters. Default: the campaign's own. " +
					"A change counts for codes that are made from then on; existing ones stay. The API does not tell it, so it is not read back.",
				Validators: []validator.String{
					stringvalidator.LengthBetween(3, 100),
					stringvalidator.RegexMatches(regexp.MustCompile("#"), "must hold at least one #, which becomes a random character"),
				},
			},
			"valid_characters": schema.ListAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Characters that replace `#`, one each, in any order. Default: `A` to `Z` and `0` to `9`, or the campaign's own where `referral_pattern` is not set. A change counts for codes that are made from then on.",
				Validators: []validator.List{
					listvalidator.SizeBetween(1, 256),
					listvalidator.UniqueValues(),
					listvalidator.NoNullValues(),
					listvalidator.ValueStringsAre(stringvalidator.UTF8LengthBetween(1, 1)),
				},
			},
			"max_removal_percent": bulk.MaxRemovalAttribute("referrals of the resource"),
			"codes": schema.MapAttribute{
				Computed: true, ElementType: types.StringType,
				MarkdownDescription: "The referral code of each advocate, by integration ID.",
			},
			"referral_ids": schema.MapAttribute{
				Computed: true, ElementType: types.Int64Type,
				MarkdownDescription: "The ID of each advocate's referral, by integration ID.",
			},
			"last_sync": bulk.LastSyncAttribute("referrals"),
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.Block(ctx, timeouts.Opts{
				Create: true, Read: true, Update: true, Delete: true,
				CreateDescription: "Longest time to create the referrals, such as `10m`. Default `60m`.",
				ReadDescription:   "Longest time to read them. Default `20m`.",
				UpdateDescription: "Longest time to change them, one by one. Default `60m`.",
				DeleteDescription: "Longest time to delete them, one by one. Default `60m`. Must be applied before the destroy.",
			}),
		},
	}
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
	timeout, diags := plan.Timeouts.Create(ctx, writeTimeout)
	resp.Diagnostics.Append(diags...)
	ctx, cancel := context.WithTimeout(ctx, timeout)
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
	timeout, diags := state.Timeouts.Read(ctx, readTimeout)
	resp.Diagnostics.Append(diags...)
	ctx, cancel := context.WithTimeout(ctx, timeout)
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
	timeout, diags := plan.Timeouts.Update(ctx, writeTimeout)
	resp.Diagnostics.Append(diags...)
	ctx, cancel := context.WithTimeout(ctx, timeout)
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
	timeout, diags := state.Timeouts.Delete(ctx, writeTimeout)
	resp.Diagnostics.Append(diags...)
	ctx, cancel := context.WithTimeout(ctx, timeout)
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

// planCreate checks the campaign, looks for the leftovers of an apply that was
// killed, and counts what there is to do.
func (r *referralsResource) planCreate(ctx context.Context, plan *referralsModel, config referralsModel, diags *diag.Diagnostics) {
	plan.setUnknown()
	if !r.data.Client.HasIntegrationKey() {
		diags.AddError("Referrals can't be created", missingIntegrationKey())
		return
	}
	if config.CampaignID.IsUnknown() {
		return
	}
	if config.ApplicationID.IsNull() {
		checkCampaign(ctx, r.data.Client, config.CampaignID.ValueInt64(), diags)
		plan.ApplicationID = r.resolveApplication(ctx, config.CampaignID.ValueInt64(), diags)
	}
	advocates, known := framework.Strings(plan.Advocates)
	if diags.HasError() || !known {
		return
	}
	adopted := r.leftovers(ctx, *plan, advocates, diags)
	work := todo{create: without(advocates, adopted), adopt: adopted}
	plan.setReferrals(advocates, adopted)
	plan.LastSync = work.summary()
}

// planUpdate keeps what stays, counts what there is to do, and asks for the key
// that it needs.
func (r *referralsResource) planUpdate(ctx context.Context, plan *referralsModel, state, config referralsModel, books bookkeeping, diags *diag.Diagnostics) {
	plan.StartDate, plan.ExpiryDate = keepDate(plan.StartDate, state.StartDate), keepDate(plan.ExpiryDate, state.ExpiryDate)
	plan.Attributes = keepAttributes(plan.Attributes, state.Attributes)
	if config.ApplicationID.IsNull() {
		plan.ApplicationID = state.ApplicationID
	}
	advocates, known := framework.Strings(plan.Advocates)
	if !known {
		plan.setUnknown()
		return
	}
	now := state.referrals()
	work := todo{remove: leaving(now, advocates)}
	added := without(advocates, now)
	work.adopt = r.leftovers(ctx, *plan, added, diags)
	work.create = without(added, work.adopt)
	unknown := plan.StartDate.IsUnknown() || plan.ExpiryDate.IsUnknown() || plan.UsageLimit.IsUnknown() || plan.Attributes.IsUnknown()
	if !unknown {
		work.update = books.toUpdate(plan.settings(), except(now, work.remove))
	}
	if len(work.update) > 0 {
		r.requireManagementKey(changedSetting(*plan, state), "changed", "updateReferral", diags)
	}
	if len(work.create) > 0 && !r.data.Client.HasIntegrationKey() {
		diags.AddAttributeError(path.Root("advocates"), "Referrals can't be created", missingIntegrationKey())
	}
	if len(work.remove) > 0 {
		r.requireManagementKey(path.Root("advocates"), "removed", "deleteReferral", diags)
	}
	diags.Append(bulk.CheckRemovals(path.Root("max_removal_percent"), plan.MaxRemovalPercent, len(work.remove), len(now), "referrals")...)
	if len(added)+len(work.remove) == 0 {
		// The same advocates in another order are no change.
		plan.Advocates = state.Advocates
	}
	maps.Copy(now, work.adopt)
	plan.setReferrals(advocates, now)
	switch {
	case unknown:
		plan.LastSync = bulk.UnknownSummary()
	case work.empty():
		plan.LastSync = state.LastSync
	default:
		plan.LastSync = work.summary()
	}
}

// requireManagementKey reports on an attribute that its change needs the key.
func (r *referralsResource) requireManagementKey(at path.Path, changed, operation string, diags *diag.Diagnostics) {
	if !r.data.Client.HasManagementKey() {
		diags.AddAttributeError(at, "Referrals can't be "+changed+" without a Management API key", missingManagementKey(operation))
	}
}

// checkRemoval guards the deletion of all referrals.
func (r *referralsResource) checkRemoval(maxPercent types.Int64, state referralsModel, summary string, diags *diag.Diagnostics) {
	count := len(state.ReferralIDs.Elements())
	if count > 0 && !r.data.Client.HasManagementKey() {
		diags.AddError(summary, missingManagementKey("deleteReferral")+
			"\n\nTo keep the referrals and let Terraform forget them, use a removed block or terraform state rm.")
	}
	diags.Append(bulk.CheckRemovals(path.Root("max_removal_percent"), maxPercent, count, count, "referrals")...)
}

// readManaged looks for the referrals in state.
func (r *referralsResource) readManaged(ctx context.Context, state referralsModel, books bookkeeping) (view, error) {
	advocates, _ := framework.Strings(state.Advocates)
	seen, err := ofAdvocates(ctx, r.data.Client, state.place(), advocates, books.From, books.To)
	known := state.referrals()
	seen.referrals = slices.DeleteFunc(seen.referrals, func(one *talonone.Referral) bool {
		return known[one.AdvocateProfileIntegrationID].id != one.ID
	})
	oldest(seen.referrals)
	return seen, err
}

// readImported fills a state that only has the campaign, and perhaps advocates.
func (r *referralsResource) readImported(ctx context.Context, state *referralsModel, books *bookkeeping, diags *diag.Diagnostics) {
	var referrals []*talonone.Referral
	advocates, named := framework.Strings(state.Advocates)
	var err error
	if named {
		var seen view
		seen, err = ofAdvocates(ctx, r.data.Client, state.place(), advocates, time.Time{}, time.Time{})
		referrals = seen.referrals
	} else if r.requireApplication(ctx, state, "read referrals", diags) {
		err = r.data.Client.GetReferrals(ctx, state.ApplicationID.ValueInt64(), state.CampaignID.ValueInt64(), talonone.ReferralFilter{}, func(page []*talonone.Referral) error {
			referrals = append(referrals, page...)
			return nil
		})
	}
	if err != nil {
		framework.AddError(diags, doingAll("read referrals", *state), err)
	}
	if diags.HasError() {
		return
	}
	oldest(referrals)
	now := make(map[string]made, len(referrals))
	several := 0
	for _, one := range referrals {
		if _, taken := now[one.AdvocateProfileIntegrationID]; taken {
			several++
			continue
		}
		now[one.AdvocateProfileIntegrationID] = made{id: one.ID, code: one.Code}
		books.cover(one.Created)
		if !named {
			advocates = append(advocates, one.AdvocateProfileIntegrationID)
		}
		if len(now) == 1 {
			state.show(one)
			books.Wanted = state.settings()
		}
	}
	books.inspect(slices.DeleteFunc(referrals, func(one *talonone.Referral) bool { return now[one.AdvocateProfileIntegrationID].id != one.ID }))
	reportImport(*state, len(advocates), without(advocates, now), several, diags)
	state.Advocates = framework.IDListValue(advocates)
	state.setReferrals(advocates, now)
	state.LastSync = todo{}.summary()
}

func reportImport(state referralsModel, count int, missing []string, several int, diags *diag.Diagnostics) {
	switch {
	case len(missing) > 0:
		diags.AddError("Referral not found",
			fmt.Sprintf("%d of the advocates named have no referral in campaign %d; the first is %q. Leave them out of the import ID; adding them to advocates makes codes for them.",
				len(missing), state.CampaignID.ValueInt64(), missing[0]))
	case count == 0:
		diags.AddError("Referral not found", fmt.Sprintf("Campaign %d has no referrals to import.", state.CampaignID.ValueInt64()))
	case count > maxAdvocates:
		diags.AddError("Too many referrals to import",
			fmt.Sprintf("Campaign %d has referrals of %d advocates, and one resource takes %d. Name those that it shall manage: %d/customer-1,customer-2.",
				state.CampaignID.ValueInt64(), count, maxAdvocates, state.CampaignID.ValueInt64()))
	case several > 0:
		diags.AddWarning("Some advocates have several referrals",
			fmt.Sprintf("In campaign %d there are %d referrals more than advocates. The oldest of each advocate is imported; the others can be imported as %s.",
				state.CampaignID.ValueInt64(), several, resourceType))
	}
}

// refresh brings the state to what was seen. Where referrals differ from what the
// last apply wanted, the state shows the first one's settings, so that the plan
// has something to repair.
func refresh(state *referralsModel, seen view, books *bookkeeping, diags *diag.Diagnostics) {
	now := make(map[string]made, len(seen.referrals))
	for _, one := range seen.referrals {
		now[one.AdvocateProfileIntegrationID] = made{id: one.ID, code: one.Code}
	}
	books.inspect(seen.referrals)
	if len(seen.referrals) > 0 {
		deviating := slices.IndexFunc(seen.referrals, func(one *talonone.Referral) bool { return !books.Wanted.fitShared(one) })
		state.show(seen.referrals[max(deviating, 0)])
	}
	advocates, _ := framework.Strings(state.Advocates)
	missing := without(advocates, now)
	if len(missing) > 0 && !seen.listed && (seen.unseen > 0 || !validNow(referralModel{StartDate: state.StartDate, ExpiryDate: state.ExpiryDate})) {
		diags.AddWarning("Some referrals can't be seen",
			fmt.Sprintf("The inventories of %d advocates do not show their referrals in campaign %d, which may be because these are not valid now or because the advocates have no profile. "+
				"Their state is kept as it is. A Management API key that allows the referrals endpoint can tell for certain.", len(missing), state.CampaignID.ValueInt64()))
		return
	}
	if len(missing) == 0 {
		return
	}
	kept := inOrder(now, advocates, *state)
	state.Advocates = framework.IDListValue(kept)
	state.setReferrals(kept, now)
}

// own records that the referrals are this resource's, and reports when the plan of
// another resource has taken one for a leftover.
func (r *referralsResource) own(state referralsModel, diags *diag.Diagnostics) {
	for _, one := range state.referrals() {
		r.data.Journal.Settle(referralsType, one.id)
		if !own(r.data, one.id, diags) {
			return
		}
	}
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

// checkCodeSpace reports a pattern that has fewer codes than there are advocates.
func checkCodeSpace(config referralsModel, diags *diag.Diagnostics) {
	if config.ReferralPattern.IsNull() || config.ReferralPattern.IsUnknown() || config.ValidCharacters.IsUnknown() || config.Advocates.IsUnknown() {
		return
	}
	characters := defaultCharacters
	if !config.ValidCharacters.IsNull() {
		characters = len(config.ValidCharacters.Elements())
	}
	codes := math.Pow(float64(characters), float64(strings.Count(config.ReferralPattern.ValueString(), "#")))
	if advocates := len(config.Advocates.Elements()); float64(advocates) > codes {
		diags.AddAttributeError(path.Root("referral_pattern"), "Pattern has too few codes",
			fmt.Sprintf("%q with %d characters makes %.0f different codes, and there are %d advocates. Add # to the pattern, or characters to valid_characters.",
				config.ReferralPattern.ValueString(), characters, codes, advocates))
	}
}

// changedSetting is the first attribute that updateReferral has to change; where
// the state shows none, since one referral has the planned settings already, it is
// usage_limit.
func changedSetting(plan, state referralsModel) path.Path {
	change := firstChange(
		referralModel{StartDate: plan.StartDate, ExpiryDate: plan.ExpiryDate, UsageLimit: plan.UsageLimit, Attributes: plan.Attributes},
		referralModel{StartDate: state.StartDate, ExpiryDate: state.ExpiryDate, UsageLimit: state.UsageLimit, Attributes: state.Attributes},
	)
	if change.Equal(path.Empty()) {
		return path.Root("usage_limit")
	}
	return change
}

// reportMake explains a creation that failed.
func reportMake(plan referralsModel, there, wanted int, err error, diags *diag.Diagnostics) {
	var own diag.Diagnostics
	framework.AddError(&own, doingAll("create referrals", plan), err)
	for _, d := range own {
		detail := fmt.Sprintf("%d of %d referrals are there. Run terraform apply again in this folder: it finds those that were created, and takes them over. No second code is made.\n\n%s", there, wanted, d.Detail())
		if pointed, ok := d.(diag.DiagnosticWithPath); ok {
			diags.AddAttributeError(pointed.Path(), d.Summary(), detail)
			continue
		}
		diags.AddError(d.Summary(), detail)
	}
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
