package audience

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// method is how a plan is carried out.
type method int

const (
	// byNothing needs no request.
	byNothing method = iota
	// byActions adds and removes one by one, 1000 a request (updateCustomerProfileAudiences).
	byActions
	// byImport replaces the whole list in one request (importAudiencesMemberships).
	byImport
	// byClearing removes everyone in one request (deleteAudienceMembershipsV2).
	byClearing
)

const (
	// importThreshold is up to how many members an exclusive resource adds and removes one by one, in one request as an
	// import is, and without touching others.
	importThreshold = talonone.MaxAudienceActions
	// maxLookups is up to how many members a plan looks up one by one, where it can't list the audience.
	maxLookups = 20
)

// membersPlan is a plan and what it takes to carry it out.
type membersPlan struct {
	bulk.Plan
	// unresolved are those of Removed of whom the state has only fingerprints.
	unresolved fingerprints
	// expected is what the audience must hold when a request replaces all of it.
	expected bulk.Target
	// takenOver says that an exclusive resource leaves others alone for now, since Read has not seen them.
	takenOver bool
	// present is how many members there were to remove from.
	present int
	// folded says that the deployment has folded the case of some members.
	folded bool
}

func (p membersPlan) method(exclusive bool, desired *idSet) method {
	switch n := len(p.Added) + len(p.Removed); {
	case n == 0:
		return byNothing
	case !exclusive || p.takenOver:
		return byActions
	case desired.digest.Count == 0:
		return byClearing
	case n <= importThreshold:
		return byActions
	default:
		return byImport
	}
}

// planRows compares the state with the configuration. seen is what Read has seen of the audience. It lists the audience
// only where the state knows the members by their digest, and for a change to exclusive ownership, and reports errChanged
// where the listing is not what the state, or Read, has seen.
func (r *membershipsResource) planRows(ctx context.Context, plan *membershipsModel, prior *priorMembers, desired *idSet, seen *bulk.Target) (p membersPlan, err error) {
	if prior == nil {
		desired.Sort()
		p.Added = desired.Keys()
		return p, nil
	}
	id := plan.AudienceID.ValueInt64()
	p.expected, p.present = prior.target, prior.target.Count
	switch {
	case prior.target == bulk.TargetOf(desired.digest):
	case prior.fingerprints != nil:
		p.Plan, p.unresolved = compareFingerprints(prior.fingerprints, desired)
	case prior.complete:
		p.Added, p.Removed = desired.Compare(bytesOf(prior.ids)).Differences()
	default:
		found, err := r.compared(ctx, id, prior.ids, prior.target, desired)
		if err != nil {
			return p, err
		}
		p.Added, p.Removed, p.folded = differences(desired, found)
	}
	switch {
	case bulk.Leaves(prior.ownership, plan.Ownership):
		p.Plan = p.Releasing()
	case bulk.Enters(prior.ownership, plan.Ownership) && seen == nil:
		p.Removed, p.unresolved, p.takenOver = nil, nil, true
	case bulk.Enters(prior.ownership, plan.Ownership):
		p.expected, p.present, p.unresolved = *seen, seen.Count, nil
		var found *bulk.Comparison
		if found, err = r.compared(ctx, id, prior.ids, *seen, desired); err == nil {
			_, p.Removed, p.folded = differences(desired, found)
		}
	}
	return p, err
}

// becameWanted says whether an audience that is not what the plan was made from has become what it leads to: a request whose
// response was lost shows up late.
func becameWanted(err error, now bulk.Target, desired *idSet) bool {
	return errors.Is(err, errChanged) && now == bulk.TargetOf(desired.digest)
}

// compareFingerprints is the plan of a resource whose state has only fingerprints: they stand for the IDs of those who
// leave.
func compareFingerprints(prior fingerprints, desired *idSet) (p bulk.Plan, unresolved fingerprints) {
	listed := make(fingerprints, len(desired.Keys()))
	for i, id := range desired.Keys() {
		listed[i] = fingerprintOf(sha256.Sum256([]byte(id)))
		if !prior.has(listed[i]) {
			p.Added = append(p.Added, id)
		}
	}
	slices.Sort(p.Added)
	unresolved = without(prior, listed.sorted())
	for _, f := range unresolved {
		p.Removed = append(p.Removed, f.key())
	}
	return p, unresolved
}

// without is the difference of two sorted lists.
func without[T cmp.Ordered](list, unwanted []T) []T {
	if len(unwanted) == 0 {
		return list
	}
	var kept []T
	for _, x := range list {
		for len(unwanted) > 0 && unwanted[0] < x {
			unwanted = unwanted[1:]
		}
		if len(unwanted) == 0 || unwanted[0] != x {
			kept = append(kept, x)
		}
	}
	return kept
}

