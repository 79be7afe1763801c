package framework

import (
	"strings"

	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// The API treats a missing, a null and an empty property alike, Terraform does
// not. Each function below takes the prior value, from configuration or state,
// and lets it decide between null and empty.

// OptionalString is null for a missing or empty property, unless the prior value
// is an empty string.
func OptionalString(api *string, prior types.String) types.String {
	if api != nil && *api != "" {
		return types.StringValue(*api)
	}
	if !prior.IsNull() && !prior.IsUnknown() {
		return types.StringValue("")
	}
	return types.StringNull()
}

// FoldedString is an ID or SKU of a response, in the spelling of before where the deployment has folded its case.
func FoldedString(api string, prior types.String) types.String {
	if strings.ToLower(prior.ValueString()) == api {
		return prior
	}
	return types.StringValue(api)
}

// OptionalFolded is OptionalString and FoldedString.
func OptionalFolded(api *string, prior types.String) types.String {
	if api != nil && *api != "" {
		return FoldedString(*api, prior)
	}
	return OptionalString(api, prior)
}

// Int64List keeps the prior order where the API returned the same numbers in
// another one, and an empty list where it returned none.
func Int64List(api []int64, prior types.List) types.List {
	if len(api) == 0 && prior.IsNull() {
		return types.ListNull(types.Int64Type)
	}
	if before, known := Int64s(prior); known && SameNumbers(before, api) {
		return prior
	}
	elements := make([]attr.Value, len(api))
	for i, number := range api {
		elements[i] = types.Int64Value(number)
	}
	return types.ListValueMust(types.Int64Type, elements)
}

// Int64s returns the numbers of a list; false when it, or an element, is null or unknown.
func Int64s(list types.List) ([]int64, bool) {
	if list.IsNull() || list.IsUnknown() {
		return nil, false
	}
	numbers := make([]int64, 0, len(list.Elements()))
	for _, element := range list.Elements() {
		number, ok := element.(types.Int64)
		if !ok || number.IsNull() || number.IsUnknown() {
			return nil, false
		}
		numbers = append(numbers, number.ValueInt64())
	}
	return numbers, true
}

// SameNumbers says whether two lists hold the same numbers in any order.
func SameNumbers(a, b []int64) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}

// StringPointer is nil for a null or unknown value.
func StringPointer(value types.String) *string {
	if value.IsNull() || value.IsUnknown() {
		return nil
	}
	return value.ValueStringPointer()
}

// BoolPointer is nil for a null or unknown value.
func BoolPointer(value types.Bool) *bool {
	if value.IsNull() || value.IsUnknown() {
		return nil
	}
	return value.ValueBoolPointer()
}

// Time is an RFC 3339 value in UTC, to the microsecond, as the API writes it.
func Time(t time.Time) timetypes.RFC3339 {
	return timetypes.NewRFC3339ValueMust(t.UTC().Truncate(time.Microsecond).Format(time.RFC3339Nano))
}

// ValueOf is what pointer points to, and the zero value for nil.
func ValueOf[T any](pointer *T) T {
	if pointer == nil {
		return *new(T)
	}
	return *pointer
}
