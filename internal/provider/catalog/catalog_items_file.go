package catalog

import (
	"context"
	"encoding/hex"
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
	// Managed is the digest of the managed_items that say the same as the file.
	Managed string `json:"managed,omitempty"`
	// Content is the digest of its items where they are not those of the state, so that an update follows. The apply of
	// that update finds out by it whether the file has been edited once more.
	Content string `json:"content,omitempty"`
}

// readAs begins seenFile.Managed. Another one makes notes of earlier versions void, which read files differently.
const readAs = "1:"

// managedDigest is for seenFile.
func (m *catalogItemsModel) managedDigest() string {
	digest := digestOf(m.ManagedItems.ValueString())
	return readAs + hex.EncodeToString(digest[:])
}

// noteFile notes the items file for the plan that follows.
func (r *catalogItemsResource) noteFile(ctx context.Context, state *catalogItemsModel, resp *resource.ReadResponse) {
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
	if now := (seenFile{Source: state.ItemsFile.String(), SHA256: digest, Managed: state.managedDigest()}); seen != now {
		if seen = state.readAgain(now, &ignored); ignored.HasError() {
			return
		}
	}
	bulk.WritePrivate(ctx, resp.Private, privateFile, seen, &resp.Diagnostics)
}

// readAgain is the note of a file that may have other items than the state.
func (m *catalogItemsModel) readAgain(now seenFile, diags *diag.Diagnostics) seenFile {
	var file itemsFile
	if m.byDigest() {
		var desired managedText
		prior, _ := m.managed() // What Read has written.
		if desired, file = m.desiredDigests(prior, diags); desired.text != prior.text {
			now.Managed, now.Content = "", input.Digest(desired.text)
		}
	} else {
		var desired Items
		if desired, file = m.desired(diags); !desired.Equal(m.content(diags)) {
			now.Managed, now.Content = "", desired.digest()
		}
	}
	now.SHA256 = file.sha256
	return now
}

// planSameFile plans an update whose file says what the state says already, as the refresh or an apply has found out for
// exactly these bytes of both: nothing has to be read to see that no item changes. It is false where anything else may.
func (r *catalogItemsResource) planSameFile(ctx context.Context, plan, prior *catalogItemsModel, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) bool {
	diags := &resp.Diagnostics
	if prior == nil || !plan.fromFile() || prior.ManagedItems.IsNull() || !plan.PlanDetail.Equal(prior.PlanDetail) || !plan.Ownership.Equal(prior.Ownership) ||
		plan.exclusive() && !r.data.Client.HasManagementKey() {
		return false
	}
	seen := bulk.ReadPrivate[seenFile](ctx, req.Private, privateFile, diags)
	if seen.Source != plan.ItemsFile.String() || seen.Managed == "" || seen.Managed != prior.managedDigest() {
		return false
	}
	if digest, err := input.FileDigest(plan.filePath(), maxFileBytes); err != nil || digest != seen.SHA256 {
		return false
	}
	held, err := prior.managed()
	if err != nil {
		return false
	}
	claim := plan.claim(nil)
	claim.Held, claim.WasExclusive = func(string) bool { return true }, prior.exclusive()
	claim.Digest, claim.Load = seen.Managed, held.listed
	bulk.NoteReplaced(ctx, resp.Private, bulk.TargetOf(held.digest()), diags)
	r.data.Owners.Claim(ctx, claim, req.Private, resp.Private, diags)
	plan.ItemCount, plan.CatalogVersion, plan.LastSync, plan.ManagedItems = prior.ItemCount, prior.CatalogVersion, prior.LastSync, prior.ManagedItems
	plan.ItemsFile = keepingFile(ctx, plan.ItemsFile, prior.ItemsFile)
	if !diags.HasError() {
		diags.Append(resp.Plan.Set(ctx, plan)...)
	}
	return true
}

// fileChanged reports an items file that is not the one that the plan's refresh has read.
func fileChanged(ctx context.Context, config *catalogItemsModel, p *itemsPlan, private bulk.PrivateReader, diags *diag.Diagnostics) bool {
	seen := bulk.ReadPrivate[seenFile](ctx, private, privateFile, diags)
	if seen.Content == "" || seen.Source != config.ItemsFile.String() || p.file.sha256 == seen.SHA256 || p.digest() == seen.Content {
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
		bulk.WritePrivate(ctx, private, privateFile, seenFile{Source: applied.ItemsFile.String(), SHA256: p.file.sha256, Managed: applied.managedDigest()}, diags)
	} else {
		bulk.WritePrivate(ctx, private, privateFile, nil, diags)
	}
}
