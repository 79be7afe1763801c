package referral

import (
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// referralModel mirrors the resource talonone_referral.
type referralModel struct {
	framework.Deployed
	framework.Timed

	ID            types.Int64          `tfsdk:"id"`
	ApplicationID types.Int64          `tfsdk:"application_id"`
	CampaignID    types.Int64          `tfsdk:"campaign_id"`
	Advocate      types.String         `tfsdk:"advocate_profile_integration_id"`
	Friend        types.String         `tfsdk:"friend_profile_integration_id"`
	StartDate     timetypes.RFC3339    `tfsdk:"start_date"`
	ExpiryDate    timetypes.RFC3339    `tfsdk:"expiry_date"`
	UsageLimit    types.Int64          `tfsdk:"usage_limit"`
	Attributes    jsontypes.Normalized `tfsdk:"attributes"`
	Code          types.String         `tfsdk:"code"`
	UsageCounter  types.Int64          `tfsdk:"usage_counter"`
	Created       timetypes.RFC3339    `tfsdk:"created"`
}

// referralIdentity mirrors the resource's identity.
type referralIdentity struct {
	CampaignID types.Int64 `tfsdk:"campaign_id"`
	ID         types.Int64 `tfsdk:"id"`
}

func (m *referralModel) identity() referralIdentity {
	return referralIdentity{CampaignID: m.CampaignID, ID: m.ID}
}

// settings is what is configured; what is not is omitted.
func (m *referralModel) settings() settings {
	return settings{
		Friend: m.Friend.ValueString(), UsageLimit: int64Pointer(m.UsageLimit),
		Start: timeOf(m.StartDate), Expiry: timeOf(m.ExpiryDate), Attributes: m.Attributes.ValueString(),
	}
}

// toAPI is the referral as configured.
func (m *referralModel) toAPI() talonone.NewReferral {
	wanted := m.settings()
	return talonone.NewReferral{
		CampaignID: m.CampaignID.ValueInt64(), AdvocateProfileIntegrationID: m.Advocate.ValueString(),
		FriendProfileIntegrationID: framework.StringPointer(m.Friend), StartDate: wanted.Start, ExpiryDate: wanted.Expiry,
		UsageLimit: wanted.UsageLimit, Attributes: json.RawMessage(wanted.Attributes),
	}
}

// fromAPI is the server's response. prior, from configuration or state, keeps the Application, which no response names,
// and the spelling of what is the same.
func fromAPI(api *talonone.Referral, prior referralModel) referralModel {
	return referralModel{
		Deployed:      prior.Deployed,
		ID:            types.Int64Value(api.ID),
		ApplicationID: prior.ApplicationID,
		CampaignID:    types.Int64Value(api.CampaignID),
		Advocate:      framework.FoldedString(api.AdvocateProfileIntegrationID, prior.Advocate),
		Friend:        framework.OptionalFolded(api.FriendProfileIntegrationID, prior.Friend),
		StartDate:     dateFrom(api.StartDate, prior.StartDate),
		ExpiryDate:    dateFrom(api.ExpiryDate, prior.ExpiryDate),
		UsageLimit:    types.Int64Value(api.UsageLimit),
		Attributes:    attributesFrom(api.Attributes, prior.Attributes),
		Code:          types.StringValue(api.Code),
		UsageCounter:  types.Int64Value(api.UsageCounter),
		Created:       framework.Time(api.Created),
	}
}
