package catalog

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// priceBits is the precision of prices, that of Terraform's own numbers.
const priceBits = 512

// catalogItemModel mirrors the resource talonone_catalog_item.
type catalogItemModel struct {
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
	attributes, err := canonicalAttributes(m.Attributes)
	item.Attributes = attributes
	return item, err
}

// canonicalAttributes is a JSON object of attributes without those that are null, in its one spelling; "" when nothing is left.
func canonicalAttributes(attributes jsontypes.Normalized) (string, error) {
	if attributes.IsNull() {
		return "", nil
	}
	dec := jsontext.NewDecoder(strings.NewReader(attributes.ValueString()))
	var scratch []byte
	canonical, err := decodeAttributes(dec.PeekKind(), dec, &scratch)
	if err != nil {
		return "", input.JSONFault(attributes.ValueString(), err)
	}
	return canonical, nil
}

// sameAttributes tells whether two objects of attributes mean the same, wherever they are known and readable.
func sameAttributes(a, b jsontypes.Normalized) bool {
	if a.IsUnknown() || b.IsUnknown() {
		return false
	}
	left, err := canonicalAttributes(a)
	if err != nil {
		return false
	}
	right, err := canonicalAttributes(b)
	return err == nil && input.EqualJSON(left, right)
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
	}
	if api.Product != "" {
		model.Product = types.StringValue(api.Product)
	}
	model.Attributes = jsontypes.NewNormalizedNull()
	if len(api.Attributes) > 0 {
		model.Attributes = jsontypes.NewNormalizedValue(string(api.Attributes))
	}
	if sameAttributes(model.Attributes, prior.Attributes) {
		model.Attributes = prior.Attributes
	}
	return model, nil
}

func parsePrice(number json.Number) (*big.Float, error) {
	price, _, err := big.ParseFloat(number.String(), 10, priceBits, big.ToNearestEven)
	return price, err
}
