// Package catalog holds the constructs for the items of cart item catalogs.
package catalog

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
)

// Item is what a catalog holds under one SKU. Every part is in its canonical form, and empty when the item lacks it, so
// that nearly all comparisons are those of strings.
type Item struct {
	// Price is a decimal number as text.
	Price string
	// Product is the name of the product that groups the SKU with others.
	Product string
	// Attributes is a JSON object from attribute name to value.
	Attributes string
	// Digest stands for all of the above where a state keeps no content; they are empty then.
	Digest string
}

// noPrice begins the digest of an item without a price, since to take a price away one must know that it is there.
const noPrice = "!"

// Equal tells whether two items mean the same: times in attributes are compared as instants.
func (i Item) Equal(other Item) bool {
	if i.Digest != "" || other.Digest != "" {
		return i.digested() == other.digested()
	}
	return samePrice(i.Price, other.Price) && i.Product == other.Product && input.EqualJSON(i.Attributes, other.Attributes)
}

// samePrice compares canonical prices. A deployment may keep them as 64-bit floats: what such a float shows of a price is that price.
func samePrice(a, b string) bool {
	return a == b || asFloat64(a) == b || asFloat64(b) == a
}

// exactDigits are how many characters of a number every 64-bit float keeps.
const exactDigits = 15

// asFloat64 is a canonical number as a deployment shows it that keeps 64-bit floats.
func asFloat64(number string) string {
	if len(number) <= exactDigits {
		return number
	}
	value, err := strconv.ParseFloat(number, 64)
	if err != nil {
		return number
	}
	shown, err := input.CanonicalNumber(strconv.FormatFloat(value, 'g', -1, 64))
	if err != nil {
		return number
	}
	return shown
}

// digested is the item known by its digest alone.
func (i Item) digested() Item {
	if i.Digest != "" {
		return i
	}
	i.Price = asFloat64(i.Price)
	var room [512]byte
	digest := input.Digest(string(i.AppendJSON(room[:0])))
	if i.Price == "" {
		digest = noPrice + digest
	}
	return Item{Digest: digest}
}

func (i Item) hasPrice() bool {
	return i.Price != "" || i.Digest != "" && !strings.HasPrefix(i.Digest, noPrice)
}

// AppendJSON appends the item as a canonical JSON object, or its digest as a string where that is all there is.
func (i Item) AppendJSON(dst []byte) []byte {
	if i.Digest != "" {
		return appendString(dst, i.Digest)
	}
	dst = append(dst, '{')
	if i.Attributes != "" {
		dst = append(dst, `"attributes":`...)
		dst = append(dst, i.Attributes...)
	}
	if i.Price != "" {
		dst = appendComma(dst)
		dst = append(dst, `"price":`...)
		dst = append(dst, i.Price...)
	}
	if i.Product != "" {
		dst = appendComma(dst)
		dst = append(dst, `"product":`...)
		dst = appendString(dst, i.Product)
	}
	return append(dst, '}')
}

func appendComma(dst []byte) []byte {
	if dst[len(dst)-1] != '{' {
		dst = append(dst, ',')
	}
	return dst
}

// appendString appends a JSON string. Texts that are not UTF-8 were refused where they came in.
func appendString(dst []byte, text string) []byte {
	return input.AppendString(dst, text)
}

// Items are the items of a catalog, or some of them, by SKU.
type Items map[string]Item

// Equal tells whether both hold the same items.
func (items Items) Equal(other Items) bool {
	return maps.EqualFunc(items, other, Item.Equal)
}

// SKUs returns the SKUs, sorted.
func (items Items) SKUs() []string {
	skus := make([]string, 0, len(items))
	for sku := range items {
		skus = append(skus, sku)
	}
	slices.Sort(skus)
	return skus
}

// JSON renders the items as one canonical JSON object from SKU to item.
func (items Items) JSON() string {
	return renderObject(items.SKUs(), 160*len(items), func(dst []byte, sku string) []byte {
		return items[sku].AppendJSON(dst)
	})
}

