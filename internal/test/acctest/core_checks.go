package acctest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

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
	if planned.IsFullyKnown() || !planned.Type().Is(tftypes.Object{}) && !planned.Type().Is(tftypes.Map{}) {
		return planned.Equal(actual)
	}
	var before, after map[string]tftypes.Value
	if planned.As(&before) != nil || actual.As(&after) != nil || len(before) != len(after) {
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
	var parts []string
	for _, attribute := range schema.Block.Attributes {
		name := attribute.Name
		if config[name].IsNull() && attribute.Computed || planned[name].Equal(config[name]) {
			continue
		}
		if before, ok := prior[name]; !ok || config[name].IsNull() || !planned[name].Equal(before) {
			parts = append(parts, fmt.Sprintf("%s: configured %s, planned %s", name, config[name], planned[name]))
		}
	}
	return strings.Join(parts, "\n")
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
