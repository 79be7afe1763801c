package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// query is a list block, and what it finds of what makeImportables has made.
type query struct {
	settings string
	found    []string
}

// listings has queries for every list resource.
var listings = map[string][]query{
	"talonone_audience": {
		{"", []string{`id=701`, `id=702`, `id=703`}},
		{"limit = 2", []string{`id=701`, `id=702`}},
		{"config {\n name_regex = \"^S\"\n integration = \"segment\"\n sandbox = false\n}", []string{`id=703`}},
		{"config {\n integration = \"\"\n}", []string{`id=701`, `id=702`}},
	},
	"talonone_audience_membership": {
		{"config {\n audience_id = 701\n}", []string{`audience_id=701,profile_integration_id=` + odd, `audience_id=701,profile_integration_id=bare`}},
		{"limit = 1\nconfig {\n audience_id = 701\n}", []string{`audience_id=701,profile_integration_id=` + odd}},
	},
	"talonone_audience_memberships": {
		{"", []string{`audience_id=701`, `audience_id=702`, `audience_id=703`}},
		{"limit = 1\nconfig {\n name_regex = \"Bare\"\n}", []string{`audience_id=702`}},
	},
	"talonone_additional_cost": {{"", []string{`id=401`}}},
	"talonone_attribute": {
		{"config {\n entity = \"Event\"\n}", []string{`id=114`}},
		{"config {\n entity = \"CartItem\"\n name_regex = \"^c\"\n}", []string{`id=101`}},
	},
	"talonone_coupon": {
		{"config {\n application_id = 1\n campaign_id = 12\n value_regex = \"^SUMMER\"\n}", []string{`application_id=1,campaign_id=12,value=SUMMER10`, `application_id=1,campaign_id=12,value=SUMMER25%OFF`}},
	},
	"talonone_coupons": {{"config {\n application_id = 1\n name_regex = \"^Summer\"\n}", []string{`application_id=1,campaign_id=12`}}},
	"talonone_customer_audiences": {
		{"config {\n audience_id = 701\n}", []string{`profile_integration_id=` + odd, `profile_integration_id=bare`}},
	},
	"talonone_store": {{"config {\n application_id = 1\n}", []string{`application_id=1,integration_id=` + odd}}},
	"talonone_catalog_item": {
		{"config {\n catalog_id = 6\n}", []string{`catalog_id=6,sku=` + odd, `catalog_id=6,sku=free`, `catalog_id=6,sku=plain`}},
		{"config {\n catalog_id = 6\n product_names = [" + hcl(odd) + "]\n}", []string{`catalog_id=6,sku=` + odd}},
	},
	"talonone_collection": {
		{"", []string{`id=501`}},
		{"config {\n name_regex = \"^C\"\n application_id = 1\n campaign_id = 12\n}", []string{`application_id=1,campaign_id=12,id=502`}},
	},
	"talonone_coupon_reservation": {
		{"config {\n integration_id = " + hcl(odd) + "\n}", []string{`coupon_value=SUMMER25%OFF`}},
		{"config {\n integration_id = \"bare\"\n campaign_id = 11\n}", nil},
		{"config {\n integration_id = \"bare\"\n state = \"active\"\n}", []string{`coupon_value=SUMMER25%OFF`}},
	},
	"talonone_referral": {
		{"config {\n campaign_id = 11\n}", []string{`campaign_id=11,id=4001`, `campaign_id=11,id=4002`}},
		{"config {\n campaign_id = 11\n advocate_profile_integration_id = \"bare\"\n valid = \"validNow\"\n usable = true\n}", []string{`campaign_id=11,id=4002`}},
		{"limit = 1\nconfig {\n campaign_id = 11\n application_id = 1\n}", []string{`campaign_id=11,id=4001`}},
	},
}

func (q query) block(kind string) string {
	return "list \"" + kind + "\" \"found\" {\n  provider = talonone\n" + q.settings + "\n}\n"
}

func TestEveryListResourceIsQueried(t *testing.T) {
	t.Parallel()
	schemas := acctest.Schemas(t)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(schemas.ListResourceSchemas)), slices.Sorted(maps.Keys(listings))); diff != "" {
		t.Error(diff)
	}
}

