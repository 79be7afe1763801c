package event

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Terraform validates a configuration twice before it plans, and would show what validation warns of each time.
func TestWhatIsRetiredIsWarnedOfOnce(t *testing.T) {
	t.Parallel()
	var diags diag.Diagnostics
	(&eventInput{APIVersion: types.StringValue(v1), Type: types.StringValue("a"), SessionID: types.StringValue("s")}).validate(&diags)
	if len(diags) > 0 {
		t.Errorf("validation says %v", diags)
	}
}
