package application_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

type values = acctest.Attributes

const kind = "talonone_store"

func withCity(o *emulator.Options) {
	o.Fixture = emulator.DefaultFixture()
	o.Fixture.Attributes = append(o.Fixture.Attributes,
		emulator.FixtureAttribute{Entity: "Store", Name: "city", Type: "string"}, emulator.FixtureAttribute{Entity: "Store", Name: "size", Type: "number"})
}

func apply(t *testing.T, d *acctest.Deployment, p *acctest.Process, prior acctest.Instance, config values) (made acctest.Instance, sent, warning string) {
	t.Helper()
	plan, diags := p.Plan(t, kind, prior, config)
	if problem := acctest.Problem(diags); problem != "" {
		t.Fatal(problem)
	}
	d.Forget()
	made, diags = p.Apply(t.Context(), t, plan)
	if problem := acctest.Problem(diags); problem != "" {
		t.Fatal(problem)
	}
	var operations []string
	for _, request := range d.Server.Requests() {
		if request.Method != http.MethodGet {
			operations = append(operations, request.Operation)
		}
	}
	return made, strings.Join(operations, " "), plan.Warning
}

func expectEmpty(t *testing.T, p *acctest.Process, o acctest.Instance, config values) {
	t.Helper()
	o, diags := p.Refresh(t, o)
	if problem := acctest.Problem(diags); problem != "" {
		t.Fatal(problem)
	}
	if change, problem := p.PlanChange(t, kind, o, config); problem != "" || !change.Empty() {
		t.Errorf("the plan is not empty: %+v %s", change, problem)
	}
}

func TestStoreLives(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t, withCity)
	p := d.NewProcess(t, nil)
	config := values{"application_id": 1, "integration_id": "h-1", "name": "Harbour", "attributes": `{"city":"Kiel"}`}
	made, sent, warning := apply(t, d, p, acctest.Instance{}, config)
	if sent != "createStore" || warning != "" {
		t.Errorf("create sends %s and warns %q", sent, warning)
	}
	expectEmpty(t, p, made, config)
	// Attributes of others stay.
	d.Call(t, http.MethodPut, "/v1/applications/1/stores/201", map[string]any{"name": "Harbour", "description": "", "integrationId": "h-1", "attributes": map[string]any{"size": 3}}, nil)
	expectEmpty(t, d.NewProcess(t, nil), made, config)
	changed := values{"application_id": 1, "integration_id": "h-1", "name": "Port", "description": "d", "deletion_protection": true}
	made, sent, _ = apply(t, d, p, made, changed)
	if sent != "updateStore" {
		t.Errorf("update sends %s", sent)
	}
	expectEmpty(t, d.NewProcess(t, nil), made, changed)
	if _, diags := p.Plan(t, kind, made, nil); !strings.Contains(acctest.Problem(diags), "TALONONE_ALLOW_DELETE=talonone_store:1/h-1") {
		t.Errorf("a protected one: %s", acctest.Problem(diags))
	}
	made, sent, _ = apply(t, d, p, made, values{"application_id": 1, "integration_id": "h-1", "name": "Port", "description": "d"})
	if sent != "" {
		t.Errorf("lifting the guard sends %s", sent)
	}
	if plan, _ := p.Plan(t, kind, made, values{"application_id": 1, "integration_id": "h-2", "name": "Port"}); !plan.Replaces {
		t.Error("another integration ID does not replace the store")
	}
	if _, sent, _ = apply(t, d, p, made, nil); sent != "deleteStore" {
		t.Errorf("destroy sends %s", sent)
	}
}

func TestExistingStoreIsTakenOver(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	d.Call(t, http.MethodPost, "/v1/applications/1/stores", map[string]any{"name": "Harbour", "description": "", "integrationId": "h-1"}, nil)
	p := d.NewProcess(t, nil)
	config := values{"application_id": 1, "integration_id": "h-1", "name": "Port"}
	made, sent, warning := apply(t, d, p, acctest.Instance{}, config)
	if sent != "createStore updateStore" || !strings.Contains(warning, "adopts it") || !strings.Contains(warning, `name from "Harbour"`) {
		t.Errorf("sends %s and warns %q", sent, warning)
	}
	expectEmpty(t, p, made, config)
}

func TestStoresAreImported(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t, withCity)
	p := d.NewProcess(t, nil)
	config := values{"application_id": 1, "integration_id": "a/b", "name": "Harbour"}
	apply(t, d, p, acctest.Instance{}, config)
	for id, identity := range map[string]values{"1/a/b": nil, "": {"application_id": 1, "integration_id": "a/b"}} {
		imported, diags := p.Import(t, kind, id, identity)
		if problem := acctest.Problem(diags); problem != "" {
			t.Fatal(problem)
		}
		expectEmpty(t, p, imported, config)
	}
	if _, diags := p.Import(t, kind, "harbour", nil); !strings.Contains(acctest.Problem(diags), "1/harbour-street") {
		t.Errorf("a wrong ID: %s", acctest.Problem(diags))
	}
	d.Call(t, http.MethodDelete, "/v1/applications/1/stores/201", nil, nil)
	made, _ := d.NewProcess(t, nil).Import(t, kind, "1/a/b", nil)
	if made.Exists() {
		t.Error("a store that is gone is imported")
	}
}
