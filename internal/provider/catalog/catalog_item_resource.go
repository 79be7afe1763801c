package catalog

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ resource.Resource                = (*catalogItemResource)(nil)
	_ resource.ResourceWithConfigure   = (*catalogItemResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*catalogItemResource)(nil)
	_ resource.ResourceWithImportState = (*catalogItemResource)(nil)
	_ resource.ResourceWithIdentity    = (*catalogItemResource)(nil)
)

const itemResourceType = "talonone_catalog_item"

type catalogItemResource struct{ data *framework.Data }

// NewCatalogItemResource is the resource talonone_catalog_item.
func NewCatalogItemResource() resource.Resource { return &catalogItemResource{} }

func (r *catalogItemResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = itemResourceType
}

func (r *catalogItemResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages one item of a cart item catalog, for modules that manage single products. Many of them in one run share their requests. For whole catalogs use " +
			"`talonone_catalog_items`: Terraform itself is slow with thousands of resources.\n\n" +
			"Requires an Integration API key to write, and a Management API key that allows the catalogs endpoint to read. Without a Management key, changes made outside Terraform " +
			"are not detected; the plan warns about this.",
		Attributes: map[string]schema.Attribute{
			"catalog_id": schema.Int64Attribute{
				Required:            true,
				MarkdownDescription: "ID of the catalog, as the Campaign Manager shows it under Account > Tools > Cart item catalogs. Changing this replaces the item.",
				Validators:          framework.ReferenceID(),
				PlanModifiers:       []planmodifier.Int64{int64planmodifier.RequiresReplace()},
			},
			"sku": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "SKU of the item, unique in the catalog. If the item exists already, this resource manages it from then on; the plan warns about it. Changing this replaces the item.",
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"price": schema.NumberAttribute{
				Optional:            true,
				MarkdownDescription: "Price of the item, kept as an exact decimal. Updated in place. To remove a price, the item is removed and added again, because the API keeps omitted prices.",
			},
			"product": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Name of the product that groups the SKU with others. Updated in place.",
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"attributes": schema.StringAttribute{
				Optional: true, CustomType: jsontypes.NormalizedType{},
				MarkdownDescription: "Custom attributes as a JSON object, best written with `jsonencode`. They replace all attributes of the item. `null` is the same as omitting the key. Updated in place.",
				Validators:          []validator.String{customattr.Validator{}},
			},
		},
	}
}

func (r *catalogItemResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"catalog_id": identityschema.Int64Attribute{RequiredForImport: true, Description: "ID of the catalog."},
			"sku":        identityschema.StringAttribute{RequiredForImport: true, Description: "SKU of the item."},
		},
	}
}

