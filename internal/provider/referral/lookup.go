package referral

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"golang.org/x/sync/errgroup"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/journal"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

const (
	// longestCreate is how long after its request a referral may appear.
	longestCreate = 10 * time.Minute
	// clockTolerance covers clocks that differ without the Date header telling.
	clockTolerance = 3 * time.Second
	// createAttempts bounds creates whose answer was lost and that had no effect.
	createAttempts = 3
	// parallelInventories is how many inventories are read at a time.
	parallelInventories = 8
)

// applicationOf is the Application of a campaign. An Integration key creates
// referrals in its own Application only, which it tells as long as any campaign
// is running there; a Management key knows every campaign. It is 0 where neither
// says.
func applicationOf(ctx context.Context, client *talonone.Client, campaignID int64) (int64, error) {
	if client.HasManagementKey() {
		campaigns, err := client.GetCampaigns(ctx)
		switch {
		case err != nil && !talonone.IsUnauthorized(err):
			return 0, err
		case err == nil:
			if campaign := campaignByID(campaigns, campaignID); campaign != nil {
				return campaign.ApplicationID, nil
			}
			return 0, nil
		}
	}
	if !client.HasIntegrationKey() {
		return 0, nil
	}
	return client.IntegrationApplicationID(ctx)
}

func campaignByID(campaigns []talonone.Campaign, id int64) *talonone.Campaign {
	for i := range campaigns {
		if campaigns[i].ID == id {
			return &campaigns[i]
		}
	}
	return nil
}

// checkCampaign reports, where a Management key can tell, a campaign that does
// not exist, has no referrals, or belongs to another Application than the
// Integration key.
func checkCampaign(ctx context.Context, client *talonone.Client, campaignID int64, diags *diag.Diagnostics) {
	if !client.HasManagementKey() {
		return
	}
	campaigns, err := client.GetCampaigns(ctx)
	if talonone.IsUnauthorized(err) {
		return
	}
	if err != nil {
		framework.AddError(diags, framework.Doing{Construct: resourceType, Action: "read the campaigns"}, err)
		return
	}
	campaign := campaignByID(campaigns, campaignID)
	switch {
	case campaign == nil:
		diags.AddAttributeError(path.Root("campaign_id"), "Campaign does not exist",
			fmt.Sprintf("No Application of the account has a campaign %d. The Campaign Manager shows a campaign's ID in its address.", campaignID))
	case !slices.Contains(campaign.Features, "referrals"):
		diags.AddAttributeError(path.Root("campaign_id"), "Campaign has no referrals",
			fmt.Sprintf("Campaign %d %q does not have the feature referrals. Enable it in the campaign's settings, or choose another campaign.", campaign.ID, campaign.Name))
	default:
		own, err := client.IntegrationApplicationID(ctx)
		if err != nil {
			framework.AddError(diags, framework.Doing{Construct: resourceType, Action: "find the Application of the Integration API key"}, err)
		} else if own != 0 && own != campaign.ApplicationID {
			diags.AddAttributeError(path.Root("campaign_id"), "Campaign belongs to another Application",
				fmt.Sprintf("Campaign %d %q belongs to Application %d, and the Integration API key to Application %d, where alone it creates referrals. Use a provider alias with the key of Application %d.",
					campaign.ID, campaign.Name, campaign.ApplicationID, own, campaign.ApplicationID))
		}
	}
}

// place is where referrals are. Without the Application they can't be listed,
// only read from the inventories of their advocates.
type place struct{ applicationID, campaignID int64 }

// view is what a look at the referrals of advocates shows.
type view struct {
	referrals []*talonone.Referral
	// listed says that the campaign's referrals were listed, which shows all of
	// them; an inventory may leave out what is not valid now.
	listed bool
	// unseen is how many advocates have no profile, and so no inventory.
	unseen int
}

