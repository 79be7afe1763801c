package definition

import (
	"context"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
)

const maxSuggestions = 50

var (
	namePattern  = regexp.MustCompile(`^[A-Za-z]\w*$`)
	titlePattern = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.!~*'() -]*$`)

	nameValidators = []validator.String{
		stringvalidator.RegexMatches(namePattern, "must be a letter followed by letters, digits and underscores"),
	}
	titleValidators = []validator.String{
		stringvalidator.RegexMatches(titlePattern, "must begin with a letter, followed by letters, digits, spaces and any of _.!~*'()-"),
	}
	attributeTypes = []string{"string", "number", "boolean", "time", "location", "(list string)", "(list number)", "(list time)", "(list location)"}
)

// idList is an optional list of IDs that stays as it is on the deployment where it is omitted.
func idList(description string) schema.ListAttribute {
	return schema.ListAttribute{
		Optional: true, Computed: true, ElementType: types.Int64Type, MarkdownDescription: description,
		Validators: []validator.List{listvalidator.UniqueValues(), listvalidator.NoNullValues(), framework.ReferenceIDs()},
	}
}

func (r *attributeResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A custom attribute of profiles, sessions, cart items, events or another entity. Requests that carry an attribute fail until it is defined.\n\n" +
			"The API can't delete an attribute. Destroying this resource only removes it from the state. Therefore creating it adopts an existing attribute with " +
			"the same entity, event type, name and type, and the plan warns about this. Omitted arguments keep their values. An existing attribute of another type is an error.\n\n" +
			"An attribute of the entity `Event` with a new `event_type` also creates that event type.\n\n" +
			"Other resources name attributes inside JSON, where Terraform doesn't see the dependency. Refer to the resource, as in `jsonencode({ (talonone_attribute.color.name) = \"red\" })`, or use `depends_on`: " +
			"then the attribute is created first, and plans know it before it exists.\n\n" +
			"Requires a Management API key that allows the endpoint `/v1/attributes`.",
		Attributes: map[string]schema.Attribute{
			"id":         schema.Int64Attribute{Computed: true, MarkdownDescription: "ID of the attribute."},
			"account_id": schema.Int64Attribute{Computed: true, MarkdownDescription: "ID of the account."},
			"created":    schema.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: "When the attribute was created, RFC 3339 in UTC."},
			"entity": schema.StringAttribute{
				Required: true, Validators: []validator.String{stringvalidator.OneOf(entityNames()...)},
				MarkdownDescription: "Entity that has the attribute: " + framework.ListedNames(entityNames()) + ". Can't be changed.",
			},
			"event_type": schema.StringAttribute{
				Optional: true, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
				MarkdownDescription: "Event type that the attribute belongs to; required for the entity `Event`, and only there. Can't be changed.",
			},
			"event_type_id": schema.Int64Attribute{Computed: true, MarkdownDescription: "ID of the event type; null for other entities."},
			"name": schema.StringAttribute{
				Required: true, Validators: nameValidators,
				MarkdownDescription: "Name of the attribute in JSON objects of custom attributes: a letter followed by letters, digits and underscores. Unique for the entity. Can't be changed.",
			},
			"type": schema.StringAttribute{
				Required: true, Validators: []validator.String{stringvalidator.OneOf(attributeTypes...)},
				MarkdownDescription: "Type of the values: " + framework.ListedNames(attributeTypes) + ". Can't be changed.",
			},
			"title": schema.StringAttribute{
				Optional: true, Computed: true, Validators: titleValidators,
				MarkdownDescription: "Title that the Campaign Manager shows, unique for the entity. Default for a new attribute: its name. Updated in place if the deployment accepts it.",
			},
			"description": schema.StringAttribute{
				Optional: true, Computed: true,
				MarkdownDescription: "Description of the attribute. Updated in place.",
			},
			"suggestions": schema.ListAttribute{
				Optional: true, Computed: true, ElementType: types.StringType,
				Validators: []validator.List{
					listvalidator.SizeAtMost(maxSuggestions), listvalidator.UniqueValues(), listvalidator.NoNullValues(),
					listvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1)),
				},
				MarkdownDescription: "Values that the Campaign Manager suggests, at most 50. Omit them for an attribute that a catalog fills. Updated in place if the deployment accepts it.",
			},
			"restricted_by_suggestions": schema.BoolAttribute{
				Optional: true, Computed: true,
				MarkdownDescription: "Whether values must be one of the suggestions, or of the imported list if `has_allowed_list` is true. Default for a new attribute: `false`.",
			},
			"has_allowed_list": schema.BoolAttribute{
				Computed:            true,
				MarkdownDescription: "Whether a list of allowed values was imported, with the action `talonone_import_allowed_values` or otherwise. The API can't read that list.",
			},
			"editable": schema.BoolAttribute{
				Optional: true, Computed: true,
				MarkdownDescription: "Whether the attribute can be edited in the Campaign Manager. Default for a new attribute: `true`.",
			},
			"subscribed_application_ids": idList("IDs of the Applications that the attribute is connected to; order is ignored. Updated in place if the deployment accepts it."),
			"subscribed_catalog_ids":     idList("IDs of the catalogs that an attribute of `CartItem` is connected to; order is ignored. Items of other catalogs can't have it. Updated in place if the deployment accepts it."),
			"allowed_subscriptions": schema.ListAttribute{
				Optional: true, Computed: true, ElementType: types.StringType,
				Validators:          []validator.List{listvalidator.UniqueValues(), listvalidator.ValueStringsAre(stringvalidator.OneOf("application", "catalog"))},
				MarkdownDescription: "What an attribute of `CartItem` can be connected to: `application`, `catalog` or both. Can't be changed.",
			},
		},
	}
}
