package acctest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// stateView is what `terraform show -json` prints of a state.
func (r *caseRun) stateView(t *testing.T) *tfjson.State {
	t.Helper()
	schemas := r.schemas(t)
	view := &tfjson.State{Values: &tfjson.StateValues{Outputs: make(map[string]*tfjson.StateOutput), RootModule: &tfjson.StateModule{}}}
	for name, value := range r.outputs {
		view.Values.Outputs[name] = &tfjson.StateOutput{Value: known(t, value)}
	}
	for _, address := range slices.Sorted(maps.Keys(r.state)) {
		o := r.state[address]
		mode, kind, name := parts(address)
		one := &tfjson.StateResource{Address: address, Mode: mode, Type: kind, Name: name, ProviderName: providerName}
		value := o.value
		if o.provided() {
			value = decoded(t, o.state, typeOf(t, schemas.schemas.ResourceSchemas[kind].ValueType()))
			one.IdentityValues = schemas.identityView(t, o.Instance)
		}
		one.AttributeValues, _ = known(t, value).(map[string]any)
		one.SensitiveValues, _ = json.Marshal(sensitive(schemas.schemaOf(mode, kind), value)) //nolint:errchkjson // It is made of maps and booleans.
		view.Values.RootModule.Resources = append(view.Values.RootModule.Resources, one)
	}
	return view
}

const providerName = "registry.terraform.io/hashicorp/talonone"

// schemas is a provider for its schemas.
func (r *caseRun) schemas(t *testing.T) *Process {
	t.Helper()
	if r.described == nil {
		r.described = StartProvider(t)
	}
	return r.described
}

func (p *Process) schemaOf(mode tfjson.ResourceMode, kind string) *tfprotov6.Schema {
	if mode == tfjson.DataResourceMode {
		return p.schemas.DataSourceSchemas[kind]
	}
	return p.schemas.ResourceSchemas[kind]
}

func (p *Process) identityView(t *testing.T, o Instance) map[string]any {
	t.Helper()
	if o.identity == nil || o.identity.IdentityData == nil {
		return nil
	}
	schemas, err := p.server.GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		t.Fatal(err)
	}
	identity, _ := known(t, decoded(t, o.identity.IdentityData, typeOf(t, schemas.IdentitySchemas[o.Type].ValueType()))).(map[string]any)
	return identity
}

func parts(address string) (mode tfjson.ResourceMode, kind, name string) {
	steps := strings.Split(address, ".")
	if steps[0] == "data" {
		return tfjson.DataResourceMode, steps[1], steps[2]
	}
	return tfjson.ManagedResourceMode, steps[0], steps[1]
}

// planView is what `terraform show -json` prints of a plan.
func (r *caseRun) planView(t *testing.T, plan *casePlan) *tfjson.Plan {
	t.Helper()
	view := &tfjson.Plan{OutputChanges: make(map[string]*tfjson.Change)}
	for _, address := range plan.order {
		change := plan.changes[address]
		mode, kind, name := parts(address)
		if mode == tfjson.DataResourceMode && !change.reads {
			continue
		}
		schema := r.schemas(t).schemaOf(mode, kind)
		view.ResourceChanges = append(view.ResourceChanges, &tfjson.ResourceChange{
			Address: address, Mode: mode, Type: kind, Name: name, ProviderName: providerName,
			Change: &tfjson.Change{
				Actions: actions(change), Before: known(t, change.before), After: known(t, change.after), AfterUnknown: unknown(change.after),
				BeforeSensitive: sensitive(schema, change.before), AfterSensitive: sensitive(schema, change.after),
			},
		})
	}
	names := maps.Clone(plan.before)
	if names == nil {
		names = make(map[string]cty.Value)
	}
	maps.Copy(names, plan.outputs)
	for name := range names {
		before, existed := plan.before[name]
		after, exists := plan.outputs[name]
		one := &tfjson.Change{Before: known(t, before), After: known(t, after), AfterUnknown: unknown(after), Actions: tfjson.Actions{tfjson.ActionNoop}}
		switch {
		case !existed:
			one.Actions = tfjson.Actions{tfjson.ActionCreate}
		case !exists:
			one.Actions = tfjson.Actions{tfjson.ActionDelete}
		case !before.RawEquals(after):
			one.Actions = tfjson.Actions{tfjson.ActionUpdate}
		}
		view.OutputChanges[name] = one
	}
	return view
}

func actions(change stepChange) tfjson.Actions {
	switch {
	case change.reads:
		return tfjson.Actions{tfjson.ActionRead}
	case change.Destroy != nil && change.Put != nil:
		return tfjson.Actions{tfjson.ActionDelete, tfjson.ActionCreate}
	case change.Destroy != nil:
		return tfjson.Actions{tfjson.ActionDelete}
	case change.Put != nil && change.before == cty.NilVal:
		return tfjson.Actions{tfjson.ActionCreate}
	case change.Put != nil:
		return tfjson.Actions{tfjson.ActionUpdate}
	default:
		return tfjson.Actions{tfjson.ActionNoop}
	}
}

// isEmpty says whether there is nothing to do.
func isEmpty(plan *tfjson.Plan) bool {
	for _, change := range plan.ResourceChanges {
		if !change.Change.Actions.NoOp() {
			return false
		}
	}
	for _, change := range plan.OutputChanges {
		if !change.Actions.NoOp() {
			return false
		}
	}
	return true
}

