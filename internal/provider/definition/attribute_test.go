package definition_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

type values = acctest.Attributes

const attributeKind = "talonone_attribute"

func with(base, others values) values {
	merged := maps.Clone(base)
	maps.Copy(merged, others)
	return merged
}

// apply plans and applies a configuration, and returns the object, the writes that were sent and the plan's warnings.
func apply(t *testing.T, d *acctest.Deployment, p *acctest.Process, kind string, prior acctest.Instance, config values) (acctest.Instance, []string, string) {
	t.Helper()
	plan, diags := p.Plan(t, kind, prior, config)
	if problem := acctest.Problem(diags); problem != "" {
		t.Fatal(problem)
	}
	d.Forget()
	made, diags := p.Apply(t.Context(), t, plan)
	if problem := acctest.Problem(diags); problem != "" {
		t.Fatal(problem)
	}
	return made, writes(d), plan.Warning
}

func writes(d *acctest.Deployment) (operations []string) {
	for _, request := range d.Server.Requests() {
		if request.Method != http.MethodGet && !strings.HasSuffix(request.Path, "/no_total") {
			operations = append(operations, request.Operation)
		}
	}
	return operations
}

func expectWrites(t *testing.T, got []string, want ...string) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("sent %v, want %v", got, want)
	}
}

// expectEmpty refreshes an object, and expects that a configuration changes nothing.
func expectEmpty(t *testing.T, p *acctest.Process, o acctest.Instance, config values) {
	t.Helper()
	o, diags := p.Refresh(t, o)
	if problem := acctest.Problem(diags); problem != "" {
		t.Fatal(problem)
	}
	change, problem := p.PlanChange(t, o.Type, o, config)
	if problem != "" || !change.Empty() {
		t.Errorf("the plan is not empty: %+v %s", change, problem)
	}
}

var color = values{"entity": "CartItem", "name": "color", "type": "string"}

func TestAttributeIsCreatedChangedAndForgotten(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	p := d.NewProcess(t, nil)
	tier := values{"entity": "CustomerProfile", "name": "tier", "type": "string", "suggestions": []string{"gold", "silver"}, "restricted_by_suggestions": true}
	made, sent, warning := apply(t, d, p, attributeKind, acctest.Instance{}, tier)
	expectWrites(t, sent, "createAttribute")
	if warning != "" {
		t.Errorf("a new attribute: %s", warning)
	}
	expectEmpty(t, p, made, tier)
	// Omitted arguments stay as they are, and the order of IDs makes no difference.
	changed := values{"entity": "CustomerProfile", "name": "tier", "type": "string", "title": "Tier", "subscribed_application_ids": []int{2, 1}}
	made, sent, _ = apply(t, d, p, attributeKind, made, changed)
	expectWrites(t, sent, "updateAttribute")
	var found map[string]any
	d.Call(t, http.MethodGet, "/v1/attributes/116", nil, &found)
	if fmt.Sprintf("%v %v %v", found["title"], found["suggestions"], found["restrictedBySuggestions"]) != "Tier [gold silver] true" {
		t.Errorf("after the update: %v", found)
	}
	expectEmpty(t, p, made, with(changed, values{"subscribed_application_ids": []int{1, 2}}))
	gone, sent, warning := apply(t, d, p, attributeKind, made, nil)
	if gone.Exists() || len(sent) > 0 || !strings.Contains(warning, "Destroying it only removes it from state") {
		t.Errorf("destroy sends %v and warns %q", sent, warning)
	}
	_, sent, warning = apply(t, d, p, attributeKind, acctest.Instance{}, tier)
	if len(sent) > 0 || !strings.Contains(warning, "tier exists already") || !strings.Contains(warning, "nothing is sent") {
		t.Errorf("created again: sends %v and warns %q", sent, warning)
	}
}

