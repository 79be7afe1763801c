package journal

import (
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
)

// meaning is a text that two values have in common if a run with one does the same as a run with the other: JSON in any
// spelling, lists in any order, and nothing written as null, as {} or as an empty list.
func meaning(value attr.Value) string {
	if value.IsUnknown() {
		return value.String()
	}
	switch v := value.(type) {
	case jsontypes.Normalized:
		canonical, err := input.AppendCanonicalObject(nil, jsontext.NewDecoder(strings.NewReader(v.ValueString())))
		switch {
		case err != nil:
			return v.ValueString()
		case string(canonical) == "{}":
			return ""
		}
		return input.Digest(string(canonical))
	case types.List:
		texts := make([]string, len(v.Elements()))
		for i, element := range v.Elements() {
			texts[i] = element.String()
		}
		slices.Sort(texts)
		return strings.Join(texts, "\n")
	case types.Map:
		if len(v.Elements()) == 0 {
			return ""
		}
	}
	if value.IsNull() {
		return ""
	}
	return value.String()
}

// Spelled is a configured value whose meaning has not changed, as the state has it. Where one of them is null, Terraform
// wants the configured one.
func Spelled[T attr.Value](configured, prior T) T {
	if configured.IsNull() || prior.IsNull() {
		return configured
	}
	return prior
}
