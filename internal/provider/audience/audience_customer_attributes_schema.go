package audience

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
)

func (r *customerAttributesResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Sets custom attributes on all members of an audience. The API sets them on current members only. Members who join later, and values that are changed " +
			"elsewhere, are detected as drift, and the next apply sets the values again.\n\n" +
			"**Destroying the resource only removes it from state**: the API can't restore earlier values, so the members keep these.\n\n" +
			"Requires an Integration API key to set values, and a Management API key that allows the audience memberships endpoint to detect drift. Each refresh takes one request per 1,000 members, " +
			"three requests per second. Set `check_members = false` to skip that.",
		Attributes: map[string]schema.Attribute{
			"audience_id": schema.Int64Attribute{
				Required:            true,
				MarkdownDescription: "ID of the audience. Changing this sets the values on the members of the new audience; those of the old one keep theirs.",
				Validators:          framework.ReferenceID(),
				PlanModifiers:       []planmodifier.Int64{int64planmodifier.RequiresReplace()},
			},
			"attributes": schema.StringAttribute{
				Required: true, CustomType: jsontypes.NormalizedType{}, Validators: []validator.String{memberAttributes},
				MarkdownDescription: "Custom attributes of customer profiles and their values, as one JSON object: `jsonencode({ Language = \"de\", vip = true })`. " +
					"Names and types are checked against the account's definitions (see `validate_attributes` of the provider). Updated in place. Members keep the value of an attribute that you remove here.",
			},
			"check_members": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(true),
				MarkdownDescription: "Whether a refresh compares every member's values. Default: `true`.",
			},
			"members_total": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: "Number of members at the last refresh. Null without a Management API key or with `check_members = false`.",
			},
			"members_matching": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: "Number of members who have all the values. If it is lower than `members_total`, the next apply sets the values again. Null if `members_total` is null.",
			},
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.Block(ctx, timeouts.Opts{
				Create: true, Read: true, Update: true,
				CreateDescription: "Time limit for setting the values. Default: `20m`.",
				ReadDescription:   "Time limit for comparing the members. Default: `20m`.",
				UpdateDescription: "Time limit for setting the values. Default: `20m`.",
			}),
		},
	}
}
