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
		MarkdownDescription: "An audience: a named group of customer profiles that campaign rules can ask for. Who belongs to it is the business of membership resources.\n\n" +
			"Needs an Integration API key to create, change and delete, and a Management API key that allows the audiences endpoint to read. " +
			"Without a Management key changes made outside of Terraform stay unseen, and a warning says so.\n\n" +
			"Only `name` and `subscribed_application_ids` can change in place. Replacing or destroying an audience deletes its memberships; the plan says how many.\n\n" +
			"The API creates a second audience when a create is repeated. When the response to a create is lost, the provider looks for the audience before it sends anything again. " +
			"When the provider is stopped before the response, the next apply in the same folder looks for the audience and takes it over if exactly one was created at that time with these settings; the plan warns about this. " +
			"Both require a Management API key. An audience that only has the same name and settings is never taken over: the plan warns about it and shows how to import it.",
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
				MarkdownDescription: "Name of the audience, at least one character. Names need not be unique. Changes in place.",
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"description": schema.StringAttribute{
				Optional: true, Computed: true,
				MarkdownDescription: "Description of the audience. The API sets it at creation only, so a change here replaces the audience; removing it from configuration leaves it as it is. " +
					"A change made in the Campaign Manager is reported as a warning and never replaces it.",
			},
			"sandbox": schema.BoolAttribute{
				Optional: true, Computed: true,
				MarkdownDescription: "Whether the audience is for sandbox Applications rather than live ones. Default: the environment of the Integration API key. A change replaces the audience; removing it from configuration leaves it as it is.",
			},
			"integration": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Technology partner that the audience comes from, in the API's spelling, such as `mparticle` or `segment`; needs `integration_id`. " +
					"Leave it out for audiences of your own or of another platform. A change replaces the audience.",
				Validators: []validator.String{
					stringvalidator.LengthAtLeast(1),
					stringvalidator.AlsoRequires(path.MatchRoot("integration_id")),
				},
			},
			"integration_id": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "ID of the audience at the third party, 1 to 1000 characters, unique within one `integration`. A change replaces the audience.",
				Validators:          framework.IntegrationID(),
			},
			"created_in_3rd_party": schema.BoolAttribute{
				Optional: true, Computed: true,
				MarkdownDescription: "Whether the audience was created in a third-party product. Default `false`. A change replaces the audience; removing it from configuration leaves it as it is.",
			},
			"subscribed_application_ids": schema.ListAttribute{
				Optional: true, Computed: true, ElementType: types.Int64Type,
				MarkdownDescription: "IDs of the Applications that the audience is connected to, without order or repetition. Default: what the deployment chooses. " +
					"Changes in place. Removing it from configuration leaves the connections as they are; an empty list ends them.",
				Validators: []validator.List{
					listvalidator.UniqueValues(),
					listvalidator.NoNullValues(),
					framework.ReferenceIDs(),
				},
			},
			"deletion_protection": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Whether Terraform refuses to destroy or replace the audience, also with `-replace`. A replacement obeys the configured value, so it passes if the same change sets `false`; " +
					"before a destroy, or with `create_before_destroy`, apply that first. For an audience without configuration see `TALONONE_ALLOW_DELETE`. Kept in state only. Default `false`.",
			},
		},
	}
}
