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

	"github.com/hashicorp/terraform-plugin-framework-validators/resourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/files"
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
	if resp.Diagnostics.HasError() || !config.fromFile() || !config.isKnown(ctx) {
		return
	}
	files.Object(config.ItemsFile, files.ForItems(), path.Root("items_file"), &resp.Diagnostics)
}

func (r *catalogItemsResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.data == nil {
		return
	}
	var prior *catalogItemsModel
	if !req.State.Raw.IsNull() {
		prior = &catalogItemsModel{}
		resp.Diagnostics.Append(req.State.Get(ctx, prior)...)
	}
	if req.Plan.Raw.IsNull() {
		bulk.NoteGuards(ctx, resp.Private, prior.guards(), &resp.Diagnostics)
		prior.endsWith(r.data.AllowDelete, bulk.Subject.WarnDestroyed, prior.MaxRemovalPercent, &resp.Diagnostics)
		r.data.Owners.Leave(ctx, prior.claim(nil), prior.skus(&resp.Diagnostics), req.Private, resp.Private, &resp.Diagnostics)
		return
	}
	var plan catalogItemsModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if prior != nil && !plan.CatalogID.Equal(prior.CatalogID) {
		// Terraform plans the create that follows by itself.
		prior.endsWith(r.data.AllowDelete, bulk.Subject.WarnReplaced, plan.MaxRemovalPercent, &resp.Diagnostics)
		return
	}
	var replaced *bulk.Target
	if prior == nil {
		bulk.NoteGuards(ctx, resp.Private, plan.guards(), &resp.Diagnostics)
		if replaced = bulk.Replaced(ctx, req.Private, &resp.Diagnostics); replaced != nil {
			plan.subject().GuardEnd(r.data.AllowDelete, plan.MaxRemovalPercent, replaced.Count, replaced.Count, &resp.Diagnostics)
		}
	}
	if !plan.isKnown(ctx) {
		if prior != nil {
			prior.subject().WarnUnknown(plan.source(), int(prior.ItemCount.ValueInt64()), plan.MaxRemovalPercent, &resp.Diagnostics)
		}
		return
	}
	ctx, cancel := framework.Within(ctx, plan.Timeouts.Read, readTimeout, &resp.Diagnostics)
	defer cancel()
	if r.planSameFile(ctx, &plan, prior, req, resp) {
		return
	}
	p := r.planItems(ctx, &plan, prior, req.Private, &resp.Diagnostics)
	if p == nil || fileChanged(ctx, &plan, p, req.Private, &resp.Diagnostics) {
		return
	}
	claim := plan.claim(p)
	claim.WasExclusive = prior != nil && prior.exclusive()
	if prior == nil {
		r.data.Owners.Claim(ctx, claim, req.Private, resp.Private, &resp.Diagnostics)
		r.checkExclusiveCreate(ctx, &plan, p, replaced, &resp.Diagnostics)
		if replaced == nil && !resp.Diagnostics.HasError() {
			r.warnExisting(ctx, &plan, nil, p, &resp.Diagnostics)
		}
	} else {
		added := p.Added
		claim.Held = func(sku string) bool { _, adds := slices.BinarySearch(added, sku); return !adds }
		bulk.NoteReplaced(ctx, resp.Private, p.target(), &resp.Diagnostics)
		r.data.Owners.Claim(ctx, claim, req.Private, resp.Private, &resp.Diagnostics)
		plan.subject().Guard(plan.MaxRemovalPercent, len(p.Removed), p.present, &resp.Diagnostics)
		plan.subject().RefuseTwins(plan.source(), p.Added, p.Removed, &resp.Diagnostics)
		if !resp.Diagnostics.HasError() {
			r.warnExisting(ctx, &plan, prior, p, &resp.Diagnostics)
		}
	}
	if resp.Diagnostics.HasError() {
		return
	}
	r.validate(ctx, &plan, p, &resp.Diagnostics)
	if len(p.Added) > 0 && p.listed <= bulk.MaxTwins {
		plan.subject().WarnTwins(plan.source(), p.Added, p.listedSKUs(), &resp.Diagnostics)
	}
	p.warnReformed(&plan, prior, &resp.Diagnostics)
	p.warn(&plan, &resp.Diagnostics)
	plan.show(ctx, p, prior)
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
	p := r.planItems(ctx, &plan, nil, resp.Private, &resp.Diagnostics)
	unlock := r.lock(ctx, &plan, &resp.Diagnostics)
	defer unlock()
	a := r.startApply(ctx, &plan, &plan, nil, p, resp.Private, &resp.Diagnostics)
	if a == nil {
		return
	}
	if err := a.run(ctx); err != nil {
		// Without a state: Terraform would take the resource for tainted and remove live items to create it again. What
		// was written is found, and not sent again, by the next plan.
		a.report(err, &plan, "create", &resp.Diagnostics)
		return
	}
	a.warnArrived(ctx, &plan, &resp.Diagnostics)
	plan.finish(a, nil)
	noteApplied(ctx, &plan, p, resp.Private, &resp.Diagnostics)
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
	var before Items
	var held *heldItems
	if state.fromFile() && !state.ManagedItems.IsNull() {
		var err error
		if held, err = state.held(); err != nil {
			resp.Diagnostics.AddError("Unreadable state of catalog items", framework.Sentence(err.Error()))
		}
	} else {
		before = state.content(&resp.Diagnostics)
	}
	seen := bulk.SeenTarget(ctx, req.Private, &resp.Diagnostics)
	bulk.ForgetNotes(ctx, resp.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	unseen := func() {
		resp.Diagnostics.AddWarning("Changes made outside Terraform are not detected", r.missingAccess()+" The state is kept as it is.")
	}
	imported := before == nil && held == nil
	if !state.exclusive() && !imported && !r.data.Client.MayCall(listItems) {
		unseen()
		return
	}
	// Before its first apply, an import of the whole catalog is read as a whole again: the configuration may be exclusive.
	all := state.exclusive() || imported || state.Ownership.IsNull() && seen != nil
	var now Items
	var target *bulk.Target
	var err error
	if held != nil {
		held.all = state.exclusive()
		target, err = r.readHeld(ctx, state.CatalogID.ValueInt64(), held, all)
	} else {
		now, target, err = r.readItems(ctx, state.CatalogID.ValueInt64(), before, all)
	}
	if talonone.IsNotFound(err) {
		resp.State.RemoveResource(ctx)
		return
	}
	if r.data.Client.Forbids(err) && !state.exclusive() && !imported {
		unseen()
		return
	}
	if err != nil {
		framework.AddError(&resp.Diagnostics, itemsOperation("read the items of catalog", state.CatalogID), err)
		return
	}
	if target != nil {
		bulk.NoteTarget(ctx, resp.Private, target, &resp.Diagnostics)
		if state.exclusive() {
			r.data.Targets.NoteRead(state.targetKey(), *target)
		}
	}
	switch {
	case held == nil:
		if !state.exclusive() && !imported {
			now = now.holding(before)
		}
		state.setContent(now.keeping(before), state.Items.ValueString())
	case held.differs():
		state.setText(held.refreshed())
	}
	r.noteFile(ctx, &state, resp)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}

func (r *catalogItemsResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	// The plan may have items_file as it was, where it names the same items.
	var config, plan, prior catalogItemsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	ctx, cancel := framework.Within(ctx, plan.Timeouts.Update, writeTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	config.Ownership = plan.Ownership
	resp.Diagnostics.Append(resp.Identity.Set(ctx, catalogItemsIdentity{CatalogID: plan.CatalogID})...)
	p := r.planItems(ctx, &config, &prior, req.Private, &resp.Diagnostics)
	unlock := r.lock(ctx, &plan, &resp.Diagnostics)
	defer unlock()
	a := r.startApply(ctx, &config, &plan, &prior, p, resp.Private, &resp.Diagnostics)
	if a == nil {
		// The state stays as it was.
		resp.Diagnostics.Append(resp.State.Set(ctx, &prior)...)
		return
	}
	err := a.run(ctx)
	bulk.ForgetNotes(ctx, resp.Private, &resp.Diagnostics)
	if err != nil {
		a.report(err, &plan, "update", &resp.Diagnostics)
		bulk.WritePrivate(ctx, resp.Private, privateFile, nil, &resp.Diagnostics)
		plan.stop(a, &prior)
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
		return
	}
	a.warnArrived(ctx, &plan, &resp.Diagnostics)
	plan.finish(a, &prior)
	noteApplied(ctx, &plan, p, resp.Private, &resp.Diagnostics)
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
	p := &itemsPlan{prior: state.content(&resp.Diagnostics)}
	p.Removed = p.prior.SKUs()
	guards := bulk.GuardsOf(ctx, req.Private, state.guards(), &resp.Diagnostics)
	state.subject().GuardEnd(r.data.AllowDelete, guards.MaxRemovalPercent, len(p.Removed), len(p.Removed), &resp.Diagnostics)
	unlock := r.lock(ctx, &state, &resp.Diagnostics)
	defer unlock()
	if resp.Diagnostics.HasError() {
		return
	}
	removed, spared := r.data.Owners.Spare(ctx, state.claim(nil), p.Removed, req.Private, &resp.Diagnostics)
	p.Removed = removed
	a := &itemsApply{
		client: r.data.Client, owners: &r.data.Owners, catalogID: state.CatalogID.ValueInt64(), plan: p, version: state.CatalogVersion.ValueInt64(),
		steps: planSync(p.Plan, nil), applied: bulk.StartApply(p.prior, nil, Item.Equal),
	}
	a.applied.Remove(spared...)
	if err := a.run(ctx); err != nil && !talonone.IsNotFound(err) {
		a.report(err, &state, "remove", &resp.Diagnostics)
		state.stop(a, &state)
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
		return
	}
	r.data.Targets.NoteDeleted(state.targetKey())
}

// ImportState takes "6" for all items of catalog 6, and "6/A,B" for two of them. In a SKU a comma and a percent sign are
// written %2C and %25. The ownership is the configuration's.
func (r *catalogItemsResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	var state catalogItemsModel
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
			diags.AddError("Invalid import ID", fmt.Sprintf("%q is not a valid SKU: it must not be empty, and a percent sign is written %%25.", escaped))
			return
		}
		items[sku] = Item{}
	}
	found, err := r.data.Client.CatalogItemsBySKU(ctx, catalogID, items.SKUs())
	if err != nil {
		framework.AddError(diags, itemsOperation("import items of catalog", state.CatalogID), err)
		return
	}
	missing := maps.Clone(items)
	for _, item := range found {
		delete(missing, item.SKU)
	}
	if len(missing) > 0 {
		diags.AddError("Items to import don't exist", fmt.Sprintf("Catalog %d has no items with these SKUs: %s.", catalogID, bulk.Names(missing.SKUs())))
	}
	// The read that follows fills in the content.
	state.Items = NewItemsValue(items.JSON())
}

// listItems is the operation that reads items.
const listItems = "listCatalogItems"

// missingAccess explains why items can't be read.
func (r *catalogItemsResource) missingAccess() string {
	return framework.MissingAccess(itemsResourceType, r.data.Client, listItems)
}

func itemsOperation(action string, catalogID types.Int64) framework.Operation {
	return framework.Operation{
		Construct: itemsResourceType, Action: action, Object: strconv.FormatInt(catalogID.ValueInt64(), 10),
		NotFound: path.Root("catalog_id"),
		Advice: map[int]string{
			http.StatusNotFound: "The deployment has no such catalog. Copy catalog_id from the Campaign Manager, under Account > Tools > Cart item catalogs.",
		},
	}
}
