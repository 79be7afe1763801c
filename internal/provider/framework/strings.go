package framework

import (
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Strings returns the texts of a list, never nil; false when it, or an element,
// is null or unknown.
func Strings(list types.List) ([]string, bool) {
	if list.IsNull() || list.IsUnknown() {
		return nil, false
	}
	texts := make([]string, 0, len(list.Elements()))
	for _, element := range list.Elements() {
		text, ok := element.(types.String)
		if !ok || text.IsNull() || text.IsUnknown() {
			return nil, false
		}
		texts = append(texts, text.ValueString())
	}
	return texts, true
}

// StringList is the list of a response; a missing one is empty. It keeps the
// prior list where that holds the same texts, as same compares them, in any order.
func StringList(api []string, prior types.List, same func(a, b string) bool) types.List {
	if before, known := Strings(prior); known && sameTexts(before, api, same) {
		return prior
	}
	elements := make([]attr.Value, len(api))
	for i, text := range api {
		elements[i] = types.StringValue(text)
	}
	return types.ListValueMust(types.StringType, elements)
}

// Exactly compares texts as they are.
func Exactly(a, b string) bool { return a == b }

// CaseInsensitively compares codes, whose case an Application may change.
func CaseInsensitively(a, b string) bool { return strings.EqualFold(a, b) }

func sameTexts(a, b []string, same func(a, b string) bool) bool {
	if len(a) != len(b) {
		return false
	}
	rest := slices.Clone(b)
	for _, text := range a {
		at := slices.IndexFunc(rest, func(other string) bool { return same(text, other) })
		if at < 0 {
			return false
		}
		rest = slices.Delete(rest, at, at+1)
	}
	return true
}
