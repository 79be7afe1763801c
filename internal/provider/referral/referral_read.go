package referral

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// leftover is the oldest referral of the advocate with the planned settings that
// was created since, that nobody has used and that claim grants.
func (r *referralResource) leftover(ctx context.Context, plan referralModel, since time.Time, claim func(*talonone.Referral) bool) (*talonone.Referral, error) {
	wanted := plan.settings()
	where := place{applicationID: plan.ApplicationID.ValueInt64(), campaignID: plan.CampaignID.ValueInt64()}
	if wanted.Start == nil && wanted.Expiry == nil && r.data.Client.HasIntegrationKey() {
		// One advocate's inventory shows what is valid, and no rate limit slows it down.
		where.applicationID = 0
	}
	seen, err := ofAdvocates(ctx, r.data.Client, where, []string{plan.Advocate.ValueString()}, since, time.Time{})
	if err != nil {
		return nil, err
	}
	for _, candidate := range seen.referrals {
		if candidate.UsageCounter == 0 && wanted.fit(candidate) && claim(candidate) {
			return candidate, nil
		}
	}
	return nil, nil
}

// find looks for a referral by ID: in the inventory of its advocate, which no
// rate limit slows down, and then among the campaign's referrals. unseen says
// that only a Management key could tell whether it is gone.
func (r *referralResource) find(ctx context.Context, m referralModel) (api *talonone.Referral, unseen bool, err error) {
	client, id := r.data.Client, m.ID.ValueInt64()
	if client.HasIntegrationKey() && !m.Advocate.IsNull() {
		inventories, missing, err := inventoriesOf(ctx, client, []string{m.Advocate.ValueString()})
		if err != nil {
			return nil, false, err
		}
		for i := range inventories[0] {
			if inventories[0][i].ID == id {
				return &inventories[0][i].Referral, false, nil
			}
		}
		if !client.HasManagementKey() {
			return nil, missing > 0 || !validNow(m), nil
		}
	}
	filter := talonone.ReferralFilter{Advocate: m.Advocate.ValueString(), Code: m.Code.ValueString()}
	return r.search(ctx, m, filter, func(candidate *talonone.Referral) bool { return candidate.ID == id })
}

// search lists the campaign's referrals until one is wanted.
func (r *referralResource) search(ctx context.Context, m referralModel, filter talonone.ReferralFilter, wanted func(*talonone.Referral) bool) (api *talonone.Referral, unseen bool, err error) {
	if m.ApplicationID.ValueInt64() == 0 {
		return nil, false, fmt.Errorf("the Application of campaign %d is not known; set application_id", m.CampaignID.ValueInt64())
	}
	found := errors.New("found")
	err = r.data.Client.GetReferrals(ctx, m.ApplicationID.ValueInt64(), m.CampaignID.ValueInt64(), filter, func(page []*talonone.Referral) error {
		for _, candidate := range page {
			if wanted(candidate) {
				api = candidate
				return found
			}
		}
		return nil
	})
	if err == nil || errors.Is(err, found) || talonone.IsNotFound(err) {
		return api, false, nil
	}
	return nil, false, err
}

func (r *referralResource) own(m referralModel, diags *diag.Diagnostics) {
	r.data.Journal.Settle(resourceType, m.ID.ValueInt64())
	own(r.data, m.ID.ValueInt64(), diags)
}

// resolveImport reads an import ID: campaign/referral or
// application/campaign/referral, the referral by its ID or its code.
func (r *referralResource) resolveImport(ctx context.Context, importID string, diags *diag.Diagnostics) (referralIdentity, types.Int64) {
	identity := referralIdentity{CampaignID: types.Int64Null(), ID: types.Int64Null()}
	numbers, rest := leadingNumbers(importID)
	application := types.Int64Null()
	switch {
	case len(numbers) == 2 && rest != "":
		application, identity.CampaignID = types.Int64Value(numbers[0]), types.Int64Value(numbers[1])
	case len(numbers) == 1 && rest != "":
		identity.CampaignID = types.Int64Value(numbers[0])
	default:
		diags.AddError("Invalid import ID",
			fmt.Sprintf("%q is neither campaign/referral, such as 11/4001 or 11/FRIEND-AB12CD34, nor application/campaign/referral, such as 1/11/4001.", importID))
		return identity, application
	}
	if id, err := strconv.ParseInt(rest, 10, 64); err == nil {
		identity.ID = types.Int64Value(id)
		return identity, application
	}
	if !r.data.Client.HasManagementKey() {
		return identity, application
	}
	m := referralModel{CampaignID: identity.CampaignID, ApplicationID: application}
	if application.IsNull() {
		m.ApplicationID = r.resolveApplication(ctx, identity.CampaignID.ValueInt64(), diags)
	}
	api, _, err := r.search(ctx, m, talonone.ReferralFilter{Code: rest}, func(candidate *talonone.Referral) bool { return strings.EqualFold(candidate.Code, rest) })
	switch {
	case err != nil:
		framework.AddError(diags, framework.Doing{Construct: resourceType, Action: "find referral", Object: strconv.Quote(rest)}, err)
	case api == nil:
		diags.AddError("Referral not found", fmt.Sprintf("Campaign %d has no referral with the code %q.", identity.CampaignID.ValueInt64(), rest))
	default:
		identity.ID = types.Int64Value(api.ID)
	}
	return identity, application
}

// leadingNumbers cuts up to two numbers, each with a slash behind it, from the
// front of an import ID; a code may hold slashes itself.
func leadingNumbers(importID string) (numbers []int64, rest string) {
	rest = importID
	for len(numbers) < 2 {
		before, after, more := strings.Cut(rest, "/")
		number, err := strconv.ParseInt(before, 10, 64)
		if !more || err != nil {
			break
		}
		numbers, rest = append(numbers, number), after
	}
	return numbers, rest
}

// validNow says whether the referral's dates allow its use.
func validNow(m referralModel) bool {
	now, start, expiry := time.Now(), timeOf(m.StartDate), timeOf(m.ExpiryDate)
	return (start == nil || !now.Before(*start)) && (expiry == nil || now.Before(*expiry))
}
