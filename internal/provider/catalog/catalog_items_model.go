package catalog

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// The values of plan_detail.
const (
	detailFields = "fields"
	detailKeys   = "keys"
)

// catalogItemsModel mirrors the resource talonone_catalog_items.
type catalogItemsModel struct {
	CatalogID         types.Int64    `tfsdk:"catalog_id"`
	Ownership         types.String   `tfsdk:"ownership"`
	Items             ItemsValue     `tfsdk:"items"`
	ItemsFile         types.Object   `tfsdk:"items_file"`
	PlanDetail        types.String   `tfsdk:"plan_detail"`
	MaxRemovalPercent types.Int64    `tfsdk:"max_removal_percent"`
	ItemCount         types.Int64    `tfsdk:"item_count"`
	CatalogVersion    types.Int64    `tfsdk:"catalog_version"`
	FileSHA256        types.String   `tfsdk:"file_sha256"`
	ManagedItems      types.String   `tfsdk:"managed_items"`
	LastSync          types.Object   `tfsdk:"last_sync"`
	Timeouts          timeouts.Value `tfsdk:"timeouts"`
}

// itemsFileModel mirrors items_file.
type itemsFileModel struct {
	Path          types.String `tfsdk:"path"`
	Format        types.String `tfsdk:"format"`
	Columns       types.Map    `tfsdk:"columns"`
	Delimiter     types.String `tfsdk:"delimiter"`
	ListSeparator types.String `tfsdk:"list_separator"`
}

// catalogItemsIdentity mirrors the resource's identity.
type catalogItemsIdentity struct {
	CatalogID types.Int64 `tfsdk:"catalog_id"`
}

func (m *catalogItemsModel) exclusive() bool { return m.Ownership.ValueString() == bulk.Exclusive }

// fromFile tells whether the items come from a file.
func (m *catalogItemsModel) fromFile() bool { return !m.ItemsFile.IsNull() }

// content is what the resource holds by its state: from items, or for a file from managed_items, where an item may be
// known by its digest alone. It is nil for a catalog that was just imported.
func (m *catalogItemsModel) content() (Items, error) {
	switch {
	case !m.Items.IsNull():
		return ParseItems(m.Items.ValueString())
	case !m.ManagedItems.IsNull():
		return parseManaged(m.ManagedItems.ValueString())
	default:
		return nil, nil
	}
}

// setContent writes what the resource holds into the attributes that show it. Items that equal those of a prior text of
// items keep the spelling that they have there.
func (m *catalogItemsModel) setContent(items Items, prior string) {
	m.ItemCount = countOf(items)
	m.setManaged(items)
	if !m.fromFile() {
		m.Items = NewItemsValue(items.inSpellingOf(prior))
	}
}

func (m *catalogItemsModel) setManaged(items Items) {
	m.ManagedItems = types.StringNull()
	if m.fromFile() {
		m.ManagedItems = types.StringValue(items.managed(m.PlanDetail.ValueString()))
	}
}

// show writes into a plan what the work will do. Where there is none, everything stays as it is in the state, which is
// nil for a create, unless another setting changes.
func (m *catalogItemsModel) show(w *work, state *catalogItemsModel) {
	version := types.Int64Null()
	if state != nil {
		version = state.CatalogVersion
	}
	if state != nil && w.nothing() {
		if !m.fromFile() && !state.fromFile() {
			m.Items = state.Items
		}
		if m.sameConfig(state) {
			m.ItemCount, m.CatalogVersion, m.FileSHA256 = state.ItemCount, version, state.FileSHA256
			m.ManagedItems, m.LastSync = state.ManagedItems, state.LastSync
			return
		}
	}
	m.ItemCount = countOf(w.desired)
	m.CatalogVersion = version
	if len(w.steps) > 0 {
		m.CatalogVersion = types.Int64Unknown()
	}
	m.FileSHA256 = optionalDigest(w.digest)
	m.LastSync = w.summary().Object()
	if state == nil && m.fromFile() {
		// Everything is new. A plan of the whole file would only hide that.
		m.ManagedItems = types.StringUnknown()
		return
	}
	m.setManaged(w.desired.keeping(w.own))
}

func countOf(items Items) types.Int64 { return types.Int64Value(int64(len(items))) }

// optionalVersion is null for a catalog that has not been synchronised.
func optionalVersion(version int64) types.Int64 {
	if version == 0 {
		return types.Int64Null()
	}
	return types.Int64Value(version)
}

// optionalDigest is null where there is no file.
func optionalDigest(digest string) types.String {
	if digest == "" {
		return types.StringNull()
	}
	return types.StringValue(digest)
}

// sameConfig tells whether everything that the practitioner sets is the same.
func (m *catalogItemsModel) sameConfig(other *catalogItemsModel) bool {
	return m.CatalogID.Equal(other.CatalogID) && m.Ownership.Equal(other.Ownership) && m.Items.Equal(other.Items) &&
		m.ItemsFile.Equal(other.ItemsFile) && m.PlanDetail.Equal(other.PlanDetail) &&
		m.MaxRemovalPercent.Equal(other.MaxRemovalPercent) && m.Timeouts.Equal(other.Timeouts)
}

// fromAPI reads the items of a listing.
func fromAPI(api []talonone.CatalogItem) (Items, error) {
	items := make(Items, len(api))
	var scratch []byte
	dec := jsontext.NewDecoder(strings.NewReader(""))
	for _, row := range api {
		item := Item{Product: row.Product}
		if row.Price != "" {
			price, err := input.CanonicalNumber(row.Price.String())
			if err != nil {
				return nil, fmt.Errorf("the API gives SKU %q a price that is %w", row.SKU, err)
			}
			item.Price = price
		}
		if len(row.Attributes) > 0 {
			dec.Reset(strings.NewReader(string(row.Attributes)))
			var err error
			if item.Attributes, err = decodeAttributes(dec.PeekKind(), dec, &scratch); err != nil {
				return nil, fmt.Errorf("the API gives SKU %q attributes that can't be read: %w", row.SKU, err)
			}
		}
		items[row.SKU] = item
	}
	return items, nil
}

// toAPI is the action that gives a SKU exactly the item's content, but for the price, which it can't take away.
func (i Item) toAPI(sku string) talonone.AddItem {
	action := talonone.AddItem{
		SKU: sku, Price: json.Number(i.Price), Attributes: json.RawMessage(i.Attributes), ReplaceIfExists: true,
	}
	if i.Attributes == "" {
		// Said, so that the item's attributes go; left out, they might stay.
		action.Attributes = json.RawMessage("{}")
	}
	if i.Product != "" {
		action.Product = &talonone.Product{Name: i.Product}
	}
	return action
}
