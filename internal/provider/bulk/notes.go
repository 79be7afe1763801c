package bulk

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// privateGuard is max_removal_percent of a planned create, for the Delete of what the create replaces.
const privateGuard = "guard"

// ForgetReplaced drops what NoteReplaced left, which an update saves in the state. Every Read calls it.
func ForgetReplaced(ctx context.Context, private PrivateWriter, diags *diag.Diagnostics) {
	WritePrivate(ctx, private, privateReplaced, nil, diags)
}

type plannedGuard struct {
	MaxRemovalPercent *float64 `json:"max_removal_percent"`
}

// NoteGuard keeps the configured max_removal_percent when a create is planned. If it is half of a replacement, Terraform
// hands it to the Delete of the other half.
func NoteGuard(ctx context.Context, private PrivateWriter, configured types.Float64, diags *diag.Diagnostics) {
	if !configured.IsUnknown() {
		WritePrivate(ctx, private, privateGuard, plannedGuard{configured.ValueFloat64Pointer()}, diags)
	}
}

// GuardOf is the max_removal_percent that a Delete obeys: what NoteGuard left in a replacement, else the state's.
func GuardOf(ctx context.Context, private PrivateReader, state types.Float64, diags *diag.Diagnostics) types.Float64 {
	if planned := ReadPrivate[*plannedGuard](ctx, private, privateGuard, diags); planned != nil {
		return types.Float64PointerValue(planned.MaxRemovalPercent)
	}
	return state
}
