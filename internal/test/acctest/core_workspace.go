package acctest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Block is one resource of a configuration.
type Block struct {
	Type       string
	Attributes Attributes
	// References are the attributes that are the id of another resource, by name: its address. That one refers to none.
	References map[string]string
	// CreateBeforeDestroy is that of lifecycle.
	CreateBeforeDestroy bool
}

// Config is a configuration, by address.
type Config map[string]Block

// resolved are a block's attributes with the references filled in.
func (b Block) resolved(ids map[string]tftypes.Value) Attributes {
	if len(b.References) == 0 {
		return b.Attributes
	}
	attributes := maps.Clone(b.Attributes)
	for name, address := range b.References {
		attributes[name] = ids[address]
	}
	return attributes
}

// createBeforeDestroy says whether an address is replaced in that order: core does it, too, for what such a block refers to.
func (c Config) createBeforeDestroy(address string) bool {
	if c[address].CreateBeforeDestroy {
		return true
	}
	for _, block := range c {
		if block.CreateBeforeDestroy && slices.Contains(block.refersTo(), address) {
			return true
		}
	}
	return false
}

func (b Block) refersTo() []string { return slices.Collect(maps.Values(b.References)) }

// Workspace is a state, and does with it what the commands of Terraform do: a process of its own for each phase, and
// nothing passed on but what core passes on.
type Workspace struct {
	Deployment *Deployment
	// Folder has the data folder; "" means none.
	Folder string
	// Settings are those of the provider block.
	Settings Attributes
	// State are the objects by address, and Deposed what create_before_destroy could not destroy.
	State, Deposed map[string]Instance
	// refersTo are the addresses that an object of the state refers to.
	refersTo map[string][]string
	// Interrupt ends the requests of an apply, as Ctrl-C does; nil never does.
	Interrupt context.Context
	// Killed says that the process of the apply is no more: what it would have answered is lost. nil is never.
	Killed func() bool
}

// NewWorkspace is an empty state with a data folder of its own.
func (d *Deployment) NewWorkspace(t testing.TB) *Workspace {
	t.Helper()
	return &Workspace{Deployment: d, Folder: t.TempDir(), State: map[string]Instance{}, Deposed: map[string]Instance{}, refersTo: map[string][]string{}}
}

// PlanOptions are those of `terraform plan`.
type PlanOptions struct {
	Replace   []string          // addresses
	Import    map[string]string // import IDs by address
	Moved     map[string]string // the new addresses of `moved` blocks, by the old ones
	NoRefresh bool              // -refresh=false
	// Reverse visits what may run at once the other way round, and Together really does it at once.
	Reverse, Together bool
}

// SavedPlan is what `terraform plan -out` writes.
type SavedPlan struct {
	// Warning is all that the practitioner is warned of.
	Warning string

	config   Config
	state    map[string]Instance // refreshed
	refersTo map[string][]string
	changes  map[string]Change
	deposed  map[string]Plan
	options  PlanOptions
}

// Empty says whether there is nothing to do.
func (s *SavedPlan) Empty() bool { return len(s.changes)+len(s.deposed) == 0 }

// Change is what the plan does with an address.
func (s *SavedPlan) Change(address string) Change { return s.changes[address] }

// Refreshed is the object at an address as the plan has read it.
func (s *SavedPlan) Refreshed(address string) Instance { return s.state[address] }

// start starts the process of a phase.
func (w *Workspace) start(t testing.TB) *Process {
	t.Helper()
	return w.Deployment.NewProcessIn(t, w.Folder, w.Settings)
}

// report collects what went wrong; "" is nothing.
type report struct {
	mu   sync.Mutex
	said []string
}

func (r *report) add(address, text string) bool {
	if text == "" {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.said = append(r.said, address+": "+text)
	return true
}

func (r *report) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.Join(r.said, "\n")
}

