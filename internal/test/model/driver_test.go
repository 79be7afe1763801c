package model

import (
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// block is one resource block of a configuration.
type block struct {
	kind       string
	attributes acctest.Attributes
	// audience is the address of the resource whose id is the audience_id; "" is none.
	audience string
}

const audienceKind = "talonone_audience"

// workspace does Terraform's part: it keeps the state of many resources, and plans and applies them in the order of their
// references, with everything that may run at once running at once.
type workspace struct {
	d     *acctest.Deployment
	state map[string]acctest.Instance
	// before and now are the configurations of the last two applies.
	before, now map[string]block
}

// run is one command, with a provider of its own.
type run struct {
	*workspace
	t    testing.TB
	p    *acctest.Process
	mu   sync.Mutex
	said []string
}

func (w *workspace) start(t testing.TB) *run {
	return &run{workspace: w, t: t, p: w.d.NewProcess(t, nil)}
}

// problem notes what went wrong with a resource; "" is nothing.
func (r *run) problem(address, action, text string) bool {
	if text == "" {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.said = append(r.said, action+" "+address+": "+text)
	return true
}

func (r *run) problems() string {
	slices.Sort(r.said)
	return strings.Join(r.said, "\n")
}

// together does something for all addresses at once. A panic, which is how a test ends, comes out of it.
func together(addresses []string, visit func(address string)) {
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

// refresh reads the whole state.
func (r *run) refresh() map[string]acctest.Instance {
	fresh := make(map[string]acctest.Instance, len(r.state))
	var mu sync.Mutex
	together(slices.Sorted(maps.Keys(r.state)), func(address string) {
		object, diags := r.p.Refresh(r.t, r.state[address])
		r.problem(address, "refresh", acctest.Problem(diags))
		mu.Lock()
		defer mu.Unlock()
		if object.Exists() {
			fresh[address] = object
		}
	})
	return fresh
}

// change plans one resource for a refreshed state.
func (r *run) change(address string, prior acctest.Instance, config acctest.Attributes, kind string) acctest.Change {
	change, problem := r.p.PlanChange(r.t, kind, prior, config)
	r.problem(address, "plan", problem)
	return change
}

// plan plans everything for a refreshed state: audiences first, since others refer to them.
func (r *run) plan(state map[string]acctest.Instance, config map[string]block) map[string]acctest.Change {
	changes := make(map[string]acctest.Change)
	var mu sync.Mutex
	note := func(address string, s acctest.Change) {
		mu.Lock()
		defer mu.Unlock()
		if !s.Empty() {
			changes[address] = s
		}
	}
	audiences, others := split(state, config)
	together(audiences, func(address string) {
		note(address, r.change(address, state[address], config[address].attributes, audienceKind))
	})
	ids := make(map[string]tftypes.Value)
	for _, address := range audiences {
		switch s := changes[address]; {
		case s.Put != nil:
			ids[address] = r.p.Planned(r.t, *s.Put, "id")
		case s.Destroy == nil && state[address].Exists():
			ids[address] = r.p.Attribute(r.t, state[address], "id")
		}
	}
	together(others, func(address string) {
		note(address, r.change(address, state[address], config[address].resolved(ids), kindOf(address, state, config)))
	})
	return changes
}

func kindOf(address string, state map[string]acctest.Instance, config map[string]block) string {
	if b, ok := config[address]; ok {
		return b.kind
	}
	return state[address].Type
}

// split are the addresses of a state and a configuration, audiences and others.
func split(state map[string]acctest.Instance, config map[string]block) (audiences, others []string) {
	all := make(map[string]bool)
	for address := range state {
		all[address] = true
	}
	for address := range config {
		all[address] = true
	}
	for _, address := range slices.Sorted(maps.Keys(all)) {
		if kindOf(address, state, config) == audienceKind {
			audiences = append(audiences, address)
		} else {
			others = append(others, address)
		}
	}
	return audiences, others
}

// resolved are a block's attributes with the reference filled in.
func (b block) resolved(ids map[string]tftypes.Value) acctest.Attributes {
	if b.audience == "" {
		return b.attributes
	}
	attributes := maps.Clone(b.attributes)
	attributes["audience_id"] = ids[b.audience]
	return attributes
}

// apply does what `terraform apply` does, and returns the text of all problems.
func (w *workspace) apply(t testing.TB, config map[string]block) string {
	t.Helper()
	w.before, w.now = w.now, config
	planning := w.start(t)
	w.d.Forget()
	w.state = planning.refresh()
	changes := planning.plan(w.state, config)
	planning.problem("", "planning wrote:", strings.Join(w.writes(), ", "))
	if len(planning.said) > 0 {
		return planning.problems()
	}
	applying := w.start(t)
	applying.carryOut(changes, config)
	return applying.problems()
}

// carryOut applies changes in the order of their references.
func (r *run) carryOut(changes map[string]acctest.Change, config map[string]block) {
	audiences, others := split(r.state, config)
	destroy := func(address string) {
		if plan := changes[address].Destroy; plan != nil {
			r.applyOne(address, "destroy", *plan)
		}
	}
	together(others, destroy)
	together(audiences, destroy)
	put := func(address string) {
		plan := changes[address].Put
		if plan == nil {
			return
		}
		// All references are known by now.
		again, problem := r.p.PlanAgain(r.t, *plan, config[address].resolved(r.audienceIDs()))
		if !r.problem(address, "second plan of", problem) {
			r.applyOne(address, "apply", again)
		}
	}
	together(audiences, put)
	together(others, put)
}

func (r *run) applyOne(address, action string, plan acctest.Plan) {
	applied, diags := r.p.Apply(r.t.Context(), r.t, plan)
	if !r.problem(address, action, acctest.Problem(diags)) {
		r.problem(address, action, r.p.Contradiction(r.t, plan, applied))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if applied.Exists() {
		r.state[address] = applied
	} else {
		delete(r.state, address)
	}
}

// audienceIDs are the IDs of all audiences in the state.
func (r *run) audienceIDs() map[string]tftypes.Value {
	r.mu.Lock()
	defer r.mu.Unlock()
	ids := make(map[string]tftypes.Value)
	for address, object := range r.state {
		if object.Type == audienceKind {
			ids[address] = r.p.Attribute(r.t, object, "id")
		}
	}
	return ids
}

// ids are the numbers of what has an `id`, by address.
func (w *workspace) ids(t testing.TB) map[string]int64 {
	t.Helper()
	r := w.start(t)
	ids := make(map[string]int64)
	for address, object := range w.state {
		if object.Type != audienceKind && object.Type != referralKind {
			continue
		}
		var number big.Float
		if err := r.p.Attribute(t, object, "id").As(&number); err != nil {
			t.Fatal(err)
		}
		ids[address], _ = number.Int64()
	}
	return ids
}

// emptiedByRefresh are the attributes of which the documentation says that a refresh empties them.
var emptiedByRefresh = []string{"sample_joining", "sample_leaving"}

// countedForAll counts what all resources of a coupon have done; one that comes first doesn't know what the next one does.
const countedForAll = "reservation_count"

// shared says whether another resource was about the same coupon in the last apply, be it to destroy it.
func (w *workspace) shared(address string) bool {
	for _, blocks := range []map[string]block{w.before, w.now} {
		for other, b := range blocks {
			if other != address && b.kind == reservationsKind && b.attributes["coupon_value"] == w.now[address].attributes["coupon_value"] {
				return true
			}
		}
	}
	return false
}

// settled checks that a fresh look at the deployment finds what the state says, and nothing to do. It returns the text of
// all problems.
func (w *workspace) settled(t testing.TB, config map[string]block) string {
	t.Helper()
	r := w.start(t)
	w.d.Forget()
	fresh := r.refresh()
	for address, object := range w.state {
		if !fresh[address].Exists() {
			r.problem(address, "fresh read of", "it is gone")
			continue
		}
		for name, values := range r.p.Differences(t, object, fresh[address]) {
			if !slices.Contains(emptiedByRefresh, name) && (name != countedForAll || !w.shared(address)) {
				r.problem(address, "fresh read of", name+" is "+values)
			}
		}
	}
	w.state = fresh
	for address, s := range r.plan(fresh, config) {
		text := "is not empty:"
		for _, plan := range []*acctest.Plan{s.Destroy, s.Put} {
			if plan != nil {
				text += " " + r.p.Contradiction(t, *plan, fresh[address])
			}
		}
		r.problem(address, "the plan after the apply of", text)
	}
	r.problem("", "planning wrote:", strings.Join(w.writes(), ", "))
	return r.problems()
}

// writes are the requests that could have changed something.
func (w *workspace) writes() []string {
	var writes []string
	for _, request := range w.d.Server.Requests() {
		if request.Method != http.MethodGet && !strings.Contains(request.Path, "_search") {
			writes = append(writes, fmt.Sprintf("%s %s", request.Method, request.Path))
		}
	}
	return writes
}
