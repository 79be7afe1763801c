package audience

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// apply brings the audience to what the plan says, and turns the plan into the state. It returns what has been applied;
// after an error the state is of that.
func (r *membershipsResource) apply(ctx context.Context, plan, state *membershipsModel, prior *priorMembers, desired *idSet, seen *bulk.Target, private bulk.Private, diags *diag.Diagnostics) (applied bulk.Plan) {
	planned := plan.MembersDigest
	otherwise := !planned.IsUnknown() && planned.ValueString() != desired.digest.String()
	if otherwise && !planned.Equal(state.MembersDigest) {
		addFileChanged(diags)
		return applied
	}
	unlock, err := r.data.Rows.Lock(ctx, framework.MembersTarget(plan.AudienceID))
	if err != nil {
		addMembershipsError(diags, plan, "change the members of", err)
		return applied
	}
	defer unlock()
	p, err := r.planRows(ctx, plan, prior, desired, seen)
	if err == nil && otherwise && (!p.Empty() || !p.folded) {
		addFileChanged(diags)
		return applied
	}
	how := p.method(plan.exclusive(), desired)
	if err == nil {
		how, err = r.checkTarget(ctx, plan, prior, desired, p, how)
	}
	if err == nil && len(p.unresolved) > 0 {
		p.Removed, err = r.resolve(ctx, plan.AudienceID.ValueInt64(), p.unresolved)
	}
	if err != nil {
		addMembershipsError(diags, plan, "change the members of", err)
		return applied
	}
	claim := plan.claimOf(ctx, desired)
	if again := r.data.Owners.Write(ctx, claim, private, diags); len(again) > 0 && how != byImport {
		how, p.Added = byActions, slices.Sorted(slices.Values(bulk.With(p.Added, again)))
	}
	if (how == byImport || how == byClearing) && r.data.Owners.Shares(ctx, claim.Target, private, diags) {
		// A request that replaces the whole audience would remove what another resource has written.
		how = byActions
	}
	removed, spared := r.data.Owners.Spare(ctx, claim, p.Removed, private, diags)
	p.Removed = removed
	applied, err = r.send(ctx, plan.AudienceID.ValueInt64(), p, how, desired)
	tflog.Debug(ctx, "Changed the members of an audience", map[string]any{
		"audience": plan.AudienceID.ValueInt64(), "added": len(applied.Added), "removed": len(applied.Removed),
	})
	r.data.Owners.NoteRemoved(claim.Target, applied.Removed)
	ids := desired.Keys()
	// The members that another resource manages are no longer this one's.
	applied.Removed = slices.Sorted(slices.Values(slices.Concat(applied.Removed, spared)))
	p.Removed = slices.Sorted(slices.Values(slices.Concat(p.Removed, spared)))
	if err != nil {
		addMembershipsError(diags, plan, "change the members of", err)
		notAdded := without(p.Added, applied.Added)
		ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { _, missing := slices.BinarySearch(notAdded, id); return missing })
		ids = append(ids, without(p.Removed, applied.Removed)...)
		plan.LastSync = applied.LastSync(state.LastSync, len(ids), framework.MemberNoun, nil)
	} else if how == byActions && plan.exclusive() && !p.takenOver {
		r.warnArrived(ctx, plan, desired, diags)
	}
	if plan.ShowSamples.ValueBool() && (err != nil || plan.SampleLeaving.IsUnknown()) {
		plan.SampleJoining, plan.SampleLeaving = sampleOf(applied.Added), sampleOf(applied.Removed)
	}
	if err != nil || plan.ManagedSet.IsUnknown() {
		plan.setMembers(ids, !r.data.Client.MayCall(exportMembers))
	}
	return applied
}

