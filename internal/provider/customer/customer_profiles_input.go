package customer

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

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
