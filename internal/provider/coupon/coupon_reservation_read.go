package coupon

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// reserved lists the integration IDs of all customers who have the coupon reserved. Those of own are spelled as they are there,
// where the deployment has folded their case.
func (r *reservationResource) reserved(ctx context.Context, code string, own ...types.List) ([]string, error) {
	profiles, _, err := r.data.Client.GetReservedCustomers(ctx, code, nil)
	ids := make([]string, len(profiles))
	for i, profile := range profiles {
		ids[i] = profile.IntegrationID
	}
	known := make(map[string]struct{})
	for _, list := range own {
		customers, _ := framework.Strings(list)
		maps.Copy(known, bulk.SetOf(customers))
	}
	return talonone.SpellingOf(slices.Collect(maps.Keys(known)), slices.Values(ids)).Each(ids), err
}

// fill puts into a model what a listing of its coupon's reservations says, and what else can be read.
func (r *reservationResource) fill(ctx context.Context, m *reservationModel, reserved []string, diags *diag.Diagnostics) {
	if m.exclusive() || m.Customers.IsNull() {
		framework.WarnNotNFC(diags, path.Root("customers"), reserved)
	}
	m.setCustomers(reserved)
	m.ReservationCount = types.Int64Value(int64(len(reserved)))
	r.lookUpCoupon(ctx, m, reserved, diags)
}

// lookUpCoupon fills in the coupon's own attributes where they are missing.
func (r *reservationResource) lookUpCoupon(ctx context.Context, m *reservationModel, reserved []string, diags *diag.Diagnostics) {
	if !m.CouponID.IsNull() {
		return
	}
	coupon, err := r.look(ctx, m.CouponValue.ValueString(), reserved)
	if err != nil {
		addError(diags, "look up coupon", m.CouponValue.ValueString(), err)
		return
	}
	m.fromAPI(coupon)
}

// locate notes the Application of the key, where a running campaign reports it: others may have a coupon with the same code.
func (r *reservationResource) locate(ctx context.Context, m *reservationModel) {
	if id, err := r.data.Client.IntegrationApplicationID(ctx); err == nil {
		m.LocatedIn(0, id)
	}
}

func (r *reservationResource) look(ctx context.Context, code string, reserved []string) (*talonone.Coupon, error) {
	match, err := findByKey(ctx, r.data.Client, code)
	if err != nil || match != nil || len(reserved) == 0 {
		return match, err
	}
	return findByCustomer(ctx, r.data.Client, code, reserved[0])
}

// resolveImport reads an import ID: a code, or a code, a slash and integration
// IDs between commas. A code may hold slashes itself, so the longest part that is
// a coupon counts as the code.
func (r *reservationResource) resolveImport(ctx context.Context, importID string, diags *diag.Diagnostics) (code string, customers []string) {
	for end := len(importID); end > 0; end = strings.LastIndexByte(importID[:end], '/') {
		code = importID[:end]
		reserved, err := r.reserved(ctx, code)
		if talonone.IsNotFound(err) {
			continue
		}
		if err != nil {
			addError(diags, "read the reservations of coupon", code, err)
			return "", nil
		}
		if end < len(importID) {
			customers = strings.Split(importID[end+1:], ",")
			reportUnreserved(code, bulk.NotIn(customers, bulk.SetOf(reserved)), diags)
		} else if len(reserved) > maxCustomers {
			diags.AddError(tooMany(code, len(reserved)))
		}
		return code, customers
	}
	diags.AddError("Coupon not found", missingCoupon(importID)+
		" Import with only the code to import all reservations, or with the code, a slash and integration IDs: SUMMER10/customer-1,customer-2.")
	return "", nil
}

// checkImport reports a code whose reservations can't be imported as a whole.
func (r *reservationResource) checkImport(ctx context.Context, code string, diags *diag.Diagnostics) {
	reserved, err := r.reserved(ctx, code)
	switch {
	case talonone.IsNotFound(err):
		diags.AddError("Coupon not found", missingCoupon(code))
	case err != nil:
		addError(diags, "read the reservations of coupon", code, err)
	case len(reserved) > maxCustomers:
		diags.AddError(tooMany(code, len(reserved)))
	}
}

// tooMany says why all reservations of a coupon can't be imported, and what to do.
func tooMany(code string, reserved int) (summary, detail string) {
	return "Too many reservations to import",
		fmt.Sprintf("Coupon %q is reserved by %s customers, and one resource takes at most %s. Import by ID, and name the customers to manage: %s/customer-1,customer-2.", code, bulk.Thousands(reserved), bulk.Thousands(maxCustomers), code)
}

func reportUnreserved(code string, missing []string, diags *diag.Diagnostics) {
	if len(missing) == 0 {
		return
	}
	diags.AddError("Reservation not found",
		fmt.Sprintf("%s of the customers named have not reserved coupon %q: %s. "+
			"Omit them from the import ID. To reserve the coupon for them, add them to customers.", bulk.Thousands(len(missing)), code, bulk.Names(missing)))
}

func missingCoupon(code string) string {
	return fmt.Sprintf("The Application of the Integration API key has no coupon %q. Check the spelling, and letter case where the Application distinguishes it; "+
		"coupons are created in a campaign of the Campaign Manager. A key of another Application, or of its sandbox, sees other coupons.", code)
}

// addError reports a failure on the coupon, with the two refusals explained that
// this operation is known for.
func addError(diags *diag.Diagnostics, action, code string, err error) {
	attempt := framework.Operation{
		Construct: reservationResourceType, Action: action, Object: strconv.Quote(code),
		Pointers: map[string]path.Path{"/integrationIDs": path.Root("customers")},
		Advice: map[int]string{
			http.StatusBadRequest: "Personal coupons, which have a recipient, and expired ones can't be reserved.",
			http.StatusNotFound:   missingCoupon(code),
		},
	}
	var apiErr *talonone.Error
	if errors.As(err, &apiErr) && len(apiErr.Items) == 0 && (talonone.IsBadRequest(err) || talonone.IsNotFound(err)) {
		framework.AddAttributeError(diags, path.Root("coupon_value"), attempt, err)
		return
	}
	framework.AddError(diags, attempt, err)
}
