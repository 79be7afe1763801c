package catalog

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/resourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ resource.Resource                     = (*catalogItemsResource)(nil)
	_ resource.ResourceWithConfigure        = (*catalogItemsResource)(nil)
	_ resource.ResourceWithConfigValidators = (*catalogItemsResource)(nil)
	_ resource.ResourceWithValidateConfig   = (*catalogItemsResource)(nil)
	_ resource.ResourceWithModifyPlan       = (*catalogItemsResource)(nil)
	_ resource.ResourceWithImportState      = (*catalogItemsResource)(nil)
	_ resource.ResourceWithIdentity         = (*catalogItemsResource)(nil)
)

const (
	itemsResourceType = "talonone_catalog_items"

	// The default time limits. 100,000 items take 100 requests to write, and at the Management API's rate 34 seconds to read.
	writeTimeout = time.Hour
	readTimeout  = 20 * time.Minute
)

type catalogItemsResource struct{ data *framework.Data }

// NewCatalogItemsResource is the resource talonone_catalog_items.
func NewCatalogItemsResource() resource.Resource { return &catalogItemsResource{} }

func (r *catalogItemsResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = itemsResourceType
}

func (r *catalogItemsResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The items of a cart item catalog, or a part of them: from ten to 100,000 and more SKUs, written in HCL or read from a file. " +
			"Catalogs themselves are made in the Campaign Manager.\n\n" +
			"The plan shows, SKU by SKU, what changes in the catalog, and in `last_sync` how much that is. An apply sends exactly these changes, 1000 a request; " +
			"what is right already is never sent. When an apply is interrupted, the next one does the rest.\n\n" +
			"Needs an Integration API key to write, and a Management API key that allows the catalogs endpoint to read. Without a Management key additive ownership " +
			"works, but changes made elsewhere stay unseen, and a warning says so.",
		Attributes: map[string]schema.Attribute{
			"catalog_id": schema.Int64Attribute{
				Required:            true,
				MarkdownDescription: "ID of the catalog, as the Campaign Manager shows it under Account > Tools > Cart item catalogs. A change removes the items from the old catalog and adds them to the new one.",
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
				PlanModifiers:       []planmodifier.Int64{int64planmodifier.RequiresReplace()},
			},
			"ownership": bulk.OwnershipAttribute("`additive` (default): the resource manages its own SKUs and leaves all others alone. `exclusive`: the catalog holds exactly " +
				"the configured items, and the plan shows all others as removals before they go; needs a Management key. Changes in place."),
			"items": schema.StringAttribute{
				Optional: true, CustomType: ItemsType{},
				MarkdownDescription: "The items as one JSON string, best written with `jsonencode`: an object from SKU to `{ price, product, attributes }`, all three optional. " +
					"`price` is a number, `product` the name of the product that groups the SKU with others, `attributes` an object of custom attributes. `null` is as good as leaving out. " +
					"Spacing, the order of keys, the spelling of numbers (`1` and `1.0`) and the zone of RFC 3339 times make no difference; the order of lists does. " +
					"A price, product or attribute that is taken out here disappears from the catalog. Exactly one of `items` and `items_file` must be set.",
			},
			"items_file": schema.SingleNestedAttribute{
				Optional: true,
				MarkdownDescription: "A file to read the items from, of at most 200 MB. It is read when planning and again when applying. If it has changed in between, nothing is done; " +
					"when the resource is to be created, Terraform says so in its own words, that the final plan of `file_sha256` is inconsistent.",
				Attributes: map[string]schema.Attribute{
					"path": schema.StringAttribute{
						Required:            true,
						MarkdownDescription: "Path of the file; write `\"${path.module}/…\"` for one beside the configuration.",
						Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
					},
					"format": schema.StringAttribute{
						Optional: true,
						MarkdownDescription: "`csv`: UTF-8, a header line, then one item a line. `jsonl`: one JSON object a line, `{\"sku\": …, \"price\": …, \"product\": …, \"attributes\": {…}}`. " +
							"Default: by the file's name (`.csv`, `.jsonl`, `.ndjson`).",
						Validators: []validator.String{stringvalidator.OneOf(input.CSV, input.JSONLines)},
					},
					"columns": schema.MapAttribute{
						Optional: true, ElementType: types.StringType,
						MarkdownDescription: "What the columns of a CSV file hold, from column name to one of `sku`, `price`, `product`, the type of an attribute (`string`, `number`, `boolean`, `time`, " +
							"`list(string)`, `list(number)`, `list(time)`), or `ignore`. Without an entry the columns `sku`, `price` and `product` hold just that, and every other column " +
							"a string attribute of its name. An empty field means that the item lacks that part.",
						Validators: []validator.Map{mapvalidator.ValueStringsAre(stringvalidator.OneOf(ColumnTypes...))},
					},
					"delimiter": schema.StringAttribute{
						Optional:            true,
						MarkdownDescription: "Character between the fields of a CSV file. Default `,`.",
						Validators:          []validator.String{stringvalidator.UTF8LengthBetween(1, 1)},
					},
					"list_separator": schema.StringAttribute{
						Optional:            true,
						MarkdownDescription: "Text between the elements of a list in one field of a CSV file. Default `|`.",
						Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
					},
				},
			},
			"plan_detail": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "How much of a file's items plan and state show in `managed_items`: `fields` (default), the items with all their content, so that a plan shows changed fields; " +
					"or `keys`, SKUs with digests, so that a plan shows changed SKUs and the state stays small (3 MB for 100,000 items) and without content.",
				Validators: []validator.String{
					stringvalidator.OneOf(detailFields, detailKeys),
					stringvalidator.AlsoRequires(path.MatchRoot("items_file")),
				},
			},
			"max_removal_percent": bulk.MaxRemovalAttribute("items"),
			"item_count": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: "How many items the resource manages; with exclusive ownership, how many the catalog holds.",
			},
			"catalog_version": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: "Version of the catalog after the last synchronisation by this resource. Null until there was one; the API shows it nowhere else.",
			},
			"file_sha256": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "SHA-256 of `items_file` when its items were last applied, in hexadecimal as Terraform's `filesha256` returns it.",
			},
			"managed_items": schema.StringAttribute{
				Computed: true,
				MarkdownDescription: "The items from `items_file` as one JSON string, as `plan_detail` says: what a plan shows of a file's changes. A plan that creates the resource leaves it out, " +
					"as everything in the file is new then.",
			},
			"last_sync": bulk.LastSyncAttribute("items"),
		},
		Blocks: map[string]schema.Block{"timeouts": itemsTimeouts(ctx)},
	}
}

