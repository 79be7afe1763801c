package referral

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// readAdopted takes over the referrals that a plan named, and reads when they were
// created.
func (r *referralsResource) readAdopted(ctx context.Context, m referralsModel, adopted map[string]made, books *bookkeeping) error {
	if len(adopted) == 0 {
		return nil
	}
	earlier := begun(r.data.Journal.Earlier(referralsType, m.toAPI()))
	seen, err := ofAdvocates(ctx, r.data.Client, m.place(), leaving(adopted, nil), earlier.since(r.data.Client), time.Time{})
	if err != nil {
		return err
	}
	for _, one := range seen.referrals {
		if adopted[one.AdvocateProfileIntegrationID].id == one.ID {
			r.data.NewReferrals.Add(one.ID)
			books.cover(one.Created)
			if entry := earlier.entryOf(r.data.Client, one); entry != nil {
				entry.Done(one.ID)
			}
		}
	}
	return nil
}

// apply carries out an update: creations, changes, removals. now and books follow
// what there is.
func (r *referralsResource) apply(ctx context.Context, plan referralsModel, work todo, now map[string]made, books *bookkeeping, diags *diag.Diagnostics) {
	if err := r.readAdopted(ctx, plan, work.adopt, books); err != nil {
		framework.AddError(diags, doingAll("read referrals", plan), err)
		return
	}
	if err := r.make(ctx, plan, work.create, now, books); err != nil {
		reportMake(plan, len(now), len(now)+len(without(work.create, now)), err, diags)
		return
	}
	books.want(plan.settings(), except(now, work.create))
	if len(work.update)+len(work.remove) == 0 {
		return
	}
	if !r.requireApplication(ctx, &plan, "change referrals", diags) {
		return
	}
	if r.change(ctx, plan, work.update, books, diags); diags.HasError() {
		return
	}
	if err := r.remove(ctx, plan, work.remove, now); err != nil {
		framework.AddError(diags, doingAll("delete referrals", plan), err)
	}
}

// make creates one referral per advocate and puts it into now.
func (r *referralsResource) make(ctx context.Context, m referralsModel, advocates []string, now map[string]made, books *bookkeeping) error {
	for part := range slices.Chunk(advocates, talonone.MaxAdvocates) {
		if err := r.makePart(ctx, m, part, now, books); err != nil {
			return err
		}
	}
	r.data.Journal.ForgetLost(referralsType, m.toAPI())
	return nil
}

// makePart sends one creation. When its answer is lost, it looks for what was made
// before anything is sent again, so that no advocate ever gets a second code.
func (r *referralsResource) makePart(ctx context.Context, m referralsModel, advocates []string, now map[string]made, books *bookkeeping) error {
	record := func(one *talonone.Referral) {
		now[one.AdvocateProfileIntegrationID] = made{id: one.ID, code: one.Code}
		books.cover(one.Created)
	}
	wanted := m.settings()
	for attempt := 1; ; attempt++ {
		sent := time.Now()
		entry := r.data.Journal.Begin(referralsType, m.toAPI())
		created, err := r.data.Client.CreateReferralsForMultipleAdvocates(ctx, m.toAPI(), advocates)
		for _, one := range created {
			r.data.NewReferrals.Add(one.ID)
			record(one)
		}
		if len(created) > 0 {
			entry.Done(created[0].ID)
		}
		if err == nil {
			if missing := without(advocates, now); len(missing) > 0 {
				return fmt.Errorf("the answer names no code for %d of %d advocates", len(missing), len(advocates))
			}
			return nil
		}
		if _, unknown := errors.AsType[*talonone.OutcomeUnknownError](err); !unknown {
			entry.Forget()
			return err
		}
		if ctx.Err() != nil {
			return err
		}
		since := r.data.Client.ServerTime(sent).Add(-clockTolerance)
		seen, lookupErr := ofAdvocates(ctx, r.data.Client, m.place(), advocates, since, time.Time{})
		if lookupErr != nil {
			return errors.Join(err, lookupErr)
		}
		oldest(seen.referrals)
		landed := false
		for _, one := range seen.referrals {
			if _, has := now[one.AdvocateProfileIntegrationID]; !has && wanted.fit(one) && r.data.NewReferrals.Add(one.ID) {
				record(one)
				entry.Done(one.ID)
				landed = true
			}
		}
		if advocates = without(advocates, now); len(advocates) == 0 {
			return nil
		}
		// A request that was given up for lack of time may still be carried out.
		if attempt == createAttempts || errors.Is(err, context.DeadlineExceeded) || talonone.IsTimeout(err) {
			return err
		}
		if !landed {
			entry.Forget()
		}
	}
}

