package acctest

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/zclconf/go-cty/cty"
)

// EnvCLI runs all test cases with the CLI where it is set.
const EnvCLI = "TALONONE_TEST_CLI"

// Test runs a test case as resource.UnitTest does, with a stand-in for the CLI that calls the provider as core does, and
// ten times as fast. What the stand-in doesn't know, such as imports, runs with the CLI.
func Test(t *testing.T, c resource.TestCase) {
	t.Helper()
	reason := needsCLI(c)
	if reason == nil && os.Getenv(EnvCLI) == "" {
		runCase(t, c)
		return
	}
	if reason != nil {
		t.Logf("with the CLI: %v", reason)
	}
	TestWithCLI(t, c)
}

// needsCLI says what the stand-in doesn't know of a test case.
func needsCLI(c resource.TestCase) error {
	for _, step := range c.Steps {
		if step.Query || step.SkipFunc != nil || step.ConfigVariables != nil {
			return errors.New("a query, or variables")
		}
		if step.ImportState || step.RefreshState {
			if step.ImportState && step.ImportStateKind != resource.ImportCommandWithID {
				return errors.New("an import block")
			}
			if step.Config == "" {
				continue
			}
		}
		if _, err := parse(step.Config); err != nil {
			return err
		}
	}
	return nil
}

// builtin is the resource that Terraform itself has.
const builtin = "terraform_data"

// object is what a state has at an address.
type object struct {
	Instance

	// value is that of data sources and of Terraform's own resource.
	value cty.Value
	// order says after how many others it was created.
	order int
}

func (o object) provided() bool { return o.Type != builtin && o.value == cty.NilVal }

// caseRun is a test case under way: what its commands leave each other.
type caseRun struct {
	factory func() (tfprotov6.ProviderServer, error)
	state   map[string]object
	outputs map[string]cty.Value
	created int
	// described serves schemas.
	described *Process
}

// step is a change that a plan makes at an address; a zero Change of a provider's resource does nothing.
type stepChange struct {
	Change

	n *node // nil where the configuration has none
	// before and after are values as the plan shows them. NilVal is nothing.
	before, after cty.Value
	// reads is a data source that is read during the apply.
	reads bool
}

// casePlan is a plan that a command saved.
type casePlan struct {
	config  *configuration
	state   map[string]object // refreshed
	changes map[string]stepChange
	order   []string
	outputs map[string]cty.Value
	before  map[string]cty.Value // outputs
}

func runCase(t *testing.T, c resource.TestCase) {
	t.Helper()
	if c.PreCheck != nil {
		c.PreCheck()
	}
	r := &caseRun{factory: c.ProtoV6ProviderFactories["talonone"], state: make(map[string]object)}
	var last *configuration
	defer func() {
		if len(r.state) == 0 || t.Failed() {
			return
		}
		before := r.checkedView(t)
		if err := r.destroy(t, last); err != nil {
			t.Errorf("the destroy after the test: %v", err)
		}
		if c.CheckDestroy != nil {
			if err := c.CheckDestroy(before); err != nil {
				t.Errorf("after the destroy: %v", err)
			}
		}
	}()
	for i, step := range c.Steps {
		if step.PreConfig != nil {
			step.PreConfig()
		}
		config := last
		if step.Config != "" {
			var err error
			if config, err = parse(step.Config); err != nil {
				t.Fatal(err)
			}
		}
		last = config
		for _, address := range step.Taint {
			o := r.state[address]
			o.Tainted = true
			r.state[address] = o
		}
		run := r.step
		switch {
		case step.ImportState:
			run = r.importStep
		case step.RefreshState:
			run = r.refreshStep
		}
		err := run(t, config, step)
		switch {
		case step.ExpectError == nil && err != nil:
			t.Fatalf("step %d of %d: %v", i+1, len(c.Steps), err)
		case step.ExpectError != nil && err == nil:
			t.Fatalf("step %d of %d: no error, want one that matches %s", i+1, len(c.Steps), step.ExpectError)
		case step.ExpectError != nil && !step.ExpectError.MatchString(err.Error()):
			t.Fatalf("step %d of %d: want an error that matches %s, got\n%v", i+1, len(c.Steps), step.ExpectError, err)
		}
	}
}

