package audience_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

func TestAudiencesAreListedForQueries(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	for _, name := range []string{"VIP", "Travellers", "VIP 2"} {
		d.Call(t, http.MethodPost, "/v2/audiences", map[string]any{"name": name}, nil)
	}
	d.CallAs(t, "ApiKey-v1 "+acctest.SandboxIntegrationKey, http.MethodPost, "/v2/audiences", map[string]any{"name": "VIP test"}, nil)
	for name, test := range map[string]struct {
		config map[string]tftypes.Value
		limit  int64
		want   []string
	}{
		"all":         {nil, 100, []string{`"VIP" (701)`, `"Travellers" (702)`, `"VIP 2" (703)`, `"VIP test" (704)`}},
		"limit":       {nil, 2, []string{`"VIP" (701)`, `"Travellers" (702)`}},
		"name":        {map[string]tftypes.Value{"name_regex": tftypes.NewValue(tftypes.String, "^VIP")}, 100, []string{`"VIP" (701)`, `"VIP 2" (703)`, `"VIP test" (704)`}},
		"environment": {map[string]tftypes.Value{"sandbox": tftypes.NewValue(tftypes.Bool, true)}, 100, []string{`"VIP test" (704)`}},
		"integration": {map[string]tftypes.Value{"integration": tftypes.NewValue(tftypes.String, "segment")}, 100, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for result := range acctest.List(t, d, "talonone_audience", test.config, test.limit) {
				if len(result.Diagnostics) > 0 {
					t.Fatal(result.Diagnostics[0].Summary, result.Diagnostics[0].Detail)
				}
				got = append(got, result.DisplayName)
				if result.Identity == nil || result.Resource == nil {
					t.Error("a result lacks its identity or its resource")
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestInvalidListPatternIsRefused(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	_, diags := d.NewProcess(t, nil).List(t, "talonone_audience", acctest.Attributes{"name_regex": "("}, 100)
	if len(diags) != 1 || diags[0].Summary != "Invalid regular expression" {
		t.Errorf("got %v", diags)
	}
}
