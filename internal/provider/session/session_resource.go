package session

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/google/uuid"
	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
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

// responseParts are what responseContent of updateCustomerSessionV2 can ask for.
var responseParts = []string{
	"customerSession", "customerProfile", "coupons", "triggeredCampaigns", "referral", "loyalty", "event",
	"awardedGiveaways", "ruleFailureReasons", "previousReturns", "campaignEligibility", "achievements",
}

type sessionResource struct{ data *framework.Data }

// NewCustomerSessionResource is the resource talonone_customer_session.
func NewCustomerSessionResource() resource.Resource { return &sessionResource{} }

// sessionModel mirrors the resource.
type sessionModel struct {
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

// sessionIdentity mirrors the resource's identity.
type sessionIdentity struct {
	IntegrationID types.String `tfsdk:"integration_id"`
}

func (r *sessionResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = resourceType
}

func (r *sessionResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	attributes := resourceContent()
	maps.Copy(attributes, framework.ResourceEffects("As of the last update that Terraform made, or of the last refresh for effects."))
	maps.Copy(attributes, map[string]schema.Attribute{
		"integration_id": schema.StringAttribute{
			Required: true,
			MarkdownDescription: "ID of the session, chosen by you and unique in the Application; at least one character. A session that exists already is taken over and updated, and a warning says so. " +
				"A change replaces the session.",
			Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
		},
		"state": schema.StringAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "State of the session: `open`, `closed` or `cancelled`. Default for a new session: `open`; left out later it stays as it is. " +
				"A session is created open or closed; an open one can be closed or cancelled, a closed or partially returned one can be cancelled, and a closed one can be opened again, which rolls back what closing it did. " +
				"`partially_returned` is reached by a return only (see `talonone_cart_item_return`), and counts as `closed` here. Once a session is not open, nothing else of it can change.",
			Validators: []validator.String{stateValidator{}},
		},
		"evaluable_campaign_ids": schema.ListAttribute{
			Optional: true, ElementType: types.Int64Type,
			MarkdownDescription: "IDs of campaigns, sent along with an update. The API documents it for dry runs, so prefer the data source `talonone_session_evaluation`. Not read back. Changes in place while the session is open.",
			Validators:          []validator.List{listvalidator.NoNullValues(), listvalidator.ValueInt64sAre(int64validator.AtLeast(1))},
		},
		"response_content": schema.ListAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Further parts of the answer to keep in `response`, in the API's spelling: " + framework.ListedNames(responseParts) + ". Several of them hold personal data, which then is in the state. " +
				"A change asks again by an update while the session is open, and otherwise takes effect with the next one.",
			Validators: partValidators(responseParts),
		},
		"response": schema.StringAttribute{
			Computed: true, CustomType: jsontypes.NormalizedType{},
			MarkdownDescription: "JSON object with the parts that `response_content` names, as of the last update that Terraform made; null when it names none.",
		},
		"on_destroy": schema.StringAttribute{
			Optional: true, Computed: true, Default: stringdefault.StaticString(cancelOnDestroy),
			MarkdownDescription: "What destroying the resource does, since the API deletes no session: `cancel` cancels it, which rolls back redemptions and points of a closed session but keeps created coupons; " +
				"`forget` leaves it as it is. Default `cancel`. Kept in state only.",
			Validators: []validator.String{stringvalidator.OneOf(cancelOnDestroy, forgetOnDestroy)},
		},
		"id":            schema.Int64Attribute{Computed: true, MarkdownDescription: resultText["id"]},
		"created":       schema.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: resultText["created"]},
		"updated":       schema.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: resultText["updated"]},
		"first_session": schema.BoolAttribute{Computed: true, MarkdownDescription: resultText["first_session"]},
	})
	for _, name := range []string{"application_id", "update_count"} {
		attributes[name] = schema.Int64Attribute{Computed: true, MarkdownDescription: resultText[name]}
	}
	for _, name := range []string{"total", "cart_item_total", "additional_cost_total", "cart_item_additional_cost_total"} {
		attributes[name] = schema.NumberAttribute{Computed: true, MarkdownDescription: resultText[name]}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "A customer session: a cart on its way to an order. Creating and changing it runs the campaigns' rules, and closing it redeems coupons and points, so manage sessions of test customers with it; " +
			"to only see what a cart would get, use the data source `talonone_session_evaluation`.\n\n" +
			"Needs an Integration API key, whose Application the session belongs to.",
		Attributes: attributes,
	}
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
		warnOfDestroy(state, &resp.Diagnostics)
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if plan.State.ValueString() == talonone.SessionPartiallyReturned && !plan.State.Equal(state.State) {
		resp.Diagnostics.AddAttributeError(path.Root("state"), "A session becomes partially returned by a return only",
			`Keep state = "closed", which a partially returned session satisfies, and return items with talonone_cart_item_return.`)
		return
	}
	r.checkAttributes(ctx, config.contentModel, &resp.Diagnostics)
	switch {
	case req.State.Raw.IsNull():
		planCreate(&plan, config, &resp.Diagnostics)
	case !plan.IntegrationID.Equal(state.IntegrationID):
		resp.RequiresReplace = path.Paths{path.Root("integration_id")}
		planCreate(&plan, config, &resp.Diagnostics)
		warnOfDestroy(state, &resp.Diagnostics)
	default:
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
	update := plan.toAPI(ctx, contentModel{}, &resp.Diagnostics)
	update.State = framework.StringPointer(plan.State)
	update.EvaluableCampaignIDs, _ = framework.Int64s(plan.EvaluableCampaignIDs)
	answer, err := r.send(ctx, &plan, update)
	adopted := false
	if talonone.IsBadRequest(err) {
		if found, ok := r.alreadyThere(ctx, plan); ok {
			answer, err, adopted = found, nil, true
		}
	}
	if err != nil {
		framework.AddError(&resp.Diagnostics, doing(ctx, "create customer session", plan), err)
		return
	}
	if answer.Session.UpdateCount > 1 && !adopted {
		resp.Diagnostics.AddAttributeWarning(path.Root("integration_id"), "The session existed already",
			fmt.Sprintf("Customer session %q was there before, with %d updates, and belongs to Terraform now: destroying it will %s it.",
				plan.IntegrationID.ValueString(), answer.Session.UpdateCount-1, plan.OnDestroy.ValueString()))
	}
	model := plan.after(ctx, answer, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, sessionIdentity{IntegrationID: model.IntegrationID})...)
}

