package referral

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/journal"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// apply carries out a plan: updates, removals, creates. Creates come last, since what a create has made is in no state
// before the apply ends.
func (r *referralsResource) apply(ctx context.Context, m referralsModel, rows bulk.Plan, tracked tracking, applied *bulk.Applied[row], diags *diag.Diagnostics) {
	if len(rows.Updated)+len(rows.Removed) > 0 {
		m.ApplicationID = requireApplication(ctx, r.data.Client, m.ApplicationID, m.CampaignID, "change referrals", diags)
		if diags.HasError() {
			return
		}
	}
	if len(rows.Updated) > 0 {
		r.update(ctx, m, rows.Updated, tracked, applied, diags)
	}
	if !diags.HasError() {
		r.remove(ctx, m, rows.Removed, applied, diags)
	}
	if diags.HasError() || len(rows.Added) == 0 {
		return
	}
	if err := r.create(ctx, m, rows.Added, applied); err != nil {
		reportCreates(m, len(rows.Added)-len(bulk.NotIn(rows.Added, applied.Rows())), len(rows.Added), err, diags)
	}
}

// create makes one referral for each advocate, also where a response was lost or an earlier apply was interrupted.
func (r *referralsResource) create(ctx context.Context, m referralsModel, advocates []string, applied *bulk.Applied[row]) error {
	want := m.toAPI()
	missing := func(of []string) []string { return slices.DeleteFunc(slices.Clone(of), applied.Has) }
	put := func(one *talonone.Referral) {
		isNew(r.data, want, one)
		applied.Put(one.AdvocateProfileIntegrationID, rowOf(one, m.settings()))
	}
	// sent are the advocates of the request whose response is awaited; nil means none.
	var sent []string
	return r.data.Once(ctx, journal.Create{
		Kind: journalKind, Settings: want, Rows: advocates,
		Left: func() int { return len(missing(advocates)) },
		Send: func(ctx context.Context) error {
			for part := range slices.Chunk(missing(advocates), talonone.MaxAdvocates) {
				sent = part
				created, err := r.data.Client.CreateReferralsForMultipleAdvocates(ctx, want, part)
				names := make([]string, len(created))
				for i, one := range created {
					names[i] = one.AdvocateProfileIntegrationID
				}
				for _, one := range spelled(part, names, created) {
					put(one)
				}
				if err != nil {
					return err
				}
				if left := missing(part); len(left) > 0 {
					return fmt.Errorf("the response names no code for %d of %d advocates", len(left), len(part))
				}
			}
			return nil
		},
		Look: func(ctx context.Context, period journal.Period) (bool, error) {
			wanted := sent
			if wanted == nil {
				wanted = slices.DeleteFunc(slices.Clone(advocates), func(advocate string) bool { return !period.Has(advocate) })
			}
			err := r.look(ctx, m, missing(wanted), period, put)
			return len(missing(wanted)) == 0, err
		},
	})
}

// look gives put the referrals that a create made in a period.
func (r *referralsResource) look(ctx context.Context, m referralsModel, advocates []string, period journal.Period, put func(*talonone.Referral)) error {
	s := m.search(advocates)
	s.since = period.Since
	seen, err := find(ctx, r.data.Client, s)
	if err != nil {
		return err
	}
	wanted := m.settings()
	found := make(map[string][]*talonone.Referral)
	for _, one := range seen.referrals {
		if period.Contains(one.ID, one.Created) && unclaimed(r.data, one, wanted) {
			found[one.AdvocateProfileIntegrationID] = append(found[one.AdvocateProfileIntegrationID], one)
		}
	}
	ambiguous := &journal.AmbiguousError{}
	for _, advocate := range advocates {
		if several := found[advocate]; len(several) > 1 {
			for _, one := range several {
				ambiguous.Candidates = append(ambiguous.Candidates, candidate(one))
			}
		}
	}
	if len(ambiguous.Candidates) > 0 {
		return ambiguous
	}
	for _, one := range found {
		put(one[0])
	}
	return nil
}

// update brings referrals to the planned settings, one by one in order of ID. Those that have them are omitted, and the
// friend that others gave to one is kept.
func (r *referralsResource) update(ctx context.Context, m referralsModel, advocates []string, tracked tracking, applied *bulk.Applied[row], diags *diag.Diagnostics) {
	s := m.search(advocates)
	s.since, s.until = tracked.From, tracked.To
	seen, err := find(ctx, r.data.Client, s)
	if err != nil {
		framework.AddError(diags, operationOnAll("change referrals", m), err)
		return
	}
	remote := make(map[int64]*talonone.Referral, len(seen.referrals))
	for _, one := range seen.referrals {
		remote[one.ID] = one
	}
	rows := applied.Rows()
	advocates = slices.SortedFunc(slices.Values(advocates), func(a, b string) int { return cmp.Compare(rows[a].id, rows[b].id) })
	for _, advocate := range advocates {
		one, wanted := rows[advocate], m.settings()
		if now := remote[one.id]; now == nil || !wanted.fitShared(now) {
			send := wanted
			if now != nil {
				send.Friend = framework.ValueOf(now.FriendProfileIntegrationID)
			}
			updated, err := r.data.Client.UpdateReferral(ctx, s.applicationID, s.campaignID, one.id, send.update())
			if err != nil && !talonone.IsNotFound(err) {
				framework.AddError(diags, operationOnAll("change referrals", m), err)
				return
			}
			// One that is gone shows in the next refresh.
			if err == nil {
				if send.reportKept(updated, diags); diags.HasError() {
					return
				}
			}
		}
		applied.Put(advocate, row{id: one.id, code: one.code, settings: wanted})
	}
}

// remove deletes the referrals of advocates.
func (r *referralsResource) remove(ctx context.Context, m referralsModel, advocates []string, applied *bulk.Applied[row], diags *diag.Diagnostics) {
	rows := applied.Rows()
	for _, advocate := range advocates {
		id := rows[advocate].id
		if err := r.data.Client.DeleteReferral(ctx, m.ApplicationID.ValueInt64(), m.CampaignID.ValueInt64(), id); err != nil {
			framework.AddError(diags, operationOnAll("delete referrals", m), err)
			return
		}
		applied.Remove(advocate)
	}
}

func rowOf(one *talonone.Referral, has settings) row {
	return row{id: one.ID, code: one.Code, settings: has, created: one.Created}
}

// reportCreates explains creates that failed.
func reportCreates(m referralsModel, done, wanted int, err error, diags *diag.Diagnostics) {
	var own diag.Diagnostics
	framework.AddOnceError(&own, resourceType, "the referrals", operationOnAll("create referrals", m), err)
	for _, d := range own {
		detail := fmt.Sprintf("%d of %d new referrals exist. Run terraform apply again in this folder: it finds those that were created, and adopts them. No second code is created.\n\n%s", done, wanted, d.Detail())
		if pointed, ok := d.(diag.DiagnosticWithPath); ok {
			diags.AddAttributeError(pointed.Path(), d.Summary(), detail)
			continue
		}
		diags.AddError(d.Summary(), detail)
	}
}
