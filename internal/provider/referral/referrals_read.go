package referral

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// readManaged looks for the referrals of a state.
func (r *referralsResource) readManaged(ctx context.Context, state referralsModel, tracked tracking) (findings, error) {
	advocates, _ := framework.Strings(state.Advocates)
	s := state.search(advocates)
	s.since, s.until = tracked.From, tracked.To
	seen, err := find(ctx, r.data.Client, s)
	rows := state.rows(tracked)
	seen.referrals = slices.DeleteFunc(seen.referrals, func(one *talonone.Referral) bool {
		return rows[one.AdvocateProfileIntegrationID].id != one.ID
	})
	return seen, err
}

// readImported looks for the referrals of a state that only has the campaign, and perhaps advocates, and fills its
// advocates.
func (r *referralsResource) readImported(ctx context.Context, state *referralsModel, diags *diag.Diagnostics) findings {
	advocates, named := framework.Strings(state.Advocates)
	seen := findings{listed: true}
	var err error
	if named {
		seen, err = find(ctx, r.data.Client, state.search(advocates))
	} else {
		state.ApplicationID = requireApplication(ctx, r.data.Client, state.ApplicationID, state.CampaignID, "read referrals", diags)
		if diags.HasError() {
			return seen
		}
		err = r.data.Client.GetReferrals(ctx, state.ApplicationID.ValueInt64(), state.CampaignID.ValueInt64(), talonone.ReferralFilter{}, func(page []*talonone.Referral) error {
			seen.referrals = append(seen.referrals, page...)
			return nil
		})
		seen.sort()
		all := make([]string, len(seen.referrals))
		for i, one := range seen.referrals {
			all[i] = one.AdvocateProfileIntegrationID
		}
		framework.WarnNotNFC(diags, path.Root("advocates"), all)
		seen.referrals = slices.DeleteFunc(seen.referrals, func(one *talonone.Referral) bool { return !input.IsNFC(one.AdvocateProfileIntegrationID) })
	}
	if err != nil {
		framework.AddError(diags, operationOnAll("read referrals", *state), err)
		return seen
	}
	// The oldest of each advocate.
	rows := make(map[string]struct{}, len(seen.referrals))
	all := len(seen.referrals)
	seen.referrals = slices.DeleteFunc(seen.referrals, func(one *talonone.Referral) bool {
		_, taken := rows[one.AdvocateProfileIntegrationID]
		rows[one.AdvocateProfileIntegrationID] = struct{}{}
		return taken
	})
	if !named {
		for _, one := range seen.referrals {
			advocates = append(advocates, one.AdvocateProfileIntegrationID)
		}
	}
	state.Advocates = framework.IDListValue(advocates)
	reportImport(*state, len(advocates), bulk.NotIn(advocates, rows), all-len(seen.referrals), diags)
	return seen
}

func reportImport(state referralsModel, count int, missing []string, several int, diags *diag.Diagnostics) {
	campaign := state.CampaignID.ValueInt64()
	switch {
	case len(missing) > 0:
		diags.AddError("Referral not found",
			fmt.Sprintf("%d of the advocates named have no referral in campaign %d: %s. Omit them from the import ID; adding them to advocates creates codes for them.", len(missing), campaign, bulk.Names(missing)))
	case count == 0:
		diags.AddError("Referral not found", fmt.Sprintf("Campaign %d has no referrals to import.", campaign))
	case count > maxAdvocates:
		diags.AddError("Too many referrals to import",
			fmt.Sprintf("Campaign %d has referrals of %s advocates, and one resource takes %s. Name those to manage: %d/customer-1,customer-2.",
				campaign, bulk.Thousands(count), bulk.Thousands(maxAdvocates), campaign))
	case several > 0:
		diags.AddWarning("Some advocates have several referrals",
			fmt.Sprintf("In campaign %d there are %s more referrals than advocates. The oldest of each advocate is imported; the others can be imported as %s.",
				campaign, bulk.Thousands(several), resourceType))
	}
}

// refresh brings the state to what was seen. Where referrals differ from what the last apply wanted, the state shows the
// settings of the first of these, so that the plan has something to repair.
func refresh(state *referralsModel, seen findings, tracked *tracking, diags *diag.Diagnostics) {
	rows := make(map[string]row, len(seen.referrals))
	if len(seen.referrals) > 0 {
		if tracked.Settings == nil {
			// An interrupted update changes the first one first.
			state.setSettings(seen.referrals[0])
			tracked.Settings = new(state.settings())
		}
		wanted := *tracked.Settings
		shown := seen.referrals[0]
		for _, one := range slices.Backward(seen.referrals) {
			now := rowOf(one, wanted)
			if now.differs = !wanted.fitShared(one); now.differs {
				shown = one
			}
			rows[one.AdvocateProfileIntegrationID] = now
		}
		state.setSettings(shown)
	}
	advocates, _ := framework.Strings(state.Advocates)
	missing := bulk.NotIn(advocates, rows)
	if len(missing) > 0 && !seen.listed && (seen.unseen > 0 || !validNow(state.StartDate, state.ExpiryDate)) {
		diags.AddWarning("Some referrals are not visible",
			fmt.Sprintf("The inventories of %d advocates do not show their referrals in campaign %d, which may be because these are not valid now or because the advocates have no profile. "+
				"Their state is kept. A Management API key that allows the referrals endpoint shows them.", len(missing), state.CampaignID.ValueInt64()))
		prior := state.rows(*tracked)
		for _, advocate := range missing {
			rows[advocate] = prior[advocate]
		}
	}
	state.setApplied(bulk.In(advocates, rows), rows)
	if tracked.Settings != nil {
		tracked.note(rows, *tracked.Settings)
	}
}
