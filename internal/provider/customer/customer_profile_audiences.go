package customer

import (
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
)

// changesType is the type of audience_changes.
var changesType = types.ObjectType{AttrTypes: map[string]attr.Type{
	"adds": types.ListType{ElemType: types.Int64Type}, "deletes": types.ListType{ElemType: types.Int64Type},
}}

// audienceChanges are the lists of audience_changes; null where there are none.
func (m profileModel) audienceChanges() (adds, deletes types.List) {
	none := types.ListNull(types.Int64Type)
	if m.AudienceChanges.IsNull() || m.AudienceChanges.IsUnknown() {
		return none, none
	}
	adds, _ = m.AudienceChanges.Attributes()["adds"].(types.List)
	deletes, _ = m.AudienceChanges.Attributes()["deletes"].(types.List)
	return adds, deletes
}

// isMember says whether the audiences of the model have one with the ID.
func (m profileModel) isMember(audience attr.Value) bool {
	return slices.ContainsFunc(m.AudienceMemberships.Elements(), func(membership attr.Value) bool {
		object, ok := membership.(types.Object)
		return ok && object.Attributes()["id"].Equal(audience)
	})
}

// moves are the audiences that the configuration wants the customer to join and to leave, without those where the prior
// state shows that nothing is to be done. known is false where it depends on unknown values.
func (m profileModel) moves(prior profileModel) (joins, leaves []int64, known bool) {
	known = !m.AudienceChanges.IsUnknown()
	pick := func(list types.List, settled bool) []int64 {
		known = known && !list.IsUnknown()
		var ids []int64
		for _, element := range list.Elements() {
			known = known && !element.IsUnknown()
			if id, ok := element.(types.Int64); ok && !id.IsUnknown() && prior.isMember(id) != settled {
				ids = append(ids, id.ValueInt64())
			}
		}
		return ids
	}
	adds, deletes := m.audienceChanges()
	return pick(adds, true), pick(deletes, false), known
}

// settledChanges is audience_changes without the audiences for which the deployment shows the opposite: what a refresh
// finds, so that the plan shows what is to be done again.
func (m profileModel) settledChanges() types.Object {
	if m.AudienceChanges.IsNull() || m.AudienceChanges.IsUnknown() {
		return m.AudienceChanges
	}
	keep := func(list types.List, member bool) types.List {
		if list.IsNull() {
			return list
		}
		kept := []attr.Value{}
		for _, element := range list.Elements() {
			if m.isMember(element) == member {
				kept = append(kept, element)
			}
		}
		return types.ListValueMust(types.Int64Type, kept)
	}
	adds, deletes := m.audienceChanges()
	return types.ObjectValueMust(changesType.AttrTypes, map[string]attr.Value{"adds": keep(adds, true), "deletes": keep(deletes, false)})
}

// membershipClaims are the memberships that audience_changes decides on: no other resource may manage them.
func (m profileModel) membershipClaims(state profileModel) []bulk.Claim {
	if m.IntegrationID.IsUnknown() {
		return nil
	}
	row := m.IntegrationID.ValueString()
	adds, deletes := m.audienceChanges()
	heldAdds, heldDeletes := state.audienceChanges()
	held := slices.Concat(heldAdds.Elements(), heldDeletes.Elements())
	var claims []bulk.Claim
	for _, element := range slices.Concat(adds.Elements(), deletes.Elements()) {
		id, ok := element.(types.Int64)
		if !ok || id.IsUnknown() {
			continue
		}
		target := framework.MembersTarget(id)
		claims = append(claims, bulk.Claim{
			Subject: bulk.Subject{Noun: framework.MemberNoun, Place: target, ResourceType: profileType, ImportID: row},
			Target:  target, At: path.Root("audience_changes"), Rows: []string{row},
			Held: func(string) bool {
				return slices.ContainsFunc(held, func(other attr.Value) bool { return other.Equal(id) })
			},
		})
	}
	return claims
}

// validateAudienceChanges refuses an audience that is to be joined and left, and none at all: Terraform drops a misspelled
// name of a list without a word.
func (m profileModel) validateAudienceChanges(diags *diag.Diagnostics) {
	adds, deletes := m.audienceChanges()
	if !m.AudienceChanges.IsNull() && !m.AudienceChanges.IsUnknown() && adds.IsNull() && deletes.IsNull() {
		diags.AddAttributeError(path.Root("audience_changes"), "No audiences", "Set adds, deletes or both to lists of audience IDs, or omit audience_changes.")
	}
	for i, element := range deletes.Elements() {
		if !element.IsUnknown() && slices.ContainsFunc(adds.Elements(), func(other attr.Value) bool { return other.Equal(element) }) {
			diags.AddAttributeError(path.Root("audience_changes").AtName("deletes").AtListIndex(i), "Audience listed twice",
				"Audience "+element.String()+" is in adds and in deletes. Remove it from one of them.")
		}
	}
}