func TestExistingAttributeIsTakenOverOrRefused(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	p := d.NewProcess(t, nil)
	_, sent, warning := apply(t, d, p, attributeKind, acctest.Instance{}, with(color, values{"description": "d"}))
	expectWrites(t, sent, "updateAttribute")
	if !strings.Contains(warning, "exists with ID 101") || !strings.Contains(warning, "changes its description") {
		t.Errorf("the takeover is announced as %q", warning)
	}
	for name, test := range map[string]struct {
		config values
		want   string
	}{
		"another type":        {with(color, values{"type": "number"}), `import {`},
		"a taken title":       {with(color, values{"name": "hue", "title": "color"}), `Title is taken`},
		"no event type":       {values{"entity": "Event", "name": "x", "type": "string"}, `Missing event_type`},
		"event type":          {with(color, values{"event_type": "e"}), `Unexpected event_type`},
		"catalogs of a store": {values{"entity": "Store", "name": "x", "type": "string", "subscribed_catalog_ids": []int{6}}, `Unexpected subscribed_catalog_ids`},
		"odd name":            {with(color, values{"name": "1"}), `must be a letter`},
		"unknown type":        {with(color, values{"type": "text"}), `(list string)`},
	} {
		_, diags := p.Plan(t, attributeKind, acctest.Instance{}, test.config)
		if problem := acctest.Problem(diags); !strings.Contains(problem, test.want) {
			t.Errorf("%s: %q, want %q", name, problem, test.want)
		}
	}
}

func TestWhatIdentifiesAnAttributeCantChange(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	p := d.NewProcess(t, nil)
	made, _, _ := apply(t, d, p, attributeKind, acctest.Instance{}, color)
	for name, change := range map[string]values{
		"entity": {"entity": "CustomerSession"}, "name": {"name": "hue"}, "type": {"type": "number"}, "allowed_subscriptions": {"allowed_subscriptions": []string{"catalog"}},
	} {
		plan, diags := p.Plan(t, attributeKind, made, with(color, change))
		if problem := acctest.Problem(diags); plan.Replaces || !strings.Contains(problem, "Change of "+name+" not possible") || !strings.Contains(problem, "removed block") {
			t.Errorf("%s: %q", name, problem)
		}
	}
}

func TestChangesThatTheDeploymentDoesNotTakeAreErrors(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{conventions.Ignored: "Change was not applied", conventions.Refused: "it can't be changed"} {
		d := acctest.Start(t, func(o *emulator.Options) { o.Conventions = conventions.Values{conventions.AttributeChanges: value} })
		p := d.NewProcess(t, nil)
		made, _, _ := apply(t, d, p, attributeKind, acctest.Instance{}, color)
		plan, _ := p.Plan(t, attributeKind, made, with(color, values{"title": "Colour"}))
		_, diags := p.Apply(t.Context(), t, plan)
		if problem := acctest.Problem(diags); !strings.Contains(problem, want) {
			t.Errorf("%s: %q, want %q", value, problem, want)
		}
	}
}

// TestLostResponseMakesNoSecondAttribute loses the response to the create, so that it is sent again and refused.
func TestLostResponseMakesNoSecondAttribute(t *testing.T) {
	t.Parallel()
	d := acctest.StartUnchecked(t)
	fault, err := emulator.ParseFault("POST /v1/attributes reset after-apply times=1")
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Server.AddFault(fault); err != nil {
		t.Fatal(err)
	}
	config := with(color, values{"name": "hue", "subscribed_catalog_ids": []int{6}})
	p := d.NewProcess(t, nil)
	made, sent, _ := apply(t, d, p, attributeKind, acctest.Instance{}, config)
	expectWrites(t, sent, "createAttribute", "createAttribute")
	expectEmpty(t, p, made, config)
}

