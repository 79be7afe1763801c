package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// flatten takes out the line breaks and the frame that the CLI puts into diagnostics.
func flatten(output string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("│", " ", "╷", " ", "╵", " ").Replace(output)), " ")
}

// Terraform destroys the objects of the old keys and creates those of the new ones in any order. No moved block says that
// they are the same.
func TestRenamedKeysOfMembershipsLoseNobody(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	config := func(prefix string) string {
		return `
			resource "talonone_audience" "vip" { name = "VIP" }
			resource "talonone_audience_membership" "one" {
			  for_each               = { for n in range(20) : "` + prefix + `${n}" => "customer-${n}" }
			  audience_id            = talonone_audience.vip.id
			  profile_integration_id = each.value
			}`
	}
	c := newCLI(t, d.URL, config("old"))
	c.must(0, "apply", "-auto-approve", "-no-color", "-parallelism=4")
	c.configure(config("new"))
	c.must(0, "apply", "-auto-approve", "-no-color", "-parallelism=4")
	if got := memberCount(t, d, 701); got != 20 {
		t.Errorf("the audience has %d members, want 20", got)
	}
	c.must(0, "plan", "-detailed-exitcode", "-no-color")
}

// With create_before_destroy the new object comes first, and the old one has to leave its rows to it. A guard of the old
// one holds until it has been lifted in an apply before.
func TestCreateBeforeDestroyKeepsTheRows(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t, func(o *emulator.Options) {
		o.Fixture = emulator.DefaultFixture()
		o.Fixture.Audiences = []emulator.FixtureAudience{{ID: 701, Name: "VIP"}}
	})
	config := func(erases bool) string {
		return fmt.Sprintf(`
			resource "talonone_audience_memberships" "vip" {
			  audience_id = 701
			  members     = ["customer-1", "customer-2"]
			  lifecycle { create_before_destroy = true }
			}
			resource "talonone_customer_profile" "anna" {
			  integration_id   = "anna"
			  attributes       = jsonencode({ age = 41 })
			  erase_on_destroy = %t
			  lifecycle { create_before_destroy = true }
			}`, erases)
	}
	c := newCLI(t, d.URL, config(true))
	c.must(0, "apply", "-auto-approve", "-no-color")
	d.Forget()
	output := flatten(c.must(0, "apply", "-auto-approve", "-no-color", "-replace=talonone_audience_memberships.vip", "-replace=talonone_customer_profile.anna"))
	for _, text := range []string{"2 members stay", "1 profile stays"} {
		if !strings.Contains(output, text) {
			t.Errorf("the apply doesn't say %q:\n%s", text, output)
		}
	}
	if got := memberCount(t, d, 701); got != 2 {
		t.Errorf("the audience has %d members, want 2", got)
	}
	if got := d.Count("deleteCustomerData"); got != 0 {
		t.Errorf("%d erasures, want none", got)
	}
	c.must(0, "plan", "-detailed-exitcode", "-no-color")
}

// A protected audience that create_before_destroy has replaced stays as a deposed object. The refusal says how to let it go.
func TestDeposedAudienceIsLetGoByTheEnvironment(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	config := func(protection bool) string {
		return fmt.Sprintf(`
			resource "talonone_audience" "vip" {
			  name                = "VIP"
			  deletion_protection = %t
			  lifecycle { create_before_destroy = true }
			}`, protection)
	}
	c := newCLI(t, d.URL, config(true))
	c.must(0, "apply", "-auto-approve", "-no-color")
	const refusal, way = "protected from deletion", "TALONONE_ALLOW_DELETE=talonone_audience:701"
	for _, args := range [][]string{{"plan", "-no-color", "-replace=talonone_audience.vip"}, {"plan", "-no-color", "-destroy"}} {
		if output := flatten(c.must(1, args...)); !strings.Contains(output, refusal) || !strings.Contains(output, way) {
			t.Errorf("%v is refused without %q:\n%s", args, way, output)
		}
	}
	c.configure(config(false))
	if output := flatten(c.must(1, "apply", "-auto-approve", "-no-color", "-replace=talonone_audience.vip")); !strings.Contains(output, refusal) || !strings.Contains(output, "create_before_destroy") {
		t.Errorf("the apply doesn't say why the old audience stays:\n%s", output)
	}
	if got := d.Audiences(t); len(got) != 2 {
		t.Errorf("the deployment has %d audiences, want the old and the new one", len(got))
	}
	c.Env = append(c.Env, way)
	c.must(0, "apply", "-auto-approve", "-no-color")
	if got := d.Audiences(t); len(got) != 1 {
		t.Errorf("the deployment has %d audiences, want the new one", len(got))
	}
	c.must(0, "plan", "-detailed-exitcode", "-no-color")
}
