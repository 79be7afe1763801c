package audience

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// planCreate adds all listed memberships. What the customer has already leads to warnings and errors, and never to a planned
// value.
func (r *customerAudiencesResource) planCreate(ctx context.Context, plan *customerAudiencesModel, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	diags := &resp.Diagnostics
	bulk.NoteGuards(ctx, resp.Private, plan.guards(), diags)
	plan.LastSync = bulk.UnknownLastSync()
	desired, known := plan.listed()
	if known {
		plan.LastSync = bulk.Compare(nil, plan.rows(), bulk.SameKey).LastSync(bulk.NullLastSync(), len(desired), membershipNoun, nil)
	}
	if plan.ProfileIntegrationID.IsUnknown() {
		return
	}
	remote, err := r.shown(ctx, plan)
	if err != nil {
		r.addError(diags, "read the audiences of", plan, err)
		return
	}
	replaced := bulk.Replaced(ctx, req.Private, diags)
	if replaced != nil {
		plan.subject().GuardEnd(r.data.AllowDelete, plan.MaxRemovalPercent, replaced.Count, max(replaced.Count, len(remote)), diags)
	}
	r.checkAudiences(ctx, plan, desired, nil, diags)
	if replaced == nil && !r.data.Targets.WasDeleted(plan.targetKey()) {
		plan.subject().WarnExisting(path.Root("audience_ids"), bulk.In(desired, bulk.SetOf(remote)), len(plan.AudienceIDs.Elements()), nil, diags)
	}
	if known && plan.exclusive() {
		plan.subject().CheckExclusiveCreate(&r.data.Targets, plan.targetKey(), bulk.NotIn(remote, plan.rows()), targetOfKeys(remote), replaced, diags)
	}
}

// planUpdate counts what changes.
func (r *customerAudiencesResource) planUpdate(ctx context.Context, plan, state *customerAudiencesModel, private bulk.PrivateReader, diags *diag.Diagnostics) {
	plan.LastSync = state.LastSync
	desired, known := plan.listed()
	if !known || plan.Ownership.IsUnknown() {
		plan.LastSync = bulk.UnknownLastSync()
		held, _ := state.listed()
		plan.subject().WarnUnknown(path.Root("audience_ids"), len(bulk.NotIn(held, plan.rows())), plan.MaxRemovalPercent, diags)
		return
	}
	if bulk.Compare(state.rows(), plan.rows(), bulk.SameKey).Empty() {
		// The same audiences in another order are not a change.
		plan.AudienceIDs = state.AudienceIDs
	}
	change, remote := r.change(ctx, plan, state, private, diags)
	if diags.HasError() {
		return
	}
	seen := bulk.SeenTarget(ctx, private, diags)
	subject := plan.subject()
	subject.WarnReleased(change.Released, diags)
	plan.update(state, seen).WarnEntered(subject, change, diags)
	subject.Guard(plan.MaxRemovalPercent, len(change.Removed), max(len(state.rows()), len(remote)), diags)
	plan.setLastSync(change, len(desired))
	r.checkAudiences(ctx, plan, change.Added, bulk.ReadPrivate[[]string](ctx, private, privateLeft, diags), diags)
	r.warnIntegrations(ctx, plan, bulk.NotIn(change.Removed, state.rows()), diags)
	if len(change.Added) == 0 || state.exclusive() {
		return
	}
	if remote == nil {
		var err error
		if remote, err = r.shown(ctx, plan); err != nil {
			r.addError(diags, "read the audiences of", plan, err)
		}
	}
	subject.WarnExisting(path.Root("audience_ids"), bulk.In(change.Added, bulk.SetOf(remote)), len(change.Added), nil, diags)
}

// change is what an update does, and the memberships that a change to exclusive ownership has listed.
func (r *customerAudiencesResource) change(ctx context.Context, plan, state *customerAudiencesModel, private bulk.PrivateReader, diags *diag.Diagnostics) (change bulk.Plan, remote []string) {
	change, remote, err := plan.update(state, bulk.SeenTarget(ctx, private, diags)).Plan(func() ([]string, error) { return r.remote(ctx, state) })
	switch {
	case errors.Is(err, bulk.ErrChanged):
		plan.subject().RefuseChanged(path.Root("ownership"), diags)
	case err != nil:
		r.addError(diags, "read the audiences of", plan, err)
	}
	return change, remote
}

// checkAudiences reports audiences to join that do not exist, where the account's can be listed. Their absence is confirmed by
// one more listing. Those that the customer has left behind Terraform's back are a warning, so that they block no destroy.
func (r *customerAudiencesResource) checkAudiences(ctx context.Context, plan *customerAudiencesModel, added, left []string, diags *diag.Diagnostics) {
	if len(added) == 0 || !r.data.Client.MayCall("getAudiences") {
		return
	}
	missing, err := added, error(nil)
	for _, list := range []func(context.Context) (*talonone.AudienceListing, error){r.data.Client.GetAudiences, r.data.Client.GetAudiencesAnew} {
		var listing *talonone.AudienceListing
		if listing, err = list(ctx); err != nil {
			break
		}
		missing = slices.DeleteFunc(slices.Clone(missing), func(id string) bool { return listing.ByID(idNumber(id)) != nil })
		if len(missing) == 0 {
			return
		}
	}
	if r.data.Client.Forbids(err) {
		return
	}
	if err != nil {
		r.addError(diags, "read the audiences for", plan, err)
		return
	}
	at, summary, detail := path.Root("audience_ids"), "Audience not found", fmt.Sprintf(
		"The account has no %s with these IDs: %s. IDs differ between deployments, also between sandbox and live: refer to talonone_audience.NAME.id, or to data.talonone_audience.NAME.id, which finds an audience by its name.",
		map[bool]string{true: "audience", false: "audiences"}[len(missing) == 1], strings.Join(missing, ", "))
	if len(bulk.NotIn(missing, bulk.SetOf(left))) == 0 {
		diags.AddAttributeWarning(at, summary, detail)
		return
	}
	framework.AddMissing(diags, at, summary, detail)
}

// warnIntegrations says which of the memberships to end are in audiences that an integration keeps.
func (r *customerAudiencesResource) warnIntegrations(ctx context.Context, plan *customerAudiencesModel, removed []string, diags *diag.Diagnostics) {
	if len(removed) == 0 || !r.data.Client.MayCall("getAudiences") {
		return
	}
	listing, err := r.data.Client.GetAudiences(ctx)
	if err != nil {
		// It is a hint, and the apply doesn't need it.
		return
	}
	var kept []string
	for _, id := range removed {
		if found := listing.ByID(idNumber(id)); found != nil && found.Integration != nil && *found.Integration != "" {
			kept = append(kept, fmt.Sprintf("%s (%s, %s)", id, found.Name, *found.Integration))
		}
	}
	if len(kept) > 0 {
		diags.AddAttributeWarning(path.Root("ownership"), plan.subject().About(membershipNoun.Count(len(kept))+" belong to integrations"), fmt.Sprintf(
			"An integration keeps these audiences and may add the customer again: %s. List them in audience_ids, or use ownership = \"additive\".", strings.Join(kept, ", ")))
	}
}

// planEnd guards and announces that the memberships end with the object.
func (r *customerAudiencesResource) planEnd(state *customerAudiencesModel, guards bulk.Guards, warn func(bulk.Subject, int, *diag.Diagnostics), diags *diag.Diagnostics) {
	count := len(state.rows())
	state.subject().GuardEnd(r.data.AllowDelete, guards.MaxRemovalPercent, count, count, diags)
	if !diags.HasError() {
		warn(state.subject(), count, diags)
	}
}
