package acctest

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Attributes are those of a configuration, as encoding/json would write them, or tftypes values.
// Omitted ones are null.
type Attributes map[string]any

// Problem is the text of all errors among diagnostics; "" when there are none.
func Problem(diagnostics []*tfprotov6.Diagnostic) string {
	return textOf(diagnostics, tfprotov6.DiagnosticSeverityError)
}

// Warning is the text of all warnings among diagnostics.
func Warning(diagnostics []*tfprotov6.Diagnostic) string {
	return textOf(diagnostics, tfprotov6.DiagnosticSeverityWarning)
}

func hasError(diagnostics []*tfprotov6.Diagnostic) bool {
	return slices.ContainsFunc(diagnostics, func(d *tfprotov6.Diagnostic) bool { return d.Severity == tfprotov6.DiagnosticSeverityError })
}

func textOf(diagnostics []*tfprotov6.Diagnostic, severity tfprotov6.DiagnosticSeverity) string {
	var parts []string
	for _, d := range diagnostics {
		if d.Severity == severity {
			at := ""
			if d.Attribute != nil {
				at = d.Attribute.String() + ": "
			}
			parts = append(parts, at+d.Summary+"\n"+d.Detail)
		}
	}
	return strings.Join(parts, "\n")
}

// value makes a value of a schema from attributes.
func (p *Process) value(t testing.TB, schema *tfprotov6.Schema, attributes Attributes) tftypes.Value {
	t.Helper()
	object, ok := schema.ValueType().(tftypes.Object)
	if !ok {
		t.Fatalf("the schema is not an object but %s", schema.ValueType())
	}
	value, err := fromJSON(object, map[string]any(attributes))
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// fromJSON makes a value of a type, with null for attributes that an object omits.
func fromJSON(kind tftypes.Type, from any) (tftypes.Value, error) {
	if from == nil {
		return tftypes.NewValue(kind, nil), nil
	}
	if value, ready := from.(tftypes.Value); ready {
		return value, nil
	}
	if kind.Is(tftypes.DynamicPseudoType) {
		text, err := json.Marshal(from)
		if err != nil {
			return tftypes.Value{}, err
		}
		return dynamicOf(text)
	}
	object, isObject := kind.(tftypes.Object)
	if !isObject {
		text, err := json.Marshal(from)
		if err != nil {
			return tftypes.Value{}, err
		}
		return tftypes.ValueFromJSON(text, kind) //nolint:staticcheck // It is deprecated for use outside of tests only.
	}
	given, err := asObject(from)
	if err != nil {
		return tftypes.Value{}, err
	}
	members := make(map[string]tftypes.Value, len(object.AttributeTypes))
	for name, member := range object.AttributeTypes {
		value, err := fromJSON(member, given[name])
		if err != nil {
			return tftypes.Value{}, fmt.Errorf("%s: %w", name, err)
		}
		members[name] = value
		delete(given, name)
	}
	for name := range given {
		return tftypes.Value{}, fmt.Errorf("there is no attribute %s", name)
	}
	return tftypes.NewValue(object, members), nil
}

// dynamicOf makes a value of the type that HCL gives a JSON text: objects, tuples and scalars.
func dynamicOf(text json.RawMessage) (tftypes.Value, error) {
	var object map[string]json.RawMessage
	var tuple []json.RawMessage
	var scalar any
	switch {
	case json.Unmarshal(text, &object) == nil && object != nil:
		kinds, members := make(map[string]tftypes.Type, len(object)), make(map[string]tftypes.Value, len(object))
		for name, part := range object {
			member, err := dynamicOf(part)
			if err != nil {
				return tftypes.Value{}, err
			}
			kinds[name], members[name] = member.Type(), member
		}
		return tftypes.NewValue(tftypes.Object{AttributeTypes: kinds}, members), nil
	case json.Unmarshal(text, &tuple) == nil && tuple != nil:
		var kinds []tftypes.Type
		var elements []tftypes.Value
		for _, part := range tuple {
			element, err := dynamicOf(part)
			if err != nil {
				return tftypes.Value{}, err
			}
			kinds, elements = append(kinds, element.Type()), append(elements, element)
		}
		return tftypes.NewValue(tftypes.Tuple{ElementTypes: kinds}, elements), nil
	}
	if err := json.Unmarshal(text, &scalar); err != nil {
		return tftypes.Value{}, err
	}
	switch scalar := scalar.(type) {
	case string:
		return tftypes.NewValue(tftypes.String, scalar), nil
	case bool:
		return tftypes.NewValue(tftypes.Bool, scalar), nil
	case float64:
		return tftypes.NewValue(tftypes.Number, scalar), nil
	default:
		return tftypes.NewValue(tftypes.DynamicPseudoType, nil), nil
	}
}

func asObject(from any) (map[string]any, error) {
	switch from := from.(type) {
	case map[string]any:
		return maps.Clone(from), nil
	case Attributes:
		return maps.Clone(from), nil
	default:
		return nil, fmt.Errorf("%T is not an object", from)
	}
}

func attributesOf(values map[string]tftypes.Value) Attributes {
	attributes := make(Attributes, len(values))
	for name, value := range values {
		attributes[name] = value
	}
	return attributes
}

func (p *Process) encode(t testing.TB, schema *tfprotov6.Schema, value tftypes.Value) *tfprotov6.DynamicValue {
	t.Helper()
	encoded, err := tfprotov6.NewDynamicValue(schema.ValueType(), value)
	if err != nil {
		t.Fatal(err)
	}
	return &encoded
}

func (p *Process) decode(t testing.TB, schema *tfprotov6.Schema, encoded *tfprotov6.DynamicValue) map[string]tftypes.Value {
	t.Helper()
	value, err := encoded.Unmarshal(schema.ValueType())
	if err != nil {
		t.Fatal(err)
	}
	if value.IsNull() {
		return nil
	}
	var members map[string]tftypes.Value
	if err := value.As(&members); err != nil {
		t.Fatal(err)
	}
	return members
}

// Planned is an attribute's planned value.
func (p *Process) Planned(t testing.TB, plan Plan, attribute string) tftypes.Value {
	t.Helper()
	return p.decode(t, p.schemas.ResourceSchemas[plan.Type], plan.planned)[attribute]
}

// Attribute is an attribute's value in an object.
func (p *Process) Attribute(t testing.TB, o Instance, attribute string) tftypes.Value {
	t.Helper()
	if o.state == nil {
		t.Fatalf("there is no %s in the state", o.Type)
	}
	return p.decode(t, p.schemas.ResourceSchemas[o.Type], o.state)[attribute]
}

// PlannedNumber is the text of a number within a planned object.
func (p *Process) PlannedNumber(t testing.TB, plan Plan, attribute, member string) string {
	t.Helper()
	var members map[string]tftypes.Value
	if err := p.Planned(t, plan, attribute).As(&members); err != nil {
		t.Fatal(err)
	}
	var number big.Float
	if err := members[member].As(&number); err != nil {
		t.Fatal(err)
	}
	return number.Text('f', -1)
}
