package acctest

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"golang.org/x/text/unicode/norm"
)

// This file is a stand-in for Terraform core: it makes the calls of the provider protocol that core
// makes, in core's order and with what core passes on from one to the next. core_values.go translates
// configurations and states, and core_checks.go holds core's checks of a provider's plans and results.

// Process is the provider as Terraform starts it for one phase of a command, called over the protocol.
// It is for what the CLI can't show or takes too long to show: failures at a certain request,
// interrupts, and features that need a newer CLI.
type Process struct {
	server  tfprotov6.ProviderServer
	schemas *tfprotov6.GetProviderSchemaResponse
	// settings are those of the provider block.
	settings *tfprotov6.DynamicValue
}

// StartProvider starts a provider that is not configured, as Terraform does for schemas and functions.
func StartProvider(t testing.TB) *Process {
	t.Helper()
	return startProvider(t, "")
}

func startProvider(t testing.TB, dataDir string) *Process {
	t.Helper()
	server, err := FactoriesIn(dataDir)["talonone"]()
	if err != nil {
		t.Fatal(err)
	}
	return &Process{server: server, schemas: schemasOf(t, server)}
}

var described struct {
	sync.Mutex
	schemas *tfprotov6.GetProviderSchemaResponse
}

// schemasOf asks the first provider alone: all have the same, and many short tests would do little but ask.
func schemasOf(t testing.TB, server tfprotov6.ProviderServer) *tfprotov6.GetProviderSchemaResponse {
	t.Helper()
	described.Lock()
	defer described.Unlock()
	if described.schemas == nil {
		schemas, err := server.GetProviderSchema(context.WithoutCancel(t.Context()), &tfprotov6.GetProviderSchemaRequest{})
		if err != nil {
			t.Fatal(err)
		}
		described.schemas = schemas
	}
	return described.schemas
}

// Schemas are those of the provider.
func Schemas(t testing.TB) *tfprotov6.GetProviderSchemaResponse {
	t.Helper()
	return StartProvider(t).schemas
}

// NewProcess starts and configures a provider for the deployment, with all keys unless settings say
// otherwise; a nil setting removes one.
func (d *Deployment) NewProcess(t testing.TB, settings Attributes) *Process {
	t.Helper()
	return d.NewProcessIn(t, "", settings)
}

// NewProcessIn is NewProcess with the provider's journal below dataDir.
func (d *Deployment) NewProcessIn(t testing.TB, dataDir string, settings Attributes) *Process {
	t.Helper()
	p, problem := d.Configure(t, dataDir, settings)
	if problem != "" {
		t.Fatal(problem)
	}
	return p
}

// Configure is NewProcessIn for settings that the provider may refuse; a problem is its error.
func (d *Deployment) Configure(t testing.TB, dataDir string, settings Attributes) (p *Process, problem string) {
	t.Helper()
	p = startProvider(t, dataDir)
	config := Attributes{
		"base_url": d.URL, "integration_api_key": IntegrationKey, "management_api_key": ManagementKey,
		"management_requests_per_second": 10000,
	}
	maps.Copy(config, settings)
	p.settings = p.encode(t, p.schemas.Provider, p.value(t, p.schemas.Provider, config))
	return p, p.configure(t)
}

func (p *Process) configure(t testing.TB) (problem string) {
	t.Helper()
	response, err := p.server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{TerraformVersion: "1.14.0", Config: p.settings})
	if err != nil {
		t.Fatal(err)
	}
	return Problem(response.Diagnostics)
}

// Reattach begins the next phase in the same process, as Terraform does with TF_REATTACH_PROVIDERS. It is cheaper than
// another process.
func (p *Process) Reattach(t testing.TB) {
	t.Helper()
	if problem := p.configure(t); problem != "" {
		t.Fatal(problem)
	}
}

// Instance is one resource in a state. The zero Instance stands for none.
type Instance struct {
	Type string
	// Tainted says that its creation failed half-way: the next apply replaces it.
	Tainted bool
	state   *tfprotov6.DynamicValue
	// identity and private are kept beside it.
	identity *tfprotov6.ResourceIdentityData
	private  []byte
}

// Exists says whether there is an object.
func (o Instance) Exists() bool { return o.state != nil }

// WithoutPrivate is what Terraform keeps of an object whose provider was killed during an update: the
// state of before, and nothing else.
func (o Instance) WithoutPrivate() Instance {
	o.private = nil
	return o
}

