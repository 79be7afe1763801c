// Package audience holds the constructs about audiences and their members.
package audience

import (
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// audienceModel mirrors the resource talonone_audience.
type audienceModel struct {
	framework.Deployed
	framework.Timed

	ID                       types.Int64       `tfsdk:"id"`
	AccountID                types.Int64       `tfsdk:"account_id"`
	Created                  timetypes.RFC3339 `tfsdk:"created"`
	Name                     types.String      `tfsdk:"name"`
	Description              types.String      `tfsdk:"description"`
	Sandbox                  types.Bool        `tfsdk:"sandbox"`
	Integration              types.String      `tfsdk:"integration"`
	IntegrationID            types.String      `tfsdk:"integration_id"`
	CreatedIn3rdParty        types.Bool        `tfsdk:"created_in_3rd_party"`
	SubscribedApplicationIDs types.List        `tfsdk:"subscribed_application_ids"`
	DeletionProtection       types.Bool        `tfsdk:"deletion_protection"`
}

func (m *audienceModel) guards() bulk.Guards {
	return bulk.Guards{DeletionProtection: m.DeletionProtection}
}

// claim is what the resource owns.
func (m *audienceModel) claim() bulk.Claim {
	id := m.ID.String()
	return bulk.Claim{
		Subject: bulk.Subject{Noun: bulk.Noun{One: "audience", Many: "audiences"}, Place: "the account", ResourceType: resourceType, ImportID: id},
		Target:  "audiences", At: path.Root("name"), Rows: []string{id}, Lost: "its memberships are deleted with it",
	}
}

// audienceIdentity mirrors the resource's identity.
type audienceIdentity struct {
	ID types.Int64 `tfsdk:"id"`
}

// toAPI is the audience as configured; what is not configured is left to the deployment.
func (m *audienceModel) toAPI() talonone.NewAudience {
	return talonone.NewAudience{
		Name:                     m.Name.ValueString(),
		Sandbox:                  framework.BoolPointer(m.Sandbox),
		Description:              framework.StringPointer(m.Description),
		SubscribedApplicationIDs: m.applicationIDs(),
		Integration:              framework.StringPointer(m.Integration),
		IntegrationID:            framework.StringPointer(m.IntegrationID),
		CreatedIn3rdParty:        framework.BoolPointer(m.CreatedIn3rdParty),
	}
}

// toUpdate is the part that updateAudienceV2 can change.
func (m *audienceModel) toUpdate() talonone.AudienceUpdate {
	return talonone.AudienceUpdate{Name: m.Name.ValueString(), SubscribedApplicationIDs: m.applicationIDs()}
}

func (m *audienceModel) applicationIDs() []int64 {
	ids, _ := framework.Int64s(m.SubscribedApplicationIDs)
	return ids
}

// fromAPI is the server's response. prior, from configuration or state, keeps what
// the API has no notion of, and decides between null and empty.
func fromAPI(api *talonone.Audience, prior audienceModel) audienceModel {
	model := audienceModel{
		Deployed:                 prior.Deployed,
		ID:                       types.Int64Value(api.ID),
		AccountID:                types.Int64Value(api.AccountID),
		Created:                  framework.Time(api.Created),
		Name:                     types.StringValue(api.Name),
		Description:              types.StringValue(framework.ValueOf(api.Description)),
		Sandbox:                  types.BoolPointerValue(api.Sandbox),
		Integration:              framework.OptionalString(api.Integration, prior.Integration),
		IntegrationID:            framework.OptionalString(api.IntegrationID, prior.IntegrationID),
		CreatedIn3rdParty:        types.BoolValue(framework.ValueOf(api.CreatedIn3rdParty)),
		SubscribedApplicationIDs: framework.Int64List(api.SubscribedApplicationIDs, prior.SubscribedApplicationIDs),
		DeletionProtection:       types.BoolValue(prior.DeletionProtection.ValueBool()),
	}
	model.LocatedIn(api.AccountID, 0)
	return model
}

// matches says whether an audience is what a create with these settings makes.
func matches(api *talonone.Audience, want talonone.NewAudience) bool {
	return api.Name == want.Name &&
		framework.ValueOf(api.Description) == framework.ValueOf(want.Description) &&
		framework.ValueOf(api.Integration) == framework.ValueOf(want.Integration) &&
		framework.ValueOf(api.IntegrationID) == framework.ValueOf(want.IntegrationID) &&
		framework.ValueOf(api.CreatedIn3rdParty) == framework.ValueOf(want.CreatedIn3rdParty) &&
		(want.Sandbox == nil || framework.ValueOf(api.Sandbox) == *want.Sandbox) &&
		(want.SubscribedApplicationIDs == nil || framework.SameNumbers(api.SubscribedApplicationIDs, want.SubscribedApplicationIDs))
}

// equal are the audiences with exactly these settings, oldest first.
func equal(listing *talonone.AudienceListing, want talonone.NewAudience) []*talonone.Audience {
	var found []*talonone.Audience
	for _, audience := range listing.All {
		if matches(audience, want) {
			found = append(found, audience)
		}
	}
	return found
}
