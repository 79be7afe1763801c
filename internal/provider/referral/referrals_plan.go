package referral

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
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
	}
	if known && !plan.hasUnknownSettings() {
		plan.LastSync = changes(nil, referralsModel{}, *plan, advocates).LastSync(types.Object{}, len(advocates), noun, plan.settings().content)
	}
	if replaced != nil {
		plan.subject().Guard(plan.MaxRemovalPercent, replaced.Count, replaced.Count, diags)
	}
	if !r.data.Client.HasIntegrationKey() {
		diags.AddError("Referrals can't be created", missingIntegrationKey())
		return
	}
	if config.CampaignID.IsUnknown() {
		return
	}
	if config.ApplicationID.IsNull() {
		checkCampaign(ctx, r.data.Client, config.CampaignID.ValueInt64(), diags)
	}
	r.warnExisting(ctx, *plan, advocates, diags)
}

// planUpdate keeps what stays, counts what there is to do, and asks for the keys that it needs.
func (r *referralsResource) planUpdate(ctx context.Context, plan *referralsModel, state, config referralsModel, tracked tracking, diags *diag.Diagnostics) {
	plan.StartDate, plan.ExpiryDate = keepDate(plan.StartDate, state.StartDate), keepDate(plan.ExpiryDate, state.ExpiryDate)
	plan.Attributes = keepAttributes(plan.Attributes, state.Attributes)
	if config.ApplicationID.IsNull() {
		plan.ApplicationID = state.ApplicationID
	}
	advocates, known := framework.Strings(plan.Advocates)
	plan.setUnknown()
	if !known {
		return
	}
	prior := state.rows(tracked)
	rows := changes(prior, state, *plan, advocates)
	if len(rows.Added)+len(rows.Removed)+len(rows.Released) == 0 {
		// The same advocates in another order are no change.
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
	if len(rows.Released) > 0 {
		diags.AddAttributeWarning(path.Root("advocates"), noun.Count(len(rows.Released))+" will be released", fmt.Sprintf(
			"The import brought %s that the configuration does not list: %s. This resource stops managing them; their codes stay valid. "+
				"To delete one, import it as %s and destroy that.",
			noun.Count(len(rows.Released)), bulk.Names(rows.Released), resourceType))
	}
	r.warnExisting(ctx, *plan, rows.Added, diags)
}

// planRemoval guards the deletion of all referrals.
func (r *referralsResource) planRemoval(maxPercent types.Float64, state referralsModel, summary string, diags *diag.Diagnostics) {
	count := len(state.ReferralIDs.Elements())
	if count > 0 {
		r.requireManagementKey(summary, "deleteReferral", diags)
	}
	subject := state.subject()
	subject.WarnDestroyed(count, diags)
	subject.Guard(maxPercent, count, count, diags)
}

func (r *referralsResource) requireManagementKey(summary, operation string, diags *diag.Diagnostics) {
	if !r.data.Client.HasManagementKey() {
		diags.AddError(summary+" without a Management API key", missingManagementKey(referralsType, operation))
	}
}

// warnExisting says which advocates have a referral already: one that an interrupted apply has made, which the apply
// takes over, or others, which stay beside the new ones. Where more than maxPlanRequests would be needed, nothing is said.
func (r *referralsResource) warnExisting(ctx context.Context, plan referralsModel, advocates []string, diags *diag.Diagnostics) {
	if len(advocates) == 0 || plan.hasUnknownSettings() || diags.HasError() {
		return
	}
	plan.ApplicationID = resolveApplication(ctx, r.data.Client, plan.ApplicationID, plan.CampaignID, diags)
	earlier := interrupted(r.data.Journal.Earlier(referralsType, plan.toAPI()))
	s := plan.search(advocates)
	if len(earlier) > 0 {
		s.since = earlier.since(r.data.Client)
	} else {
		s.maxRequests = maxPlanRequests
	}
	seen, err := find(ctx, r.data.Client, s)
	if err != nil {
		framework.AddError(diags, operationOnAll("look, before creating, for referrals", plan), err)
		return
	}
	wanted := plan.settings()
	existing, left := make(map[string]struct{}), make(map[string]struct{})
	for _, one := range seen.referrals {
		switch {
		case len(earlier) > 0 && earlier.entryOf(r.data.Client, one) != nil && unclaimed(r.data, one, wanted):
			left[one.AdvocateProfileIntegrationID] = struct{}{}
		case len(earlier) == 0 && !r.data.Referrals.Has(one.ID) && !r.data.NewReferrals.Has(one.ID):
			existing[one.AdvocateProfileIntegrationID] = struct{}{}
		}
	}
	if len(left) > 0 {
		warnTakeOver(fmt.Sprintf("Referrals of %d of the new advocates in campaign %d were", len(left), plan.CampaignID.ValueInt64()), diags)
	}
	if has := slices.Sorted(maps.Keys(existing)); len(has) > 0 {
		diags.AddAttributeWarning(path.Root("advocates"), fmt.Sprintf("%s of %s to add have a referral already", bulk.Thousands(len(has)), advocateNoun.Count(len(advocates))), fmt.Sprintf(
			"Already in campaign %d: %s. Each gets another code; the existing ones stay as they are and are not managed by this resource. "+
				"To manage them instead, import them, for example with the ID %q, before adding the advocates.",
			plan.CampaignID.ValueInt64(), bulk.Names(has), fmt.Sprintf("%d/%s", plan.CampaignID.ValueInt64(), has[0])))
	}
}

// checkCodeSpace reports a pattern that has fewer codes than there are advocates.
func checkCodeSpace(config referralsModel, diags *diag.Diagnostics) {
	if config.ReferralPattern.IsNull() || config.ReferralPattern.IsUnknown() || config.ValidCharacters.IsUnknown() || config.Advocates.IsUnknown() {
		return
	}
	characters := defaultCharacters
	if !config.ValidCharacters.IsNull() {
		characters = len(config.ValidCharacters.Elements())
	}
	codes := math.Pow(float64(characters), float64(strings.Count(config.ReferralPattern.ValueString(), "#")))
	if advocates := len(config.Advocates.Elements()); float64(advocates) > codes {
		diags.AddAttributeError(path.Root("referral_pattern"), "Pattern has too few codes",
			fmt.Sprintf("%q with %d characters makes %.0f different codes, and there are %d advocates. Add # to the pattern, or characters to valid_characters.",
				config.ReferralPattern.ValueString(), characters, codes, advocates))
	}
}
