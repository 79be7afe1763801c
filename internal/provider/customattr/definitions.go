package customattr

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// Definitions are the custom attributes of one entity, by name.
type Definitions map[string]talonone.AttributeDefinition

// DefinitionsOf reads the account's definitions of an entity, narrowed by keep
// where it is not nil. It returns nil where they are not checked: validate_attributes is off, there is no Management key, or the key does not
// allow the endpoint. Other failures are reported.
func DefinitionsOf(ctx context.Context, d *framework.Data, entity talonone.Entity, keep func(talonone.AttributeDefinition) bool, diags *diag.Diagnostics) Definitions {
	if !d.ValidateAttributes || !d.Client.HasManagementKey() {
		return nil
	}
	all, err := d.Client.GetAttributes(ctx)
	switch {
	case talonone.IsUnauthorized(err):
		return nil
	case err != nil:
		framework.AddError(diags, framework.Operation{Construct: "validate_attributes", Action: "read attribute definitions"}, err)
		return nil
	}
	definitions := Definitions{}
	for _, definition := range d.Attributes.Over(all) {
		if definition.Entity == entity && (keep == nil || keep(definition)) {
			definitions[definition.Name] = definition
		}
	}
	return definitions
}

// Check reports on at every attribute of a JSON object that the account does
// not define for the entity, or defines with another type. Unknown and null objects
// have nothing to check.
func Check(ctx context.Context, d *framework.Data, entity talonone.Entity, keep func(talonone.AttributeDefinition) bool, configured jsontypes.Normalized, at path.Path, diags *diag.Diagnostics) {
	if configured.IsNull() || configured.IsUnknown() {
		return
	}
	attributes, err := Parse(configured.ValueString())
	if err != nil {
		diags.AddAttributeError(at, "Invalid attributes", err.Error())
		return
	}
	definitions := DefinitionsOf(ctx, d, entity, keep, diags)
	if definitions == nil {
		return
	}
	for _, problem := range definitions.Problems(entity, attributes) {
		framework.AddMissing(diags, at, "Invalid attribute", problem)
	}
}

// Problems says what is wrong with the attributes, in order of their names. null, which clears an attribute, and no value
// at all are always right. A nil d, where nothing can be checked, finds nothing.
func (d Definitions) Problems(entity talonone.Entity, attributes Attributes) []string {
	if d == nil {
		return nil
	}
	var problems []string
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		if problem := d.Problem(entity, name, attributes[name]); problem != "" {
			problems = append(problems, problem)
		}
	}
	return problems
}

// Problem is what Problems says about one attribute; "" when it is right.
func (d Definitions) Problem(entity talonone.Entity, name string, text json.RawMessage) string {
	if d == nil {
		return ""
	}
	definition, ok := d[name]
	if !ok {
		return fmt.Sprintf("The account defines no attribute %q for %s. It defines: %s. Correct the name, or create the attribute with the resource talonone_attribute. "+
			"If this configuration creates it already, let this resource depend on it, so that it is planned and created first: refer to its name or add it to depends_on.",
			name, entity, d.names())
	}
	if len(text) == 0 || isCleared(text) || isPlain(definition.Type, text[0]) {
		return ""
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return fmt.Sprintf("Attribute %q: %s.", name, err)
	}
	if hasType(definition.Type, value) {
		return ""
	}
	return fmt.Sprintf("Attribute %q of %s has type %s, and this value is %s. Write %s.", name, entity, definition.Type, describe(value), form(definition.Type))
}

func (d Definitions) names() string {
	if len(d) == 0 {
		return "none"
	}
	names := slices.Sorted(maps.Keys(d))
	const shown = 20
	if len(names) > shown {
		return strings.Join(names[:shown], ", ") + fmt.Sprintf(" and %d more", len(names)-shown)
	}
	return strings.Join(names, ", ")
}

// isPlain tells by its first character that a JSON value has an attribute type, which spares a million values from being decoded.
func isPlain(kind string, first byte) bool {
	switch kind {
	case "string":
		return first == '"'
	case "number":
		return first == '-' || first >= '0' && first <= '9'
	case "boolean":
		return first == 't' || first == 'f'
	default:
		return false
	}
}

// hasType says whether a decoded JSON value has an attribute type of the API.
func hasType(kind string, value any) bool {
	if element, isList := strings.CutPrefix(kind, "(list "); isList {
		list, ok := value.([]any)
		element = strings.TrimSuffix(element, ")")
		return ok && !slices.ContainsFunc(list, func(v any) bool { return !hasType(element, v) })
	}
	switch kind {
	case "string":
		_, ok := value.(string)
		return ok
	case "number":
		_, ok := value.(json.Number)
		return ok
	case "boolean":
		_, ok := value.(bool)
		return ok
	case "time":
		text, ok := value.(string)
		if !ok {
			return false
		}
		_, err := time.Parse(time.RFC3339, text)
		return err == nil
	default:
		// The JSON form of a location is not documented.
		return true
	}
}

func describe(value any) string {
	switch value.(type) {
	case string:
		return "a string"
	case json.Number:
		return "a number"
	case bool:
		return "a boolean"
	case []any:
		return "a list"
	default:
		return "an object"
	}
}

// form says how a value of an attribute type is written.
func form(kind string) string {
	if element, isList := strings.CutPrefix(kind, "(list "); isList {
		return "a list, each element " + form(strings.TrimSuffix(element, ")"))
	}
	switch kind {
	case "time":
		return `an RFC 3339 time in quotes, such as "2026-03-01T10:00:00Z"`
	case "string":
		return "a string in quotes"
	case "boolean":
		return "true or false"
	default:
		return "a number without quotes"
	}
}
