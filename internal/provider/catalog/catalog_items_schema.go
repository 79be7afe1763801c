package catalog

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/files"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
)

func (r *catalogItemsResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages the items of a cart item catalog, or a part of them: from ten to 100,000 and more SKUs, written in HCL or read from a file. " +
			"Create catalogs themselves in the Campaign Manager.\n\n" +
			"The plan shows, SKU by SKU, what changes in the catalog, and in `last_sync` how much that is. An apply sends exactly these changes, 1,000 per request; " +
			"items that are already right are not sent. If an apply is interrupted, the next one continues.\n\n" +
			"Every listed item is managed from then on, including existing ones. It is removed when it is no longer listed or the resource is destroyed. " +
			"A plan that adds existing items warns, with what the apply overwrites in them, unless finding out would take more than 20 requests.\n\n" +
			"For thousands of items use `items_file`: `items` with `csvdecode` and a `for` expression takes at least four times the CPU, because Terraform itself builds and compares the string. " +
			"With `plan_detail = \"keys\"` state and memory are smallest. A refresh reads 1,000 items per request and three pages per second, which is Talon.One's limit for every client: " +
			"34 seconds for 100,000 items, and six minutes for a million.\n\n" +
			"Requires an Integration API key to write, and a Management API key that allows the catalogs endpoint to read. Without a Management key additive ownership " +
			"works, but changes made outside Terraform are not detected; the plan warns about this.",
		Attributes: map[string]schema.Attribute{
			"catalog_id": schema.Int64Attribute{
				Required:            true,
				MarkdownDescription: "ID of the catalog, as the Campaign Manager shows it under Account > Tools > Cart item catalogs. Changing this removes the items from the old catalog and adds them to the new one.",
				Validators:          framework.ReferenceID(),
				PlanModifiers:       []planmodifier.Int64{int64planmodifier.RequiresReplace()},
			},
			"ownership": bulk.OwnershipAttribute("`additive` (default): the resource manages the listed SKUs and does not touch others. `exclusive`: the catalog holds exactly " +
				"the listed items, and the plan shows all others as removals before they go; requires a Management key. " +
				"Creating an exclusive resource removes nothing: import a catalog that holds other items. " +
				"A change to `exclusive` removes others in the same apply if the refresh has listed the whole catalog, otherwise in the next one; the plan says which. " +
				"A change to `additive` removes nothing: items that are no longer listed stay in the catalog."),
			"items": schema.StringAttribute{
				Optional: true, CustomType: ItemsType{},
				MarkdownDescription: "The items as one JSON string, best written with `jsonencode`: an object from SKU to `{ price, product, attributes }`, all three optional. " +
					"`price` is a number, `product` the name of the product that groups the SKU with others, `attributes` an object of custom attributes. `null` is the same as omitting the key. " +
					"Spacing, the order of keys, the spelling of numbers (`1` and `1.0`) and the zone of RFC 3339 times make no difference; the order of lists does. " +
					"A price, product or attribute that is removed here is removed from the catalog. Set exactly one of `items` and `items_file`.",
			},
			"items_file": schema.SingleNestedAttribute{
				Optional: true,
				MarkdownDescription: "A file to read the items from, of at most 200 MB: CSV, JSON Lines or one JSON array, as spreadsheets, shops, PIM systems and warehouses export them. " +
					"The guide [Catalogs and member lists from spreadsheets and exports](../guides/files) shows the options for each. " +
					"Files are compared by their items: a different path, order, line ending or spelling is not a change. " +
					"The file is read when planning and again when applying. If its items have changed in between, the apply is refused. " +
					"For a new resource, a new path or with `-refresh=false`, Terraform reports this as an inconsistent final plan of `last_sync`.",
				Attributes: files.Attributes(files.ForItems(), "Path of the file. Write `\"${path.module}/…\"` for one beside the configuration. "+
					"If another resource writes the file in the same apply, take the path from an attribute that is known only after that resource has run."),
			},
			"plan_detail": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "How much plan and state show of a file's items in `managed_items`. `fields` (default): the items with all their content, so that a plan shows changed fields. " +
					"`keys`: SKUs with digests, so that a plan shows changed SKUs, and the state is small (3 MB for 100,000 items) and has no content.",
				Validators: []validator.String{
					stringvalidator.OneOf(detailFields, detailKeys),
					stringvalidator.AlsoRequires(path.MatchRoot("items_file")),
				},
			},
			"max_removal_percent": bulk.MaxRemovalPercentAttribute(itemsNoun),
			"item_count": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: "Number of items that the resource manages. With exclusive ownership, the number of items in the catalog.",
			},
			"catalog_version": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: "Version of the catalog after the last synchronisation by this resource. Null before the first one. The API does not report it otherwise.",
			},
			"managed_items": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "The items from `items_file` as one JSON string, in the form that `plan_detail` selects. A plan shows the changes of a file here. A plan that creates the resource omits it, " +
					"because everything in the file is new.",
			},
			"last_sync": bulk.LastSyncSchema(itemsNoun),
		},
		Blocks: map[string]schema.Block{"timeouts": itemsTimeouts(ctx)},
	}
}

func itemsTimeouts(ctx context.Context) schema.Block {
	return timeouts.Block(ctx, timeouts.Opts{
		Create: true, Read: true, Update: true, Delete: true,
		CreateDescription: "Time limit for the first synchronisation, such as `30m`. Default: `1h`.",
		ReadDescription:   "Time limit for reading the items, in a refresh and when planning. Default: `20m`.",
		UpdateDescription: "Time limit for a synchronisation. Default: `1h`.",
		DeleteDescription: "Time limit for removing the items. Default: `1h`.",
	})
}
