package trust

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// rule is something that users rely on.
type rule struct {
	// name is that of the subtest, and says rests on it in docs/trust.md.
	name, says string
	// skips says why a rule doesn't concern a resource; "" is that it does.
	skips func(subject) string
	test  func(*testing.T, subject)
}

// The reasons for which rules don't concern resources.
const (
	noRows      = "it puts no rows into the deployment"
	oneObject   = "it is one object"
	noExclusive = "it never owns what it doesn't list"
	runsOnce    = "it carries something out once"
	noGuard     = "it has no limit"
	staysBehind = "its rows stay when it is destroyed"
	plainNames  = "its names contain only ASCII letters"
	repeatable  = "a repeated create changes nothing"
)

func (s subject) hasNoRows() string {
	switch {
	case s.runs:
		return runsOnce
	case s.put == nil:
		return noRows
	default:
		return ""
	}
}

func unless(holds bool, reason string) string {
	if holds {
		return ""
	}
	return reason
}

// first is the first reason.
func first(reasons ...string) string {
	for _, reason := range reasons {
		if reason != "" {
			return reason
		}
	}
	return ""
}

// scene is a deployment and a workspace on it.
type scene struct {
	*testing.T
	subject

	d *acctest.Deployment
	w *acctest.Workspace
}

func stage(t *testing.T, s subject, options ...func(*emulator.Options)) scene {
	t.Helper()
	d := start(t, options...)
	if strings.HasSuffix(s.kind, "cart_item_return") {
		d.Call(t, http.MethodPut, "/v2/customer_sessions/order", map[string]any{"customerSession": map[string]any{
			"profileId": "customer-1", "state": "closed", "cartItems": []any{map[string]any{"sku": "SOCKS", "quantity": 5, "price": 4.5}},
		}}, nil)
	}
	return scene{T: t, subject: s, d: d, w: d.NewWorkspace(t)}
}

// must ends the test where there is a problem.
func (s scene) must(problem string) {
	s.Helper()
	if problem != "" {
		s.Fatal(problem)
	}
}

// refused ends the test where there is no problem, where it is one that core has with the provider, or lacks a text.
func (s scene) refused(problem string, texts ...string) {
	s.Helper()
	if problem == "" {
		s.Fatal("it was not refused")
	}
	for _, text := range texts {
		if !strings.Contains(problem, text) {
			s.Errorf("%q is not in the message:\n%s", text, problem)
		}
	}
	if strings.Contains(problem, "blames the provider") {
		s.Error(problem)
	}
}

// holds checks the rows of the deployment.
func (s scene) holds(rows ...string) {
	s.Helper()
	slices.Sort(rows)
	if diff := cmp.Diff(rows, rowsIn(s, s.d, s.subject)); diff != "" && len(rows)+len(rowsIn(s, s.d, s.subject)) > 0 {
		s.Errorf("rows in the deployment (-want +got):\n%s", diff)
	}
}

func (s scene) apply(written attributes) {
	s.Helper()
	s.must(s.w.Apply(s, s.one(written), acctest.PlanOptions{}))
}

func (s scene) plan(config acctest.Config, o acctest.PlanOptions) *acctest.SavedPlan {
	s.Helper()
	plan, problem := s.w.Plan(s, config, o)
	s.must(problem)
	return plan
}

// settled checks that there is nothing to do, and that nothing was written to find that.
func (s scene) settled(config acctest.Config) {
	s.Helper()
	s.d.Forget()
	if plan := s.plan(config, acctest.PlanOptions{}); !plan.Empty() {
		s.Error("the next plan is not empty")
	}
	s.unwritten()
}

// unwritten checks that the deployment has received no write.
func (s scene) unwritten() {
	s.Helper()
	for _, request := range s.d.Server.Requests() {
		if acctest.IsWrite(request.Method, request.Path) {
			s.Errorf("%s %s was sent", request.Method, request.Path)
		}
	}
}

