package catalog_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
	"github.com/talon-one/terraform-provider-talonone/internal/test/race"
)

const itemsType = "talonone_catalog_items"

// documents are items as the attribute items holds them.
type documents map[string]map[string]any

func (d documents) json(t testing.TB) string {
	t.Helper()
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// fill adds n numbered items.
func (d documents) fill(prefix string, n int, item map[string]any) documents {
	for i := range n {
		d[fmt.Sprintf("%s%04d", prefix, i)] = item
	}
	return d
}

// stateItems are the SKUs that a state holds.
func stateItems(t testing.TB, p *acctest.Process, o acctest.Instance) map[string]map[string]any {
	t.Helper()
	var text string
	if err := p.Attribute(t, o, "items").As(&text); err != nil {
		t.Fatal(err)
	}
	items := make(map[string]map[string]any)
	if err := json.Unmarshal([]byte(text), &items); err != nil {
		t.Fatal(err)
	}
	return items
}

// own is what contents shows of the items that belong to the test's resource, in the form of documents.
func own(t testing.TB, d *acctest.Deployment) map[string]map[string]any {
	t.Helper()
	items := make(map[string]map[string]any)
	for sku, text := range contents(t, d, shoes) {
		if strings.HasPrefix(sku, "FOREIGN") {
			continue
		}
		var shown map[string]any
		if err := json.Unmarshal([]byte(text), &shown); err != nil {
			t.Fatal(err)
		}
		item := map[string]any{}
		if price, priced := shown["$price"]; priced {
			item["price"] = price
		}
		items[sku] = item
	}
	return items
}

// outcome is how the apply that met a fault ended.
type outcome int

const (
	succeeds outcome = iota
	fails
	// dies leaves Terraform without any response, as kill -9 of the provider does.
	dies
)

// killer ends a provider while one of its requests is under way.
type killer struct {
	// kill is called when the request has arrived; nil before the killer is armed.
	kill    context.CancelFunc
	at      int
	applied bool // whether the request is carried out all the same
}

func (k *killer) onRequest(request context.Context, operation string) {
	if k.kill == nil || operation != "syncCatalog" {
		return
	}
	if k.at--; k.at >= 0 {
		return
	}
	k.kill()
	if !k.applied {
		panic(http.ErrAbortHandler)
	}
	// The provider hangs up before the response.
	<-request.Done()
}

// An update of five requests meets every kind of failure at each of them. Whatever happened, the state holds what has
// landed, and the next apply leads to the exact catalog without touching what belongs to others.
func TestCatalogItemsConvergeAfterAFailureAtAnyRequest(t *testing.T) {
	t.Parallel()
	priced, dearer, free := map[string]any{"price": 1.0}, map[string]any{"price": 2.0}, map[string]any{}
	before := documents{}.fill("CHANGED", 900, priced).fill("FREE", 1200, priced).fill("GONE", 500, priced)
	after := documents{}.fill("CHANGED", 900, dearer).fill("FREE", 1200, free).fill("NEW", 300, priced)
	const requests = 5 // ADD, REMOVE, ADD, REMOVE, ADD

	for name, test := range map[string]struct {
		fault    emulator.Fault
		settings acctest.Attributes
		want     outcome
	}{
		"429 that passes":              {emulator.Fault{Status: 429, RetryAfter: "0", Times: 2}, nil, succeeds},
		"429 that stays":               {emulator.Fault{Status: 429, RetryAfter: "7200"}, acctest.Attributes{"max_retries": 0}, fails},
		"500":                          {emulator.Fault{Status: 500}, acctest.Attributes{"max_retries": 0}, fails},
		"500 after it was applied":     {emulator.Fault{Status: 500, AfterApply: true, Times: 1}, acctest.Attributes{"max_retries": 0}, fails},
		"reset before it was applied":  {emulator.Fault{Reset: true, Times: 1}, acctest.Attributes{"max_retries": 0}, fails},
		"reset after it was applied":   {emulator.Fault{Reset: true, AfterApply: true, Times: 1}, acctest.Attributes{"max_retries": 0}, fails},
		"reset once, with repetition":  {emulator.Fault{Reset: true, AfterApply: true, Times: 1}, nil, succeeds},
		"answer cut short":             {emulator.Fault{Truncate: true, Times: 1}, acctest.Attributes{"max_retries": 0}, fails},
		"hang before it was applied":   {emulator.Fault{Hang: true, Times: 1}, acctest.Attributes{"max_retries": 0, "request_timeout": "20s"}, fails},
		"hang after it was applied":    {emulator.Fault{Hang: true, AfterApply: true, Times: 1}, acctest.Attributes{"max_retries": 0, "request_timeout": "20s"}, fails},
		"killed before it was applied": {emulator.Fault{}, nil, dies},
		"killed after it was applied":  {emulator.Fault{AfterApply: true}, nil, dies},
	} {
		for at := range requests {
			if test.want == succeeds && at != 1 && at != 2 {
				continue // What is repeated is repeated: once for a REMOVE, once for an ADD.
			}
			t.Run(fmt.Sprintf("%s at request %d", name, at+1), func(t *testing.T) {
				t.Parallel()
				race.Sample(t, 6)
				killer := &killer{at: at, applied: test.fault.AfterApply}
				d := acctest.Start(t, func(o *emulator.Options) { o.OnRequest = killer.onRequest })
				add(t, d, shoes, map[string]any{"sku": "FOREIGN", "price": 7})
				config := acctest.Attributes{"catalog_id": shoes, "items": before.json(t)}
				object := converge(t, d, acctest.Instance{Type: itemsType}, config)

				config["items"] = after.json(t)
				process := d.NewProcess(t, test.settings)
				object, _ = process.Refresh(t, object)
				plan, problems := process.Plan(t, itemsType, object, config)
				if problem := acctest.Problem(problems); problem != "" {
					t.Fatal(problem)
				}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if test.want == dies {
					killer.kill = cancel
				} else {
					fault := test.fault
					fault.Method, fault.PathPrefix, fault.After = "PUT", "/v1/catalogs/", at
					if err := d.Server.AddFault(fault); err != nil {
						t.Fatal(err)
					}
				}
				applied, problems := process.Apply(ctx, t, plan)
				d.Server.ClearFaults()
				killer.kill = nil

				problem := acctest.Problem(problems)
				if (problem == "") != (test.want == succeeds) {
					t.Fatalf("the apply ended with %q", problem)
				}
				if test.want == fails && !strings.Contains(problem, fmt.Sprintf("%d of %d requests were carried out", at, requests)) {
					t.Errorf("the error does not tell how far it came: %s", problem)
				}
				if test.want != dies {
					if diff := cmp.Diff(own(t, d), stateItems(t, process, applied)); diff != "" {
						t.Errorf("the state holds something else than what has landed (-landed +state):\n%s", diff)
					}
					object = applied
				}
				object = converge(t, d, object, config)
				if diff := cmp.Diff(map[string]map[string]any(after), own(t, d)); diff != "" {
					t.Errorf("items of the catalog (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(map[string]map[string]any(after), stateItems(t, process, object)); diff != "" {
					t.Errorf("items of the state (-want +got):\n%s", diff)
				}
				if foreign := contents(t, d, shoes)["FOREIGN"]; foreign != `{"$price":7}` {
					t.Errorf("the foreign item is %s", foreign)
				}
			})
		}
	}
}

// A create that fails leaves no state, since Terraform would destroy live items to begin anew, and the next one goes on.
func TestCatalogItemsCreateGoesOnWhereItFailed(t *testing.T) {
	t.Parallel()
	want := documents{}.fill("SKU", 2500, map[string]any{"price": 1.0})
	config := acctest.Attributes{"catalog_id": shoes, "items": want.json(t)}
	for at, left := range []int{3, 2, 1} {
		t.Run(fmt.Sprintf("at request %d", at+1), func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t)
			process := d.NewProcess(t, acctest.Attributes{"max_retries": 0})
			plan, _ := process.Plan(t, itemsType, acctest.Instance{Type: itemsType}, config)
			if err := d.Server.AddFault(emulator.Fault{Method: "PUT", Status: 503, After: at}); err != nil {
				t.Fatal(err)
			}
			object, problems := process.Apply(t.Context(), t, plan)
			if object.Exists() || !strings.Contains(acctest.Problem(problems), "it finds that, and sends the rest") {
				t.Fatalf("state: %v, error: %s", object.Exists(), acctest.Problem(problems))
			}
			d.Server.ClearFaults()
			d.Forget()
			object = converge(t, d, acctest.Instance{Type: itemsType}, config)
			if got := d.Count("syncCatalog"); got != left {
				t.Errorf("the second create took %d requests, want the %d that were left", got, left)
			}
			if diff := cmp.Diff(map[string]map[string]any(want), own(t, d)); diff != "" {
				t.Errorf("items of the catalog (-want +got):\n%s", diff)
			}
			// All of it belongs to the resource, whichever create wrote it.
			process = d.NewProcess(t, nil)
			plan, problems = process.Plan(t, itemsType, object, nil)
			expectContains(t, acctest.Warning(problems), "Destroying removes 2,500 items")
			if _, problems := process.Apply(t.Context(), t, plan); len(problems) > 0 {
				t.Error(acctest.Problem(problems))
			}
			expectContents(t, d, map[string]string{})
		})
	}
}

