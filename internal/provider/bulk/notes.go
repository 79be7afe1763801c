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

// FileNote is what Read saw of the file of the state. Terraform hands it to both plans of an update, so that the second one
// detects a file that has changed.
type FileNote struct {
	Digest string `json:"digest"`
}

// IsStale says whether the file, which has this digest by now, has changed since the plan whose Read noted it. held is the digest of
// the state. Where the file was what the state is, and unchanged says that nothing else differs, that plan changed nothing, and this
// one is the first.
func (n *FileNote) IsStale(digest, held string, unchanged bool) bool {
	return n != nil && n.Digest != digest && (n.Digest != held || !unchanged)
}
