package customer

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
)

// planUpdate plans the values that an update leaves alone, and says what an import has brought and
// the configuration lacks.
func planUpdate(plan *profileModel, state profileModel, diags *diag.Diagnostics) {
	change, err := changeOf(*plan, state)
	if err != nil {
		diags.AddAttributeError(path.Root("attributes"), "Invalid attributes", err.Error())
		return
	}
	plan.Imported = change.imported
	if change.same && !plan.Attributes.IsNull() && !state.Attributes.IsNull() {
		plan.Attributes = state.Attributes
	}
	if len(change.released) > 0 {
		diags.AddAttributeWarning(path.Root("attributes"), "Imported attributes are not managed",
			fmt.Sprintf("The import of profile %s found attributes that the configuration does not list: %s. They keep their values and are not managed. To clear one, set it to null.",
				label(state.IntegrationID.ValueString()), strings.Join(change.released, ", ")))
	}
	if !change.isKnown {
		return
	}
	if !change.sends() {
		plan.LastActivity, plan.ClosedSessions, plan.TotalSales, plan.AudienceMemberships = state.LastActivity, state.ClosedSessions, state.TotalSales, state.AudienceMemberships
		plan.keepRun(state)
		return
	}
	plan.LastActivity, plan.ClosedSessions, plan.TotalSales = timetypes.NewRFC3339Unknown(), types.Int64Unknown(), types.NumberUnknown()
	plan.AudienceMemberships = types.ListUnknown(membershipType)
	plan.Effects, plan.CreatedCoupons, plan.CreatedReferrals = framework.UnknownEffects()
	plan.planRun()
	if plan.RunRuleEngine.Equal(types.BoolValue(false)) {
		// Attributes change none of these, only rules could.
		plan.LastActivity, plan.ClosedSessions, plan.TotalSales = state.LastActivity, state.ClosedSessions, state.TotalSales
		if len(change.joins)+len(change.leaves) == 0 {
			plan.AudienceMemberships = state.AudienceMemberships
		}
	}
}

// profileChange is the difference between two models of one profile.
type profileChange struct {
	// sent are attributes, joins and leaves audiences; without any, no request is needed.
	sent          customattr.Attributes
	joins, leaves []int64
	// isKnown says that nothing of it depends on unknown values.
	isKnown bool
	// released are the names that an import brought and the configuration lacks.
	released []string
	// same means that both manage the same names with the same values.
	same bool
	// imported is Imported of the model afterwards.
	imported types.Bool
}

// sends says whether a request is needed.
func (c profileChange) sends() bool { return len(c.sent)+len(c.joins)+len(c.leaves) > 0 }

func changeOf(plan, state profileModel) (profileChange, error) {
	desired, err := plan.attributes()
	if err != nil {
		return profileChange{}, err
	}
	before, err := state.attributes()
	if err != nil {
		return profileChange{}, err
	}
	change := profileChange{same: desired.Equal(before)}
	change.joins, change.leaves, change.isKnown = plan.moves(state)
	change.imported = types.BoolValue(change.same && state.Imported.ValueBool())
	if state.Imported.ValueBool() {
		change.released = bulk.NotIn(slices.Sorted(maps.Keys(before)), desired)
		before = before.Managed(desired)
	}
	if !desired.Equal(before) {
		change.sent = desired.Clearing(before)
	}
	return change, nil
}

func warnOfDestroy(integrationID string, erase bool, diags *diag.Diagnostics) {
	if erase {
		diags.AddWarning(fmt.Sprintf("Destroying profile %s erases the customer's data", label(integrationID)),
			fmt.Sprintf("erase_on_destroy is true in the state of profile %s: all attributes of the profile, its sessions and its events are erased in every Application of the environment. This can't be undone.", label(integrationID)))
		return
	}
	diags.AddWarning("Destroying only removes the profile from state",
		fmt.Sprintf("The API can't delete a profile, and erase_on_destroy is false: profile %s stays on the deployment, and Terraform no longer manages it.", label(integrationID)))
}