// managed renders the items for managed_items: with their content, or by digest.
func (items Items) managed(detail string) string {
	if detail != detailKeys {
		return items.JSON()
	}
	size := (len("SKU-000000") + input.DigestLength + 8) * len(items)
	return renderObject(items.SKUs(), size, func(dst []byte, sku string) []byte {
		return items[sku].digested().AppendJSON(dst)
	})
}

// fingerprint is a short digest of the item of a SKU.
func (items Items) fingerprint(sku string) string { return items[sku].digested().Digest }

// digest is a short digest of all items and their SKUs.
func (items Items) digest() string { return input.Digest(items.managed(detailKeys)) }

// inSpellingOf renders the items for the attribute items. What a prior text says already stays as it is written there, so
// that a comparison of the two shows differences of content only.
func (items Items) inSpellingOf(prior string) string {
	written := make(map[string]string)
	others := 0
	err := decodeItems(prior, func(sku string, item Item, text string) {
		if own, exists := items[sku]; exists && own == item {
			written[sku] = text
		} else {
			others++
		}
	})
	if err != nil {
		return items.JSON()
	}
	if len(written) == len(items) && others == 0 {
		return prior
	}
	return renderObject(items.SKUs(), len(prior), func(dst []byte, sku string) []byte {
		if text, exists := written[sku]; exists {
			return append(dst, text...)
		}
		return items[sku].AppendJSON(dst)
	})
}

// spelledAs gives the items the spelling of prior where one equals the one there and its content is known.
func (items Items) spelledAs(prior Items) Items {
	for sku, item := range items {
		if before, exists := prior[sku]; exists && before.Digest == "" && before != item && before.Equal(item) {
			items[sku] = before
		}
	}
	return items
}

// keeping is spelledAs for items of a listing, and for each part of those that have changed. A deployment may show an item without a
// price at 0.
func (items Items) keeping(prior Items) Items {
	for sku, item := range items {
		before, exists := prior[sku]
		if !exists || before == item {
			continue
		}
		if item.Price == "0" && !before.hasPrice() {
			item.Price = ""
		}
		if samePrice(before.Price, item.Price) {
			item.Price = before.Price
		}
		if item.Attributes != "" && before.Attributes != "" && item.Attributes != before.Attributes {
			item.Attributes = spelledAs(item.Attributes, before.Attributes)
		}
		items[sku] = item
	}
	return items.spelledAs(prior)
}

// spelledAs gives attributes the spelling of those of before where they mean the same.
func spelledAs(attributes, before string) string {
	now, err := customattr.FromAPI([]byte(attributes))
	had, errHad := customattr.FromAPI([]byte(before))
	if err != nil || errHad != nil {
		return attributes
	}
	return now.SpelledAs(had).String()
}

// renderObject writes a JSON object with the names in the given order.
func renderObject(names []string, size int, value func(dst []byte, name string) []byte) string {
	dst := make([]byte, 0, size+2)
	dst = append(dst, '{')
	for _, name := range names {
		dst = appendComma(dst)
		dst = appendString(dst, name)
		dst = append(dst, ':')
		dst = value(dst, name)
	}
	return string(append(dst, '}'))
}

// ParseItems reads the JSON form of items, an object from SKU to {price, product, attributes}. A part that is null, and
// an attribute that is null, is the same as an omitted one. The error names the SKU and the key of every fault.
func ParseItems(text string) (Items, error) {
	items := make(Items)
	err := decodeItems(text, func(sku string, item Item, _ string) { items[sku] = item })
	return items, err
}

// parseManaged reads what managed renders.
func parseManaged(text string) (Items, error) {
	items := make(Items)
	var scratch []byte
	err := input.DecodeObject(text, func(sku string, dec *jsontext.Decoder) error {
		if dec.PeekKind() == jsontext.KindString {
			token, err := dec.ReadToken()
			items[sku] = Item{Digest: token.String()}
			return err
		}
		item, err := decodeItem(dec, &scratch)
		items[sku] = item
		return err
	}, jsontext.AllowDuplicateNames(true)) // What the provider wrote itself has none.
	return items, err
}

