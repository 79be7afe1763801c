package audience_test

import (
	"net/http"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// seeded is a deployment with three audiences; the first has two members.
func seeded(t *testing.T) (*acctest.Deployment, int64) {
	t.Helper()
	d := acctest.Start(t)
	var vip struct {
		ID int64 `json:"id"`
	}
	d.Call(t, http.MethodPost, "/v2/audiences", map[string]any{"name": "VIP", "integration": "segment", "integrationId": "x"}, &vip)
	d.CallAs(t, "ApiKey-v1 "+acctest.SandboxIntegrationKey, http.MethodPost, "/v2/audiences", map[string]any{"name": "Twin"}, nil)
	d.Call(t, http.MethodPost, "/v2/audiences", map[string]any{"name": "Twin"}, nil)
	d.Call(t, http.MethodPost, "/v2/customer_audiences", map[string]any{"data": []any{
		map[string]any{"action": "add", "profileIntegrationId": "customer-1", "audienceId": vip.ID},
		map[string]any{"action": "add", "profileIntegrationId": "customer-2", "audienceId": vip.ID},
	}}, nil)
	d.Forget()
	return d, vip.ID
}

func TestAudienceIsFoundByEachOfItsNames(t *testing.T) {
	t.Parallel()
	d, id := seeded(t)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: d.Config(`
				data "talonone_audience" "by_name" { name = "VIP" }
				data "talonone_audience" "by_id" { id = data.talonone_audience.by_name.id }
				data "talonone_audience" "by_integration" {
				  integration    = "segment"
				  integration_id = "x"
				}`),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue("data.talonone_audience.by_name", tfjsonpath.New("id"), knownvalue.Int64Exact(id)),
				statecheck.ExpectKnownValue("data.talonone_audience.by_id", tfjsonpath.New("name"), knownvalue.StringExact("VIP")),
				statecheck.ExpectKnownValue("data.talonone_audience.by_integration", tfjsonpath.New("id"), knownvalue.Int64Exact(id)),
				statecheck.ExpectKnownValue("data.talonone_audience.by_integration", tfjsonpath.New("last_update"), knownvalue.NotNull()),
			},
		}},
	})
}

func TestAudienceLookupsThatFindNotExactlyOneAreErrors(t *testing.T) {
	t.Parallel()
	d, _ := seeded(t)
	for name, test := range map[string]struct{ settings, want string }{
		"none":                 {`name = "vip"`, `(?s)Audience not found.*the name "vip"`},
		"several":              {`name = "Twin"`, `(?s)Several audiences match.*Set id`},
		"no question":          {``, `(?i)exactly one`},
		"two questions":        {"name = \"VIP\"\nid = 1", `(?i)exactly one`},
		"integration alone":    {"name = \"VIP\"\nintegration = \"segment\"", `integration_id`},
		"without third party":  {`integration_id = "x"`, `Audience not found`},
		"number that is no ID": {`id = 9007199254740993`, `ID 9007199254740993`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps: []resource.TestStep{{
					Config: d.Config("data \"talonone_audience\" \"x\" {\n" + test.settings + "\n}"), ExpectError: regexp.MustCompile(test.want),
				}},
			})
		})
	}
}

func TestAudiencesAreFilteredAndCounted(t *testing.T) {
	t.Parallel()
	d, id := seeded(t)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: d.Config(`
					data "talonone_audiences" "all" {}
					data "talonone_audiences" "twins" { name_regex = "^Tw" }
					data "talonone_audiences" "sandbox" { sandbox = true }
					data "talonone_audiences" "own" { integration = "" }
					data "talonone_audiences" "none" { name_regex = "^nothing$" }
					data "talonone_audiences" "segment" {
					  integration       = "segment"
					  with_member_count = true
					}`),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue("data.talonone_audiences.all", tfjsonpath.New("audiences"), knownvalue.ListSizeExact(3)),
					statecheck.ExpectKnownValue("data.talonone_audiences.all", tfjsonpath.New("audiences").AtSliceIndex(0).AtMapKey("member_count"), knownvalue.Null()),
					statecheck.ExpectKnownValue("data.talonone_audiences.twins", tfjsonpath.New("audiences"), knownvalue.ListSizeExact(2)),
					statecheck.ExpectKnownValue("data.talonone_audiences.sandbox", tfjsonpath.New("audiences"), knownvalue.ListSizeExact(1)),
					statecheck.ExpectKnownValue("data.talonone_audiences.own", tfjsonpath.New("audiences"), knownvalue.ListSizeExact(2)),
					statecheck.ExpectKnownValue("data.talonone_audiences.none", tfjsonpath.New("audiences"), knownvalue.ListSizeExact(0)),
					statecheck.ExpectKnownValue("data.talonone_audiences.segment", tfjsonpath.New("audiences").AtSliceIndex(0).AtMapKey("id"), knownvalue.Int64Exact(id)),
					statecheck.ExpectKnownValue("data.talonone_audiences.segment", tfjsonpath.New("audiences").AtSliceIndex(0).AtMapKey("member_count"), knownvalue.Int64Exact(2)),
				},
			},
		},
	})
}

func TestInvalidNamePatternIsRefusedAtPlanTime(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: d.Config(`data "talonone_audiences" "x" { name_regex = "(" }`), ExpectError: regexp.MustCompile(`Invalid regular expression`),
		}},
	})
}
