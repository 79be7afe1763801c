package audience_test

import (
	"context"
	"strconv"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
)

// planned is something that happens between plan and apply.
type planned struct{ happens func() }

func (p planned) CheckPlan(context.Context, plancheck.CheckPlanRequest, *plancheck.CheckPlanResponse) {
	p.happens()
}

func expectInt(address, attribute string, want int64) plancheck.PlanCheck {
	return plancheck.ExpectKnownValue(address, tfjsonpath.New(attribute), knownvalue.Int64Exact(want))
}

func stateInt(address, attribute string, want int64) resource.TestCheckFunc {
	return resource.TestCheckResourceAttr(address, attribute, strconv.FormatInt(want, 10))
}
