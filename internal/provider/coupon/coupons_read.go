package coupon

import (
	"context"
	"errors"
	"net/http"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

const (
	// fewLookups is up to how many codes are looked up one by one, which also finds those of other campaigns.
	fewLookups = 3
	// maxLookups is up to how many are, where a campaign has more coupons than one request lists.
	maxLookups = 20
)

// searchByCode is the operation that looks a code up in an Application.
const searchByCode = "searchCouponsAdvancedApplicationWideWithoutTotalCount"

// remoteCoupons are coupons of the deployment, by the code as the configuration or state writes it.
type remoteCoupons struct {
	// ours are those of the campaign, elsewhere those of other campaigns of the Application. Only look-ups by code find the latter.
	ours, elsewhere map[string]*talonone.Coupon
	// others are those of the campaign that were not asked for, and target are all of it; empty where it was not listed.
	others map[string]*talonone.Coupon
	target bulk.Target
}

// look finds coupons by their codes, with the fewest requests.
func (r *couponsResource) look(ctx context.Context, m *couponsModel, codes []string) (remoteCoupons, error) {
	application, campaign := m.ApplicationID.ValueInt64(), m.CampaignID.ValueInt64()
	switch {
	case len(codes) > maxLookups:
		return r.list(ctx, m, codes)
	case len(codes) > fewLookups:
		coupons, more, err := r.data.Client.GetCouponsUpTo(ctx, application, campaign, talonone.PageSize)
		if err != nil || !more {
			return r.among(ctx, m, coupons, codes), err
		}
	}
	found, sensitivity := r.among(ctx, m, nil, codes), r.sensitivity(ctx, m)
	found.target = bulk.Target{}
	for _, code := range codes {
		coupons, err := r.data.Client.FindCoupons(ctx, application, code)
		if err != nil {
			return found, err
		}
		coupon := meant(coupons, code, sensitivity)
		switch {
		case coupon == nil:
		case coupon.CampaignID == campaign:
			found.ours[code] = coupon
		default:
			found.elsewhere[code] = coupon
		}
	}
	return found, nil
}

// refresh finds the coupons of a state, or all of the campaign.
func (r *couponsResource) refresh(ctx context.Context, m *couponsModel, prior couponRows, whole bool) (remoteCoupons, error) {
	switch {
	case whole:
		return r.list(ctx, m, prior.codes())
	case len(prior) == 0:
		return remoteCoupons{}, nil
	default:
		return r.look(ctx, m, prior.codes())
	}
}

// list finds all coupons of the campaign.
func (r *couponsResource) list(ctx context.Context, m *couponsModel, codes []string) (remoteCoupons, error) {
	coupons, err := r.data.Client.CampaignCoupons(ctx, m.ApplicationID.ValueInt64(), m.CampaignID.ValueInt64())
	return r.among(ctx, m, coupons, codes), err
}

// listPages is list without an export, and so with all settings.
func (r *couponsResource) listPages(ctx context.Context, m *couponsModel, codes []string) (remoteCoupons, error) {
	coupons, err := r.data.Client.GetCouponsOf(ctx, m.ApplicationID.ValueInt64(), m.CampaignID.ValueInt64())
	return r.among(ctx, m, coupons, codes), err
}

// among are the coupons of a listing of the whole campaign.
func (r *couponsResource) among(ctx context.Context, m *couponsModel, coupons []*talonone.Coupon, codes []string) remoteCoupons {
	found := remoteCoupons{ours: make(map[string]*talonone.Coupon), elsewhere: make(map[string]*talonone.Coupon), others: make(map[string]*talonone.Coupon)}
	sensitivity := r.sensitivity(ctx, m)
	own := make(map[string]string, len(codes))
	for _, code := range codes {
		own[talonone.FoldCode(code, sensitivity)] = code
	}
	var digest bulk.Digest
	for _, coupon := range coupons {
		folded := talonone.FoldCode(coupon.Value, sensitivity)
		digest.Add([]byte(folded))
		if code, listed := own[folded]; listed {
			found.ours[code] = coupon
		} else {
			found.others[coupon.Value] = coupon
		}
	}
	found.target = bulk.TargetOf(digest)
	return found
}

// targetOf is all of a campaign that holds these coupons and no others.
func (r *couponsResource) targetOf(ctx context.Context, m *couponsModel, rows couponRows) bulk.Target {
	claim, _ := r.claim(ctx, m, rows.codes())
	return bulk.TargetOf(bulk.DigestOf(bulk.SetOf(claim.Rows)))
}

// sensitivity is how the Application compares codes; "" where it can't be read, and then codes are compared as they are.
func (r *couponsResource) sensitivity(ctx context.Context, m *couponsModel) string {
	return (&couponResource{data: r.data}).sensitivity(ctx, codeModel{ApplicationID: m.ApplicationID})
}

// rowsOf are the coupons as rows: all settings, or those that prior manages where it is not nil.
func rowsOf(found map[string]*talonone.Coupon, prior couponRows) couponRows {
	rows := make(couponRows, len(found))
	for code, coupon := range found {
		var managed *couponSettings
		if prior != nil {
			managed = new(prior.settings(code))
		}
		rows[code] = settingsFromAPI(coupon, managed).text()
	}
	return rows
}

// addError reports a failure on the campaign.
func (r *couponsResource) addError(diags *diag.Diagnostics, action string, m *couponsModel, err error) {
	missing := path.Root("campaign_id")
	if apiErr, refused := errors.AsType[*talonone.Error](err); refused && apiErr.Operation == searchByCode {
		missing = path.Root("application_id")
	}
	framework.AddError(diags, framework.Operation{
		Construct: couponsType, Action: action, Object: m.subject().Place, NotFound: missing,
		Pointers: map[string]path.Path{"/upFile": m.source(), "/attributes": m.source()},
		Advice: map[int]string{
			http.StatusBadRequest: "The campaign must have the feature coupons, and mandatory attributes of the Application's coupons must be set.",
			http.StatusNotFound:   "The Application or the campaign does not exist on this deployment.",
		},
	}, err)
}