func (p *Process) instance(t testing.TB, kind string, state *tfprotov6.DynamicValue, identity *tfprotov6.ResourceIdentityData, private []byte) Instance {
	t.Helper()
	if state == nil || p.decode(t, p.schemas.ResourceSchemas[kind], state) == nil {
		return Instance{Type: kind}
	}
	return Instance{Type: kind, state: p.normalized(t, kind, state), identity: identity, private: private}
}

// normalized is a state as core keeps it, with every text in Unicode's form NFC.
func (p *Process) normalized(t testing.TB, kind string, state *tfprotov6.DynamicValue) *tfprotov6.DynamicValue {
	t.Helper()
	if state == nil || norm.NFC.IsNormal(state.MsgPack) {
		return state
	}
	schema := p.schemas.ResourceSchemas[kind]
	value, err := state.Unmarshal(schema.ValueType())
	if err != nil {
		t.Fatal(err)
	}
	value, err = tftypes.Transform(value, func(_ *tftypes.AttributePath, part tftypes.Value) (tftypes.Value, error) {
		var text string
		if !part.Type().Is(tftypes.String) || !part.IsKnown() || part.IsNull() || part.As(&text) != nil {
			return part, nil
		}
		return tftypes.NewValue(tftypes.String, norm.NFC.String(text)), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return p.encode(t, schema, value)
}

// stateOf is an object's state, null where there is none.
func (p *Process) stateOf(t testing.TB, kind string, o Instance) *tfprotov6.DynamicValue {
	t.Helper()
	if o.Exists() {
		return o.state
	}
	schema := p.schemas.ResourceSchemas[kind]
	return p.encode(t, schema, tftypes.NewValue(schema.ValueType(), nil))
}

// Refresh reads an object, as every plan does at first.
func (p *Process) Refresh(t testing.TB, o Instance) (Instance, []*tfprotov6.Diagnostic) {
	t.Helper()
	if !o.Exists() {
		return o, nil
	}
	response, err := p.server.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{
		TypeName: o.Type, CurrentState: o.state, CurrentIdentity: o.identity, Private: o.private,
	})
	if err != nil {
		t.Fatal(err)
	}
	if Problem(response.Diagnostics) != "" {
		return o, response.Diagnostics
	}
	fresh := p.instance(t, o.Type, response.NewState, response.NewIdentity, response.Private)
	if !fresh.Exists() {
		// Core hands the private state of an object that is gone to the plan of the next one.
		fresh.private = response.Private
	}
	fresh.Tainted = o.Tainted && fresh.Exists()
	return fresh, response.Diagnostics
}

// Import imports an object by its import ID or, where that is "", by its identity, and reads it.
func (p *Process) Import(t testing.TB, kind, id string, identity Attributes) (Instance, []*tfprotov6.Diagnostic) {
	t.Helper()
	request := &tfprotov6.ImportResourceStateRequest{TypeName: kind, ID: id}
	if identity != nil {
		request.Identity = p.identity(t, kind, identity)
	}
	response, err := p.server.ImportResourceState(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	if hasError(response.Diagnostics) || len(response.ImportedResources) == 0 {
		return Instance{Type: kind}, response.Diagnostics
	}
	imported := response.ImportedResources[0]
	o, diags := p.Refresh(t, p.instance(t, kind, imported.State, imported.Identity, imported.Private))
	return o, append(response.Diagnostics, diags...)
}

func (p *Process) identity(t testing.TB, kind string, attributes Attributes) *tfprotov6.ResourceIdentityData {
	t.Helper()
	schemas, err := p.server.GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
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

// Plan is what Terraform would ask a practitioner to approve.
type Plan struct {
	Type, Warning string
	// Replaces says that the provider wants the object destroyed and another one created.
	Replaces bool
	destroys bool
	prior    Instance
	config   *tfprotov6.DynamicValue
	planned  *tfprotov6.DynamicValue
	identity *tfprotov6.ResourceIdentityData
	private  []byte
}

// Plan plans a configuration for an object that has been refreshed; nil attributes plan to destroy it.
// It is one call of the provider. PlanChange makes all that Terraform makes for a change.
func (p *Process) Plan(t testing.TB, kind string, prior Instance, config Attributes) (Plan, []*tfprotov6.Diagnostic) {
	t.Helper()
	schema := p.schemas.ResourceSchemas[kind]
	null := p.stateOf(t, kind, Instance{})
	plan := Plan{Type: kind, prior: prior, config: null, destroys: config == nil}
	priorState, proposed := p.stateOf(t, kind, prior), null
	if config != nil {
		value := p.value(t, schema, config)
		plan.config = p.encode(t, schema, value)
		proposed = p.encode(t, schema, p.proposed(t, schema, value, priorState))
		valid, err := p.server.ValidateResourceConfig(t.Context(), &tfprotov6.ValidateResourceConfigRequest{TypeName: kind, Config: plan.config})
		if err != nil {
			t.Fatal(err)
		}
		if hasError(valid.Diagnostics) {
			return plan, valid.Diagnostics
		}
	}
	response, err := p.server.PlanResourceChange(t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: kind, PriorState: priorState, ProposedNewState: proposed, Config: plan.config,
		PriorIdentity: prior.identity, PriorPrivate: prior.private,
	})
	if err != nil {
		t.Fatal(err)
	}
	plan.planned, plan.identity, plan.private = p.normalized(t, kind, response.PlannedState), response.PlannedIdentity, response.PlannedPrivate
	plan.Warning, plan.Replaces = Warning(response.Diagnostics), prior.Exists() && len(response.RequiresReplace) > 0
	return plan, response.Diagnostics
}

// proposed merges configuration and prior state as Terraform does: what is configured, else what was computed before.
func (p *Process) proposed(t testing.TB, schema *tfprotov6.Schema, config tftypes.Value, prior *tfprotov6.DynamicValue) tftypes.Value {
	t.Helper()
	return tftypes.NewValue(schema.ValueType(), merged(schema.Block.Attributes, membersOf(config), p.decode(t, schema, prior)))
}

// merged merges the attributes of one object.
func merged(attributes []*tfprotov6.SchemaAttribute, config, prior map[string]tftypes.Value) map[string]tftypes.Value {
	all := maps.Clone(config)
	for _, attribute := range attributes {
		name := attribute.Name
		before, existed := prior[name]
		switch {
		case config[name].IsNull():
			if attribute.Computed && existed {
				all[name] = before
			}
		case existed && attribute.NestedType != nil:
			all[name] = mergedNested(attribute.NestedType, config[name], before)
		}
	}
	return all
}

// mergedNested merges the objects of a nested attribute that are at the same place, or under the same key. Core matches
// those of a set by their configured part; no provider of sets is tested here.
func mergedNested(nested *tfprotov6.SchemaObject, config, prior tftypes.Value) tftypes.Value {
	before := elementsOf(prior)
	one := func(key string, element tftypes.Value) tftypes.Value {
		if membersOf(element) == nil {
			return element
		}
		return tftypes.NewValue(element.Type(), merged(nested.Attributes, membersOf(element), membersOf(before[key])))
	}
	var list []tftypes.Value
	switch kind := config.Type(); {
	case !config.IsKnown() || kind.Is(tftypes.Set{}):
		return config
	case kind.Is(tftypes.Object{}):
		return one("", config)
	case kind.Is(tftypes.Map{}):
		elements := membersOf(config)
		for key, element := range elements {
			elements[key] = one(fmt.Sprintf("[%q]", key), element)
		}
		return tftypes.NewValue(kind, elements)
	case config.As(&list) == nil:
		for i, element := range list {
			list[i] = one(fmt.Sprintf("[%d]", i), element)
		}
		return tftypes.NewValue(kind, list)
	}
	return config
}

// Change is what an apply will do with one object. A replacement destroys one and creates another.
type Change struct {
	// Destroy and Put are nil where there is nothing to destroy, or to create or update.
	Destroy, Put *Plan
	// Warning is what core shows. Of a replacement these are the warnings of the call that finds the object to be
	// replaced: those of the call that plans the new one are dropped.
	Warning string
}

// Empty says whether there is nothing to do.
func (c Change) Empty() bool { return c.Destroy == nil && c.Put == nil }

// PlanChange plans a configuration for an object that has been refreshed, in the plan phase; nil
// attributes plan to destroy it. A problem is an error of the provider's or a plan that Terraform
// refuses; "" means none.
func (p *Process) PlanChange(t testing.TB, kind string, prior Instance, config Attributes) (change Change, problem string) {
	t.Helper()
	return p.planChange(t, kind, prior, config, false)
}

// PlanReplacement is PlanChange with -replace.
func (p *Process) PlanReplacement(t testing.TB, kind string, prior Instance, config Attributes) (change Change, problem string) {
	t.Helper()
	return p.planChange(t, kind, prior, config, true)
}

func (p *Process) planChange(t testing.TB, kind string, prior Instance, config Attributes, force bool) (change Change, problem string) {
	t.Helper()
	plan := func(prior Instance, config Attributes) *Plan {
		if problem != "" {
			return nil
		}
		planned, diags := p.Plan(t, kind, prior, config)
		if problem = Problem(diags); problem == "" {
			problem = blame(p.Invalid(t, planned))
		}
		return &planned
	}
	// replace plans the object to create with the private state that core passes on. Core plans no destroy then: the
	// delete gets the private state that comes of it.
	replace := func(private []byte) {
		change.Put = plan(Instance{Type: kind, private: private}, config)
		if problem == "" {
			null := p.stateOf(t, kind, Instance{})
			change.Destroy = &Plan{Type: kind, prior: prior, config: null, planned: null, private: change.Put.private, destroys: true}
		}
	}
	switch {
	case config == nil && !prior.Exists():
	case config == nil:
		if change.Destroy = plan(prior, nil); problem == "" {
			change.Warning = change.Destroy.Warning
		}
	case prior.Tainted:
		if replace(nil); problem == "" {
			change.Warning = change.Put.Warning
		}
	default:
		put := plan(prior, config)
		if problem == "" {
			change.Warning = put.Warning
		}
		switch {
		case problem != "":
		case put.Replaces || force && prior.Exists():
			replace(put.private)
		case !prior.Exists() || p.Changes(t, *put):
			change.Put = put
		}
	}
	if problem != "" {
		return Change{}, problem
	}
	return change, ""
}

// PlanAgain plans a create or an update for the second time, as Terraform does in the apply phase once
// all values of the configuration are known: from the refreshed state with the private state that Read
// returned, and nothing of the first plan. The second plan has to keep what the first one promised.
func (p *Process) PlanAgain(t testing.TB, first Plan, config Attributes) (second Plan, problem string) {
	t.Helper()
	prior := first.prior
	if !prior.Exists() {
		prior = Instance{Type: first.Type}
	}
	second, diags := p.Plan(t, first.Type, prior, config)
	if problem := Problem(diags); problem != "" {
		return second, problem
	}
	return second, blame(p.Changed(t, first, second))
}

// Apply carries out a plan. The object it returns is what Terraform would save, also when there are
// errors.
func (p *Process) Apply(ctx context.Context, t testing.TB, plan Plan) (Instance, []*tfprotov6.Diagnostic) {
	t.Helper()
	response, err := p.server.ApplyResourceChange(ctx, &tfprotov6.ApplyResourceChangeRequest{
		TypeName: plan.Type, PriorState: p.stateOf(t, plan.Type, plan.prior), PlannedState: plan.planned, Config: plan.config,
		PlannedIdentity: plan.identity, PlannedPrivate: plan.private,
	})
	if err != nil {
		t.Fatal(err)
	}
	applied := p.instance(t, plan.Type, response.NewState, response.NewIdentity, response.Private)
	if !hasError(response.Diagnostics) {
		return applied, response.Diagnostics
	}
	switch {
	case !plan.prior.Exists():
		applied.Tainted = applied.Exists()
	case !applied.Exists():
		// Terraform keeps an object whose update or delete fails and returns nothing.
		applied = plan.prior
	default:
		applied.Tainted = plan.prior.Tainted
	}
	return applied, response.Diagnostics
}

// ValidateData validates the configuration of a data source; "" means no problem.
func (p *Process) ValidateData(t testing.TB, kind string, config Attributes) (problem string) {
	t.Helper()
	schema := p.schemas.DataSourceSchemas[kind]
	encoded := p.encode(t, schema, p.value(t, schema, config))
	valid, err := p.server.ValidateDataResourceConfig(t.Context(), &tfprotov6.ValidateDataResourceConfigRequest{TypeName: kind, Config: encoded})
	if err != nil {
		t.Fatal(err)
	}
	return Problem(valid.Diagnostics)
}

// ReadData reads a data source. A configuration that is not valid ends the test.
func (p *Process) ReadData(t testing.TB, kind string, config Attributes) (map[string]tftypes.Value, []*tfprotov6.Diagnostic) {
	t.Helper()
	schema := p.schemas.DataSourceSchemas[kind]
	encoded := p.encode(t, schema, p.value(t, schema, config))
	valid, err := p.server.ValidateDataResourceConfig(t.Context(), &tfprotov6.ValidateDataResourceConfigRequest{TypeName: kind, Config: encoded})
	if err != nil {
		t.Fatal(err)
	}
	if problem := Problem(valid.Diagnostics); problem != "" {
		t.Fatalf("%s: %s", kind, problem)
	}
	response, err := p.server.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: kind, Config: encoded})
	if err != nil {
		t.Fatal(err)
	}
	if hasError(response.Diagnostics) {
		return nil, response.Diagnostics
	}
	return p.decode(t, schema, response.State), response.Diagnostics
}