func rules() []rule {
	removes := func(s subject) string { return first(s.hasNoRows(), unless(!s.keeps, staysBehind)) }
	owns := func(s subject) string { return unless(s.exclusive, noExclusive) }
	return []rule{
		{"listed-is-owned", "A row that the configuration lists is managed, even if others created it, and removed when it is no longer listed. The plan warns about existing rows, except for single members and profiles, whose pages say so.", removes, listedIsOwned},
		{"only-its-own", "Destroying removes the rows of the resource, and no others.", removes, onlyItsOwn},
		{"plan-shows-it", "No row is removed that the plan did not show: one that is added between plan and apply stays, and one that is already gone is not an error.", removes, planShowsIt},
		{"create-never-removes", "An exclusive resource is never created over rows of others: the plan is refused and shows the import block.", owns, createNeverRemoves},
		{"exclusive-removes-what-it-saw", "An exclusive resource removes the rows that its refresh found, and none that were added later.", owns, exclusiveRemovesWhatItSaw},
		{"leaving-exclusive", "Changing from exclusive to additive removes nothing.", owns, leavingExclusive},
		{"import-removes-nothing", "An import by itself never leads to a removal.", owns, importRemovesNothing},
		{"guards-hold", "Limits hold for removed rows, replacements, tainted objects and destroys. For an update, or a replacement without create_before_destroy, they can be raised in the same change.", func(s subject) string { return unless(s.guard != nil, noGuard) }, guardsHold},
		{"replacement-converges", "A replacement, including forced ones and those of tainted objects, ends in one apply with what the configuration describes; or the plan is refused if the object could not be created again.", func(s subject) string { return s.hasNoRows() }, replacementConverges},
		{"create-before-destroy", "With create_before_destroy a replacement keeps the rows that the new object wants.", func(s subject) string {
			return first(s.hasNoRows(), unless(!s.once || s.bulk, "a second one exists beside it"), unless(!s.final, "its replacement is refused"))
		}, createBeforeDestroy},
		{"renamed-key", "A renamed key without a moved block loses nothing: the row stays, or the plan is refused if a removal could not be undone. Audiences and referrals are the exception: they are deleted and created again, with another ID and another code.", removes, renamedKey},
		{"moved-row", "A row that moves from one resource to another stays, or the plan is refused if a removal could not be undone.", func(s subject) string {
			return first(removes(s), unless(s.bulk, oneObject))
		}, movedRow},
		{"two-owners", "A row with two owners is refused in the plan that would make the second one.", func(s subject) string {
			return first(removes(s), unless(!s.once, "a second one exists beside it"))
		}, twoOwners},
		{"killed", "After a kill at any write, before or after it takes effect, the next apply leads to the configuration and does not touch rows of others.", func(subject) string { return "" }, killed},
		{"interrupted", "After Ctrl-C at any write, the next apply completes the rest.", func(subject) string { return "" }, interrupted},
		{"reads-lag", "If reads lag behind writes, or alternate between an older and a newer state, nothing is created twice or forgotten.", func(subject) string { return "" }, readsLag},
		{"vanished", "What was deleted outside Terraform does not block a destroy.", func(s subject) string { return first(unless(!s.runs, runsOnce)) }, vanished},
		{"nothing-to-do", "Right after an apply there is nothing to do, a refresh changes nothing, and nothing is sent.", func(subject) string { return "" }, nothingToDo},
		{"unknown-values", "Every value can be unknown when planning.", func(subject) string { return "" }, unknownValues},
		{"one-deployment", "State and plan belong to one deployment: nothing is read, changed or destroyed in another one with the same numbers.", func(subject) string { return "" }, oneDeployment},
		{"second-state", "A second state never adopts what the first one created.", func(s subject) string { return unless(s.once && !s.runs, repeatable) }, secondState},
		{"only-changes", "An update sends what changes, and no other row.", func(s subject) string { return first(removes(s), unless(s.bulk, oneObject)) }, onlyChanges},
		{"last-sync", "`last_sync` says what the last change of rows did. Settings, refreshes and repeated applies do not change it.", func(s subject) string { return unless(s.guard != nil && s.bulk, oneObject) }, lastSync},
		{"planted-note", "A file that others put into the data folder never makes a create adopt or skip anything.", func(s subject) string { return unless(s.once && !s.runs, repeatable) }, plantedNote},
		{"integration-key", "With only the Integration key, rows that others removed block nothing.", func(s subject) string { return first(s.hasNoRows(), needsManagementKey(s)) }, integrationKeyAlone},
		{"narrow-key", "A Management key that lacks the endpoints works like no key.", func(s subject) string { return first(s.hasNoRows(), needsManagementKey(s)) }, narrowKey},
		{"real-commands", "The commands of Terraform itself keep all of this: saved plans, `terraform test` beside a state, a second workspace, `-replace`, a renamed key.", func(subject) string { return "" }, realCommands},
		{"other-normal-form", "A row that differs from a listed one only in its Unicode normal form is another row: it is never removed instead of the listed one, and causes no repeated changes.", func(s subject) string { return first(s.hasNoRows(), unless(!s.plain, plainNames)) }, otherNormalForm},
		{"timeouts", "Timeouts end what takes too long, and say so. Changing only them sends nothing.", func(subject) string { return "" }, timeoutsHold},
		{"limited", "Requests that the deployment refuses because of its rate limit are retried, and rows that move between pages are neither lost nor doubled.", func(subject) string { return "" }, limited},
		{"lost-response", "A create whose response is lost creates nothing twice.", func(s subject) string { return unless(!s.keeps || s.once, repeatable) }, lostResponse},
	}
}

