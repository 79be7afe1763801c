package customer

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
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
		diags.AddAttributeWarning(path.Root("attributes"), "Imported attributes are left alone",
			fmt.Sprintf("The import of profile %s brought attributes that the configuration lacks: %s. They keep their values and are not managed. To clear one, set it to null.",
				label(state.IntegrationID.ValueString()), strings.Join(change.released, ", ")))
	}
	if len(change.sent) == 0 || plan.RunRuleEngine.Equal(types.BoolValue(false)) {
		// Attributes change none of these, only rules could.
		plan.LastActivity = state.LastActivity
		plan.ClosedSessions, plan.TotalSales, plan.AudienceMemberships = state.ClosedSessions, state.TotalSales, state.AudienceMemberships
	}
}

// profileChange is the difference between two models of one profile.
type profileChange struct {
	// sent is empty where no request is needed.
	sent customattr.Attributes
	// released are the names that an import brought and the configuration lacks.
	released []string
	// same means that both manage the same names with the same values.
	same bool
	// imported is Imported of the model afterwards.
	imported types.Bool
}

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
	diags.AddWarning("Destroying the profile only forgets it",
		fmt.Sprintf("The API can't delete a profile, and erase_on_destroy is false: profile %s stays on the deployment as it is, and Terraform no longer manages it.", label(integrationID)))
}