// bytesOf yields IDs as an export does.
func bytesOf(ids []string) func(yield func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for _, id := range ids {
			if !yield([]byte(id)) {
				return
			}
		}
	}
}

// planMembers writes into the plan who joins and who leaves.
func (r *membershipsResource) planMembers(ctx context.Context, plan, state *membershipsModel, prior *priorMembers, desired *idSet, private bulk.PrivateReader, keep bulk.PrivateWriter, diags *diag.Diagnostics) {
	note := bulk.ReadPrivate[*fileNote](ctx, private, privateFile, diags)
	if note.isStale(plan, state, prior, desired) {
		addFileChanged(diags)
		return
	}
	p, err := r.planRows(ctx, plan, prior, desired, bulk.SeenTarget(ctx, private, diags))
	if err != nil {
		addMembershipsError(diags, plan, "plan the members of", err)
		return
	}
	if prior == nil {
		r.checkCreate(ctx, plan, desired, p, private, diags)
	} else {
		r.warnUpdate(ctx, plan, prior, desired, p, diags)
	}
	if !plan.AudienceID.IsUnknown() {
		claim := plan.claimOf(ctx, desired)
		if prior != nil {
			claim.Held = func(id string) bool { _, added := slices.BinarySearch(p.Added, id); return !added }
		}
		claim.WasExclusive = prior != nil && state.exclusive()
		r.data.Owners.Claim(ctx, claim, private, keep, diags)
	}
	plan.MemberCount, plan.MembersDigest = types.Int64Value(int64(desired.digest.Count)), types.StringValue(desired.digest.String())
	if prior != nil && p.Empty() && p.folded {
		// A file can't be spelled as the deployment does.
		plan.MembersDigest = state.MembersDigest
	}
	keepWritten(plan, state, prior, desired)
	plan.showPlan(p, state, prior, note, desired)
	plan.subject().Guard(plan.MaxRemovalPercent, len(p.Removed), p.present, diags)
	plan.subject().RefuseTwins(plan.source(), p.Added, p.Removed, diags)
	plan.subject().WarnTwins(plan.source(), p.Added, desired.Keys(), diags)
	r.checkKeys(plan, p, desired, diags)
}

// isStale says whether the file of both has changed since the first plan of the update.
func (n *fileNote) isStale(plan, state *membershipsModel, prior *priorMembers, desired *idSet) bool {
	return n != nil && prior != nil && plan.MembersFile.Equal(state.MembersFile) && n.IsStale(desired.digest.String(), prior.target.Digest,
		plan.Ownership.Equal(state.Ownership) && plan.ShowSamples.Equal(state.ShowSamples) && plan.MaxRemovalPercent.Equal(state.MaxRemovalPercent) && plan.Timeouts.Equal(state.Timeouts))
}

func addFileChanged(diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("members_file"), "Members file has changed",
		"The file holds other members than when the state was refreshed for this plan. Nothing has been changed. Run terraform plan again, with a refresh.")
}

// keepWritten leaves in the plan what the state says already in other words.
func keepWritten(plan, state *membershipsModel, prior *priorMembers, desired *idSet) {
	plan.ManagedSet = types.StringNull()
	if !plan.exclusive() && plan.fromFile() {
		plan.ManagedSet = types.StringUnknown()
	}
	if prior == nil || prior.target != bulk.TargetOf(desired.digest) {
		return
	}
	if !plan.Members.IsNull() && !state.Members.IsNull() {
		plan.Members = state.Members
	}
	if !plan.MembersJSON.IsNull() && !state.MembersJSON.IsNull() {
		plan.MembersJSON = state.MembersJSON
	}
	if !plan.MembersFile.IsNull() && !state.MembersFile.IsNull() {
		plan.MembersFile = state.MembersFile
		if plan.Ownership.Equal(state.Ownership) {
			plan.ManagedSet = state.ManagedSet
		}
	}
}

// showPlan writes how much will happen, and to whom, for the reader of the plan.
func (m *membershipsModel) showPlan(p membersPlan, state *membershipsModel, prior *priorMembers, note *fileNote, desired *idSet) {
	if prior != nil && p.Empty() {
		m.LastSync, m.SampleJoining, m.SampleLeaving = state.LastSync, state.SampleJoining, state.SampleLeaving
	} else {
		m.LastSync = p.LastSync(state.LastSync, desired.digest.Count, framework.MemberNoun, nil)
		m.SampleJoining, m.SampleLeaving = sampleOf(p.Added), sampleOf(p.Removed)
		switch {
		case len(p.unresolved) == 0:
		case note != nil && note.Digest == desired.digest.String() && len(note.Leaving) == min(len(p.unresolved), sampleSize):
			m.SampleLeaving = listOf(note.Leaving)
		default:
			m.SampleLeaving = types.ListUnknown(types.StringType)
		}
	}
	if !m.ShowSamples.ValueBool() {
		m.SampleJoining, m.SampleLeaving = listOf(nil), listOf(nil)
	}
}

