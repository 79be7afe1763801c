package audience

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// landed is what of a change has been carried out.
type landed struct{ joined, left []string }

func (l landed) nothing() bool { return len(l.joined)+len(l.left) == 0 }

// carryOut brings the audience to what the plan says, and turns the plan into the
// state: of what has landed, when there is an error.
func (r *membershipsResource) carryOut(ctx context.Context, plan *membershipsModel, held holding, want *roll, diags *diag.Diagnostics) landed {
	if planned := plan.MembersDigest; !planned.IsUnknown() && planned.ValueString() != want.digest.String() {
		diags.AddAttributeError(path.Root("members_file"), "Members file has changed",
			"The file holds other members than when the plan was made. Nothing has been changed. Run terraform plan again.")
		return landed{}
	}
	operation := membershipsOperation("change the members of", *plan)
	unlock, err := r.data.Members.Lock(ctx, plan.AudienceID.String())
	if err != nil {
		addMembershipsError(diags, operation, err)
		return landed{}
	}
	defer unlock()
	c, kept, err := r.prepare(ctx, *plan, held, want)
	if err != nil {
		addMembershipsError(diags, operation, err)
		return landed{}
	}
	done, err := r.send(ctx, plan.AudienceID.ValueInt64(), c, want)
	if err != nil {
		addMembershipsError(diags, operation, err)
	}
	remembered := plan.ManagedSet
	plan.setMembers(after(want.Keys(), minus(c.joining, done.joined), minus(c.leaving, done.left)), kept, !r.data.Client.HasManagementKey())
	switch {
	case err != nil:
		plan.show(change{joining: done.joined, leaving: done.left, method: byActions})
	case !remembered.IsUnknown():
		plan.ManagedSet = remembered
	}
	if plan.LastSync.IsUnknown() {
		plan.show(c)
	}
	return done
}

// prepare finds out what to send: the change that the plan announced, the IDs of
// all who leave, and the marks of listed members who are there already.
func (r *membershipsResource) prepare(ctx context.Context, plan membershipsModel, held holding, want *roll) (change, marks, error) {
	c, _, err := r.compare(ctx, plan, held, want)
	if err != nil {
		return c, nil, err
	}
	if !plan.LastSync.IsUnknown() && !c.empty() && !plan.LastSync.Equal(c.summary().MembershipObject()) {
		return c, nil, errChanged
	}
	if len(c.unresolved) > 0 {
		// Who has left meanwhile need not leave.
		if err := r.resolve(ctx, plan, &c); err != nil && !errors.Is(err, errChanged) {
			return c, nil, err
		}
	}
	if plan.exclusive() {
		// An import and a clearing replace whoever is there: it must be those whom
		// the plan has shown.
		if held.exists && held.ownership == bulk.Exclusive && (c.method == byImport || c.method == byClearing) {
			_, err = r.reader().exactly(ctx, plan.AudienceID.ValueInt64(), held.digest)
		}
		return c, nil, err
	}
	kept := held.kept
	if r.data.Client.HasManagementKey() {
		present, err := r.data.Client.AudienceMembersAmong(ctx, plan.AudienceID.ValueInt64(), c.joining)
		if err != nil {
			return c, nil, err
		}
		kept = kept.union(marksOf(present))
	}
	return c, kept, nil
}

// send carries a change out and says what has landed of it.
func (r *membershipsResource) send(ctx context.Context, audienceID int64, c change, want *roll) (landed, error) {
	switch c.method {
	case byNothing:
		return landed{}, nil
	case byActions:
		return r.sendActions(ctx, audienceID, c)
	case byClearing:
		err := r.data.Client.DeleteAudienceMembershipsV2(ctx, audienceID)
		return r.landedWhole(ctx, audienceID, c, want, err)
	default:
		answer, err := r.data.Client.ImportAudiencesMemberships(ctx, audienceID, want)
		if err == nil && answer.Amount != int64(want.digest.count) {
			err = fmt.Errorf("importAudiencesMemberships took %d members of %d", answer.Amount, want.digest.count)
		}
		return r.landedWhole(ctx, audienceID, c, want, err)
	}
}

