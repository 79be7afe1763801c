package bulk

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// privateGuard is max_removal_percent as configured for the new object of a replacement: what the planning call for the
// create leaves in private state, Terraform hands to the delete of the old object.
const privateGuard = "max_removal_percent"

type guardNote struct {
	Percent *float64 `json:"percent"`
}

// NoteGuard keeps the configured max_removal_percent when a create is planned, so that a guard that is lifted in the same
// change lets a replacement pass.
func NoteGuard(ctx context.Context, private PrivateWriter, maxPercent types.Float64, diags *diag.Diagnostics) {
	if !maxPercent.IsUnknown() {
		WritePrivate(ctx, private, privateGuard, guardNote{Percent: maxPercent.ValueFloat64Pointer()}, diags)
	}
}

// NotedGuard is the max_removal_percent that a Delete obeys: what NoteGuard left, otherwise that of the state.
func NotedGuard(ctx context.Context, private PrivateReader, state types.Float64, diags *diag.Diagnostics) types.Float64 {
	if note := ReadPrivate[*guardNote](ctx, private, privateGuard, diags); note != nil {
		return types.Float64PointerValue(note.Percent)
	}
	return state
}

// ForgetNotes removes what NoteTarget and NoteReplaced left. Read calls it first, and Update, after which both are out of
// date.
func ForgetNotes(ctx context.Context, private PrivateWriter, diags *diag.Diagnostics) {
	WritePrivate(ctx, private, privateTarget, nil, diags)
	WritePrivate(ctx, private, privateReplaced, nil, diags)
}
