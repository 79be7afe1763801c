package referral

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
)

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