// showUnknown is showPlan before the members are known.
func (m *membershipsModel) showUnknown() {
	m.MemberCount, m.MembersDigest = types.Int64Unknown(), types.StringUnknown()
	m.LastSync = bulk.UnknownLastSync()
	m.SampleJoining, m.SampleLeaving = types.ListUnknown(types.StringType), types.ListUnknown(types.StringType)
	m.ManagedSet = types.StringNull()
	if m.fromFile() && !m.exclusive() {
		m.ManagedSet = types.StringUnknown()
	}
}

// checkCreate warns of listed members who are in the audience already, and refuses exclusive ownership of an audience that
// holds others.
func (r *membershipsResource) checkCreate(ctx context.Context, plan *membershipsModel, desired *idSet, p membersPlan, private bulk.PrivateReader, diags *diag.Diagnostics) {
	if plan.AudienceID.IsUnknown() {
		return
	}
	replaced := bulk.Replaced(ctx, private, diags)
	if replaced != nil {
		plan.subject().GuardEnd(r.data.AllowDelete, plan.MaxRemovalPercent, replaced.Count, replaced.Count, diags)
	}
	if r.data.Targets.WasDeleted(plan.targetKey()) {
		return
	}
	if !r.data.Client.MayCall(exportMembers) {
		expectAudience(ctx, r.data, membershipsType, plan.AudienceID, diags)
		r.warnLookedUp(ctx, plan, p.Added, diags)
		return
	}
	var remote *talonone.MemberIDs
	var err error
	r.data.Lacks(ctx, framework.Operation{}, func(ctx context.Context) (framework.Presence, error) {
		remote, err = r.members(ctx, plan.AudienceID.ValueInt64(), desired.Keys(), func(*talonone.MemberIDs) bool { return !plan.exclusive() })
		if talonone.IsNotFound(err) {
			return framework.Unseen, nil
		}
		return framework.Present, nil
	}, diags)
	if r.data.Client.Forbids(err) && !plan.exclusive() {
		diags.AddWarning(undetected, r.missingAccess())
		expectAudience(ctx, r.data, membershipsType, plan.AudienceID, diags)
		r.warnLookedUp(ctx, plan, p.Added, diags)
		return
	}
	if err != nil {
		var problems diag.Diagnostics
		addMembershipsError(&problems, plan, "plan the members of", err)
		for _, problem := range problems {
			framework.AddMissing(diags, path.Root("audience_id"), problem.Summary(), problem.Detail())
		}
		return
	}
	warnExisting(plan, p.Added, desired, remote, diags)
	if !plan.exclusive() {
		return
	}
	target := digestOf(remote, nil)
	if (replaced == nil || *replaced != target) && !r.data.Targets.WasRead(plan.targetKey(), target) {
		if others := desired.Compare(remote.All()).Others(); len(others) > 0 {
			plan.subject().RefuseExclusiveCreate(others, diags)
		}
	}
}

// warnUpdate says what an update means for members whom the lists of the plan don't explain.
func (r *membershipsResource) warnUpdate(ctx context.Context, plan *membershipsModel, prior *priorMembers, desired *idSet, p membersPlan, diags *diag.Diagnostics) {
	subject := plan.subject()
	subject.WarnReleased(p.Released, diags)
	if p.takenOver {
		subject.WarnTakenOver(diags)
	}
	if bulk.Enters(prior.ownership, plan.Ownership) {
		subject.WarnUnlisted(p.Removed, diags)
	}
	if len(p.Added) == 0 || prior.ownership.ValueString() == bulk.Exclusive {
		return
	}
	if !r.data.Client.MayCall(exportMembers) {
		r.warnLookedUp(ctx, plan, p.Added, diags)
		return
	}
	// Where Read has just listed the audience, that costs nothing; the apply needs no such listing.
	if remote := r.data.Client.ExportedMembers(plan.AudienceID.ValueInt64()).Spelled(desired.Keys()); remote != nil {
		warnExisting(plan, p.Added, desired, remote, diags)
		if plan.fromFile() && remote.Folded() {
			diags.AddAttributeWarning(plan.source(), "IDs differ from members in letter case only",
				"The audience has some of the IDs to add in lower case, and no ID with a capital letter. If the deployment ignores case, every plan adds them again: write the IDs of the file in lower case.")
		}
	}
}