// change brings referrals to the planned settings, one by one, and leaves the
// friend of each as it is. books follow what has been changed.
func (r *referralsResource) change(ctx context.Context, plan referralsModel, ids []int64, books *bookkeeping, diags *diag.Diagnostics) {
	where := plan.place()
	// Attributes that may be there are cleared.
	before := settings{Attributes: `{"any":true}`}
	for _, id := range ids {
		wanted := plan.settings()
		wanted.Friend = books.Friends[id]
		updated, err := r.data.Client.UpdateReferral(ctx, where.applicationID, where.campaignID, id, wanted.update(before))
		if err != nil && !talonone.IsNotFound(err) {
			framework.AddError(diags, doingAll("change referrals", plan), err)
			return
		}
		// One that went in the meantime shows in the next refresh.
		if err == nil {
			if wanted.reportKept(updated, diags); diags.HasError() {
				return
			}
		}
		books.Deviating = slices.DeleteFunc(books.Deviating, func(other int64) bool { return other == id })
	}
}

// remove deletes the referrals of advocates, and takes each out of now.
func (r *referralsResource) remove(ctx context.Context, m referralsModel, advocates []string, now map[string]made) error {
	where := m.place()
	for _, advocate := range advocates {
		if err := r.data.Client.DeleteReferral(ctx, where.applicationID, where.campaignID, now[advocate].id); err != nil {
			return err
		}
		delete(now, advocate)
	}
	return nil
}

// reportMake explains a creation that failed.
func reportMake(plan referralsModel, there, wanted int, err error, diags *diag.Diagnostics) {
	var own diag.Diagnostics
	framework.AddError(&own, doingAll("create referrals", plan), err)
	for _, d := range own {
		detail := fmt.Sprintf("%d of %d referrals are there. Run terraform apply again in this folder: it finds those that were created, and takes them over. No second code is made.\n\n%s", there, wanted, d.Detail())
		if pointed, ok := d.(diag.DiagnosticWithPath); ok {
			diags.AddAttributeError(pointed.Path(), d.Summary(), detail)
			continue
		}
		diags.AddError(d.Summary(), detail)
	}
}

// without lists the advocates that have none yet.
func without(advocates []string, have map[string]made) []string {
	var missing []string
	for _, advocate := range advocates {
		if _, has := have[advocate]; !has {
			missing = append(missing, advocate)
		}
	}
	return missing
}

// additional is what a has and b lacks.
func additional(a, b map[string]made) map[string]made {
	rest := make(map[string]made)
	for advocate, one := range a {
		if _, has := b[advocate]; !has {
			rest[advocate] = one
		}
	}
	return rest
}

// except is have without these advocates.
func except(have map[string]made, advocates []string) map[string]made {
	leaving := setOf(advocates)
	rest := make(map[string]made, len(have))
	for advocate, one := range have {
		if !leaving[advocate] {
			rest[advocate] = one
		}
	}
	return rest
}

// leaving lists, sorted, the advocates of have that are not wanted.
func leaving(have map[string]made, wanted []string) []string {
	stay := setOf(wanted)
	var gone []string
	for advocate := range have {
		if !stay[advocate] {
			gone = append(gone, advocate)
		}
	}
	slices.Sort(gone)
	return gone
}

// inOrder lists the advocates that have a referral: in the planned order, and
// behind them those of the state that are still there.
func inOrder(now map[string]made, planned []string, state referralsModel) []string {
	before, _ := framework.Strings(state.Advocates)
	listed := make(map[string]bool, len(now))
	ordered := []string{}
	for _, advocate := range slices.Concat(planned, before) {
		if _, has := now[advocate]; has && !listed[advocate] {
			listed[advocate] = true
			ordered = append(ordered, advocate)
		}
	}
	return ordered
}
