package bulk

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func TestCheckRemovals(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		limit            types.Int64
		removed, present int
		refused          string
	}{
		{types.Int64Null(), 10, 10, ""},
		{types.Int64Unknown(), 10, 10, ""},
		{types.Int64Value(100), 10, 10, ""},
		{types.Int64Value(0), 0, 10, ""},
		{types.Int64Value(0), 0, 0, ""},
		{types.Int64Value(0), 1, 1_000_000, "1 of 1000000 things (0.1 %), and max_removal_percent allows 0 %"},
		{types.Int64Value(10), 100, 1000, ""},
		{types.Int64Value(10), 101, 1000, "101 of 1000 things (10.1 %), and max_removal_percent allows 10 %"},
		{types.Int64Value(10), 1001, 10_000, "1001 of 10000 things (10.1 %), and max_removal_percent allows 10 %"},
		{types.Int64Value(99), 3, 3, "3 of 3 things (100 %), and max_removal_percent allows 99 %"},
	} {
		diags := CheckRemovals(path.Root("max_removal_percent"), test.limit, test.removed, test.present, "things")
		if test.refused == "" {
			if diags.HasError() {
				t.Errorf("removing %d of %d with %s is refused: %v", test.removed, test.present, test.limit, diags)
			}
			continue
		}
		if len(diags) != 1 || !strings.Contains(diags[0].Detail(), test.refused) {
			t.Errorf("removing %d of %d with %s: %v, want %q", test.removed, test.present, test.limit, diags, test.refused)
		}
	}
}
