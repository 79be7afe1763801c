package customer

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// rows is what the model manages; empty where it is null or unknown.
func (m profilesModel) rows(diags *diag.Diagnostics) profileRows {
	if m.Profiles.IsNull() || m.Profiles.IsUnknown() {
		return profileRows{}
	}
	rows, err := parseProfiles(m.Profiles.ValueString())
	if err != nil {
		diags.AddAttributeError(path.Root("profiles"), "Invalid profiles", err.Error())
	}
	return rows
}

// parseProfiles reads the configured JSON object.
func parseProfiles(text string) (profileRows, error) {
	rows := profileRows{}
	err := input.DecodeObject(text, func(id string, dec *jsontext.Decoder) error {
		if length := utf8.RuneCountInString(id); length == 0 || length > talonone.MaxIntegrationID {
			return fmt.Errorf("an integration ID has 1 to %d characters, and %.40q has %d", talonone.MaxIntegrationID, id, length)
		}
		if kind := dec.PeekKind(); kind != jsontext.KindBeginObject {
			return fmt.Errorf("profile %s: the attributes must be an object, not %s", label(id), input.KindName(kind))
		}
		value, err := dec.ReadValue()
		if err != nil {
			return fmt.Errorf("profile %s: %w", label(id), err)
		}
		attributes, err := customattr.Parse(string(value))
		if err != nil {
			return fmt.Errorf("profile %s: %w", label(id), err)
		}
		rows[id] = attributes.String()
		return nil
	})
	return rows, err
}

// parseImportID reads the IDs to import: a JSON array, or IDs separated by commas.
func parseImportID(text string) ([]string, error) {
	ids := strings.Split(text, ",")
	if strings.HasPrefix(text, "[") {
		if err := json.Unmarshal([]byte(text), &ids); err != nil {
			return nil, errors.New("it looks like a JSON array but is not valid")
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
