// Package framework holds what all constructs of the provider share: the provider's
// data, diagnostics of API errors, and the handling of null against empty.
package framework

import (
	"fmt"

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
	// Journal remembers creates whose result may never reach a state.
	Journal *journal.Journal
	// Audiences are the audience IDs that resources of this run manage.
	Audiences Claims
	// Members holds a lock for every audience whose members are being changed, by
	// its ID in decimal: who looks before adding must not look while another adds.
	Members keylock.Locks
	// Referrals are the IDs of referrals that the state of a resource holds,
	// NewReferrals those made or taken over in this run, and AdoptedReferrals those
	// left over by an interrupted apply that a plan takes over.
	Referrals, NewReferrals, AdoptedReferrals Claims
	// Targets is what this process has seen and done of audiences, catalogs and coupons as a whole.
	Targets bulk.Memory
}

// DataFrom reads the argument of a construct's Configure. It returns nil where
// the provider has not been configured, as in terraform validate.
func DataFrom(providerData any, diags *diag.Diagnostics) *Data {
	if providerData == nil {
		return nil
	}
	data, ok := providerData.(*Data)
	if !ok {
		diags.AddError("Unexpected provider data", fmt.Sprintf("Expected *framework.Data, got %T. This is a bug of the provider; please report it.", providerData))
		return nil
	}
	return data
}
