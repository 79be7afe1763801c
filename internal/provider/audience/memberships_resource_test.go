package audience_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"

	"github.com/talon-one/terraform-provider-talonone/internal/acctest"
)

func TestSmoke(t *testing.T) {
	d := acctest.Start(t)
	cfg := `
resource "talonone_audience" "vip" { name = "VIP" }
resource "talonone_audience_memberships" "vip" {
  audience_id = talonone_audience.vip.id
  members = ["b", "a", "x,y"]
}
`
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: d.Config(cfg), Check: d.Expect(nil)},
			{Config: d.Config(cfg),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}},
		},
	})
}
