package acctest

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// Block is one resource of a configuration.
type Block struct {
	Type       string
	Attributes Attributes
	// CreateBeforeDestroy is that of lifecycle.
	CreateBeforeDestroy bool
}

// Config is a configuration without references, by address.
type Config map[string]Block

// Workspace is a state, and does with it what the commands of Terraform do: a process of its own for each phase, and
// nothing passed on but what core passes on.
type Workspace struct {
	Deployment *Deployment
	// Folder has the data folder; "" is none.
	Folder string
	// Settings are those of the provider block.
	Settings Attributes
	// State are the objects by address, and Deposed what create_before_destroy could not destroy.
	State, Deposed map[string]Instance
	// Interrupt ends the requests of an apply, as Ctrl-C does; nil never does.
	Interrupt context.Context
	// Killed says that the process of the apply is no more: what it would have answered is lost. nil is never.
	Killed func() bool
}

// NewWorkspace is an empty state with a data folder of its own.
func (d *Deployment) NewWorkspace(t testing.TB) *Workspace {
	t.Helper()
	return &Workspace{Deployment: d, Folder: t.TempDir(), State: map[string]Instance{}, Deposed: map[string]Instance{}}
}

// PlanOptions are those of `terraform plan`.
type PlanOptions struct {
	Replace   []string          // addresses
	Import    map[string]string // import IDs by address
	NoRefresh bool              // -refresh=false
	// Reverse visits what may run at once the other way round.
	Reverse bool
}

// SavedPlan is what `terraform plan -out` writes.
type SavedPlan struct {
	// Warning is all that the practitioner is warned of.
	Warning string

	config  Config
	state   map[string]Instance // refreshed
	changes map[string]Change
	deposed map[string]Plan
	reverse bool
}

// Empty says whether there is nothing to do.
func (s *SavedPlan) Empty() bool { return len(s.changes)+len(s.deposed) == 0 }

// Change is what the plan does with an address.
func (s *SavedPlan) Change(address string) Change { return s.changes[address] }

// start starts the process of a phase.
func (w *Workspace) start(t testing.TB) *Process {
	t.Helper()
	return w.Deployment.NewProcessIn(t, w.Folder, w.Settings)
}

// report collects what went wrong; "" is nothing.
type report []string

func (r *report) add(address, text string) bool {
	if text != "" {
		*r = append(*r, address+": "+text)
	}
	return text != ""
}

func (r *report) String() string { return strings.Join(*r, "\n") }

// corePrefix begins what core itself says of a provider, as "inconsistent final plan": its users are told that it is a bug.
const corePrefix = "Terraform blames the provider: "

func blame(text string) string {
	if text == "" {
		return ""
	}
	return corePrefix + text
}

func ordered[V any](values map[string]V, reverse bool) []string {
	addresses := slices.Sorted(maps.Keys(values))
	if reverse {
		slices.Reverse(addresses)
	}
	return addresses
}

// refresh reads objects.
func (p *Process) refresh(t testing.TB, state map[string]Instance, reverse bool, problems *report) (fresh map[string]Instance, warning string) {
	t.Helper()
	fresh = make(map[string]Instance, len(state))
	for _, address := range ordered(state, reverse) {
		var diags []*tfprotov6.Diagnostic
		fresh[address], diags = p.Refresh(t, state[address])
		problems.add(address, Problem(diags))
		warning += Warning(diags)
	}
	return fresh, warning
}

// Refresh is `terraform apply -refresh-only`.
func (w *Workspace) Refresh(t testing.TB) (problem string) {
	t.Helper()
	var problems report
	fresh, _ := w.start(t).refresh(t, w.State, false, &problems)
	if len(problems) == 0 {
		w.keep(fresh)
	}
	return problems.String()
}

// keep makes a state of what exists.
func (w *Workspace) keep(objects map[string]Instance) {
	w.State = make(map[string]Instance, len(objects))
	for address, o := range objects {
		if o.Exists() {
			w.State[address] = o
		}
	}
}

// Plan is `terraform plan -out`. It keeps nothing. A problem is an error of the provider's, or what core says of it.
func (w *Workspace) Plan(t testing.TB, config Config, o PlanOptions) (plan *SavedPlan, problem string) {
	t.Helper()
	p, problems := w.start(t), report{}
	plan = &SavedPlan{
		config: config, changes: make(map[string]Change), deposed: make(map[string]Plan), reverse: o.Reverse, state: maps.Clone(w.State),
	}
	deposed := w.Deposed
	if !o.NoRefresh {
		var warning string
		plan.state, plan.Warning = p.refresh(t, w.State, o.Reverse, &problems)
		deposed, warning = p.refresh(t, w.Deposed, o.Reverse, &problems)
		plan.Warning += warning
	}
	for address, id := range o.Import {
		object, diags := p.Import(t, config[address].Type, id, nil)
		problems.add(address, Problem(diags))
		plan.state[address] = object
	}
	if len(problems) > 0 {
		return nil, problems.String()
	}
	for _, address := range ordered(deposed, o.Reverse) {
		if !deposed[address].Exists() {
			continue
		}
		destroy, diags := p.Plan(t, deposed[address].Type, deposed[address], nil)
		problems.add(address+" (deposed)", Problem(diags))
		plan.deposed[address] = destroy
		plan.Warning += destroy.Warning
	}
	addresses := make(map[string]bool)
	for address := range config {
		addresses[address] = true
	}
	for address := range plan.state {
		addresses[address] = true
	}
	for _, address := range ordered(addresses, o.Reverse) {
		block, prior := config[address], plan.state[address]
		kind := block.Type
		if kind == "" {
			kind = prior.Type
		}
		planChange := p.PlanChange
		if slices.Contains(o.Replace, address) {
			planChange = p.PlanReplacement
		}
		change, problem := planChange(t, kind, prior, block.Attributes)
		if !problems.add(address, problem) && !change.Empty() {
			plan.changes[address] = change
		}
		plan.Warning += change.Warning
	}
	if len(problems) > 0 {
		return nil, problems.String()
	}
	return plan, ""
}