func listedIsOwned(t *testing.T, of subject) {
	s := stage(t, of)
	if s.once {
		// An object of others with the same settings is another object.
		s.put(s, s.d, "a-1")
		s.apply(s.config(s.initial()...))
		return
	}
	s.put(s, s.d, "a-1")
	config := s.one(s.config(s.initial()...))
	plan := s.plan(config, acctest.PlanOptions{})
	if told := plan.Warning != ""; told == s.untold {
		s.Errorf("a warning says that a row exists already: %t", told)
	}
	s.must(s.w.ApplyPlan(s, plan))
	s.holds(s.initial()...)
	if s.bulk {
		s.apply(s.config("b-1"))
		s.holds("b-1")
		s.must(s.w.Destroy(s, s.one(s.config("b-1")), acctest.PlanOptions{}))
	} else {
		s.must(s.w.Destroy(s, config, acctest.PlanOptions{}))
	}
	s.holds()
}

func timeoutsHold(t *testing.T, of subject) {
	s := stage(t, of)
	written := s.config(s.initial()...)
	s.apply(written)
	s.d.Forget()
	impatient := with(written, attributes{"timeouts": attributes{"read": "50ms", "update": "45m"}})
	s.apply(impatient)
	s.unwritten()
	if s.runs {
		return
	}
	if err := s.d.Server.AddFault(emulator.Fault{Hang: true}); err != nil {
		s.Fatal(err)
	}
	s.refused(s.w.Refresh(s), "timeouts block")
}

// Terraform brings every text of a configuration and a state into Unicode's form NFC.
func otherNormalForm(t *testing.T, of subject) {
	const listed, others = "Caf\u00e9-1", "Cafe\u0301-1"
	s := stage(t, of)
	s.put(s, s.d, others)
	s.apply(s.config(listed))
	s.holds(listed, others)
	s.settled(s.one(s.config(listed)))
	if !s.keeps {
		s.must(s.w.Destroy(s, s.one(s.config(listed)), acctest.PlanOptions{}))
		s.holds(others)
	}
	if !s.exclusive {
		return
	}
	s.take(s, s.d, others)
	s.apply(s.owning(listed))
	s.put(s, s.d, others)
	plan := s.plan(s.one(s.owning(listed)), acctest.PlanOptions{})
	// A list that can't hold the other ID leaves it alone.
	left := strings.Contains(plan.Warning, "NFC")
	if left != plan.Empty() {
		s.Errorf("the plan is empty: %t, and it warns: %s", plan.Empty(), plan.Warning)
	}
	s.must(s.w.ApplyPlan(s, plan))
	rows := map[bool][]string{true: {listed, others}, false: {listed}}[left]
	s.holds(rows...)
	s.settled(s.one(s.owning(listed)))
	if left {
		return
	}
	s.take(s, s.d, listed)
	s.put(s, s.d, others)
	_, problem := s.w.Plan(s, s.one(s.owning(listed)), acctest.PlanOptions{})
	s.refused(problem, "spelling", "NFC")
	s.apply(s.owning())
	s.holds()
	s.settled(s.one(s.owning()))
}

func onlyItsOwn(t *testing.T, of subject) {
	s := stage(t, of)
	s.put(s, s.d, "others-1")
	s.apply(s.config(s.initial()...))
	s.holds(append(s.initial(), "others-1")...)
	s.must(s.w.Destroy(s, s.one(s.config(s.initial()...)), acctest.PlanOptions{}))
	s.holds("others-1")
}

func planShowsIt(t *testing.T, of subject) {
	s := stage(t, of)
	s.apply(s.config(s.initial()...))
	var next acctest.Config
	if s.bulk {
		next = s.one(s.config("b-1", "c-1"))
	}
	plan := s.plan(next, acctest.PlanOptions{})
	s.put(s, s.d, "others-1")
	if s.bulk {
		if !s.once {
			s.put(s, s.d, "c-1")
		}
		if s.take != nil {
			s.take(s, s.d, "a-1")
		}
	}
	s.must(s.w.ApplyPlan(s, plan))
	if s.bulk {
		s.holds("b-1", "c-1", "others-1")
	} else {
		s.holds("others-1")
	}
}

func createNeverRemoves(t *testing.T, of subject) {
	s := stage(t, of)
	s.put(s, s.d, "others-1")
	s.d.Forget()
	_, problem := s.w.Plan(s, s.one(s.owning("a-1")), acctest.PlanOptions{})
	s.refused(problem, "import {")
	s.unwritten()

	// Planned over an empty target, and filled before the apply.
	s.take(s, s.d, "others-1")
	plan := s.plan(s.one(s.owning("a-1")), acctest.PlanOptions{})
	s.put(s, s.d, "others-1")
	s.w.ApplyPlan(s, plan)
	if !slices.Contains(rowsIn(s, s.d, s.subject), "others-1") {
		s.Error("the create has removed a row")
	}
}

