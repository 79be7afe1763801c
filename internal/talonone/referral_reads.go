package talonone

import (
	"context"
	"errors"
	"strconv"
	"sync"

	"golang.org/x/sync/errgroup"
)

// parallelReferrals is how many inventories are read at a time.
const parallelReferrals = 8

// ReferralPlace is where a referral is.
type ReferralPlace struct{ ApplicationID, CampaignID int64 }

// WantedReferral names a referral. Advocate and Code may be empty.
type WantedReferral struct {
	ID             int64
	Advocate, Code string
}

// campaignReferrals is what reads have seen of a campaign's referrals.
type campaignReferrals struct {
	mu sync.Mutex
	// listed are by ID. whole says that the campaign had no others.
	listed map[int64]*Referral
	whole  bool
	// spent counts requests; pages is how many pages the next list may have.
	spent, pages int
}

// referralReads are the reads that single referrals share.
type referralReads struct {
	mu    sync.Mutex
	by    map[ReferralPlace]*campaignReferrals
	finds coalescer[ReferralPlace, WantedReferral, *Referral]
}

func (r *referralReads) of(place ReferralPlace) *campaignReferrals {
	r.mu.Lock()
	defer r.mu.Unlock()
	seen := r.by[place]
	if seen == nil {
		seen = &campaignReferrals{pages: 1}
		if r.by == nil {
			r.by = make(map[ReferralPlace]*campaignReferrals)
		}
		r.by[place] = seen
	}
	return seen
}

// forget makes everything unknown.
func (r *referralReads) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.by = nil
}

// coalesce prepares the requests that single referrals share.
func (r *referralReads) coalesce(client *Client) {
	r.finds.size = PageSize
	r.finds.identify = func(wanted WantedReferral) string { return strconv.FormatInt(wanted.ID, 10) }
	r.finds.send = client.findReferrals
	r.finds.blame = func(error) map[int]error { return nil }
}

// FindReferral finds a referral by ID, for a refresh, in requests that it shares with others of the same campaign: a single
// one in the inventory of its advocate, which no rate limit slows down; several in the list of the campaign, page by page for as
// long as that takes no more requests than inventories do. It is nil where the campaign does not have it. It needs both keys;
// writes of this client, and ForgetReads, make it ask again.
func (c *Client) FindReferral(ctx context.Context, place ReferralPlace, wanted WantedReferral) (*Referral, error) {
	return c.referrals.finds.do(ctx, place, wanted)
}

func (c *Client) findReferrals(ctx context.Context, place ReferralPlace, wanted []WantedReferral) ([]*Referral, error) {
	seen := c.referrals.of(place)
	seen.mu.Lock()
	defer seen.mu.Unlock()
	if len(seen.missing(wanted)) > 1 || seen.spent > 0 {
		if err := c.listReferrals(ctx, place, seen, wanted); err != nil && !c.Forbids(err) {
			return nil, err
		}
	}
	found := make([]*Referral, len(wanted))
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(parallelReferrals)
	for i, one := range wanted {
		if found[i] = seen.listed[one.ID]; found[i] != nil || seen.whole {
			continue
		}
		seen.spent++
		group.Go(func() (err error) {
			found[i], err = c.findReferral(within, place, one)
			return err
		})
	}
	return found, group.Wait()
}

// missing are those that are not known.
func (s *campaignReferrals) missing(wanted []WantedReferral) []WantedReferral {
	var missing []WantedReferral
	for _, one := range wanted {
		if s.listed[one.ID] == nil && !s.whole {
			missing = append(missing, one)
		}
	}
	return missing
}

// listReferrals lists a campaign as far as that is worth it. What did not lead to the end is tried again when four times as many
// requests have been spent.
func (c *Client) listReferrals(ctx context.Context, place ReferralPlace, seen *campaignReferrals, wanted []WantedReferral) error {
	missing := seen.missing(wanted)
	if len(missing) == 0 || seen.pages > seen.spent+len(missing) {
		return nil
	}
	pages := 0
	seen.listed = make(map[int64]*Referral)
	list := pager[*Referral]{
		client: c, sorted: true, limit: seen.pages * PageSize,
		newCall: func() *call { return referralsCall(place, ReferralFilter{}) },
		use: func(page []*Referral) error {
			pages++
			for _, one := range page {
				seen.listed[one.ID] = one
			}
			return nil
		},
	}
	err := list.run(ctx)
	seen.spent += max(pages, 1)
	if err != nil && !IsNotFound(err) {
		return err
	}
	if seen.whole = !list.more; list.more {
		seen.pages *= 4
	}
	return nil
}

// findReferral looks for one referral in the inventory of its advocate, and then in the list of the campaign.
func (c *Client) findReferral(ctx context.Context, place ReferralPlace, wanted WantedReferral) (*Referral, error) {
	if wanted.Advocate != "" {
		inventory, err := c.GetCustomerInventory(ctx, wanted.Advocate, InventoryParts{Referrals: true})
		if err != nil && !IsNotFound(err) {
			return nil, err
		}
		if err == nil {
			for i := range inventory.Referrals {
				if one := &inventory.Referrals[i].Referral; one.ID == wanted.ID && one.CampaignID == place.CampaignID {
					return one, nil
				}
			}
		}
	}
	var found *Referral
	enough := errors.New("enough")
	filter := ReferralFilter{Advocate: wanted.Advocate, Code: wanted.Code}
	err := c.GetReferrals(ctx, place.ApplicationID, place.CampaignID, filter, func(page []*Referral) error {
		for _, one := range page {
			if one.ID == wanted.ID {
				found = one
				return enough
			}
		}
		return nil
	})
	if err == nil || errors.Is(err, enough) || IsNotFound(err) {
		return found, nil
	}
	return nil, err
}
