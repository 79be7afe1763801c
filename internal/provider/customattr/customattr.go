// Package customattr holds everything about custom attributes, the JSON objects that an account defines for profiles,
// sessions, events, referrals and items: parsing, comparison, what Terraform manages of them, what to send, and the check
// against the account's definitions. The domains that have such objects call it.
package customattr

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
)

// Attributes maps the names of custom attributes to their values, JSON texts in the one spelling of
// input.AppendCanonical.
type Attributes map[string]json.RawMessage

// cleared is the value that clears an attribute.
var cleared = json.RawMessage("null")

func isCleared(value json.RawMessage) bool { return bytes.Equal(value, cleared) }

// attributeName is what the account's definitions allow as a name (createAttribute).
var attributeName = regexp.MustCompile(`^[A-Za-z]\w*$`)

// Parse reads a configured object. Its errors are for the reader of a diagnostic.
func Parse(text string) (Attributes, error) {
	attributes := Attributes{}
	return attributes, input.DecodeObject(text, func(name string, dec *jsontext.Decoder) error {
		if !attributeName.MatchString(name) {
			return fmt.Errorf("%q is not the name of an attribute: names are a letter followed by letters, digits and underscores", name)
		}
		return attributes.decode(name, dec)
	})
}

func (a Attributes) decode(name string, dec *jsontext.Decoder) error {
	value, err := input.AppendCanonical(nil, dec)
	a[name] = value
	return err
}

// FromConfig is Parse for a value that Validator has accepted; nil for a null or unknown one.
func FromConfig(value jsontypes.Normalized) Attributes {
	if value.IsNull() || value.IsUnknown() {
		return nil
	}
	attributes, err := Parse(value.ValueString())
	if err != nil {
		return nil
	}
	return attributes
}

