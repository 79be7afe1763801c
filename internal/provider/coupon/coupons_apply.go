package coupon

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-log/tflog"
	"golang.org/x/sync/errgroup"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// parallelCoupons bounds the requests about single coupons that run at a time.
const parallelCoupons = 8

// couponsApplied is bulk.Applied for several requests at a time.
type couponsApplied struct {
	*bulk.Applied[string]

	mu sync.Mutex
}

// Put notes a coupon that is on the deployment.
func (a *couponsApplied) Put(code, text string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.Applied.Put(code, text)
}

// Has says whether the resource manages a coupon by now.
func (a *couponsApplied) Has(code string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.Applied.Has(code)
}

// Remove notes coupons that are gone.
func (a *couponsApplied) Remove(codes ...string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.Applied.Remove(codes...)
}

// apply carries out a plan: an import of what is missing, then updates, then deletions, so that what is refused ends it before
// anything is deleted. It reports what went wrong, and returns what has been applied.
func (r *couponsResource) apply(ctx context.Context, m *couponsModel, p couponsPlan, diags *diag.Diagnostics) *couponsApplied {
	applied := &couponsApplied{Applied: bulk.StartApply(p.prior, p.Released, input.EqualJSON)}
	wanted := slices.Sorted(slices.Values(slices.Concat(p.Added, p.Updated)))
	touched := slices.Concat(wanted, p.Removed)
	if len(touched) == 0 {
		return applied
	}
	look, codes := r.look, touched
	if m.exclusive() {
		look, codes = r.list, bulk.With(touched, p.prior.codes())
	}
	found, err := look(ctx, m, codes)
	if err != nil {
		r.addError(diags, "read the coupons of", m, err)
		return applied
	}
	if slices.ContainsFunc(bulk.In(p.Added, found.ours), func(code string) bool { return found.ours[code].Exported }) {
		// An export does not tell all settings of coupons that others have made.
		if found, err = r.listPages(ctx, m, codes); err != nil {
			r.addError(diags, "read the coupons of", m, err)
			return applied
		}
	}
	missing := bulk.NotIn(wanted, found.ours)
	tflog.Debug(ctx, "Applying coupons", map[string]any{"imported": len(missing), "checked": len(wanted) - len(missing), "deleted": len(p.Removed)})
	if len(missing) > 0 {
		r.create(ctx, m, p, missing, found, applied, diags)
	}
	if diags.HasError() {
		return applied
	}
	if err := r.each(ctx, wanted, func(ctx context.Context, code string) error {
		return r.settle(ctx, m, p, code, found.ours[code], applied)
	}); err != nil {
		r.addError(diags, "update the coupons of", m, err)
		return applied
	}
	err = r.each(ctx, p.Removed, func(ctx context.Context, code string) error {
		if coupon := found.ours[code]; coupon != nil {
			if err := r.data.Client.DeleteCoupon(ctx, m.ApplicationID.ValueInt64(), m.CampaignID.ValueInt64(), coupon.ID); err != nil && !talonone.IsNotFound(err) {
				return err
			}
		}
		applied.Remove(code)
		return nil
	})
	if err != nil {
		r.addError(diags, "delete the coupons of", m, err)
		return applied
	}
	if m.exclusive() && !p.takesOver && !r.data.Targets.WasDeleted(m.targetKey()) {
		m.subject().WarnArrived(len(found.others), diags)
	}
	return applied
}

// each calls do for every code, several at a time.
func (r *couponsResource) each(ctx context.Context, codes []string, do func(context.Context, string) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallelCoupons)
	for _, code := range codes {
		group.Go(func() error { return do(ctx, code) })
	}
	return group.Wait()
}

// create imports the missing coupons, and finds out what has come of it. What a response doesn't tell, the campaign does.
func (r *couponsResource) create(ctx context.Context, m *couponsModel, p couponsPlan, missing []string, found remoteCoupons, applied *couponsApplied, diags *diag.Diagnostics) {
	coupons := make([]talonone.NewCoupon, len(missing))
	for i, code := range missing {
		coupons[i] = talonone.NewCoupon{Code: code, CouponSettings: p.desired.settings(code).model(code).toAPI(nil, jsontypes.NewNormalizedNull())}
	}
	err := r.data.Client.ImportCoupons(ctx, m.ApplicationID.ValueInt64(), m.CampaignID.ValueInt64(), coupons)
	if talonone.RefusalStatus(err) != 0 {
		r.addError(diags, "import coupons into", m, err)
		return
	}
	var made remoteCoupons
	readErr := r.data.Await(ctx, func(ctx context.Context) (bool, error) {
		var err error
		made, err = r.look(ctx, m, missing)
		return len(made.ours) == len(missing) || len(made.elsewhere) > 0, err
	})
	maps.Copy(found.ours, made.ours)
	for code, coupon := range made.ours {
		coupon.Exported = false // The import has no column either, so what was not told is the default.
		wanted := p.desired.settings(code)
		applied.Put(code, settingsFromAPI(coupon, &wanted).text())
	}
	left := bulk.NotIn(missing, made.ours)
	switch {
	case readErr != nil || err != nil && len(left) > 0:
		// A row whose outcome is unknown counts as managed.
		for _, code := range left {
			applied.Put(code, p.desired[code])
		}
		if err == nil {
			err = readErr
		}
		r.addError(diags, "import coupons into", m, err)
	case len(left) > 0:
		diags.AddAttributeError(m.source(), "Codes are taken", fmt.Sprintf(
			"The import skipped %s, which campaign %d does not have: %s. A code is unique in its Application, so another campaign has them. Choose other codes, or delete the coupons there.",
			codes.Count(len(left)), m.CampaignID.ValueInt64(), bulk.Names(left)))
	}
}

// settle gives one coupon its settings where they differ.
func (r *couponsResource) settle(ctx context.Context, m *couponsModel, p couponsPlan, code string, coupon *talonone.Coupon, applied *couponsApplied) error {
	wanted := p.desired.settings(code)
	untold := coupon.Exported && wanted.ImplicitlyReserved != p.prior.settings(code).ImplicitlyReserved
	if untold || len(differing(settingsFromAPI(coupon, &wanted), wanted)) > 0 {
		before := jsontypes.NewNormalizedNull()
		if had := p.prior.settings(code).Attributes; had != nil {
			before = jsontypes.NewNormalizedValue(string(had))
		}
		if _, err := r.data.Client.UpdateCoupon(ctx, m.ApplicationID.ValueInt64(), m.CampaignID.ValueInt64(), coupon.ID, wanted.model(code).toAPI(coupon, before)); err != nil {
			if !applied.Has(code) {
				// It exists, and is managed from now on; the next plan shows the settings that it lacks.
				applied.Put(code, settingsFromAPI(coupon, &wanted).text())
			}
			return err
		}
	}
	applied.Put(code, p.desired[code])
	return nil
}
