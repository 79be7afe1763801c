package collection

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// errChanged says that a collection does not hold what the state says.
var errChanged = errors.New("the items have changed since the state was read")

// privateFile is the key of bulk.FileNote in private state.
const privateFile = "items_file"

// noteFile keeps in Read's private state what the file holds. A file that can't be read is the plan's business.
func (m *collectionModel) noteFile(ctx context.Context, private bulk.PrivateWriter, diags *diag.Diagnostics) {
	var note *bulk.FileNote
	if !m.ItemsFile.IsNull() {
		if digest, ok := m.readDigest(); ok {
			note = &bulk.FileNote{Digest: digest}
		}
	}
	bulk.WritePrivate(ctx, private, privateFile, note, diags)
}

// noteApplied keeps what the next Read will see where nothing changes.
func (m *collectionModel) noteApplied(ctx context.Context, private bulk.PrivateWriter, diags *diag.Diagnostics) {
	if !m.ItemsFile.IsNull() {
		bulk.WritePrivate(ctx, private, privateFile, bulk.FileNote{Digest: m.ItemsDigest.ValueString()}, diags)
	}
}

// fileIsStale says whether the file of both has changed since the first plan of the update.
func (m *collectionModel) fileIsStale(state *collectionModel, note *bulk.FileNote, desired *itemSet) bool {
	return m.ItemsFile.Equal(state.ItemsFile) && note.IsStale(desired.target().Digest, state.held().Digest,
		m.Description.Equal(state.Description) && m.SubscribedApplicationIDs.Equal(state.SubscribedApplicationIDs) &&
			m.DeletionProtection.Equal(state.DeletionProtection) && m.MaxRemovalPercent.Equal(state.MaxRemovalPercent) && m.Timeouts.Equal(state.Timeouts))
}

// isStale reports, in an apply, items that are not the planned ones.
func (m *collectionModel) isStale(desired *itemSet, diags *diag.Diagnostics) bool {
	if m.ItemsDigest.IsUnknown() || m.ItemsDigest.ValueString() == desired.target().Digest {
		return false
	}
	addFileChanged(diags)
	return true
}

func addFileChanged(diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("items_file"), "Items file has changed",
		"The file holds other items than when the plan was made. Nothing has been changed. Run terraform plan again, with a refresh.")
}

// keepComputed fills in what an update leaves as it is.
func (m *collectionModel) keepComputed(state, config *collectionModel) {
	m.ID, m.AccountID, m.Created = state.ID, state.AccountID, state.Created
	if config.Description.IsNull() {
		m.Description = state.Description
	}
	planned, known := framework.Int64s(m.SubscribedApplicationIDs)
	before, _ := framework.Int64s(state.SubscribedApplicationIDs)
	if config.SubscribedApplicationIDs.IsNull() || known && !state.SubscribedApplicationIDs.IsNull() && framework.SameNumbers(planned, before) {
		m.SubscribedApplicationIDs = state.SubscribedApplicationIDs
	}
}

// planItems writes into the plan which items there will be, and how many come and go.
func (r *collectionResource) planItems(ctx context.Context, plan, state *collectionModel, creating bool, desired *itemSet, private bulk.PrivateReader, diags *diag.Diagnostics) {
	before := state.held()
	if desired == nil {
		plan.ItemCount, plan.ItemsDigest, plan.LastSync = types.Int64Unknown(), types.StringUnknown(), bulk.UnknownLastSync()
		if !creating {
			state.subject().WarnUnknown(plan.source(), before.Count, plan.MaxRemovalPercent, diags)
		}
		return
	}
	if !creating && plan.fileIsStale(state, bulk.ReadPrivate[*bulk.FileNote](ctx, private, privateFile, diags), desired) {
		addFileChanged(diags)
		return
	}
	p, err := r.compare(ctx, state, creating, desired)
	if err != nil {
		r.addError(diags, "plan the items of collection", state, err)
		return
	}
	plan.subject().WarnTwins(plan.source(), p.Added, desired.Keys(), diags)
	plan.setHeld(desired.target())
	if before == desired.target() {
		// The same in another order or spelling.
		if !plan.Items.IsNull() && !state.Items.IsNull() {
			plan.Items = state.Items
		}
		if !plan.ItemsFile.IsNull() && !state.ItemsFile.IsNull() {
			plan.ItemsFile = state.ItemsFile
		}
	}
	plan.LastSync = state.LastSync
	if creating || !p.Empty() {
		plan.LastSync = p.LastSync(state.LastSync, desired.digest.Count, itemNoun, nil)
	}
	state.subject().Guard(plan.MaxRemovalPercent, len(p.Removed), before.Count, diags)
}

// compare is the plan from the items of the state to the desired ones. Where the state knows them by their digest only, it takes
// an export of them, and reports errChanged where that is another list.
func (r *collectionResource) compare(ctx context.Context, state *collectionModel, creating bool, desired *itemSet) (p bulk.Plan, err error) {
	switch {
	case !creating && state.held() == desired.target():
	case creating:
		p.Added = desired.Comparison().Missing()
	case !state.Items.IsNull():
		var before itemSet
		if err := before.addJSON(state.Items.ValueString()); err != nil {
			return p, fmt.Errorf("the state can't be read: %w", err)
		}
		p.Added, p.Removed = desired.Compare(func(yield func([]byte) bool) {
			for _, item := range before.Keys() {
				if !yield([]byte(item)) {
					return
				}
			}
		}).Differences()
	default:
		var items *talonone.MemberIDs
		if items, err = r.exactly(ctx, state, state.held()); err == nil {
			p.Added, p.Removed = desired.Compare(items.All()).Differences()
		}
	}
	return p, err
}