func exclusiveRemovesWhatItSaw(t *testing.T, of subject) {
	s := stage(t, of)
	s.apply(s.owning("a-1", "b-1"))
	s.put(s, s.d, "others-1")
	plan := s.plan(s.one(s.owning("a-1")), acctest.PlanOptions{})
	s.put(s, s.d, "others-2")
	s.must(s.w.ApplyPlan(s, plan))
	s.holds("a-1", "others-2")
	s.apply(s.owning("a-1"))
	s.holds("a-1")
	s.settled(s.one(s.owning("a-1")))
}

func leavingExclusive(t *testing.T, of subject) {
	s := stage(t, of)
	s.apply(s.owning("a-1", "b-1"))
	s.put(s, s.d, "others-1")
	s.must(s.w.Refresh(s))
	s.apply(s.config("a-1", "b-1"))
	s.holds("a-1", "b-1", "others-1")
	s.settled(s.one(s.config("a-1", "b-1")))
}

func importRemovesNothing(t *testing.T, of subject) {
	s := stage(t, of)
	for _, row := range []string{"a-1", "b-1", "others-1"} {
		s.put(s, s.d, row)
	}
	config := s.one(s.config("a-1"))
	s.must(s.w.Apply(s, config, acctest.PlanOptions{Import: map[string]string{"it": s.target}}))
	s.holds("a-1", "b-1", "others-1")
	s.settled(config)
}

func guardsHold(t *testing.T, of subject) {
	rows := of.initial()
	guarded, free := with(of.config(rows...), of.guard), with(of.config(rows...), of.lifted)
	replace := acctest.PlanOptions{Replace: []string{"it"}}
	for _, ownership := range []string{"", "exclusive"} {
		if ownership != "" && !of.exclusive {
			continue
		}
		s := stage(t, of)
		owned := func(written attributes) attributes {
			if ownership == "" {
				return written
			}
			return with(written, attributes{"ownership": ownership})
		}
		config := s.one(owned(guarded))
		s.apply(owned(guarded))
		if s.bulk {
			_, problem := s.w.Plan(s, s.one(owned(with(s.config("a-1"), s.guard))), acctest.PlanOptions{})
			s.refused(problem)
		}
		_, problem := s.w.Plan(s, config, replace)
		s.refused(problem)
		if s.elsewhere != nil {
			_, problem = s.w.Plan(s, s.one(owned(with(guarded, s.elsewhere))), acctest.PlanOptions{})
			s.refused(problem)
		}
		object := s.w.State["it"]
		object.Tainted = true
		s.w.State["it"] = object
		if problem := s.w.Apply(s, config, acctest.PlanOptions{}); problem == "" {
			s.Error("a tainted object was replaced")
		}
		object.Tainted = false
		s.w.State["it"] = object
		s.refused(s.w.Destroy(s, config, acctest.PlanOptions{}))
		s.refused(s.w.Destroy(s, config, acctest.PlanOptions{NoRefresh: true}))
		s.holds(rows...)
		// Lifted in the same change.
		s.must(s.w.Apply(s, s.one(owned(free)), replace))
		s.holds(rows...)
		s.must(s.w.Destroy(s, s.one(owned(free)), acctest.PlanOptions{}))
		s.holds()
	}
}

func replacementConverges(t *testing.T, of subject) {
	rows := of.initial()
	for _, exclusive := range []bool{false, true} {
		if exclusive && !of.exclusive {
			continue
		}
		written := of.config(rows...)
		if exclusive {
			written = of.owning(rows...)
		}
		s := stage(t, of)
		config := s.one(written)
		s.apply(written)
		if s.final {
			for _, noRefresh := range []bool{false, true} {
				s.refused(s.w.Apply(s, config, acctest.PlanOptions{Replace: []string{"it"}, NoRefresh: noRefresh}))
				s.holds(rows...)
			}
			object := s.w.State["it"]
			object.Tainted = true
			s.w.State["it"] = object
			s.refused(s.w.Apply(s, config, acctest.PlanOptions{}))
			s.holds(rows...)
			return
		}
		s.must(s.w.Apply(s, config, acctest.PlanOptions{Replace: []string{"it"}}))
		s.holds(rows...)
		s.settled(config)
		for _, noRefresh := range []bool{false, true} {
			if noRefresh && exclusive {
				continue // said to the user, see the decision record of rows
			}
			object := s.w.State["it"]
			object.Tainted = true
			s.w.State["it"] = object
			s.must(s.w.Apply(s, config, acctest.PlanOptions{NoRefresh: noRefresh}))
			s.holds(rows...)
			s.settled(config)
		}
		if s.elsewhere != nil && !exclusive {
			s.apply(with(written, s.elsewhere))
			s.apply(written)
			s.holds(rows...)
			s.settled(config)
		}
	}
}

