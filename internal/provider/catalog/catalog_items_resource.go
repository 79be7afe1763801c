package catalog

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/resourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
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
	ctx, cancel := framework.Within(ctx, plan.Timeouts.Read, readTimeout, &resp.Diagnostics)
	defer cancel()
	w := r.planWork(ctx, &plan, state, bulk.ReadPrivate[[]string](ctx, req.Private, privateNotOwn, &resp.Diagnostics), &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if seen := bulk.ReadPrivate[seenFile](ctx, req.Private, privateFile, &resp.Diagnostics); plan.fromFile() && seen.SHA256 != "" {
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
	ctx, cancel := framework.Within(ctx, plan.Timeouts.Create, writeTimeout, &resp.Diagnostics)
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
	ctx, cancel := framework.Within(ctx, state.Timeouts.Read, readTimeout, &resp.Diagnostics)
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
		known := bulk.ReadPrivate[[]string](ctx, req.Private, privateNotOwn, &resp.Diagnostics)
		bulk.WritePrivate(ctx, resp.Private, privateNotOwn, notOwn(now, before, known), &resp.Diagnostics)
	}
	state.setContent(now, state.Items.ValueString())
	r.lookAtFile(ctx, &state, now, resp)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}

func (r *catalogItemsResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state catalogItemsModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, cancel := framework.Within(ctx, plan.Timeouts.Update, writeTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, catalogItemsIdentity{CatalogID: plan.CatalogID})...)
	others := bulk.ReadPrivate[[]string](ctx, req.Private, privateNotOwn, &resp.Diagnostics)
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
		bulk.WritePrivate(ctx, resp.Private, privateNotOwn, run.notOwn(others), &resp.Diagnostics)
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
	ctx, cancel := framework.Within(ctx, state.Timeouts.Delete, writeTimeout, &resp.Diagnostics)
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

func itemsDoing(action string, catalogID types.Int64) framework.Doing {
	return framework.Doing{
		Construct: itemsResourceType, Action: action, Object: strconv.FormatInt(catalogID.ValueInt64(), 10),
		NotFound: path.Root("catalog_id"),
		Advice: map[int]string{
			http.StatusNotFound: "The deployment has no such catalog. Take catalog_id from the Campaign Manager, under Account > Tools > Cart item catalogs.",
		},
	}
}