// step makes the commands of one step.
func (r *caseRun) step(t *testing.T, config *configuration, step resource.TestStep) error {
	t.Helper()
	if !step.PlanOnly {
		plan, err := r.plan(t, config, step.Destroy, true)
		if err != nil {
			return fmt.Errorf("pre-apply plan: %w", err)
		}
		if err := r.checkPlan(t, plan, step.ConfigPlanChecks.PreApply); err != nil {
			return err
		}
		if err := r.apply(t, plan); err != nil {
			return fmt.Errorf("apply: %w", err)
		}
		if step.Check != nil {
			if err := step.Check(r.checkedView(t)); err != nil {
				return fmt.Errorf("check: %w", err)
			}
		}
		for i, check := range step.ConfigStateChecks {
			var response statecheck.CheckStateResponse
			check.CheckState(t.Context(), statecheck.CheckStateRequest{State: r.stateView(t)}, &response)
			if response.Error != nil {
				return fmt.Errorf("state check %d: %w", i+1, response.Error)
			}
		}
	}
	for _, refresh := range []bool{false, true} {
		plan, err := r.plan(t, config, step.Destroy, refresh)
		if err != nil {
			return fmt.Errorf("plan after the apply: %w", err)
		}
		checks := step.ConfigPlanChecks.PostApplyPreRefresh
		if refresh {
			checks = step.ConfigPlanChecks.PostApplyPostRefresh
		}
		if err := r.checkPlan(t, plan, checks); err != nil {
			return err
		}
		view := r.planView(t, plan)
		empty := isEmpty(view)
		if !empty && !step.ExpectNonEmptyPlan {
			return fmt.Errorf("the plan after the apply (refreshing: %t) is not empty:\n%s", refresh, describe(view))
		}
		if empty && refresh && step.ExpectNonEmptyPlan {
			return errors.New("the plan after the apply is empty")
		}
	}
	return nil
}

// importStep is `terraform import`, into a state of its own unless the step keeps what it brings.
func (r *caseRun) importStep(t *testing.T, config *configuration, step resource.TestStep) error {
	t.Helper()
	p, err := r.configured(t, config)
	if err != nil {
		return err
	}
	_, kind, _ := parts(step.ResourceName)
	id := step.ImportStateId
	switch {
	case step.ImportStateIdFunc != nil:
		if id, err = step.ImportStateIdFunc(r.checkedView(t)); err != nil {
			return err
		}
	case id == "":
		id = r.checkedView(t).RootModule().Resources[step.ResourceName].Primary.ID
	}
	imported, err := p.importOne(t, step.ResourceName, id)
	if err != nil {
		return err
	}
	if step.ImportStatePersist {
		r.created++
		r.state[step.ResourceName] = object{Instance: imported, order: r.created}
	}
	got, _ := known(t, p.valueOf(t, kind, imported)).(map[string]any)
	if step.ImportStateCheck != nil {
		return step.ImportStateCheck([]*terraform.InstanceState{flatInstance(kind, got)})
	}
	if !step.ImportStateVerify {
		return nil
	}
	want, _ := known(t, p.valueOf(t, kind, r.state[step.ResourceName].Instance)).(map[string]any)
	for _, members := range []map[string]any{want, got} {
		maps.DeleteFunc(members, func(name string, value any) bool {
			return value == nil || slices.ContainsFunc(step.ImportStateVerifyIgnore, func(ignored string) bool { return strings.HasPrefix(name, ignored) })
		})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		return fmt.Errorf("the import brings something else (-want +got):\n%s", diff)
	}
	return nil
}

