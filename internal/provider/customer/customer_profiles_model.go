package customer

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// profilesModel mirrors the resource talonone_customer_profiles.
type profilesModel struct {
	Profiles          jsontypes.Normalized `tfsdk:"profiles"`
	EraseOnDestroy    types.Bool           `tfsdk:"erase_on_destroy"`
	MaxRemovalPercent types.Int64          `tfsdk:"max_removal_percent"`
	Sandbox           types.Bool           `tfsdk:"sandbox"`
	LastSync          types.Object         `tfsdk:"last_sync"`
	Timeouts          timeouts.Value       `tfsdk:"timeouts"`
}

// profilesIdentity mirrors the resource's identity.
type profilesIdentity struct {
	IntegrationIDs types.String `tfsdk:"integration_ids"`
}

// profileSet holds the managed attributes of many profiles: integration ID to
// canonical JSON object. Texts take a fraction of the memory of decoded ones.
type profileSet map[string]string

// ids are the integration IDs, sorted.
func (s profileSet) ids() []string { return slices.Sorted(maps.Keys(s)) }

// attributes is the attributes of one profile; empty for one that is not in the set.
func (s profileSet) attributes(id string) customattr.Attributes {
	text, ok := s[id]
	if !ok {
		return customattr.Attributes{}
	}
	// The text was made by customattr.Attributes.String.
	attributes, _ := customattr.Parse(text)
	return attributes
}

// value is the set as one JSON string. It is prior's text where that says the same.
func (s profileSet) value(prior profileSet, text jsontypes.Normalized) jsontypes.Normalized {
	if bulk.Diff(prior, s, input.EqualJSON).Empty() && !text.IsNull() {
		return text
	}
	var b strings.Builder
	b.WriteByte('{')
	for i, id := range s.ids() {
		if i > 0 {
			b.WriteByte(',')
		}
		quoted, _ := jsontext.AppendQuote(nil, id)
		b.Write(quoted)
		b.WriteByte(':')
		b.WriteString(s[id])
	}
	b.WriteByte('}')
	return jsontypes.NewNormalizedValue(b.String())
}

// managedOf is the part of the deployment's profiles that prior manages.
// Profiles that are gone are left out, so that the plan shows them.
func managedOf(deployed map[string]*talonone.CustomerProfile, prior profileSet) (profileSet, error) {
	now := make(profileSet, len(prior))
	for id := range prior {
		profile, exists := deployed[id]
		if !exists {
			continue
		}
		attributes, err := customattr.FromAPI(profile.Attributes)
		if err != nil {
			return nil, fmt.Errorf("profile %s: %w", label(id), err)
		}
		now[id] = attributes.Managed(prior.attributes(id)).String()
	}
	return now, nil
}

// takenOver is all attributes of the deployment's profiles.
func takenOver(deployed map[string]*talonone.CustomerProfile) (profileSet, error) {
	now := make(profileSet, len(deployed))
	for id, profile := range deployed {
		attributes, err := customattr.FromAPI(profile.Attributes)
		if err != nil {
			return nil, fmt.Errorf("profile %s: %w", label(id), err)
		}
		now[id] = attributes.String()
	}
	return now, nil
}

// identityOf names a set of profiles by their IDs, as it is when it comes under
// Terraform's management; an identity never changes afterwards.
func identityOf(managed profileSet) profilesIdentity {
	text := []byte{'['}
	for i, id := range managed.ids() {
		if i > 0 {
			text = append(text, ',')
		}
		text, _ = jsontext.AppendQuote(text, id)
	}
	return profilesIdentity{IntegrationIDs: types.StringValue(string(append(text, ']')))}
}
