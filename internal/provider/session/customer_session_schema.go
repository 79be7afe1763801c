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
	maps.Copy(attributes, framework.ResourceEffects("As of the last update that Terraform made, or of the last refresh for effects."))
	maps.Copy(attributes, promotion.ResourceAttributes("As of `effects`.", resultOutcome...))
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
			Validators:          []validator.List{listvalidator.NoNullValues(), framework.ReferenceIDs()},
		},
		"response_content": schema.ListAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Further parts of the response to keep in `response`, in the API's spelling: " + framework.ListedNames(responseParts) + ". Several of them hold personal data, which then is in the state. " +
				"A change asks again by an update while the session is open, and otherwise takes effect with the next one.",
			Validators: framework.PartValidators(responseParts),
		},
		"response": schema.StringAttribute{
			Computed: true, CustomType: jsontypes.NormalizedType{},
			MarkdownDescription: "JSON object with the parts that `response_content` names, as of the last update that Terraform made; null when it names none.",
		},
		"on_destroy": schema.StringAttribute{
			Optional: true, Computed: true, Default: stringdefault.StaticString(cancelOnDestroy),
			MarkdownDescription: "What destroying the resource does, since the API deletes no session: `cancel` cancels it, which rolls back redemptions and points of a closed session but keeps created coupons; " +
				"`forget` leaves it as it is. A destroy obeys the value of the last apply, and a replacement cancels only if the configuration says so, too. Default `cancel`. Kept in state only.",
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
