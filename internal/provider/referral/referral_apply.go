package referral

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// create sends the create. When its answer is lost, it looks for the referral
// before anything is sent again, so that there is never a second code.
func (r *referralResource) create(ctx context.Context, plan referralModel) (*talonone.Referral, error) {
	want := plan.toAPI()
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
		since := r.data.Client.ServerTime(sent).Add(-clockTolerance)
		own, lookupErr := r.leftover(ctx, plan, since, func(one *talonone.Referral) bool { return r.data.NewReferrals.Add(one.ID) })
		if lookupErr != nil {
			return nil, errors.Join(err, lookupErr)
		}
		if own != nil {
			entry.Done(own.ID)
			return own, nil
		}
		// A request that was given up for lack of time may still be carried out.
		if attempt == createAttempts || errors.Is(err, context.DeadlineExceeded) || talonone.IsTimeout(err) {
			return nil, err
		}
		entry.Forget()
	}
}

// adopt takes over the referral that the plan named.
func (r *referralResource) adopt(ctx context.Context, plan referralModel) (*talonone.Referral, error) {
	api, _, err := r.find(ctx, plan)
	if err != nil {
		return nil, err
	}
	if api == nil {
		return nil, fmt.Errorf("referral %d, which the plan takes over, is gone; plan again", plan.ID.ValueInt64())
	}
	r.data.NewReferrals.Add(api.ID)
	if entry := begun(r.data.Journal.Earlier(resourceType, plan.toAPI())).entryOf(r.data.Client, api); entry != nil {
		entry.Done(api.ID)
	}
	return api, nil
}

// reportCreate explains a failed create.
func reportCreate(plan referralModel, err error, diags *diag.Diagnostics) {
	if _, unknown := errors.AsType[*talonone.OutcomeUnknownError](err); unknown {
		diags.AddError("Unable to tell whether the referral was created",
			fmt.Sprintf("Campaign %d: %s.\n\nRun terraform apply again in this folder: it finds the referral, if it was created, and takes it over. No second code is made.", plan.CampaignID.ValueInt64(), err))
		return
	}
	framework.AddError(diags, doing("create referral", plan), err)
}
