package referral

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/journal"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// apply carries out a plan: creates, updates, removals.
func (r *referralsResource) apply(ctx context.Context, m referralsModel, rows bulk.Plan, tracked tracking, applied *bulk.Applied[row], diags *diag.Diagnostics) {
	if err := r.create(ctx, m, rows.Added, applied); err != nil {
		reportCreates(m, len(rows.Added)-len(bulk.NotIn(rows.Added, applied.Rows())), len(rows.Added), err, diags)
		return
	}
	if len(rows.Updated)+len(rows.Removed) == 0 {
		return
	}
	m.ApplicationID = requireApplication(ctx, r.data.Client, m.ApplicationID, m.CampaignID, "change referrals", diags)
	if diags.HasError() {
		return
	}
	if r.update(ctx, m, rows.Updated, tracked, applied, diags); diags.HasError() {
		return
	}
	r.remove(ctx, m, rows.Removed, applied, diags)
}

// create makes one referral for each advocate, or takes over what an interrupted apply has made.
func (r *referralsResource) create(ctx context.Context, m referralsModel, advocates []string, applied *bulk.Applied[row]) error {
	if earlier := interrupted(r.data.Journal.Earlier(referralsType, m.toAPI())); len(earlier) > 0 {
		err := r.takeOver(ctx, m, advocates, earlier.since(r.data.Client), applied, func(one *talonone.Referral) (*journal.Entry, bool) {
			entry := earlier.entryOf(r.data.Client, one)
			return entry, entry != nil
		})
		if err != nil {
			return err
		}
	}
	for part := range slices.Chunk(bulk.NotIn(advocates, applied.Rows()), talonone.MaxAdvocates) {
		if err := r.createPart(ctx, m, part, applied); err != nil {
			return err
		}
	}
	if len(advocates) > 0 {
		r.data.Journal.ForgetLost(referralsType, m.toAPI())
	}
	return nil
}

// createPart sends one create. When its response is lost, it looks for what was made before anything is sent again, so
// that no advocate gets a second code.
func (r *referralsResource) createPart(ctx context.Context, m referralsModel, advocates []string, applied *bulk.Applied[row]) error {
	for attempt := 1; ; attempt++ {
		sent := time.Now()
		entry := r.data.Journal.Begin(referralsType, m.toAPI())
		created, err := r.data.Client.CreateReferralsForMultipleAdvocates(ctx, m.toAPI(), advocates)
		for _, one := range created {
			r.data.NewReferrals.Add(one.ID)
			applied.Put(one.AdvocateProfileIntegrationID, rowOf(one, m.settings()))
		}
		if len(created) > 0 {
			entry.Done(created[0].ID)
		}
		missing := bulk.NotIn(advocates, applied.Rows())
		switch _, unknown := errors.AsType[*talonone.OutcomeUnknownError](err); {
		case err == nil && len(missing) > 0:
			return fmt.Errorf("the response names no code for %d of %d advocates", len(missing), len(advocates))
		case err == nil:
			return nil
		case !unknown:
			entry.Forget()
			return err
		case ctx.Err() != nil:
			return err
		}
		lookupErr := r.takeOver(ctx, m, missing, r.data.Client.ServerTime(sent).Add(-clockTolerance), applied, func(*talonone.Referral) (*journal.Entry, bool) { return entry, true })
		if lookupErr != nil {
			return errors.Join(err, lookupErr)
		}
		left := bulk.NotIn(missing, applied.Rows())
		switch {
		case len(left) == 0:
			return nil
		// A request that was given up for lack of time may still be carried out.
		case attempt == createAttempts || errors.Is(err, context.DeadlineExceeded) || talonone.IsTimeout(err):
			return err
		case len(left) == len(missing):
			entry.Forget()
		}
		advocates = left
	}
}

// takeOver puts the referrals into applied that a request whose outcome is unknown has made. entryOf names the request
// in the journal, and says whether it is one.
func (r *referralsResource) takeOver(ctx context.Context, m referralsModel, advocates []string, since time.Time, applied *bulk.Applied[row], entryOf func(*talonone.Referral) (*journal.Entry, bool)) error {
	s := m.search(advocates)
	s.since = since
	seen, err := find(ctx, r.data.Client, s)
	if err != nil {
		return err
	}
	wanted := m.settings()
	for _, one := range seen.referrals {
		if applied.Has(one.AdvocateProfileIntegrationID) || !unclaimed(r.data, one, wanted) {
			continue
		}
		if entry, ours := entryOf(one); ours && r.data.NewReferrals.Add(one.ID) {
			applied.Put(one.AdvocateProfileIntegrationID, rowOf(one, wanted))
			entry.Done(one.ID)
		}
	}
	return nil
}

// update brings referrals to the planned settings, one by one in order of ID. Those that have them are left out, and the
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
	for _, advocate := range advocates {
		id := applied.Rows()[advocate].id
		if err := r.data.Client.DeleteReferral(ctx, m.ApplicationID.ValueInt64(), m.CampaignID.ValueInt64(), id); err != nil {
			framework.AddError(diags, operationOnAll("delete referrals", m), err)
			return
		}
		applied.Remove(advocate)
		r.data.Journal.Settle(referralsType, id)
	}
}

func rowOf(one *talonone.Referral, has settings) row {
	return row{id: one.ID, code: one.Code, settings: has, created: one.Created}
}

// reportCreates explains creates that failed.
func reportCreates(m referralsModel, done, wanted int, err error, diags *diag.Diagnostics) {
	var own diag.Diagnostics
	framework.AddError(&own, operationOnAll("create referrals", m), err)
	for _, d := range own {
		detail := fmt.Sprintf("%d of %d new referrals are there. Run terraform apply again in this folder: it finds those that were created, and takes them over. No second code is made.\n\n%s", done, wanted, d.Detail())
		if pointed, ok := d.(diag.DiagnosticWithPath); ok {
			diags.AddAttributeError(pointed.Path(), d.Summary(), detail)
			continue
		}
		diags.AddError(d.Summary(), detail)
	}
}
