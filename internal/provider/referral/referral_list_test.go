package referral_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

func TestReferralsOfACampaignAreListedForQueries(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	for _, body := range []map[string]any{
		{"campaignId": 11, "advocateProfileIntegrationId": "a"},
		{"campaignId": 11, "advocateProfileIntegrationId": "b", "expiryDate": "2020-01-01T00:00:00Z"},
		{"campaignId": 11, "advocateProfileIntegrationId": "a", "startDate": "2100-01-01T00:00:00Z"},
	} {
		d.Call(t, http.MethodPost, "/v1/referrals", body, nil)
	}
	all := rows(t, d)
	number := func(n int64) tftypes.Value { return tftypes.NewValue(tftypes.Number, n) }
	text := func(s string) tftypes.Value { return tftypes.NewValue(tftypes.String, s) }
	for name, test := range map[string]struct {
		config map[string]tftypes.Value
		limit  int64
		want   []string
		fails  string
	}{
		"all":                 {map[string]tftypes.Value{"campaign_id": number(11)}, 100, []string{all[0].Code, all[1].Code, all[2].Code}, ""},
		"limit":               {map[string]tftypes.Value{"campaign_id": number(11), "application_id": number(1)}, 2, []string{all[0].Code, all[1].Code}, ""},
		"advocate":            {map[string]tftypes.Value{"campaign_id": number(11), "advocate_profile_integration_id": text("a")}, 100, []string{all[0].Code, all[2].Code}, ""},
		"expired":             {map[string]tftypes.Value{"campaign_id": number(11), "valid": text("expired")}, 100, []string{all[1].Code}, ""},
		"used up":             {map[string]tftypes.Value{"campaign_id": number(11), "usable": tftypes.NewValue(tftypes.Bool, false)}, 100, nil, ""},
		"unknown campaign":    {map[string]tftypes.Value{"campaign_id": number(99)}, 100, nil, "Campaign not found"},
		"in no such campaign": {map[string]tftypes.Value{"campaign_id": number(99), "application_id": number(1)}, 100, nil, "Unable to list the referrals of campaign 99"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for result := range acctest.List(t, d, "talonone_referral", test.config, test.limit) {
				if len(result.Diagnostics) > 0 {
					if result.Diagnostics[0].Summary != test.fails {
						t.Error(result.Diagnostics[0].Summary, result.Diagnostics[0].Detail)
					}
					return
				}
				got = append(got, result.DisplayName)
				if result.Identity == nil || result.Resource == nil {
					t.Error("a result lacks its identity or its resource")
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" || test.fails != "" {
				t.Errorf("want error %q, got none, and\n%s", test.fails, diff)
			}
		})
	}
}
