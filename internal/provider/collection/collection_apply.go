package collection

import (
	"context"
	"errors"
	"net/http"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// create makes the collection, or takes over one with its name that holds no other items, and turns the plan into the state.
func (r *collectionResource) create(ctx context.Context, plan *collectionModel, desired *itemSet, private bulk.Private, diags *diag.Diagnostics) {
	claim := plan.claim()
	unlock, err := r.data.LockRow(ctx, claim.Target, plan.Name.ValueString())
	if err != nil {
		r.addError(diags, "create collection", plan, err)
		return
	}
	defer unlock()
	var there bulk.Target
	found, err := r.byName(ctx, plan)
	made := false
	if err == nil && found == nil {
		found, made, err = r.make(ctx, plan)
		there = new(itemSet).target()
	}
	if err == nil && !made {
		var items *talonone.MemberIDs
		if items, err = r.data.Client.ExportCollectionItems(ctx, plan.place(), found.ID); err == nil {
			there = targetOf(items)
			if others := desired.Compare(items.All()).Others(); len(others) > 0 {
				existing := *plan
				existing.fromAPI(found)
				existing.refuseTaken(others, diags)
				return
			}
		}
	}
	r.data.Owners.Write(ctx, claim, private, diags)
	if err == nil && !plan.sameSettings(found) {
		found, err = r.change(ctx, plan, found.ID)
	}
	if err == nil && there != desired.target() {
		err = r.importItems(ctx, plan.place(), found.ID, desired)
	}
	if err != nil {
		r.addError(diags, "create collection", plan, err)
		return
	}
	if plan.LastSync.IsUnknown() {
		p, _ := r.compare(ctx, plan, true, desired)
		plan.LastSync = p.LastSync(bulk.NullLastSync(), desired.digest.Count, itemNoun, nil)
	}
	plan.applied(found, desired)
}

// make creates an empty collection. Where the name is taken or the response is lost, it is the one with the name.
func (r *collectionResource) make(ctx context.Context, plan *collectionModel) (found *talonone.Collection, made bool, err error) {
	settings := plan.toAPI()
	settings.Name = plan.Name.ValueString()
	found, err = r.data.Client.CreateCollection(ctx, plan.place(), settings)
	if !talonone.IsConflict(err) && !talonone.IsOutcomeUnknown(err) {
		return found, err == nil, err
	}
	awaited := r.data.Await(ctx, func(ctx context.Context) (bool, error) {
		var err error
		r.data.Client.ForgetCollection(plan.place(), 0)
		found, err = r.byName(ctx, plan)
		return found != nil, err
	})
	if awaited == nil && found != nil {
		err = nil
	}
	return found, false, err
}

// importItems replaces all items. Where it is refused or its outcome is not known, the collection tells whether it holds them,
// as soon as reads show an attempt whose response was lost: a deployment may refuse a list that it has already.
func (r *collectionResource) importItems(ctx context.Context, place talonone.CollectionPlace, id int64, desired *itemSet) error {
	err := r.data.Client.ImportCollectionItems(ctx, place, id, desired.Keys())
	if err == nil || ctx.Err() != nil {
		return err
	}
	refusal, refused := errors.AsType[*talonone.Error](err)
	sure := refused && !refusal.Repeated
	holds := false
	_ = r.data.Await(ctx, func(ctx context.Context) (bool, error) {
		r.data.Client.ForgetCollection(place, id)
		items, readErr := r.data.Client.ExportCollectionItems(ctx, place, id)
		holds = readErr == nil && targetOf(items) == desired.target()
		return holds || sure, readErr
	})
	if holds {
		return nil
	}
	return err
}

// update changes settings and items, and turns the plan into the state. What has been written before a failure is in state.
func (r *collectionResource) update(ctx context.Context, plan, state *collectionModel, desired *itemSet, private bulk.Private, diags *diag.Diagnostics) {
	claim := plan.claim()
	unlock, err := r.data.LockRow(ctx, claim.Target, plan.Name.ValueString())
	if err != nil {
		r.addError(diags, "update collection", state, err)
		return
	}
	defer unlock()
	found, err := r.current(ctx, state, diags)
	imports := state.held() != desired.target()
	if err == nil && plan.LastSync.IsUnknown() {
		var p bulk.Plan
		p, err = r.compare(ctx, state, false, desired)
		plan.LastSync = state.LastSync
		if !p.Empty() {
			plan.LastSync = p.LastSync(state.LastSync, desired.digest.Count, itemNoun, nil)
		}
	}
	if err == nil && imports && !diags.HasError() {
		var items *talonone.MemberIDs
		items, err = r.exactly(ctx, state, state.held())
		if items != nil && targetOf(items) == desired.target() {
			// An earlier apply has done it, and its state is lost.
			imports, err = false, nil
		}
	}
	if diags.HasError() {
		return
	}
	if err == nil && found == nil {
		err = errGone
	}
	r.data.Owners.Write(ctx, claim, private, diags)
	if err == nil && !plan.sameSettings(found) {
		if found, err = r.change(ctx, plan, found.ID); err == nil {
			state.Description, state.SubscribedApplicationIDs = plan.Description, plan.SubscribedApplicationIDs
		}
	}
	if err == nil && imports {
		err = r.importItems(ctx, plan.place(), found.ID, desired)
	}
	if err != nil {
		r.addError(diags, "update collection", state, err)
		return
	}
	plan.applied(found, desired)
}

// change writes the settings, and reports those that the deployment has not taken.
func (r *collectionResource) change(ctx context.Context, plan *collectionModel, id int64) (*talonone.Collection, error) {
	changed, err := r.data.Client.UpdateCollection(ctx, plan.place(), id, plan.toAPI())
	if err == nil && !plan.sameSettings(changed) {
		err = errors.New("the deployment answered with another description or other connected Applications than were sent")
	}
	return changed, err
}

// applied fills in what was not known when planning.
func (m *collectionModel) applied(api *talonone.Collection, desired *itemSet) {
	planned := *m
	m.fromAPI(api)
	if !planned.Description.IsUnknown() {
		m.Description = planned.Description
	}
	m.setHeld(desired.target())
}

// current is the state's collection before a write; nil where it is gone. Another one with its ID is reported.
func (r *collectionResource) current(ctx context.Context, state *collectionModel, diags *diag.Diagnostics) (*talonone.Collection, error) {
	found, err := r.byID(ctx, state)
	if err == nil && found != nil && framework.IsAnother(state.Created, found.Created) {
		framework.AddAnother(diags, "collection "+state.label(), state.Created, found.Created)
	}
	return found, err
}

// delete deletes the collection with the items that the plan has shown.
func (r *collectionResource) delete(ctx context.Context, state *collectionModel, private bulk.PrivateReader, diags *diag.Diagnostics) {
	claim := state.claim()
	unlock, err := r.data.LockRow(ctx, claim.Target, state.Name.ValueString())
	if err != nil {
		r.addError(diags, "delete collection", state, err)
		return
	}
	defer unlock()
	found, err := r.byID(ctx, state)
	switch {
	case talonone.IsNotFound(err), err == nil && found == nil:
		return
	case err != nil:
		r.addError(diags, "delete collection", state, err)
		return
	case framework.IsAnother(state.Created, found.Created):
		framework.WarnAnother(diags, "collection "+state.label(), state.Created, found.Created)
		return
	}
	if remove, _ := r.data.Owners.SpareEnd(ctx, r.data.AllowDelete, claim, private, diags); len(remove) == 0 {
		return
	}
	if _, err = r.exactly(ctx, state, state.held()); err == nil {
		err = r.data.Client.DeleteCollection(ctx, state.place(), found.ID)
	}
	if err == nil || talonone.IsNotFound(err) {
		r.data.Targets.NoteDeleted(targetKey(found.ID))
		r.data.Owners.NoteRemoved(claim.Target, claim.Rows)
		return
	}
	if apiErr, refused := errors.AsType[*talonone.Error](err); refused && apiErr.StatusCode == http.StatusBadRequest {
		failed := operation("delete collection", state)
		failed.Advice = map[int]string{http.StatusBadRequest: "A collection that rules use may not be deletable. Remove it from the rules in the Campaign Manager, then run terraform apply again; " +
			"or take it out of Terraform's hands with a removed block and keep it."}
		framework.AddError(diags, failed, err)
		return
	}
	r.addError(diags, "delete collection", state, err)
}
