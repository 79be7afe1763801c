// Package customer holds the constructs about customer profiles and their data.
package customer

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
)

// bag is a JSON object of custom attributes: from name to canonical JSON value.
type bag map[string]string

const cleared = "null"

// attributeName is what the account's definitions allow as a name (createAttribute).
var attributeName = regexp.MustCompile(`^[A-Za-z]\w*$`)

// parseBag reads a configured bag.
func parseBag(text string) (bag, error) {
	attributes := bag{}
	return attributes, input.DecodeObject(text, attributes.member)
}

// member reads one attribute of a configured bag.
func (b bag) member(name string, dec *jsontext.Decoder) error {
	if !attributeName.MatchString(name) {
		return fmt.Errorf("%q is not the name of an attribute: names are a letter followed by letters, digits and underscores", name)
	}
	value, err := input.AppendCanonical(nil, dec)
	b[name] = string(value)
	return err
}

// bagFromAPI reads the attributes of an answer. Attributes without a value and
// missing ones are the same to the API.
func bagFromAPI(raw json.RawMessage) (bag, error) {
	attributes := bag{}
	if len(raw) == 0 || string(raw) == cleared {
		return attributes, nil
	}
	err := input.DecodeObject(string(raw), func(name string, dec *jsontext.Decoder) error {
		value, err := input.AppendCanonical(nil, dec)
		if string(value) != cleared {
			attributes[name] = string(value)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("the attributes in the answer: %w", err)
	}
	return attributes, nil
}

// String is the canonical JSON text.
func (b bag) String() string {
	var text strings.Builder
	text.WriteByte('{')
	for i, name := range slices.Sorted(maps.Keys(b)) {
		if i > 0 {
			text.WriteByte(',')
		}
		quoted, _ := jsontext.AppendQuote(nil, name)
		text.Write(quoted)
		text.WriteByte(':')
		text.WriteString(b[name])
	}
	text.WriteByte('}')
	return text.String()
}

// managed is the part of the deployment's attributes that prior manages. A name
// that prior keeps cleared, and that has no value, stays; others without a value
// are left out, so that the plan shows them.
func (b bag) managed(prior bag) bag {
	part := bag{}
	for name, before := range prior {
		if now, ok := b[name]; ok {
			part[name] = now
		} else if before == cleared {
			part[name] = cleared
		}
	}
	return part
}

// equal compares values as input.EqualJSON does.
func (b bag) equal(other bag) bool { return len(b.differing(other)) == 0 }

// differing lists the names whose values differ, sorted.
func (b bag) differing(other bag) []string {
	changes := bulk.Diff(b, other, input.EqualJSON)
	return slices.Sorted(slices.Values(slices.Concat(changes.Added, changes.Updated, changes.Removed)))
}

// clearing is what to send to turn before into b: everything in b, since whether
// the API merges is not documented, and null for the names that b lacks.
func (b bag) clearing(before bag) bag {
	sent := maps.Clone(b)
	for name := range before {
		if _, kept := b[name]; !kept {
			sent[name] = cleared
		}
	}
	return sent
}

// ignored lists the names, sorted, that the deployment did not set or clear as sent.
func (b bag) ignored(deployed bag) []string { return deployed.managed(b).differing(b) }

// bagValidator accepts one JSON object with names that attributes can have.
type bagValidator struct{}

func (bagValidator) Description(context.Context) string {
	return "a JSON object from attribute name to value"
}

func (v bagValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v bagValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, err := parseBag(req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid attributes",
			"The attributes must be one JSON object from name to value, as jsonencode({ Language = \"de\", age = 42 }) writes it; null clears an attribute.\n\n"+err.Error()+".")
	}
}
