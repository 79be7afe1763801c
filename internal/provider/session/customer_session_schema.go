package session

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/promotion"
)

// responseParts are what responseContent of updateCustomerSessionV2 can ask for.
var responseParts = []string{
	"customerSession", "customerProfile", "coupons", "triggeredCampaigns", "referral", "loyalty", "event",
	"awardedGiveaways", "ruleFailureReasons", "previousReturns", "campaignEligibility", "achievements",
}

func (r *sessionResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	attributes := resourceContent()
	maps.Copy(attributes, framework.ResourceEffects("From the last update by Terraform; effects from the last refresh."))
	maps.Copy(attributes, promotion.ResourceAttributes("As of `effects`.", resultOutcome...))
	maps.Copy(attributes, map[string]schema.Attribute{
		"integration_id": schema.StringAttribute{
			Required: true,
			MarkdownDescription: "ID of the session, chosen by you and unique in the Application; at least one character. An existing session is adopted and updated; the plan warns about this. " +
				"Changing this replaces the session.",
			Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
		},
		"state": schema.StringAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "State of the session: `open`, `closed` or `cancelled`. Default for a new session: `open`; omitting it later keeps the current value. " +
				"A session is created open or closed. An open one can be closed or cancelled, a closed or partially returned one can be cancelled, and a closed one can be reopened, which rolls back the effects of closing it. " +
				"Only returns lead to `partially_returned` (see `talonone_cart_item_return`), which counts as `closed` here. If a session is not open, nothing else can be changed.",
			Validators: []validator.String{stateValidator{}},
		},
		"evaluable_campaign_ids": schema.ListAttribute{
			Optional: true, ElementType: types.Int64Type,
			MarkdownDescription: "IDs of campaigns, sent with an update. The API documents this for dry runs only, so prefer the data source `talonone_session_evaluation`. Not read back. Updated in place while the session is open.",
			Validators:          []validator.List{listvalidator.NoNullValues(), framework.ReferenceIDs()},
		},
		"response_content": schema.ListAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Further parts of the response to keep in `response`, in the API's spelling: " + framework.ListedNames(responseParts) + ". Several contain personal data, which is then stored in the state. " +
				"Changing this sends an update while the session is open, and otherwise takes effect with the next update.",
			Validators: framework.PartValidators(responseParts),
		},
		"response": schema.StringAttribute{
			Computed: true, CustomType: jsontypes.NormalizedType{},
			MarkdownDescription: "JSON object with the parts that `response_content` names, from the last update by Terraform, or null.",
		},
		"on_destroy": schema.StringAttribute{
			Optional: true, Computed: true, Default: stringdefault.StaticString(cancelOnDestroy),
			MarkdownDescription: "What destroying the resource does, because the API can't delete sessions. `cancel` cancels the session, which rolls back redemptions and points of a closed session but keeps created coupons; " +
				"`forget` keeps it. A destroy uses the value of the last apply; a replacement cancels only if that value and the configured one are `cancel`. Default: `cancel`. Stored in state only.",
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
		MarkdownDescription: "Manages a customer session: a cart that can become an order. Creating and changing it runs the campaigns' rules, and closing it redeems coupons and points, so use it for test customers. " +
			"To only see what a cart would get, use the data source `talonone_session_evaluation`.\n\n" +
			"Requires an Integration API key, whose Application the session belongs to.",
		Attributes: attributes,
	}
}
