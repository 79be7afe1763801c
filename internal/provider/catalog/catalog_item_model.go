package catalog

import (
	"encoding/json"
	"fmt"
	"math/big"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// priceBits is the precision of prices, that of Terraform's own numbers.
const priceBits = 512

// catalogItemModel mirrors the resource talonone_catalog_item.
type catalogItemModel struct {
	framework.Deployed
	framework.Timed

	CatalogID  types.Int64          `tfsdk:"catalog_id"`
	SKU        types.String         `tfsdk:"sku"`
	Price      types.Number         `tfsdk:"price"`
	Product    types.String         `tfsdk:"product"`
	Attributes jsontypes.Normalized `tfsdk:"attributes"`
}

// catalogItemIdentity mirrors the resource's identity.
type catalogItemIdentity struct {
	CatalogID types.Int64  `tfsdk:"catalog_id"`
	SKU       types.String `tfsdk:"sku"`
}

func (m *catalogItemModel) identity() catalogItemIdentity {
	return catalogItemIdentity{CatalogID: m.CatalogID, SKU: m.SKU}
}

// claim is what the resource wants to own.
func (m *catalogItemModel) claim() bulk.Claim {
	sku := m.SKU.ValueString()
	return bulk.Claim{
		Subject: bulk.Subject{Noun: itemsNoun, Place: itemsTarget(m.CatalogID), ResourceType: itemResourceType, ImportID: m.CatalogID.String() + "/" + sku},
		Target:  itemsTarget(m.CatalogID), At: path.Root("sku"), Rows: []string{sku},
	}
}

// item is the content as configured.
func (m *catalogItemModel) item() (Item, error) {
	item := Item{Product: m.Product.ValueString()}
	if !m.Price.IsNull() {
		price, err := input.CanonicalNumber(m.Price.ValueBigFloat().Text('g', -1))
		if err != nil {
			return item, fmt.Errorf("price is %w", err)
		}
		item.Price = price
	}
	if attributes := attributesOf(m.Attributes); len(attributes) > 0 {
		item.Attributes = attributes.String()
	}
	return item, nil
}

// attributesOf are the attributes that are not null. The schema and the API let only valid ones pass.
func attributesOf(value jsontypes.Normalized) customattr.Attributes {
	attributes, _ := customattr.FromAPI([]byte(value.ValueString()))
	return attributes
}

// sameAttributes tells whether two known objects of attributes mean the same.
func sameAttributes(a, b jsontypes.Normalized) bool {
	return !a.IsUnknown() && !b.IsUnknown() && attributesOf(a).Equal(attributesOf(b))
}

// itemFromAPI is the server's item. Attributes that mean the same as the prior ones keep their spelling, be it null or an
// empty object.
func itemFromAPI(api *talonone.CatalogItem, prior catalogItemModel) (catalogItemModel, error) {
	model := catalogItemModel{CatalogID: prior.CatalogID, SKU: types.StringValue(api.SKU), Price: types.NumberNull(), Product: types.StringNull()}
	if api.Price != "" {
		price, err := parsePrice(api.Price)
		if err != nil {
			return model, fmt.Errorf("the API gives SKU %q the price %s: %w", api.SKU, api.Price, err)
		}
		model.Price = types.NumberValue(price)
		if keepsPrice(api.Price, prior.Price) {
			model.Price = prior.Price
		}
	}
	if api.Product != "" {
		model.Product = types.StringValue(api.Product)
	}
	model.Attributes = jsontypes.NewNormalizedNull()
	if len(api.Attributes) > 0 {
		model.Attributes = jsontypes.NewNormalizedValue(string(api.Attributes))
		if now, err := customattr.FromAPI(api.Attributes); err == nil {
			model.Attributes = now.SpelledAs(customattr.FromConfig(prior.Attributes)).Value()
		}
	}
	if sameAttributes(model.Attributes, prior.Attributes) {
		model.Attributes = prior.Attributes
	}
	return model, nil
}

// keepsPrice says whether the prior price, or none, is what the deployment shows: it may keep 64-bit floats, and show an item
// without a price at 0.
func keepsPrice(shown json.Number, prior types.Number) bool {
	now, err := input.CanonicalNumber(shown.String())
	if err != nil || prior.IsUnknown() {
		return false
	}
	if prior.IsNull() {
		return now == "0"
	}
	before, err := input.CanonicalNumber(prior.ValueBigFloat().Text('g', -1))
	return err == nil && samePrice(before, now)
}

func parsePrice(number json.Number) (*big.Float, error) {
	price, _, err := big.ParseFloat(number.String(), 10, priceBits, big.ToNearestEven)
	return price, err
}
