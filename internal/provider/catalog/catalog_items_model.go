package catalog

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// The values of plan_detail.
const (
	detailFields = "fields"
	detailKeys   = "keys"
)

// catalogItemsModel mirrors the resource talonone_catalog_items.
type catalogItemsModel struct {
	framework.Deployed

	CatalogID         types.Int64    `tfsdk:"catalog_id"`
	Ownership         types.String   `tfsdk:"ownership"`
	Items             ItemsValue     `tfsdk:"items"`
	ItemsFile         types.Object   `tfsdk:"items_file"`
	PlanDetail        types.String   `tfsdk:"plan_detail"`
	MaxRemovalPercent types.Float64  `tfsdk:"max_removal_percent"`
	ItemCount         types.Int64    `tfsdk:"item_count"`
	CatalogVersion    types.Int64    `tfsdk:"catalog_version"`
	ManagedItems      types.String   `tfsdk:"managed_items"`
	LastSync          types.Object   `tfsdk:"last_sync"`
	Timeouts          timeouts.Value `tfsdk:"timeouts"`
}

// catalogItemsIdentity mirrors the resource's identity.
type catalogItemsIdentity struct {
	CatalogID types.Int64 `tfsdk:"catalog_id"`
}

func (m *catalogItemsModel) exclusive() bool { return m.Ownership.ValueString() == bulk.Exclusive }

func (m *catalogItemsModel) guards() bulk.Guards {
	return bulk.Guards{MaxRemovalPercent: m.MaxRemovalPercent}
}

// fromFile tells whether the items come from a file.
func (m *catalogItemsModel) fromFile() bool { return !m.ItemsFile.IsNull() }

// byDigest tells whether plan and state show the items of a file by digest.
func (m *catalogItemsModel) byDigest() bool { return m.PlanDetail.ValueString() == detailKeys }

// content is what the resource holds by its state: from items, or for a file from managed_items, where an item may be
// known by its digest alone. It is nil for a catalog that was just imported.
func (m *catalogItemsModel) content(diags *diag.Diagnostics) (items Items) {
	var err error
	switch {
	case !m.Items.IsNull():
		items, err = ParseItems(m.Items.ValueString())
	case !m.ManagedItems.IsNull():
		items, err = parseManaged(m.ManagedItems.ValueString())
	}
	if err != nil {
		diags.AddError("Unreadable state of catalog items", err.Error())
	}
	return items
}

// skus are the SKUs that the resource holds by its state, sorted.
func (m *catalogItemsModel) skus(diags *diag.Diagnostics) []string {
	if m.ManagedItems.IsNull() {
		return m.content(diags).SKUs()
	}
	text, err := m.managed()
	if err != nil {
		diags.AddError("Unreadable state of catalog items", framework.Sentence(err.Error()))
	}
	return text.listed()
}

// setText is setContent for a text of managed_items.
func (m *catalogItemsModel) setText(items managedText) {
	m.ItemCount, m.ManagedItems = types.Int64Value(int64(items.len())), types.StringValue(items.text)
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

func countOf(items Items) types.Int64 { return types.Int64Value(int64(len(items))) }

// optionalVersion is null for a catalog that has not been synchronised.
func optionalVersion(version int64) types.Int64 {
	if version == 0 {
		return types.Int64Null()
	}
	return types.Int64Value(version)
}

// source is the attribute that the items come from.
func (m *catalogItemsModel) source() path.Path {
	if m.fromFile() {
		return path.Root("items_file")
	}
	return path.Root("items")
}

// fromAPI reads the items of a listing.
func fromAPI(api []talonone.CatalogItem) (Items, error) {
	items := make(Items, len(api))
	var reader apiReader
	for i := range api {
		item, err := reader.item(&api[i])
		if err != nil {
			return nil, err
		}
		items[api[i].SKU] = item
	}
	return items, nil
}

// apiReader reads items of the API. The zero value is ready to use.
type apiReader struct {
	text    bytes.Reader
	dec     jsontext.Decoder
	scratch []byte
}

func (r *apiReader) item(row *talonone.CatalogItem) (item Item, err error) {
	item.Product = row.Product
	if row.Price != "" {
		if item.Price, err = input.CanonicalNumber(row.Price.String()); err != nil {
			return item, fmt.Errorf("the API gives SKU %q a price that is %w", row.SKU, err)
		}
	}
	if len(row.Attributes) > 0 {
		r.text.Reset(row.Attributes)
		r.dec.Reset(&r.text)
		if item.Attributes, err = decodeAttributes(r.dec.PeekKind(), &r.dec, &r.scratch); err != nil {
			return item, fmt.Errorf("the API gives SKU %q attributes that can't be read: %w", row.SKU, err)
		}
	}
	return item, nil
}

// toAPI is the action that gives a SKU exactly the item's content, but for the price, which it can't take away.
func (i Item) toAPI(sku string) talonone.AddItem {
	action := talonone.AddItem{
		SKU: sku, Price: json.Number(i.Price), Attributes: json.RawMessage(i.Attributes), ReplaceIfExists: true,
	}
	if i.Attributes == "" {
		// Said, so that the item's attributes go; omitted, they might stay.
		action.Attributes = json.RawMessage("{}")
	}
	if i.Product != "" {
		action.Product = &talonone.Product{Name: i.Product}
	}
	return action
}
