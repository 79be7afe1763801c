package catalog

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ action.Action                   = (*editItemsAction)(nil)
	_ action.ActionWithConfigure      = (*editItemsAction)(nil)
	_ action.ActionWithValidateConfig = (*editItemsAction)(nil)
	_ action.ActionWithModifyPlan     = (*editItemsAction)(nil)
)

// What the action does to the items that pass its filters.
const (
	editPatch  = "patch"
	editRemove = "remove"
)

// The operators of filters.
const (
	equals = "EQ"
	oneOf  = "IN"
)

var operators = []string{equals, "LT", "LE", "GT", "GE", oneOf}

type editItemsAction struct{ data *framework.Data }

// NewEditCatalogItemsAction is the action talonone_edit_catalog_items.
func NewEditCatalogItemsAction() action.Action { return &editItemsAction{} }

// editItemsModel mirrors the action.
type editItemsModel struct {
	CatalogID  types.Int64          `tfsdk:"catalog_id"`
	Version    types.Int64          `tfsdk:"version"`
	Edit       types.String         `tfsdk:"edit"`
	Filters    types.List           `tfsdk:"filters"`
	AllItems   types.Bool           `tfsdk:"all_items"`
	Price      types.Number         `tfsdk:"price"`
	Attributes jsontypes.Normalized `tfsdk:"attributes"`
}

// itemFilterModel mirrors one of the filters.
type itemFilterModel struct {
	Attribute types.String         `tfsdk:"attribute"`
	Operator  types.String         `tfsdk:"operator"`
	Value     jsontypes.Normalized `tfsdk:"value"`
}

func (a *editItemsAction) Metadata(_ context.Context, _ action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = "talonone_edit_catalog_items"
}

func (a *editItemsAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Changes or removes, in one request, all items of a cart item catalog whose attributes match a filter. Use it for one-time changes, such as a clearance. " +
			"Items that a resource manages show as drift afterwards.\n\nRequires an Integration API key.",
		Attributes: map[string]schema.Attribute{
			"catalog_id": schema.Int64Attribute{
				Required:            true,
				MarkdownDescription: "ID of the catalog, as the Campaign Manager shows it under Account > Tools > Cart item catalogs.",
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
			},
			"version": schema.Int64Attribute{
				Optional: true,
				MarkdownDescription: "Version that the catalog must have, such as `catalog_version` of `talonone_catalog_items`: after a change made elsewhere, the API refuses the edit. " +
					"Every sync raises it, so an action that runs after changes of items needs the new one. Default: any version.",
				Validators: []validator.Int64{int64validator.AtLeast(1)},
			},
			"edit": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "`patch` sets `price` and `attributes` of the items (syncCatalog's PATCH_MANY), `remove` removes them (REMOVE_MANY).",
				Validators:          []validator.String{stringvalidator.OneOf(editPatch, editRemove)},
			},
			"filters": schema.ListNestedAttribute{
				Optional:            true,
				MarkdownDescription: "Conditions on the items, all of which must hold. There must be at least one, unless `all_items` is `true`.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"attribute": schema.StringAttribute{
						Required:            true,
						MarkdownDescription: "Name of an attribute that is connected to the catalog.",
						Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
					},
					"operator": schema.StringAttribute{
						Required:            true,
						MarkdownDescription: "`EQ` (equal), `IN` (one of several), or for numbers `LT`, `LE`, `GT`, `GE`.",
						Validators:          []validator.String{stringvalidator.OneOf(operators...)},
					},
					"value": schema.StringAttribute{
						Required: true, CustomType: jsontypes.NormalizedType{},
						MarkdownDescription: "Value to compare with, in JSON: `jsonencode(42)`, `jsonencode(\"red\")`. For `IN`, one string of comma-separated values: `jsonencode(\"red,blue\")`.",
					},
				}},
			},
			"all_items": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Must be `true` to edit all items of the catalog, without filters. Default: `false`.",
			},
			"price": schema.NumberAttribute{
				Optional:            true,
				MarkdownDescription: "New price, with `patch`. Omit it to keep prices.",
			},
			"attributes": schema.StringAttribute{
				Optional: true, CustomType: jsontypes.NormalizedType{},
				MarkdownDescription: "New values of custom attributes as a JSON object, with `patch`.",
				Validators:          []validator.String{customattr.Validator{}},
			},
		},
	}
}

