package framework

import (
	"context"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// NFC are the texts that a list of a state can hold: Terraform brings every text into Unicode's form NFC.
func NFC(texts []string) []string {
	return slices.DeleteFunc(slices.Clone(texts), func(text string) bool { return !input.IsNFC(text) })
}

// WarnNotNFC says which IDs a list at the path can't hold.
func WarnNotNFC(diags *diag.Diagnostics, at path.Path, ids []string) {
	others := slices.DeleteFunc(slices.Clone(ids), input.IsNFC)
	if len(others) == 0 {
		return
	}
	diags.AddAttributeWarning(at, "Some IDs can't be in a Terraform list", fmt.Sprintf(
		"IDs that are not in Unicode's form NFC: %d, such as %+q. Terraform would turn them into other IDs, so this resource leaves them out and never changes or removes them.", len(others), others[0]))
}

// IDListValue is the list of these IDs; it is never null.
func IDListValue(ids []string) types.List {
	elements := make([]attr.Value, len(ids))
	for i, id := range ids {
		elements[i] = types.StringValue(id)
	}
	return types.ListValueMust(types.StringType, elements)
}

// IntegrationID accepts an integration ID: 1 to talonone.MaxIntegrationID characters.
func IntegrationID() []validator.String {
	return []validator.String{stringvalidator.UTF8LengthBetween(1, talonone.MaxIntegrationID)}
}

// IDList validates a list of integration IDs: each once, 1 to 1,000 characters,
// at most Max of them. It takes linear time, unlike a comparison of each pair.
type IDList struct{ Max int }

// Description says what is allowed.
func (v IDList) Description(context.Context) string {
	return fmt.Sprintf("at most %d different integration IDs of 1 to %d characters", v.Max, talonone.MaxIntegrationID)
}

// MarkdownDescription says what is allowed.
func (v IDList) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateList reports each wrong element on its own path.
func (v IDList) ValidateList(ctx context.Context, req validator.ListRequest, resp *validator.ListResponse) {
	elements := req.ConfigValue.Elements()
	if len(elements) > v.Max {
		resp.Diagnostics.AddAttributeError(req.Path, "Too many integration IDs",
			fmt.Sprintf("There are %d, and one resource takes %s. Spread them over several resources.", len(elements), v.Description(ctx)))
		return
	}
	first := make(map[string]int, len(elements))
	for i, element := range elements {
		at := req.Path.AtListIndex(i)
		id, ok := element.(types.String)
		if !ok || id.IsUnknown() {
			continue
		}
		length := utf8.RuneCountInString(id.ValueString())
		if id.IsNull() || length == 0 || length > talonone.MaxIntegrationID {
			resp.Diagnostics.AddAttributeError(at, "Invalid integration ID",
				fmt.Sprintf("Element %d is null, empty or longer than %d characters. An integration ID has 1 to %d characters.", i+1, talonone.MaxIntegrationID, talonone.MaxIntegrationID))
			continue
		}
		if earlier, taken := first[id.ValueString()]; taken {
			resp.Diagnostics.AddAttributeError(at, "Integration ID occurs twice",
				fmt.Sprintf("Element %d repeats element %d. Remove one of them, for instance with distinct().", i+1, earlier+1))
			continue
		}
		first[id.ValueString()] = i
	}
}
