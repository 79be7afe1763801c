package framework

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
)

// NoTimeouts is the timeouts block of a listed resource that has none.
func NoTimeouts(req list.ListRequest, diags *diag.Diagnostics) timeouts.Value {
	kind, found := req.ResourceSchema.Type().(types.ObjectType)
	block, typed := kind.AttrTypes["timeouts"].(timeouts.Type)
	if !found || !typed {
		diags.AddError("Unexpected schema", "The resource has no timeouts block. This is a bug of the provider; please report it.")
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