// ApplyPlan is `terraform apply PLANFILE`.
func (w *Workspace) ApplyPlan(t testing.TB, plan *SavedPlan) (problem string) {
	t.Helper()
	p, problems := w.start(t), report{}
	w.keep(plan.state)
	for _, address := range ordered(plan.deposed, plan.reverse) {
		again, diags := p.Plan(t, plan.deposed[address].Type, plan.deposed[address].prior, nil)
		if problems.add(address+" (deposed)", Problem(diags)) {
			continue
		}
		w.Deposed[address] = w.carryOut(t, p, address+" (deposed)", again, &problems)
		if !w.Deposed[address].Exists() {
			delete(w.Deposed, address)
		}
	}
	for _, address := range ordered(plan.changes, plan.reverse) {
		w.change(t, p, address, plan, &problems)
	}
	w.keep(w.State)
	return problems.String()
}

// change carries out the change of one address.
func (w *Workspace) change(t testing.TB, p *Process, address string, plan *SavedPlan, problems *report) {
	t.Helper()
	change, block := plan.changes[address], plan.config[address]
	if change.Destroy != nil && (change.Put == nil || !block.CreateBeforeDestroy) {
		w.State[address] = w.carryOut(t, p, address, *change.Destroy, problems)
		if w.State[address].Exists() {
			return
		}
	}
	if change.Put == nil {
		return
	}
	again, problem := p.PlanAgain(t, *change.Put, block.Attributes)
	if problem != "" {
		problems.add(address, "second plan: "+problem)
		return
	}
	before := w.State[address]
	w.State[address] = w.carryOut(t, p, address, again, problems)
	if change.Destroy == nil || !block.CreateBeforeDestroy {
		return
	}
	if !w.State[address].Exists() {
		w.State[address] = before
		return
	}
	// The plan of the destroy is made again, with the private state that Read returned.
	destroy, diags := p.Plan(t, block.Type, change.Destroy.prior, nil)
	left := change.Destroy.prior
	if !problems.add(address+" (deposed)", Problem(diags)) {
		left = w.carryOut(t, p, address+" (deposed)", destroy, problems)
	}
	if left.Exists() {
		w.Deposed[address] = left
	}
}

// carryOut applies a plan, and returns what core saves.
func (w *Workspace) carryOut(t testing.TB, p *Process, address string, plan Plan, problems *report) Instance {
	t.Helper()
	ctx := t.Context()
	if w.Interrupt != nil {
		ctx = w.Interrupt
	}
	applied, diags := p.Apply(ctx, t, plan)
	if w.Killed != nil && w.Killed() {
		problems.add(address, "the plugin did not respond")
		return plan.lost()
	}
	if !problems.add(address, Problem(diags)) {
		problems.add(address, blame(p.Contradiction(t, plan, applied)))
	}
	return applied
}

// lost is what core keeps of an object whose provider dies: nothing of a create, of an update the state alone, and
// everything of an object that was to be destroyed.
func (p Plan) lost() Instance {
	if p.destroys || !p.prior.Exists() {
		return p.prior
	}
	return p.prior.WithoutPrivate()
}

// Apply is `terraform apply`.
func (w *Workspace) Apply(t testing.TB, config Config, o PlanOptions) (problem string) {
	t.Helper()
	plan, problem := w.Plan(t, config, o)
	if problem != "" {
		return problem
	}
	return w.ApplyPlan(t, plan)
}

// Destroy is `terraform destroy`: it makes a normal plan first, whose warnings nobody sees and whose errors end it.
func (w *Workspace) Destroy(t testing.TB, config Config, o PlanOptions) (problem string) {
	t.Helper()
	fresh := w
	if !o.NoRefresh {
		plan, problem := w.Plan(t, config, o)
		if problem != "" {
			return problem
		}
		fresh = &Workspace{Deployment: w.Deployment, Folder: w.Folder, Settings: w.Settings, Deposed: w.Deposed}
		fresh.keep(plan.state)
	}
	o.NoRefresh = true
	plan, problem := fresh.Plan(t, nil, o)
	if problem != "" {
		return problem
	}
	return w.ApplyPlan(t, plan)
}