func itemsTimeouts(ctx context.Context) schema.Block {
	return timeouts.Block(ctx, timeouts.Opts{
		Create: true, Read: true, Update: true, Delete: true,
		CreateDescription: "Longest time for the first synchronisation, such as `30m`. Default `1h`.",
		ReadDescription:   "Longest time to read the items when refreshing. Default `20m`.",
		UpdateDescription: "Longest time for a synchronisation. Default `1h`.",
		DeleteDescription: "Longest time to remove the items. Default `1h`.",
	})
}

func (r *catalogItemsResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"catalog_id": identityschema.Int64Attribute{RequiredForImport: true, Description: "ID of the catalog, all of whose items are imported."},
		},
	}
}

func (r *catalogItemsResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *catalogItemsResource) ConfigValidators(context.Context) []resource.ConfigValidator {
	return []resource.ConfigValidator{resourcevalidator.ExactlyOneOf(path.MatchRoot("items"), path.MatchRoot("items_file"))}
}

func (r *catalogItemsResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config catalogItemsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() || !config.fromFile() || !config.isKnown(ctx, &resp.Diagnostics) {
		return
	}
	at := path.Root("items_file")
	file := config.file(ctx, &resp.Diagnostics)
	switch file.format() {
	case input.CSV:
		if err := file.options(ctx, &resp.Diagnostics).Check(); err != nil {
			resp.Diagnostics.AddAttributeError(at, "Invalid columns", err.Error())
		}
	case input.JSONLines:
		for _, option := range []struct {
			name string
			set  bool
		}{
			{"columns", !file.Columns.IsNull()}, {"delimiter", !file.Delimiter.IsNull()}, {"list_separator", !file.ListSeparator.IsNull()},
		} {
			if option.set {
				resp.Diagnostics.AddAttributeError(at.AtName(option.name), "Only for CSV files",
					option.name+" describes CSV files. A JSON Lines file has its names and types in itself; leave it out.")
			}
		}
	default:
		resp.Diagnostics.AddAttributeError(at.AtName("format"), "Unknown format of the items file",
			fmt.Sprintf("The name %q doesn't tell the format of the file. Set format to %q or %q.", file.Path.ValueString(), input.CSV, input.JSONLines))
	}
}

