package catalog

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
)

// privateFile is the items file that a refresh or an apply has read.
const privateFile = "file"

// seenFile is the value of privateFile.
type seenFile struct {
	// Source is the items_file that it was read by, SHA256 that of its bytes.
	Source string `json:"source"`
	SHA256 string `json:"sha256"`
	// Content is the digest of its items where they are not those of the state, so that an update follows. The apply of
	// that update finds out by it whether the file has been edited once more.
	Content string `json:"content,omitempty"`
}

// noteFile notes the items file for the plan that follows. items are those of the refreshed state; unchanged says that the
// refresh found nothing new.
func (r *catalogItemsResource) noteFile(ctx context.Context, state *catalogItemsModel, items Items, unchanged bool, resp *resource.ReadResponse) {
	seen := bulk.ReadPrivate[seenFile](ctx, resp.Private, privateFile, &resp.Diagnostics)
	bulk.WritePrivate(ctx, resp.Private, privateFile, nil, &resp.Diagnostics)
	if !state.fromFile() {
		return
	}
	// What is wrong with the file is for the plan to say, which may have a new one.
	var ignored diag.Diagnostics
	digest, err := input.FileDigest(state.filePath(), maxFileBytes)
	if err != nil {
		return
	}
	if now := (seenFile{Source: state.ItemsFile.String(), SHA256: digest}); !unchanged || seen != now {
		desired, file := state.desired(&ignored)
		if ignored.HasError() {
			return
		}
		if seen = (seenFile{Source: now.Source, SHA256: file.sha256}); !desired.Equal(items) {
			seen.Content = desired.digest()
		}
	}
	bulk.WritePrivate(ctx, resp.Private, privateFile, seen, &resp.Diagnostics)
}

// fileChanged reports an items file that is not the one that the plan's refresh has read.
func fileChanged(ctx context.Context, config *catalogItemsModel, p *itemsPlan, private bulk.PrivateReader, diags *diag.Diagnostics) bool {
	seen := bulk.ReadPrivate[seenFile](ctx, private, privateFile, diags)
	if seen.Content == "" || seen.Source != config.ItemsFile.String() || p.file.sha256 == seen.SHA256 || p.desired.digest() == seen.Content {
		return false
	}
	reportChangedFile(config.filePath(), diags)
	return true
}

func reportChangedFile(name string, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("items_file"), "The items file has changed since the plan", fmt.Sprintf(
		"%s no longer holds the items that were planned. Nothing has been changed. Run terraform plan again, with a refresh, to see what the new file changes.", name))
}

// noteApplied notes the items file whose items the state has now.
func noteApplied(ctx context.Context, applied *catalogItemsModel, p *itemsPlan, private bulk.PrivateWriter, diags *diag.Diagnostics) {
	if applied.fromFile() {
		bulk.WritePrivate(ctx, private, privateFile, seenFile{Source: applied.ItemsFile.String(), SHA256: p.file.sha256}, diags)
	} else {
		bulk.WritePrivate(ctx, private, privateFile, nil, diags)
	}
}
