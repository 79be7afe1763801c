package session

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
)

// applied is the value to keep after an apply: the planned one, since Terraform
// holds the provider to its plan, with the actual one wherever the plan left it
// open. same is false where the deployment made another value of it.
func applied(ctx context.Context, planned, actual attr.Value) (result attr.Value, same bool) {
	switch {
	case planned.IsUnknown():
		return actual, true
	case planned.IsNull() || actual.IsNull():
		return closed(ctx, planned), planned.IsNull() == actual.IsNull()
	}
	switch planned := planned.(type) {
	case jsontypes.Normalized:
		if theirs, ok := actual.(jsontypes.Normalized); ok {
			return planned, customattr.Spelled(planned, theirs).Equal(theirs)
		}
	case basetypes.ObjectValue:
		if theirs, ok := actual.(basetypes.ObjectValue); ok {
			attributes, same := appliedParts(ctx, planned.Attributes(), theirs.Attributes())
			return basetypes.NewObjectValueMust(planned.AttributeTypes(ctx), attributes), same
		}
	case basetypes.MapValue:
		if theirs, ok := actual.(basetypes.MapValue); ok {
			elements, same := appliedParts(ctx, planned.Elements(), theirs.Elements())
			return basetypes.NewMapValueMust(planned.ElementType(ctx), elements), same
		}
	case basetypes.ListValue:
		if theirs, ok := actual.(basetypes.ListValue); ok {
			elements, same := appliedElements(ctx, planned.Elements(), theirs.Elements())
			return basetypes.NewListValueMust(planned.ElementType(ctx), elements), same
		}
	}
	return planned, planned.Equal(actual)
}

func appliedParts(ctx context.Context, planned, actual map[string]attr.Value) (result map[string]attr.Value, same bool) {
	same = len(planned) == len(actual)
	for name, part := range planned {
		theirs, ok := actual[name]
		if !ok {
			planned[name], same = closed(ctx, part), false
			continue
		}
		merged, equal := applied(ctx, part, theirs)
		planned[name] = merged
		same = same && equal
	}
	return planned, same
}

func appliedElements(ctx context.Context, planned, actual []attr.Value) (result []attr.Value, same bool) {
	same = len(planned) == len(actual)
	for i, element := range planned {
		if i >= len(actual) {
			planned[i] = closed(ctx, element)
			continue
		}
		merged, equal := applied(ctx, element, actual[i])
		planned[i] = merged
		same = same && equal
	}
	return planned, same
}

// closed turns the unknown parts of a planned value into nulls: nothing may stay
// unknown after an apply.
func closed(ctx context.Context, planned attr.Value) attr.Value {
	switch planned := planned.(type) {
	case basetypes.ObjectValue:
		if planned.IsNull() {
			return planned
		}
		attributes := planned.Attributes()
		for name := range attributes {
			attributes[name] = closed(ctx, attributes[name])
		}
		return basetypes.NewObjectValueMust(planned.AttributeTypes(ctx), attributes)
	case basetypes.ListValue:
		if planned.IsNull() {
			return planned
		}
		elements := planned.Elements()
		for i := range elements {
			elements[i] = closed(ctx, elements[i])
		}
		return basetypes.NewListValueMust(planned.ElementType(ctx), elements)
	case basetypes.Int64Value:
		if planned.IsUnknown() {
			return basetypes.NewInt64Null()
		}
	case basetypes.NumberValue:
		if planned.IsUnknown() {
			return basetypes.NewNumberNull()
		}
	}
	return planned
}

// keep is the value that an apply leaves, and warns where the deployment did not take over what was planned.
func keep(ctx context.Context, name string, actual, planned attr.Value, diags *diag.Diagnostics) attr.Value {
	result, same := applied(ctx, planned, actual)
	if !same {
		diags.AddAttributeWarning(path.Root(name), "The deployment keeps another value",
			fmt.Sprintf("%s was sent as configured, and the deployment's response has another value. The next plan shows the difference.", name))
	}
	return result
}
