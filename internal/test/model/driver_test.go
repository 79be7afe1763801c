package model

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

const audienceKind = "talonone_audience"

// workspace is a state with a memory of its last applies.
type workspace struct {
	*acctest.Workspace
	// earlier, before and now are the configurations of the last three applies: one may have been cut off.
	earlier, before, now acctest.Config
	// planned is last_sync as the last plan found it.
	planned map[string]tftypes.Value
}

// problems are what went wrong, one a line.
type problems []string

func (p *problems) add(format string, values ...any) { *p = append(*p, fmt.Sprintf(format, values...)) }

func (p *problems) String() string {
	slices.Sort(*p)
	return strings.Join(*p, "\n")
}

const refusal = "Exclusive ownership requires an import"

// refusedOnly says whether all problems are refusals to create these exclusive resources.
func (w *workspace) refusedOnly(problem string, config acctest.Config, addresses map[string]bool) bool {
	known := slices.AppendSeq(slices.Collect(maps.Keys(config)), maps.Keys(w.State))
	for line := range strings.SplitSeq(problem, "\n") {
		for _, address := range known {
			if strings.HasPrefix(line, address) && (!addresses[address] || !strings.Contains(line, refusal)) {
				return false
			}
		}
	}
	return problem != ""
}

// refused plans what must be refused, and returns the text of what is wrong with the refusals.
func (w *workspace) refused(t testing.TB, config acctest.Config, o acctest.PlanOptions, addresses []string) string {
	t.Helper()
	w.Deployment.Forget()
	_, said := w.Plan(t, config, o)
	var wrong problems
	want := make(map[string]bool)
	for _, address := range addresses {
		want[address] = true
		is := func(line string) bool {
			return strings.HasPrefix(line, address+": ") && strings.Contains(line, refusal)
		}
		if !slices.ContainsFunc(strings.Split(said, "\n"), is) {
			wrong.add("%s is not refused", address)
		}
	}
	if len(wrong) > 0 || !w.refusedOnly(said, config, want) {
		wrong.add("the plan said: %s", said)
	}
	w.wrote(&wrong)
	return wrong.String()
}

// wrote reports the requests of a plan that could have changed something.
func (w *workspace) wrote(p *problems) {
	for _, request := range w.Deployment.Server.Requests() {
		if acctest.IsWrite(request.Method, request.Path) {
			p.add("planning wrote: %s %s", request.Method, request.Path)
		}
	}
}

// apply does what `terraform apply` does, and returns the text of all problems.
func (w *workspace) apply(t testing.TB, config acctest.Config, o acctest.PlanOptions) string {
	t.Helper()
	w.earlier, w.before, w.now = w.before, w.now, config
	w.Deployment.Forget()
	plan, problem := w.Plan(t, config, o)
	if problem != "" {
		return "plan: " + problem
	}
	var wrong problems
	if w.wrote(&wrong); len(wrong) > 0 {
		return wrong.String()
	}
	w.planned = make(map[string]tftypes.Value)
	p := w.Deployment.NewProcess(t, nil)
	for address, block := range config {
		if object := plan.Refreshed(address); managesRows(block) && object.Exists() && plan.Change(address).Destroy == nil {
			w.planned[address] = p.Attribute(t, object, "last_sync")
		}
	}
	return w.ApplyPlan(t, plan)
}

// managesRows says whether a resource has last_sync.
func managesRows(b acctest.Block) bool {
	return slices.Contains([]string{membershipsKind, itemsKind, reservationsKind}, b.Type)
}

// synced checks that last_sync says what the last apply has done: it changes when rows change, and only then.
func (w *workspace) synced(t testing.TB, o outcome) string {
	t.Helper()
	p := w.Deployment.NewProcess(t, nil)
	var wrong problems
	for address, want := range o.synced {
		if !managesRows(w.now[address]) {
			continue
		}
		before, existed := w.planned[address]
		now := p.Attribute(t, w.State[address], "last_sync")
		if existed && want == (rows{}) {
			if !now.Equal(before) {
				wrong.add("last_sync of %s: nothing has changed, and it was %s, then %s", address, before, now)
			}
			continue
		}
		if got := rowsOf(t, now); got != want {
			wrong.add("last_sync of %s: want %+v, got %+v", address, want, got)
		}
		if existed && now.Equal(before) {
			wrong.add("last_sync of %s: %+v has changed, and it still is %s", address, want, now)
		}
	}
	return wrong.String()
}

