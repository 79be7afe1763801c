package session

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/promotion"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ datasource.DataSource                   = (*evaluationDataSource)(nil)
	_ datasource.DataSourceWithConfigure      = (*evaluationDataSource)(nil)
	_ datasource.DataSourceWithValidateConfig = (*evaluationDataSource)(nil)
)

const evaluationType = "talonone_session_evaluation"

// eventParts are what responseContent of trackEventV2 and updateCustomerProfileV2 can ask for.
var eventParts = []string{
	"customerProfile", "triggeredCampaigns", "loyalty", "event", "awardedGiveaways", "ruleFailureReasons", "campaignEligibility", "achievements",
}

type evaluationDataSource struct{ data *framework.Data }

// NewSessionEvaluationDataSource is the data source talonone_session_evaluation.
func NewSessionEvaluationDataSource() datasource.DataSource { return &evaluationDataSource{} }

// evaluationModel mirrors the data source.
type evaluationModel struct {
	contentModel

	IntegrationID           types.String         `tfsdk:"integration_id"`
	State                   types.String         `tfsdk:"state"`
	Event                   types.Object         `tfsdk:"event"`
	Now                     timetypes.RFC3339    `tfsdk:"now"`
	EvaluableCampaignIDs    types.List           `tfsdk:"evaluable_campaign_ids"`
	ForceCompleteEvaluation types.Bool           `tfsdk:"force_complete_evaluation"`
	ResponseContent         types.List           `tfsdk:"response_content"`
	Response                jsontypes.Normalized `tfsdk:"response"`
	Effects                 types.List           `tfsdk:"effects"`
	CreatedCoupons          types.List           `tfsdk:"created_coupons"`
	CreatedReferrals        types.List           `tfsdk:"created_referrals"`
	EffectTypes             types.List           `tfsdk:"effect_types"`
	Total                   types.Number         `tfsdk:"total"`

	outcomeModel
}

// outcomeModel mirrors what the effects of an evaluation amount to.
type outcomeModel struct {
	AcceptedCoupons  types.List   `tfsdk:"accepted_coupons"`
	RejectedCoupons  types.Map    `tfsdk:"rejected_coupons"`
	AcceptedReferral types.String `tfsdk:"accepted_referral"`
	RejectedReferral types.String `tfsdk:"rejected_referral"`
	TotalDiscount    types.Number `tfsdk:"total_discount"`
	Discounts        types.List   `tfsdk:"discounts"`
	DiscountBySKU    types.Map    `tfsdk:"discount_by_sku"`
	Payable          types.Number `tfsdk:"payable"`
	customerOutcomeModel
}

// customerOutcomeModel mirrors what effects that are about no cart amount to.
type customerOutcomeModel struct {
	TotalPointsAdded    types.Number         `tfsdk:"total_points_added"`
	TotalPointsDeducted types.Number         `tfsdk:"total_points_deducted"`
	PointsAdded         types.Map            `tfsdk:"points_added"`
	PointsDeducted      types.Map            `tfsdk:"points_deducted"`
	FreeItems           types.List           `tfsdk:"free_items"`
	AudiencesJoined     types.List           `tfsdk:"audiences_joined"`
	AudiencesLeft       types.List           `tfsdk:"audiences_left"`
	AttributesChanged   types.Map            `tfsdk:"attributes_changed"`
	Notifications       types.List           `tfsdk:"notifications"`
	TriggeredCampaigns  types.List           `tfsdk:"triggered_campaigns"`
	FailedRules         types.List           `tfsdk:"failed_rules"`
	OtherEffects        types.List           `tfsdk:"other_effects"`
	EffectsJSON         jsontypes.Normalized `tfsdk:"effects_json"`
	Summary             types.String         `tfsdk:"summary"`
}

// Names of outcomeModel and customerOutcomeModel.
var (
	cartOutcome = []string{
		"accepted_coupons", "rejected_coupons", "accepted_referral", "rejected_referral", "total_discount", "discounts", "discount_by_sku", "payable",
	}
	customerOutcome = []string{
		"total_points_added", "total_points_deducted", "points_added", "points_deducted", "free_items", "audiences_joined", "audiences_left",
		"attributes_changed", "notifications", "triggered_campaigns", "failed_rules", "other_effects", "effects_json", "summary",
	}
)