// FromAPI reads the attributes of a response. To the API, attributes without a value and missing ones are the same.
func FromAPI(raw json.RawMessage) (Attributes, error) {
	attributes := Attributes{}
	if len(raw) == 0 || isCleared(raw) {
		return attributes, nil
	}
	err := input.DecodeObject(string(raw), func(name string, dec *jsontext.Decoder) error {
		err := attributes.decode(name, dec)
		if isCleared(attributes[name]) {
			delete(attributes, name)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("the attributes in the response: %w", err)
	}
	return attributes, nil
}

// FromMembers is FromAPI for a response that the client has taken apart. A value that has no canonical spelling stays as
// it is.
func FromMembers(api map[string]json.RawMessage) Attributes {
	attributes := Attributes{}
	for name, raw := range api {
		value, err := input.AppendCanonical(nil, jsontext.NewDecoder(bytes.NewReader(raw)))
		if err != nil {
			value = raw
		}
		if !isCleared(value) {
			attributes[name] = value
		}
	}
	return attributes
}

// Shown is the object of a response as it is; a missing one is empty.
func Shown(raw []byte) jsontypes.Normalized {
	if len(raw) == 0 || isCleared(raw) {
		return jsontypes.NewNormalizedValue("{}")
	}
	return jsontypes.NewNormalizedValue(string(raw))
}

// String is the canonical JSON text.
func (a Attributes) String() string {
	text := []byte{'{'}
	for i, name := range slices.Sorted(maps.Keys(a)) {
		if i > 0 {
			text = append(text, ',')
		}
		text = input.AppendString(text, name)
		text = append(append(text, ':'), a[name]...)
	}
	return string(append(text, '}'))
}

// Value is String as a value of Terraform.
func (a Attributes) Value() jsontypes.Normalized { return jsontypes.NewNormalizedValue(a.String()) }

// Managed is the part of the deployment's attributes that prior manages, in the spelling of prior where that means the same. A name
// that prior keeps cleared, and that has no value, stays; others without a value are omitted, so that the plan shows them.
func (a Attributes) Managed(prior Attributes) Attributes {
	part := Attributes{}
	for name, before := range prior {
		if now, ok := a[name]; ok {
			part[name] = now
		} else if isCleared(before) {
			part[name] = cleared
		}
	}
	return part.SpelledAs(prior)
}

// SpelledAs gives each value the spelling of prior where that means the same, so that a refresh shows what has really changed. It
// changes a.
func (a Attributes) SpelledAs(prior Attributes) Attributes {
	for name, before := range prior {
		if now, ok := a[name]; ok && input.EqualJSON(string(now), string(before)) {
			a[name] = before
		}
	}
	return a
}

// ManagedValue is Managed for a value of Terraform: all of a where prior is null or unknown, and prior itself where that
// means the same.
func (a Attributes) ManagedValue(prior jsontypes.Normalized) jsontypes.Normalized {
	before := FromConfig(prior)
	if before == nil {
		return a.Value()
	}
	if now := a.Managed(before); !now.Equal(before) {
		return now.Value()
	}
	return prior
}

// Spelled is the state's spelling of planned attributes that mean the same.
func Spelled(planned, state jsontypes.Normalized) jsontypes.Normalized {
	if wanted, before := FromConfig(planned), FromConfig(state); wanted != nil && before != nil && wanted.Equal(before) {
		return state
	}
	return planned
}

// WithoutCleared omits the names that are set to null.
func (a Attributes) WithoutCleared() Attributes {
	kept := maps.Clone(a)
	maps.DeleteFunc(kept, func(_ string, value json.RawMessage) bool { return isCleared(value) })
	return kept
}

// Equal compares values as input.EqualJSON does: numbers by value, times as instants.
func (a Attributes) Equal(other Attributes) bool { return len(a.Differing(other)) == 0 }

// Differing lists the names whose values differ, sorted.
func (a Attributes) Differing(other Attributes) []string {
	var names []string
	for name, value := range a {
		if theirs, ok := other[name]; !ok || !input.EqualJSON(string(value), string(theirs)) {
			names = append(names, name)
		}
	}
	for name := range other {
		if _, ok := a[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Clearing is what to send to turn before into a: everything in a, since whether the API merges is not documented, and
// null for the names that a lacks. It is nil for a nil a, which is not managed.
func (a Attributes) Clearing(before Attributes) Attributes {
	sent := maps.Clone(a)
	if sent == nil {
		return nil
	}
	for name := range before {
		if _, kept := a[name]; !kept {
			sent[name] = cleared
		}
	}
	return sent
}

// Ignored lists the names, sorted, that the deployment did not set or clear as sent.
func (a Attributes) Ignored(deployed Attributes) []string {
	return deployed.Managed(a).Differing(a)
}

// Has says whether every attribute of wanted has its value in a; null is the same as missing.
func (a Attributes) Has(wanted Attributes) bool { return len(wanted.Ignored(a)) == 0 }

// Validator accepts one JSON object with names that attributes can have.
type Validator struct {
	// NotEmpty demands at least one attribute.
	NotEmpty bool
}

// Description is for people.
func (Validator) Description(context.Context) string {
	return "a JSON object from attribute name to value"
}

// MarkdownDescription is Description.
func (v Validator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString reports a value that is not such an object.
func (v Validator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if !req.ConfigValue.IsNull() && !req.ConfigValue.IsUnknown() {
		v.Validate(req.ConfigValue.ValueString(), req.Path, &resp.Diagnostics)
	}
}

// Validate is ValidateString for a value that became known only after the validation.
func (v Validator) Validate(text string, at path.Path, diags *diag.Diagnostics) {
	attributes, err := Parse(text)
	switch {
	case err != nil:
		diags.AddAttributeError(at, "Invalid attributes",
			"The attributes must be one JSON object from name to value, as jsonencode({ Language = \"de\", age = 42 }) writes it; null clears an attribute.\n\n"+framework.Sentence(err.Error()))
	case v.NotEmpty && len(attributes) == 0:
		diags.AddAttributeError(at, "No attributes", "The object is empty: name at least one attribute to set.")
	}
}
