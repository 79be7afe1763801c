package framework

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
)

// RawAttributes takes a bag of custom attributes apart; nil for a null or unknown
// one. The bag has been validated by BagValidator.
func RawAttributes(bag jsontypes.Normalized) map[string]json.RawMessage {
	if bag.IsNull() || bag.IsUnknown() {
		return nil
	}
	attributes := map[string]json.RawMessage{}
	if json.Unmarshal([]byte(bag.ValueString()), &attributes) != nil {
		return nil
	}
	return attributes
}

// AttributesToSend turns before into bag: everything in bag, since whether the
// API merges is not documented, and null for the names that only before has.
func AttributesToSend(bag, before jsontypes.Normalized) map[string]json.RawMessage {
	sent := RawAttributes(bag)
	if sent == nil {
		return nil
	}
	for name := range RawAttributes(before) {
		if _, kept := sent[name]; !kept {
			sent[name] = json.RawMessage("null")
		}
	}
	return sent
}

// ManagedAttributes is the part of an answer's attributes that prior names, all
// of them where prior is null or unknown. It is prior itself where that means the
// same: numbers are compared by value, times as instants, and an attribute that
// prior sets to null is the same as a missing one.
func ManagedAttributes(api map[string]json.RawMessage, prior jsontypes.Normalized) jsontypes.Normalized {
	wanted := RawAttributes(prior)
	managed := map[string]json.RawMessage{}
	for name, value := range api {
		if _, named := wanted[name]; (named || wanted == nil) && !isNullJSON(value) {
			managed[name] = value
		}
	}
	for name, value := range wanted {
		if _, present := managed[name]; !present && isNullJSON(value) {
			managed[name] = value
		}
	}
	text, err := json.Marshal(managed)
	if err != nil {
		// The values came out of a decoder.
		text = []byte("{}")
	}
	if wanted != nil && SameJSON(string(text), prior.ValueString()) {
		return prior
	}
	return jsontypes.NewNormalizedValue(string(text))
}

// SameJSON says whether two texts are the same JSON value: members in any order,
// numbers by value, times as instants.
func SameJSON(a, b string) bool {
	left, errLeft := input.AppendCanonical(nil, jsontext.NewDecoder(strings.NewReader(a)))
	right, errRight := input.AppendCanonical(nil, jsontext.NewDecoder(strings.NewReader(b)))
	return errLeft == nil && errRight == nil && input.EqualJSON(string(left), string(right))
}

func isNullJSON(value json.RawMessage) bool { return strings.TrimSpace(string(value)) == "null" }

// BagValidator accepts one JSON object, of attribute names to values.
type BagValidator struct{}

// Description is for people.
func (BagValidator) Description(context.Context) string {
	return "one JSON object of attribute names to values"
}

// MarkdownDescription is Description.
func (v BagValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString reports what is no JSON object.
func (v BagValidator) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	err := input.DecodeObject(req.ConfigValue.ValueString(), func(string, *jsontext.Decoder) error { return nil })
	if err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid attributes",
			fmt.Sprintf("This must be %s, as jsonencode({ Channel = \"web\" }) writes it: %s.", v.Description(ctx), err))
	}
}