// Items whose outcome is unknown belong to the resource: they go when they leave the configuration.
func TestCatalogItemsOfUnknownOutcomeAreOwned(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]emulator.Fault{
		"before it was applied": {Method: "PUT", Reset: true, Times: 1},
		"after it was applied":  {Method: "PUT", Reset: true, AfterApply: true, Times: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t)
			object := converge(t, d, none, additive(`{"A":{}}`))
			process := d.NewProcess(t, acctest.Attributes{"management_api_key": nil, "max_retries": 0})
			config := additive(`{"A":{},"B":{},"C":{"price":1}}`)
			plan, _ := process.Plan(t, itemsType, object, config)
			if err := d.Server.AddFault(fault); err != nil {
				t.Fatal(err)
			}
			object, problems := process.Apply(t.Context(), t, plan)
			expectContains(t, acctest.Problem(problems), "The outcome of the one that failed is unknown")
			if items := stateItems(t, process, object); len(items) != 3 {
				t.Errorf("the state holds %v", items)
			}
			// Without a key to look, the next plan sends them again.
			plan, _ = process.Plan(t, itemsType, object, config)
			if got := summary(t, process, plan); got != "+0 ~2 -0" {
				t.Errorf("the plan is %s", got)
			}
			applied, problems := process.Apply(t.Context(), t, plan)
			if len(problems) > 0 {
				t.Error(acctest.Problem(problems))
			}
			expectContents(t, d, map[string]string{"A": `{}`, "B": `{}`, "C": `{"$price":1}`})
			for _, state := range []acctest.Instance{object, applied} {
				converge(t, d, state, config)
				converge(t, d, state, additive(`{"A":{}}`))
				expectContents(t, d, map[string]string{"A": `{}`})
			}
		})
	}
}