// checkTarget makes sure that a request that replaces the whole audience removes only whom the plan has shown. A create
// removes no one: where the audience holds others, it adds its members one by one.
func (r *membershipsResource) checkTarget(ctx context.Context, plan *membershipsModel, prior *priorMembers, desired *idSet, p membersPlan, how method) (method, error) {
	if how != byImport && how != byClearing {
		return how, nil
	}
	id := plan.AudienceID.ValueInt64()
	if prior != nil {
		now, err := r.scan(ctx, id, prior.ids, p.expected, false, nil)
		if becameWanted(err, now, desired) {
			return byNothing, nil
		}
		return how, err
	}
	remote, err := r.members(ctx, id, desired.Keys(), unconfirmed)
	if err != nil {
		return how, err
	}
	if others := desired.Compare(remote.All()).Others(); len(others) > 0 {
		how = byActions
	}
	return how, nil
}

// warnArrived looks, with one request, for members behind those that the plan leaves in an exclusive audience.
func (r *membershipsResource) warnArrived(ctx context.Context, plan *membershipsModel, desired *idSet, diags *diag.Diagnostics) {
	behind, _, err := r.data.Client.GetAudienceMembershipsPage(ctx, plan.AudienceID.ValueInt64(), desired.digest.Count, talonone.PageSize)
	if err == nil {
		plan.subject().WarnArrived(len(behind), diags)
	}
}

// send carries a plan out and says what has been applied.
func (r *membershipsResource) send(ctx context.Context, audienceID int64, p membersPlan, how method, desired *idSet) (bulk.Plan, error) {
	switch how {
	case byNothing:
		return bulk.Plan{}, nil
	case byActions:
		return r.sendActions(ctx, audienceID, p.Added, p.Removed)
	case byClearing:
		return r.appliedWhole(ctx, audienceID, p.Plan, desired, r.data.Client.DeleteAudienceMembershipsV2(ctx, audienceID))
	default:
		response, err := r.data.Client.ImportAudiencesMemberships(ctx, audienceID, desired.Keys())
		if err == nil && response.Amount != int64(desired.digest.Count) {
			err = fmt.Errorf("importAudiencesMemberships took %d members of %d", response.Amount, desired.digest.Count)
		}
		return r.appliedWhole(ctx, audienceID, p.Plan, desired, err)
	}
}

// appliedWhole says what has come of a request that replaces all members. When it failed, the audience itself tells
// whether it was carried out all the same.
func (r *membershipsResource) appliedWhole(ctx context.Context, audienceID int64, whole bulk.Plan, desired *idSet, err error) (bulk.Plan, error) {
	if err == nil {
		return whole, nil
	}
	if ctx.Err() != nil || !r.data.Client.HasManagementKey() || talonone.IsNotFound(err) {
		return bulk.Plan{}, err
	}
	members, readErr := r.members(ctx, audienceID, desired.Keys(), unconfirmed)
	if readErr != nil {
		return bulk.Plan{}, errors.Join(err, readErr)
	}
	missing, others := desired.Compare(members.All()).Differences()
	if len(missing)+len(others) == 0 {
		return whole, nil
	}
	return bulk.Plan{Added: without(whole.Added, missing), Removed: without(whole.Removed, others)}, err
}

