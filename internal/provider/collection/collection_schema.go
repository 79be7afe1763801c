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
		MarkdownDescription: "Manages a collection and its items: a list of strings, such as SKUs or e-mail addresses, that rules test. It belongs to the account or to one campaign.\n\n" +
			"The collection holds exactly the listed items: the API replaces all items in one request. The plan says how many are added and removed, and the apply sends one request. " +
			"It sends none if only the order differs. If the items changed since the plan was made, the apply is refused and nothing is changed. " +
			"To create a collection here and maintain its items elsewhere, set `lifecycle { ignore_changes = [items] }`.\n\n" +
			"An existing collection with this name is adopted if all of its items are listed; the plan warns about it. If it has others, the plan is refused and shows the import block.\n\n" +
			"The API can't rename a collection. Rules refer to a collection by its ID, so they lose a replaced or deleted one; the plan warns about this, and `deletion_protection` prevents it.\n\n" +
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
				MarkdownDescription: "ID of the Application of `campaign_id`. Changing this replaces the collection.",
			},
			"campaign_id": schema.Int64Attribute{
				Optional: true, Validators: append(framework.ReferenceID(), int64validator.AlsoRequires(path.MatchRoot("application_id"))), PlanModifiers: replaces,
				MarkdownDescription: "ID of the campaign that the collection belongs to. Requires `application_id`. Without both, it belongs to the account. Changing this replaces the collection.",
			},
			"name": schema.StringAttribute{
				Required: true, Validators: []validator.String{collectionName{}}, PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
				MarkdownDescription: "Name of the collection, unique in the account or its campaign, without control characters and without white space around it. Changing this replaces the collection.",
			},
			"description": schema.StringAttribute{
				Optional: true, Computed: true,
				MarkdownDescription: "Description of the collection. Omitting it later keeps the current value; an empty string clears it.",
			},
			"subscribed_application_ids": schema.ListAttribute{
				Optional: true, Computed: true, ElementType: types.Int64Type,
				Validators: []validator.List{
					listvalidator.ConflictsWith(path.MatchRoot("campaign_id")), listvalidator.UniqueValues(), listvalidator.NoNullValues(), framework.ReferenceIDs(),
				},
				MarkdownDescription: "IDs of the Applications in which a collection of the account can be used, without duplicates; order is ignored. Default: what the deployment chooses. " +
					"Omitting it later keeps the connections; an empty list ends them. Null for a campaign's collection.",
			},
			"items": schema.StringAttribute{
				Optional: true, Validators: []validator.String{stringvalidator.ExactlyOneOf(path.MatchRoot("items_file"))},
				MarkdownDescription: "The items as one JSON array of strings, best written with `jsonencode`: at most 500,000 unique strings; order is ignored. Set exactly one of `items` and `items_file`.",
			},
			"items_file": schema.SingleNestedAttribute{
				Optional: true,
				MarkdownDescription: "A file with the items, for lists of any size: up to 500 MB. A list with one item per line, CSV, JSON Lines or a JSON array. " +
					"The options are those of member lists, with items for IDs; the guide [Catalogs and member lists from spreadsheets and exports](../guides/files) explains them. " +
					"It is read when planning and again when applying. Files are compared by their items: a different path, format or order of the same items is not a change. " +
					"A file that changes between plan and apply is refused. The state contains no items.",
				Attributes: files.Attributes(files.ForMembers(), "Where the file is: relative to the working directory, or below `${path.module}`. "+
					"If another resource writes the file in the same apply, take the path from an attribute that is known only after that resource has run."),
			},
			"deletion_protection": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Whether the plan refuses to destroy or replace the collection, also with `-replace`. To replace it, set `false` in the same change. " +
					"To destroy it, or with `create_before_destroy`, set `false` and apply first. For a collection without configuration, see `TALONONE_ALLOW_DELETE`. Stored in state only. Default: `false`.",
			},
			"max_removal_percent": bulk.MaxRemovalPercentAttribute(itemNoun),
			"item_count":          schema.Int64Attribute{Computed: true, MarkdownDescription: "Number of items in the collection."},
			"items_digest": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "Fingerprint of the items, regardless of order. It changes whenever an item is added or removed.",
			},
			"last_sync": bulk.LastSyncSchema(itemNoun),
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.Block(ctx, timeouts.Opts{
				Create: true, Read: true, Update: true, Delete: true,
				CreateDescription: "Time limit for creating the collection and importing its items. Default: `30m`.",
				ReadDescription:   "Time limit for reading the items in a refresh. Default: `30m`.",
				UpdateDescription: "Time limit for a change. Default: `30m`.",
				DeleteDescription: "Time limit for deleting the collection. Default: `30m`.",
			}),
		},
	}
}