// A destroy that fails keeps what is left, and finds that items which are gone already are gone.
func TestCatalogItemsDestroyGoesOnWhereItFailed(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]emulator.Fault{
		"before it was applied": {Method: "PUT", Reset: true, After: 1, Times: 1},
		"after it was applied":  {Method: "PUT", Reset: true, AfterApply: true, After: 1, Times: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t)
			add(t, d, shoes, map[string]any{"sku": "FOREIGN", "price": 7})
			items := documents{}.fill("SKU", 2500, map[string]any{"price": 1.0})
			object := converge(t, d, acctest.Instance{Type: itemsType}, acctest.Attributes{"catalog_id": shoes, "items": items.json(t)})

			process := d.NewProcess(t, acctest.Attributes{"max_retries": 0})
			plan, _ := process.Plan(t, itemsType, object, nil)
			if err := d.Server.AddFault(fault); err != nil {
				t.Fatal(err)
			}
			object, problems := process.Apply(t.Context(), t, plan)
			if acctest.Problem(problems) == "" {
				t.Fatal("the destroy succeeded")
			}
			if diff := cmp.Diff(own(t, d), stateItems(t, process, object)); diff != "" {
				t.Errorf("the state holds something else than what is left (-left +state):\n%s", diff)
			}
			plan, _ = process.Plan(t, itemsType, object, nil)
			if object, problems := process.Apply(t.Context(), t, plan); object.Exists() || len(problems) > 0 {
				t.Errorf("after the second destroy: state %v, %s", object.Exists(), acctest.Problem(problems))
			}
			if diff := cmp.Diff(map[string]string{"FOREIGN": `{"$price":7}`}, contents(t, d, shoes)); diff != "" {
				t.Errorf("items of the catalog (-want +got):\n%s", diff)
			}
		})
	}
}

// converge applies a configuration with fresh providers, as Terraform does, and checks that a plan after it does nothing.
func converge(t testing.TB, d *acctest.Deployment, object acctest.Instance, config acctest.Attributes) acctest.Instance {
	t.Helper()
	process, plan := planOf(t, d, object, config)
	if process.Changes(t, plan) {
		applied, problems := d.NewProcess(t, nil).Apply(t.Context(), t, plan)
		if problem := acctest.Problem(problems); problem != "" {
			t.Fatal(problem)
		}
		object = applied
	}
	if process, plan := planOf(t, d, object, config); process.Changes(t, plan) {
		t.Errorf("a plan after the apply is not empty: last_sync %s", process.Planned(t, plan, "last_sync"))
	}
	return object
}

// planOf refreshes and plans.
func planOf(t testing.TB, d *acctest.Deployment, object acctest.Instance, config acctest.Attributes) (*acctest.Process, acctest.Plan) {
	t.Helper()
	process := d.NewProcess(t, nil)
	object, problems := process.Refresh(t, object)
	if problem := acctest.Problem(problems); problem != "" {
		t.Fatal(problem)
	}
	plan, problems := process.Plan(t, itemsType, object, config)
	if problem := acctest.Problem(problems); problem != "" {
		t.Fatal(problem)
	}
	return process, plan
}
