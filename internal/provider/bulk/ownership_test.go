package bulk

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func TestGuard(t *testing.T) {
	t.Parallel()
	subject := Subject{Noun: Noun{"thing", "things"}, Place: "catalog 6"}
	for _, test := range []struct {
		percent          types.Float64
		removed, present int
		refused          string
	}{
		{types.Float64Null(), 10, 10, ""},
		{types.Float64Unknown(), 10, 10, ""},
		{types.Float64Value(100), 10, 10, ""},
		{types.Float64Value(0), 0, 10, ""},
		{types.Float64Value(0), 0, 0, ""},
		{types.Float64Value(0), 1, 1_000_000, "1 of 1,000,000 things (0.1 %) from catalog 6, and max_removal_percent allows 0 %"},
		{types.Float64Value(0.5), 5, 1000, ""},
		{types.Float64Value(0.5), 6, 1000, "6 of 1,000 things (0.6 %) from catalog 6, and max_removal_percent allows 0.5 %"},
		{types.Float64Value(0.7), 7, 1000, ""},
		{types.Float64Value(33.3), 333, 1000, ""},
		{types.Float64Value(10), 101, 1000, "101 of 1,000 things (10.1 %) from catalog 6, and max_removal_percent allows 10 %"},
		{types.Float64Value(10), 1001, 10_000, "1,001 of 10,000 things (10.1 %) from catalog 6, and max_removal_percent allows 10 %"},
		{types.Float64Value(99), 3, 3, "3 of 3 things (100 %) from catalog 6, and max_removal_percent allows 99 %"},
	} {
		var diags diag.Diagnostics
		subject.Guard(test.percent, test.removed, test.present, &diags)
		if test.refused == "" {
			if diags.HasError() {
				t.Errorf("removing %d of %d with %s is refused: %v", test.removed, test.present, test.percent, diags)
			}
			continue
		}
		if len(diags) != 1 || !strings.Contains(diags[0].Detail(), test.refused) {
			t.Errorf("removing %d of %d with %s: %v, want %q", test.removed, test.present, test.percent, diags, test.refused)
		}
	}
}