// warnExisting names those of added, which are sorted, who are in the audience.
func warnExisting(plan *membershipsModel, added []string, desired *idSet, remote *talonone.MemberIDs, diags *diag.Diagnostics) {
	existing := slices.DeleteFunc(desired.Compare(remote.All()).Present(), func(id string) bool { _, adds := slices.BinarySearch(added, id); return !adds })
	plan.subject().WarnExisting(plan.source(), existing, len(added), nil, diags)
}

// warnLookedUp is warnExisting without a Management key.
func (r *membershipsResource) warnLookedUp(ctx context.Context, plan *membershipsModel, added []string, diags *diag.Diagnostics) {
	if len(added) > maxLookups {
		return
	}
	// Where it can't be looked up, the plan doesn't say it.
	if existing, err := r.data.Client.AudienceMembersAmong(ctx, plan.AudienceID.ValueInt64(), added); err == nil {
		plan.subject().WarnExisting(plan.source(), existing, len(added), nil, diags)
	}
}

// checkOwnership reports an ownership that lacks its key.
func (r *membershipsResource) checkOwnership(plan *membershipsModel, creating bool, diags *diag.Diagnostics) {
	if r.data.Client.HasManagementKey() {
		return
	}
	if plan.exclusive() {
		diags.AddAttributeError(path.Root("ownership"), "Exclusive ownership requires a Management API key",
			"The provider needs it to detect other members of the audience. Use additive ownership, or configure the key.\n\n"+missingKey("exportAudiencesMemberships", talonone.ManagementCredential))
	} else if creating {
		// Read says so from then on.
		diags.AddWarning(undetected, missingKey("exportAudiencesMemberships", talonone.ManagementCredential))
	}
}

const undetected = "Members who join or leave outside Terraform are not detected"

// checkKeys reports which key the requests of a plan lack.
func (r *membershipsResource) checkKeys(plan *membershipsModel, p membersPlan, desired *idSet, diags *diag.Diagnostics) {
	if how := p.method(plan.exclusive(), desired); how != byNothing && how != byImport && !r.data.Client.HasIntegrationKey() {
		diags.AddError("Changing members requires an Integration API key", missingKey("updateCustomerProfileAudiences", talonone.IntegrationCredential))
	}
	if len(p.unresolved) > 0 && !r.data.Client.HasManagementKey() {
		diags.AddError("Removing these members requires a Management API key", fmt.Sprintf(
			"This plan removes %s, and the state holds fingerprints instead of their IDs.\n\n%s", framework.MemberNoun.Count(len(p.unresolved)), missingKey("exportAudiencesMemberships", talonone.ManagementCredential)))
	}
}

// exportMembers is the operation that reads all members.
const exportMembers = "exportAudiencesMemberships"

// missingAccess explains why members can't be read.
func (r *membershipsResource) missingAccess() string {
	return framework.MissingAccess(membershipsType, r.data.Client, exportMembers)
}

func missingKey(operation string, credential talonone.Credential) string {
	return framework.MissingKey(membershipsType, &talonone.MissingCredentialError{Operation: operation, Credential: credential})
}

// planRemoval guards and announces, by warn, that the members leave with the resource.
func (r *membershipsResource) planRemoval(state *membershipsModel, warn func(bulk.Subject, int, *diag.Diagnostics), maxPercent types.Float64, diags *diag.Diagnostics) {
	count := int(state.MemberCount.ValueInt64())
	state.subject().GuardEnd(r.data.AllowDelete, maxPercent, count, count, diags)
	if !diags.HasError() {
		warn(state.subject(), count, diags)
	}
}

// addMembershipsError is framework.AddError, with advice for what only memberships know.
func addMembershipsError(diags *diag.Diagnostics, m *membershipsModel, action string, err error) {
	if errors.Is(err, errChanged) {
		m.subject().RefuseChanged(m.source(), diags)
		return
	}
	framework.AddError(diags, framework.Operation{
		Construct: membershipsType, Action: action, Object: "audience " + m.AudienceID.String(), NotFound: path.Root("audience_id"),
		Advice: map[int]string{
			http.StatusNotFound: "There is no such audience on this deployment, or it belongs to the other environment (sandbox or live) than the Integration API key. " +
				"Create it first, for example with a talonone_audience resource, and refer to its id.",
			http.StatusForbidden: "The Management API key must allow the audience endpoints memberships and memberships/export, and memberships/import for exclusive ownership. " +
				"Its endpoints are chosen in the Campaign Manager under Account > Management API Keys.",
		},
	}, err)
}
