package referral

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"golang.org/x/sync/errgroup"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/journal"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

const (
	// journalKind is the kind of object that both resources note.
	journalKind = "talonone_referral"
	// parallelInventories is how many inventories are read at a time.
	parallelInventories = 8
	// maxPlanRequests is how many requests a plan spends on warnings.
	maxPlanRequests = 20
)

// running is a campaign that the Integration key reports, in one request: those that run in its Application. nil is that only a
// Management key can tell.
func running(ctx context.Context, client *talonone.Client, campaignID int64) (*talonone.Campaign, error) {
	if !client.HasIntegrationKey() {
		return nil, nil
	}
	return client.RunningCampaign(ctx, campaignID)
}

// applicationOf is the Application of a campaign. An Integration key creates referrals in its own Application only,
// which it reports as long as any campaign is running there; a Management key knows every campaign, and takes a request for
// each Application. It is 0 where neither tells.
func applicationOf(ctx context.Context, client *talonone.Client, campaignID int64) (int64, error) {
	if campaign, err := running(ctx, client, campaignID); err != nil || campaign != nil {
		return applicationIn(campaign), err
	}
	if client.HasManagementKey() {
		campaigns, err := client.GetCampaigns(ctx)
		if campaign := campaignByID(campaigns, campaignID); campaign != nil {
			return campaign.ApplicationID, nil
		}
		if !talonone.IsUnauthorized(err) {
			return 0, err
		}
	}
	if !client.HasIntegrationKey() {
		return 0, nil
	}
	return client.IntegrationApplicationID(ctx)
}

func applicationIn(campaign *talonone.Campaign) int64 {
	if campaign == nil {
		return 0
	}
	return campaign.ApplicationID
}

// resolveApplication looks an Application up that is null or unknown; null where neither key tells.
func resolveApplication(ctx context.Context, client *talonone.Client, applicationID, campaignID types.Int64, diags *diag.Diagnostics) types.Int64 {
	if !applicationID.IsNull() && !applicationID.IsUnknown() {
		return applicationID
	}
	id, err := applicationOf(ctx, client, campaignID.ValueInt64())
	if err != nil {
		framework.AddError(diags, framework.Operation{Construct: resourceType, Action: "find the Application of campaign", Object: strconv.FormatInt(campaignID.ValueInt64(), 10)}, err)
	}
	if id == 0 {
		return types.Int64Null()
	}
	return types.Int64Value(id)
}

// requireApplication is resolveApplication for a request that can't do without.
func requireApplication(ctx context.Context, client *talonone.Client, applicationID, campaignID types.Int64, action string, diags *diag.Diagnostics) types.Int64 {
	id := resolveApplication(ctx, client, applicationID, campaignID, diags)
	if id.IsNull() && !diags.HasError() {
		diags.AddAttributeError(path.Root("application_id"), "Unable to "+action,
			fmt.Sprintf("The Application of campaign %d could not be found. Set application_id, and apply that first.", campaignID.ValueInt64()))
	}
	return id
}

func campaignByID(campaigns []talonone.Campaign, id int64) *talonone.Campaign {
	for i := range campaigns {
		if campaigns[i].ID == id {
			return &campaigns[i]
		}
	}
	return nil
}