// describe says what a plan does.
func describe(plan *tfjson.Plan) string {
	var b strings.Builder
	for _, change := range plan.ResourceChanges {
		if !change.Change.Actions.NoOp() {
			fmt.Fprintf(&b, "%s: %v\n  before %v\n  after  %v\n  unknown %v\n", change.Address, change.Change.Actions, change.Change.Before, change.Change.After, change.Change.AfterUnknown)
		}
	}
	for name, change := range plan.OutputChanges {
		if !change.Actions.NoOp() {
			fmt.Fprintf(&b, "output %s: %v\n", name, change.Actions)
		}
	}
	return b.String()
}

// known is a value as plans and states show it in JSON, without what isn't known yet.
func known(t *testing.T, value cty.Value) any {
	t.Helper()
	switch {
	case value == cty.NilVal || !value.IsKnown() || value.IsNull():
		return nil
	case value.Type().IsObjectType() || value.Type().IsMapType():
		members := make(map[string]any)
		for name, member := range value.AsValueMap() {
			if member.IsKnown() {
				members[name] = known(t, member)
			}
		}
		return members
	case value.CanIterateElements():
		elements := []any{}
		for _, element := range value.AsValueSlice() {
			elements = append(elements, known(t, element))
		}
		return elements
	}
	text, err := ctyjson.Marshal(value, value.Type())
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var scalar any
	if err := decoder.Decode(&scalar); err != nil {
		t.Fatal(err)
	}
	return scalar
}

// unknown marks what isn't known yet, as plans do in JSON.
func unknown(value cty.Value) any {
	switch {
	case value == cty.NilVal:
		return false
	case !value.IsKnown():
		return true
	case value.IsNull() || !value.CanIterateElements():
		return false
	case value.Type().IsObjectType() || value.Type().IsMapType():
		members := make(map[string]any)
		for name, member := range value.AsValueMap() {
			if mark := unknown(member); mark != false {
				members[name] = mark
			}
		}
		return members
	}
	elements := []any{}
	for _, element := range value.AsValueSlice() {
		elements = append(elements, unknown(element))
	}
	return elements
}

// sensitive marks the attributes that a schema calls so, as plans and states do in JSON.
func sensitive(schema *tfprotov6.Schema, value cty.Value) any {
	if schema == nil || value == cty.NilVal || value.IsNull() {
		return false
	}
	return sensitiveMembers(schema.Block.Attributes, value)
}

func sensitiveMembers(attributes []*tfprotov6.SchemaAttribute, value cty.Value) any {
	marks := make(map[string]any)
	for _, attribute := range attributes {
		member := value.GetAttr(attribute.Name)
		nested := attribute.NestedType
		switch {
		case attribute.Sensitive:
			marks[attribute.Name] = true
		case nested == nil || member.IsNull() || !member.IsKnown():
		case nested.Nesting == tfprotov6.SchemaObjectNestingModeSingle:
			marks[attribute.Name] = sensitiveMembers(nested.Attributes, member)
		case nested.Nesting == tfprotov6.SchemaObjectNestingModeMap:
			elements := make(map[string]any)
			for key, element := range member.AsValueMap() {
				elements[key] = sensitiveMembers(nested.Attributes, element)
			}
			marks[attribute.Name] = elements
		default:
			elements := []any{}
			for _, element := range member.AsValueSlice() {
				elements = append(elements, sensitiveMembers(nested.Attributes, element))
			}
			marks[attribute.Name] = elements
		}
	}
	return marks
}

// checkedView is the state as the check functions of plugin-testing get it: with all values as texts, at flat paths.
func (r *caseRun) checkedView(t *testing.T) *terraform.State {
	t.Helper()
	module, values := &terraform.ModuleState{Path: []string{"root"}, Outputs: map[string]*terraform.OutputState{}, Resources: map[string]*terraform.ResourceState{}}, r.stateView(t).Values
	for name, output := range values.Outputs {
		module.Outputs[name] = &terraform.OutputState{Type: "string", Value: fmt.Sprint(output.Value)}
	}
	for _, one := range values.RootModule.Resources {
		module.Resources[one.Address] = &terraform.ResourceState{Type: one.Type, Primary: flatInstance(one.Type, one.AttributeValues)}
	}
	return &terraform.State{Modules: []*terraform.ModuleState{module}}
}

func flatInstance(kind string, attributes map[string]any) *terraform.InstanceState {
	instance := &terraform.InstanceState{Attributes: make(map[string]string)}
	instance.Ephemeral.Type = kind
	for name, value := range attributes {
		flatten(instance.Attributes, name, value)
	}
	instance.ID = instance.Attributes["id"]
	return instance
}

func flatten(into map[string]string, path string, value any) {
	switch value := value.(type) {
	case nil:
	case map[string]any:
		into[path+".%"] = strconv.Itoa(len(value))
		for name, member := range value {
			flatten(into, path+"."+name, member)
		}
	case []any:
		into[path+".#"] = strconv.Itoa(len(value))
		for i, element := range value {
			flatten(into, path+"."+strconv.Itoa(i), element)
		}
	default:
		into[path] = fmt.Sprint(value)
	}
}
