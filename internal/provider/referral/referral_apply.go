package referral

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/journal"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// create takes over what an interrupted apply has made, else sends the create. When its response is lost, it looks for
// the referral before anything is sent again, so that there is never a second code.
func (r *referralResource) create(ctx context.Context, plan referralModel) (*talonone.Referral, error) {
	want := plan.toAPI()
	if earlier := interrupted(r.data.Journal.Earlier(resourceType, want)); len(earlier) > 0 {
		own, err := r.takeOver(ctx, plan, earlier.since(r.data.Client), func(one *talonone.Referral) (*journal.Entry, bool) {
			entry := earlier.entryOf(r.data.Client, one)
			return entry, entry != nil
		})
		if own != nil || err != nil {
			return own, err
		}
	}
	for attempt := 1; ; attempt++ {
		sent := time.Now()
		entry := r.data.Journal.Begin(resourceType, want)
		created, err := r.data.Client.CreateReferral(ctx, want)
		var unknown *talonone.OutcomeUnknownError
		switch {
		case err == nil:
			entry.Done(created.ID)
			r.data.Journal.ForgetLost(resourceType, want)
			r.data.NewReferrals.Add(created.ID)
			return created, nil
		case !errors.As(err, &unknown):
			entry.Forget()
			return nil, err
		case ctx.Err() != nil:
			return nil, err
		}
		own, lookupErr := r.takeOver(ctx, plan, r.data.Client.ServerTime(sent).Add(-clockTolerance), func(*talonone.Referral) (*journal.Entry, bool) { return entry, true })
		if lookupErr != nil {
			return nil, errors.Join(err, lookupErr)
		}
		if own != nil {
			return own, nil
		}
		// A request that was given up for lack of time may still be carried out.
		if attempt == createAttempts || errors.Is(err, context.DeadlineExceeded) || talonone.IsTimeout(err) {
			return nil, err
		}
		entry.Forget()
	}
}

// takeOver is the referral that a request whose outcome is unknown has made, nil if none is there. entryOf names the
// request in the journal, and says whether it is one.
func (r *referralResource) takeOver(ctx context.Context, plan referralModel, since time.Time, entryOf func(*talonone.Referral) (*journal.Entry, bool)) (*talonone.Referral, error) {
	return r.match(ctx, plan, since, func(one *talonone.Referral) bool {
		entry, ours := entryOf(one)
		if !ours || !r.data.NewReferrals.Add(one.ID) {
			return false
		}
		entry.Done(one.ID)
		return true
	})
}

// reportCreate explains a failed create.
func reportCreate(plan referralModel, err error, diags *diag.Diagnostics) {
	if _, unknown := errors.AsType[*talonone.OutcomeUnknownError](err); unknown {
		diags.AddError("Unable to tell whether the referral was created",
			fmt.Sprintf("Campaign %d: %s.\n\nRun terraform apply again in this folder: it finds the referral, if it was created, and takes it over. No second code is made.", plan.CampaignID.ValueInt64(), err))
		return
	}
	framework.AddError(diags, operation("create referral", plan), err)
}
