package bulk

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// privateGone says that Read found the object gone. Terraform hands it to the call that plans to create it again, in
// terraform destroy too: what is wrong with that create is a warning then.
const privateGone = "gone"

// NoteGone keeps in Read's private state whether the object is gone. A gone object is not being replaced.
func NoteGone(ctx context.Context, private PrivateWriter, gone bool, diags *diag.Diagnostics) {
	if !gone {
		WritePrivate(ctx, private, privateGone, nil, diags)
		return
	}
	WritePrivate(ctx, private, privateGone, true, diags)
	WritePrivate(ctx, private, privateReplaced, nil, diags)
}

// WasGone says whether the create that is being planned makes up for an object that Read found gone.
func WasGone(ctx context.Context, private PrivateReader, diags *diag.Diagnostics) bool {
	return ReadPrivate[bool](ctx, private, privateGone, diags)
}
