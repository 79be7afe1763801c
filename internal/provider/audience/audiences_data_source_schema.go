package audience

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
)

func (d *audiencesDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := foundAttributes()
	attributes["member_count"] = schema.Int64Attribute{
		Computed:            true,
		MarkdownDescription: "Number of members, from the deployment's analytics. Null unless `with_member_count` is set.",
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the audiences of the account, in order of their IDs. All filters that are set must match.\n\n" +
			"Requires a Management API key that allows the audiences endpoint, and the audience analytics endpoint if `with_member_count` is set.",
		Attributes: map[string]schema.Attribute{
			"name_regex": framework.NameRegex(),
			"integration": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Only audiences of this technology partner. An empty string selects audiences without one.",
			},
			"sandbox": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Only audiences of the sandbox (`true`) or of the live environment (`false`).",
			},
			"with_member_count": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Whether to count members, with one more request per 1,000 audiences of the account. Default: `false`.",
			},
			"audiences": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The audiences that match, or an empty list.",
				NestedObject:        schema.NestedAttributeObject{Attributes: attributes},
			},
		},
	}
}