// each visits addresses one after the other, or all at once. A panic, which is how a test ends, comes out of it.
func (o PlanOptions) each(addresses []string, visit func(address string)) {
	if !o.Together {
		for _, address := range addresses {
			visit(address)
		}
		return
	}
	var group sync.WaitGroup
	panics := make([]any, len(addresses))
	for i, address := range addresses {
		group.Go(func() {
			defer func() { panics[i] = recover() }()
			visit(address)
		})
	}
	group.Wait()
	for _, reason := range panics {
		if reason != nil {
			panic(reason)
		}
	}
}

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
func (p *Process) refresh(t testing.TB, state map[string]Instance, o PlanOptions, problems *report) (fresh map[string]Instance, warning string) {
	t.Helper()
	fresh = make(map[string]Instance, len(state))
	var mu sync.Mutex
	o.each(ordered(state, o.Reverse), func(address string) {
		object, diags := p.Refresh(t, state[address])
		problems.add(address, Problem(diags))
		mu.Lock()
		defer mu.Unlock()
		fresh[address] = object
		warning += Warning(diags)
	})
	return fresh, warning
}

// Refresh is `terraform apply -refresh-only`.
func (w *Workspace) Refresh(t testing.TB) (problem string) {
	t.Helper()
	var problems report
	fresh, _ := w.start(t).refresh(t, w.State, PlanOptions{}, &problems)
	if problem = problems.String(); problem == "" {
		w.keep(fresh)
	}
	return problem
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

// moved are values by address after `moved` blocks.
func moved[V any](values map[string]V, to map[string]string) map[string]V {
	after := make(map[string]V, len(values))
	for address, value := range values {
		if target, found := to[address]; found {
			address = target
		}
		after[address] = value
	}
	return after
}

// Plan is `terraform plan -out`. It keeps nothing. A problem is an error of the provider's, or what core says of it.
func (w *Workspace) Plan(t testing.TB, config Config, o PlanOptions) (plan *SavedPlan, problem string) {
	t.Helper()
	p := w.start(t)
	var problems report
	plan = &SavedPlan{
		config: config, changes: make(map[string]Change), deposed: make(map[string]Plan), options: o,
		state: moved(w.State, o.Moved), refersTo: moved(w.refersTo, o.Moved),
	}
	for address, references := range plan.refersTo {
		references = slices.Clone(references)
		for i, target := range references {
			if to, found := o.Moved[target]; found {
				references[i] = to
			}
		}
		plan.refersTo[address] = references
	}
	deposed := moved(w.Deposed, o.Moved)
	if !o.NoRefresh {
		var warning string
		plan.state, plan.Warning = p.refresh(t, plan.state, o, &problems)
		deposed, warning = p.refresh(t, deposed, o, &problems)
		plan.Warning += warning
	}
	for address, id := range o.Import {
		if plan.state[address].Exists() {
			continue
		}
		object, diags := p.Import(t, config[address].Type, id, nil)
		problems.add(address, Problem(diags))
		plan.state[address] = object
	}
	if problem = problems.String(); problem != "" {
		return nil, problem
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
	// What refers to others is planned after them.
	addresses, referring := make(map[string]bool), make(map[string]bool)
	for address := range plan.state {
		addresses[address] = true
	}
	for address, block := range config {
		delete(addresses, address)
		if len(block.References) > 0 {
			referring[address] = true
		} else {
			addresses[address] = true
		}
	}
	var mu sync.Mutex
	ids := make(map[string]tftypes.Value)
	for _, group := range []map[string]bool{addresses, referring} {
		known := maps.Clone(ids)
		o.each(ordered(group, o.Reverse), func(address string) {
			block, prior := config[address], plan.state[address]
			kind := block.Type
			if kind == "" {
				kind = prior.Type
			}
			planChange := p.PlanChange
			if slices.Contains(o.Replace, address) {
				planChange = p.PlanReplacement
			}
			change, problem := planChange(t, kind, prior, block.resolved(known))
			mu.Lock()
			defer mu.Unlock()
			if !problems.add(address, problem) && !change.Empty() {
				plan.changes[address] = change
			}
			if id, found := p.plannedID(t, change, prior); found && problem == "" {
				ids[address] = id
			}
			plan.Warning += change.Warning
		})
	}
	if problem = problems.String(); problem != "" {
		return nil, problem
	}
	return plan, ""
}

// plannedID is the id that an object will have, as far as it is known.
func (p *Process) plannedID(t testing.TB, change Change, prior Instance) (id tftypes.Value, found bool) {
	t.Helper()
	switch {
	case change.Put != nil:
		id = p.Planned(t, *change.Put, "id")
	case change.Destroy == nil && prior.Exists():
		id = p.Attribute(t, prior, "id")
	default:
		return id, false
	}
	return id, id.Type() != nil
}

// half is one half of a change: the end of an object, or the beginning or update of one.
type half struct {
	address string
	ends    bool
}

// halves are those of a plan in the order in which they are visited, with what each has to wait for.
func (s *SavedPlan) halves() (order []half, waits map[half][]half) {
	waits = make(map[half][]half)
	planned := func(h half) bool {
		change := s.changes[h.address]
		return h.ends && change.Destroy != nil || !h.ends && change.Put != nil
	}
	for _, address := range ordered(s.changes, s.options.Reverse) {
		begin, end := half{address, false}, half{address, true}
		first, second := end, begin
		if s.replacedFirst(address) {
			first, second = begin, end
		}
		for _, h := range []half{first, second} {
			if planned(h) {
				order = append(order, h)
			}
		}
		if planned(first) && planned(second) {
			waits[second] = append(waits[second], first)
		}
		for _, target := range s.config[address].refersTo() {
			if h := (half{target, false}); planned(h) {
				waits[begin] = append(waits[begin], h)
			}
		}
		for _, target := range s.refersTo[address] {
			// An object ends after all that referred to it have ended or, with create_before_destroy, have changed.
			for _, h := range []half{end, begin} {
				if old := (half{target, true}); planned(old) && planned(h) && (h.ends || s.replacedFirst(target)) {
					waits[old] = append(waits[old], h)
				}
			}
		}
	}
	return order, waits
}

// replacedFirst says whether an address is replaced with create_before_destroy.
func (s *SavedPlan) replacedFirst(address string) bool {
	change := s.changes[address]
	return change.Destroy != nil && change.Put != nil && s.config.createBeforeDestroy(address)
}

// ApplyPlan is `terraform apply PLANFILE`.
func (w *Workspace) ApplyPlan(t testing.TB, plan *SavedPlan) (problem string) {
	t.Helper()
	a := &apply{Workspace: w, t: t, p: w.start(t), plan: plan}
	w.keep(plan.state)
	w.refersTo, w.Deposed = plan.refersTo, moved(w.Deposed, plan.options.Moved)
	for _, address := range ordered(plan.deposed, plan.options.Reverse) {
		a.endDeposed(address, plan.deposed[address])
	}
	a.carryOutChanges()
	w.keep(w.State)
	return a.problems.String()
}

// carryOutChanges carries out all changes of the plan.
func (a *apply) carryOutChanges() {
	a.t.Helper()
	order, waits := a.plan.halves()
	failed, done := make(map[half]bool), make(map[half]bool)
	var mu sync.Mutex
	for len(done) < len(order) {
		ready := make(map[string]half)
		var addresses []string
		for _, h := range order {
			key := fmt.Sprint(h)
			if !done[h] && !slices.ContainsFunc(waits[h], func(other half) bool { return !done[other] }) {
				ready[key], addresses = h, append(addresses, key)
			}
		}
		if len(addresses) == 0 {
			a.t.Fatal("the changes wait for each other: ", order)
		}
		if !a.plan.options.Together {
			addresses = addresses[:1]
		}
		a.plan.options.each(addresses, func(key string) {
			h := ready[key]
			mu.Lock()
			skipped := slices.ContainsFunc(waits[h], func(other half) bool { return failed[other] })
			mu.Unlock()
			succeeded := !skipped && a.carryOutHalf(h)
			mu.Lock()
			defer mu.Unlock()
			done[h], failed[h] = true, !succeeded
		})
	}
}

// apply carries a plan out.
type apply struct {
	*Workspace
	t        testing.TB
	p        *Process
	plan     *SavedPlan
	problems report
	mu       sync.Mutex
}

// at is the object at an address now.
func (a *apply) at(address string) Instance {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.State[address]
}

func (a *apply) put(address string, o Instance) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.State[address] = o
}

// ids are those of all objects that have one.
func (a *apply) ids(addresses []string) map[string]tftypes.Value {
	ids := make(map[string]tftypes.Value)
	for _, address := range addresses {
		if o := a.at(address); o.Exists() {
			ids[address] = a.p.Attribute(a.t, o, "id")
		}
	}
	return ids
}

// dead says whether the process of the apply is no more, and reports that.
func (a *apply) dead(address string) bool {
	return a.Killed != nil && a.Killed() && a.problems.add(address, "the plugin is no more")
}

// endDeposed plans the end of a deposed object again, with the private state that Read returned, and carries it out.
func (a *apply) endDeposed(address string, first Plan) bool {
	a.t.Helper()
	name, left := address+" (deposed)", first.prior
	if a.dead(name) {
		return false
	}
	again, diags := a.p.Plan(a.t, first.Type, first.prior, nil)
	if !a.problems.add(name, Problem(diags)) {
		left = a.carryOut(a.t, a.p, name, again, &a.problems)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.Deposed, address)
	if left.Exists() {
		a.Deposed[address] = left
	}
	return !left.Exists()
}

// carryOutHalf carries out one half of a change, and says whether that succeeded.
func (a *apply) carryOutHalf(h half) bool {
	a.t.Helper()
	change, block, first := a.plan.changes[h.address], a.plan.config[h.address], a.plan.replacedFirst(h.address)
	switch {
	case a.dead(h.address):
		return false
	case h.ends && first:
		return a.endDeposed(h.address, *change.Destroy)
	case h.ends:
		left := a.carryOut(a.t, a.p, h.address, *change.Destroy, &a.problems)
		a.put(h.address, left)
		return !left.Exists()
	}
	again, problem := a.p.PlanAgain(a.t, *change.Put, block.resolved(a.ids(block.refersTo())))
	if problem != "" {
		a.problems.add(h.address, "second plan: "+problem)
		return false
	}
	before := a.at(h.address)
	var said report
	after := a.carryOut(a.t, a.p, h.address, again, &said)
	succeeded := len(said.said) == 0
	a.mu.Lock()
	defer a.mu.Unlock()
	a.problems.said = append(a.problems.said, said.said...)
	switch {
	case first && !after.Exists():
		after = before
	case first && a.Deposed[h.address].Exists():
		a.t.Fatalf("%s: two deposed objects", h.address)
	case first:
		a.Deposed[h.address] = before
	}
	a.State[h.address] = after
	if a.refersTo != nil {
		a.refersTo[h.address] = block.refersTo()
	}
	return succeeded
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

// Destroy is `terraform destroy`: it makes a normal plan first, whose warnings no one sees and whose errors end it.
func (w *Workspace) Destroy(t testing.TB, config Config, o PlanOptions) (problem string) {
	t.Helper()
	fresh := w
	if !o.NoRefresh {
		plan, problem := w.Plan(t, config, o)
		if problem != "" {
			return problem
		}
		fresh = &Workspace{Deployment: w.Deployment, Folder: w.Folder, Settings: w.Settings, Deposed: w.Deposed, refersTo: plan.refersTo}
		fresh.keep(plan.state)
	}
	o.NoRefresh, o.Moved = true, nil
	plan, problem := fresh.Plan(t, nil, o)
	if problem != "" {
		return problem
	}
	return w.ApplyPlan(t, plan)
}
