package lookup

import (
	"encoding/json"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
)

// ID is the column id, which is a key.
func ID[T any](noun string, of func(T) int64) Column[T] {
	return Number("id", Key, "ID of the "+noun+".", of)
}

// Name is the column name, which is a key.
func Name[T any](description string, of func(T) string) Column[T] {
	return Text("name", Key, description, of)
}

// With is the column if another one has to be configured with it.
func (c Column[T]) With(other string) Column[T] {
	c.Needs = other
	return c
}

// Text is a column of texts; the empty one is a text.
func Text[T any](name string, role Role, description string, of func(T) string) Column[T] {
	return Column[T]{Name: name, Kind: types.StringType, Role: role, Description: description, Of: func(one T) attr.Value { return types.StringValue(of(one)) }}
}

// OptionalText is a column of texts that an object may lack: null.
func OptionalText[T any](name string, role Role, description string, of func(T) *string) Column[T] {
	return Column[T]{Name: name, Kind: types.StringType, Role: role, Description: description, Of: func(one T) attr.Value { return types.StringPointerValue(of(one)) }}
}

// Number is a column of integers.
func Number[T any](name string, role Role, description string, of func(T) int64) Column[T] {
	return Column[T]{Name: name, Kind: types.Int64Type, Role: role, Description: description, Of: func(one T) attr.Value { return types.Int64Value(of(one)) }}
}

// OptionalNumber is a column of integers that an object may lack: null.
func OptionalNumber[T any](name string, role Role, description string, of func(T) *int64) Column[T] {
	return Column[T]{Name: name, Kind: types.Int64Type, Role: role, Description: description, Of: func(one T) attr.Value { return types.Int64PointerValue(of(one)) }}
}

// Flag is a column of booleans; a missing one is false.
func Flag[T any](name string, role Role, description string, of func(T) *bool) Column[T] {
	return Column[T]{Name: name, Kind: types.BoolType, Role: role, Description: description, Of: func(one T) attr.Value {
		return types.BoolValue(framework.ValueOf(of(one)))
	}}
}

// Instant is a column of times; a missing one is null.
func Instant[T any](name, description string, of func(T) *time.Time) Column[T] {
	return Column[T]{Name: name, Kind: timetypes.RFC3339Type{}, Description: description, Of: func(one T) attr.Value { return framework.OptionalTime(of(one)) }}
}

// Numbers is a column of lists of integers.
func Numbers[T any](name string, role Role, description string, of func(T) []int64) Column[T] {
	return Column[T]{Name: name, Kind: types.ListType{ElemType: types.Int64Type}, Role: role, Description: description, Of: func(one T) attr.Value {
		return framework.Int64List(of(one), types.ListValueMust(types.Int64Type, nil))
	}}
}

// Texts is a column of lists of texts.
func Texts[T any](name string, role Role, description string, of func(T) []string) Column[T] {
	return Column[T]{Name: name, Kind: types.ListType{ElemType: types.StringType}, Role: role, Description: description, Of: func(one T) attr.Value {
		return framework.IDListValue(of(one))
	}}
}

// Attributes is the column attributes: the custom attributes as JSON.
func Attributes[T any](description string, of func(T) json.RawMessage) Column[T] {
	return Column[T]{Name: "attributes", Kind: jsontypes.NormalizedType{}, Description: description, Of: func(one T) attr.Value { return customattr.Shown(of(one)) }}
}