func createBeforeDestroy(t *testing.T, of subject) {
	s := stage(t, of)
	rows := s.initial()
	config := acctest.Config{"it": {Type: s.kind, Attributes: s.config(rows...), CreateBeforeDestroy: true}}
	s.must(s.w.Apply(s, config, acctest.PlanOptions{}))
	before := rowsIn(s, s.d, s.subject)
	s.must(s.w.Apply(s, config, acctest.PlanOptions{Replace: []string{"it"}}))
	if diff := cmp.Diff(before, rowsIn(s, s.d, s.subject)); diff != "" {
		s.Errorf("rows in the deployment (-before +after):\n%s", diff)
	}
	s.settled(config)
}

func renamedKey(t *testing.T, of subject) {
	for _, reverse := range []bool{false, true} {
		s := stage(t, of)
		rows := s.initial()
		block := acctest.Block{Type: s.kind, Attributes: s.config(rows...)}
		s.must(s.w.Apply(s, acctest.Config{"m": block}, acctest.PlanOptions{}))
		// Both names are tried, so that destroy and create come in either order.
		renamed := acctest.Config{"z": block}
		problem := s.w.Apply(s, renamed, acctest.PlanOptions{Reverse: reverse})
		if s.irreversible && !s.once {
			s.refused(problem, "moved {")
			s.holds(rows...)
			continue
		}
		s.must(problem)
		s.holds(rows...)
		s.settled(renamed)
	}
}

func movedRow(t *testing.T, of subject) {
	for _, reverse := range []bool{false, true} {
		s := stage(t, of)
		block := func(rows ...string) acctest.Block {
			return acctest.Block{Type: s.kind, Attributes: s.config(rows...)}
		}
		before := acctest.Config{"m": block("a-1", "b-1"), "z": block("c-1")}
		after := acctest.Config{"m": block("a-1"), "z": block("b-1", "c-1")}
		s.must(s.w.Apply(s, before, acctest.PlanOptions{}))
		problem := s.w.Apply(s, after, acctest.PlanOptions{Reverse: reverse})
		if s.irreversible && !s.once {
			s.refused(problem)
			s.holds("a-1", "b-1", "c-1")
			continue
		}
		s.must(problem)
		s.holds("a-1", "b-1", "c-1")
		s.settled(after)
	}
}

func twoOwners(t *testing.T, of subject) {
	s := stage(t, of)
	block := acctest.Block{Type: s.kind, Attributes: s.config("a-1")}
	s.must(s.w.Apply(s, acctest.Config{"m": block}, acctest.PlanOptions{}))
	for _, reverse := range []bool{false, true} {
		_, problem := s.w.Plan(s, acctest.Config{"m": block, "z": block}, acctest.PlanOptions{Reverse: reverse})
		s.refused(problem, s.named("a-1"))
	}
	// Where both states hold it, as after merging two configurations, everything still works.
	both := acctest.Config{"m": block, "z": block}
	s.w.State["z"] = s.w.State["m"]
	if plan := s.plan(both, acctest.PlanOptions{}); plan.Warning == "" {
		s.Error("no warning says that a row has two owners")
	}
	s.must(s.w.Destroy(s, both, acctest.PlanOptions{}))
	s.holds()
}

// cutOff tries what happens to a life of a resource when an apply is cut off at each of its writes.
func cutOff(t *testing.T, of subject, kill bool) {
	type step struct {
		name          string
		before, after attributes
		rows          []string
	}
	rows := of.initial()
	written := of.config(rows...)
	steps := []step{{"create", nil, written, rows}}
	if of.bulk {
		// Rows, content and settings change together, and ownership with them.
		next := with(with(of.config("b-1", "c-1"), of.changed), attributes{"max_removal_percent": 90})
		steps = append(steps, step{"update", written, next, []string{"b-1", "c-1"}})
		if of.exclusive {
			steps = append(steps,
				step{"become exclusive", written, with(next, attributes{"ownership": "exclusive"}), []string{"b-1", "c-1"}},
				step{"leave exclusive", of.owning(rows...), next, []string{"a-1", "b-1", "c-1"}}, // a-1 is released
			)
		}
	}
	if of.changed != nil {
		steps = append(steps, step{"change", written, with(written, of.changed), rows})
	}
	if !of.runs {
		steps = append(steps, step{"destroy", written, nil, nil})
	}
	for _, step := range steps {
		for at := int64(1); ; at++ {
			sprung := false
			for _, after := range []bool{false, true} {
				name := fmt.Sprintf("%s, write %d, carried out %t", step.name, at, after)
				s := stage(t, of)
				h := s.d.Trap(t)
				configured := func(written attributes) acctest.Config {
					if written == nil {
						return nil
					}
					return s.one(written)
				}
				if step.before != nil {
					s.apply(step.before)
				}
				if s.put != nil && !strings.Contains(step.name, "exclusive") {
					s.put(s, s.d, "others-1")
				}
				s.w.Interrupt = h.Arm(t.Context(), at, after)
				if kill {
					s.w.Killed = h.Sprung
				}
				problem := s.w.Apply(s, configured(step.after), acctest.PlanOptions{})
				h.Disarm()
				if !h.Sprung() {
					s.must(problem)
					continue
				}
				sprung = true
				if problem == "" && kill {
					t.Fatalf("%s: the apply that was cut off succeeded", name)
				}
				s.w.Interrupt, s.w.Killed = nil, nil
				if problem := s.w.Apply(s, configured(step.after), acctest.PlanOptions{}); problem != "" {
					t.Fatalf("%s: the apply after it: %s", name, problem)
				}
				if step.name == "become exclusive" {
					// A catalog that was read by SKU is seen whole by the next refresh only.
					s.apply(step.after)
				}
				checkCutOff(s, name, step.rows)
			}
			if !sprung {
				break
			}
		}
	}
}

