package framework

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// NoTimeouts is the timeouts block of a listed resource that has none.
func NoTimeouts(req list.ListRequest, diags *diag.Diagnostics) timeouts.Value {
	kind, found := req.ResourceSchema.Type().(types.ObjectType)
	block, typed := kind.AttrTypes["timeouts"].(timeouts.Type)
	if !found || !typed {
		diags.AddError("Unexpected schema", "The resource has no timeouts block.")
		return timeouts.Value{}
	}
	return timeouts.Value{Object: basetypes.NewObjectNull(block.AttrTypes)}
}

// Within bounds a context by one of the timeouts of a resource, such as plan.Timeouts.Create.
func Within(ctx context.Context, timeout func(context.Context, time.Duration) (time.Duration, diag.Diagnostics), fallback time.Duration, diags *diag.Diagnostics) (context.Context, context.CancelFunc) {
	limit, problems := timeout(ctx, fallback)
	diags.Append(problems...)
	return context.WithTimeout(ctx, limit)
}

// checkTimeouts refuses durations of the block timeouts that are not positive.
func checkTimeouts(config tftypes.Value, diags *diag.Diagnostics) {
	var attributes, limits map[string]tftypes.Value
	if config.As(&attributes) != nil || attributes["timeouts"].IsNull() || !attributes["timeouts"].IsKnown() || attributes["timeouts"].As(&limits) != nil {
		return
	}
	for _, operation := range slices.Sorted(maps.Keys(limits)) {
		var text string
		if limits[operation].IsNull() || !limits[operation].IsKnown() || limits[operation].As(&text) != nil {
			continue
		}
		if limit, err := time.ParseDuration(text); err == nil && limit <= 0 {
			diags.AddAttributeError(path.Root("timeouts").AtName(operation), "Invalid timeout",
				fmt.Sprintf("%q leaves no time. Write a positive duration, such as 20m or 1h30m, or omit it.", text))
		}
	}
}