func (a *editItemsAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (a *editItemsAction) ValidateConfig(ctx context.Context, req action.ValidateConfigRequest, resp *action.ValidateConfigResponse) {
	var config editItemsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	config.checkScope(&resp.Diagnostics)
	switch changes := !config.Price.IsNull() || !config.Attributes.IsNull(); {
	case config.Edit.ValueString() == editPatch && !changes:
		resp.Diagnostics.AddAttributeError(path.Root("edit"), "Nothing to patch", "Set price, attributes or both.")
	case config.Edit.ValueString() == editRemove && changes:
		resp.Diagnostics.AddAttributeError(path.Root("edit"), "Nothing to set on removed items", "price and attributes go with edit = \"patch\" only.")
	}
	for i, filter := range config.filters(ctx, &resp.Diagnostics) {
		if err := filter.check(); err != nil {
			resp.Diagnostics.AddAttributeError(path.Root("filters").AtListIndex(i).AtName("value"), "Invalid value of a filter", err.Error())
		}
	}
}

func (a *editItemsAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	if a.data == nil {
		return
	}
	var config editItemsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() || config.CatalogID.IsUnknown() {
		return
	}
	config.checkScope(&resp.Diagnostics)
	a.expectCatalog(ctx, config.CatalogID, &resp.Diagnostics)
	connected := connectedTo(config.CatalogID.ValueInt64())
	customattr.Check(ctx, a.data, talonone.EntityCartItem, connected, config.Attributes, path.Root("attributes"), &resp.Diagnostics)
	definitions := customattr.DefinitionsOf(ctx, a.data, talonone.EntityCartItem, connected, &resp.Diagnostics)
	if definitions == nil {
		return
	}
	for i, filter := range config.filters(ctx, &resp.Diagnostics) {
		if filter.Attribute.IsUnknown() {
			continue
		}
		for _, problem := range definitions.Problems(talonone.EntityCartItem, customattr.Attributes{filter.Attribute.ValueString(): nil}) {
			framework.AddMissing(&resp.Diagnostics, path.Root("filters").AtListIndex(i).AtName("attribute"), "Unknown attribute", problem)
		}
	}
}

// expectCatalog reports, before anything happens, a catalog that is not there. Where it
// can't be looked up, the API says so in the end.
func (a *editItemsAction) expectCatalog(ctx context.Context, id types.Int64, diags *diag.Diagnostics) {
	if !a.data.Client.HasManagementKey() {
		return
	}
	if err := a.data.Client.LookAtCatalog(ctx, id.ValueInt64()); talonone.IsNotFound(err) {
		framework.AddMissing(diags, path.Root("catalog_id"), "Catalog does not exist",
			fmt.Sprintf("The deployment has no catalog %d. Copy catalog_id from the Campaign Manager, under Account > Tools > Cart item catalogs.", id.ValueInt64()))
	}
}

func (a *editItemsAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	ctx = framework.Progress(ctx, resp)
	var config editItemsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	config.checkScope(&resp.Diagnostics)
	filters := config.filters(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	edit, err := config.toAPI(filters)
	if err != nil {
		resp.Diagnostics.AddError("Invalid edit of catalog items", err.Error())
		return
	}
	id := config.CatalogID.ValueInt64()
	resp.SendProgress(action.InvokeProgressEvent{Message: fmt.Sprintf("%s items of catalog %d where %s", progress[config.Edit.ValueString()], id, describe(filters))})
	catalog, err := a.data.Client.SyncCatalogVersion(ctx, id, config.Version.ValueInt64(), []talonone.CatalogAction{edit})
	if err != nil {
		failed := itemsOperation("edit the items of catalog", config.CatalogID)
		failed.Construct = "action talonone_edit_catalog_items"
		failed.Pointers = map[string]path.Path{
			"/actions/0/payload/attributes": path.Root("attributes"),
			"/actions/0/payload/price":      path.Root("price"),
			"/actions/0/payload/filters":    path.Root("filters"),
			"/version":                      path.Root("version"),
		}
		framework.AddError(&resp.Diagnostics, failed, err)
		return
	}
	resp.SendProgress(action.InvokeProgressEvent{Message: fmt.Sprintf("Catalog %d has version %d now", id, catalog.Version)})
}

var progress = map[string]string{editPatch: "Changing the", editRemove: "Removing the"}

// checkScope refuses to edit all items unless that is said.
func (m *editItemsModel) checkScope(diags *diag.Diagnostics) {
	if m.Filters.IsUnknown() || m.AllItems.IsUnknown() {
		return
	}
	switch filtered := len(m.Filters.Elements()) > 0; {
	case filtered && m.AllItems.ValueBool():
		diags.AddAttributeError(path.Root("all_items"), "All items or some", "all_items = true is for edits without filters. Omit one of the two.")
	case !filtered && !m.AllItems.ValueBool():
		diags.AddAttributeError(path.Root("filters"), "No filters", "Without filters every item of the catalog would be edited. Set at least one filter, or all_items = true if that is intended.")
	}
}

// filters are those of the configuration; none while they are unknown.
func (m *editItemsModel) filters(ctx context.Context, diags *diag.Diagnostics) []itemFilterModel {
	if m.Filters.IsUnknown() {
		return nil
	}
	var filters []itemFilterModel
	diags.Append(m.Filters.ElementsAs(ctx, &filters, false)...)
	return filters
}

// check refuses a value that the operator can't compare.
func (f itemFilterModel) check() error {
	if f.Operator.IsUnknown() || f.Value.IsUnknown() {
		return nil
	}
	value := strings.TrimSpace(f.Value.ValueString())
	isText, isNumber := strings.HasPrefix(value, `"`), json.Valid([]byte(value)) && strings.ContainsAny(value[:1], "-0123456789")
	switch f.Operator.ValueString() {
	case equals:
		return nil
	case oneOf:
		if !isText {
			return fmt.Errorf("IN takes one string of comma-separated values, such as jsonencode(\"red,blue\"), not %s", value)
		}
	default:
		if !isNumber {
			return fmt.Errorf("%s compares numbers only, such as jsonencode(42), not %s", f.Operator.ValueString(), value)
		}
	}
	return nil
}

func (m *editItemsModel) toAPI(filters []itemFilterModel) (talonone.CatalogAction, error) {
	conditions := make([]talonone.ItemFilter, len(filters))
	for i, filter := range filters {
		conditions[i] = talonone.ItemFilter{
			Attr: filter.Attribute.ValueString(), Op: filter.Operator.ValueString(), Value: json.RawMessage(filter.Value.ValueString()),
		}
	}
	if m.Edit.ValueString() == editRemove {
		return talonone.RemoveManyItems{Filters: conditions}, nil
	}
	content := catalogItemModel{Price: m.Price, Attributes: m.Attributes}
	item, err := content.item()
	return talonone.PatchManyItems{Filters: conditions, Price: json.Number(item.Price), Attributes: json.RawMessage(item.Attributes)}, err
}

func describe(filters []itemFilterModel) string {
	if len(filters) == 0 {
		return "there is no condition"
	}
	conditions := make([]string, len(filters))
	for i, filter := range filters {
		conditions[i] = fmt.Sprintf("%s %s %s", filter.Attribute.ValueString(), filter.Operator.ValueString(), filter.Value.ValueString())
	}
	return strings.Join(conditions, " and ")
}
