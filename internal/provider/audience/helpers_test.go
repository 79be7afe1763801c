package audience_test

import (
	"context"

	"github.com/hashicorp/terraform-plugin-testing/plancheck"
)

// planned is something that happens between plan and apply.
type planned struct{ happens func() }

func (p planned) CheckPlan(context.Context, plancheck.CheckPlanRequest, *plancheck.CheckPlanResponse) {
	p.happens()
}