func (r *catalogItemsResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.data == nil {
		return
	}
	var state *catalogItemsModel
	if !req.State.Raw.IsNull() {
		state = &catalogItemsModel{}
		resp.Diagnostics.Append(req.State.Get(ctx, state)...)
	}
	if req.Plan.Raw.IsNull() {
		guardAll(state, state.MaxRemovalPercent, &resp.Diagnostics)
		return
	}
	var plan catalogItemsModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if state != nil && !plan.CatalogID.Equal(state.CatalogID) {
		// Terraform plans the create that follows by itself.
		guardAll(state, plan.MaxRemovalPercent, &resp.Diagnostics)
		return
	}
	if !plan.isKnown(ctx, &resp.Diagnostics) {
		return
	}
	ctx, cancel := limited(ctx, plan.Timeouts.Read, readTimeout, &resp.Diagnostics)
	defer cancel()
	w := r.planWork(ctx, &plan, state, readPrivate[[]string](ctx, req.Private, privateNotOwn, &resp.Diagnostics), &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if seen := readPrivate[seenFile](ctx, req.Private, privateFile, &resp.Diagnostics); plan.fromFile() && seen.SHA256 != "" {
		if file := plan.file(ctx, &resp.Diagnostics); file.Path.ValueString() == seen.Path && seen.SHA256 != w.digest {
			reportChangedFile(seen.Path, &resp.Diagnostics)
			return
		}
	}
	r.validate(ctx, &plan, w, &resp.Diagnostics)
	resp.Diagnostics.Append(bulk.CheckRemovals(path.Root("max_removal_percent"), plan.MaxRemovalPercent,
		len(w.changes.Removed), w.present(plan.exclusive()), "items")...)
	w.warn(&plan, &resp.Diagnostics)
	plan.show(w, state)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

func (r *catalogItemsResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan catalogItemsModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	ctx, cancel := limited(ctx, plan.Timeouts.Create, writeTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	w := r.planWork(ctx, &plan, nil, nil, &resp.Diagnostics)
	if !agrees(ctx, &plan, w, &resp.Diagnostics) {
		return
	}
	run := r.newRun(&plan, w)
	if err := run.all(ctx); err != nil {
		// Without a state: Terraform would take the resource for tainted and remove live items to create it again. What
		// was written is found, and not sent again, by the next plan.
		run.report(err, "create", &resp.Diagnostics)
		return
	}
	plan.finish(run)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, catalogItemsIdentity{CatalogID: plan.CatalogID})...)
}

func (r *catalogItemsResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state catalogItemsModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, cancel := limited(ctx, state.Timeouts.Read, readTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, catalogItemsIdentity{CatalogID: state.CatalogID})...)
	if !state.exclusive() && !r.data.Client.HasManagementKey() {
		resp.Diagnostics.AddWarning("Changes made outside of Terraform stay unseen",
			framework.MissingKey(itemsResourceType, &talonone.MissingCredentialError{Operation: "listCatalogItems", Credential: talonone.ManagementCredential})+
				" The state is kept as it is.")
		return
	}
	before, err := state.content()
	if err != nil {
		resp.Diagnostics.AddError("Unreadable state of catalog items", err.Error())
		return
	}
	found, err := r.read(ctx, &state, before)
	if talonone.IsNotFound(err) {
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		framework.AddError(&resp.Diagnostics, itemsDoing("read the items of catalog", state.CatalogID), err)
		return
	}
	now := found.keeping(before)
	if state.exclusive() && before != nil {
		known := readPrivate[[]string](ctx, req.Private, privateNotOwn, &resp.Diagnostics)
		writePrivate(ctx, resp.Private, privateNotOwn, notOwn(now, before, known), &resp.Diagnostics)
	}
	state.setContent(now, state.Items.ValueString())
	r.lookAtFile(ctx, &state, now, resp)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}

