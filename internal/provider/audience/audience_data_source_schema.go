package audience

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func (d *audienceDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := foundAttributes()
	attributes["id"] = schema.Int64Attribute{
		Optional: true, Computed: true,
		MarkdownDescription: "ID of the audience. Set exactly one of `id`, `name` and `integration_id`.",
	}
	attributes["name"] = schema.StringAttribute{
		Optional: true, Computed: true,
		MarkdownDescription: "Name of the audience, exact and case-sensitive. Names need not be unique: several matches are an error.",
		Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
	}
	attributes["integration_id"] = schema.StringAttribute{
		Optional: true, Computed: true,
		MarkdownDescription: "ID of the audience at the third party. Set `integration` too, unless the platform is not a technology partner.",
		Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
	}
	attributes["integration"] = schema.StringAttribute{
		Optional: true, Computed: true,
		MarkdownDescription: "Technology partner that the audience comes from. Requires `integration_id`.",
		Validators:          []validator.String{stringvalidator.AlsoRequires(path.MatchRoot("integration_id"))},
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Finds one audience of the account by ID, by name or by its ID at a third party. No match, or several matches, is an error.\n\n" +
			"Requires a Management API key that allows the audiences endpoint.",
		Attributes: attributes,
	}
}

// foundAttributes describe an audience that was looked up.
func foundAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":                   schema.Int64Attribute{Computed: true, MarkdownDescription: "ID of the audience."},
		"account_id":           schema.Int64Attribute{Computed: true, MarkdownDescription: "ID of the account that the audience belongs to."},
		"created":              schema.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: "When the audience was created, RFC 3339 in UTC."},
		"last_update":          schema.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: "When memberships of the audience last changed, RFC 3339 in UTC; null if the deployment does not report it."},
		"name":                 schema.StringAttribute{Computed: true, MarkdownDescription: "Name of the audience."},
		"description":          schema.StringAttribute{Computed: true, MarkdownDescription: "Description of the audience, or an empty string."},
		"sandbox":              schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the audience is for sandbox Applications rather than live ones."},
		"integration":          schema.StringAttribute{Computed: true, MarkdownDescription: "Technology partner that the audience comes from, or null."},
		"integration_id":       schema.StringAttribute{Computed: true, MarkdownDescription: "ID of the audience at the third party, or null."},
		"created_in_3rd_party": schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the audience was created in a third-party product."},
		"subscribed_application_ids": schema.ListAttribute{
			Computed: true, ElementType: types.Int64Type,
			MarkdownDescription: "IDs of the Applications that the audience is connected to.",
		},
	}
}
