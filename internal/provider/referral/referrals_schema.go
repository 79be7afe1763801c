package referral

import (
	"context"
	"fmt"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
)

func (r *referralsResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages one referral code for each of many advocates of a campaign, all with the same settings. Adding an advocate creates a code, removing one deletes that code, and all other codes stay.\n\n" +
			"Creating requires the Integration API key of the campaign's Application. Changing, removing and destroying requires a Management API key that allows the applications, campaigns and referrals endpoints; planning fails without it. " +
			"Creates take one request per 1,000 referrals; changes and removals take one each, three per second. " +
			"A refresh takes one request per 1,000 referrals of the campaign from the same period, or without a Management key one per advocate.\n\n" +
			"An advocate who already has a referral in the campaign gets another code; the existing one stays and is not managed. The plan warns about this if at most 20 requests are needed to find out. " +
			"If the response to a create is lost, the provider finds the referrals by advocate, campaign, settings and time, and creates no second code. If the provider is stopped before a response, the next apply in the same folder looks for the referrals that were created at that time with these settings and adopts them; the plan warns about this.\n\n" +
			"After an import, referrals that the configuration does not list are released and not deleted, and the plan warns about this. After the first apply that changes a referral, an advocate who is no longer listed loses the code.",
		Attributes: map[string]schema.Attribute{
			"application_id": applicationAttribute(),
			"campaign_id":    campaignAttribute("Changing this replaces all referrals and their codes."),
			"advocates": schema.ListAttribute{
				Required: true, ElementType: types.StringType,
				MarkdownDescription: fmt.Sprintf("Integration IDs of the advocates, at most %s unique IDs; order is ignored. Terraform turns them into Unicode's form NFC; advocates with IDs in another form can't be listed. Use further resources for more. "+
					"They are the keys of `codes` and `referral_ids`, which a plan shows even if this value is sensitive.", bulk.Thousands(maxAdvocates)),
				Validators: []validator.List{framework.IDList{Max: maxAdvocates}},
			},
			"usage_limit": schema.Int64Attribute{
				Required:            true,
				MarkdownDescription: "How often each code can be used, from 0 (without limit) to 999,999. Required by the API.",
				Validators:          []validator.Int64{int64validator.Between(0, maxUsageLimit)},
			},
			"start_date":  dateAttribute("When the codes become valid, RFC 3339. Default: immediately."),
			"expiry_date": dateAttribute("When the codes expire, RFC 3339, after `start_date`. Default: never."),
			"attributes":  attributesAttribute("Custom attributes of every referral as a JSON object, written with `jsonencode`. The account must define each for the entity Referral. Changing this replaces all of them; omitting this clears them."),
			"referral_pattern": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Pattern of new codes, 3 to 100 characters, such as `REF-###-###`; each `#` becomes one of the valid characters. Default: the campaign's own. " +
					"Changing this keeps existing codes. Not read back, because the API does not return it.",
				Validators: []validator.String{
					stringvalidator.LengthBetween(3, 100),
					stringvalidator.RegexMatches(regexp.MustCompile("#"), "must hold at least one #, which becomes a random character"),
				},
			},
			"valid_characters": schema.ListAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Characters that replace `#` in new codes, one each, in any order. Default: `A` to `Z` and `0` to `9`, or the campaign's own if `referral_pattern` is unset. Changing this keeps existing codes.",
				Validators: []validator.List{
					listvalidator.SizeBetween(1, 256),
					listvalidator.UniqueValues(),
					listvalidator.NoNullValues(),
					listvalidator.ValueStringsAre(stringvalidator.UTF8LengthBetween(1, 1)),
				},
			},
			"max_removal_percent": bulk.MaxRemovalPercentAttribute(noun),
			"codes":               schema.MapAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "The referral code of each advocate, by integration ID."},
			"referral_ids":        schema.MapAttribute{Computed: true, ElementType: types.Int64Type, MarkdownDescription: "The ID of each advocate's referral, by integration ID."},
			"last_sync":           bulk.LastSyncSchema(noun),
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.Block(ctx, timeouts.Opts{
				Create: true, Read: true, Update: true, Delete: true,
				CreateDescription: "Time limit for creating the referrals, such as `10m`. Default: `60m`.",
				ReadDescription:   "Time limit for reading them. Default: `20m`.",
				UpdateDescription: "Time limit for changing them, one by one. Default: `60m`.",
				DeleteDescription: "Time limit for deleting them, one by one. Default: `60m`. A change must be applied before the destroy.",
			}),
		},
	}
}
