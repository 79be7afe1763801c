package session

import (
	"context"
	"encoding/json"
	"math/big"
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
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ datasource.DataSource                   = (*evaluationDataSource)(nil)
	_ datasource.DataSourceWithConfigure      = (*evaluationDataSource)(nil)
	_ datasource.DataSourceWithValidateConfig = (*evaluationDataSource)(nil)
)

const evaluationType = "talonone_session_evaluation"

// eventParts are what responseContent of trackEventV2 can ask for.
var eventParts = []string{
	"customerProfile", "triggeredCampaigns", "loyalty", "event", "awardedGiveaways", "ruleFailureReasons", "campaignEligibility", "achievements",
}

// discountTypes are the effects whose value is money off.
var discountTypes = []string{"setDiscount", "setDiscountPerItem", "setDiscountPerAdditionalCost", "setDiscountPerAdditionalCostPerItem"}

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
	TotalDiscount           types.Number         `tfsdk:"total_discount"`
	Total                   types.Number         `tfsdk:"total"`
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
		resp.Diagnostics.AddAttributeError(path.Root("profile_id"), "An event needs a customer", "Set profile_id to the integration ID of the customer that the event is about.")
	}
	for name, isNull := range map[string]bool{
		"integration_id": config.IntegrationID.IsNull(), "state": config.State.IsNull(), "coupon_codes": config.CouponCodes.IsNull(),
		"referral_code": config.ReferralCode.IsNull(), "cart_items": config.CartItems.IsNull(), "additional_costs": config.AdditionalCosts.IsNull(),
		"identifiers": config.Identifiers.IsNull(), "attributes": config.Attributes.IsNull(), "now": config.Now.IsNull(),
		"experiment_variant_allocations": config.ExperimentVariantAllocations.IsNull(),
	} {
		if !isNull {
			refuse(name, name+" is about carts, and this evaluates an event. Remove it, or remove event. An event's own attributes belong into event.attributes.")
		}
	}
	parts, _ := framework.Strings(config.ResponseContent)
	for i, part := range parts {
		if !slices.Contains(eventParts, part) {
			resp.Diagnostics.AddAttributeError(path.Root("response_content").AtListIndex(i), "No part of an event's response",
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
	model.TotalDiscount = totalDiscount(response.Effects)
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
	asked, _ := framework.Strings(model.ResponseContent)
	response, err := d.data.Client.UpdateCustomerSessionV2(ctx, id, update,
		talonone.SessionOptions{Dry: true, Now: now, ResponseContent: framework.WithPart(asked, "customerSession")})
	if err != nil {
		framework.AddError(diags, framework.Operation{
			Construct: "data " + evaluationType, Action: "evaluate the cart", Pointers: contentPointers(ctx, model.contentModel),
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
	asked, _ := framework.Strings(model.ResponseContent)
	response, err := d.data.Client.TrackEventV2(ctx, talonone.EventRequest{
		ProfileID: model.ProfileID.ValueString(), StoreIntegrationID: model.StoreIntegrationID.ValueString(),
		EvaluableCampaignIDs: campaigns, Type: event.Type.ValueString(), Attributes: customattr.FromConfig(event.Attributes), LoyaltyCards: cards,
	}, talonone.EventOptions{Dry: true, ForceCompleteEvaluation: model.ForceCompleteEvaluation.ValueBool(), ResponseContent: asked})
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

// totalDiscount adds up exactly what the discount effects take off.
func totalDiscount(effects []talonone.Effect) types.Number {
	sum := new(big.Rat)
	for _, effect := range effects {
		var props struct {
			Value json.Number `json:"value"`
		}
		if !slices.Contains(discountTypes, effect.EffectType) || json.Unmarshal(effect.Props, &props) != nil {
			continue
		}
		if value, ok := new(big.Rat).SetString(props.Value.String()); ok {
			sum.Add(sum, value)
		}
	}
	digits, _ := sum.FloatPrec()
	return framework.Number(json.Number(sum.FloatString(digits)))
}
