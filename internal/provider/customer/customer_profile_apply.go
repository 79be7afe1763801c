package customer

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// write sends the change and returns the model as it is then. What the deployment did not take is a warning: the next plan
// shows it.
func (r *profileResource) write(ctx context.Context, plan profileModel, change profileChange, diags *diag.Diagnostics) profileModel {
	id, sent := plan.IntegrationID.ValueString(), change.sent
	parts, _ := framework.Strings(plan.ResponseContent)
	request := talonone.ProfileRequest{
		ProfileUpdate: talonone.ProfileUpdate{IntegrationID: id}, Joins: change.joins, Leaves: change.leaves,
		RunRuleEngine: plan.RunRuleEngine.ValueBool(), ResponseContent: framework.WithPart(parts, "customerProfile"),
	}
	if len(sent) > 0 {
		request.Attributes = json.RawMessage(sent.String())
	}
	operation := profileOperation("update customer profile", plan)
	response, err := r.data.Client.UpdateCustomerProfileV2(ctx, request)
	if err != nil {
		framework.AddError(diags, operation, err)
		return plan
	}
	profile := response.Profile
	if profile == nil {
		if profile, err = readProfile(ctx, r.data.Client, id); err != nil {
			framework.AddError(diags, operation, err)
			return plan
		}
	}
	deployed, err := customattr.FromAPI(profile.Attributes)
	if err != nil {
		framework.AddError(diags, operation, err)
		return plan
	}
	if names := sent.Ignored(deployed); len(names) > 0 {
		diags.AddAttributeWarning(path.Root("attributes"), "The deployment did not take all attributes",
			fmt.Sprintf("After the update of profile %s these attributes do not have the values that were sent: %s. "+
				"An attribute may be missing in the account, set by a rule, or one that the API does not clear; the next plan shows those that are still managed.", label(id), strings.Join(names, ", ")))
	}
	model := plan
	model.setServerValues(profile)
	model.setRun(response, diags)
	if plan.ID.IsUnknown() {
		return model
	}
	if !model.ID.Equal(plan.ID) {
		framework.AddError(diags, operation, fmt.Errorf("the profile in state has internal ID %d, and the Integration API key writes to another one, %d: "+
			"use a key of the environment in state, or replace the resource with terraform apply -replace", plan.ID.ValueInt64(), profile.ID))
	}
	// The plan has promised what never changes, and a response may leave it out.
	model.AccountID, model.Created, model.Sandbox = plan.AccountID, plan.Created, plan.Sandbox
	return model
}

// lock waits for the profile.
func (r *profileResource) lock(ctx context.Context, m profileModel, diags *diag.Diagnostics) (unlock func()) {
	unlock, err := r.data.LockRow(ctx, profilesTarget, m.IntegrationID.ValueString())
	if err != nil {
		framework.AddError(diags, profileOperation("change customer profile", m), err)
		return func() {}
	}
	return unlock
}

// another is the profile that has the state's ID by now and is another one, as in another environment; nil where it is the same.
func (r *profileResource) another(ctx context.Context, state profileModel, diags *diag.Diagnostics) (other *talonone.CustomerProfile, gone bool) {
	profile, err := readProfile(ctx, r.data.Client, state.IntegrationID.ValueString())
	switch {
	case talonone.IsNotFound(err):
		r.data.RefuseOtherEnvironment(ctx, state.label(), state.Sandbox, nil, diags)
		return nil, true
	case err != nil:
		framework.AddError(diags, profileOperation("look, before a change, for customer profile", state), err)
	case framework.IsAnother(state.Created, profile.Created):
		r.data.RefuseOtherEnvironment(ctx, state.label(), state.Sandbox, profile.Sandbox, diags)
		return profile, false
	}
	return nil, false
}

// readProfile reads one profile with an Integration key. 404 means that the
// key's environment lacks it.
func readProfile(ctx context.Context, client *talonone.Client, integrationID string) (*talonone.CustomerProfile, error) {
	inventory, err := client.GetCustomerInventory(ctx, integrationID, talonone.InventoryParts{Profile: true})
	if err != nil {
		return nil, err
	}
	if inventory == nil || inventory.Profile == nil {
		return nil, errors.New("getCustomerInventory: the answer lacks the profile that was asked for")
	}
	return inventory.Profile, nil
}

func profileOperation(action string, m profileModel) framework.Operation {
	return framework.Operation{
		Construct: profileType, Action: action, Object: label(m.IntegrationID.ValueString()),
		Pointers: map[string]path.Path{
			"/attributes": path.Root("attributes"), "/integrationId": path.Root("integration_id"),
			"/audiencesChanges/adds": path.Root("audience_changes").AtName("adds"), "/audiencesChanges/deletes": path.Root("audience_changes").AtName("deletes"),
		},
		Advice: map[int]string{
			http.StatusBadRequest: "Correct the attributes, or define them for CustomerProfile in the Campaign Manager under Account > Tools > Attributes.",
		},
	}
}
