package audience

import (
	"slices"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// membershipNoun are the rows of talonone_customer_audiences. Their keys are the IDs of the audiences.
var membershipNoun = bulk.Noun{One: "membership", Many: "memberships"}

// customerAudiencesModel mirrors the resource talonone_customer_audiences.
type customerAudiencesModel struct {
	framework.Deployed

	ProfileIntegrationID types.String   `tfsdk:"profile_integration_id"`
	AudienceIDs          types.List     `tfsdk:"audience_ids"`
	Ownership            types.String   `tfsdk:"ownership"`
	MaxRemovalPercent    types.Float64  `tfsdk:"max_removal_percent"`
	LastSync             types.Object   `tfsdk:"last_sync"`
	Timeouts             timeouts.Value `tfsdk:"timeouts"`
}

// customerAudiencesIdentity mirrors the resource's identity.
type customerAudiencesIdentity struct {
	ProfileIntegrationID types.String `tfsdk:"profile_integration_id"`
}

func (m *customerAudiencesModel) exclusive() bool { return m.Ownership.ValueString() == bulk.Exclusive }

// listed are the IDs of the list as texts; false while one is unknown. The known ones are returned all the same.
func (m *customerAudiencesModel) listed() (ids []string, known bool) {
	ids, known = []string{}, !m.AudienceIDs.IsUnknown() && !m.AudienceIDs.IsNull()
	for _, element := range m.AudienceIDs.Elements() {
		id, ok := element.(types.Int64)
		if !ok || id.IsUnknown() || id.IsNull() {
			known = false
			continue
		}
		ids = append(ids, id.String())
	}
	return ids, known
}

func (m *customerAudiencesModel) guards() bulk.Guards {
	return bulk.Guards{MaxRemovalPercent: m.MaxRemovalPercent}
}

// targetOfKeys is everything that the customer belongs to.
func targetOfKeys(ids []string) bulk.Target { return bulk.TargetOf(bulk.DigestOf(bulk.SetOf(ids))) }

// rows are the memberships that the resource manages.
func (m *customerAudiencesModel) rows() map[string]struct{} {
	ids, _ := m.listed()
	return bulk.SetOf(ids)
}

func (m *customerAudiencesModel) subject() bulk.Subject {
	id := m.ProfileIntegrationID.ValueString()
	return bulk.Subject{Noun: membershipNoun, Place: "customer " + strconv.Quote(id), ResourceType: customerAudiencesType, ImportID: id}
}

// claim is what the resource wants to own: the customer as a member of each of the audiences.
func (m *customerAudiencesModel) claim(audiences []string) bulk.Across {
	return bulk.Across{
		Claim: bulk.Claim{Subject: m.subject(), At: path.Root("audience_ids"), Rows: audiences, Exclusive: m.exclusive()},
		Kind:  framework.MembersKind, Row: m.ProfileIntegrationID.ValueString(),
	}
}

// targetKey names the customer in the memory of the process.
func (m *customerAudiencesModel) targetKey() string {
	return customerAudiencesType + " " + m.ProfileIntegrationID.ValueString()
}

// setAudiences puts in the audiences that the customer belongs to: those of the list, in its order, and behind them the others,
// where the resource is exclusive or imports all.
func (m *customerAudiencesModel) setAudiences(remote []string) {
	listed, known := m.listed()
	kept := bulk.In(listed, bulk.SetOf(remote))
	if m.exclusive() || m.AudienceIDs.IsNull() {
		kept = append(kept, bulk.NotIn(remote, bulk.SetOf(listed))...)
	}
	if !known || !slices.Equal(kept, listed) {
		m.AudienceIDs = idNumbers(kept)
	}
}

// setLastSync records a change, if it moves any rows; total is how many the resource manages afterwards.
func (m *customerAudiencesModel) setLastSync(change bulk.Plan, total int) {
	if !change.Empty() {
		m.LastSync = change.LastSync(m.LastSync, total, membershipNoun, nil)
	}
}

// update is the change of the rows from a state.
func (m *customerAudiencesModel) update(state *customerAudiencesModel, seen *bulk.Target) bulk.KeyUpdate {
	return bulk.KeyUpdate{Prior: state.rows(), Desired: m.rows(), Before: state.Ownership, After: m.Ownership, Seen: seen}
}

// actions are the change as the API takes it: who joins comes first, so that a refusal removes nothing.
func (m *customerAudiencesModel) actions(added, removed []string) []talonone.AudienceAction {
	actions := make([]talonone.AudienceAction, 0, len(added)+len(removed))
	for _, part := range []struct {
		action string
		ids    []string
	}{{talonone.AddToAudience, added}, {talonone.DeleteFromAudience, removed}} {
		for _, id := range part.ids {
			actions = append(actions, talonone.AudienceAction{Action: part.action, ProfileIntegrationID: m.ProfileIntegrationID.ValueString(), AudienceID: idNumber(id)})
		}
	}
	return actions
}

// idNumber is an ID as a number. Rows are texts that were numbers before.
func idNumber(text string) int64 {
	id, _ := strconv.ParseInt(text, 10, 64)
	return id
}

func numberText(id int64) string { return strconv.FormatInt(id, 10) }

func idNumbers(ids []string) types.List {
	elements := make([]attr.Value, len(ids))
	for i, id := range ids {
		elements[i] = types.Int64Value(idNumber(id))
	}
	return types.ListValueMust(types.Int64Type, elements)
}
