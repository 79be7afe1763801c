package referral

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/journal"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// planCreate checks the campaign, and warns of what is there already. Everything that the deployment chooses stays
// unknown.
func (r *referralResource) planCreate(ctx context.Context, plan, config referralModel, diags *diag.Diagnostics) {
	if !r.data.Client.HasIntegrationKey() {
		diags.AddError("Referral can't be created", framework.MissingKey(resourceType,
			&talonone.MissingCredentialError{Operation: "createReferral", Credential: talonone.IntegrationCredential}))
		return
	}
	if config.CampaignID.IsUnknown() {
		return
	}
	if !config.ApplicationID.IsUnknown() {
		checkCampaign(ctx, r.data.Client, config.CampaignID.ValueInt64(), config.ApplicationID, diags)
	}
	if diags.HasError() || hasUnknownSettings(config) {
		return
	}
	plan.ApplicationID = resolveApplication(ctx, r.data.Client, plan.ApplicationID, plan.CampaignID, diags)
	interrupted := r.data.Journal.Interrupted(journalKind, plan.toAPI(), nil)
	if len(interrupted) > 0 {
		framework.WarnInterrupted(diags, "a referral", interrupted, true)
		return
	}
	existing, err := r.equal(ctx, plan, time.Time{})
	if err != nil {
		framework.AddError(diags, operation("look, before creating, for referrals", plan), err)
		return
	}
	// Whether or not a resource of this plan manages it: that resource may be planned later.
	for i, one := range existing {
		r.data.Journal.Know(journalKind, plan.toAPI(), journal.Object{ID: one.ID, Created: one.Created})
		if i == 0 {
			age := framework.Age(r.data.Client.ServerTime(time.Now()).Sub(one.Created))
			diags.AddWarning(fmt.Sprintf("Referral %d has the same settings", one.ID), fmt.Sprintf(
				"Referral %d, code %q, of campaign %d has the same advocate and fits these settings. It was created %s (%s). Applying makes another code. "+
					"If no other resource manages the existing referral, you can import it instead:\n\n%s",
				one.ID, one.Code, one.CampaignID, age, one.Created.UTC().Format(time.RFC3339), framework.ImportBlock(resourceType, candidate(one).ImportID)))
		}
	}
}

// planUpdate keeps what an update in place leaves as it is, and asks for the key that it needs.
func (r *referralResource) planUpdate(ctx context.Context, plan *referralModel, state, config referralModel, diags *diag.Diagnostics) {
	plan.ID, plan.Code, plan.Created, plan.UsageCounter = state.ID, state.Code, state.Created, state.UsageCounter
	plan.StartDate, plan.ExpiryDate = keepDate(plan.StartDate, state.StartDate), keepDate(plan.ExpiryDate, state.ExpiryDate)
	plan.Attributes = keepAttributes(plan.Attributes, state.Attributes)
	if config.UsageLimit.IsNull() {
		plan.UsageLimit = state.UsageLimit
	}
	if config.ApplicationID.IsNull() {
		plan.ApplicationID = state.ApplicationID
	} else {
		checkMoved(ctx, r.data.Client, plan.CampaignID, plan.ApplicationID, state.ApplicationID, diags)
	}
	if changed := firstChange(*plan, state); !changed.Equal(path.Empty()) && !r.data.Client.HasManagementKey() {
		diags.AddAttributeError(changed, "Referral can't be changed without a Management API key", missingManagementKey(resourceType, "updateReferral"))
	}
}

// checkRemoval asks for the key that a deletion needs, and says what it breaks.
func (r *referralResource) checkRemoval(verb, operation string, state referralModel, diags *diag.Diagnostics) {
	if !r.data.Client.HasManagementKey() {
		diags.AddError("Unable to "+verb+" the referral without a Management API key", missingManagementKey(resourceType, "deleteReferral")+
			"\n\nTo keep the referral and stop managing it, use a removed block or terraform state rm.")
		return
	}
	if used := state.UsageCounter.ValueInt64(); used > 0 {
		diags.AddWarning(operation+" referral "+label(state)+" ends its code",
			fmt.Sprintf("Code %q of referral %s has been used %d times. It stops working for everyone who has it.", state.Code.ValueString(), label(state), used))
	}
}

// firstChange is the first attribute that updateReferral has to change; empty for none.
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