// checkCutOff checks what the second apply has led to.
func checkCutOff(s scene, name string, rows []string) {
	s.Helper()
	want := slices.Clone(rows)
	if s.put != nil && !strings.Contains(name, "exclusive") {
		want = append(want, "others-1")
	}
	got := rowsIn(s, s.d, s.subject)
	switch {
	case s.kind == "talonone_event" || s.kind == "talonone_cart_item_return":
		if len(got) != 1 {
			s.Errorf("%s: it ran %d times", name, len(got))
		}
	case s.put == nil && s.kind != "talonone_customer_session":
	default:
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" && len(want)+len(got) > 0 {
			s.Errorf("%s: rows in the deployment (-want +got):\n%s", name, diff)
		}
	}
}

func killed(t *testing.T, of subject)      { cutOff(t, of, true) }
func interrupted(t *testing.T, of subject) { cutOff(t, of, false) }

func readsLag(t *testing.T, of subject) {
	lags := []time.Duration{300 * time.Millisecond}
	if *update {
		// These take their time, which make trust has.
		lags = append(lags, 2*time.Second, 10*time.Second)
	}
	for _, lag := range lags {
		t.Run(lag.String(), func(t *testing.T) {
			t.Parallel()
			readsLagBy(t, of, lag)
		})
	}
}

func readsLagBy(t *testing.T, of subject, lag time.Duration) {
	t.Helper()
	for _, values := range []conventions.Values{{conventions.ReadLag: lag.String()}, {conventions.ReadLag: lag.String(), conventions.Flapping: conventions.Yes}} {
		s := stage(t, of, func(o *emulator.Options) { o.Conventions = values })
		s.w.Settings = attributes{"read_consistency": max(3*time.Second, 2*lag).String()}
		config := s.one(s.config(s.initial()...))
		s.must(s.w.Apply(s, config, acctest.PlanOptions{}))
		before := rowsIn(s, s.d, s.subject)
		s.must(s.w.Apply(s, config, acctest.PlanOptions{}))
		if diff := cmp.Diff(before, rowsIn(s, s.d, s.subject)); diff != "" {
			s.Errorf("rows in the deployment (-first apply +second):\n%s", diff)
		}
	}
}

// limited lets a resource live on a deployment that refuses every second request, and whose rows move between pages.
func limited(t *testing.T, of subject) {
	s := stage(t, of, func(o *emulator.Options) {
		o.Conventions = conventions.Values{conventions.ListShift: conventions.Yes, conventions.PageSizeMax: "3"}
	})
	rows, next := s.initial(), s.initial()
	var others []string
	if s.bulk {
		rows, next = []string{"a-1", "b-1", "c-1", "d-1", "e-1"}, []string{"b-1", "c-1", "d-1", "e-1", "f-1"}
	}
	if s.put != nil {
		others = []string{"others-1"}
		s.put(s, s.d, others[0])
	}
	if err := s.d.Server.AddFault(emulator.Fault{Status: http.StatusTooManyRequests, RetryAfter: "0", Every: 2}); err != nil {
		s.Fatal(err)
	}
	for _, listed := range [][]string{rows, next} {
		s.apply(s.config(listed...))
		if s.put != nil {
			s.holds(append(slices.Clone(others), listed...)...)
		}
	}
	s.must(s.w.Destroy(s, s.one(s.config(next...)), acctest.PlanOptions{}))
	if s.put != nil && !s.keeps {
		s.holds(others...)
	}
}

func vanished(t *testing.T, of subject) {
	s := stage(t, of)
	rows := s.initial()
	config := s.one(s.config(rows...))
	s.must(s.w.Apply(s, config, acctest.PlanOptions{}))
	switch {
	case s.vanish != nil:
		s.vanish(s, s.d)
	case s.take != nil:
		for _, row := range rows {
			s.take(s, s.d, row)
		}
	}
	s.must(s.w.Destroy(s, config, acctest.PlanOptions{}))
	if len(s.w.State) > 0 {
		s.Error("something is left in the state")
	}
}