func (r *catalogItemsResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state catalogItemsModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, cancel := limited(ctx, plan.Timeouts.Update, writeTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, catalogItemsIdentity{CatalogID: plan.CatalogID})...)
	others := readPrivate[[]string](ctx, req.Private, privateNotOwn, &resp.Diagnostics)
	w := r.planWork(ctx, &plan, &state, others, &resp.Diagnostics)
	if !agrees(ctx, &plan, w, &resp.Diagnostics) {
		// The state stays as it was.
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
		return
	}
	run := r.newRun(&plan, w)
	err := run.all(ctx)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, privateFile, nil)...)
	if err != nil {
		run.report(err, "update", &resp.Diagnostics)
		plan.stop(run, &state)
		writePrivate(ctx, resp.Private, privateNotOwn, run.notOwn(others), &resp.Diagnostics)
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
		return
	}
	plan.finish(run)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, privateNotOwn, nil)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
}

func (r *catalogItemsResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state catalogItemsModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, cancel := limited(ctx, state.Timeouts.Delete, writeTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	content, err := state.content()
	if err != nil {
		resp.Diagnostics.AddError("Unreadable state of catalog items", err.Error())
		return
	}
	w := &work{desired: Items{}, own: content, current: content}
	w.changes = bulk.Diff(w.current, w.desired, Item.Equal)
	w.steps = planSync(w.changes, nil)
	run := r.newRun(&state, w)
	err = run.all(ctx)
	if err != nil && !talonone.IsNotFound(err) {
		run.report(err, "remove", &resp.Diagnostics)
		state.stop(run, &state)
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	}
}

// ImportState takes "6" for all items of catalog 6, exclusively owned, and "6/A,B" for two of them. In a SKU a comma and a
// percent sign are written %2C and %25.
func (r *catalogItemsResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	state := catalogItemsModel{Ownership: types.StringValue(bulk.Exclusive)}
	if req.ID == "" {
		var identity catalogItemsIdentity
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
		state.CatalogID = identity.CatalogID
	} else {
		r.parseImport(ctx, req.ID, &state, &resp.Diagnostics)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("catalog_id"), state.CatalogID)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("ownership"), state.Ownership)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("items"), state.Items)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, catalogItemsIdentity{CatalogID: state.CatalogID})...)
}

func (r *catalogItemsResource) parseImport(ctx context.Context, id string, state *catalogItemsModel, diags *diag.Diagnostics) {
	number, list, some := strings.Cut(id, "/")
	catalogID, err := strconv.ParseInt(number, 10, 64)
	if err != nil || catalogID < 1 {
		diags.AddError("Invalid import ID", fmt.Sprintf("%q must be the ID of a catalog, for all of its items, or CATALOG_ID/SKU,SKU,… for some of them. "+
			"In a SKU write a comma as %%2C and a percent sign as %%25.", id))
		return
	}
	state.CatalogID = types.Int64Value(catalogID)
	if !some {
		return
	}
	items := make(Items)
	for escaped := range strings.SplitSeq(list, ",") {
		sku, err := url.PathUnescape(escaped)
		if err != nil || sku == "" {
			diags.AddError("Invalid import ID", fmt.Sprintf("%q is no SKU: write a percent sign as %%25, and no empty ones.", escaped))
			return
		}
		items[sku] = Item{}
	}
	found, err := r.data.Client.CatalogItemsBySKU(ctx, catalogID, items.SKUs())
	if err != nil {
		framework.AddError(diags, itemsDoing("import items of catalog", state.CatalogID), err)
		return
	}
	missing := maps.Clone(items)
	for _, item := range found {
		delete(missing, item.SKU)
	}
	if len(missing) > 0 {
		diags.AddError("Items to import don't exist", fmt.Sprintf("Catalog %d has no items with these SKUs: %s.", catalogID, enumerate(missing.SKUs())))
	}
	// The read that follows fills in the content.
	state.Ownership, state.Items = types.StringValue(bulk.Additive), NewItemsValue(items.JSON())
}

