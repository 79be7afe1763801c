package session

import (
	"context"
	"encoding/json"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
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

func (d *evaluationDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := evaluationContent()
	maps.Copy(attributes, framework.DataSourceEffects("Nothing of it is stored: a dry run only says what would be."))
	maps.Copy(attributes, map[string]schema.Attribute{
		"integration_id": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "ID of the session as rules see it. Only what is written here counts, also when a session with this ID exists. Default: a random one.",
			Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
		},
		"state": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "State to evaluate the cart in: `open`, as while shopping, or `closed`, as on ordering. Default `open`.",
			Validators:          []validator.String{stringvalidator.OneOf(talonone.SessionOpen, talonone.SessionClosed)},
		},
		"event": schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "Evaluates a custom event of a customer instead of a cart: the attributes of carts can't be set then, and `profile_id` is required.",
			Attributes: map[string]schema.Attribute{
				"type": schema.StringAttribute{
					Required:            true,
					MarkdownDescription: "Type of the event, as defined in the Campaign Manager.",
					Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
				},
				"attributes": schema.StringAttribute{
					Optional: true, CustomType: jsontypes.NormalizedType{},
					MarkdownDescription: "Custom attributes of the event as a JSON object (`jsonencode({...})`); they must be defined in the Campaign Manager for this event.",
					Validators:          []validator.String{customattr.Validator{}},
				},
			},
		},
		"now": schema.StringAttribute{
			Optional: true, CustomType: timetypes.RFC3339Type{},
			MarkdownDescription: "A time in the future, RFC 3339, that the rules take for the current one, for campaigns that are yet to start. Carts only. Default: the current time.",
		},
		"evaluable_campaign_ids": schema.ListAttribute{
			Optional: true, ElementType: types.Int64Type,
			MarkdownDescription: "IDs of the only campaigns to evaluate, also when they are disabled, so that a campaign can be tested before it is enabled. Default: all that are running.",
			Validators:          []validator.List{listvalidator.NoNullValues(), listvalidator.UniqueValues(), listvalidator.ValueInt64sAre(int64validator.AtLeast(1))},
		},
		"force_complete_evaluation": schema.BoolAttribute{
			Optional:            true,
			MarkdownDescription: "Evaluate all campaigns that match, whatever the evaluation mode of their groups. Events only. Default `false`.",
		},
		"response_content": schema.ListAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Further parts of the answer to keep in `response`, in the API's spelling: " + framework.ListedNames(responseParts) + "; for an event " + framework.ListedNames(eventParts) + ". Several of them hold personal data, which then is in the state.",
			Validators:          partValidators(responseParts),
		},
		"response": schema.StringAttribute{
			Computed: true, CustomType: jsontypes.NormalizedType{},
			MarkdownDescription: "JSON object with the parts that `response_content` names; null when it names none. `ruleFailureReasons` says why rules did not match.",
		},
		"effect_types": schema.ListAttribute{
			Computed: true, ElementType: types.StringType,
			MarkdownDescription: "Types of the effects, in their order and each as often as it occurs, for conditions such as `contains(..., \"acceptCoupon\")`.",
		},
		"total_discount": schema.NumberAttribute{
			Computed:            true,
			MarkdownDescription: "Sum of the values of all discount effects (" + framework.ListedNames(discountTypes) + "), in the Application's currency; 0 when there is none.",
		},
		"total": schema.NumberAttribute{
			Computed:            true,
			MarkdownDescription: "Items and costs together before discounts, in the Application's currency; null for an event.",
		},
	})
	resp.Schema = schema.Schema{
		MarkdownDescription: "Says which effects a cart, or an event, would get from the campaigns, by a dry run that stores nothing: no session, no customer, no redemption. " +
			"So promotions can be asserted in `check` blocks and in `terraform test`: a cart with two sneakers and SUMMER10 gets 10 off.\n\n" +
			"It is evaluated whenever Terraform reads it, in plans too. Needs an Integration API key.",
		Attributes: attributes,
	}
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
			resp.Diagnostics.AddAttributeError(path.Root("response_content").AtListIndex(i), "No part of an event's answer",
				part+" is not in the answer to an event. Choose from: "+strings.Join(eventParts, ", ")+".")
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
	answer := evaluate(ctx, &model, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	model.Effects = framework.Effects(answer.Effects)
	model.CreatedCoupons, model.CreatedReferrals = framework.CreatedCoupons(answer.CreatedCoupons), framework.CreatedReferrals(answer.CreatedReferrals)
	model.EffectTypes = effectTypes(answer.Effects)
	model.TotalDiscount = totalDiscount(answer.Effects)
	model.Total = types.NumberNull()
	if answer.Session != nil {
		model.Total = framework.Number(answer.Session.Total)
	}
	model.Response = framework.Parts(model.ResponseContent, answer.Parts, &resp.Diagnostics)
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
	answer, err := d.data.Client.UpdateCustomerSessionV2(ctx, id, update,
		talonone.SessionOptions{Dry: true, Now: now, ResponseContent: framework.WithPart(asked, "customerSession")})
	if err != nil {
		framework.AddError(diags, framework.Doing{
			Construct: "data " + evaluationType, Action: "evaluate the cart", Pointers: contentPointers(ctx, model.contentModel),
		}, err)
	}
	return answer
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
	answer, err := d.data.Client.TrackEventV2(ctx, talonone.EventRequest{
		ProfileID: model.ProfileID.ValueString(), StoreIntegrationID: model.StoreIntegrationID.ValueString(),
		EvaluableCampaignIDs: campaigns, Type: event.Type.ValueString(), Attributes: customattr.FromConfig(event.Attributes), LoyaltyCards: cards,
	}, talonone.EventOptions{Dry: true, ForceCompleteEvaluation: model.ForceCompleteEvaluation.ValueBool(), ResponseContent: asked})
	if err != nil {
		framework.AddError(diags, framework.Doing{
			Construct: "data " + evaluationType, Action: "evaluate event", Object: strconv.Quote(event.Type.ValueString()),
			Pointers: map[string]path.Path{
				"/type": path.Root("event").AtName("type"), "/attributes": path.Root("event").AtName("attributes"),
				"/profileId": path.Root("profile_id"), "/storeIntegrationId": path.Root("store_integration_id"),
				"/loyaltyCards": path.Root("loyalty_cards"), "/evaluableCampaignIds": path.Root("evaluable_campaign_ids"),
			},
		}, err)
	}
	return answer
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