// ofAdvocates looks for the referrals of advocates in a campaign that were created
// from since to until, where these are not zero: with one listing of the campaign
// where the Application is known and a Management key allows it, else in the
// inventory of each advocate.
func ofAdvocates(ctx context.Context, client *talonone.Client, where place, advocates []string, since, until time.Time) (view, error) {
	var seen view
	if len(advocates) == 0 {
		return view{listed: true}, nil
	}
	wanted := setOf(advocates)
	keep := func(referral *talonone.Referral) {
		if referral.CampaignID == where.campaignID && wanted[referral.AdvocateProfileIntegrationID] &&
			!referral.Created.Before(since) && (until.IsZero() || !referral.Created.After(until)) {
			seen.referrals = append(seen.referrals, referral)
		}
	}
	if client.HasManagementKey() && where.applicationID != 0 {
		err := client.GetReferrals(ctx, where.applicationID, where.campaignID, filterFor(advocates, since, until), func(page []*talonone.Referral) error {
			for _, referral := range page {
				keep(referral)
			}
			return nil
		})
		if !talonone.IsUnauthorized(err) || !client.HasIntegrationKey() {
			seen.listed = true
			return seen, err
		}
	}
	inventories, unseen, err := inventoriesOf(ctx, client, advocates)
	for _, referrals := range inventories {
		for i := range referrals {
			keep(&referrals[i].Referral)
		}
	}
	seen.unseen = unseen
	return seen, err
}

// filterFor narrows a listing as far as the API can; whether its bounds in time
// are inclusive is not documented, so they leave a margin.
func filterFor(advocates []string, since, until time.Time) talonone.ReferralFilter {
	var filter talonone.ReferralFilter
	if !since.IsZero() {
		filter.CreatedAfter = since.Add(-clockTolerance)
	}
	if !until.IsZero() {
		filter.CreatedBefore = until.Add(clockTolerance)
	}
	if len(advocates) == 1 {
		filter.Advocate = advocates[0]
	}
	return filter
}

// inventoriesOf reads the referrals of each advocate with an Integration key;
// unseen counts the advocates that have no profile.
func inventoriesOf(ctx context.Context, client *talonone.Client, advocates []string) (inventories [][]talonone.InventoryReferral, unseen int, err error) {
	inventories = make([][]talonone.InventoryReferral, len(advocates))
	missing := make([]bool, len(advocates))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallelInventories)
	for i, advocate := range advocates {
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
	err = group.Wait()
	for _, is := range missing {
		if is {
			unseen++
		}
	}
	return inventories, unseen, err
}

// begun are the creations with the same settings that earlier commands in this
// folder began and whose result no state is known to hold.
type begun []*journal.Entry

// since is when the first of them was sent, by the deployment's clock.
func (b begun) since(client *talonone.Client) time.Time {
	var first time.Time
	for _, entry := range b {
		if first.IsZero() || entry.Sent.Before(first) {
			first = entry.Sent
		}
	}
	return client.ServerTime(first).Add(-clockTolerance)
}

// entryOf is the creation that a referral of the right kind is the work of; nil
// where it is nobody's here. Where the answer was lost, or named others of the same
// request, it is told by the time.
func (b begun) entryOf(client *talonone.Client, referral *talonone.Referral) *journal.Entry {
	for _, entry := range b {
		sent := client.ServerTime(entry.Sent)
		if entry.ID == referral.ID ||
			!referral.Created.Before(sent.Add(-clockTolerance)) && referral.Created.Before(sent.Add(longestCreate)) {
			return entry
		}
	}
	return nil
}

// isLeftover says whether a plan may take over a referral that is the work of an
// interrupted apply, and takes it. One that turns out to be in the state of another
// resource is an error: when that resource is read, its creation is settled, and
// the next plan knows.
func isLeftover(data *framework.Data, referral *talonone.Referral, diags *diag.Diagnostics) bool {
	switch {
	case data.NewReferrals.Has(referral.ID):
		return false
	case data.Referrals.Has(referral.ID):
		reportCollision(referral.ID, diags)
		return false
	default:
		return data.AdoptedReferrals.Add(referral.ID)
	}
}

// own records that a referral is in the state of a resource, and reports when the
// plan of another one has taken it for a leftover.
func own(data *framework.Data, id int64, diags *diag.Diagnostics) bool {
	data.Referrals.Add(id)
	// What this run has made or taken over is where it belongs.
	if data.AdoptedReferrals.Has(id) && !data.NewReferrals.Has(id) {
		reportCollision(id, diags)
		return false
	}
	return true
}

func reportCollision(id int64, diags *diag.Diagnostics) {
	diags.AddError("A new referral can't be told from one that is there",
		fmt.Sprintf("Referral %d is in the state of one resource, and was taken for what an interrupted apply left of another one with the same settings. "+
			"Nothing has been changed. Plan again: both have been read now.", id))
}

func setOf[T comparable](members []T) map[T]bool {
	set := make(map[T]bool, len(members))
	for _, member := range members {
		set[member] = true
	}
	return set
}