// List validates and runs a list resource as terraform query does, resources included.
func (p *Process) List(t testing.TB, kind string, config Attributes, limit int64) (iter.Seq[tfprotov6.ListResourceResult], []*tfprotov6.Diagnostic) {
	t.Helper()
	schema := p.schemas.ListResourceSchemas[kind]
	encoded := p.encode(t, schema, p.value(t, schema, config))
	lists, ok := p.server.(tfprotov6.ListResourceServer)
	if !ok {
		t.Fatal("the provider serves no list resources")
	}
	valid, err := lists.ValidateListResourceConfig(t.Context(), &tfprotov6.ValidateListResourceConfigRequest{TypeName: kind, Config: encoded})
	if err != nil {
		t.Fatal(err)
	}
	if hasError(valid.Diagnostics) {
		return nil, valid.Diagnostics
	}
	stream, err := lists.ListResource(t.Context(), &tfprotov6.ListResourceRequest{TypeName: kind, Config: encoded, IncludeResource: true, Limit: limit})
	if err != nil {
		t.Fatal(err)
	}
	return stream.Results, valid.Diagnostics
}

// List is Process.List of a provider of its own, with all keys, and a valid configuration.
func List(t testing.TB, d *Deployment, kind string, config map[string]tftypes.Value, limit int64) iter.Seq[tfprotov6.ListResourceResult] {
	t.Helper()
	results, diags := d.NewProcess(t, nil).List(t, kind, attributesOf(config), limit)
	if problem := Problem(diags); problem != "" {
		t.Fatal(problem)
	}
	return results
}