func nothingToDo(t *testing.T, of subject) {
	s := stage(t, of)
	config := s.one(s.config(s.initial()...))
	s.must(s.w.Apply(s, config, acctest.PlanOptions{}))
	before := s.w.State["it"]
	s.d.Forget()
	s.must(s.w.Refresh(s))
	for name, values := range s.d.NewProcess(s, nil).Differences(s, before, s.w.State["it"]) {
		s.Errorf("the refresh has changed %s: %s", name, values)
	}
	s.settled(config)
}

func unknownValues(t *testing.T, of subject) {
	s := stage(t, of)
	written := s.config(s.initial()...)
	schema := acctest.Schemas(s).ResourceSchemas[s.kind]
	for _, attribute := range schema.Block.Attributes {
		if _, configured := written[attribute.Name]; !configured {
			continue
		}
		unknown := with(written, attributes{attribute.Name: tftypes.NewValue(attribute.ValueType(), tftypes.UnknownValue)})
		if _, problem := s.w.Plan(s, s.one(unknown), acctest.PlanOptions{}); problem != "" {
			s.Errorf("%s unknown in a create: %s", attribute.Name, problem)
		}
	}
	s.apply(written)
	for _, attribute := range schema.Block.Attributes {
		if _, configured := written[attribute.Name]; !configured {
			continue
		}
		unknown := with(written, attributes{attribute.Name: tftypes.NewValue(attribute.ValueType(), tftypes.UnknownValue)})
		if _, problem := s.w.Plan(s, s.one(unknown), acctest.PlanOptions{}); problem != "" {
			s.Errorf("%s unknown in an update: %s", attribute.Name, problem)
		}
	}
}

