package referral

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/journal"
)

// changes plans the way from the rows of a state, which is empty in a create, to the configured advocates.
func changes(prior map[string]row, state, plan referralsModel, advocates []string) bulk.Plan {
	want := row{settings: plan.settings()}
	desired := make(map[string]row, len(advocates))
	for _, advocate := range advocates {
		desired[advocate] = want
	}
	rows := bulk.Compare(prior, desired, sameRow)
	if len(prior) > 0 && state.imported() {
		return rows.Releasing()
	}
	return rows
}

// lastSync is last_sync after an update; an import has none until rows change.
func lastSync(rows bulk.Plan, state referralsModel, total int, wanted settings) types.Object {
	if rows.Empty() {
		return state.LastSync
	}
	return rows.LastSync(state.LastSync, total, noun, wanted.content)
}

// planCreate counts what there is to do, checks the campaign, and warns of what is there already.
func (r *referralsResource) planCreate(ctx context.Context, plan *referralsModel, config referralsModel, replaced *bulk.Target, diags *diag.Diagnostics) {
	advocates, known := framework.Strings(plan.Advocates)
	plan.setUnknown()
	if known {
		plan.setRows(advocates, nil)
		plan.subject().WarnTwins(path.Root("advocates"), advocates, advocates, diags)
	}
	if known && !plan.hasUnknownSettings() {
		plan.LastSync = changes(nil, referralsModel{}, *plan, advocates).LastSync(types.Object{}, len(advocates), noun, plan.settings().content)
	}
	if replaced != nil {
		plan.subject().GuardEnd(r.data.AllowDelete, plan.MaxRemovalPercent, replaced.Count, replaced.Count, diags)
	}
	if !r.data.Client.HasIntegrationKey() {
		diags.AddError("Referrals can't be created", missingIntegrationKey())
		return
	}
	if config.CampaignID.IsUnknown() {
		return
	}
	if !config.ApplicationID.IsUnknown() {
		checkCampaign(ctx, r.data.Client, config.CampaignID.ValueInt64(), config.ApplicationID, diags)
	}
	r.warnExisting(ctx, *plan, advocates, diags)
}

// keepCharacters prefers the state's order of the same characters.
func keepCharacters(plan, state types.List) types.List {
	wanted, known := framework.Strings(plan)
	before, had := framework.Strings(state)
	if known && had && slices.Equal(slices.Sorted(slices.Values(wanted)), slices.Sorted(slices.Values(before))) {
		return state
	}
	return plan
}

// planUpdate keeps what stays, counts what there is to do, and asks for the keys that it needs.
func (r *referralsResource) planUpdate(ctx context.Context, plan *referralsModel, state, config referralsModel, tracked tracking, diags *diag.Diagnostics) {
	plan.StartDate, plan.ExpiryDate = keepDate(plan.StartDate, state.StartDate), keepDate(plan.ExpiryDate, state.ExpiryDate)
	plan.Attributes = keepAttributes(plan.Attributes, state.Attributes)
	plan.ValidCharacters = keepCharacters(plan.ValidCharacters, state.ValidCharacters)
	if config.ApplicationID.IsNull() {
		plan.ApplicationID = state.ApplicationID
	} else {
		checkMoved(ctx, r.data.Client, plan.CampaignID, plan.ApplicationID, state.ApplicationID, diags)
	}
	advocates, known := framework.Strings(plan.Advocates)
	plan.setUnknown()
	if !known {
		plan.subject().WarnUnknown(path.Root("advocates"), len(state.ReferralIDs.Elements()), plan.MaxRemovalPercent, diags)
		return
	}
	prior := state.rows(tracked)
	rows := changes(prior, state, *plan, advocates)
	if len(rows.Added)+len(rows.Removed)+len(rows.Released) == 0 {
		// The same advocates in another order are not a change.
		plan.Advocates = state.Advocates
	}
	plan.setRows(advocates, prior)
	if !plan.hasUnknownSettings() {
		plan.LastSync = lastSync(rows, state, len(advocates), plan.settings())
		if len(rows.Updated) > 0 {
			r.requireManagementKey("Referrals can't be changed", "updateReferral", diags)
		}
	}
	if len(rows.Added) > 0 && !r.data.Client.HasIntegrationKey() {
		diags.AddAttributeError(path.Root("advocates"), "Referrals can't be created", missingIntegrationKey())
		return
	}
	if len(rows.Removed) > 0 {
		r.requireManagementKey("Referrals can't be removed", "deleteReferral", diags)
	}
	plan.subject().Guard(plan.MaxRemovalPercent, len(rows.Removed), len(prior), diags)
	plan.subject().RefuseTwins(path.Root("advocates"), rows.Added, rows.Removed, diags)
	plan.subject().WarnTwins(path.Root("advocates"), rows.Added, advocates, diags)
	if len(rows.Released) > 0 {
		diags.AddAttributeWarning(path.Root("advocates"), plan.subject().About(noun.Count(len(rows.Released))+" will be released"), fmt.Sprintf(
			"The import brought %s that the configuration does not list: %s. This resource stops managing them; their codes stay valid. "+
				"To delete one, import it as %s and destroy that.",
			noun.Count(len(rows.Released)), bulk.Names(rows.Released), resourceType))
	}
	r.warnExisting(ctx, *plan, rows.Added, diags)
}