// decodeItems calls each for every faultless item with its SKU and its text as written.
func decodeItems(text string, each func(sku string, item Item, written string)) error {
	var scratch []byte
	return input.DecodeObject(text, func(sku string, dec *jsontext.Decoder) error {
		if sku == "" {
			return fmt.Errorf("an item has an empty SKU")
		}
		start := dec.InputOffset()
		item, err := decodeItem(dec, &scratch)
		if err != nil {
			return fmt.Errorf("SKU %q: %w", sku, err)
		}
		each(sku, item, strings.TrimLeft(text[start:dec.InputOffset()], ": \t\r\n"))
		return nil
	})
}

// decodeItem reads one item from the decoder. scratch is reused between calls.
func decodeItem(dec *jsontext.Decoder, scratch *[]byte) (Item, error) {
	var item Item
	if kind := dec.PeekKind(); kind != jsontext.KindBeginObject {
		if kind == jsontext.KindInvalid {
			_, err := dec.ReadToken()
			return item, err
		}
		return item, fmt.Errorf("must be an object with price, product and attributes, not %s", input.KindName(kind))
	}
	if _, err := dec.ReadToken(); err != nil {
		return item, err
	}
	for dec.PeekKind() != jsontext.KindEndObject {
		token, err := dec.ReadToken()
		if err != nil {
			return item, err
		}
		if err := item.decodePart(token.String(), dec, scratch); err != nil {
			return item, err
		}
	}
	_, err := dec.ReadToken()
	return item, err
}

// decodePart reads the value of one key of an item.
func (i *Item) decodePart(key string, dec *jsontext.Decoder, scratch *[]byte) (err error) {
	kind := dec.PeekKind()
	if kind == jsontext.KindNull || kind == jsontext.KindInvalid {
		_, err = dec.ReadToken() // The error, when the kind is invalid.
		return err
	}
	switch key {
	case "price":
		i.Price, err = decodePrice(kind, dec, scratch)
	case "product":
		i.Product, err = decodeProduct(kind, dec)
	case "attributes":
		i.Attributes, err = decodeAttributes(kind, dec, scratch)
	default:
		return fmt.Errorf("unknown key %q: an item has price, product and attributes; custom attributes go into attributes", key)
	}
	return err
}

func decodePrice(kind jsontext.Kind, dec *jsontext.Decoder, scratch *[]byte) (string, error) {
	if kind == jsontext.KindNumber {
		price, err := input.AppendCanonical((*scratch)[:0], dec)
		if err != nil {
			return "", fmt.Errorf("price: %w", err)
		}
		*scratch = price
		return string(price), nil
	}
	if kind != jsontext.KindString {
		return "", fmt.Errorf("price must be a number, not %s", input.KindName(kind))
	}
	token, err := dec.ReadToken()
	if err != nil {
		return "", err
	}
	return "", fmt.Errorf("price must be a number, not the string %q: values read from CSV are strings, write tonumber(…)", clip(token.String()))
}

func decodeProduct(kind jsontext.Kind, dec *jsontext.Decoder) (string, error) {
	token, err := dec.ReadToken()
	switch {
	case err != nil:
		return "", err
	case kind != jsontext.KindString:
		return "", fmt.Errorf("product must be a string, not %s", input.KindName(kind))
	case token.String() == "":
		return "", fmt.Errorf("product is empty: omit it, or write null, for an item without a product")
	}
	return token.String(), nil
}

// decodeAttributes reads an object of attributes into its canonical form, without those that are null.
func decodeAttributes(kind jsontext.Kind, dec *jsontext.Decoder, scratch *[]byte) (string, error) {
	if kind != jsontext.KindBeginObject {
		return "", fmt.Errorf("attributes must be an object from attribute name to value, not %s", input.KindName(kind))
	}
	dst, err := input.AppendCanonicalObject((*scratch)[:0], dec)
	*scratch = dst
	if err != nil {
		return "", fmt.Errorf("attributes: %w", err)
	}
	if len(dst) == len("{}") {
		return "", nil
	}
	return string(dst), nil
}

// clip shortens a text for a message.
func clip(text string) string {
	const most = 40
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