func oneDeployment(t *testing.T, of subject) {
	s, other := stage(t, of), stage(t, of)
	written := s.config(s.initial()...)
	config := s.one(written)
	create := s.plan(config, acctest.PlanOptions{})
	s.apply(written)
	if s.put != nil && !s.once {
		for _, row := range s.initial() {
			other.put(other, other.d, row)
		}
	}
	before, err := other.d.Server.State()
	s.must(errorText(err))

	// The pipeline of the other environment, with the state of this one.
	s.w.Deployment = other.d
	s.refused(s.w.Refresh(s), s.d.URL, other.d.URL)
	_, problem := s.w.Plan(s, config, acctest.PlanOptions{NoRefresh: true})
	s.refused(problem, s.d.URL, other.d.URL)
	if !s.runs {
		s.refused(s.w.Destroy(s, config, acctest.PlanOptions{NoRefresh: true}), s.d.URL, other.d.URL)
	}
	// And with a plan of this one, which core refuses.
	other.w.Folder = s.w.Folder
	if problem := other.w.ApplyPlan(other, create); problem == "" {
		s.Error("a plan that was made for another deployment was applied")
	}
	after, err := other.d.Server.State()
	s.must(errorText(err))
	if diff := cmp.Diff(string(before), string(after)); diff != "" {
		s.Errorf("the other deployment has changed:\n%s", diff)
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func secondState(t *testing.T, of subject) {
	s := stage(t, of)
	config := s.one(s.config(s.initial()...))
	s.must(s.w.Apply(s, config, acctest.PlanOptions{}))
	first := rowsIn(s, s.d, s.subject)
	for _, folder := range []string{s.w.Folder, s.TempDir(), ""} {
		second := s.d.NewWorkspace(s)
		second.Folder = folder
		plan, problem := second.Plan(s, config, acctest.PlanOptions{})
		s.must(problem)
		s.must(second.ApplyPlan(s, plan))
		s.must(second.Destroy(s, config, acctest.PlanOptions{}))
		if diff := cmp.Diff(first, rowsIn(s, s.d, s.subject)); diff != "" {
			s.Errorf("what the first state has made (-before +after):\n%s", diff)
		}
	}
	s.settled(config)
}

func lostResponse(t *testing.T, of subject) {
	s := stage(t, of)
	config := s.one(s.config(s.initial()...))
	for _, method := range []string{http.MethodPost, http.MethodPut} {
		if err := s.d.Server.AddFault(emulator.Fault{Method: method, AfterApply: true, Reset: true, Times: 1}); err != nil {
			s.Fatal(err)
		}
	}
	s.must(s.w.Apply(s, config, acctest.PlanOptions{}))
	switch {
	case s.runs:
		if got := rowsIn(s, s.d, s.subject); len(got) != 1 {
			s.Errorf("it ran %d times", len(got))
		}
	case s.held != nil && s.put != nil:
		s.holds(s.initial()...)
	}
	s.settled(config)
}

func onlyChanges(t *testing.T, of subject) {
	s := stage(t, of, func(o *emulator.Options) { o.KeepBodies = true })
	s.apply(s.config("a-1", "b-1"))
	s.d.Forget()
	s.apply(s.config("a-1", "b-1", "c-1"))
	s.holds("a-1", "b-1", "c-1")
	writes := 0
	for _, request := range s.d.Server.Requests() {
		if !acctest.IsWrite(request.Method, request.Path) {
			continue
		}
		if writes++; strings.Contains(string(request.Body), "a-1") || strings.Contains(string(request.Body), "b-1") {
			s.Errorf("%s %s sends rows that have not changed: %s", request.Method, request.Path, request.Body)
		}
	}
	if writes != 1 {
		s.Errorf("one row took %d writes", writes)
	}
}

func lastSync(t *testing.T, of subject) {
	s := stage(t, of)
	p := s.d.NewProcess(s, nil)
	said := func() tftypes.Value { return p.Attribute(s, s.w.State["it"], "last_sync") }
	s.apply(with(s.config("a-1", "b-1"), s.guard))
	first := said()
	if first.IsNull() || !first.IsFullyKnown() {
		s.Fatalf("last_sync is %s", first)
	}
	s.apply(with(s.config("a-1", "b-1"), s.lifted))
	s.must(s.w.Refresh(s))
	s.apply(with(s.config("a-1", "b-1"), s.lifted))
	if !said().Equal(first) {
		s.Errorf("nothing but a setting has changed, and last_sync was %s, and is %s", first, said())
	}
	// Two changes with the same numbers are two changes.
	s.apply(with(s.config("a-1", "c-1"), s.lifted))
	second := said()
	s.apply(with(s.config("a-1", "b-1"), s.lifted))
	if second.Equal(first) || said().Equal(second) {
		s.Errorf("rows have changed, and last_sync was %s, %s and %s", first, second, said())
	}
}

func plantedNote(t *testing.T, of subject) {
	s := stage(t, of)
	s.put(s, s.d, "a-1")
	// A note as another folder has written it, of a create that was cut off.
	victim := stage(t, of)
	h := victim.d.Trap(t)
	victim.w.Interrupt, victim.w.Killed = h.Arm(t.Context(), 1, false), h.Sprung
	config := s.one(s.config(s.initial()...))
	victim.w.Apply(victim, config, acctest.PlanOptions{})
	if err := os.CopyFS(filepath.Join(s.w.Folder, "planted"), os.DirFS(victim.w.Folder)); err != nil {
		s.Fatal(err)
	}
	s.w.Folder = filepath.Join(s.w.Folder, "planted")
	before := rowsIn(s, s.d, s.subject)
	s.must(s.w.Apply(s, config, acctest.PlanOptions{}))
	s.must(s.w.Destroy(s, config, acctest.PlanOptions{}))
	if diff := cmp.Diff(before, rowsIn(s, s.d, s.subject)); diff != "" {
		s.Errorf("what others have made (-before +after):\n%s", diff)
	}
}

// needsManagementKey says why a resource can't do without.
func needsManagementKey(s subject) string {
	switch s.kind {
	case "talonone_audience", "talonone_referral", "talonone_referrals",
		"talonone_attribute", "talonone_additional_cost", "talonone_store", "talonone_coupon", "talonone_coupons", "talonone_collection":
		return "it needs a Management key"
	default:
		return ""
	}
}

func integrationKeyAlone(t *testing.T, of subject) {
	withoutManagement(t, of, attributes{"management_api_key": nil})
}

func narrowKey(t *testing.T, of subject) {
	withoutManagement(t, of, attributes{"management_api_key": "narrow-key"})
}

// withoutManagement lives with a provider that can't read everything.
func withoutManagement(t *testing.T, of subject, settings attributes) {
	s := stage(t, of, func(o *emulator.Options) {
		o.Fixture = fixture()
		o.Fixture.ManagementKeys = append(o.Fixture.ManagementKeys, emulator.FixtureManagementKey{Key: "narrow-key", UserID: 1, Endpoints: []string{"/v1/users"}})
	})
	s.w.Settings = settings
	rows := s.initial()
	config := s.one(s.config(rows...))
	s.must(s.w.Apply(s, config, acctest.PlanOptions{}))
	s.holds(rows...)
	s.settled(config)
	if s.take == nil {
		return
	}
	s.take(s, s.d, "a-1")
	if s.bulk {
		s.apply(s.config("b-1", "c-1"))
		s.take(s, s.d, "b-1")
		s.must(s.w.Destroy(s, s.one(s.config("b-1", "c-1")), acctest.PlanOptions{}))
	} else {
		s.must(s.w.Destroy(s, config, acctest.PlanOptions{}))
	}
	s.holds()
}
