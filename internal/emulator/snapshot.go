package emulator

import (
	"slices"
	"strconv"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator/page"
)

// snapshot copies what the page shows. The state is locked for the time that it takes to copy a few hundred
// rows.
func (s *Server) snapshot() page.Snapshot {
	requests, received := s.log.last(page.MaxRequests)
	now := s.time()

	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.state
	return page.Snapshot{
		Account: st.AccountID, Now: now,
		LiveProfiles: len(st.Profiles.live), SandboxProfiles: len(st.Profiles.sandbox),
		Campaigns: len(st.Definitions.Campaigns), Attributes: len(st.Definitions.Attributes),
		Events: st.Events.All.count(), LoyaltyTransactions: st.Loyalty.Transactions.count(),
		ManagementRPS: s.opts.ManagementRPS, OnDisk: s.data != nil,
		Audiences:    st.shownAudiences(),
		Catalogs:     st.shownCatalogs(),
		Coupons:      st.shownCoupons(),
		Referrals:    st.shownReferrals(),
		Sessions:     st.shownSessions(),
		Applications: st.shownApplications(),
		Keys:         st.shownKeys(),
		Requests:     shownRequests(requests, received),
	}
}

func (st *state) shownAudiences() page.Excerpt[page.Audience] {
	out := page.Excerpt[page.Audience]{Total: st.Audiences.All.count()}
	for _, a := range st.Audiences.All.newest(page.MaxRows) {
		out.Rows = append(out.Rows, page.Audience{
			Name: a.Name, ID: a.ID, Integration: a.Integration, IntegrationID: a.IntegrationID, Members: a.Members.count(),
			Sandbox: a.Sandbox, Applications: st.applicationNames(a.ApplicationIDs), MembersChanged: a.LastUpdate,
		})
	}
	return out
}

func (st *state) shownCatalogs() page.Excerpt[page.Catalog] {
	out := page.Excerpt[page.Catalog]{Total: st.Catalogs.All.count()}
	for _, c := range st.Catalogs.All.newest(page.MaxRows) {
		out.Rows = append(out.Rows, page.Catalog{
			Name: c.Name, ID: c.ID, Items: c.Items.count(), Version: c.Version,
			Applications: st.applicationNames(c.ApplicationIDs), Changed: c.Modified,
		})
	}
	return out
}

// shownCoupons begins with the coupons that are reserved, however old they are, since reservations are what
// the API changes.
func (st *state) shownCoupons() page.Excerpt[page.Coupon] {
	out := page.Excerpt[page.Coupon]{Total: st.Coupons.All.count()}
	all := st.Coupons.All.rows
	for _, reserved := range []bool{true, false} {
		for i := len(all) - 1; i >= 0 && len(out.Rows) < page.MaxRows; i-- {
			if c := all[i]; c != nil && (len(c.Reservations) > 0) == reserved {
				out.Rows = append(out.Rows, st.shownCoupon(c))
			}
		}
	}
	return out
}

func (st *state) shownCoupon(c *coupon) page.Coupon {
	var reservationLimit int64
	if c.ReservationLimit != nil {
		reservationLimit = *c.ReservationLimit
	}
	return page.Coupon{
		Code: c.Value, Campaign: st.campaignName(c.CampaignID), Used: c.UsageCounter, UsageLimit: c.UsageLimit,
		ReservationLimit: reservationLimit, ReservedBy: st.reservedBy(c),
		ReservationMandatory: c.Mandatory, Visible: c.Visible, Recipient: c.Recipient,
	}
}

// reservedBy lists the latest reservations.
func (st *state) reservedBy(c *coupon) page.Excerpt[string] {
	by := page.Excerpt[string]{Total: len(c.Reservations)}
	for _, r := range c.Reservations[max(0, len(c.Reservations)-page.MaxItems):] {
		id := strconv.FormatInt(r.ProfileID, 10)
		if p, ok := st.Profiles.All.get(r.ProfileID); ok {
			id = p.IntegrationID
		}
		by.Rows = append(by.Rows, id)
	}
	return by
}

