package provider_test

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// oneShots are the resources that carry something out that can't be undone, with arguments that mean the same in other words,
// one that means something else, and what the plan says each time they will run.
var oneShots = map[string]struct {
	config   acctest.Attributes
	same     []acctest.Attributes
	another  acctest.Attributes
	announce string
}{
	"talonone_event": {
		config: acctest.Attributes{
			"type": "product_shared", "profile_id": "customer-1", "attributes": `{"url": "a", "seen": "2026-03-01T00:00:00Z", "rank": 1}`,
			"triggers": map[string]any{"release": "1"}, "loyalty_cards": []string{},
		},
		same: []acctest.Attributes{
			{"attributes": "{\"rank\":1.0,\n \"seen\":\"2026-03-01T02:00:00+02:00\", \"url\":\"a\"}"},
			{"attributes": `{"url": "a", "seen": "2026-03-01T00:00:00Z", "rank": 1, "gone": null}`},
			{"loyalty_cards": nil},
		},
		another:  acctest.Attributes{"triggers": map[string]any{"release": "2"}},
		announce: `Applying tracks event "product_shared"`,
	},
	"talonone_cart_item_return": {
		config: acctest.Attributes{"session_integration_id": "order-1", "returned_cart_items": []map[string]any{{"sku": "SOCKS", "quantity": 1}, {"position": 1}}, "triggers": map[string]any{}},
		same: []acctest.Attributes{
			{"returned_cart_items": []map[string]any{{"position": 1}, {"sku": "SOCKS", "quantity": 1}}},
			{"triggers": nil},
		},
		another:  acctest.Attributes{"returned_cart_items": []map[string]any{{"sku": "SOCKS", "quantity": 2}, {"position": 1}}},
		announce: "Applying returns items of session \"order-1\"\nReturns 2 of SKU \"SOCKS\", all units left of position 1.",
	},
	"talonone_customer_data_deletion": {
		config:   acctest.Attributes{"integration_id": "customer-1"},
		same:     []acctest.Attributes{{"triggers": map[string]any{}}},
		another:  acctest.Attributes{"triggers": map[string]any{"request": "2"}},
		announce: `Applying erases data of profile "customer-1"`,
	},
}

// nothing written as null or as empty runs nothing either.
var emptied = map[string]struct{ without, with acctest.Attributes }{
	"talonone_event":                  {acctest.Attributes{"type": "product_shared", "profile_id": "customer-1"}, acctest.Attributes{"attributes": "{}", "triggers": map[string]any{}}},
	"talonone_cart_item_return":       {acctest.Attributes{"session_integration_id": "order-1", "returned_cart_items": []map[string]any{{"sku": "SOCKS", "quantity": 1}}}, acctest.Attributes{"triggers": map[string]any{}}},
	"talonone_customer_data_deletion": {acctest.Attributes{"integration_id": "customer-1"}, acctest.Attributes{"triggers": map[string]any{}}},
}

func with(config, changes acctest.Attributes) acctest.Attributes {
	changed := make(acctest.Attributes)
	for _, attributes := range []acctest.Attributes{config, changes} {
		maps.Copy(changed, attributes)
	}
	return changed
}

func startOrdered(t *testing.T) *acctest.Deployment {
	t.Helper()
	d := acctest.Start(t, func(o *emulator.Options) {
		o.Fixture = emulator.DefaultFixture()
		for _, definition := range []emulator.FixtureAttribute{{Name: "seen", Type: "time"}, {Name: "rank", Type: "number"}, {Name: "gone", Type: "string"}} {
			definition.Entity, definition.EventType = "Event", "product_shared"
			o.Fixture.Attributes = append(o.Fixture.Attributes, definition)
		}
	})
	d.Call(t, http.MethodPut, "/v2/customer_sessions/order-1", map[string]any{"customerSession": map[string]any{
		"state": "closed", "cartItems": []any{map[string]any{"sku": "SOCKS", "quantity": 10, "price": 1}, map[string]any{"sku": "SHOES", "quantity": 1, "price": 1}},
	}}, nil)
	return d
}

// Equal in meaning never runs again, and whatever runs is announced, in the call whose warnings core shows.
func TestOneShotsRunForAnotherMeaningAlone(t *testing.T) {
	t.Parallel()
	for kind, test := range oneShots {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			d := startOrdered(t)
			p := d.NewProcess(t, nil)
			made := applied(t, p, kind, test.config, strings.Split(test.announce, "\n")[0])
			for _, same := range test.same {
				expectNoRun(t, p, kind, made, with(test.config, same))
			}
			change, problem := p.PlanChange(t, kind, made, with(test.config, test.another))
			if problem != "" || change.Destroy == nil || !strings.Contains(change.Warning, test.announce) {
				t.Errorf("%v: the plan replaces: %t, and says %q, want %q (%s)", test.another, change.Destroy != nil, change.Warning, test.announce, problem)
			}
			empty := emptied[kind]
			made = applied(t, p, kind, empty.without, "")
			expectNoRun(t, p, kind, made, with(empty.without, empty.with))
			if kind != "talonone_customer_data_deletion" {
				made = applied(t, p, kind, with(empty.without, empty.with), "")
				expectNoRun(t, p, kind, made, empty.without)
			}
		})
	}
}

// applied makes an object whose plan says announce.
func applied(t *testing.T, p *acctest.Process, kind string, config acctest.Attributes, announce string) acctest.Instance {
	t.Helper()
	change, problem := p.PlanChange(t, kind, acctest.Instance{}, config)
	if problem != "" || !strings.Contains(change.Warning, announce) {
		t.Fatalf("the plan says %q, want %q (%s)", change.Warning, announce, problem)
	}
	made, diags := p.Apply(t.Context(), t, *change.Put)
	if problem := acctest.Problem(diags); problem != "" {
		t.Fatal(problem)
	}
	return made
}

func expectNoRun(t *testing.T, p *acctest.Process, kind string, made acctest.Instance, config acctest.Attributes) {
	t.Helper()
	change, problem := p.PlanChange(t, kind, made, config)
	if problem != "" || change.Destroy != nil || change.Warning != "" {
		t.Errorf("%v runs again: replaces: %t, says %q (%s)", config, change.Destroy != nil, change.Warning, problem)
		return
	}
	if change.Put == nil {
		return
	}
	kept, diags := p.Apply(t.Context(), t, *change.Put)
	if problem := acctest.Problem(diags) + p.Contradiction(t, *change.Put, kept); problem != "" {
		t.Errorf("%v: %s", config, problem)
	}
	if again, problem := p.PlanChange(t, kind, kept, config); problem != "" || !again.Empty() {
		t.Errorf("%v plans something for ever (%s)", config, problem)
	}
}
