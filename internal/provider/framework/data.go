// Package framework holds what all constructs of the provider share: the provider's
// data, diagnostics of API errors, and the handling of null against empty.
package framework

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/talon-one/terraform-provider-talonone/internal/keylock"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/journal"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// Data is what the provider's Configure hands to every construct.
type Data struct {
	Client *talonone.Client
	// ValidateAttributes asks for a check of custom attributes against the
	// account's definitions at plan time.
	ValidateAttributes bool
	// ValidateReferences makes a look-up of a plan that fails an error; else it is a warning.
	ValidateReferences bool
	// MovedFrom is where the state's objects were before they moved: see IsMovedFrom. Empty when they have not.
	MovedFrom string
	// Journal keeps creates from being carried out twice.
	Journal *journal.Journal
	// ReadConsistency is how long reads may lag behind writes.
	ReadConsistency time.Duration
	// Started is when the provider was configured.
	Started time.Time
	// Audiences are the audience IDs that resources of this run manage.
	Audiences Claims
	// Rows holds a lock for every target whose rows are being changed, such as "audience 701": who looks before writing must
	// not look while another writes.
	Rows keylock.Locks
	// Owners knows which resource of this process wants, or has written, which rows.
	Owners bulk.Owners
	// Referrals are the IDs of referrals that the state of a resource holds, and
	// NewReferrals those created in this run.
	Referrals, NewReferrals Claims
	// Attributes are the definitions of attributes that resources of this run create or change.
	Attributes PlannedAttributes
	// Coupons are the codes that resources of this run create.
	Coupons Codes
	// Sessions and Stores are the integration IDs of customer sessions and stores that resources of this run plan.
	Sessions, Stores Names
	// AllowDelete are the objects whose guards the environment lifts.
	AllowDelete bulk.AllowDelete
	// Targets is what this process has seen and done of audiences, catalogs and coupons as a whole.
	Targets bulk.Memory
}

// LockRow waits for one row of a target. Others may change other rows of it in the meantime, and no one the target as a whole.
func (d *Data) LockRow(ctx context.Context, target, row string) (unlock func(), err error) {
	return d.LockRows(ctx, []string{target}, row)
}

// LockRows is LockRow for the same row of several targets.
func (d *Data) LockRows(ctx context.Context, targets []string, row string) (unlock func(), err error) {
	share, err := d.Rows.Share(ctx, targets...)
	if err != nil {
		return nil, err
	}
	rows := make([]string, len(targets))
	for i, target := range targets {
		rows[i] = target + "\x00" + row
	}
	own, err := d.Rows.Lock(ctx, rows...)
	if err != nil {
		share()
		return nil, err
	}
	return func() {
		own()
		share()
	}, nil
}

// DataFrom reads the argument of a construct's Configure. It returns nil where
// the provider has not been configured, as in terraform validate.
func DataFrom(providerData any, diags *diag.Diagnostics) *Data {
	if providerData == nil {
		return nil
	}
	data, ok := providerData.(*Data)
	if !ok {
		diags.AddError("Unexpected provider data", fmt.Sprintf("Expected *framework.Data, got %T.", providerData))
		return nil
	}
	return data
}