// checkCampaign reports a campaign that has no referrals and, where a key can tell, one that does not exist, is not in the configured
// Application, or belongs to another Application than the Integration key.
func checkCampaign(ctx context.Context, client *talonone.Client, campaignID int64, applicationID types.Int64, diags *diag.Diagnostics) {
	campaign, err := running(ctx, client, campaignID)
	own := applicationIn(campaign)
	switch {
	case err != nil || campaign != nil:
	case !client.HasManagementKey():
		return
	default:
		var campaigns []talonone.Campaign
		if applicationID.IsNull() {
			campaigns, err = client.GetCampaigns(ctx)
		} else {
			campaigns, err = client.GetCampaignsOf(ctx, applicationID.ValueInt64())
		}
		if talonone.IsUnauthorized(err) {
			return
		}
		campaign = campaignByID(campaigns, campaignID)
	}
	if err != nil {
		of := framework.Operation{Construct: resourceType, Action: "read the campaigns"}
		if !applicationID.IsNull() {
			of.NotFound, of.Advice = path.Root("application_id"), framework.NoApplication
		}
		framework.AddError(diags, of, err)
		return
	}
	switch {
	case campaign == nil && !applicationID.IsNull():
		framework.AddMissing(diags, path.Root("campaign_id"), "Campaign does not exist", fmt.Sprintf(
			"Application %s has no campaign %d. Correct campaign_id or application_id; without application_id the provider finds the campaign's Application.", applicationID, campaignID))
	case campaign == nil:
		framework.AddMissing(diags, path.Root("campaign_id"), "Campaign does not exist",
			fmt.Sprintf("No Application of the account has a campaign %d. The Campaign Manager shows a campaign's ID in its address.", campaignID))
	case !applicationID.IsNull() && campaign.ApplicationID != applicationID.ValueInt64():
		framework.AddMissing(diags, path.Root("application_id"), "Campaign belongs to another Application", fmt.Sprintf(
			"Campaign %d %q belongs to Application %d, and application_id is %s. Correct it, or omit it: the provider finds the campaign's Application.", campaign.ID, campaign.Name, campaign.ApplicationID, applicationID))
	case !slices.Contains(campaign.Features, "referrals"):
		framework.AddMissing(diags, path.Root("campaign_id"), "Campaign has no referrals",
			fmt.Sprintf("Campaign %d %q does not have the feature referrals. Enable it in the campaign's settings, or choose another campaign.", campaign.ID, campaign.Name))
	case own == 0:
		own, err = client.IntegrationApplicationID(ctx)
		if err != nil {
			framework.AddError(diags, framework.Operation{Construct: resourceType, Action: "find the Application of the Integration API key"}, err)
		} else if own != 0 && own != campaign.ApplicationID {
			framework.AddMissing(diags, path.Root("campaign_id"), "Campaign belongs to another Application",
				fmt.Sprintf("Campaign %d %q belongs to Application %d, and the Integration API key to Application %d, the only one where it creates referrals. Use a provider alias with the key of Application %d.",
					campaign.ID, campaign.Name, campaign.ApplicationID, own, campaign.ApplicationID))
		}
	}
}

// checkMoved is checkCampaign for a changed application_id of an object that exists.
func checkMoved(ctx context.Context, client *talonone.Client, campaignID, applicationID, before types.Int64, diags *diag.Diagnostics) {
	if !applicationID.IsUnknown() && !applicationID.Equal(before) {
		checkCampaign(ctx, client, campaignID.ValueInt64(), applicationID, diags)
	}
}

// search says which referrals of a campaign to look for.
type search struct {
	// applicationID is 0 where it isn't known: the campaign can't be listed then, only the inventories of advocates.
	applicationID, campaignID int64
	advocates                 []string
	// since and until bound the time of creation unless they are zero.
	since, until time.Time
	// maxRequests ends a search early; 0 does not.
	maxRequests int
}

// findings is what a search shows.
type findings struct {
	// referrals are in order of ID.
	referrals []*talonone.Referral
	// listed says that the campaign's referrals were listed, which shows all of them; an inventory may omit what is
	// not valid now.
	listed bool
	// unseen is how many advocates have no profile, and so no inventory.
	unseen int
}

func (f findings) sort() {
	slices.SortFunc(f.referrals, func(a, b *talonone.Referral) int { return cmp.Compare(a.ID, b.ID) })
}

// spell sorts the referrals, and writes their advocates as they were asked for where the deployment has folded their case.
// listed are the advocates of all referrals that were seen.
func (f *findings) spell(asked, listed []string) {
	f.sort()
	spelled := spelled(asked, listed, f.referrals)
	exactly := bulk.SetOf(asked)
	f.referrals = slices.DeleteFunc(spelled, func(one *talonone.Referral) bool {
		_, ok := exactly[one.AdvocateProfileIntegrationID]
		return !ok
	})
}

func spelled(asked, listed []string, referrals []*talonone.Referral) []*talonone.Referral {
	spelling := talonone.SpellingOf(asked, slices.Values(listed))
	if spelling == nil {
		return referrals
	}
	copies := make([]*talonone.Referral, len(referrals))
	for i, one := range referrals {
		copied := *one
		copied.AdvocateProfileIntegrationID = spelling.Of(one.AdvocateProfileIntegrationID)
		copies[i] = &copied
	}
	return copies
}