func rowsOf(t testing.TB, lastSync tftypes.Value) rows {
	t.Helper()
	var parts map[string]tftypes.Value
	if err := lastSync.As(&parts); err != nil {
		t.Fatal(err)
	}
	number := func(name string) int {
		var number big.Float
		if parts == nil {
			return -1
		}
		if err := parts[name].As(&number); err != nil {
			t.Fatal(err)
		}
		whole, _ := number.Int64()
		return int(whole)
	}
	return rows{number("added"), number("updated"), number("removed"), number("released")}
}

// ids are the numbers of what has an `id`, by address.
func (w *workspace) ids(t testing.TB) map[string]int64 {
	t.Helper()
	p := w.Deployment.NewProcess(t, nil)
	ids := make(map[string]int64)
	for address, object := range w.State {
		if object.Type != audienceKind && object.Type != referralKind {
			continue
		}
		var number big.Float
		if err := p.Attribute(t, object, "id").As(&number); err != nil {
			t.Fatal(err)
		}
		ids[address], _ = number.Int64()
	}
	return ids
}

// countedForAll counts what all resources of a coupon have done; one that comes first doesn't know what the next one does.
const countedForAll = "reservation_count"

// shared says whether another object was about the same coupon in the last apply, be it to destroy it. One that is created
// before the old one is destroyed doesn't see what that changes.
func (w *workspace) shared(address string) bool {
	for _, blocks := range []acctest.Config{w.earlier, w.before, w.now} {
		for other, b := range blocks {
			if (other != address || b.CreateBeforeDestroy) && b.Type == reservationsKind && b.Attributes["coupon_value"] == w.now[address].Attributes["coupon_value"] {
				return true
			}
		}
	}
	return false
}

// settled checks that a fresh look at the deployment finds what the state says, and nothing to do but for what is
// unfinished. It returns the text of all problems.
func (w *workspace) settled(t testing.TB, config acctest.Config, unfinished map[string]bool) (more bool, problem string) {
	t.Helper()
	w.Deployment.Forget()
	plan, problem := w.Plan(t, config, acctest.PlanOptions{Together: true})
	if problem != "" {
		return false, "the plan after the apply: " + problem
	}
	p := w.Deployment.NewProcess(t, nil)
	var wrong problems
	for address, object := range w.State {
		fresh := plan.Refreshed(address)
		if !fresh.Exists() {
			wrong.add("fresh read of %s: it is gone", address)
			continue
		}
		for name, values := range p.Differences(t, object, fresh) {
			if (!unfinished[address] || name == "last_sync") && (name != countedForAll || !w.shared(address)) {
				wrong.add("fresh read of %s: %s is %s", address, name, values)
			}
		}
		w.State[address] = fresh
	}
	if len(w.Deposed) > 0 {
		wrong.add("deposed objects are left: %v", slices.Sorted(maps.Keys(w.Deposed)))
	}
	for address := range config {
		change := plan.Change(address)
		if !change.Empty() == unfinished[address] {
			more = more || unfinished[address]
			continue
		}
		text := "is not empty:"
		if change.Empty() {
			text = "is empty, and should remove what is not listed"
		}
		for _, half := range []*acctest.Plan{change.Destroy, change.Put} {
			if half != nil {
				text += " " + p.Contradiction(t, *half, plan.Refreshed(address))
			}
		}
		wrong.add("the plan after the apply of %s: %s", address, text)
	}
	w.wrote(&wrong)
	return more, wrong.String()
}

// empty says whether there is nothing more to do.
func (w *workspace) empty(t testing.TB, config acctest.Config) bool {
	t.Helper()
	plan, problem := w.Plan(t, config, acctest.PlanOptions{Together: true})
	if problem != "" {
		t.Fatal("the plan after the apply: ", problem)
	}
	return plan.Empty()
}
