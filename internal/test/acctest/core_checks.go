package acctest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Changes says whether a plan does anything.
func (p *Process) Changes(t testing.TB, plan Plan) bool {
	t.Helper()
	kind := p.schemas.ResourceSchemas[plan.Type].ValueType()
	before, err := p.stateOf(t, plan.Type, plan.prior).Unmarshal(kind)
	if err != nil {
		t.Fatal(err)
	}
	after, err := plan.planned.Unmarshal(kind)
	if err != nil {
		t.Fatal(err)
	}
	return !before.Equal(after)
}

// Contradiction says where an object isn't what a plan promised: every planned value that was known must come out
// exactly. Terraform refuses an apply that breaks a promise. "" is nowhere.
func (p *Process) Contradiction(t testing.TB, plan Plan, applied Instance) string {
	t.Helper()
	var after map[string]tftypes.Value
	if applied.state != nil {
		after = p.decode(t, p.schemas.ResourceSchemas[plan.Type], applied.state)
	}
	return contradiction(p.decode(t, p.schemas.ResourceSchemas[plan.Type], plan.planned), after)
}

// Changed says where a second plan isn't what the first one promised, as Contradiction does. Terraform plans again right
// before it applies.
func (p *Process) Changed(t testing.TB, first, second Plan) string {
	t.Helper()
	schema := p.schemas.ResourceSchemas[first.Type]
	return contradiction(p.decode(t, schema, first.planned), p.decode(t, schema, second.planned))
}

func contradiction(planned, actual map[string]tftypes.Value) string {
	if (planned == nil) != (actual == nil) {
		return fmt.Sprintf("planned to be there: %t, is there: %t", planned != nil, actual != nil)
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(planned)) {
		if !fulfils(planned[name], actual[name]) {
			parts = append(parts, fmt.Sprintf("%s: planned %s, got %s", name, planned[name], actual[name]))
		}
	}
	return strings.Join(parts, "\n")
}

// fulfils says whether a value is what was planned, where that was known.
func fulfils(planned, actual tftypes.Value) bool {
	if !planned.IsKnown() {
		return true
	}
	if planned.IsFullyKnown() || planned.Type().Is(tftypes.Set{}) || planned.Type().Is(tftypes.DynamicPseudoType) {
		return planned.Equal(actual)
	}
	before, after := elementsOf(planned), elementsOf(actual)
	if planned.Type().Is(tftypes.Object{}) {
		before, after = membersOf(planned), membersOf(actual)
	}
	if len(before) != len(after) {
		return false
	}
	for name, value := range before {
		if !fulfils(value, after[name]) {
			return false
		}
	}
	return true
}

// Invalid says where a plan ignores its configuration: what is configured must be planned, or stay in the words of the
// state, and what can't be computed must be null where it isn't configured. Terraform refuses such a plan. "" is nowhere.
func (p *Process) Invalid(t testing.TB, plan Plan) string {
	t.Helper()
	schema := p.schemas.ResourceSchemas[plan.Type]
	config, prior, planned := p.decode(t, schema, plan.config), p.decode(t, schema, p.stateOf(t, plan.Type, plan.prior)), p.decode(t, schema, plan.planned)
	if config == nil {
		return ""
	}
	return strings.Join(ignored("", schema.Block.Attributes, config, prior, planned), "\n")
}

// ignored are the attributes whose configuration a plan ignores.
func ignored(path string, attributes []*tfprotov6.SchemaAttribute, config, prior, planned map[string]tftypes.Value) []string {
	var parts []string
	for _, attribute := range attributes {
		name := attribute.Name
		if config[name].IsNull() && attribute.Computed || planned[name].Equal(config[name]) {
			continue
		}
		before, existed := prior[name]
		if existed && !config[name].IsNull() && planned[name].Equal(before) {
			continue
		}
		given, then, nested := elementsOf(config[name]), elementsOf(planned[name]), attribute.NestedType
		if nested == nil || nested.Nesting == tfprotov6.SchemaObjectNestingModeSet || len(given) == 0 || len(given) != len(then) {
			parts = append(parts, fmt.Sprintf("%s%s: configured %s, planned %s", path, name, config[name], planned[name]))
			continue
		}
		was := elementsOf(before)
		for key, element := range given {
			parts = append(parts, ignored(path+name+key+".", nested.Attributes, membersOf(element), membersOf(was[key]), membersOf(then[key]))...)
		}
	}
	return parts
}

// elementsOf are the objects of a nested attribute by key: one with "" of a single one. None are where that isn't known.
func elementsOf(value tftypes.Value) map[string]tftypes.Value {
	if value.Type() == nil || value.IsNull() || !value.IsKnown() {
		return nil
	}
	elements := make(map[string]tftypes.Value)
	var list []tftypes.Value
	switch kind := value.Type(); {
	case kind.Is(tftypes.Object{}):
		elements[""] = value
	case kind.Is(tftypes.Map{}):
		for key, element := range membersOf(value) {
			elements[fmt.Sprintf("[%q]", key)] = element
		}
	case value.As(&list) == nil:
		for i, element := range list {
			elements[fmt.Sprintf("[%d]", i)] = element
		}
	}
	return elements
}

// membersOf are those of an object or a map; none where there is none.
func membersOf(value tftypes.Value) map[string]tftypes.Value {
	var members map[string]tftypes.Value
	if value.Type() == nil || value.IsNull() || !value.IsKnown() || value.As(&members) != nil {
		return nil
	}
	return members
}

// Differences names the attributes in which two objects differ, with their values.
func (p *Process) Differences(t testing.TB, a, b Instance) map[string]string {
	t.Helper()
	var before, after map[string]tftypes.Value
	schema := p.schemas.ResourceSchemas[a.Type]
	if a.state != nil {
		before = p.decode(t, schema, a.state)
	}
	if b.state != nil {
		after = p.decode(t, schema, b.state)
	}
	different := make(map[string]string)
	for name, value := range before {
		if !value.Equal(after[name]) {
			different[name] = fmt.Sprintf("%s, then %s", value, after[name])
		}
	}
	return different
}
