package referral

import (
	"context"
	"fmt"
	"maps"
	"math"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
)

// planCreate checks the campaign, looks for the leftovers of an apply that was
// killed, and counts what there is to do.
func (r *referralsResource) planCreate(ctx context.Context, plan *referralsModel, config referralsModel, diags *diag.Diagnostics) {
	plan.setUnknown()
	if !r.data.Client.HasIntegrationKey() {
		diags.AddError("Referrals can't be created", missingIntegrationKey())
		return
	}
	if config.CampaignID.IsUnknown() {
		return
	}
	if config.ApplicationID.IsNull() {
		checkCampaign(ctx, r.data.Client, config.CampaignID.ValueInt64(), diags)
		plan.ApplicationID = r.resolveApplication(ctx, config.CampaignID.ValueInt64(), diags)
	}
	advocates, known := framework.Strings(plan.Advocates)
	if diags.HasError() || !known {
		return
	}
	adopted := r.leftovers(ctx, *plan, advocates, diags)
	work := todo{create: without(advocates, adopted), adopt: adopted}
	plan.setReferrals(advocates, adopted)
	plan.LastSync = work.summary()
}

// planUpdate keeps what stays, counts what there is to do, and asks for the key
// that it needs.
func (r *referralsResource) planUpdate(ctx context.Context, plan *referralsModel, state, config referralsModel, books bookkeeping, diags *diag.Diagnostics) {
	plan.StartDate, plan.ExpiryDate = keepDate(plan.StartDate, state.StartDate), keepDate(plan.ExpiryDate, state.ExpiryDate)
	plan.Attributes = keepAttributes(plan.Attributes, state.Attributes)
	if config.ApplicationID.IsNull() {
		plan.ApplicationID = state.ApplicationID
	}
	advocates, known := framework.Strings(plan.Advocates)
	if !known {
		plan.setUnknown()
		return
	}
	now := state.referrals()
	work := todo{remove: leaving(now, advocates)}
	added := without(advocates, now)
	work.adopt = r.leftovers(ctx, *plan, added, diags)
	work.create = without(added, work.adopt)
	unknown := plan.StartDate.IsUnknown() || plan.ExpiryDate.IsUnknown() || plan.UsageLimit.IsUnknown() || plan.Attributes.IsUnknown()
	if !unknown {
		work.update = books.toUpdate(plan.settings(), except(now, work.remove))
	}
	if len(work.update) > 0 {
		r.requireManagementKey(changedSetting(*plan, state), "changed", "updateReferral", diags)
	}
	if len(work.create) > 0 && !r.data.Client.HasIntegrationKey() {
		diags.AddAttributeError(path.Root("advocates"), "Referrals can't be created", missingIntegrationKey())
	}
	if len(work.remove) > 0 {
		r.requireManagementKey(path.Root("advocates"), "removed", "deleteReferral", diags)
	}
	diags.Append(bulk.CheckRemovals(path.Root("max_removal_percent"), plan.MaxRemovalPercent, len(work.remove), len(now), "referrals")...)
	if len(added)+len(work.remove) == 0 {
		// The same advocates in another order are no change.
		plan.Advocates = state.Advocates
	}
	maps.Copy(now, work.adopt)
	plan.setReferrals(advocates, now)
	switch {
	case unknown:
		plan.LastSync = bulk.UnknownSummary()
	case work.empty():
		plan.LastSync = state.LastSync
	default:
		plan.LastSync = work.summary()
	}
}

// leftovers finds, for advocates without a referral in state, those that an
// interrupted apply has made.
func (r *referralsResource) leftovers(ctx context.Context, plan referralsModel, advocates []string, diags *diag.Diagnostics) map[string]made {
	adopted := make(map[string]made)
	if len(advocates) == 0 || plan.StartDate.IsUnknown() || plan.ExpiryDate.IsUnknown() || plan.UsageLimit.IsUnknown() || plan.Attributes.IsUnknown() {
		return adopted
	}
	earlier := begun(r.data.Journal.Earlier(referralsType, plan.toAPI()))
	if len(earlier) == 0 {
		return adopted
	}
	seen, err := ofAdvocates(ctx, r.data.Client, plan.place(), advocates, earlier.since(r.data.Client), time.Time{})
	if err != nil {
		framework.AddError(diags, doingAll("look, before creating, for referrals", plan), err)
		return adopted
	}
	wanted := plan.settings()
	oldest(seen.referrals)
	for _, one := range seen.referrals {
		advocate := one.AdvocateProfileIntegrationID
		if _, taken := adopted[advocate]; taken || one.UsageCounter > 0 || !wanted.fit(one) || earlier.entryOf(r.data.Client, one) == nil || !isLeftover(r.data, one, diags) {
			continue
		}
		adopted[advocate] = made{id: one.ID, code: one.Code}
	}
	if len(adopted) > 0 {
		warnAdoption(fmt.Sprintf("A referral of %d of the new advocates in campaign %d", len(adopted), plan.CampaignID.ValueInt64()), "Each was", diags)
	}
	return adopted
}

// requireManagementKey reports on an attribute that its change needs the key.
func (r *referralsResource) requireManagementKey(at path.Path, changed, operation string, diags *diag.Diagnostics) {
	if !r.data.Client.HasManagementKey() {
		diags.AddAttributeError(at, "Referrals can't be "+changed+" without a Management API key", missingManagementKey(operation))
	}
}

// checkRemoval guards the deletion of all referrals.
func (r *referralsResource) checkRemoval(maxPercent types.Int64, state referralsModel, summary string, diags *diag.Diagnostics) {
	count := len(state.ReferralIDs.Elements())
	if count > 0 && !r.data.Client.HasManagementKey() {
		diags.AddError(summary, missingManagementKey("deleteReferral")+
			"\n\nTo keep the referrals and let Terraform forget them, use a removed block or terraform state rm.")
	}
	diags.Append(bulk.CheckRemovals(path.Root("max_removal_percent"), maxPercent, count, count, "referrals")...)
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

// changedSetting is the first attribute that updateReferral has to change; where
// the state shows none, since one referral has the planned settings already, it is
// usage_limit.
func changedSetting(plan, state referralsModel) path.Path {
	change := firstChange(
		referralModel{StartDate: plan.StartDate, ExpiryDate: plan.ExpiryDate, UsageLimit: plan.UsageLimit, Attributes: plan.Attributes},
		referralModel{StartDate: state.StartDate, ExpiryDate: state.ExpiryDate, UsageLimit: state.UsageLimit, Attributes: state.Attributes},
	)
	if change.Equal(path.Empty()) {
		return path.Root("usage_limit")
	}
	return change
}
