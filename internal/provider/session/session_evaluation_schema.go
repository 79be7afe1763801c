package session

import (
	"context"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/promotion"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

const effectTypesText = "Types of the effects, in order, including duplicates, for conditions such as `contains(..., \"acceptCoupon\")`."

func (d *evaluationDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := evaluationContent()
	maps.Copy(attributes, framework.DataSourceEffects("A dry run does not store them."))
	maps.Copy(attributes, promotion.DataSourceAttributes(slices.Concat(cartOutcome, customerOutcome)...))
	maps.Copy(attributes, map[string]schema.Attribute{
		"integration_id": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "ID of the session as rules see it. Only what you write here counts, even if a session with this ID exists. Default: a random one.",
			Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
		},
		"state": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "State to evaluate the cart in: `open`, as while shopping, or `closed`, as on ordering. Default: `open`.",
			Validators:          []validator.String{stringvalidator.OneOf(talonone.SessionOpen, talonone.SessionClosed)},
		},
		"event": schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "Custom event of a customer to evaluate instead of a cart. Requires `profile_id`; the attributes of carts can't be set.",
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
			MarkdownDescription: "A time in the future, RFC 3339, to evaluate the cart at: use it for campaigns that have not started. Carts only. Default: the current time.",
		},
		"evaluable_campaign_ids": schema.ListAttribute{
			Optional: true, ElementType: types.Int64Type,
			MarkdownDescription: "IDs of the only campaigns to evaluate, even if they are disabled: use it to test a campaign before you enable it. Default: all that are running.",
			Validators:          []validator.List{listvalidator.NoNullValues(), listvalidator.UniqueValues(), listvalidator.ValueInt64sAre(int64validator.AtLeast(1))},
		},
		"force_complete_evaluation": schema.BoolAttribute{
			Optional:            true,
			MarkdownDescription: "Evaluate all campaigns that match, whatever the evaluation mode of their groups. Events only. Default: `false`.",
		},
		"response_content": schema.ListAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Further parts of the response to keep in `response`, in the API's spelling: " + framework.ListedNames(responseParts) + "; for an event " + framework.ListedNames(eventParts) + ". Several contain personal data, which is then stored in the state.",
			Validators:          framework.PartValidators(responseParts),
		},
		"response": schema.StringAttribute{
			Computed: true, CustomType: jsontypes.NormalizedType{},
			MarkdownDescription: "JSON object with the parts that `response_content` names, or null. `ruleFailureReasons` says why rules did not match.",
		},
		"effect_types": schema.ListAttribute{
			Computed: true, ElementType: types.StringType,
			MarkdownDescription: effectTypesText,
		},
		"total": schema.NumberAttribute{
			Computed:            true,
			MarkdownDescription: "Total of items and costs before discounts, in the Application's currency; null for events.",
		},
	})
	resp.Schema = schema.Schema{
		MarkdownDescription: "Evaluates what a cart or an event would get from the campaigns: accepted codes, the amount to pay, points, free items. For an update of a customer profile, use `talonone_profile_evaluation`. " +
			"It is a dry run that stores nothing: no session, no customer, no redemption. " +
			"Use it in `check` blocks and in `terraform test`; the guide [Testing promotions](../guides/promotion-tests) shows how.\n\n" +
			"Terraform evaluates it in every plan. Requires an Integration API key.",
		Attributes: attributes,
	}
}