// Invoke validates, plans and invokes an action as Terraform does, up to the first of these with an
// error.
func (p *Process) Invoke(t testing.TB, kind string, config Attributes) (progress []string, diags []*tfprotov6.Diagnostic) {
	t.Helper()
	actions, ok := p.server.(tfprotov6.ActionServer)
	if !ok {
		t.Fatal("the provider serves no actions")
	}
	schema := p.schemas.ActionSchemas[kind].Schema
	encoded := p.encode(t, schema, p.value(t, schema, config))
	validated, err := actions.ValidateActionConfig(t.Context(), &tfprotov6.ValidateActionConfigRequest{ActionType: kind, Config: encoded})
	if err != nil {
		t.Fatal(err)
	}
	if diags = validated.Diagnostics; hasError(diags) {
		return nil, diags
	}
	planned, err := actions.PlanAction(t.Context(), &tfprotov6.PlanActionRequest{ActionType: kind, Config: encoded})
	if err != nil {
		t.Fatal(err)
	}
	if diags = append(diags, planned.Diagnostics...); hasError(diags) {
		return nil, diags
	}
	invoked, err := actions.InvokeAction(t.Context(), &tfprotov6.InvokeActionRequest{ActionType: kind, Config: encoded})
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

// Invoke is Process.Invoke of a provider of its own, with all keys.
func Invoke(t testing.TB, d *Deployment, kind string, config map[string]tftypes.Value) (progress []string, diags []*tfprotov6.Diagnostic) {
	t.Helper()
	return d.NewProcess(t, nil).Invoke(t, kind, attributesOf(config))
}

// Call calls a function. A problem is the error that it returns; "" means none.
func (p *Process) Call(t testing.TB, function string, arguments ...any) (result tftypes.Value, problem string) {
	t.Helper()
	definition := p.schemas.Functions[function]
	var encoded []*tfprotov6.DynamicValue
	for i, argument := range arguments {
		parameter := definition.VariadicParameter
		if i < len(definition.Parameters) {
			parameter = definition.Parameters[i]
		}
		value, err := fromJSON(parameter.Type, argument)
		if err != nil {
			t.Fatal(err)
		}
		one, err := tfprotov6.NewDynamicValue(parameter.Type, value)
		if err != nil {
			t.Fatal(err)
		}
		encoded = append(encoded, &one)
	}
	response, err := p.server.CallFunction(t.Context(), &tfprotov6.CallFunctionRequest{Name: function, Arguments: encoded})
	if err != nil {
		t.Fatal(err)
	}
	if response.Error != nil {
		return tftypes.Value{}, response.Error.Text
	}
	if result, err = response.Result.Unmarshal(definition.Return.Type); err != nil {
		t.Fatal(err)
	}
	return result, ""
}
