package referral

import (
	"context"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/journal"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// create makes one referral, also where a response was lost or an earlier apply was interrupted.
func (r *referralResource) create(ctx context.Context, plan referralModel) (*talonone.Referral, error) {
	want := plan.toAPI()
	var created *talonone.Referral
	err := r.data.Once(ctx, journal.Create{
		Kind: journalKind, Settings: want,
		Send: func(ctx context.Context) error {
			sent, err := r.data.Client.CreateReferral(ctx, want)
			if err == nil {
				created = sent
			}
			return err
		},
		Look: func(ctx context.Context, period journal.Period) (bool, error) {
			found, err := r.look(ctx, plan, period)
			created = found
			return found != nil, err
		},
	})
	if err != nil {
		return nil, err
	}
	isNew(r.data, want, created)
	return created, nil
}

// look is the referral that a create made in a period, nil where there is none.
func (r *referralResource) look(ctx context.Context, plan referralModel, period journal.Period) (*talonone.Referral, error) {
	found, err := r.equal(ctx, plan, period.Since)
	if err != nil {
		return nil, err
	}
	ambiguous := &journal.AmbiguousError{}
	var made *talonone.Referral
	for _, one := range found {
		if period.Contains(one.ID, one.Created) && !r.data.Referrals.Has(one.ID) {
			made = one
			ambiguous.Candidates = append(ambiguous.Candidates, candidate(one))
		}
	}
	if len(ambiguous.Candidates) > 1 {
		return nil, ambiguous
	}
	return made, nil
}
