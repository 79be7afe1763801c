package coupon

import (
	"context"
	"strings"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// found is a coupon and how its Application compares codes; caseSensitivity is
// empty where it could not be read.
type found struct {
	coupon          *talonone.Coupon
	applicationID   int64
	caseSensitivity string
}

// findByKey finds the coupon that a code means in the Application of the
// Integration key, with a Management key. Where the Application can't be told,
// it is the only Application that has the coupon. It returns nil where the look
// is not possible or not conclusive.
func findByKey(ctx context.Context, client *talonone.Client, code string) (*talonone.Coupon, error) {
	if !client.HasManagementKey() {
		return nil, nil
	}
	own, err := client.IntegrationApplicationID(ctx)
	if err != nil {
		return nil, err
	}
	if own != 0 {
		coupons, err := client.SharedCoupons(ctx, own, code)
		if talonone.IsUnauthorized(err) {
			return nil, nil
		}
		if coupon := spelled(coupons, code); err != nil || coupon != nil {
			return coupon, err
		}
	}
	// Another spelling: the Application says which letter case counts.
	applications, err := client.GetApplications(ctx)
	if talonone.IsUnauthorized(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if own != 0 {
		applications = only(applications, own)
	}
	matches, err := findIn(ctx, client.SharedCoupons, applications, code)
	switch {
	case err != nil && !talonone.IsUnauthorized(err):
		return nil, err
	case len(matches) != 1:
		return nil, nil
	}
	return matches[0].coupon, nil
}

// search lists the coupons of an Application that have a code, in any case.
type search func(ctx context.Context, applicationID int64, code string) ([]*talonone.Coupon, error)

// findIn lists the coupons that a code means in these Applications.
func findIn(ctx context.Context, search search, applications []talonone.Application, code string) ([]found, error) {
	var matches []found
	for _, application := range applications {
		coupons, err := search(ctx, application.ID, code)
		if err != nil {
			return nil, err
		}
		sensitivity := ""
		if application.CaseSensitivity != nil {
			sensitivity = *application.CaseSensitivity
		}
		if coupon := meant(coupons, code, sensitivity); coupon != nil {
			matches = append(matches, found{coupon, application.ID, sensitivity})
		}
	}
	return matches, nil
}

// meant picks the coupon that a code stands for among those that differ in case
// at most: the one spelled so, else the one that compares equal. Codes from
// before a change of the Application's setting keep their spelling.
func meant(coupons []*talonone.Coupon, code, caseSensitivity string) *talonone.Coupon {
	if coupon := spelled(coupons, code); coupon != nil {
		return coupon
	}
	for _, coupon := range coupons {
		if talonone.FoldCode(coupon.Value, caseSensitivity) == talonone.FoldCode(code, caseSensitivity) {
			return coupon
		}
	}
	return nil
}

func spelled(coupons []*talonone.Coupon, code string) *talonone.Coupon {
	for _, coupon := range coupons {
		if coupon.Value == code {
			return coupon
		}
	}
	return nil
}

// findByCustomer finds the coupon in the inventory of a customer who has it
// reserved, which an Integration key can read; nil when it does not show up.
func findByCustomer(ctx context.Context, client *talonone.Client, code, customer string) (*talonone.Coupon, error) {
	inventory, err := client.GetCustomerInventory(ctx, customer, talonone.InventoryParts{Coupons: true})
	if talonone.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var same, folded []*talonone.Coupon
	for i := range inventory.Coupons {
		coupon := &inventory.Coupons[i].Coupon
		if coupon.Value == code {
			same = append(same, coupon)
		}
		if strings.EqualFold(coupon.Value, code) {
			folded = append(folded, coupon)
		}
	}
	// Other Applications of the environment may have the code too, and without the
	// Application's setting two codes that differ in case are ambiguous.
	switch {
	case len(same) == 1:
		return same[0], nil
	case len(same) == 0 && len(folded) == 1:
		return folded[0], nil
	default:
		return nil, nil
	}
}

func only(applications []talonone.Application, id int64) []talonone.Application {
	for _, application := range applications {
		if application.ID == id {
			return []talonone.Application{application}
		}
	}
	return nil
}

// obstacle says why a coupon can't be reserved, and what to do; empty when it can.
func obstacle(coupon *talonone.Coupon, now time.Time) (summary, detail string) {
	switch {
	case coupon.RecipientIntegrationID != nil && *coupon.RecipientIntegrationID != "":
		return "Coupon is personal", "Only its recipient can use it, so it can't be reserved. " +
			"Choose another coupon, or remove the recipient of this one in the Campaign Manager."
	case coupon.Reservation != nil && !*coupon.Reservation:
		return "Coupon is personal", "It can be used by a single customer only, so it can't be reserved. Choose another coupon."
	case coupon.ExpiryDate != nil && !now.Before(*coupon.ExpiryDate):
		return "Coupon has expired", "It expired at " + coupon.ExpiryDate.UTC().Format(time.RFC3339) + ", so a reservation would have no effect. " +
			"Choose another coupon, or move the expiry date in the Campaign Manager."
	default:
		return "", ""
	}
}
