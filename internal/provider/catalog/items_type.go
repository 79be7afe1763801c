package catalog

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/attr/xattr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
)

var (
	_ basetypes.StringTypable                    = ItemsType{}
	_ basetypes.StringValuable                   = ItemsValue{}
	_ basetypes.StringValuableWithSemanticEquals = ItemsValue{}
	_ xattr.ValidateableAttribute                = ItemsValue{}
)

// ItemsType is a string that holds the JSON form of Items. One string, since collections take the framework quadratic
// time and a JSON string's differences are shown key by key.
type ItemsType struct {
	basetypes.StringType
}

// ItemsValue is a value of ItemsType.
type ItemsValue struct {
	basetypes.StringValue
}

// NewItemsValue is a known value.
func NewItemsValue(text string) ItemsValue {
	return ItemsValue{basetypes.NewStringValue(text)}
}

func (t ItemsType) String() string { return "catalog.ItemsType" }

// Equal tells whether the other type is the same.
func (t ItemsType) Equal(o attr.Type) bool {
	_, same := o.(ItemsType)
	return same
}

// ValueType returns an empty value of the type.
func (t ItemsType) ValueType(context.Context) attr.Value { return ItemsValue{} }

// ValueFromString makes a value of a string value.
func (t ItemsType) ValueFromString(_ context.Context, in basetypes.StringValue) (basetypes.StringValuable, diag.Diagnostics) {
	return ItemsValue{in}, nil
}

// ValueFromTerraform makes a value of what came over the protocol.
func (t ItemsType) ValueFromTerraform(ctx context.Context, in tftypes.Value) (attr.Value, error) {
	value, err := t.StringType.ValueFromTerraform(ctx, in)
	if err != nil {
		return nil, err
	}
	text, ok := value.(basetypes.StringValue)
	if !ok {
		return nil, fmt.Errorf("unexpected value %T of a string type", value)
	}
	return ItemsValue{text}, nil
}

// Type returns ItemsType.
func (v ItemsValue) Type(context.Context) attr.Type { return ItemsType{} }

// Equal tells whether the other value is the same text.
func (v ItemsValue) Equal(o attr.Value) bool {
	other, same := o.(ItemsValue)
	return same && v.StringValue.Equal(other.StringValue)
}

// StringSemanticEquals tells whether two texts hold the same items: spacing, the order of keys, the spelling of numbers
// and the zone of times don't count, and null is the same as an omitted key.
func (v ItemsValue) StringSemanticEquals(_ context.Context, in basetypes.StringValuable) (bool, diag.Diagnostics) {
	other, same := in.(ItemsValue)
	if !same {
		return false, nil
	}
	if v.ValueString() == other.ValueString() {
		return true, nil
	}
	left, err := ParseItems(v.ValueString())
	if err != nil {
		return false, nil //nolint:nilerr // An invalid document equals nothing; validation reports it.
	}
	right, err := ParseItems(other.ValueString())
	if err != nil {
		return false, nil //nolint:nilerr // As above.
	}
	return left.Equal(right), nil
}

// ValidateAttribute reports everything that is wrong with the items, by SKU and key.
func (v ItemsValue) ValidateAttribute(_ context.Context, req xattr.ValidateAttributeRequest, resp *xattr.ValidateAttributeResponse) {
	if v.IsNull() || v.IsUnknown() || validated.has(v.ValueString()) {
		return
	}
	_, err := ParseItems(v.ValueString())
	if err == nil {
		validated.add(v.ValueString())
	} else {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid catalog items",
			"The items must be one JSON object from SKU to {price, product, attributes}, as "+
				"jsonencode({ SKU1 = { price = 9.5, attributes = { color = \"red\" } } }) makes it.\n\n"+framework.Sentence(err.Error()))
	}
}

// validated remembers which texts were found valid last, since the framework validates a value whenever it is handed
// over, which is some ten times a plan, and that would be most of a large catalog's plan.
var validated recentTexts

// recentTexts is a set of the last few texts, by digest.
type recentTexts struct {
	mu      sync.Mutex
	digests [4][sha256.Size]byte
	next    int
}

func (r *recentTexts) has(text string) bool {
	digest := digestOf(text)
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Contains(r.digests[:], digest)
}

func (r *recentTexts) add(text string) {
	digest := digestOf(text)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.digests[r.next] = digest
	r.next = (r.next + 1) % len(r.digests)
}

// digestOf hashes a text without copying it.
func digestOf(text string) (digest [sha256.Size]byte) {
	hash := sha256.New()
	var part [8 << 10]byte
	for len(text) > 0 {
		n := copy(part[:], text)
		_, _ = hash.Write(part[:n]) // A hash takes everything.
		text = text[n:]
	}
	hash.Sum(digest[:0])
	return digest
}