func (r *sessionResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state sessionModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	// Also for a session that is gone: the framework asks for it.
	resp.Diagnostics.Append(resp.Identity.Set(ctx, sessionIdentity{IntegrationID: state.IntegrationID})...)
	answer, err := r.data.Client.GetCustomerSession(ctx, state.IntegrationID.ValueString())
	if talonone.IsUnknownSession(err) {
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		framework.AddError(&resp.Diagnostics, doing(ctx, "read customer session", state), err)
		return
	}
	state.contentModel = contentFromAPI(ctx, answer.Session, state.contentModel, &resp.Diagnostics)
	state.resultModel = resultFromAPI(answer.Session, answer.Effects)
	state.State = types.StringValue(answer.Session.State)
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
	if reopens(state, plan) {
		if _, err := r.data.Client.ReopenCustomerSession(ctx, plan.IntegrationID.ValueString(), uuid.NewString()); err != nil {
			framework.AddError(&resp.Diagnostics, doing(ctx, "reopen customer session", plan), err)
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
	answer, err := r.send(ctx, &plan, update)
	if err != nil {
		framework.AddError(&resp.Diagnostics, doing(ctx, "update customer session", plan), err)
		return
	}
	model := plan.after(ctx, answer, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

func (r *sessionResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state sessionModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || state.OnDestroy.ValueString() == forgetOnDestroy || state.State.ValueString() == talonone.SessionCancelled {
		return
	}
	id, cancelled := state.IntegrationID.ValueString(), talonone.SessionCancelled
	_, err := r.data.Client.UpdateCustomerSessionV2(ctx, id, talonone.SessionUpdate{State: &cancelled}, talonone.SessionOptions{IdempotencyKey: uuid.NewString()})
	if err == nil || talonone.IsUnknownSession(err) {
		return
	}
	if talonone.IsBadRequest(err) {
		// Somebody else may have cancelled it since it was read.
		found, readErr := r.data.Client.GetCustomerSession(ctx, id)
		if talonone.IsUnknownSession(readErr) || readErr == nil && found.Session.State == cancelled {
			return
		}
	}
	failed := doing(ctx, "cancel customer session", state)
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

// send updates the session; the answer always has the session.
func (r *sessionResource) send(ctx context.Context, plan *sessionModel, update talonone.SessionUpdate) (*talonone.State, error) {
	asked, _ := framework.Strings(plan.ResponseContent)
	answer, err := r.data.Client.UpdateCustomerSessionV2(ctx, plan.IntegrationID.ValueString(), update,
		talonone.SessionOptions{ResponseContent: framework.WithPart(asked, "customerSession"), IdempotencyKey: uuid.NewString()})
	if err != nil {
		return nil, err
	}
	if answer.Session == nil {
		// responseContent asks for it, but no document promises it.
		read, err := r.data.Client.GetCustomerSession(ctx, plan.IntegrationID.ValueString())
		if err != nil {
			return nil, err
		}
		answer.Session = read.Session
	}
	return answer, nil
}

// alreadyThere finds a session that is exactly what is planned: an apply that was
// stopped before it could save its state has made it, and a closed session can't
// be sent again.
func (r *sessionResource) alreadyThere(ctx context.Context, plan sessionModel) (*talonone.State, bool) {
	found, err := r.data.Client.GetCustomerSession(ctx, plan.IntegrationID.ValueString())
	if err != nil || found.Session.State != plan.State.ValueString() {
		return nil, false
	}
	var ignored diag.Diagnostics
	actual := sessionModel{contentModel: contentFromAPI(ctx, found.Session, plan.contentModel, &ignored), State: plan.State}
	actual.EvaluableCampaignIDs, actual.ResponseContent = plan.EvaluableCampaignIDs, plan.ResponseContent
	if len(plan.changesTo(ctx, actual).names) > 0 {
		return nil, false
	}
	return found, true
}

// checkAttributes compares the custom attributes with the account's definitions.
func (r *sessionResource) checkAttributes(ctx context.Context, config contentModel, diags *diag.Diagnostics) {
	customattr.Check(ctx, r.data, talonone.EntityCustomerSession, nil, config.Attributes, path.Root("attributes"), diags)
	if !isSet(config.CartItems) {
		return
	}
	checkItems(ctx, r.data, config, diags)
}

func checkItems(ctx context.Context, data *framework.Data, config contentModel, diags *diag.Diagnostics) {
	for i, item := range config.inputs(ctx, diags) {
		element := path.Root("cart_items").AtListIndex(i)
		at := element.AtName("attributes")
		var own diag.Diagnostics
		customattr.Check(ctx, data, talonone.EntityCartItem, nil, item.Attributes, at, &own)
		for _, problem := range own {
			// Terraform finds the line of an element, not that of an attribute in it.
			diags.AddAttributeError(element, problem.Summary(), fmt.Sprintf("%s (SKU %s): %s", at, item.SKU, problem.Detail()))
		}
	}
}

// after is the model after an update that was answered.
func (m sessionModel) after(ctx context.Context, answer *talonone.State, diags *diag.Diagnostics) sessionModel {
	planned := m
	m.contentModel = contentFromAPI(ctx, answer.Session, planned.contentModel, diags)
	m.keepPlanned(ctx, planned.contentModel, diags)
	m.resultModel = resultFromAPI(answer.Session, answer.Effects)
	m.State = types.StringValue(answer.Session.State)
	keep(ctx, "state", &m.State, planned.State, diags)
	m.CreatedCoupons, m.CreatedReferrals = framework.CreatedCoupons(answer.CreatedCoupons), framework.CreatedReferrals(answer.CreatedReferrals)
	m.Response = framework.Parts(m.ResponseContent, answer.Parts, diags)
	return m
}

// changes is what differs between two sessions.
type changes struct {
	// content has the changed parts only; the others are null.
	content contentModel
	// names are the attributes that changed, the state apart.
	names []string
}

// changesTo lists what of the model differs from what the session has. Parts that
// are unknown, and so computed, do not differ.
func (m *sessionModel) changesTo(ctx context.Context, state sessionModel) changes {
	var found changes
	differs := func(name string, planned, before attr.Value) bool {
		_, same := applied(ctx, planned, before)
		if !same {
			found.names = append(found.names, name)
		}
		return !same
	}
	found.content = nullContent()
	if differs("profile_id", m.ProfileID, state.ProfileID) {
		found.content.ProfileID = m.ProfileID
	}
	if differs("store_integration_id", m.StoreIntegrationID, state.StoreIntegrationID) {
		found.content.StoreIntegrationID = m.StoreIntegrationID
	}
	if differs("coupon_codes", m.CouponCodes, state.CouponCodes) {
		found.content.CouponCodes = m.CouponCodes
	}
	if differs("referral_code", m.ReferralCode, state.ReferralCode) {
		found.content.ReferralCode = m.ReferralCode
	}
	if differs("loyalty_cards", m.LoyaltyCards, state.LoyaltyCards) {
		found.content.LoyaltyCards = m.LoyaltyCards
	}
	if differs("cart_items", m.CartItems, state.CartItems) {
		found.content.CartItems = m.CartItems
	}
	if differs("additional_costs", m.AdditionalCosts, state.AdditionalCosts) {
		found.content.AdditionalCosts = m.AdditionalCosts
	}
	if differs("identifiers", m.Identifiers, state.Identifiers) {
		found.content.Identifiers = m.Identifiers
	}
	if differs("attributes", m.Attributes, state.Attributes) {
		found.content.Attributes = m.Attributes
	}
	if differs("experiment_variant_allocations", m.ExperimentVariantAllocations, state.ExperimentVariantAllocations) {
		found.content.ExperimentVariantAllocations = m.ExperimentVariantAllocations
	}
	// These two are no part of the session: they only say what an update asks for.
	if state.State.ValueString() == talonone.SessionOpen {
		if !m.EvaluableCampaignIDs.IsNull() {
			differs("evaluable_campaign_ids", m.EvaluableCampaignIDs, state.EvaluableCampaignIDs)
		}
		if !m.ResponseContent.IsNull() {
			differs("response_content", m.ResponseContent, state.ResponseContent)
		}
	}
	return found
}

func nullContent() contentModel {
	return contentModel{
		ProfileID: types.StringNull(), StoreIntegrationID: types.StringNull(), CouponCodes: types.ListNull(types.StringType),
		ReferralCode: types.StringNull(), LoyaltyCards: types.ListNull(types.StringType), CartItems: types.ListNull(itemType),
		AdditionalCosts: types.MapNull(costType), Identifiers: types.ListNull(types.StringType),
		Attributes: jsontypes.NewNormalizedNull(), ExperimentVariantAllocations: types.ListNull(allocationType),
	}
}

// planCreate fills in what a new session certainly has.
func planCreate(plan *sessionModel, config sessionModel, diags *diag.Diagnostics) {
	if config.State.IsNull() {
		plan.State = types.StringValue(talonone.SessionOpen)
	}
	if plan.State.ValueString() == talonone.SessionCancelled {
		diags.AddAttributeError(path.Root("state"), "A new session can't be cancelled",
			"A session is created open or closed. Create it so, and cancel it afterwards; or leave the resource out.")
	}
	if plan.ResponseContent.IsNull() {
		plan.Response = jsontypes.NewNormalizedNull()
	}
}

// planUpdate checks the step from one state to the other, and fills in what the
// update leaves as it is.
func planUpdate(ctx context.Context, plan *sessionModel, state, config sessionModel, diags *diag.Diagnostics) {
	plan.ID, plan.ApplicationID, plan.Created, plan.FirstSession = state.ID, state.ApplicationID, state.Created, state.FirstSession
	keepUnconfigured(plan, state, config)
	// A return has been made of a session that is to be closed: nothing to undo.
	returned := plan.State.ValueString() == talonone.SessionClosed && state.State.ValueString() == talonone.SessionPartiallyReturned
	if config.State.IsNull() || returned {
		plan.State = state.State
	}
	changed := plan.changesTo(ctx, state).names
	pending := !plan.State.Equal(state.State) || !fullyKnown(ctx, config)
	if len(changed) == 0 && !pending {
		keepResults(ctx, plan, state)
		return
	}
	if plan.ResponseContent.IsNull() {
		plan.Response = jsontypes.NewNormalizedNull()
	}
	if !slices.Contains(changed, "cart_items") && isFullyKnown(ctx, config.CartItems) {
		keepCart(ctx, plan, state)
	}
	checkStep(changed, *plan, state, diags)
}

// keepUnconfigured plans what the configuration leaves out as it is.
func keepUnconfigured(plan *sessionModel, state, config sessionModel) {
	if config.ProfileID.IsNull() {
		plan.ProfileID = state.ProfileID
	}
	if config.StoreIntegrationID.IsNull() {
		plan.StoreIntegrationID = state.StoreIntegrationID
	}
	if config.CouponCodes.IsNull() {
		plan.CouponCodes = state.CouponCodes
	}
	if config.ReferralCode.IsNull() {
		plan.ReferralCode = state.ReferralCode
	}
	if config.LoyaltyCards.IsNull() {
		plan.LoyaltyCards = state.LoyaltyCards
	}
	if config.CartItems.IsNull() {
		plan.CartItems = state.CartItems
	}
	if config.AdditionalCosts.IsNull() {
		plan.AdditionalCosts = state.AdditionalCosts
	}
	if config.Identifiers.IsNull() {
		plan.Identifiers = state.Identifiers
	}
	if config.Attributes.IsNull() {
		plan.Attributes = state.Attributes
	}
	if config.ExperimentVariantAllocations.IsNull() {
		plan.ExperimentVariantAllocations = state.ExperimentVariantAllocations
	}
}

// keepResults plans an update that sends nothing.
func keepResults(ctx context.Context, plan *sessionModel, state sessionModel) {
	plan.resultModel = state.resultModel
	plan.CreatedCoupons, plan.CreatedReferrals = state.CreatedCoupons, state.CreatedReferrals
	plan.Response = state.Response
	if plan.ResponseContent.IsNull() {
		plan.Response = jsontypes.NewNormalizedNull()
	}
	keepCart(ctx, plan, state)
}

// keepCart plans a cart that is not sent again with all that the deployment said
// about it.
func keepCart(ctx context.Context, plan *sessionModel, state sessionModel) {
	if items, _ := applied(ctx, plan.CartItems, state.CartItems); isSet(items) {
		plan.CartItems, _ = items.(types.List)
	}
}

// checkStep refuses what the API would refuse: steps that the states do not
// allow, and changes of a session that is not open.
func checkStep(changed []string, plan, state sessionModel, diags *diag.Diagnostics) {
	from, to := state.State.ValueString(), plan.State.ValueString()
	if plan.State.IsUnknown() {
		return
	}
	session := strconv.Quote(state.IntegrationID.ValueString())
	if from != to && !allowedStep(from, to) {
		diags.AddAttributeError(path.Root("state"), "A session can't take this step",
			fmt.Sprintf("Customer session %s is %s, and can't become %s. %s", session, from, to, stepsFrom(from)))
		return
	}
	if from == talonone.SessionOpen {
		return
	}
	if reopens(state, plan) {
		diags.AddAttributeWarning(path.Root("state"), "The session will be opened again",
			fmt.Sprintf("Customer session %s is closed, and the configuration wants it open. Opening it rolls back what closing it did: redemptions, budgets and points.", session))
		return
	}
	for _, name := range changed {
		diags.AddAttributeError(path.Root(name), "A session that is not open can't change",
			fmt.Sprintf("Customer session %s is %s, so %s can't change. Undo the change, or use another integration_id for a new session. %s", session, from, name, stepsFrom(from)))
	}
}

func allowedStep(from, to string) bool {
	switch from {
	case talonone.SessionOpen:
		return to == talonone.SessionClosed || to == talonone.SessionCancelled
	case talonone.SessionClosed:
		return to == talonone.SessionCancelled || to == talonone.SessionOpen
	case talonone.SessionPartiallyReturned:
		return to == talonone.SessionCancelled
	default:
		return false
	}
}

func stepsFrom(state string) string {
	switch state {
	case talonone.SessionClosed:
		return `A closed session can be cancelled, or opened again with state = "open"; items go back with talonone_cart_item_return.`
	case talonone.SessionPartiallyReturned:
		return "A partially returned session can only be cancelled."
	case talonone.SessionCancelled:
		return `A cancelled session stays cancelled: set state = "cancelled", or use another integration_id for a new session.`
	default:
		return "An open session can be closed or cancelled."
	}
}

func reopens(state, plan sessionModel) bool {
	return state.State.ValueString() == talonone.SessionClosed && plan.State.ValueString() == talonone.SessionOpen
}

// warnOfDestroy says what stays behind, since the API deletes no session.
func warnOfDestroy(state sessionModel, diags *diag.Diagnostics) {
	session := strconv.Quote(state.IntegrationID.ValueString())
	switch {
	case state.OnDestroy.ValueString() == forgetOnDestroy:
		diags.AddWarning("The session stays on the deployment",
			fmt.Sprintf(`Customer session %s has on_destroy = "forget": Terraform gives it up, and it stays %s.`, session, state.State.ValueString()))
	case state.State.ValueString() == talonone.SessionClosed, state.State.ValueString() == talonone.SessionPartiallyReturned:
		diags.AddWarning("A closed session will be cancelled",
			fmt.Sprintf("Destroying cancels customer session %s, which rolls back its redemptions, budgets and points. Set on_destroy = \"forget\" and apply that first to leave it as it is.", session))
	}
}

// fullyKnown says whether nothing of the configuration becomes known only during apply.
func fullyKnown(ctx context.Context, config sessionModel) bool {
	for _, value := range []attr.Value{
		config.ProfileID, config.StoreIntegrationID, config.CouponCodes, config.ReferralCode, config.LoyaltyCards, config.CartItems,
		config.AdditionalCosts, config.Identifiers, config.Attributes, config.ExperimentVariantAllocations, config.State,
		config.EvaluableCampaignIDs, config.ResponseContent,
	} {
		if !isFullyKnown(ctx, value) {
			return false
		}
	}
	return true
}

func isFullyKnown(ctx context.Context, value attr.Value) bool {
	raw, err := value.ToTerraformValue(ctx)
	return err == nil && raw.IsFullyKnown()
}

// doing leads the JSON pointers of the API's errors, with or without the name of
// the body's part in front, to the attributes.
func doing(ctx context.Context, action string, m sessionModel) framework.Doing {
	return framework.Doing{
		Construct: resourceType, Action: action, Object: strconv.Quote(m.IntegrationID.ValueString()),
		Pointers: contentPointers(ctx, m.contentModel),
		Advice: map[int]string{
			http.StatusBadRequest: "Where no attribute is named, the session may have changed since the plan: another system may have closed or cancelled it. Run terraform plan to see.",
			http.StatusConflict:   "Other requests kept updating the same session or customer. Run terraform apply again.",
		},
	}
}

func contentPointers(ctx context.Context, m contentModel) map[string]path.Path {
	pointers := map[string]path.Path{"/customerSession/state": path.Root("state"), "/state": path.Root("state")}
	add := func(pointer string, at path.Path) {
		pointers["/customerSession"+pointer], pointers[pointer] = at, at
	}
	for pointer, name := range map[string]string{
		"/profileId": "profile_id", "/storeIntegrationId": "store_integration_id", "/couponCodes": "coupon_codes",
		"/referralCode": "referral_code", "/loyaltyCards": "loyalty_cards", "/cartItems": "cart_items",
		"/additionalCosts": "additional_costs", "/identifiers": "identifiers", "/attributes": "attributes",
		"/experimentVariantAllocations": "experiment_variant_allocations", "/evaluableCampaignIds": "evaluable_campaign_ids",
	} {
		add(pointer, path.Root(name))
	}
	var ignored diag.Diagnostics
	for i := range m.inputs(ctx, &ignored) {
		add("/cartItems/"+strconv.Itoa(i), path.Root("cart_items").AtListIndex(i))
	}
	return pointers
}