// TestPlansKnowAttributesOfTheSameRun plans what uses an attribute before and after the plan of the attribute.
func TestPlansKnowAttributesOfTheSameRun(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		attribute values
		kind      string
		uses      values
	}{
		{values{"entity": "CartItem", "name": "hue", "type": "string", "subscribed_catalog_ids": []int{6}}, "talonone_catalog_items", values{"catalog_id": 6, "items": `{"A":{"attributes":{"hue":"red"}}}`}},
		{values{"entity": "CartItem", "name": "hue", "type": "string"}, "talonone_catalog_item", values{"catalog_id": 6, "sku": "A", "attributes": `{"hue":"red"}`}},
		{values{"entity": "CustomerProfile", "name": "tier", "type": "string"}, "talonone_customer_profile", values{"integration_id": "p", "attributes": `{"tier":"gold"}`}},
		{values{"entity": "CustomerSession", "name": "Till", "type": "number"}, "talonone_customer_session", values{"integration_id": "s", "attributes": `{"Till":1}`}},
		{values{"entity": "Event", "event_type": "signed_up", "name": "url", "type": "string"}, "talonone_event", values{"type": "signed_up", "profile_id": "p", "attributes": `{"url":"x"}`}},
		{values{"entity": "Referral", "name": "medium", "type": "string"}, "talonone_referral", values{"campaign_id": 11, "advocate_profile_integration_id": "customer-1", "attributes": `{"medium":"mail"}`}},
		{values{"entity": "Store", "name": "city", "type": "string"}, "talonone_store", values{"application_id": 1, "integration_id": "s", "name": "S", "attributes": `{"city":"Kiel"}`}},
		{values{"entity": "Coupon", "name": "source", "type": "string"}, "talonone_coupon", values{"application_id": 1, "campaign_id": 12, "value": "CODE", "attributes": `{"source":"mail"}`}},
	} {
		t.Run(test.kind, func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t)
			if _, diags := d.NewProcess(t, nil).Plan(t, test.kind, acctest.Instance{}, test.uses); !strings.Contains(acctest.Problem(diags), "depends_on") {
				t.Errorf("without the attribute: %q", acctest.Problem(diags))
			}
			p := d.NewProcess(t, nil)
			if _, diags := p.Plan(t, attributeKind, acctest.Instance{}, test.attribute); acctest.Problem(diags) != "" {
				t.Fatal(acctest.Problem(diags))
			}
			if _, diags := p.Plan(t, test.kind, acctest.Instance{}, test.uses); acctest.Problem(diags) != "" {
				t.Errorf("with the attribute: %s", acctest.Problem(diags))
			}
		})
	}
}

func TestAttributesAreImportedByIDAndName(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	p := d.NewProcess(t, nil)
	for id, config := range map[string]values{
		"101": color, "CartItem/color": color, "Event/product_shared/url": {"entity": "Event", "event_type": "product_shared", "name": "url", "type": "string"},
	} {
		imported, diags := p.Import(t, attributeKind, id, nil)
		if problem := acctest.Problem(diags); problem != "" {
			t.Fatal(problem)
		}
		expectEmpty(t, p, imported, config)
	}
	if _, diags := p.Import(t, attributeKind, "CartItem/hue", nil); !strings.Contains(acctest.Problem(diags), "Attribute not found") {
		t.Errorf("an unknown one: %s", acctest.Problem(diags))
	}
	if writes := writes(d); len(writes) > 0 {
		t.Errorf("sent %v", writes)
	}
}

func TestAllowedValuesAreImported(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	p := d.NewProcess(t, nil)
	progress, diags := p.Invoke(t, "talonone_import_allowed_values", values{"attribute_id": 101, "values": `["red","blue"]`})
	if problem := acctest.Problem(diags); problem != "" || !strings.Contains(strings.Join(progress, "\n"), "now allows 2 values") {
		t.Errorf("%s %v", problem, progress)
	}
	for text, want := range map[string]string{
		`["a","a"]`: "Element 2 repeats element 1", `["a",""]`: "Element 2 is empty", `[1]`: "Element 1 is a number, not a string", `{}`: "must be a JSON array", `["a"`: "ends too early", `[] x`: "more text",
	} {
		_, diags := p.Invoke(t, "talonone_import_allowed_values", values{"attribute_id": 101, "values": text})
		if problem := acctest.Problem(diags); !strings.Contains(problem, want) {
			t.Errorf("%s: %q, want %q", text, problem, want)
		}
	}
}