// find searches with one listing of the campaign where the Application is known and a Management key allows it, else in
// the inventory of each advocate.
func find(ctx context.Context, client *talonone.Client, s search) (findings, error) {
	if len(s.advocates) == 0 {
		return findings{listed: true}, nil
	}
	var seen findings
	wanted := bulk.SetOf(s.advocates)
	for _, advocate := range s.advocates {
		// A deployment may fold the case of IDs; spelled tells.
		wanted[strings.ToLower(advocate)] = struct{}{}
	}
	var listed []string
	keep := func(referral *talonone.Referral) {
		listed = append(listed, referral.AdvocateProfileIntegrationID)
		if _, ok := wanted[referral.AdvocateProfileIntegrationID]; ok && referral.CampaignID == s.campaignID &&
			!referral.Created.Before(s.since) && (s.until.IsZero() || !referral.Created.After(s.until)) {
			seen.referrals = append(seen.referrals, referral)
		}
	}
	if client.HasManagementKey() && s.applicationID != 0 {
		enough := errors.New("enough")
		pages := 0
		err := client.GetReferrals(ctx, s.applicationID, s.campaignID, s.filter(), func(page []*talonone.Referral) error {
			for _, referral := range page {
				keep(referral)
			}
			if pages++; pages == s.maxRequests {
				return enough
			}
			return nil
		})
		if errors.Is(err, enough) {
			err = nil
		}
		if !talonone.IsUnauthorized(err) || !client.HasIntegrationKey() {
			seen.listed = true
			seen.spell(s.advocates, listed)
			return seen, err
		}
	}
	if s.maxRequests > 0 && len(s.advocates) > s.maxRequests {
		return seen, nil
	}
	inventories := make([][]talonone.InventoryReferral, len(s.advocates))
	missing := make([]bool, len(s.advocates))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallelInventories)
	for i, advocate := range s.advocates {
		group.Go(func() error {
			inventory, err := client.GetCustomerInventory(ctx, advocate, talonone.InventoryParts{Referrals: true})
			if talonone.IsNotFound(err) {
				missing[i] = true
				return nil
			}
			if err == nil {
				inventories[i] = inventory.Referrals
			}
			return err
		})
	}
	err := group.Wait()
	for i, referrals := range inventories {
		if missing[i] {
			seen.unseen++
		}
		for j := range referrals {
			keep(&referrals[j].Referral)
		}
	}
	seen.spell(s.advocates, listed)
	return seen, err
}

// filter narrows a listing as far as the API can; whether its bounds in time are inclusive is not documented, so they
// leave a margin.
func (s search) filter() talonone.ReferralFilter {
	var filter talonone.ReferralFilter
	if !s.since.IsZero() {
		filter.CreatedAfter = s.since.Add(-journal.Tolerance)
	}
	if !s.until.IsZero() {
		filter.CreatedBefore = s.until.Add(journal.Tolerance)
	}
	if len(s.advocates) == 1 {
		filter.Advocate = s.advocates[0]
	}
	return filter
}

// isEqual says whether a referral is unused, has the settings, and was not created by this run.
func isEqual(data *framework.Data, referral *talonone.Referral, wanted settings) bool {
	return referral.UsageCounter == 0 && wanted.fit(referral) && !data.NewReferrals.Has(referral.ID)
}

// unclaimed says whether a referral may be what a create has made: it is equal, and no resource of this run is known to manage it.
func unclaimed(data *framework.Data, referral *talonone.Referral, wanted settings) bool {
	return isEqual(data, referral, wanted) && !data.Referrals.Has(referral.ID)
}

// candidate names a referral that a create may have made.
func candidate(one *talonone.Referral) journal.Candidate {
	return journal.Candidate{
		Name:     fmt.Sprintf("referral %d, code %q, created at %s", one.ID, one.Code, one.Created.Format(time.RFC3339)),
		ImportID: fmt.Sprintf("%d/%d", one.CampaignID, one.ID),
	}
}

// isNew notes that this run has created a referral with these settings.
func isNew(data *framework.Data, created any, one *talonone.Referral) {
	data.NewReferrals.Add(one.ID)
	data.Journal.Know(journalKind, created, journal.Object{ID: one.ID, Created: one.Created})
}