func (st *state) shownReferrals() page.Excerpt[page.Referral] {
	out := page.Excerpt[page.Referral]{Total: st.Referrals.All.count()}
	for _, r := range st.Referrals.All.newest(page.MaxRows) {
		out.Rows = append(out.Rows, page.Referral{
			Code: r.Code, Campaign: st.campaignName(r.CampaignID), Advocate: r.Advocate, Friend: r.Friend,
			Used: r.UsageCounter, UsageLimit: r.UsageLimit, Start: r.StartDate, Expiry: r.ExpiryDate, Created: r.Created,
		})
	}
	return out
}

func (st *state) shownSessions() page.Excerpt[page.Session] {
	out := page.Excerpt[page.Session]{Total: st.Sessions.All.count()}
	for _, one := range st.Sessions.All.newest(page.MaxRows) {
		var items int64
		for _, item := range one.CartItems {
			items += item.Quantity
		}
		out.Rows = append(out.Rows, page.Session{
			IntegrationID: one.IntegrationID, Application: st.applicationName(one.ApplicationID), Profile: one.ProfileID,
			State: one.State, CartItems: items, Coupons: firstItems(one.CouponCodes), Updated: one.Updated,
		})
	}
	return out
}

func (st *state) shownApplications() page.Excerpt[page.Application] {
	all := st.Definitions.Applications
	out := page.Excerpt[page.Application]{Total: len(all)}
	for _, a := range all[:min(page.MaxRows, len(all))] {
		var campaigns []string
		for _, c := range st.Definitions.Campaigns {
			if c.ApplicationID == a.ID {
				campaigns = append(campaigns, c.Name)
			}
		}
		out.Rows = append(out.Rows, page.Application{
			Name: a.Name, ID: a.ID, Sandbox: a.Sandbox, CaseSensitivity: a.CaseSensitivity, Currency: a.Currency,
			Timezone: a.Timezone, Campaigns: firstItems(campaigns),
		})
	}
	return out
}

func (st *state) shownKeys() page.Excerpt[page.Key] {
	out := page.Excerpt[page.Key]{Total: st.Auth.keyCount()}
	for _, k := range st.keys(page.MaxRows) {
		out.Rows = append(out.Rows, page.Key{Key: k.Key, Scheme: k.Scheme, Use: k.Use})
	}
	return out
}

func shownRequests(requests []Request, received int) page.Excerpt[page.Request] {
	out := page.Excerpt[page.Request]{Total: received, Rows: make([]page.Request, len(requests))}
	for i, r := range requests {
		out.Rows[i] = page.Request{
			Time: r.Time, Method: r.Method, Path: r.Path, Query: r.Query, Operation: r.Operation,
			Status: r.Status, Replayed: r.Replayed, Duration: r.Duration, Fault: r.Fault,
		}
	}
	return out
}

func (st *state) applicationName(id int64) string {
	if a, ok := st.Definitions.application(id); ok {
		return a.Name
	}
	return strconv.FormatInt(id, 10)
}

func (st *state) applicationNames(ids []int64) page.Excerpt[string] {
	names := page.Excerpt[string]{Total: len(ids)}
	for _, id := range ids[:min(page.MaxItems, len(ids))] {
		names.Rows = append(names.Rows, st.applicationName(id))
	}
	return names
}

func (st *state) campaignName(id int64) string {
	if c, ok := st.Definitions.campaign(id); ok {
		return c.Name
	}
	return strconv.FormatInt(id, 10)
}

// firstItems copies the part of a list that the page shows.
func firstItems(all []string) page.Excerpt[string] {
	return page.Excerpt[string]{Rows: slices.Clone(all[:min(page.MaxItems, len(all))]), Total: len(all)}
}