// read gets the items that the resource is about: in exclusive mode all of the catalog, else those that it holds.
func (r *catalogItemsResource) read(ctx context.Context, state *catalogItemsModel, held Items) (Items, error) {
	var rows []talonone.CatalogItem
	var err error
	switch {
	case state.exclusive():
		rows, err = r.data.Client.CatalogItems(ctx, state.CatalogID.ValueInt64())
	case len(held) > 0:
		rows, err = r.data.Client.CatalogItemsBySKU(ctx, state.CatalogID.ValueInt64(), held.SKUs())
	}
	if err != nil {
		return nil, err
	}
	return fromAPI(rows)
}

// notOwn are the SKUs of a catalog that were added by others: those that are not held, and those already known.
func notOwn(now, held Items, known []string) []string {
	var skus []string
	for sku := range now {
		if _, own := held[sku]; !own {
			skus = append(skus, sku)
		}
	}
	for _, sku := range known {
		_, exists := now[sku]
		if _, counted := held[sku]; exists && counted {
			skus = append(skus, sku)
		}
	}
	slices.Sort(skus)
	return skus
}

// lookAtFile notes whether the items file was edited since the last apply: see privateFile. A file whose items are what
// the catalog holds has been edited without effect.
func (r *catalogItemsResource) lookAtFile(ctx context.Context, state *catalogItemsModel, now Items, resp *resource.ReadResponse) {
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, privateFile, nil)...)
	if !state.fromFile() {
		return
	}
	// What is wrong with the file is for the plan to say, which may have a new one.
	var unheard diag.Diagnostics
	name := state.file(ctx, &unheard).Path.ValueString()
	digest, err := input.FileDigest(name, maxFileBytes)
	if err != nil || digest == state.FileSHA256.ValueString() {
		return
	}
	if items, _ := state.desired(ctx, &unheard); !unheard.HasError() && items.Equal(now) {
		state.FileSHA256 = types.StringValue(digest)
		return
	}
	writePrivate(ctx, resp.Private, privateFile, seenFile{Path: name, SHA256: digest}, &resp.Diagnostics)
}

// agrees tells whether an apply is about to do what its plan said.
func agrees(ctx context.Context, plan *catalogItemsModel, w *work, diags *diag.Diagnostics) bool {
	if w == nil {
		return false
	}
	if !plan.FileSHA256.IsUnknown() && plan.FileSHA256.ValueString() != w.digest {
		reportChangedFile(plan.file(ctx, diags).Path.ValueString(), diags)
		return false
	}
	if summary := w.summary().Object(); !plan.LastSync.IsUnknown() && !plan.LastSync.Equal(summary) {
		diags.AddAttributeError(plan.source(), "The catalog has changed since the plan", fmt.Sprintf(
			"The plan was to do %s, and now it would be %s. Nothing has been done. Run terraform plan again.", plan.LastSync, summary))
		return false
	}
	return true
}

func reportChangedFile(name string, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("items_file"), "The items file has changed since the plan",
		fmt.Sprintf("%s is not the file that was planned. Nothing has been done. Run terraform plan again, with a refresh, to see what the new file changes.", name))
}

// guardAll holds max_removal_percent against a plan that removes everything that the resource has.
func guardAll(state *catalogItemsModel, maxPercent types.Int64, diags *diag.Diagnostics) {
	count := int(state.ItemCount.ValueInt64())
	diags.Append(bulk.CheckRemovals(path.Root("max_removal_percent"), maxPercent, count, count, "items")...)
}

// limited bounds a context by one of the timeouts.
func limited(ctx context.Context, timeout func(context.Context, time.Duration) (time.Duration, diag.Diagnostics), fallback time.Duration, diags *diag.Diagnostics) (context.Context, context.CancelFunc) {
	limit, problems := timeout(ctx, fallback)
	diags.Append(problems...)
	return context.WithTimeout(ctx, limit)
}

func itemsDoing(action string, catalogID types.Int64) framework.Doing {
	return framework.Doing{
		Construct: itemsResourceType, Action: action, Object: strconv.FormatInt(catalogID.ValueInt64(), 10),
		NotFound: path.Root("catalog_id"),
		Advice: map[int]string{
			http.StatusNotFound: "The deployment has no such catalog. Take catalog_id from the Campaign Manager, under Account > Tools > Cart item catalogs.",
		},
	}
}
