package referral

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
)

func (r *referralResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A referral: a code with which one customer, the advocate, invites others. The deployment generates the code from the campaign's pattern; you can't set it. " +
			"For many advocates with the same settings, use `talonone_referrals`.\n\n" +
			"Creating and reading requires the Integration API key of the campaign's Application. Changing, destroying and importing requires a Management API key that allows the applications, campaigns and referrals endpoints; " +
			"planning fails without it.\n\n" +
			"If the response to a create is lost, the provider finds the referral by advocate, campaign, settings and time, and creates no second code. If the provider is stopped before the response, the next apply in the same folder looks for the referral and adopts it if exactly one was created at that time with these settings; the plan warns about this. " +
			"The plan also warns about an existing referral with the same settings. The campaign's referral limits do not apply to referrals that are created through the API.",
		Attributes: map[string]schema.Attribute{
			"id":             schema.Int64Attribute{Computed: true, MarkdownDescription: "ID of the referral."},
			"code":           schema.StringAttribute{Computed: true, MarkdownDescription: "The referral code to hand to the advocate."},
			"application_id": applicationAttribute(),
			"campaign_id":    campaignAttribute("Changing this replaces the referral and its code."),
			"advocate_profile_integration_id": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "Integration ID of the advocate, 1 to 1,000 characters. Changing this replaces the referral and its code.",
				Validators:          framework.IntegrationID(),
			},
			"friend_profile_integration_id": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Integration ID of the only customer who can use the code, 1 to 1,000 characters. Default: everyone.",
				Validators:          framework.IntegrationID(),
			},
			"start_date":  dateAttribute("When the code becomes valid, RFC 3339. Default: immediately."),
			"expiry_date": dateAttribute("When the code expires, RFC 3339, after `start_date`. Default: never."),
			"usage_limit": schema.Int64Attribute{
				Optional: true, Computed: true,
				MarkdownDescription: "How often the code can be used, from 0 (without limit) to 999,999. Default: the deployment's choice. Omitting it later keeps the limit.",
				Validators:          []validator.Int64{int64validator.Between(0, maxUsageLimit)},
			},
			"attributes":    attributesAttribute("Custom attributes of the referral as a JSON object, written with `jsonencode`. The account must define each for the entity Referral. Changing this replaces all of them; omitting this clears them."),
			"usage_counter": schema.Int64Attribute{Computed: true, MarkdownDescription: "How often the code has been used."},
			"created": schema.StringAttribute{
				Computed: true, CustomType: timetypes.RFC3339Type{},
				MarkdownDescription: "When the referral was created, RFC 3339 in UTC.",
			},
		},
	}
}

func applicationAttribute() schema.Int64Attribute {
	return schema.Int64Attribute{
		Optional: true, Computed: true,
		MarkdownDescription: "ID of the campaign's Application. Default: looked up once per run for all referrals. Null if no key reports it: without a Management key, while no campaign of the Application is running.",
		Validators:          framework.ReferenceID(),
	}
}

func campaignAttribute(replaces string) schema.Int64Attribute {
	return schema.Int64Attribute{
		Required:            true,
		MarkdownDescription: "ID of the campaign, which must have the feature referrals. " + replaces,
		Validators:          framework.ReferenceID(),
	}
}

func dateAttribute(description string) schema.StringAttribute {
	return schema.StringAttribute{Optional: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: description}
}

func attributesAttribute(description string) schema.StringAttribute {
	return schema.StringAttribute{
		Optional: true, CustomType: jsontypes.NormalizedType{}, MarkdownDescription: description,
		Validators: []validator.String{customattr.Validator{}},
	}
}
