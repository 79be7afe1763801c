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
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

const (
	timeoutsName = "timeouts"
	// rowTimeout is the default of each entry of the timeouts of a single row or a data source.
	rowTimeout = 20 * time.Minute
)

// Timed is what the models of resources have in common that are a single row. Managed gives them the block and obeys it.
type Timed struct {
	Timeouts *Timeouts `tfsdk:"timeouts"`
}

// Timeouts are the entries of the block.
type Timeouts struct {
	Create types.String `tfsdk:"create"`
	Read   types.String `tfsdk:"read"`
	Update types.String `tfsdk:"update"`
	Delete types.String `tfsdk:"delete"`
}

func rowTimeouts(ctx context.Context) schema.Block {
	return timeouts.Block(ctx, timeouts.Opts{
		Create: true, Read: true, Update: true, Delete: true,
		CreateDescription: "Time limit for creating it, such as `5m`. Default: `20m`.",
		ReadDescription:   "Time limit for reading it, and for the look-ups of a plan. Default: `20m`.",
		UpdateDescription: "Time limit for changing it. Default: `20m`.",
		DeleteDescription: "Time limit for deleting it. Default: `20m`. A change must be applied before the destroy.",
	})
}

// within bounds a context by an entry of the timeouts in a configuration, plan or state.
func within(ctx context.Context, object tftypes.Value, entry string, fallback time.Duration) (context.Context, context.CancelFunc) {
	limit := fallback
	var attributes, entries map[string]tftypes.Value
	var text string
	if object.As(&attributes) == nil && attributes[timeoutsName].IsKnown() && attributes[timeoutsName].As(&entries) == nil &&
		entries[entry].IsKnown() && entries[entry].As(&text) == nil {
		// The schema has validated it; null is "".
		if set, err := time.ParseDuration(text); err == nil {
			limit = set
		}
	}
	if limit == 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, limit)
}

// onlyTimeouts says whether the timeouts are all that a plan changes of a state. What is unknown in the plan is only so because
// something changes, where the configuration is known.
func onlyTimeouts(config, plan, state tftypes.Value) bool {
	var want, have map[string]tftypes.Value
	if state.IsNull() || plan.IsNull() || !config.IsFullyKnown() || plan.As(&want) != nil || state.As(&have) != nil ||
		want[timeoutsName].Equal(have[timeoutsName]) {
		return false
	}
	for name, value := range want {
		if name != timeoutsName && name != deploymentName && !fits(value, have[name]) {
			return false
		}
	}
	return true
}

// fits says whether what is known of a planned value is in the state.
func fits(plan, state tftypes.Value) bool {
	if !plan.IsKnown() || plan.Equal(state) {
		return true
	}
	var want, have map[string]tftypes.Value
	var wanted, had []tftypes.Value
	switch {
	case plan.IsNull() || state.IsNull():
		return false
	case plan.As(&want) == nil && state.As(&have) == nil && len(want) == len(have):
		for name, value := range want {
			if !fits(value, have[name]) {
				return false
			}
		}
		return true
	case plan.As(&wanted) == nil && state.As(&had) == nil && len(wanted) == len(had):
		for i, value := range wanted {
			if !fits(value, had[i]) {
				return false
			}
		}
		return true
	default:
		return false
	}
}

// withTimeouts is a state with the timeouts of a plan.
func withTimeouts(state, plan tftypes.Value) tftypes.Value {
	var planned, attributes map[string]tftypes.Value
	if plan.As(&planned) != nil || state.As(&attributes) != nil {
		return state
	}
	// As hands out the map of the value itself.
	attributes = maps.Clone(attributes)
	attributes[timeoutsName] = planned[timeoutsName]
	return tftypes.NewValue(state.Type(), attributes)
}

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
