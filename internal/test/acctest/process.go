package acctest

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/talon-one/terraform-provider-talonone/internal/provider"
)

// Process is the provider as Terraform starts it for one run, spoken to over the
// protocol. It is for what the CLI can't show or takes too long to show: failures
// at a certain request, interrupts, and features that need a newer CLI.
type Process struct {
	Server  tfprotov6.ProviderServer
	schemas *tfprotov6.GetProviderSchemaResponse
}

// Attributes are those of a configuration, as encoding/json would write them. What
// is left out is null.
type Attributes map[string]any

// NewProcess starts and configures a provider for the deployment, with all keys
// unless settings say otherwise; a nil setting removes one.
func (d *Deployment) NewProcess(t testing.TB, settings Attributes) *Process {
	t.Helper()
	return d.NewProcessIn(t, "", settings)
}

// NewProcessIn is NewProcess with the provider's journal below dataDir.
func (d *Deployment) NewProcessIn(t testing.TB, dataDir string, settings Attributes) *Process {
	t.Helper()
	server := provider.NewServer(provider.Build{Version: "test", DataDir: dataDir})()
	schemas := schemasOf(t, server)
	p := &Process{Server: server, schemas: schemas}
	config := Attributes{
		"base_url": d.URL, "integration_api_key": IntegrationKey, "management_api_key": ManagementKey,
		"management_requests_per_second": 10000,
	}
	maps.Copy(config, settings)
	answer, err := server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{
		TerraformVersion: "1.14.0", Config: p.encode(t, schemas.Provider, p.value(t, schemas.Provider, config)),
	})
	if err != nil {
		t.Fatal(err)
	}
	if problem := Problem(answer.Diagnostics); problem != "" {
		t.Fatal(problem)
	}
	return p
}

// Problem is the text of all errors among diagnostics; "" when there are none.
func Problem(diagnostics []*tfprotov6.Diagnostic) string {
	return textOf(diagnostics, tfprotov6.DiagnosticSeverityError)
}

