package referral

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// planCreate checks the campaign, and looks for the leftover of an apply that
// was killed, which it takes over.
func (r *referralResource) planCreate(ctx context.Context, plan *referralModel, config referralModel, diags *diag.Diagnostics) {
	if !r.data.Client.HasIntegrationKey() {
		diags.AddError("Referral can't be created", framework.MissingKey(resourceType,
			&talonone.MissingCredentialError{Operation: "createReferral", Credential: talonone.IntegrationCredential}))
		return
	}
	if config.CampaignID.IsUnknown() {
		return
	}
	if config.ApplicationID.IsNull() {
		checkCampaign(ctx, r.data.Client, config.CampaignID.ValueInt64(), diags)
		plan.ApplicationID = r.resolveApplication(ctx, config.CampaignID.ValueInt64(), diags)
	}
	if diags.HasError() || hasUnknownSettings(config) {
		return
	}
	plan.Adopted = types.BoolValue(false)
	earlier := begun(r.data.Journal.Earlier(resourceType, plan.toAPI()))
	if len(earlier) == 0 {
		return
	}
	free := func(one *talonone.Referral) bool {
		return earlier.entryOf(r.data.Client, one) != nil && isLeftover(r.data, one, diags)
	}
	own, err := r.leftover(ctx, *plan, earlier.since(r.data.Client), free)
	if err != nil {
		framework.AddError(diags, doing("look, before creating, for referrals", *plan), err)
	}
	if own == nil || diags.HasError() {
		return
	}
	application := plan.ApplicationID
	*plan = fromAPI(own, *plan)
	// Somebody may use the code before the plan is applied.
	plan.ApplicationID, plan.UsageCounter, plan.Adopted = application, types.Int64Unknown(), types.BoolValue(true)
	warnAdoption(fmt.Sprintf("Referral %d, code %q, of campaign %d", own.ID, own.Code, own.CampaignID), "It was", diags)
}

// warnAdoption says what a plan takes over and how to avoid it.
func warnAdoption(what, was string, diags *diag.Diagnostics) {
	diags.AddWarning("Referrals left over from an interrupted apply will be taken over",
		fmt.Sprintf("%s belongs to no resource of this configuration. %s created by an apply in this folder with exactly these settings, "+
			"which was stopped before its state was saved. Applying takes over what is there instead of making a second code.", what, was))
}

// planUpdate keeps what an update in place leaves as it is, and asks for the key
// that it needs.
func (r *referralResource) planUpdate(plan *referralModel, state, config referralModel, diags *diag.Diagnostics) {
	plan.ID, plan.Code, plan.Created, plan.Adopted, plan.UsageCounter = state.ID, state.Code, state.Created, state.Adopted, state.UsageCounter
	plan.StartDate, plan.ExpiryDate = keepDate(plan.StartDate, state.StartDate), keepDate(plan.ExpiryDate, state.ExpiryDate)
	plan.Attributes = keepAttributes(plan.Attributes, state.Attributes)
	if config.UsageLimit.IsNull() {
		plan.UsageLimit = state.UsageLimit
	}
	if config.ApplicationID.IsNull() {
		plan.ApplicationID = state.ApplicationID
	}
	if sameSettings(*plan, state) {
		return
	}
	// Somebody may use the code before the update is applied.
	plan.UsageCounter = types.Int64Unknown()
	if !r.data.Client.HasManagementKey() {
		diags.AddAttributeError(firstChange(*plan, state), "Referral can't be changed without a Management API key", missingManagementKey("updateReferral"))
	}
}

// checkRemoval asks for the key that a deletion needs, and says what it breaks.
func (r *referralResource) checkRemoval(verb, doing string, state referralModel, diags *diag.Diagnostics) {
	if !r.data.Client.HasManagementKey() {
		diags.AddError("Unable to "+verb+" the referral without a Management API key", missingManagementKey("deleteReferral")+
			"\n\nTo keep the referral and let Terraform forget it, use a removed block or terraform state rm.")
		return
	}
	if used := state.UsageCounter.ValueInt64(); used > 0 {
		diags.AddWarning(doing+" a referral ends its code",
			fmt.Sprintf("Code %q of referral %s has been used %d times. It stops working for everybody who has it.", state.Code.ValueString(), label(state), used))
	}
}

// sameSettings says whether there is nothing to tell the deployment.
func sameSettings(plan, state referralModel) bool {
	return firstChange(plan, state).Equal(path.Empty())
}

// firstChange is the first attribute that updateReferral has to change.
func firstChange(plan, state referralModel) path.Path {
	switch {
	case plan.Friend.ValueString() != state.Friend.ValueString() || plan.Friend.IsUnknown():
		return path.Root("friend_profile_integration_id")
	case !plan.StartDate.Equal(state.StartDate):
		return path.Root("start_date")
	case !plan.ExpiryDate.Equal(state.ExpiryDate):
		return path.Root("expiry_date")
	case !plan.UsageLimit.Equal(state.UsageLimit):
		return path.Root("usage_limit")
	case !plan.Attributes.Equal(state.Attributes):
		return path.Root("attributes")
	default:
		return path.Empty()
	}
}

// hasUnknownSettings says whether something configured becomes known only during apply.
func hasUnknownSettings(config referralModel) bool {
	return config.Advocate.IsUnknown() || config.Friend.IsUnknown() || config.StartDate.IsUnknown() ||
		config.ExpiryDate.IsUnknown() || config.UsageLimit.IsUnknown() || config.Attributes.IsUnknown() || config.ApplicationID.IsUnknown()
}