func TestAdditionalCost(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	p := d.NewProcess(t, nil)
	const kind = "talonone_additional_cost"
	shipping := values{"name": "shipping", "title": "Shipping", "type": "both", "subscribed_application_ids": []int{2, 1}}
	made, sent, _ := apply(t, d, p, kind, acctest.Instance{}, shipping)
	expectWrites(t, sent, "createAdditionalCost")
	expectEmpty(t, p, made, shipping)
	made, sent, _ = apply(t, d, p, kind, made, values{"name": "shipping", "description": "d"})
	expectWrites(t, sent, "updateAdditionalCost")
	expectEmpty(t, p, made, with(shipping, values{"description": "d"}))
	if _, diags := p.Plan(t, kind, made, values{"name": "x"}); !strings.Contains(acctest.Problem(diags), "Change of name not possible") {
		t.Errorf("rename: %s", acctest.Problem(diags))
	}
	gone, sent, warning := apply(t, d, p, kind, made, nil)
	if gone.Exists() || len(sent) > 0 || !strings.Contains(warning, "stays on the deployment") {
		t.Errorf("destroy sends %v and warns %q", sent, warning)
	}
	_, sent, warning = apply(t, d, p, kind, acctest.Instance{}, with(shipping, values{"title": "Delivery"}))
	expectWrites(t, sent, "updateAdditionalCost")
	if !strings.Contains(warning, "changes its title") {
		t.Errorf("the takeover is announced as %q", warning)
	}
	if _, diags := p.Plan(t, kind, acctest.Instance{}, values{"name": "x", "title": "Delivery"}); !strings.Contains(acctest.Problem(diags), "Title is taken") {
		t.Errorf("taken title: %s", acctest.Problem(diags))
	}
	for _, id := range []string{"401", "shipping"} {
		imported, diags := p.Import(t, kind, id, nil)
		if problem := acctest.Problem(diags); problem != "" {
			t.Fatal(problem)
		}
		expectEmpty(t, p, imported, values{"name": "shipping"})
	}
}

func TestDefinitionsAreListed(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	p := d.NewProcess(t, nil)
	apply(t, d, p, "talonone_additional_cost", acctest.Instance{}, values{"name": "shipping"})
	d.Call(t, http.MethodPost, "/v1/applications/1/stores", map[string]any{"name": "Harbour", "description": "", "integrationId": "h-1"}, nil)
	for _, test := range []struct {
		kind   string
		config values
		count  int
	}{
		{attributeKind, values{"entity": "CartItem"}, 6}, {attributeKind, values{"name_regex": "^color$"}, 1}, {"talonone_additional_cost", nil, 1},
		{"talonone_store", values{"application_id": 1}, 1}, {"talonone_store", values{"application_id": 2}, 0},
		{"talonone_coupon", values{"application_id": 1, "campaign_id": 12, "value_regex": "^SUMMER"}, 2},
	} {
		results, diags := p.List(t, test.kind, test.config, 100)
		if problem := acctest.Problem(diags); problem != "" {
			t.Fatal(problem)
		}
		count := 0
		for result := range results {
			if problem := acctest.Problem(result.Diagnostics); problem != "" {
				t.Error(problem)
			}
			if result.Resource == nil {
				t.Errorf("%s has no resource", result.DisplayName)
			}
			count++
		}
		if count != test.count {
			t.Errorf("%s %v: %d, want %d", test.kind, test.config, count, test.count)
		}
	}
}

// Two resources of one definition would undo each other's settings.
func TestDefinitionsHaveOneOwner(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	for kind, config := range map[string]values{attributeKind: color, "talonone_additional_cost": {"name": "shipping"}} {
		p := d.NewProcess(t, nil)
		if _, diags := p.Plan(t, kind, acctest.Instance{}, config); acctest.Problem(diags) != "" {
			t.Fatal(acctest.Problem(diags))
		}
		_, diags := p.Plan(t, kind, acctest.Instance{}, config)
		if problem := acctest.Problem(diags); !strings.Contains(problem, "Managed by two resources") {
			t.Errorf("%s: %q", kind, problem)
		}
	}
}

// Many definitions take one listing and one write each.
func TestManyAttributesShareOneListing(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	p := d.NewProcess(t, nil)
	for _, name := range []string{"one", "two", "three"} {
		plan, diags := p.Plan(t, attributeKind, acctest.Instance{}, with(color, values{"name": name}))
		if problem := acctest.Problem(diags); problem != "" {
			t.Fatal(problem)
		}
		made, diags := p.Apply(t.Context(), t, plan)
		if problem := acctest.Problem(diags); problem != "" {
			t.Fatal(problem)
		}
		expectEmpty(t, p, made, with(color, values{"name": name}))
	}
	listings := 0
	for _, request := range d.Server.Requests() {
		if request.Operation == "getAttributes" {
			listings++
		}
	}
	if listings != 1 {
		t.Errorf("%d listings", listings)
	}
}
