package referral_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// row is a referral as the Management API lists it.
type row struct {
	ID         int64          `json:"id"`
	Advocate   string         `json:"advocateProfileIntegrationId"`
	Friend     string         `json:"friendProfileIntegrationId"`
	Code       string         `json:"code"`
	UsageLimit int64          `json:"usageLimit"`
	StartDate  string         `json:"startDate"`
	ExpiryDate string         `json:"expiryDate"`
	Attributes map[string]any `json:"attributes"`
}

const campaignPath = "/v1/applications/1/campaigns/11/referrals"

// rows lists the referrals of campaign 11, in order of ID.
func rows(t *testing.T, d *acctest.Deployment) []row {
	t.Helper()
	var response struct {
		Data []row `json:"data"`
	}
	d.Call(t, http.MethodGet, campaignPath+"/no_total", nil, &response)
	return response.Data
}

func advocates(rows []row) []string {
	names := make([]string, len(rows))
	for i, one := range rows {
		names[i] = one.Advocate
	}
	slices.Sort(names)
	return names
}

// hasReferralsOf checks that exactly these advocates have a referral, one each.
func hasReferralsOf(t *testing.T, d *acctest.Deployment, want ...string) func(*terraform.State) error {
	return func(*terraform.State) error {
		if want == nil {
			want = []string{}
		}
		if diff := cmp.Diff(want, advocates(rows(t, d))); diff != "" {
			return fmt.Errorf("advocates with a referral (-want +got):\n%s", diff)
		}
		return nil
	}
}

// integrationOnly is a provider block without a Management key.
func integrationOnly(d *acctest.Deployment, body string) string {
	return d.ConfigWith(fmt.Sprintf("integration_api_key = %q", acctest.IntegrationKey), body)
}

// impatient is a provider block that repeats nothing.
func impatient(d *acctest.Deployment, body string) string {
	return d.ConfigWith(fmt.Sprintf("integration_api_key = %q\nmanagement_api_key = %q\nmax_retries = 0", acctest.IntegrationKey, acctest.ManagementKey), body)
}

func fault(t *testing.T, d *acctest.Deployment, text string) {
	t.Helper()
	parsed, err := emulator.ParseFault(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Server.AddFault(parsed); err != nil {
		t.Fatal(err)
	}
}

var noChange = resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}

func does(address string, action plancheck.ResourceActionType, more ...plancheck.PlanCheck) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: append([]plancheck.PlanCheck{plancheck.ExpectResourceAction(address, action)}, more...)}
}

func saying(words string) *regexp.Regexp {
	return regexp.MustCompile("(?s)" + regexp.MustCompile(` `).ReplaceAllString(words, `[\s│]+`))
}