// exactly exports a collection and reports errChanged unless it holds the expected items.
func (r *collectionResource) exactly(ctx context.Context, m *collectionModel, expected bulk.Target) (*talonone.MemberIDs, error) {
	items, err := r.data.Client.ExportCollectionItems(ctx, m.place(), m.ID.ValueInt64())
	if err == nil && targetOf(items) != expected {
		err = errChanged
	}
	return items, err
}

// planCreate warns that a collection is adopted, and refuses one whose items would be removed. Nothing that it sees becomes a
// planned value.
func (r *collectionResource) planCreate(ctx context.Context, plan *collectionModel, desired *itemSet, private bulk.PrivateReader, diags *diag.Diagnostics) {
	replaced := bulk.Replaced(ctx, private, diags)
	if replaced != nil {
		bulk.Protect(r.data.AllowDelete, resourceType, replaced.Digest, "Collection "+replaced.Digest, plan.DeletionProtection, "", diags)
		plan.subject().GuardEnd(r.data.AllowDelete, plan.MaxRemovalPercent, replaced.Count, replaced.Count, diags)
	}
	if !plan.isPlaced() {
		return
	}
	if plan.place() != (talonone.CollectionPlace{}) {
		plan.SubscribedApplicationIDs = types.ListNull(types.Int64Type)
	}
	found, err := r.byName(ctx, plan)
	if err != nil {
		framework.AddError(diags, operation("look for collection", plan), err)
		return
	}
	if found == nil {
		r.data.ExpectCampaign(ctx, plan.ApplicationID, plan.CampaignID, diags)
		return
	}
	there := *plan
	there.fromAPI(found)
	if replaced != nil && replaced.Digest == there.importID() {
		return
	}
	items, err := r.data.Client.ExportCollectionItems(ctx, plan.place(), found.ID)
	if err != nil {
		framework.AddError(diags, operation("read collection", &there), err)
		return
	}
	// The end of a tainted object is not planned: what this run has read of it is that object's.
	if desired != nil && !r.data.Targets.WasRead(targetKey(found.ID), targetOf(items)) {
		if others := desired.Compare(items.All()).Others(); len(others) > 0 {
			there.refuseTaken(others, diags)
			return
		}
	}
	overwritten := ""
	if !plan.sameSettings(found) {
		overwritten = " The apply overwrites its description and connected Applications with the configured ones."
	}
	diags.AddAttributeWarning(path.Root("name"), "Collection "+there.label()+" exists already", fmt.Sprintf(
		"Collection %s has %s, all of them listed here. Applying adopts it, and destroying it later deletes it.%s If another configuration manages it, remove it from one of them.",
		there.label(), itemNoun.Count(items.Len()), overwritten))
}

// refuseTaken reports a collection that a create would have to remove items from.
func (m *collectionModel) refuseTaken(others []string, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("name"), "Collection exists already", fmt.Sprintf(
		"Collection %s holds %s not listed here. Creating a resource never removes anything. Import the collection, so that the plan shows what is removed:\n\n%s\n\n"+
			"Or choose another name. If the object is being replaced, run the plan with a refresh, without -refresh=false.",
		m.label(), itemNoun.Count(len(others)), framework.ImportBlock(resourceType, m.importID())))
}

// guardEnd refuses the end of a collection that a guard forbids.
func (r *collectionResource) guardEnd(state *collectionModel, guards bulk.Guards, because string, diags *diag.Diagnostics) {
	if guards.DeletionProtection.IsUnknown() {
		guards.DeletionProtection = state.DeletionProtection
	}
	bulk.Protect(r.data.AllowDelete, resourceType, state.importID(), "Collection "+state.label(), guards.DeletionProtection, because, diags)
	state.subject().GuardEnd(r.data.AllowDelete, guards.MaxRemovalPercent, state.held().Count, state.held().Count, diags)
}

// planEnd guards the end of a collection and says what goes with it.
func (r *collectionResource) planEnd(state *collectionModel, guards bulk.Guards, because string, diags *diag.Diagnostics) {
	if r.guardEnd(state, guards, because, diags); diags.HasError() {
		return
	}
	diags.AddWarning("Collection "+state.label()+" is deleted", fmt.Sprintf(
		"Collection %s is deleted with its %s.%s Rules refer to a collection by its ID: those that use it lose it, even if a new one has the same name.\n\n%s",
		state.label(), itemNoun.Count(state.held().Count), because, bulk.AdviseKeeping(resourceType)))
}

// addError is framework.AddError, with what only collections know.
func (r *collectionResource) addError(diags *diag.Diagnostics, action string, m *collectionModel, err error) {
	switch {
	case errors.Is(err, errChanged):
		m.subject().RefuseChanged(m.source(), diags)
	case errors.Is(err, errGone):
		framework.AddGone(diags, "collection "+m.label())
	default:
		framework.AddError(diags, operation(action, m), err)
	}
}