// sendActions adds and removes members in order, so that a member whom the API refuses ends the run before anyone is
// removed. A request whose outcome is not known is looked up: when it was carried out the rest follows. Where that can't
// be looked up, those who may have been added count as added: a refresh tells, and they are removed with the resource.
func (r *membershipsResource) sendActions(ctx context.Context, audienceID int64, added, removed []string) (applied bulk.Plan, err error) {
	actions := make([]talonone.AudienceAction, 0, len(added)+len(removed))
	for _, id := range added {
		actions = append(actions, talonone.AudienceAction{Action: talonone.AddToAudience, ProfileIntegrationID: id, AudienceID: audienceID})
	}
	for _, id := range removed {
		actions = append(actions, talonone.AudienceAction{Action: talonone.DeleteFromAudience, ProfileIntegrationID: id, AudienceID: audienceID})
	}
	note := func(carriedOut []talonone.AudienceAction) {
		for _, action := range carriedOut {
			if action.Action == talonone.AddToAudience {
				applied.Added = append(applied.Added, action.ProfileIntegrationID)
			} else {
				applied.Removed = append(applied.Removed, action.ProfileIntegrationID)
			}
		}
	}
	for len(actions) > 0 {
		sent, err := r.data.Client.UpdateCustomerProfileAudiences(ctx, actions)
		note(actions[:sent])
		actions = actions[sent:]
		if err == nil {
			continue
		}
		if isRefused(err) || !r.data.Client.HasManagementKey() {
			return applied, err
		}
		doubtful := actions[:min(len(actions), talonone.MaxAudienceActions)]
		carriedOut, known := r.carriedOut(ctx, audienceID, doubtful)
		note(carriedOut)
		if !known || len(carriedOut) < len(doubtful) {
			return applied, err
		}
		actions = actions[len(doubtful):]
	}
	return applied, nil
}

// isRefused says whether the API has carried nothing out for certain.
func isRefused(err error) bool {
	apiErr, ok := errors.AsType[*talonone.Error](err)
	return ok && apiErr.StatusCode >= http.StatusBadRequest && apiErr.StatusCode < http.StatusInternalServerError
}

// carriedOut are those of the actions whose effect can be seen. Where the audience can't be read they are not known, and
// those that add count.
func (r *membershipsResource) carriedOut(ctx context.Context, audienceID int64, actions []talonone.AudienceAction) (done []talonone.AudienceAction, known bool) {
	ids := make([]string, len(actions))
	for i, action := range actions {
		ids[i] = action.ProfileIntegrationID
	}
	present, err := r.data.Client.AudienceMembersAmong(ctx, audienceID, ids)
	members := bulk.SetOf(present)
	return slices.DeleteFunc(slices.Clone(actions), func(action talonone.AudienceAction) bool {
		adds := action.Action == talonone.AddToAudience
		_, member := members[action.ProfileIntegrationID]
		return err != nil && !adds || err == nil && member != adds
	}), err == nil
}

// removeAll ends the memberships that the resource manages.
func (r *membershipsResource) removeAll(ctx context.Context, state *membershipsModel, prior *priorMembers, private bulk.PrivateReader, diags *diag.Diagnostics) error {
	id := state.AudienceID.ValueInt64()
	if prior.target.Count == 0 {
		return nil
	}
	shared := r.data.Owners.Shares(ctx, framework.MembersTarget(state.AudienceID), private, diags)
	if state.holdsTarget() && !shared {
		if r.data.Client.HasManagementKey() {
			if _, err := r.scan(ctx, id, prior.ids, prior.target, false, nil); err != nil {
				return err
			}
		}
		return r.data.Client.DeleteAudienceMembershipsV2(ctx, id)
	}
	ids, err := prior.ids, error(nil)
	if prior.fingerprints != nil {
		ids, err = r.resolve(ctx, id, prior.fingerprints)
	}
	if err == nil && !prior.complete && prior.fingerprints == nil {
		// The state knows them by their digest only. What another resource has added since is not told from them.
		var remote *talonone.MemberIDs
		remote, _, err = r.exactly(ctx, id, prior.ids, prior.target)
		if errors.Is(err, errChanged) {
			diags.AddWarning("Members were left in the audience", fmt.Sprintf(
				"Another resource of this run manages members of audience %d and has added some, so that those of this resource can't be told from others. Nothing was removed; the next plan shows who is not listed.", id))
			return nil
		}
		if ids = nil; err == nil {
			for member := range remote.All() {
				ids = append(ids, string(member))
			}
		}
	}
	if err == nil {
		ids, _ = r.data.Owners.Spare(ctx, state.claim(nil), ids, private, diags)
		_, err = r.sendActions(ctx, id, nil, ids)
		r.data.Owners.NoteRemoved(framework.MembersTarget(state.AudienceID), ids)
	}
	return err
}