// Warning is the text of all warnings among diagnostics.
func Warning(diagnostics []*tfprotov6.Diagnostic) string {
	return textOf(diagnostics, tfprotov6.DiagnosticSeverityWarning)
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
		t.Fatalf("the schema is no object but %s", schema.ValueType())
	}
	value, err := fromJSON(object, map[string]any(attributes))
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// fromJSON makes a value of a type, with null for what is left out of objects.
func fromJSON(kind tftypes.Type, from any) (tftypes.Value, error) {
	if from == nil {
		return tftypes.NewValue(kind, nil), nil
	}
	if value, ready := from.(tftypes.Value); ready {
		return value, nil
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

func asObject(from any) (map[string]any, error) {
	switch from := from.(type) {
	case map[string]any:
		return maps.Clone(from), nil
	case Attributes:
		return maps.Clone(from), nil
	default:
		return nil, fmt.Errorf("%T is no object", from)
	}
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

// Instance is one resource in a state. The zero Instance is none.
type Instance struct {
	Type  string
	state *tfprotov6.DynamicValue
	// identity and private are kept beside it.
	identity *tfprotov6.ResourceIdentityData
	private  []byte
}

// Plan is what Terraform would ask a practitioner to approve.
type Plan struct {
	Type, Warning string
	// Replaces says that the object is destroyed and another one created: plan both on their own.
	Replaces bool
	config   *tfprotov6.DynamicValue
	prior    Instance
	planned  *tfprotov6.DynamicValue
	identity *tfprotov6.ResourceIdentityData
	private  []byte
}

// Refresh reads an object, as every plan does at first.
func (p *Process) Refresh(t testing.TB, o Instance) (Instance, []*tfprotov6.Diagnostic) {
	t.Helper()
	if o.state == nil {
		return o, nil
	}
	answer, err := p.Server.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: o.Type, CurrentState: o.state, CurrentIdentity: o.identity, Private: o.private,
	})
	if err != nil {
		t.Fatal(err)
	}
	if Problem(answer.Diagnostics) != "" {
		return o, answer.Diagnostics
	}
	return p.object(t, o.Type, answer.NewState, answer.NewIdentity, answer.Private), answer.Diagnostics
}

func (p *Process) object(t testing.TB, kind string, state *tfprotov6.DynamicValue, identity *tfprotov6.ResourceIdentityData, private []byte) Instance {
	t.Helper()
	if state == nil || p.decode(t, p.schemas.ResourceSchemas[kind], state) == nil {
		return Instance{Type: kind}
	}
	return Instance{Type: kind, state: state, identity: identity, private: private}
}

// Import reads an object that exists, by its import ID or its identity.
func (p *Process) Import(t testing.TB, kind, id string, identity Attributes) (Instance, []*tfprotov6.Diagnostic) {
	t.Helper()
	request := &tfprotov6.ImportResourceStateRequest{TypeName: kind, ID: id}
	if identity != nil {
		request.Identity = p.identity(t, kind, identity)
	}
	answer, err := p.Server.ImportResourceState(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	if len(answer.ImportedResources) == 0 {
		return Instance{Type: kind}, answer.Diagnostics
	}
	imported := answer.ImportedResources[0]
	return p.Refresh(t, p.object(t, kind, imported.State, imported.Identity, imported.Private))
}

func (p *Process) identity(t testing.TB, kind string, attributes Attributes) *tfprotov6.ResourceIdentityData {
	t.Helper()
	schemas, err := p.Server.GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		t.Fatal(err)
	}
	object := schemas.IdentitySchemas[kind].ValueType()
	value, err := fromJSON(object, attributes)
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := tfprotov6.NewDynamicValue(object, value)
	if err != nil {
		t.Fatal(err)
	}
	return &tfprotov6.ResourceIdentityData{IdentityData: &encoded}
}

// Plan plans a configuration for an object that has been refreshed; nil attributes
// plan to destroy it.
func (p *Process) Plan(t testing.TB, kind string, prior Instance, config Attributes) (Plan, []*tfprotov6.Diagnostic) {
	t.Helper()
	schema := p.schemas.ResourceSchemas[kind]
	null := p.encode(t, schema, tftypes.NewValue(schema.ValueType(), nil))
	plan := Plan{Type: kind, config: null, prior: prior}
	if plan.prior.state == nil {
		plan.prior.state = null
	}
	proposed := null
	if config != nil {
		value := p.value(t, schema, config)
		plan.config = p.encode(t, schema, value)
		proposed = p.encode(t, schema, p.proposed(t, schema, value, plan.prior.state))
		valid, err := p.Server.ValidateResourceConfig(t.Context(), &tfprotov6.ValidateResourceConfigRequest{TypeName: kind, Config: plan.config})
		if err != nil {
			t.Fatal(err)
		}
		if Problem(valid.Diagnostics) != "" {
			return plan, valid.Diagnostics
		}
	}
	answer, err := p.Server.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: kind, PriorState: plan.prior.state, ProposedNewState: proposed, Config: plan.config,
		PriorIdentity: prior.identity, PriorPrivate: prior.private,
	})
	if err != nil {
		t.Fatal(err)
	}
	plan.planned, plan.identity, plan.private = answer.PlannedState, answer.PlannedIdentity, answer.PlannedPrivate
	plan.Warning, plan.Replaces = Warning(answer.Diagnostics), prior.Exists() && len(answer.RequiresReplace) > 0
	return plan, answer.Diagnostics
}

// proposed merges configuration and prior state as Terraform does for attributes at
// the top: what is configured, else what was computed before.
func (p *Process) proposed(t testing.TB, schema *tfprotov6.Schema, config tftypes.Value, prior *tfprotov6.DynamicValue) tftypes.Value {
	t.Helper()
	var members map[string]tftypes.Value
	if err := config.As(&members); err != nil {
		t.Fatal(err)
	}
	merged := maps.Clone(members)
	before := p.decode(t, schema, prior)
	for _, attribute := range schema.Block.Attributes {
		if attribute.Computed && merged[attribute.Name].IsNull() && before != nil {
			merged[attribute.Name] = before[attribute.Name]
		}
	}
	return tftypes.NewValue(schema.ValueType(), merged)
}

