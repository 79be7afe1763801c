package audience

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
)

func (r *audienceResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages an audience: a named group of customer profiles that campaign rules can use. Manage its members with `talonone_audience_memberships`.\n\n" +
			"Requires an Integration API key to create, change and delete, and a Management API key that allows the audiences endpoint to read. " +
			"Without a Management key, changes made outside Terraform are not detected; the plan warns about this.\n\n" +
			"Only `name` and `subscribed_application_ids` are updated in place. Replacing or destroying an audience deletes its memberships; the plan says how many.\n\n" +
			"The API creates a second audience if a create is repeated. If the response to a create is lost, the provider looks for the audience before it sends the request again. " +
			"If the provider is stopped before the response, the next apply in the same folder looks for the audience and adopts it if exactly one was created at that time with these settings; the plan warns about this. " +
			"Both require a Management API key. An audience that only has the same name and settings is never adopted: the plan warns about it and shows how to import it.",
		Attributes: map[string]schema.Attribute{
			"id": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: "ID of the audience.",
			},
			"account_id": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: "ID of the account that the audience belongs to.",
			},
			"created": schema.StringAttribute{
				Computed: true, CustomType: timetypes.RFC3339Type{},
				MarkdownDescription: "When the audience was created, RFC 3339 in UTC.",
			},
			"name": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "Name of the audience, at least one character, without leading or trailing white space. Names need not be unique. Updated in place.",
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"description": schema.StringAttribute{
				Optional: true, Computed: true,
				MarkdownDescription: "Description of the audience. The API sets it only when the audience is created, so changing this replaces the audience; omitting it later keeps the current value. " +
					"A change in the Campaign Manager is reported as a warning and never replaces the audience.",
			},
			"sandbox": schema.BoolAttribute{
				Optional: true, Computed: true,
				MarkdownDescription: "Whether the audience is for sandbox Applications rather than live ones. Default: the environment of the Integration API key. Changing this replaces the audience; omitting it later keeps the current value.",
			},
			"integration": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Technology partner that the audience comes from, in the API's spelling, such as `mparticle` or `segment`. Requires `integration_id`. " +
					"Omit it for your own audiences and for those of other platforms. Changing this replaces the audience.",
				Validators: []validator.String{
					stringvalidator.LengthAtLeast(1),
					stringvalidator.AlsoRequires(path.MatchRoot("integration_id")),
				},
			},
			"integration_id": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "ID of the audience at the third party, 1 to 1,000 characters, unique within one `integration`. Changing this replaces the audience.",
				Validators:          framework.IntegrationID(),
			},
			"created_in_3rd_party": schema.BoolAttribute{
				Optional: true, Computed: true,
				MarkdownDescription: "Whether the audience was created in a third-party product. Default: `false`. Changing this replaces the audience; omitting it later keeps the current value.",
			},
			"subscribed_application_ids": schema.ListAttribute{
				Optional: true, Computed: true, ElementType: types.Int64Type,
				MarkdownDescription: "IDs of the Applications that the audience is connected to, without duplicates; order is ignored. Default: what the deployment chooses. " +
					"Updated in place. Omitting it later keeps the connections; an empty list ends them.",
				Validators: []validator.List{
					listvalidator.UniqueValues(),
					listvalidator.NoNullValues(),
					framework.ReferenceIDs(),
				},
			},
			"deletion_protection": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Whether the plan refuses to destroy or replace the audience, also with `-replace`. To replace it, set `false` in the same change. " +
					"To destroy it, or with `create_before_destroy`, set `false` and apply first. For an audience without configuration, see `TALONONE_ALLOW_DELETE`. Stored in state only. Default: `false`.",
			},
		},
	}
}