// refreshStep is `terraform refresh`, and a plan.
func (r *caseRun) refreshStep(t *testing.T, config *configuration, step resource.TestStep) error {
	t.Helper()
	refreshed, err := r.plan(t, config, false, true)
	if err != nil {
		return err
	}
	r.state = refreshed.state
	if step.Check != nil {
		if err := step.Check(r.checkedView(t)); err != nil {
			return fmt.Errorf("check: %w", err)
		}
	}
	plan, err := r.plan(t, config, false, true)
	if err != nil {
		return err
	}
	if err := r.checkPlan(t, plan, step.RefreshPlanChecks.PostRefresh); err != nil {
		return err
	}
	if view := r.planView(t, plan); isEmpty(view) == step.ExpectNonEmptyPlan {
		return fmt.Errorf("the plan after the refresh:\n%s", describe(view))
	}
	return nil
}

func (r *caseRun) checkPlan(t *testing.T, plan *casePlan, checks []plancheck.PlanCheck) error {
	t.Helper()
	for i, check := range checks {
		var response plancheck.CheckPlanResponse
		check.CheckPlan(t.Context(), plancheck.CheckPlanRequest{Plan: r.planView(t, plan)}, &response)
		if response.Error != nil {
			return fmt.Errorf("plan check %d: %w", i+1, response.Error)
		}
	}
	return nil
}

// configured starts and configures the provider of a command that validates nothing else.
func (r *caseRun) configured(t *testing.T, config *configuration) (*Process, error) {
	t.Helper()
	p, err := r.start(t, config)
	if err != nil {
		return nil, err
	}
	return p, config.explain(p.configureIfNeeded(t))
}

// start starts the provider of a command, and validates its settings.
func (r *caseRun) start(t *testing.T, config *configuration) (*Process, error) {
	t.Helper()
	server, err := r.factory()
	if err != nil {
		t.Fatal(err)
	}
	schemas := schemasOf(t, server)
	p := &Process{server: server, schemas: schemas}
	attributes := make(Attributes)
	if config.provider != nil {
		if attributes, err = beforeAll(config, p).attributes(t, "provider.talonone", config.provider, schemas.Provider); err != nil {
			return nil, err
		}
	}
	if len(config.nodes)+len(r.state) == 0 {
		return p, nil // functions need no configured provider
	}
	p.settings = p.encode(t, schemas.Provider, p.value(t, schemas.Provider, attributes))
	validated, err := server.ValidateProviderConfig(t.Context(), &tfprotov6.ValidateProviderConfigRequest{Config: p.settings})
	if err != nil {
		t.Fatal(err)
	}
	return p, config.explain(Problem(validated.Diagnostics))
}

func (p *Process) configureIfNeeded(t *testing.T) (problem string) {
	t.Helper()
	if p.settings == nil {
		return ""
	}
	return p.configure(t)
}

// beforeAll is the scope in which no resource or data source is known yet.
func beforeAll(config *configuration, p *Process) *scope {
	values := make(map[string]cty.Value, len(config.nodes))
	for _, n := range config.nodes {
		values[n.address()] = cty.DynamicVal
	}
	return &scope{config: config, process: p, values: values}
}

// validate validates a configuration before anything is known but its literals.
func (r *caseRun) validate(t *testing.T, p *Process, config *configuration) error {
	t.Helper()
	values := beforeAll(config, p)
	var problems []error
	for _, n := range config.nodes {
		if n.kind == builtin {
			continue
		}
		schema := p.schemas.ResourceSchemas[n.kind]
		if n.data {
			schema = p.schemas.DataSourceSchemas[n.kind]
		}
		if schema == nil {
			problems = append(problems, failure(n.address(), "Invalid resource type", "The provider has none of the type "+n.kind+"."))
			continue
		}
		attributes, err := values.attributes(t, n.address(), n.body, schema)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		if n.data {
			problems = append(problems, explain(n.address(), n, p.ValidateData(t, n.kind, attributes)))
			continue
		}
		encoded := p.encode(t, schema, p.value(t, schema, attributes))
		response, err := p.server.ValidateResourceConfig(t.Context(), &tfprotov6.ValidateResourceConfigRequest{TypeName: n.kind, Config: encoded})
		if err != nil {
			t.Fatal(err)
		}
		problems = append(problems, explain(n.address(), n, Problem(response.Diagnostics)))
	}
	return errors.Join(problems...)
}

