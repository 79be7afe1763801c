package customer

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

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

// parseProfiles reads the configured JSON object.
func parseProfiles(text string) (profileSet, error) {
	set := profileSet{}
	err := input.DecodeObject(text, func(id string, dec *jsontext.Decoder) error {
		if length := utf8.RuneCountInString(id); length == 0 || length > talonone.MaxIntegrationID {
			return fmt.Errorf("an integration ID has 1 to %d characters, and %.40q has %d", talonone.MaxIntegrationID, id, length)
		}
		attributes, err := parseMember(dec)
		if err != nil {
			return fmt.Errorf("profile %s: %w", label(id), err)
		}
		set[id] = attributes.String()
		return nil
	})
	return set, err
}

// parseMember reads the attributes of one profile from a larger document.
func parseMember(dec *jsontext.Decoder) (customattr.Attributes, error) {
	if kind := dec.PeekKind(); kind != jsontext.KindBeginObject {
		return nil, fmt.Errorf("the attributes must be an object, not %s", input.KindName(kind))
	}
	value, err := dec.ReadValue()
	if err != nil {
		return nil, err
	}
	return customattr.Parse(string(value))
}

// set is what the model manages; empty where it is null or unknown.
func (m profilesModel) set() (profileSet, error) {
	if m.Profiles.IsNull() || m.Profiles.IsUnknown() {
		return profileSet{}, nil
	}
	return parseProfiles(m.Profiles.ValueString())
}

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

// known is the part of an imported set that the configuration has too: what it
// lacks was never set by Terraform, and is let go instead of cleared or erased.
func (s profileSet) known(desired profileSet) profileSet {
	part := make(profileSet, len(desired))
	for id := range desired {
		if _, imported := s[id]; imported {
			part[id] = s.attributes(id).Managed(desired.attributes(id)).String()
		}
	}
	return part
}

// profilesSync is what an apply does to many profiles.
type profilesSync struct {
	changes bulk.Changes
	updates []talonone.ProfileUpdate
	// erased are the removed profiles whose data goes.
	erased []string
}

// planSync compares two sets; erase says whether what is removed loses its data.
func planSync(before, desired profileSet, erase bool) profilesSync {
	sync := profilesSync{changes: bulk.Diff(before, desired, input.EqualJSON)}
	for _, id := range slices.Sorted(slices.Values(slices.Concat(sync.changes.Added, sync.changes.Updated))) {
		sent := desired.attributes(id).Clearing(before.attributes(id))
		sync.updates = append(sync.updates, talonone.ProfileUpdate{IntegrationID: id, Attributes: json.RawMessage(sent.String())})
	}
	if erase {
		sync.erased = sync.changes.Removed
	}
	return sync
}

func (s profilesSync) summary() bulk.Summary {
	return s.changes.Summary(bulk.Requests(len(s.updates), talonone.MaxProfiles) + len(s.erased))
}

// parseImportID reads the IDs to import: a JSON array, or IDs with commas between.
func parseImportID(text string) ([]string, error) {
	ids := strings.Split(text, ",")
	if strings.HasPrefix(text, "[") {
		if err := json.Unmarshal([]byte(text), &ids); err != nil {
			return nil, errors.New("it begins like a JSON array, and is none")
		}
	}
	for i, id := range ids {
		if length := utf8.RuneCountInString(id); length == 0 || length > talonone.MaxIntegrationID {
			return nil, fmt.Errorf("integration ID %d has %d characters, and 1 to %d are allowed", i+1, length, talonone.MaxIntegrationID)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
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
