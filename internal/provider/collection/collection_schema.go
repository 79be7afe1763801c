package collection

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/files"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
)

func (r *collectionResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	replaces := []planmodifier.Int64{int64planmodifier.RequiresReplace()}
	resp.Schema = schema.Schema{
		MarkdownDescription: "A collection and its items: a list of texts, such as SKUs or e-mail addresses, that rules test. It belongs to the whole account, or to one campaign.\n\n" +
			"The collection holds exactly the listed items: the API replaces all items in one request. The plan says how many are added and removed, and the apply sends one request. " +
			"It sends none if the items are the same in another order. If somebody has changed the items since the plan was made, the apply is refused and nothing is changed. " +
			"To create a collection here and maintain its items elsewhere, write `lifecycle { ignore_changes = [items] }`.\n\n" +
			"A collection with this name that exists already is taken over if all of its items are listed; the plan warns about it. If it has others, the plan is refused and shows the import block to write.\n\n" +
			"The API can't rename a collection. Rules know a collection by its ID, so a replaced or deleted one is missing in them; the plan warns about it, and `deletion_protection` prevents it.\n\n" +
			"Requires a Management API key that allows the collections endpoints, with `import` and `export`.",
		Attributes: map[string]schema.Attribute{
			"id":         schema.Int64Attribute{Computed: true, MarkdownDescription: "ID of the collection."},
			"account_id": schema.Int64Attribute{Computed: true, MarkdownDescription: "ID of the account."},
			"created": schema.StringAttribute{
				Computed: true, CustomType: timetypes.RFC3339Type{},
				MarkdownDescription: "When the collection was created, RFC 3339 in UTC.",
			},
			"application_id": schema.Int64Attribute{
				Optional: true, Validators: append(framework.ReferenceID(), int64validator.AlsoRequires(path.MatchRoot("campaign_id"))), PlanModifiers: replaces,
				MarkdownDescription: "ID of the Application of `campaign_id`. A change replaces the collection.",
			},
			"campaign_id": schema.Int64Attribute{
				Optional: true, Validators: append(framework.ReferenceID(), int64validator.AlsoRequires(path.MatchRoot("application_id"))), PlanModifiers: replaces,
				MarkdownDescription: "ID of the campaign that the collection belongs to. Without it, and `application_id`, it belongs to the account. A change replaces the collection.",
			},
			"name": schema.StringAttribute{
				Required: true, Validators: []validator.String{collectionName{}}, PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
				MarkdownDescription: "Name of the collection, unique in the account or its campaign, without control characters and without white space around it. A change replaces the collection.",
			},
			"description": schema.StringAttribute{
				Optional: true, Computed: true,
				MarkdownDescription: "Description of the collection. Removing it from configuration leaves it as it is; an empty string clears it.",
			},
			"subscribed_application_ids": schema.ListAttribute{
				Optional: true, Computed: true, ElementType: types.Int64Type,
				Validators: []validator.List{
					listvalidator.ConflictsWith(path.MatchRoot("campaign_id")), listvalidator.UniqueValues(), listvalidator.NoNullValues(), framework.ReferenceIDs(),
				},
				MarkdownDescription: "IDs of the Applications in which a collection of the account can be used, without order or repetition. Default: what the deployment chooses. " +
					"Removing it from configuration leaves the connections as they are; an empty list ends them. Null for a campaign's collection.",
			},
			"items": schema.StringAttribute{
				Optional: true, Validators: []validator.String{stringvalidator.ExactlyOneOf(path.MatchRoot("items_file"))},
				MarkdownDescription: "The items as one JSON array of strings, best written with `jsonencode`: at most 500,000, each once; order is ignored. Set exactly one of `items` and `items_file`.",
			},
			"items_file": schema.SingleNestedAttribute{
				Optional: true,
				MarkdownDescription: "A file with the items, for lists of any size: up to 500 MB. It is a list with one item a line, CSV, JSON Lines or a JSON array. " +
					"The options are those of member lists, and what they call an ID is an item here; the guide [Catalogs and member lists from spreadsheets and exports](../guides/files) explains them. " +
					"It is read when planning and again when applying. Files are compared by their items: another path, format or order of the same items is no change. " +
					"A file that changes between plan and apply is refused. The state holds none of its items.",
				Attributes: files.Attributes(files.ForMembers(), "Where the file is: relative to the working directory, or below `${path.module}`. "+
					"If another resource writes the file in the same apply, take the path from an attribute that is known only after that resource has run."),
			},
			"deletion_protection": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Whether Terraform refuses to destroy or replace the collection, also with `-replace`. A replacement obeys the configured value, so it passes if the same change sets `false`; " +
					"before a destroy, or with `create_before_destroy`, apply that first. For a collection without configuration see `TALONONE_ALLOW_DELETE`. Kept in state only. Default `false`.",
			},
			"max_removal_percent": bulk.MaxRemovalPercentAttribute(itemNoun),
			"item_count":          schema.Int64Attribute{Computed: true, MarkdownDescription: "Number of items in the collection."},
			"items_digest": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "Fingerprint of the items, in any order: it changes whenever one of them comes or goes.",
			},
			"last_sync": bulk.LastSyncSchema(itemNoun),
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.Block(ctx, timeouts.Opts{
				Create: true, Read: true, Update: true, Delete: true,
				CreateDescription: "How long creating the collection and importing its items may take. Default `30m`.",
				ReadDescription:   "How long reading the items may take, when refreshing. Default `30m`.",
				UpdateDescription: "How long a change may take. Default `30m`.",
				DeleteDescription: "How long deleting the collection may take. Default `30m`.",
			}),
		},
	}
}