func outcomeFrom(o *promotion.Outcome) outcomeModel {
	return outcomeModel{
		AcceptedCoupons:      promotion.Value[types.List](o, "accepted_coupons"),
		RejectedCoupons:      promotion.Value[types.Map](o, "rejected_coupons"),
		AcceptedReferral:     promotion.Value[types.String](o, "accepted_referral"),
		RejectedReferral:     promotion.Value[types.String](o, "rejected_referral"),
		TotalDiscount:        promotion.Value[types.Number](o, "total_discount"),
		Discounts:            promotion.Value[types.List](o, "discounts"),
		DiscountBySKU:        promotion.Value[types.Map](o, "discount_by_sku"),
		Payable:              promotion.Value[types.Number](o, "payable"),
		customerOutcomeModel: customerOutcomeFrom(o),
	}
}

func customerOutcomeFrom(o *promotion.Outcome) customerOutcomeModel {
	return customerOutcomeModel{
		TotalPointsAdded:    promotion.Value[types.Number](o, "total_points_added"),
		TotalPointsDeducted: promotion.Value[types.Number](o, "total_points_deducted"),
		PointsAdded:         promotion.Value[types.Map](o, "points_added"),
		PointsDeducted:      promotion.Value[types.Map](o, "points_deducted"),
		FreeItems:           promotion.Value[types.List](o, "free_items"),
		AudiencesJoined:     promotion.Value[types.List](o, "audiences_joined"),
		AudiencesLeft:       promotion.Value[types.List](o, "audiences_left"),
		AttributesChanged:   promotion.Value[types.Map](o, "attributes_changed"),
		Notifications:       promotion.Value[types.List](o, "notifications"),
		TriggeredCampaigns:  promotion.Value[types.List](o, "triggered_campaigns"),
		FailedRules:         promotion.Value[types.List](o, "failed_rules"),
		OtherEffects:        promotion.Value[types.List](o, "other_effects"),
		EffectsJSON:         promotion.Value[jsontypes.Normalized](o, "effects_json"),
		Summary:             promotion.Value[types.String](o, "summary"),
	}
}

// eventModel mirrors the event to evaluate.
type eventModel struct {
	Type       types.String         `tfsdk:"type"`
	Attributes jsontypes.Normalized `tfsdk:"attributes"`
}

func (d *evaluationDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = evaluationType
}

func (d *evaluationDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *evaluationDataSource) ValidateConfig(ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	var config evaluationModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() || config.Event.IsUnknown() {
		return
	}
	refuse := func(name, because string) {
		resp.Diagnostics.AddAttributeError(path.Root(name), "Attribute does not belong here", because)
	}
	if config.Event.IsNull() {
		if !config.ForceCompleteEvaluation.IsNull() {
			refuse("force_complete_evaluation", "The API knows force_complete_evaluation for events only. Remove it, or evaluate an event.")
		}
		return
	}
	if config.ProfileID.IsNull() || config.ProfileID.ValueString() == "" && !config.ProfileID.IsUnknown() {
		resp.Diagnostics.AddAttributeError(path.Root("profile_id"), "Missing customer", "Set profile_id to the integration ID of the customer that the event is about.")
	}
	for name, isNull := range map[string]bool{
		"integration_id": config.IntegrationID.IsNull(), "state": config.State.IsNull(), "coupon_codes": config.CouponCodes.IsNull(),
		"referral_code": config.ReferralCode.IsNull(), "cart_items": config.CartItems.IsNull(), "additional_costs": config.AdditionalCosts.IsNull(),
		"identifiers": config.Identifiers.IsNull(), "attributes": config.Attributes.IsNull(), "now": config.Now.IsNull(),
		"experiment_variant_allocations": config.ExperimentVariantAllocations.IsNull(),
	} {
		if !isNull {
			refuse(name, name+" is about carts, and this evaluates an event. Remove it, or remove event. Attributes of an event belong into event.attributes.")
		}
	}
	parts, _ := framework.Strings(config.ResponseContent)
	for i, part := range parts {
		if !slices.Contains(eventParts, part) {
			resp.Diagnostics.AddAttributeError(path.Root("response_content").AtListIndex(i), "No part of this response",
				part+" is not in the response to an event. Choose from: "+strings.Join(eventParts, ", ")+".")
		}
	}
}

