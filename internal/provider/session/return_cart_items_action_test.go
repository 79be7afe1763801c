package session_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

var returnedItem = tftypes.Object{AttributeTypes: map[string]tftypes.Type{"position": tftypes.Number, "sku": tftypes.String, "quantity": tftypes.Number}}

// returning is the configuration of the action for one item.
func returning(session string, position, sku, quantity any) map[string]tftypes.Value {
	return map[string]tftypes.Value{
		"session_integration_id": tftypes.NewValue(tftypes.String, session),
		"returned_cart_items": tftypes.NewValue(tftypes.List{ElementType: returnedItem}, []tftypes.Value{
			tftypes.NewValue(returnedItem, map[string]tftypes.Value{
				"position": tftypes.NewValue(tftypes.Number, position), "sku": tftypes.NewValue(tftypes.String, sku), "quantity": tftypes.NewValue(tftypes.Number, quantity),
			}),
		}),
	}
}

func TestActionReturnsItems(t *testing.T) {
	t.Parallel()
	d := ordered(t)
	progress, diags := acctest.Invoke(t, d, "talonone_return_cart_items", returning("order-1", nil, "A", 2))
	if len(diags) > 0 {
		t.Fatalf("%s\n%s", diags[0].Summary, diags[0].Detail)
	}
	if len(progress) != 1 || !regexp.MustCompile(`^Return \d+: returned 2 units of customer session "order-1"; no effects\.$`).MatchString(progress[0]) {
		t.Errorf("got progress %q", progress)
	}
	if err := left(t, d, 0, 1)(nil); err != nil {
		t.Error(err)
	}
}

func TestDryRunReturnsNothing(t *testing.T) {
	t.Parallel()
	d := ordered(t)
	given := returning("order-1", nil, "A", 2)
	given["dry"] = tftypes.NewValue(tftypes.Bool, true)
	progress, diags := acctest.Invoke(t, d, "talonone_return_cart_items", given)
	if len(diags) > 0 || len(progress) != 1 || progress[0] != `Dry run, nothing is returned: returning 2 units of customer session "order-1"; no effects.` {
		t.Errorf("got progress %q and %v", progress, diags)
	}
	if err := left(t, d, 0, 3)(nil); err != nil {
		t.Error(err)
	}
}

func TestReturningActionExplainsRefusals(t *testing.T) {
	t.Parallel()
	d := ordered(t)
	for name, test := range map[string]struct {
		given map[string]tftypes.Value
		want  string
	}{
		"nothing named":  {returning("order-1", nil, nil, 1), "sku"},
		"too many units": {returning("order-1", 1, nil, 2), "1 of 1 units are left"},
		"no session":     {returning("nowhere", 0, nil, 1), `no customer session "nowhere"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, diags := acctest.Invoke(t, d, "talonone_return_cart_items", test.given)
			if len(diags) == 0 || !strings.Contains(diags[0].Detail, test.want) {
				t.Errorf("got %v, want a diagnostic with %q", diags, test.want)
			}
		})
	}
}
