package customer

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// profileModel mirrors the resource talonone_customer_profile.
type profileModel struct {
	framework.Deployed
	framework.Timed

	IntegrationID       types.String         `tfsdk:"integration_id"`
	Attributes          jsontypes.Normalized `tfsdk:"attributes"`
	AudienceChanges     types.Object         `tfsdk:"audience_changes"`
	RunRuleEngine       types.Bool           `tfsdk:"run_rule_engine"`
	ResponseContent     types.List           `tfsdk:"response_content"`
	EraseOnDestroy      types.Bool           `tfsdk:"erase_on_destroy"`
	ID                  types.Int64          `tfsdk:"id"`
	AccountID           types.Int64          `tfsdk:"account_id"`
	Created             timetypes.RFC3339    `tfsdk:"created"`
	LastActivity        timetypes.RFC3339    `tfsdk:"last_activity"`
	ClosedSessions      types.Int64          `tfsdk:"closed_sessions"`
	TotalSales          types.Number         `tfsdk:"total_sales"`
	AudienceMemberships types.List           `tfsdk:"audience_memberships"`
	Sandbox             types.Bool           `tfsdk:"sandbox"`
	Imported            types.Bool           `tfsdk:"imported"`
	Response            jsontypes.Normalized `tfsdk:"response"`
	Effects             types.List           `tfsdk:"effects"`
	CreatedCoupons      types.List           `tfsdk:"created_coupons"`
	CreatedReferrals    types.List           `tfsdk:"created_referrals"`
}

func (m profileModel) label() string { return "profile " + label(m.IntegrationID.ValueString()) }

// profileIdentity mirrors the resource's identity.
type profileIdentity struct {
	IntegrationID types.String `tfsdk:"integration_id"`
}

// profilesTarget is where profiles are, for all resources that manage some.
const profilesTarget = "profiles"

// erasure is what removing a profile does for good, if it erases it.
func erasure(erases types.Bool) string {
	if !erases.ValueBool() {
		return ""
	}
	return "erase_on_destroy is true, so all data of the customer is erased"
}

// claim is what the resource wants to own.
func (m profileModel) claim() bulk.Claim {
	id := m.IntegrationID.ValueString()
	return bulk.Claim{
		Subject: bulk.Subject{Noun: profilesNoun, Place: "the deployment", ResourceType: profileType, ImportID: id},
		Target:  profilesTarget, At: path.Root("integration_id"), Rows: []string{id}, Lost: erasure(m.EraseOnDestroy),
	}
}

// attributes is what the model manages; empty where it manages nothing or is unknown.
func (m profileModel) attributes() (customattr.Attributes, error) {
	if m.Attributes.IsNull() || m.Attributes.IsUnknown() {
		return customattr.Attributes{}, nil
	}
	return customattr.Parse(m.Attributes.ValueString())
}

// profileFromAPI is the deployment's response. prior, from configuration or state, says which
// attributes are managed, and keeps what the API has no notion of.
func profileFromAPI(api *talonone.CustomerProfile, prior profileModel) (profileModel, error) {
	model := prior
	model.setServerValues(api)
	model.AudienceChanges = model.settledChanges()
	model.Imported = types.BoolValue(prior.Imported.ValueBool())
	if prior.Attributes.IsNull() {
		return model, nil
	}
	deployed, err := customattr.FromAPI(api.Attributes)
	if err != nil {
		return model, err
	}
	managed, err := prior.attributes()
	if err != nil {
		return model, err
	}
	if now := deployed.Managed(managed); !now.Equal(managed) {
		model.Attributes = jsontypes.NewNormalizedValue(now.String())
	}
	return model, nil
}

// importedFromAPI is a profile with all its attributes, taken over from the deployment.
func importedFromAPI(api *talonone.CustomerProfile, prior profileModel) (profileModel, error) {
	model := prior
	model.setServerValues(api)
	model.Imported = types.BoolValue(true)
	deployed, err := customattr.FromAPI(api.Attributes)
	if err == nil && len(deployed) > 0 {
		model.Attributes = jsontypes.NewNormalizedValue(deployed.String())
	}
	return model, err
}

// planRun plans what an update brings about: only with rules is there something to wait for.
func (m *profileModel) planRun() {
	m.Response = jsontypes.NewNormalizedNull()
	if !m.ResponseContent.IsNull() {
		m.Response = jsontypes.NewNormalizedUnknown()
	}
	if m.RunRuleEngine.Equal(types.BoolValue(false)) {
		m.Effects, m.CreatedCoupons, m.CreatedReferrals = framework.Effects(nil), framework.CreatedCoupons(nil), framework.CreatedReferrals(nil)
	}
}

// keepRun is what an earlier update brought about, for a change that sends none.
func (m *profileModel) keepRun(state profileModel) {
	m.Effects, m.CreatedCoupons, m.CreatedReferrals, m.Response = state.Effects, state.CreatedCoupons, state.CreatedReferrals, state.Response
	if m.ResponseContent.IsNull() {
		m.Response = jsontypes.NewNormalizedNull()
	}
}

// setRun fills in what the update brought about.
func (m *profileModel) setRun(response *talonone.State, diags *diag.Diagnostics) {
	m.Response = framework.Parts(m.ResponseContent, response.Parts, diags)
	if m.Effects.IsUnknown() {
		m.Effects = framework.Effects(response.Effects)
		m.CreatedCoupons, m.CreatedReferrals = framework.CreatedCoupons(response.CreatedCoupons), framework.CreatedReferrals(response.CreatedReferrals)
	}
}

// setServerValues fills in what only the deployment decides.
func (m *profileModel) setServerValues(api *talonone.CustomerProfile) {
	m.LocatedIn(api.AccountID, 0)
	m.ID = types.Int64Value(api.ID)
	m.AccountID = types.Int64Value(api.AccountID)
	m.Created = framework.Time(api.Created)
	m.LastActivity = framework.OptionalTime(api.LastActivity)
	m.ClosedSessions = types.Int64Value(api.ClosedSessions)
	m.TotalSales = framework.Number(api.TotalSales)
	m.AudienceMemberships = membershipsFromAPI(api.AudienceMemberships)
	m.Sandbox = types.BoolPointerValue(api.Sandbox)
}

var membershipType = types.ObjectType{AttrTypes: map[string]attr.Type{"id": types.Int64Type, "name": types.StringType}}

func membershipsFromAPI(api []talonone.AudienceMembership) types.List {
	elements := make([]attr.Value, len(api))
	for i, membership := range api {
		elements[i] = types.ObjectValueMust(membershipType.AttrTypes, map[string]attr.Value{
			"id": types.Int64Value(membership.ID), "name": types.StringValue(membership.Name),
		})
	}
	return types.ListValueMust(membershipType, elements)
}

// label names a profile to a reader.
func label(integrationID string) string { return fmt.Sprintf("%q", integrationID) }
