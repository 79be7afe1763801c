package referral

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/journal"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// equal are the unused referrals of the advocate with the planned settings that were created since and not by this run, oldest first.
func (r *referralResource) equal(ctx context.Context, plan referralModel, since time.Time) ([]*talonone.Referral, error) {
	wanted := plan.settings()
	s := search{
		applicationID: plan.ApplicationID.ValueInt64(), campaignID: plan.CampaignID.ValueInt64(),
		advocates: []string{plan.Advocate.ValueString()}, since: since,
	}
	if wanted.Start == nil && wanted.Expiry == nil && r.data.Client.HasIntegrationKey() {
		// One advocate's inventory shows what is valid, and no rate limit slows it down.
		s.applicationID = 0
	}
	seen, err := find(ctx, r.data.Client, s)
	return slices.DeleteFunc(seen.referrals, func(one *talonone.Referral) bool { return !isEqual(r.data, one, wanted) }), err
}

// refreshed is find for a refresh, in requests that the referrals of a campaign share where both keys allow that.
func (r *referralResource) refreshed(ctx context.Context, m referralModel) (api *talonone.Referral, unseen bool, err error) {
	client := r.data.Client
	if !client.HasIntegrationKey() || m.ApplicationID.ValueInt64() == 0 || !client.MayCall("getReferralsWithoutTotalCount") {
		return r.find(ctx, m)
	}
	place := talonone.ReferralPlace{ApplicationID: m.ApplicationID.ValueInt64(), CampaignID: m.CampaignID.ValueInt64()}
	api, err = client.FindReferral(ctx, place, talonone.WantedReferral{ID: m.ID.ValueInt64(), Advocate: m.Advocate.ValueString(), Code: m.Code.ValueString()})
	return api, false, err
}

// find looks for a referral by ID: in the inventory of its advocate, which no rate limit slows down, and then among the
// campaign's referrals. unseen says that only a Management key could tell whether it is gone.
func (r *referralResource) find(ctx context.Context, m referralModel) (api *talonone.Referral, unseen bool, err error) {
	client, id := r.data.Client, m.ID.ValueInt64()
	if client.HasIntegrationKey() && !m.Advocate.IsNull() {
		seen, err := find(ctx, client, search{campaignID: m.CampaignID.ValueInt64(), advocates: []string{m.Advocate.ValueString()}})
		if err != nil {
			return nil, false, err
		}
		if at := slices.IndexFunc(seen.referrals, func(one *talonone.Referral) bool { return one.ID == id }); at >= 0 {
			return seen.referrals[at], false, nil
		}
		if !client.HasManagementKey() {
			return nil, seen.unseen > 0 || !validNow(m.StartDate, m.ExpiryDate), nil
		}
	}
	filter := talonone.ReferralFilter{Advocate: m.Advocate.ValueString(), Code: m.Code.ValueString()}
	return r.search(ctx, m, filter, func(candidate *talonone.Referral) bool { return candidate.ID == id })
}

// isGone says whether the state's referral is certainly no longer there. Its ID may belong to another one by now.
func (r *referralResource) isGone(ctx context.Context, state referralModel, diags *diag.Diagnostics) bool {
	if r.data.IsYoung(state.Created) {
		return false
	}
	found, unseen, err := r.find(ctx, state)
	if err != nil {
		framework.AddError(diags, operation("look, before a change, for referral", state), err)
		return false
	}
	return found == nil && !unseen || found != nil && framework.IsAnother(state.Created, found.Created)
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

// own notes that referrals are in the state of a resource.
func own(data *framework.Data, referrals ...journal.Object) {
	referrals = slices.DeleteFunc(referrals, func(one journal.Object) bool { return !data.Referrals.Add(one.ID) })
	data.Journal.Held(journalKind, referrals...)
}

// importIDs are campaign/referral and application/campaign/referral. A code may hold slashes.
var importIDs = regexp.MustCompile(`^(?:(\d{1,18})/)?(\d{1,18})/(.+)$`)

// resolveImport reads an import ID, which has the referral by its ID or its code.
func (r *referralResource) resolveImport(ctx context.Context, importID string, diags *diag.Diagnostics) (identity referralIdentity, application types.Int64) {
	parts := importIDs.FindStringSubmatch(importID)
	if parts == nil {
		diags.AddError("Invalid import ID",
			fmt.Sprintf("%q is neither campaign/referral, such as 11/4001 or 11/FRIEND-AB12CD34, nor application/campaign/referral, such as 1/11/4001.", importID))
		return identity, application
	}
	if id, err := strconv.ParseInt(parts[1], 10, 64); err == nil {
		application = types.Int64Value(id)
	}
	campaignID, _ := strconv.ParseInt(parts[2], 10, 64)
	identity.CampaignID = types.Int64Value(campaignID)
	rest := parts[3]
	if id, err := strconv.ParseInt(rest, 10, 64); err == nil {
		identity.ID = types.Int64Value(id)
		return identity, application
	}
	if !r.data.Client.HasManagementKey() {
		return identity, application
	}
	m := referralModel{CampaignID: identity.CampaignID, ApplicationID: resolveApplication(ctx, r.data.Client, application, identity.CampaignID, diags)}
	api, _, err := r.search(ctx, m, talonone.ReferralFilter{Code: rest}, func(candidate *talonone.Referral) bool { return strings.EqualFold(candidate.Code, rest) })
	switch {
	case err != nil:
		framework.AddError(diags, framework.Operation{Construct: resourceType, Action: "find referral", Object: strconv.Quote(rest)}, err)
	case api == nil:
		diags.AddError("Referral not found", fmt.Sprintf("Campaign %d has no referral with the code %q.", identity.CampaignID.ValueInt64(), rest))
	default:
		identity.ID = types.Int64Value(api.ID)
	}
	return identity, application
}
