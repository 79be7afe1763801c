package bulk

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

const (
	// privateGone says that Read found the object gone. Terraform hands it to the call that plans to create it again, in
	// terraform destroy too: what is wrong with that create is a warning then.
	privateGone = "gone"
	// privateGuard are the Guards of a planned end or create, for the Delete that follows.
	privateGuard = "guard"
)

// ForgetNotes removes what NoteTarget, NoteReplaced, NoteGone and NoteGuards left. Read calls it first, and Update, after
// which all of them are out of date.
func ForgetNotes(ctx context.Context, private PrivateWriter, diags *diag.Diagnostics) {
	for _, key := range []string{privateTarget, privateReplaced, privateGone, privateGuard} {
		WritePrivate(ctx, private, key, nil, diags)
	}
}

// NoteGone keeps in Read's private state that the object is gone, which is not a replacement.
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