func (r *catalogItemResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *catalogItemResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.data == nil {
		return
	}
	var plan, state catalogItemModel
	creates := req.State.Raw.IsNull()
	if !creates {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if req.Plan.Raw.IsNull() {
		r.data.Owners.Leave(ctx, state.claim(), state.claim().Rows, req.Private, resp.Private, &resp.Diagnostics)
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !creates && sameAttributes(plan.Attributes, state.Attributes) {
		// Terraform lets a provider keep the prior value only where there is one before and after.
		if !plan.Attributes.IsNull() && !state.Attributes.IsNull() {
			plan.Attributes = state.Attributes
			resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
		}
	} else {
		customattr.Check(ctx, r.data, talonone.EntityCartItem, connectedTo(plan.CatalogID.ValueInt64()), plan.Attributes, path.Root("attributes"), &resp.Diagnostics)
	}
	if !plan.CatalogID.IsUnknown() && !plan.SKU.IsUnknown() {
		claim := plan.claim()
		claim.Held = func(string) bool { return plan.identity() == state.identity() }
		r.data.Owners.Claim(ctx, claim, req.Private, resp.Private, &resp.Diagnostics)
	}
	if creates {
		r.warnExisting(ctx, plan, &resp.Diagnostics)
	}
}

func (r *catalogItemResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan catalogItemModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	unlock := r.lock(ctx, plan, &resp.Diagnostics)
	defer unlock()
	if resp.Diagnostics.HasError() {
		return
	}
	priced := false
	if plan.Price.IsNull() && !r.data.Owners.WasRemoved(itemsTarget(plan.CatalogID), plan.SKU.ValueString()) && r.data.Client.MayCall(listItems) {
		existing, err := r.data.Client.FindCatalogItem(ctx, plan.CatalogID.ValueInt64(), plan.SKU.ValueString())
		if err != nil && !r.data.Client.Forbids(err) {
			framework.AddError(&resp.Diagnostics, itemOperation("look for catalog item", plan), err)
			return
		}
		priced = existing != nil && existing.Price != ""
	}
	r.data.Owners.Write(ctx, plan.claim(), resp.Private, &resp.Diagnostics)
	if r.put(ctx, plan, priced, "create catalog item", &resp.Diagnostics) {
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
		resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
	}
}

func (r *catalogItemResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state catalogItemModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
	var found *talonone.CatalogItem
	var err error
	if r.data.Client.MayCall(listItems) {
		found, err = r.data.Client.FindCatalogItem(ctx, state.CatalogID.ValueInt64(), state.SKU.ValueString())
	}
	if !r.data.Client.MayCall(listItems) {
		resp.Diagnostics.AddWarning("Changes made outside Terraform are not detected",
			framework.MissingAccess(itemResourceType, r.data.Client, listItems)+" The state is kept as it is.")
		return
	}
	if talonone.IsNotFound(err) || err == nil && found == nil {
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		framework.AddError(&resp.Diagnostics, itemOperation("read catalog item", state), err)
		return
	}
	model, err := itemFromAPI(found, state)
	if err != nil {
		resp.Diagnostics.AddError("Unreadable catalog item", err.Error())
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

func (r *catalogItemResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state catalogItemModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
	unlock := r.lock(ctx, plan, &resp.Diagnostics)
	defer unlock()
	if resp.Diagnostics.HasError() {
		return
	}
	r.data.Owners.Write(ctx, plan.claim(), resp.Private, &resp.Diagnostics)
	same := plan.Price.Equal(state.Price) && plan.Product.Equal(state.Product) && sameAttributes(plan.Attributes, state.Attributes)
	if same || r.put(ctx, plan, !state.Price.IsNull(), "update catalog item", &resp.Diagnostics) {
		resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	}
}

func (r *catalogItemResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state catalogItemModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	unlock := r.lock(ctx, state, &resp.Diagnostics)
	defer unlock()
	if resp.Diagnostics.HasError() {
		return
	}
	remove, _ := r.data.Owners.Spare(ctx, state.claim(), state.claim().Rows, req.Private, &resp.Diagnostics)
	if len(remove) == 0 {
		return
	}
	r.data.Owners.NoteRemoved(itemsTarget(state.CatalogID), remove)
	err := r.data.Client.RemoveCatalogItem(ctx, state.CatalogID.ValueInt64(), state.SKU.ValueString())
	if err != nil && !talonone.IsNotFound(err) {
		framework.AddError(&resp.Diagnostics, itemOperation("remove catalog item", state), err)
	}
}

// lock waits for the item.
func (r *catalogItemResource) lock(ctx context.Context, m catalogItemModel, diags *diag.Diagnostics) (unlock func()) {
	unlock, err := r.data.LockRow(ctx, itemsTarget(m.CatalogID), m.SKU.ValueString())
	if err != nil {
		framework.AddError(diags, itemOperation("change catalog item", m), err)
		return func() {}
	}
	return unlock
}

// ImportState takes CATALOG_ID/SKU; the SKU may hold slashes.
func (r *catalogItemResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	var identity catalogItemIdentity
	if req.ID == "" {
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
	} else {
		number, sku, _ := strings.Cut(req.ID, "/")
		id, err := strconv.ParseInt(number, 10, 64)
		if err != nil || id < 1 || sku == "" {
			resp.Diagnostics.AddError("Invalid import ID", fmt.Sprintf("%q must be CATALOG_ID/SKU, such as 6/SKU1241028.", req.ID))
			return
		}
		identity = catalogItemIdentity{CatalogID: types.Int64Value(id), SKU: types.StringValue(sku)}
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("catalog_id"), identity.CatalogID)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("sku"), identity.SKU)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity)...)
}

// put gives the catalog the planned item. priced says that it has a price there, which an ADD without one would keep: then
// the item is removed first.
func (r *catalogItemResource) put(ctx context.Context, plan catalogItemModel, priced bool, action string, diags *diag.Diagnostics) bool {
	item, err := plan.item()
	if err != nil {
		diags.AddError("Invalid catalog item", err.Error())
		return false
	}
	catalogID, sku := plan.CatalogID.ValueInt64(), plan.SKU.ValueString()
	if priced && item.Price == "" {
		err = r.data.Client.RemoveCatalogItem(ctx, catalogID, sku)
	}
	if err == nil {
		err = r.data.Client.PutCatalogItem(ctx, catalogID, item.toAPI(sku))
	}
	if err != nil {
		framework.AddError(diags, itemOperation(action, plan), err)
	}
	return err == nil
}

func (r *catalogItemResource) warnExisting(ctx context.Context, plan catalogItemModel, diags *diag.Diagnostics) {
	if plan.CatalogID.IsUnknown() || plan.SKU.IsUnknown() || !r.data.Client.MayCall(listItems) {
		return
	}
	existing, err := r.data.Client.FindCatalogItem(ctx, plan.CatalogID.ValueInt64(), plan.SKU.ValueString())
	if r.data.Client.Forbids(err) {
		diags.AddWarning("Existing items are not detected",
			framework.MissingAccess(itemResourceType, r.data.Client, listItems)+" The plan does not say whether the item exists already and is overwritten.")
		return
	}
	if err != nil {
		framework.AddError(diags, itemOperation("look for catalog item", plan), err)
		return
	}
	if existing != nil {
		diags.AddAttributeWarning(path.Root("sku"), fmt.Sprintf("Item %q of catalog %d exists already", plan.SKU.ValueString(), plan.CatalogID.ValueInt64()), fmt.Sprintf(
			"SKU %q is in catalog %d already. The apply overwrites it, and this resource removes it when it is destroyed. To see first how it differs, import it.",
			plan.SKU.ValueString(), plan.CatalogID.ValueInt64()))
	}
}

func itemOperation(action string, m catalogItemModel) framework.Operation {
	return framework.Operation{
		Construct: itemResourceType, Action: action, Object: fmt.Sprintf("%q of catalog %d", m.SKU.ValueString(), m.CatalogID.ValueInt64()),
		Pointers: map[string]path.Path{
			"/payload/sku":        path.Root("sku"),
			"/payload/price":      path.Root("price"),
			"/payload/product":    path.Root("product"),
			"/payload/attributes": path.Root("attributes"),
		},
		NotFound: path.Root("catalog_id"),
		Advice: map[int]string{
			http.StatusNotFound: "The deployment has no such catalog. Copy catalog_id from the Campaign Manager, under Account > Tools > Cart item catalogs.",
		},
	}
}
