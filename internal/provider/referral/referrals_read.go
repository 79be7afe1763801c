package referral

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// readManaged looks for the referrals in state.
func (r *referralsResource) readManaged(ctx context.Context, state referralsModel, books bookkeeping) (view, error) {
	advocates, _ := framework.Strings(state.Advocates)
	seen, err := ofAdvocates(ctx, r.data.Client, state.place(), advocates, books.From, books.To)
	known := state.referrals()
	seen.referrals = slices.DeleteFunc(seen.referrals, func(one *talonone.Referral) bool {
		return known[one.AdvocateProfileIntegrationID].id != one.ID
	})
	oldest(seen.referrals)
	return seen, err
}

// readImported fills a state that only has the campaign, and perhaps advocates.
func (r *referralsResource) readImported(ctx context.Context, state *referralsModel, books *bookkeeping, diags *diag.Diagnostics) {
	var referrals []*talonone.Referral
	advocates, named := framework.Strings(state.Advocates)
	var err error
	if named {
		var seen view
		seen, err = ofAdvocates(ctx, r.data.Client, state.place(), advocates, time.Time{}, time.Time{})
		referrals = seen.referrals
	} else if r.requireApplication(ctx, state, "read referrals", diags) {
		err = r.data.Client.GetReferrals(ctx, state.ApplicationID.ValueInt64(), state.CampaignID.ValueInt64(), talonone.ReferralFilter{}, func(page []*talonone.Referral) error {
			referrals = append(referrals, page...)
			return nil
		})
	}
	if err != nil {
		framework.AddError(diags, doingAll("read referrals", *state), err)
	}
	if diags.HasError() {
		return
	}
	oldest(referrals)
	now := make(map[string]made, len(referrals))
	several := 0
	for _, one := range referrals {
		if _, taken := now[one.AdvocateProfileIntegrationID]; taken {
			several++
			continue
		}
		now[one.AdvocateProfileIntegrationID] = made{id: one.ID, code: one.Code}
		books.cover(one.Created)
		if !named {
			advocates = append(advocates, one.AdvocateProfileIntegrationID)
		}
		if len(now) == 1 {
			state.show(one)
			books.Wanted = state.settings()
		}
	}
	books.inspect(slices.DeleteFunc(referrals, func(one *talonone.Referral) bool { return now[one.AdvocateProfileIntegrationID].id != one.ID }))
	reportImport(*state, len(advocates), without(advocates, now), several, diags)
	state.Advocates = framework.IDListValue(advocates)
	state.setReferrals(advocates, now)
	state.LastSync = todo{}.summary()
}

func reportImport(state referralsModel, count int, missing []string, several int, diags *diag.Diagnostics) {
	switch {
	case len(missing) > 0:
		diags.AddError("Referral not found",
			fmt.Sprintf("%d of the advocates named have no referral in campaign %d; the first is %q. Leave them out of the import ID; adding them to advocates makes codes for them.",
				len(missing), state.CampaignID.ValueInt64(), missing[0]))
	case count == 0:
		diags.AddError("Referral not found", fmt.Sprintf("Campaign %d has no referrals to import.", state.CampaignID.ValueInt64()))
	case count > maxAdvocates:
		diags.AddError("Too many referrals to import",
			fmt.Sprintf("Campaign %d has referrals of %d advocates, and one resource takes %d. Name those that it shall manage: %d/customer-1,customer-2.",
				state.CampaignID.ValueInt64(), count, maxAdvocates, state.CampaignID.ValueInt64()))
	case several > 0:
		diags.AddWarning("Some advocates have several referrals",
			fmt.Sprintf("In campaign %d there are %d referrals more than advocates. The oldest of each advocate is imported; the others can be imported as %s.",
				state.CampaignID.ValueInt64(), several, resourceType))
	}
}

// refresh brings the state to what was seen. Where referrals differ from what the
// last apply wanted, the state shows the first one's settings, so that the plan
// has something to repair.
func refresh(state *referralsModel, seen view, books *bookkeeping, diags *diag.Diagnostics) {
	now := make(map[string]made, len(seen.referrals))
	for _, one := range seen.referrals {
		now[one.AdvocateProfileIntegrationID] = made{id: one.ID, code: one.Code}
	}
	books.inspect(seen.referrals)
	if len(seen.referrals) > 0 {
		deviating := slices.IndexFunc(seen.referrals, func(one *talonone.Referral) bool { return !books.Wanted.fitShared(one) })
		state.show(seen.referrals[max(deviating, 0)])
	}
	advocates, _ := framework.Strings(state.Advocates)
	missing := without(advocates, now)
	if len(missing) > 0 && !seen.listed && (seen.unseen > 0 || !validNow(referralModel{StartDate: state.StartDate, ExpiryDate: state.ExpiryDate})) {
		diags.AddWarning("Some referrals can't be seen",
			fmt.Sprintf("The inventories of %d advocates do not show their referrals in campaign %d, which may be because these are not valid now or because the advocates have no profile. "+
				"Their state is kept as it is. A Management API key that allows the referrals endpoint can tell for certain.", len(missing), state.CampaignID.ValueInt64()))
		return
	}
	if len(missing) == 0 {
		return
	}
	kept := inOrder(now, advocates, *state)
	state.Advocates = framework.IDListValue(kept)
	state.setReferrals(kept, now)
}

// own records that the referrals are this resource's, and reports when the plan of
// another resource has taken one for a leftover.
func (r *referralsResource) own(state referralsModel, diags *diag.Diagnostics) {
	for _, one := range state.referrals() {
		r.data.Journal.Settle(referralsType, one.id)
		if !own(r.data, one.id, diags) {
			return
		}
	}
}