// Apply carries out a plan. The object it returns is what Terraform would save, also
// when there are errors.
func (p *Process) Apply(ctx context.Context, t testing.TB, plan Plan) (Instance, []*tfprotov6.Diagnostic) {
	t.Helper()
	answer, err := p.Server.ApplyResourceChange(ctx, &tfprotov6.ApplyResourceChangeRequest{
		TypeName: plan.Type, PriorState: plan.prior.state, PlannedState: plan.planned, Config: plan.config,
		PlannedIdentity: plan.identity, PlannedPrivate: plan.private,
	})
	if err != nil {
		t.Fatal(err)
	}
	return p.object(t, plan.Type, answer.NewState, answer.NewIdentity, answer.Private), answer.Diagnostics
}

// Invoke validates, plans and invokes an action as Terraform does, up to the
// first step with an error. It returns the progress messages, and the diagnostics
// of all steps.
func (p *Process) Invoke(t testing.TB, actionType string, config Attributes) (progress []string, diags []*tfprotov6.Diagnostic) {
	t.Helper()
	actions, ok := p.Server.(tfprotov6.ActionServer)
	if !ok {
		t.Fatal("the provider serves no actions")
	}
	schema := p.schemas.ActionSchemas[actionType].Schema
	encoded := p.encode(t, schema, p.value(t, schema, config))
	validated, err := actions.ValidateActionConfig(t.Context(), &tfprotov6.ValidateActionConfigRequest{ActionType: actionType, Config: encoded})
	if err != nil {
		t.Fatal(err)
	}
	if diags = validated.Diagnostics; hasError(diags) {
		return nil, diags
	}
	planned, err := actions.PlanAction(t.Context(), &tfprotov6.PlanActionRequest{ActionType: actionType, Config: encoded})
	if err != nil {
		t.Fatal(err)
	}
	if diags = append(diags, planned.Diagnostics...); hasError(diags) {
		return nil, diags
	}
	invoked, err := actions.InvokeAction(t.Context(), &tfprotov6.InvokeActionRequest{ActionType: actionType, Config: encoded})
	if err != nil {
		t.Fatal(err)
	}
	for event := range invoked.Events {
		switch event := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			progress = append(progress, event.Message)
		case tfprotov6.CompletedInvokeActionEventType:
			diags = append(diags, event.Diagnostics...)
		}
	}
	return progress, diags
}

// Changes says whether a plan does anything.
func (p *Process) Changes(t testing.TB, plan Plan) bool {
	t.Helper()
	kind := p.schemas.ResourceSchemas[plan.Type].ValueType()
	before, err := plan.prior.state.Unmarshal(kind)
	if err != nil {
		t.Fatal(err)
	}
	after, err := plan.planned.Unmarshal(kind)
	if err != nil {
		t.Fatal(err)
	}
	return !before.Equal(after)
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
	if planned.IsFullyKnown() || !planned.Type().Is(tftypes.Object{}) {
		return planned.Equal(actual)
	}
	var before, after map[string]tftypes.Value
	if planned.As(&before) != nil || actual.As(&after) != nil || after == nil {
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
	config, prior, planned := p.decode(t, schema, plan.config), p.decode(t, schema, plan.prior.state), p.decode(t, schema, plan.planned)
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

// WithoutPrivate is what Terraform keeps of an object whose provider was killed
// during an update: the state of before, and nothing else.
func (o Instance) WithoutPrivate() Instance {
	o.private = nil
	return o
}

// Exists says whether there is an object.
func (o Instance) Exists() bool { return o.state != nil }

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