// keptRows are the rows of a state whose advocates stay.
func keptRows(state referralsModel, advocates []string) map[string]row {
	kept, listed := state.rows(tracking{}), bulk.SetOf(advocates)
	maps.DeleteFunc(kept, func(advocate string, _ row) bool { _, stays := listed[advocate]; return !stays })
	return kept
}

// spare takes out of the advocates to remove those whose referrals another resource manages.
func (r *referralsResource) spare(ctx context.Context, state referralsModel, advocates []string, prior map[string]row, applied *bulk.Applied[row], private bulk.PrivateReader, diags *diag.Diagnostics) []string {
	codes := make([]string, len(advocates))
	for i, advocate := range advocates {
		codes[i] = codeRow(prior[advocate].id)
	}
	_, spared := r.data.Owners.Spare(ctx, state.claimCodes(nil), codes, private, diags)
	if len(spared) == 0 {
		return advocates
	}
	kept := bulk.SetOf(spared)
	return slices.DeleteFunc(slices.Clone(advocates), func(advocate string) bool {
		_, spares := kept[codeRow(prior[advocate].id)]
		if spares {
			applied.Remove(advocate)
		}
		return spares
	})
}

// planRemoval guards the deletion of all referrals, and announces it by warn.
func (r *referralsResource) planRemoval(warn func(bulk.Subject, int, *diag.Diagnostics), maxPercent types.Float64, state referralsModel, summary string, diags *diag.Diagnostics) {
	count := len(state.ReferralIDs.Elements())
	if count > 0 {
		r.requireManagementKey(summary, "deleteReferral", diags)
	}
	subject := state.subject()
	warn(subject, count, diags)
	subject.GuardEnd(r.data.AllowDelete, maxPercent, count, count, diags)
}

func (r *referralsResource) requireManagementKey(summary, operation string, diags *diag.Diagnostics) {
	if !r.data.Client.HasManagementKey() {
		diags.AddError(summary+" without a Management API key", missingManagementKey(referralsType, operation))
	}
}

// warnExisting says that an earlier apply may have created some, which the apply looks for, or which advocates have a
// referral already, which stays beside the new one. Where more than maxPlanRequests would be needed, nothing is said.
func (r *referralsResource) warnExisting(ctx context.Context, plan referralsModel, advocates []string, diags *diag.Diagnostics) {
	if len(advocates) == 0 || plan.hasUnknownSettings() || diags.HasError() {
		return
	}
	want := plan.toAPI()
	if interrupted := r.data.Journal.Interrupted(journalKind, want, advocates); len(interrupted) > 0 {
		diags.AddWarning("An earlier apply was interrupted while it created these", fmt.Sprintf(
			"A request to create referrals was sent at %s, and the response never came. Applying looks for referrals of the new advocates with exactly these settings that were created at that time and that no resource manages. "+
				"An advocate who has exactly one keeps it; one who has none gets a code. If an advocate has several, the apply stops and names them.",
			interrupted[0].Format(time.RFC3339)))
		return
	}
	plan.ApplicationID = resolveApplication(ctx, r.data.Client, plan.ApplicationID, plan.CampaignID, diags)
	s := plan.search(advocates)
	s.maxRequests = maxPlanRequests
	seen, err := find(ctx, r.data.Client, s)
	if err != nil {
		framework.AddError(diags, operationOnAll("look, before creating, for referrals", plan), err)
		return
	}
	existing := make(map[string]struct{})
	// Whether or not a resource of this plan manages it: that resource may be planned later.
	for _, one := range seen.referrals {
		if !r.data.NewReferrals.Has(one.ID) {
			r.data.Journal.Know(journalKind, want, journal.Object{ID: one.ID, Created: one.Created})
			existing[one.AdvocateProfileIntegrationID] = struct{}{}
		}
	}
	if has := slices.Sorted(maps.Keys(existing)); len(has) > 0 {
		diags.AddAttributeWarning(path.Root("advocates"), fmt.Sprintf("%s of %s to add already have a referral", bulk.Thousands(len(has)), advocateNoun.Count(len(advocates))), fmt.Sprintf(
			"Already in campaign %d: %s. Each gets another code; the existing ones stay and are not managed by this resource. "+
				"If no other resource manages them, you can import them instead, for example with the ID %q, before adding the advocates.",
			plan.CampaignID.ValueInt64(), bulk.Names(has), fmt.Sprintf("%d/%s", plan.CampaignID.ValueInt64(), has[0])))
	}
}

// checkCodeSpace reports a pattern that has fewer codes than there are advocates.
func checkCodeSpace(config referralsModel, diags *diag.Diagnostics) {
	if !strings.Contains(config.ReferralPattern.ValueString(), "#") || config.ValidCharacters.IsUnknown() || config.Advocates.IsUnknown() {
		return
	}
	characters := defaultCharacters
	if !config.ValidCharacters.IsNull() {
		characters = len(config.ValidCharacters.Elements())
	}
	codes := math.Pow(float64(characters), float64(strings.Count(config.ReferralPattern.ValueString(), "#")))
	if advocates := len(config.Advocates.Elements()); float64(advocates) > codes {
		diags.AddAttributeError(path.Root("referral_pattern"), "Pattern has too few codes",
			fmt.Sprintf("%q with %d characters is enough for %.0f of %d advocates. Add # to the pattern, or characters to valid_characters.",
				config.ReferralPattern.ValueString(), characters, codes, advocates))
	}
}
