package customer

import (
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// profilesModel mirrors the resource talonone_customer_profiles.
type profilesModel struct {
	framework.Deployed

	Profiles          jsontypes.Normalized `tfsdk:"profiles"`
	EraseOnDestroy    types.Bool           `tfsdk:"erase_on_destroy"`
	MaxRemovalPercent types.Float64        `tfsdk:"max_removal_percent"`
	Sandbox           types.Bool           `tfsdk:"sandbox"`
	LastSync          types.Object         `tfsdk:"last_sync"`
	Timeouts          timeouts.Value       `tfsdk:"timeouts"`
}

func (m *profilesModel) guards() bulk.Guards {
	return bulk.Guards{MaxRemovalPercent: m.MaxRemovalPercent, Erases: m.EraseOnDestroy}
}

// profilesIdentity mirrors the resource's identity.
type profilesIdentity struct {
	IntegrationIDs types.String `tfsdk:"integration_ids"`
}

var profilesNoun = bulk.Noun{One: "profile", Many: "profiles"}

// profileRows holds the managed attributes of many profiles: integration ID to canonical JSON
// object. Texts take a fraction of the memory of decoded ones.
type profileRows map[string]string

// ids are the integration IDs, sorted.
func (r profileRows) ids() []string { return slices.Sorted(maps.Keys(r)) }

// attributes is the attributes of one profile; empty for one that is not in the rows.
func (r profileRows) attributes(id string) customattr.Attributes {
	// The text was written by customattr.Attributes.String; a missing one is empty.
	attributes, _ := customattr.Parse(r[id])
	return attributes
}

// value is the rows as one JSON string. It is prior's text where that means the same.
func (r profileRows) value(prior profileRows, text jsontypes.Normalized) jsontypes.Normalized {
	if bulk.Compare(prior, r, input.EqualJSON).Empty() && !text.IsNull() {
		return text
	}
	return jsontypes.NewNormalizedValue(input.ObjectOf(r))
}

// narrowed is the part of imported rows that desired lists too, names of attributes included.
func (r profileRows) narrowed(desired profileRows) profileRows {
	part := make(profileRows, len(desired))
	for id := range desired {
		if _, imported := r[id]; imported {
			part[id] = r.attributes(id).Managed(desired.attributes(id)).String()
		}
	}
	return part
}

// rowsFromAPI is the deployment's profiles: all attributes, or those that prior manages where it is
// not nil. Profiles that are gone are omitted, so that the plan shows them.
func rowsFromAPI(remote map[string]*talonone.CustomerProfile, prior profileRows) (profileRows, error) {
	rows := make(profileRows, len(remote))
	for id, profile := range remote {
		attributes, err := customattr.FromAPI(profile.Attributes)
		if err != nil {
			return nil, fmt.Errorf("profile %s: %w", label(id), err)
		}
		if prior != nil {
			attributes = attributes.Managed(prior.attributes(id))
		}
		rows[id] = attributes.String()
	}
	return rows, nil
}

// identityOf names a set of profiles by their IDs, as it is when it comes under Terraform's
// management; an identity never changes afterwards.
func identityOf(rows profileRows) profilesIdentity {
	text := []byte{'['}
	for i, id := range rows.ids() {
		if i > 0 {
			text = append(text, ',')
		}
		text = input.AppendString(text, id)
	}
	return profilesIdentity{IntegrationIDs: types.StringValue(string(append(text, ']')))}
}