// TestQueriesFindAndAdopt runs every query with the real CLI, with and without generated configuration, and imports
// what it has found.
func TestQueriesFindAndAdopt(t *testing.T) {
	t.Parallel()
	for kind, cases := range listings {
		for _, q := range cases {
			t.Run(kind+" "+strings.Join(strings.Fields(q.settings), " "), func(t *testing.T) {
				t.Parallel()
				d := acctest.Start(t)
				makeImportables(t, d)
				c := newCLI(t, d.URL, "provider \"talonone\" {\n  management_requests_per_second = 10000\n}\n")
				c.needs(queries)
				c.Write("found.tfquery.hcl", q.block(kind))
				if diff := cmp.Diff(q.found, c.found()); diff != "" {
					t.Fatalf("found (-want +got):\n%s", diff)
				}
				if len(q.found) == 0 {
					return
				}
				c.must(0, "query", "-generate-config-out=generated.tf")
				c.expectAdoption(d, kind)
				if got := strings.Count(c.Output("state", "list"), kind+"."); got != len(q.found) {
					t.Errorf("%d are managed, want %d", got, len(q.found))
				}
			})
		}
	}
}

// found lists the identities that a query finds, as the CLI prints them.
func (c *cli) found() []string {
	c.t.Helper()
	var found []string
	for line := range strings.Lines(c.Output("query", "-json")) {
		var event struct {
			Found *struct {
				Identity map[string]any `json:"identity"`
			} `json:"list_resource_found"`
		}
		decoder := json.NewDecoder(strings.NewReader(line))
		decoder.UseNumber()
		if err := decoder.Decode(&event); err != nil {
			c.t.Fatalf("%v:\n%s", err, line)
		}
		if event.Found == nil {
			continue
		}
		var parts []string
		for _, name := range slices.Sorted(maps.Keys(event.Found.Identity)) {
			parts = append(parts, fmt.Sprintf("%s=%v", name, event.Found.Identity[name]))
		}
		found = append(found, strings.Join(parts, ","))
	}
	slices.Sort(found)
	return found
}

func TestWrongQueriesAreExplained(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		kind, settings string
		want           []string
	}{
		"invalid pattern":  {"talonone_audience", "config {\n name_regex = \"(\"\n}", []string{"Invalid regular expression", "RE2"}},
		"unknown audience": {"talonone_audience_membership", "config {\n audience_id = 99\n}", []string{"Unable to read the members of audience 99", "does not exist"}},
		"unknown catalog":  {"talonone_catalog_item", "config {\n catalog_id = 99\n}", []string{"Unable to list the items of catalog 99", "Cart item catalogs"}},
		"unknown customer": {"talonone_coupon_reservation", "config {\n integration_id = \"nobody\"\n}", []string{`Unable to read the coupons of customer "nobody"`, "does not exist"}},
		"invalid state":    {"talonone_coupon_reservation", "config {\n integration_id = \"bare\"\n state = \"actve\"\n}", []string{`"active" "used"`}},
		"unknown campaign": {"talonone_referral", "config {\n campaign_id = 99\n}", []string{"Campaign not found", "Correct the ID"}},
		"missing key":      {"talonone_audience", "", []string{"TALONONE_MANAGEMENT_API_KEY"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t)
			d.Call(t, http.MethodPut, "/v2/customer_profiles/bare", map[string]any{}, nil)
			d.Forget()
			c := newCLI(t, d.URL, "provider \"talonone\" {}\n")
			c.needs(queries)
			if name == "missing key" {
				c.Env = append(c.Env, "TALONONE_MANAGEMENT_API_KEY=")
			}
			c.Write("found.tfquery.hcl", query{settings: test.settings}.block(test.kind))
			output := flat(c.must(1, "query", "-no-color"))
			for _, want := range append(test.want, "found.tfquery.hcl line") {
				if !strings.Contains(output, want) {
					t.Errorf("%q is missing in:\n%s", want, output)
				}
			}
			expectNoWrites(t, d)
		})
	}
}

// flat is output without the CLI's line breaks.
func flat(output string) string { return strings.Join(strings.Fields(output), " ") }