// plan is `terraform plan`.
func (r *caseRun) plan(t *testing.T, config *configuration, destroy, refresh bool) (*casePlan, error) {
	t.Helper()
	p, err := r.start(t, config)
	if err != nil {
		return nil, err
	}
	if err := r.validate(t, p, config); err != nil {
		return nil, err
	}
	if problem := p.configureIfNeeded(t); problem != "" {
		return nil, config.explain(problem)
	}
	plan, err := r.planWalk(t, p, config, r.state, refresh)
	if err != nil || !destroy {
		return plan, err
	}
	return r.planDestroy(t, p, config, plan.state)
}

func (r *caseRun) planWalk(t *testing.T, p *Process, config *configuration, state map[string]object, refresh bool) (*casePlan, error) {
	t.Helper()
	plan := &casePlan{config: config, state: maps.Clone(state), changes: make(map[string]stepChange), before: r.outputs}
	values := &scope{config: config, process: p, values: make(map[string]cty.Value)}
	var problems []error
	failed := make(map[string]bool)
	configured := make(map[string]bool)
	for _, n := range config.nodes {
		configured[n.address()] = true
	}
	// Orphans are destroyed last-created first.
	for _, address := range r.newestFirst(state) {
		o := state[address]
		if configured[address] || !o.provided() {
			if !configured[address] {
				delete(plan.state, address)
				if o.Type == builtin {
					plan.add(address, stepChange{before: o.value, Change: Change{Destroy: &Plan{}}})
				}
			}
			continue
		}
		change, err := r.planOne(t, p, address, nil, plan, nil, refresh)
		problems = append(problems, err)
		if err == nil && !change.Empty() {
			plan.add(address, change)
		}
	}
	for _, n := range config.nodes {
		address := n.address()
		if slices.ContainsFunc(n.needs, func(need string) bool { return failed[need] }) {
			failed[address] = true
			continue
		}
		change, err := r.planNode(t, p, n, values, plan, refresh)
		if err != nil {
			problems = append(problems, err)
			failed[address] = true
			continue
		}
		plan.add(address, change)
		values.values[address] = change.after
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	var err error
	plan.outputs, err = values.outputs(t)
	return plan, err
}

func (p *casePlan) add(address string, change stepChange) {
	p.changes[address] = change
	p.order = append(p.order, address)
}

func (s *scope) outputs(t *testing.T) (map[string]cty.Value, error) {
	t.Helper()
	outputs := make(map[string]cty.Value)
	for name, expression := range s.config.outputs {
		value, err := s.evaluate(t, expression)
		if err != nil {
			return nil, err
		}
		outputs[name] = value
	}
	return outputs, nil
}

// newestFirst are the addresses of a state, what was created last first.
func (r *caseRun) newestFirst(state map[string]object) []string {
	return slices.SortedFunc(maps.Keys(state), func(a, b string) int {
		if order := state[b].order - state[a].order; order != 0 {
			return order
		}
		return strings.Compare(a, b)
	})
}

// planNode plans what a block of the configuration asks for.
func (r *caseRun) planNode(t *testing.T, p *Process, n *node, values *scope, plan *casePlan, refresh bool) (stepChange, error) {
	t.Helper()
	address := n.address()
	switch {
	case n.kind == builtin:
		return r.planBuiltin(t, n, values, plan.state[address])
	case n.data:
		schema := p.schemas.DataSourceSchemas[n.kind]
		attributes, err := values.attributes(t, address, n.body, schema)
		if err != nil {
			return stepChange{}, err
		}
		config := p.value(t, schema, attributes)
		awaits := slices.ContainsFunc(n.needs, func(need string) bool {
			waits := plan.changes[need]
			return n.body.Attributes["depends_on"] != nil && (waits.reads || !waits.Empty())
		})
		if !config.IsFullyKnown() || awaits {
			unknown := unknownComputed(schema, config)
			return stepChange{n: n, after: fromProvider(t, unknown, schema.ValueType(), typeOf(t, schema.ValueType())), reads: true}, nil
		}
		value, err := p.readData(t, n, config)
		if err != nil {
			return stepChange{}, err
		}
		plan.state[address] = object{Instance: Instance{Type: n.kind}, value: value}
		return stepChange{n: n, before: value, after: value}, nil
	default:
		attributes, err := values.attributes(t, address, n.body, p.schemas.ResourceSchemas[n.kind])
		if err != nil {
			return stepChange{}, err
		}
		if id := plan.config.imports[address]; id != nil && !plan.state[address].Exists() {
			value, err := values.evaluate(t, id)
			if err != nil {
				return stepChange{}, err
			}
			imported, err := p.importOne(t, address, value.AsString())
			if err != nil {
				return stepChange{}, err
			}
			r.created++
			plan.state[address] = object{Instance: imported, order: r.created}
			refresh = false
		}
		return r.planOne(t, p, address, n, plan, attributes, refresh)
	}
}

// importOne imports an object that must be there.
func (p *Process) importOne(t *testing.T, address, id string) (Instance, error) {
	t.Helper()
	_, kind, _ := parts(address)
	imported, diagnostics := p.Import(t, kind, id, nil)
	if err := explain(address, nil, Problem(diagnostics)); err != nil {
		return imported, err
	}
	if !imported.Exists() {
		return imported, failure(address, "Cannot import non-existent remote object", "")
	}
	return imported, nil
}

// unknownComputed is what a data source will be, as far as its configuration says.
func unknownComputed(schema *tfprotov6.Schema, config tftypes.Value) tftypes.Value {
	var members map[string]tftypes.Value
	if err := config.As(&members); err != nil {
		panic(err)
	}
	for _, attribute := range schema.Block.Attributes {
		if attribute.Computed && members[attribute.Name].IsNull() {
			members[attribute.Name] = tftypes.NewValue(attribute.ValueType(), tftypes.UnknownValue)
		}
	}
	return tftypes.NewValue(schema.ValueType(), members)
}

func (p *Process) readData(t *testing.T, n *node, config tftypes.Value) (cty.Value, error) {
	t.Helper()
	schema := p.schemas.DataSourceSchemas[n.kind]
	encoded := p.encode(t, schema, config)
	valid, err := p.server.ValidateDataResourceConfig(t.Context(), &tfprotov6.ValidateDataResourceConfigRequest{TypeName: n.kind, Config: encoded})
	if err != nil {
		t.Fatal(err)
	}
	if err := explain(n.address(), n, Problem(valid.Diagnostics)); err != nil {
		return cty.NilVal, err
	}
	response, err := p.server.ReadDataSource(t.Context(), &tfprotov6.ReadDataSourceRequest{TypeName: n.kind, Config: encoded})
	if err != nil {
		t.Fatal(err)
	}
	if err := explain(n.address(), n, Problem(response.Diagnostics)); err != nil {
		return cty.NilVal, err
	}
	return decoded(t, response.State, typeOf(t, schema.ValueType())), nil
}

// planOne refreshes and plans a resource of the provider; nil attributes plan its destroy.
func (r *caseRun) planOne(t *testing.T, p *Process, address string, n *node, plan *casePlan, attributes Attributes, refresh bool) (stepChange, error) {
	t.Helper()
	o := plan.state[address]
	kind := o.Type
	if n != nil {
		kind = n.kind
	}
	if refresh {
		fresh, diagnostics := p.Refresh(t, o.Instance)
		if err := explain(address, n, Problem(diagnostics)); err != nil {
			return stepChange{}, err
		}
		o.Instance = fresh
		plan.state[address] = o
	}
	planned, problem := p.PlanChange(t, kind, o.Instance, attributes)
	if problem != "" {
		return stepChange{}, explain(address, n, problem)
	}
	change := stepChange{Change: planned, n: n, before: p.valueOf(t, kind, o.Instance)}
	switch {
	case planned.Put != nil:
		change.after = decoded(t, planned.Put.planned, typeOf(t, p.schemas.ResourceSchemas[kind].ValueType()))
	case planned.Destroy == nil:
		change.after = change.before
	}
	if !o.Exists() {
		delete(plan.state, address)
	}
	return change, nil
}

// valueOf is an object's value; NilVal where there is none.
func (p *Process) valueOf(t *testing.T, kind string, o Instance) cty.Value {
	t.Helper()
	if !o.Exists() {
		return cty.NilVal
	}
	return decoded(t, o.state, typeOf(t, p.schemas.ResourceSchemas[kind].ValueType()))
}

// planBuiltin plans Terraform's own resource.
func (r *caseRun) planBuiltin(t *testing.T, n *node, values *scope, prior object) (stepChange, error) {
	t.Helper()
	given := make(map[string]cty.Value)
	for _, name := range []string{"input", "triggers_replace"} {
		given[name] = cty.NullVal(cty.DynamicPseudoType)
		if attribute := n.body.Attributes[name]; attribute != nil {
			value, err := values.evaluate(t, attribute.Expr)
			if err != nil {
				return stepChange{}, err
			}
			given[name] = value
		}
	}
	change := stepChange{n: n, before: prior.value}
	same := func(name string) bool {
		return prior.value != cty.NilVal && given[name].IsWhollyKnown() && given[name].RawEquals(prior.value.GetAttr(name))
	}
	if same("input") && same("triggers_replace") && !prior.Tainted {
		change.after = prior.value
		return change, nil
	}
	change.Put = &Plan{}
	output := cty.UnknownVal(given["input"].Type())
	if given["input"].IsNull() {
		output = given["input"]
	}
	id := cty.UnknownVal(cty.String)
	if prior.value != cty.NilVal && same("triggers_replace") && !prior.Tainted {
		id = prior.value.GetAttr("id")
		if same("input") {
			output = prior.value.GetAttr("output")
		}
	} else if prior.value != cty.NilVal {
		change.Destroy = &Plan{}
	}
	change.after = cty.ObjectVal(map[string]cty.Value{"id": id, "input": given["input"], "output": output, "triggers_replace": given["triggers_replace"]})
	return change, nil
}

// applyBuiltin makes Terraform's own resource what its configuration says.
func (r *caseRun) applyBuiltin(t *testing.T, change stepChange, values *scope) (cty.Value, error) {
	t.Helper()
	again, err := r.planBuiltin(t, change.n, values, object{})
	if err != nil {
		return cty.NilVal, err
	}
	members := again.after.AsValueMap()
	members["output"] = members["input"]
	if members["id"] = change.after.GetAttr("id"); !members["id"].IsKnown() {
		r.created++
		members["id"] = cty.StringVal(fmt.Sprintf("00000000-0000-0000-0000-%012d", r.created))
	}
	return cty.ObjectVal(members), nil
}

// planDestroy plans to destroy all that a state has.
func (r *caseRun) planDestroy(t *testing.T, p *Process, config *configuration, state map[string]object) (*casePlan, error) {
	t.Helper()
	plan := &casePlan{config: config, state: maps.Clone(state), changes: make(map[string]stepChange), before: r.outputs}
	var problems []error
	for _, address := range r.newestFirst(state) {
		o := state[address]
		switch {
		case o.Type == builtin:
			plan.add(address, stepChange{before: o.value, Change: Change{Destroy: &Plan{}}})
		case !o.provided():
			delete(plan.state, address)
		default:
			change, err := r.planOne(t, p, address, nil, plan, nil, false)
			problems = append(problems, err)
			plan.add(address, change)
		}
	}
	return plan, errors.Join(problems...)
}

// destroy is `terraform destroy -refresh=false`.
func (r *caseRun) destroy(t *testing.T, config *configuration) error {
	t.Helper()
	p, err := r.configured(t, config)
	if err != nil {
		return err
	}
	plan, err := r.planDestroy(t, p, config, r.state)
	if err != nil {
		return err
	}
	return r.apply(t, plan)
}

// apply is `terraform apply` of a saved plan.
func (r *caseRun) apply(t *testing.T, plan *casePlan) error {
	t.Helper()
	p, err := r.configured(t, plan.config)
	if err != nil {
		return err
	}
	r.state = plan.state
	values := &scope{config: plan.config, process: p, values: make(map[string]cty.Value)}
	failed := make(map[string]bool)
	var problems []error
	for _, address := range plan.order {
		change := plan.changes[address]
		if change.n != nil && slices.ContainsFunc(change.n.needs, func(need string) bool { return failed[need] }) {
			failed[address] = true
			continue
		}
		value, err := r.applyOne(t, p, address, change, values)
		if err != nil {
			problems = append(problems, err)
			failed[address] = true
		}
		if change.n != nil {
			values.values[address] = value
		}
	}
	for address, o := range r.state {
		if o.provided() && !o.Exists() {
			delete(r.state, address)
		}
	}
	if len(failed) > 0 {
		return errors.Join(problems...)
	}
	r.outputs = nil
	if plan.outputs != nil {
		r.outputs, err = values.outputs(t)
	}
	return err
}

func (r *caseRun) applyOne(t *testing.T, p *Process, address string, change stepChange, values *scope) (cty.Value, error) {
	t.Helper()
	o := r.state[address]
	if !change.Empty() && !o.Exists() && o.value == cty.NilVal {
		r.created++
		o.order = r.created
	}
	switch {
	case change.n != nil && change.n.data && change.reads:
		attributes, err := values.attributes(t, address, change.n.body, p.schemas.DataSourceSchemas[change.n.kind])
		if err != nil {
			return cty.NilVal, err
		}
		value, err := p.readData(t, change.n, p.value(t, p.schemas.DataSourceSchemas[change.n.kind], attributes))
		if err != nil {
			return cty.NilVal, err
		}
		r.state[address] = object{Instance: Instance{Type: change.n.kind}, value: value}
		return value, nil
	case change.Empty():
		return change.after, nil
	case change.n == nil && o.Type == builtin:
		delete(r.state, address)
		return cty.NilVal, nil
	case change.n != nil && change.n.kind == builtin:
		value, err := r.applyBuiltin(t, change, values)
		r.state[address] = object{Instance: Instance{Type: builtin}, value: value, order: o.order}
		return value, err
	}
	w := &Workspace{State: map[string]Instance{address: o.Instance}}
	saved := &SavedPlan{changes: map[string]Change{address: change.Change}, config: Config{}}
	if change.n != nil {
		attributes, err := values.attributes(t, address, change.n.body, p.schemas.ResourceSchemas[change.n.kind])
		if err != nil {
			return cty.NilVal, err
		}
		saved.config[address] = Block{Type: change.n.kind, Attributes: attributes}
	}
	a := &apply{Workspace: w, t: t, p: p, plan: saved}
	a.carryOutChanges()
	o.Instance = w.State[address]
	r.state[address] = o
	if problem := a.problems.String(); problem != "" {
		return cty.NilVal, explain(address, change.n, strings.TrimPrefix(problem, address+": "))
	}
	return p.valueOf(t, o.Type, o.Instance), nil
}