// landedWhole says what has come of a request that replaces all members. When it
// failed, the audience itself tells whether it was carried out all the same.
func (r *membershipsResource) landedWhole(ctx context.Context, audienceID int64, c change, want *roll, err error) (landed, error) {
	whole := landed{joined: c.joining, left: c.leaving}
	if err == nil {
		return whole, nil
	}
	if ctx.Err() != nil || !r.data.Client.HasManagementKey() || talonone.IsNotFound(err) {
		return landed{}, err
	}
	members, readErr := r.data.Client.AudienceMembers(ctx, audienceID, somebodyMissing)
	if readErr != nil {
		return landed{}, errors.Join(err, readErr)
	}
	now := changeExclusively(members.All(), want)
	if now.empty() {
		return whole, nil
	}
	return landed{joined: minus(c.joining, now.joining), left: minus(c.leaving, now.leaving)}, err
}

// sendActions adds and removes members in order, so that a member whom the API
// refuses ends the run before anybody is removed. A request whose outcome is not
// known is looked up: when it was carried out the rest follows.
func (r *membershipsResource) sendActions(ctx context.Context, audienceID int64, c change) (landed, error) {
	actions := make([]talonone.AudienceAction, 0, len(c.joining)+len(c.leaving))
	for _, id := range c.joining {
		actions = append(actions, talonone.AudienceAction{Action: talonone.AddToAudience, ProfileIntegrationID: id, AudienceID: audienceID})
	}
	for _, id := range c.leaving {
		actions = append(actions, talonone.AudienceAction{Action: talonone.DeleteFromAudience, ProfileIntegrationID: id, AudienceID: audienceID})
	}
	var done landed
	for len(actions) > 0 {
		sent, err := r.data.Client.UpdateCustomerProfileAudiences(ctx, actions)
		done.add(actions[:sent])
		actions = actions[sent:]
		if err == nil {
			continue
		}
		doubtful := actions[:min(len(actions), talonone.MaxAudienceActions)]
		carriedOut := r.carriedOut(ctx, audienceID, doubtful)
		done.add(carriedOut)
		if len(carriedOut) < len(doubtful) {
			return done, err
		}
		actions = actions[len(doubtful):]
	}
	return done, nil
}

func (l *landed) add(actions []talonone.AudienceAction) {
	for _, action := range actions {
		if action.Action == talonone.AddToAudience {
			l.joined = append(l.joined, action.ProfileIntegrationID)
		} else {
			l.left = append(l.left, action.ProfileIntegrationID)
		}
	}
}

// carriedOut are those of the actions whose effect can be seen. Without a
// Management key, or when the audience can't be read, none: sending them again
// does no harm.
func (r *membershipsResource) carriedOut(ctx context.Context, audienceID int64, actions []talonone.AudienceAction) []talonone.AudienceAction {
	if ctx.Err() != nil || !r.data.Client.HasManagementKey() {
		return nil
	}
	ids := make([]string, len(actions))
	for i, action := range actions {
		ids[i] = action.ProfileIntegrationID
	}
	present, err := r.data.Client.AudienceMembersAmong(ctx, audienceID, ids)
	if err != nil {
		return nil
	}
	members := make(map[string]bool, len(present))
	for _, id := range present {
		members[id] = true
	}
	return slices.DeleteFunc(slices.Clone(actions), func(action talonone.AudienceAction) bool {
		return members[action.ProfileIntegrationID] != (action.Action == talonone.AddToAudience)
	})
}

func minus(ids, unwanted []string) []string {
	if len(unwanted) == 0 {
		return ids
	}
	if len(unwanted) == len(ids) {
		return nil
	}
	known := make(map[string]bool, len(unwanted))
	for _, id := range unwanted {
		known[id] = true
	}
	return keep(ids, func(id string) bool { return !known[id] })
}