func (d *evaluationDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model evaluationModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	evaluate := d.evaluateCart
	if !model.Event.IsNull() {
		evaluate = d.evaluateEvent
	}
	response := evaluate(ctx, &model, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	model.Effects = framework.Effects(response.Effects)
	model.CreatedCoupons, model.CreatedReferrals = framework.CreatedCoupons(response.CreatedCoupons), framework.CreatedReferrals(response.CreatedReferrals)
	model.EffectTypes = effectTypes(response.Effects)
	model.outcomeModel = outcomeFrom(outcomeOf(ctx, d.data, response))
	model.Total = types.NumberNull()
	if response.Session != nil {
		model.Total = framework.Number(response.Session.Total)
	}
	model.Response = framework.Parts(model.ResponseContent, response.Parts, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

func (d *evaluationDataSource) evaluateCart(ctx context.Context, model *evaluationModel, diags *diag.Diagnostics) *talonone.State {
	customattr.Check(ctx, d.data, talonone.EntityCustomerSession, nil, model.Attributes, path.Root("attributes"), diags)
	checkItems(ctx, d.data, model.contentModel, diags)
	now := model.time(diags)
	update := model.toAPI(ctx, contentModel{}, diags)
	if diags.HasError() {
		return nil
	}
	state := talonone.SessionOpen
	if !model.State.IsNull() {
		state = model.State.ValueString()
	}
	update.State = &state
	update.EvaluableCampaignIDs, _ = framework.Int64s(model.EvaluableCampaignIDs)
	id := model.IntegrationID.ValueString()
	if id == "" {
		// Evaluations that shared an ID would wait for each other.
		id = "terraform-evaluation-" + uuid.NewString()
	}
	response, err := d.data.Client.UpdateCustomerSessionV2(ctx, id, update,
		talonone.SessionOptions{Dry: true, Now: now, ResponseContent: model.evaluationParts("customerSession")})
	if err != nil {
		framework.AddError(diags, framework.Operation{
			Construct: "data " + evaluationType, Action: "evaluate the cart", Pointers: contentPointers(ctx, model.contentModel),
			Advice: adviseOnPrice(ctx, model.contentModel, err),
		}, err)
	}
	return response
}

// time is the time that the rules take for the current one, zero for the real one.
func (m *evaluationModel) time(diags *diag.Diagnostics) time.Time {
	if m.Now.IsNull() {
		return time.Time{}
	}
	now, problems := m.Now.ValueRFC3339Time()
	diags.Append(problems...)
	if !diags.HasError() && !now.After(time.Now()) {
		diags.AddAttributeError(path.Root("now"), "now must be in the future",
			"The API evaluates at the current time or at a later one. Remove now, or choose a time after "+time.Now().UTC().Format(time.RFC3339)+".")
	}
	return now
}

func (d *evaluationDataSource) evaluateEvent(ctx context.Context, model *evaluationModel, diags *diag.Diagnostics) *talonone.State {
	var event eventModel
	diags.Append(model.Event.As(ctx, &event, basetypes.ObjectAsOptions{})...)
	if diags.HasError() {
		return nil
	}
	ofType := func(definition talonone.AttributeDefinition) bool {
		return definition.EventType != nil && *definition.EventType == event.Type.ValueString()
	}
	customattr.Check(ctx, d.data, talonone.EntityEvent, ofType, event.Attributes, path.Root("event").AtName("attributes"), diags)
	if diags.HasError() {
		return nil
	}
	cards, _ := framework.Strings(model.LoyaltyCards)
	campaigns, _ := framework.Int64s(model.EvaluableCampaignIDs)
	response, err := d.data.Client.TrackEventV2(ctx, talonone.EventRequest{
		ProfileID: model.ProfileID.ValueString(), StoreIntegrationID: model.StoreIntegrationID.ValueString(),
		EvaluableCampaignIDs: campaigns, Type: event.Type.ValueString(), Attributes: customattr.FromConfig(event.Attributes), LoyaltyCards: cards,
	}, talonone.EventOptions{Dry: true, ForceCompleteEvaluation: model.ForceCompleteEvaluation.ValueBool(), ResponseContent: model.evaluationParts()})
	if err != nil {
		framework.AddError(diags, framework.Operation{
			Construct: "data " + evaluationType, Action: "evaluate event", Object: strconv.Quote(event.Type.ValueString()),
			Pointers: map[string]path.Path{
				"/type": path.Root("event").AtName("type"), "/attributes": path.Root("event").AtName("attributes"),
				"/profileId": path.Root("profile_id"), "/storeIntegrationId": path.Root("store_integration_id"),
				"/loyaltyCards": path.Root("loyalty_cards"), "/evaluableCampaignIds": path.Root("evaluable_campaign_ids"),
			},
		}, err)
	}
	return response
}

func effectTypes(effects []talonone.Effect) types.List {
	names := make([]string, len(effects))
	for i, effect := range effects {
		names[i] = effect.EffectType
	}
	return framework.StringList(names, types.ListNull(types.StringType), framework.Exactly)
}

// outcomeOf is what the effects amount to. The response names the loyalty programs of the customer alone, so a program
// that is new to him is looked up, where a Management key allows it.
func outcomeOf(ctx context.Context, data *framework.Data, response *talonone.State) *promotion.Outcome {
	about := promotion.ContextOf(response)
	if promotion.NamesMissing(response.Effects, about) {
		programs, err := data.Client.GetLoyaltyPrograms(ctx)
		if err == nil {
			for _, program := range programs {
				about.Programs[program.ID] = program.Name
			}
		}
	}
	return promotion.Of(response.Effects, about)
}

// evaluationParts are the parts to ask for: those that are to be kept in response, and what an outcome needs.
func (m *evaluationModel) evaluationParts(more ...string) []string {
	return evaluationParts(m.ResponseContent, m.ProfileID.ValueString() != "", more...)
}

// evaluationParts omit the ledger where there is no customer.
func evaluationParts(wanted types.List, hasCustomer bool, more ...string) []string {
	parts, _ := framework.Strings(wanted)
	for _, part := range append(more, promotion.Parts...) {
		if part == "loyalty" && !hasCustomer {
			continue
		}
		parts = framework.WithPart(parts, part)
	}
	return parts
}

// adviseOnPrice says where a refused cart lacks a price: in the items that the API points to, or in all without one if
// it points to none.
func adviseOnPrice(ctx context.Context, content contentModel, err error) map[int]string {
	apiErr, ok := errors.AsType[*talonone.Error](err)
	if !ok || !strings.Contains(strings.ToLower(err.Error()), "price") {
		return nil
	}
	var ignored diag.Diagnostics
	var all, pointed []string
	for i, item := range content.inputs(ctx, &ignored) {
		if !item.Price.IsNull() {
			continue
		}
		name := fmt.Sprintf("cart_items[%d] (SKU %q)", i, item.SKU.ValueString())
		all = append(all, name)
		about := func(one talonone.ErrorItem) bool {
			return strings.Contains(one.Source.Pointer+"/", "/cartItems/"+strconv.Itoa(i)+"/")
		}
		if slices.ContainsFunc(apiErr.Items, about) {
			pointed = append(pointed, name)
		}
	}
	if len(pointed) == 0 {
		pointed = all
	}
	if len(pointed) == 0 {
		return nil
	}
	return map[int]string{http.StatusBadRequest: "Set price in " + strings.Join(pointed, ", ") +
		", or add the SKU to a catalog that is connected to the Application of the Integration API key."}
}
