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
		MarkdownDescription: "Values of custom attributes that every member of an audience shall have. The API sets them on those who are members at that moment; " +
			"members who join later, and values edited elsewhere, show as drift, and the next apply sets them again.\n\n" +
			"**Destroying it only forgets it**: the API can't take values back, so the members keep them.\n\n" +
			"Needs an Integration API key to set values, and a Management API key that allows the audience memberships endpoint to see them: reading takes one request per 1000 members, " +
			"three requests a second, at every refresh. `check_members = false` leaves that out.",
		Attributes: map[string]schema.Attribute{
			"audience_id": schema.Int64Attribute{
				Required:            true,
				MarkdownDescription: "ID of the audience. A change sets the values on the other audience's members and leaves this one's as they are.",
				Validators:          framework.ReferenceID(),
				PlanModifiers:       []planmodifier.Int64{int64planmodifier.RequiresReplace()},
			},
			"attributes": schema.StringAttribute{
				Required: true, CustomType: jsontypes.NormalizedType{}, Validators: []validator.String{memberAttributes},
				MarkdownDescription: "Custom attributes of customer profiles and their values, as one JSON object: `jsonencode({ Language = \"de\", vip = true })`. " +
					"Names and types are checked against the account's definitions (see `validate_attributes` of the provider). Changes in place; an attribute that is taken out here keeps its value on the members.",
			},
			"check_members": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(true),
				MarkdownDescription: "Whether a refresh compares every member's values. Default `true`.",
			},
			"members_total": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: "Number of members when they were last looked at; null without a Management API key and with `check_members = false`.",
			},
			"members_matching": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: "How many of them have all the values. Fewer than `members_total` is drift. Null as `members_total`.",
			},
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.Block(ctx, timeouts.Opts{
				Create: true, Read: true, Update: true,
				CreateDescription: "How long setting the values may take. Default `20m`.",
				ReadDescription:   "How long comparing the members may take. Default `20m`.",
				UpdateDescription: "How long setting the values may take. Default `20m`.",
			}),
		},
	}
}
