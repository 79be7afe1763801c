package coupon

import (
	"context"
	"errors"
	"net/http"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

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
}

// look finds coupons by their codes: all of the campaign where there are none.
func (r *couponsResource) look(ctx context.Context, m *couponsModel, codes []string) (found remoteCoupons, err error) {
	found = remoteCoupons{ours: make(map[string]*talonone.Coupon), elsewhere: make(map[string]*talonone.Coupon)}
	sensitivity := r.sensitivity(ctx, m)
	application, campaign := m.ApplicationID.ValueInt64(), m.CampaignID.ValueInt64()
	var coupons []*talonone.Coupon
	byCode := len(codes) > 0 && len(codes) <= fewLookups
	if len(codes) > fewLookups && len(codes) <= maxLookups {
		if coupons, byCode, err = r.data.Client.GetCouponsUpTo(ctx, application, campaign, talonone.PageSize); err != nil {
			return found, err
		}
	}
	if byCode {
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
	if len(codes) == 0 || len(codes) > maxLookups {
		if coupons, err = r.data.Client.GetCouponsOf(ctx, application, campaign); err != nil {
			return found, err
		}
	}
	own := make(map[string]string, len(codes))
	for _, code := range codes {
		own[talonone.FoldCode(code, sensitivity)] = code
	}
	for _, coupon := range coupons {
		if code, listed := own[talonone.FoldCode(coupon.Value, sensitivity)]; listed {
			found.ours[code] = coupon
		} else if len(codes) == 0 {
			found.ours[coupon.Value] = coupon
		}
	}
	return found, nil
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
		Pointers: map[string]path.Path{"/upFile": path.Root("coupons"), "/attributes": path.Root("coupons")},
		Advice: map[int]string{
			http.StatusBadRequest: "The campaign must have the feature coupons, and mandatory attributes of the Application's coupons must be set.",
			http.StatusNotFound:   "The Application or the campaign does not exist on this deployment.",
		},
	}, err)
}
