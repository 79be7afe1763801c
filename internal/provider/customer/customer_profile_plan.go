package customer

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/journal"
)

// planUpdate plans the values that an update leaves alone, and says what an
// import that is not fully configured lets go.
func (r *profileResource) planUpdate(ctx context.Context, req resource.ModifyPlanRequest, plan *profileModel, state profileModel, diags *diag.Diagnostics) {
	change, err := changeOf(*plan, state, wasImported(ctx, req.Private, r.data.Journal, state.IntegrationID, diags))
	if err != nil {
		diags.AddAttributeError(path.Root("attributes"), "Invalid attributes", err.Error())
		return
	}
	if change.same && !plan.Attributes.IsNull() && !state.Attributes.IsNull() {
		plan.Attributes = state.Attributes
	}
	if len(change.released) > 0 {
		diags.AddAttributeWarning(path.Root("attributes"), "Imported attributes are left alone",
			fmt.Sprintf("The import of profile %s brought attributes that the configuration lacks: %s. They keep their values and are no longer managed. To clear one, set it to null.",
				label(state.IntegrationID.ValueString()), strings.Join(change.released, ", ")))
	}
	if len(change.sent) == 0 {
		plan.LastActivity, plan.ClosedSessions, plan.TotalSales, plan.AudienceMemberships = state.LastActivity, state.ClosedSessions, state.TotalSales, state.AudienceMemberships
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
}

func changeOf(plan, state profileModel, imported bool) (profileChange, error) {
	desired, err := plan.attributes()
	if err != nil {
		return profileChange{}, err
	}
	before, err := state.attributes()
	if err != nil {
		return profileChange{}, err
	}
	change := profileChange{same: desired.Equal(before)}
	if imported {
		for name := range before {
			if _, kept := desired[name]; !kept {
				change.released = append(change.released, name)
			}
		}
		before = before.Managed(desired)
	}
	if !desired.Equal(before) {
		change.sent = desired.Clearing(before)
	}
	return change, nil
}

// wasImported says whether what the configuration leaves out is to be left alone.
func wasImported(ctx context.Context, private interface {
	GetKey(context.Context, string) ([]byte, diag.Diagnostics)
}, journal *journal.Journal, ids types.String, diags *diag.Diagnostics) bool {
	mark, got := private.GetKey(ctx, privateImported)
	diags.Append(got...)
	return mark != nil || journal.Begun(updateOfImport, importInputs(ids))
}

// noteImported keeps in the journal, for as long as an update runs, that its
// profiles were imported: when the provider is killed, Terraform drops the mark.
func noteImported(journal *journal.Journal, ids types.String) *journal.Run {
	return journal.NoteRun(updateOfImport, importInputs(ids), "")
}

const updateOfImport = "update of imported customer profiles"

func importInputs(ids types.String) []journal.Input {
	return []journal.Input{{Name: "integration_ids", Planned: ids}}
}

func warnOfDestroy(integrationID string, erase bool, diags *diag.Diagnostics) {
	if erase {
		diags.AddWarning("Destroying the profile erases the customer's data",
			fmt.Sprintf("erase_on_destroy is true in the state of profile %s: all attributes of the profile, its sessions and its events are erased in every Application of the environment. This can't be undone.", label(integrationID)))
		return
	}
	diags.AddWarning("Destroying the profile only forgets it",
		fmt.Sprintf("The API can't delete a profile, and erase_on_destroy is false: profile %s stays on the deployment as it is, and Terraform no longer manages it.", label(integrationID)))
}
