package audience

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/boolvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

func (d *membersDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads the members of an audience, or only their number. The result is stored in the state in plain text: if the IDs are personal data and the number is enough, set `count_only`.\n\n" +
			"Requires a Management API key that allows the audience endpoints `memberships/export` (all members, one request), `memberships` (with attributes, or up to 1,000 members) " +
			"and `analytics` (only the number, or with a `limit`).",
		Attributes: map[string]schema.Attribute{
			"audience_id": schema.Int64Attribute{
				Required:            true,
				MarkdownDescription: "ID of the audience.",
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
			},
			"count_only": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Whether to read only the number of members, from the deployment's analytics. All audiences of a run share these requests. Default: `false`.",
				Validators: []validator.Bool{
					boolvalidator.ConflictsWith(path.MatchRoot("with_attributes"), path.MatchRoot("limit")),
				},
			},
			"with_attributes": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Whether to read the members' custom attributes too, with one request per 1,000 members, three per second. Default: `false`.",
			},
			"limit": schema.Int64Attribute{
				Optional:            true,
				MarkdownDescription: "Maximum number of members to return, oldest profiles first. Default: all.",
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
			},
			"member_count": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: "Number of members of the audience, including those beyond `limit`.",
			},
			"members_json": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "The members as a JSON object from integration ID to `true`, as `members_json` of `talonone_audience_memberships` takes it. " +
					"`keys(jsondecode(…))` makes it a list. Null with `count_only`.",
			},
			"attributes_json": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "The members' custom attributes as a JSON object from integration ID to an object of attributes. Null unless `with_attributes` is set.",
			},
		},
	}
}
