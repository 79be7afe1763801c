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
		MarkdownDescription: "One referral code for each of many advocates of a campaign, all with the same settings, made 1000 a request. Adding an advocate makes one code, removing one deletes that code, and all others stay.\n\n" +
			"Needs the Integration API key of the campaign's Application to create, and a Management API key that allows the applications, campaigns and referrals endpoints to change, remove and destroy; " +
			"a plan that lacks it is an error. Changes and removals take one request per referral, three a second. " +
			"With a Management key a refresh takes one request per 1000 referrals of the campaign that were created in the same time; without one it takes one per advocate.\n\n" +
			"A code is never made twice: when an answer is lost, the referrals are found by advocate, campaign, settings and time; when Terraform is stopped before it can save its state, the next plan in the same folder finds them through the journal that the provider keeps in Terraform's data folder, and takes them over.",
		Attributes: map[string]schema.Attribute{
			"application_id": schema.Int64Attribute{
				Optional: true, Computed: true,
				MarkdownDescription: "ID of the campaign's Application. Default: looked up, once a run for all referrals; giving it saves the look. Null where neither key can tell. Changes in place.",
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
			},
			"campaign_id": schema.Int64Attribute{
				Required:            true,
				MarkdownDescription: "ID of the campaign, which must have the feature referrals. A change replaces all referrals, and so their codes.",
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
			},
			"advocates": schema.ListAttribute{
				Required: true, ElementType: types.StringType,
				MarkdownDescription: fmt.Sprintf("Integration IDs of the advocates, in any order, each once, at most %d; more go into further resources. Changes in place: only the difference is sent.", maxAdvocates),
				Validators:          []validator.List{framework.IDList{Max: maxAdvocates}},
			},
			"usage_limit": schema.Int64Attribute{
				Required:            true,
				MarkdownDescription: "How often each code can be used, from 0, which is without limit, to 999999. The API demands it here. Changes in place.",
				Validators:          []validator.Int64{int64validator.Between(0, maxUsageLimit)},
			},
			"start_date":  dateAttribute("When the codes become valid, RFC 3339. Default: at once. Changes in place."),
			"expiry_date": dateAttribute("When the codes stop being valid, RFC 3339, after `start_date`. Default: never. Changes in place."),
			"attributes":  attributesAttribute("Custom attributes of every referral as a JSON object, written with `jsonencode`. The account must define each for the entity Referral. Replaced as a whole, in place; removing it clears them."),
			"referral_pattern": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Pattern of the codes, 3 to 100 characters, such as `REF-###-###`; each `#` becomes one of the valid characters. Default: the campaign's own. " +
					"A change counts for codes that are made from then on; existing ones stay. The API does not tell it, so it is not read back.",
				Validators: []validator.String{
					stringvalidator.LengthBetween(3, 100),
					stringvalidator.RegexMatches(regexp.MustCompile("#"), "must hold at least one #, which becomes a random character"),
				},
			},
			"valid_characters": schema.ListAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Characters that replace `#`, one each, in any order. Default: `A` to `Z` and `0` to `9`, or the campaign's own where `referral_pattern` is not set. A change counts for codes that are made from then on.",
				Validators: []validator.List{
					listvalidator.SizeBetween(1, 256),
					listvalidator.UniqueValues(),
					listvalidator.NoNullValues(),
					listvalidator.ValueStringsAre(stringvalidator.UTF8LengthBetween(1, 1)),
				},
			},
			"max_removal_percent": bulk.MaxRemovalAttribute("referrals of the resource"),
			"codes": schema.MapAttribute{
				Computed: true, ElementType: types.StringType,
				MarkdownDescription: "The referral code of each advocate, by integration ID.",
			},
			"referral_ids": schema.MapAttribute{
				Computed: true, ElementType: types.Int64Type,
				MarkdownDescription: "The ID of each advocate's referral, by integration ID.",
			},
			"last_sync": bulk.LastSyncAttribute("referrals"),
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.Block(ctx, timeouts.Opts{
				Create: true, Read: true, Update: true, Delete: true,
				CreateDescription: "Longest time to create the referrals, such as `10m`. Default `60m`.",
				ReadDescription:   "Longest time to read them. Default `20m`.",
				UpdateDescription: "Longest time to change them, one by one. Default `60m`.",
				DeleteDescription: "Longest time to delete them, one by one. Default `60m`. Must be applied before the destroy.",
			}),
		},
	}
}
