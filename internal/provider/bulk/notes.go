package bulk

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

const (
	// privateGone marks an object that Read did not find: Terraform hands it to the create that it plans then.
	privateGone = "gone"
	// privateGuard is max_removal_percent of a planned create, for the Delete of what the create replaces.
	privateGuard = "guard"
)

// NullLastSync is the value of last_sync before the first change of rows, as after an import.
func NullLastSync() types.Object { return types.ObjectNull(lastSyncTypes) }

// ForgetReplaced drops what NoteReplaced left, which an update saves in the state. Every Read calls it.
func ForgetReplaced(ctx context.Context, private PrivateWriter, diags *diag.Diagnostics) {
	WritePrivate(ctx, private, privateReplaced, nil, diags)
}

// NoteGone keeps in Read's private state that the object is gone. terraform destroy plans a create for it first, and an
// error there would stop the destroy.
func NoteGone(ctx context.Context, private PrivateWriter, diags *diag.Diagnostics) {
	ForgetReplaced(ctx, private, diags)
	WritePrivate(ctx, private, privateGone, true, diags)
}

// Gone says, when a create is planned, whether Read called NoteGone.
func Gone(ctx context.Context, private PrivateReader, diags *diag.Diagnostics) bool {
	return ReadPrivate[bool](ctx, private, privateGone, diags)
}

type plannedGuard struct {
	MaxRemovalPercent *float64 `json:"max_removal_percent"`
}

// NoteGuard keeps the configured max_removal_percent when a create is planned. If it is half of a replacement, Terraform
// hands it to the Delete of the other half.
func NoteGuard(ctx context.Context, private PrivateWriter, configured types.Float64, diags *diag.Diagnostics) {
	WritePrivate(ctx, private, privateGuard, plannedGuard{configured.ValueFloat64Pointer()}, diags)
}

// GuardOf is the max_removal_percent that a Delete obeys: what NoteGuard left in a replacement, else the state's.
func GuardOf(ctx context.Context, private PrivateReader, state types.Float64, diags *diag.Diagnostics) types.Float64 {
	if planned := ReadPrivate[*plannedGuard](ctx, private, privateGuard, diags); planned != nil {
		return types.Float64PointerValue(planned.MaxRemovalPercent)
	}
	return state
}
