package audience

import (
	"context"
	"net/http"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// remote is look for those who need not know whether there is a profile.
func (r *customerAudiencesResource) remote(ctx context.Context, m *customerAudiencesModel) ([]string, error) {
	found, _, err := r.look(ctx, m)
	return found, err
}

// shown lists the audiences that the deployment shows in the profile of the customer: none where it shows no profile.
func (r *customerAudiencesResource) shown(ctx context.Context, m *customerAudiencesModel) ([]string, error) {
	unlisted := *m
	unlisted.AudienceIDs = idNumbers(nil)
	return r.remote(ctx, &unlisted)
}

// look lists the audiences that the customer belongs to. A deployment may hide a profile that only a membership has made: then
// those of the model are looked up one by one, where a Management key allows that. known says whether the profile is shown.
func (r *customerAudiencesResource) look(ctx context.Context, m *customerAudiencesModel) (found []string, known bool, err error) {
	id := m.ProfileIntegrationID.ValueString()
	inventory, err := r.data.Client.GetCustomerInventory(ctx, id, talonone.InventoryParts{Profile: true})
	switch {
	case talonone.IsNotFound(err):
		listed, _ := m.listed()
		for _, audience := range listed {
			if !r.data.Client.MayCall(exportMembers) {
				break
			}
			members, err := r.data.Client.ExportedMembersAmong(ctx, idNumber(audience), []string{id})
			if err != nil && !talonone.IsNotFound(err) && !r.data.Client.Forbids(err) {
				return nil, false, err
			}
			if len(members) > 0 {
				found = append(found, audience)
			}
		}
		return found, false, nil
	case err != nil:
		return nil, false, err
	case inventory.Profile == nil:
		return nil, false, &talonone.Error{Operation: "getCustomerInventory", StatusCode: http.StatusOK, Message: "the response does not contain the requested profile"}
	}
	ids := make([]int64, len(inventory.Profile.AudienceMemberships))
	for i, membership := range inventory.Profile.AudienceMemberships {
		ids[i] = membership.ID
	}
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		found = append(found, numberText(id))
	}
	return found, true, nil
}

// apply carries out a change of the resource that makes the claim; a Delete claims nothing. It returns what has been applied, also
// after an error.
func (r *customerAudiencesResource) apply(ctx context.Context, m *customerAudiencesModel, claim bulk.Across, prior map[string]struct{}, change bulk.Plan, private bulk.Private, diags *diag.Diagnostics) *bulk.Applied[struct{}] {
	// A change that fails keeps its ownership, and so releases nothing.
	applied := bulk.StartApply(prior, nil, bulk.SameKey)
	unlock, err := r.lock(ctx, m, slices.Concat(claim.Rows, change.Removed))
	if err != nil {
		r.addError(diags, "change the audiences of", m, err)
		return applied
	}
	defer unlock()
	adding := change.Added
	if claim.Rows != nil {
		adding = bulk.With(adding, r.data.Owners.WriteAcross(ctx, claim, private, diags))
	}
	ending, spared := r.data.Owners.SpareAcross(ctx, claim, change.Removed, private, diags)
	applied.Remove(spared...)
	r.data.Owners.NoteRemovedAcross(claim, ending)
	pending := m.actions(adding, ending)
	tflog.Debug(ctx, "Changing the audiences of a customer", map[string]any{"added": len(change.Added), "removed": len(ending)})
	for attempt := 1; ; attempt++ {
		sent, err := r.data.Client.UpdateCustomerProfileAudiences(ctx, pending)
		note(applied, pending[:sent])
		if pending = pending[sent:]; err == nil {
			return applied
		}
		// A refusal may be about one action only, such as leaving an audience that is gone, and the outcome of a lost response is
		// unknown: the customer's memberships tell what is left to do.
		done, known := r.carriedOut(ctx, m, pending, talonone.RefusalStatus(err) != 0)
		note(applied, done)
		left := slices.DeleteFunc(slices.Clone(pending), func(action talonone.AudienceAction) bool { return slices.Contains(done, action) })
		if known && len(left) == 0 {
			return applied
		}
		if !known || len(done) == 0 || attempt > 1 || ctx.Err() != nil {
			r.addError(diags, "change the audiences of", m, err)
			return applied
		}
		pending = left
	}
}

func note(applied *bulk.Applied[struct{}], carriedOut []talonone.AudienceAction) {
	for _, action := range carriedOut {
		if id := numberText(action.AudienceID); action.Action == talonone.AddToAudience {
			applied.Put(id, struct{}{})
		} else {
			applied.Remove(id)
		}
	}
}

// carriedOut are those of the actions whose effect can be seen. Where it can't, they are not known, and those that add count
// unless the request was refused.
func (r *customerAudiencesResource) carriedOut(ctx context.Context, m *customerAudiencesModel, actions []talonone.AudienceAction, refused bool) (done []talonone.AudienceAction, known bool) {
	asked := *m
	ids := make([]string, len(actions))
	for i, action := range actions {
		ids[i] = numberText(action.AudienceID)
	}
	asked.AudienceIDs = idNumbers(ids)
	remote, err := r.remote(ctx, &asked)
	members := bulk.SetOf(remote)
	return slices.DeleteFunc(slices.Clone(actions), func(action talonone.AudienceAction) bool {
		adds := action.Action == talonone.AddToAudience
		_, member := members[numberText(action.AudienceID)]
		return err != nil && (!adds || refused) || err == nil && member != adds
	}), err == nil
}

// lock holds the customer as a member of each of the audiences, against those who replace their members as a whole too.
func (r *customerAudiencesResource) lock(ctx context.Context, m *customerAudiencesModel, audiences []string) (unlock func(), err error) {
	targets := make([]string, len(audiences))
	for i, id := range audiences {
		targets[i] = framework.MembersKind + " " + id
	}
	return r.data.LockRows(ctx, targets, m.ProfileIntegrationID.ValueString())
}

// warnArrived reports memberships that were made since the plan.
func (r *customerAudiencesResource) warnArrived(ctx context.Context, plan *customerAudiencesModel, change bulk.Plan, diags *diag.Diagnostics) {
	remote, err := r.remote(ctx, plan)
	if err != nil {
		tflog.Warn(ctx, "Unable to look for new memberships", map[string]any{"error": err.Error()})
		return
	}
	// Reads may lag behind, so those just ended don't count.
	plan.subject().WarnArrived(len(bulk.NotIn(bulk.NotIn(remote, plan.rows()), bulk.SetOf(change.Removed))), diags)
}

// addError reports a failure on the customer.
func (r *customerAudiencesResource) addError(diags *diag.Diagnostics, action string, m *customerAudiencesModel, err error) {
	framework.AddError(diags, framework.Operation{
		Construct: customerAudiencesType, Action: action, Object: m.subject().Place,
		Pointers: map[string]path.Path{"/data": path.Root("audience_ids")}, NotFound: path.Root("audience_ids"),
		Advice: map[int]string{
			http.StatusNotFound: "One of the audiences does not exist on this deployment, or belongs to the other environment (sandbox or live) than the Integration API key.",
		},
	}, err)
}
