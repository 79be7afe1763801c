package bulk

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

const (
	// privateGone says that Read found the object gone. Terraform hands it to the call that plans to create it again, in
	// terraform destroy too: what is wrong with that create is a warning then.
	privateGone = "gone"
	// privateGuard is max_removal_percent of a planned create, for the Delete of what the create replaces.
	privateGuard = "guard"
)

// ForgetNotes removes what NoteTarget, NoteReplaced and NoteGone left. Read calls it first, and Update, after which all of
// them are out of date.
func ForgetNotes(ctx context.Context, private PrivateWriter, diags *diag.Diagnostics) {
	for _, key := range []string{privateTarget, privateReplaced, privateGone} {
		WritePrivate(ctx, private, key, nil, diags)
	}
}

// NoteGone keeps in Read's private state that the object is gone, which is no replacement.
func NoteGone(ctx context.Context, private PrivateWriter, diags *diag.Diagnostics) {
	ForgetNotes(ctx, private, diags)
	WritePrivate(ctx, private, privateGone, true, diags)
}

// Gone says whether the create that is being planned makes up for an object that Read found gone.
func Gone(ctx context.Context, private PrivateReader, diags *diag.Diagnostics) bool {
	return ReadPrivate[bool](ctx, private, privateGone, diags)
}

// ForgetGone removes what NoteGone left.
func ForgetGone(ctx context.Context, private PrivateWriter, diags *diag.Diagnostics) {
	WritePrivate(ctx, private, privateGone, nil, diags)
}

type plannedGuard struct {
	MaxRemovalPercent *float64 `json:"max_removal_percent"`
}

// NoteGuard keeps the configured max_removal_percent when a create is planned. If it is half of a replacement, Terraform
// hands it to the Delete of the other half, so that a guard that is lifted in the same change lets the replacement pass.
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
