package application

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
)

func (r *storeResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages a store of an Application. Sessions refer to a store by its integration ID, and campaigns can be limited to stores.\n\n" +
			"Creating it adopts an existing store with the same `integration_id`, and the plan warns about this. Destroying it deletes the store.\n\n" +
			"Requires a Management API key that allows the endpoint `/v1/applications`.",
		Attributes: map[string]schema.Attribute{
			"id": schema.Int64Attribute{Computed: true, MarkdownDescription: "ID of the store."},
			"application_id": schema.Int64Attribute{
				Required: true, Validators: framework.ReferenceID(),
				MarkdownDescription: "ID of the Application. Changing this replaces the store.",
			},
			"integration_id": schema.StringAttribute{
				Required: true, Validators: []validator.String{stringvalidator.UTF8LengthBetween(1, 1000)},
				MarkdownDescription: "Integration ID of the store, 1 to 1,000 characters, unique in the Application. Changing this replaces the store.",
			},
			"name": schema.StringAttribute{
				Required: true, Validators: []validator.String{stringvalidator.UTF8LengthBetween(1, 200)},
				MarkdownDescription: "Name of the store, 1 to 200 characters. Names need not be unique. Updated in place.",
			},
			"description": schema.StringAttribute{
				Optional: true, Computed: true, Default: stringdefault.StaticString(""),
				MarkdownDescription: "Description of the store. Default: empty. Updated in place.",
			},
			"attributes": schema.StringAttribute{
				Optional: true, CustomType: jsontypes.NormalizedType{}, Validators: []validator.String{customattr.Validator{}},
				MarkdownDescription: "Custom attributes of the store, as one JSON object: `jsonencode({ city = \"Kiel\" })`. Only the listed names are managed; `null` clears one. " +
					"Names and types are checked against the account's definitions. Updated in place.",
			},
			"created": schema.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: "When the store was created, RFC 3339 in UTC."},
			"deletion_protection": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Whether the plan refuses to destroy or replace the store. Stored in state only. Default: `false`.",
			},
		},
	}
}
