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
		MarkdownDescription: "The members of an audience, or their number alone. The result stands in the state, in plain text: use `count_only` where the IDs are personal data and the number is enough.\n\n" +
			"Needs a Management API key that allows the audience endpoints `memberships/export` (all members, one request), `memberships` (with attributes, or up to 1000 members) " +
			"and `analytics` (the number alone, or beside a `limit`).",
		Attributes: map[string]schema.Attribute{
			"audience_id": schema.Int64Attribute{
				Required:            true,
				MarkdownDescription: "ID of the audience.",
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
			},
			"count_only": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Whether to read the number of members alone, as the deployment's analytics count them, shared by all audiences of a run. Default `false`.",
				Validators: []validator.Bool{
					boolvalidator.ConflictsWith(path.MatchRoot("with_attributes"), path.MatchRoot("limit")),
				},
			},
			"with_attributes": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Whether to read the members' custom attributes too, with one request per 1000 members, three a second. Default `false`.",
			},
			"limit": schema.Int64Attribute{
				Optional:            true,
				MarkdownDescription: "Highest number of members to return, those who have been profiles longest first. Default: all.",
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
			},
			"member_count": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: "Number of members of the audience, also of those beyond `limit`.",
			},
			"members_json": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "The members as a JSON object from integration ID to `true`: what `members_json` of `talonone_audience_memberships` takes, and " +
					"`keys(jsondecode(…))` turns into a list. Null with `count_only`.",
			},
			"attributes_json": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "The members' custom attributes as a JSON object from integration ID to an object of attributes; null unless `with_attributes` is set.",
			},
		},
	}
}
