package audience_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

const single = "talonone_audience_membership.one"

func (c *crowd) single(id string) string {
	return c.Config(c.singleBlock(id))
}

func (c *crowd) singleBlock(id string) string {
	return fmt.Sprintf("resource \"talonone_audience_membership\" \"one\" {\n  audience_id = %d\n  profile_integration_id = %s\n}\n", c.id, strings.Trim(hclList(id), "[]"))
}

func TestOneMembership(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, "theirs")
	hard := `a/b "c", 100%`
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             c.has("theirs"),
		Steps: []resource.TestStep{
			{Config: c.single("a"), Check: resource.ComposeTestCheckFunc(c.Expect(map[string]int{"getAudiences": 2, "updateCustomerProfileAudiences": 1}), c.has("a", "theirs"))},
			{
				ResourceName: single, ImportState: true, ImportStateId: fmt.Sprintf("%d/a", c.id), ImportStateVerify: true,
				ImportStateVerifyIdentifierAttribute: "profile_integration_id",
			},
			{ResourceName: single, ImportState: true, ImportStateId: "a", ExpectError: regexp.MustCompile(`748/customer-1`)},
			{
				PreConfig: func() { c.leave("a"); c.Forget() }, Config: c.single("a"),
				ConfigPlanChecks: plans(plancheck.ExpectResourceAction(single, plancheck.ResourceActionCreate)),
				Check:            c.has("a", "theirs"),
			},
			{
				Config:           c.single(hard),
				ConfigPlanChecks: plans(plancheck.ExpectResourceAction(single, plancheck.ResourceActionDestroyBeforeCreate)),
				Check:            c.has(hard, "theirs"),
			},
			{Config: c.single(hard), ResourceName: single, ImportState: true, ImportStateKind: resource.ImportBlockWithID, ImportStateId: fmt.Sprintf("%d/%s", c.id, hard)},
		},
	})
}

func TestOneMembershipWithoutAManagementKey(t *testing.T) {
	t.Parallel()
	c := newCrowd(t)
	config := c.ConfigWith(fmt.Sprintf("integration_api_key = %q", acctest.IntegrationKey), c.singleBlock("a"))
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config},
			{PreConfig: func() { c.leave("a"); c.Forget() }, Config: config, Check: c.Expect(map[string]int{"getCustomerInventory": 1, "updateCustomerProfileAudiences": 1})},
		},
	})
}

func TestRefusedMembershipsFailByThemselves(t *testing.T) {
	t.Parallel()
	c := newCrowd(t)
	// A plan that only warns leaves it to the apply.
	keys := fmt.Sprintf("integration_api_key = %q\nmanagement_api_key = %q\nvalidate_references = false", acctest.IntegrationKey, acctest.ManagementKey)
	config := c.ConfigWith(keys, c.singleBlock("a")+`
		resource "talonone_audience_membership" "lost" {
		  audience_id            = 999999
		  profile_integration_id = "a"
		}`)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config, ExpectError: regexp.MustCompile(`(?s)Unable to add a member of audience 999999.*:\s+audience_id +=.*There is no such audience`)},
			{Config: c.single("a"), ConfigPlanChecks: emptyPlan, Check: c.has("a")},
		},
	})
}

const attributes = "talonone_audience_customer_attributes.all"

func (c *crowd) attributes(settings string) string {
	return c.Config(fmt.Sprintf("resource \"talonone_audience_customer_attributes\" \"all\" {\n  audience_id = %d\n%s\n}\n", c.id, settings))
}

func (c *crowd) profile(id string, attributes map[string]any) {
	c.t.Helper()
	c.Call(c.t, http.MethodPut, "/v2/customer_profiles/"+id, map[string]any{"attributes": attributes}, nil)
}

func matching(total, match int64) []plancheck.PlanCheck {
	return []plancheck.PlanCheck{expectInt(attributes, "members_total", total), expectInt(attributes, "members_matching", match)}
}

func TestAttributesOfAllMembers(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, "a", "b", "c")
	german := `attributes = jsonencode({ Language = "de", age = 30, birthday = "2000-01-01T01:00:00+01:00" })`
	sent := c.ExpectWrites(map[string]int{"updateAudienceCustomersAttributes": 1})
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: c.attributes(german), Check: resource.ComposeTestCheckFunc(sent, stateInt(attributes, "members_matching", 3))},
			// 30 and 30.0 are one number, and a time in another zone is the same time.
			{
				PreConfig: func() { c.profile("a", map[string]any{"age": 30.0, "birthday": "2000-01-01T00:00:00Z"}); c.Forget() },
				Config:    c.attributes(german), ConfigPlanChecks: emptyPlan, Check: c.Expect(map[string]int{"getAudienceMemberships": 1}),
			},
			{
				// One joins without the values, one is edited: both are set again.
				PreConfig:        func() { c.join("late"); c.profile("b", map[string]any{"Language": "fr"}); c.Forget() },
				Config:           c.attributes(german),
				ConfigPlanChecks: plans(append(matching(4, 4), plancheck.ExpectResourceAction(attributes, plancheck.ResourceActionUpdate))...),
				Check:            sent,
			},
			{Config: c.attributes(german), ConfigPlanChecks: emptyPlan},
			{Config: c.attributes(`attributes = jsonencode({ vip = true })`), Check: resource.ComposeTestCheckFunc(sent, stateInt(attributes, "members_matching", 4))},
			{
				// What all members share: not the age that only some of them have. A profile without vip would take vip out too.
				PreConfig: func() {
					for _, id := range []string{"a", "b", "c", "late"} {
						c.profile(id, map[string]any{"age": nil, "birthday": nil, "Language": nil})
					}
					c.profile("a", map[string]any{"age": 30})
				},
				ResourceName: attributes, ImportState: true, ImportStateId: fmt.Sprint(c.id), ImportStateVerify: true,
				ImportStateVerifyIdentifierAttribute: "audience_id",
			},
			{
				PreConfig: c.Forget, Config: c.attributes("check_members = false\nattributes = jsonencode({ vip = true })"),
				Check: resource.ComposeTestCheckFunc(c.ExpectWrites(map[string]int{}), resource.TestCheckNoResourceAttr(attributes, "members_total")),
			},
			// Destroying forgets, and sends nothing.
			{PreConfig: c.Forget, Config: c.Config(""), Check: c.ExpectWrites(map[string]int{})},
		},
	})
}

func TestWrongAttributesOfMembersAreRefused(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, "a")
	for name, test := range map[string]struct{ settings, want string }{
		"undefined":  {`attributes = jsonencode({ Shoe = 42 })`, `(?s)no attribute "Shoe" for CustomerProfile.*Language`},
		"wrong type": {`attributes = jsonencode({ age = "old" })`, `(?s)"age".*number`},
		"no object":  {`attributes = "[]"`, `must be one JSON object`},
		"empty":      {`attributes = "{}"`, `name at least one attribute`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps:                    []resource.TestStep{{Config: c.attributes(test.settings), PlanOnly: true, ExpectError: regexp.MustCompile(test.want)}},
			})
		})
	}
}

func TestAttributesOfAnAudienceThatIsGone(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, "a")
	config := c.attributes(`attributes = jsonencode({ vip = true })`)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: config},
			{
				PreConfig:   func() { c.Call(t, http.MethodDelete, fmt.Sprintf("/v2/audiences/%d", c.id), nil, nil) },
				Config:      config,
				ExpectError: regexp.MustCompile(`(?s)audience_id.*Audience does not exist`),
			},
		},
	})
}

func TestMembersAreRead(t *testing.T) {
	t.Parallel()
	members := numbered("m", 1100)
	data := func(c *crowd, settings, output string) string {
		return c.Config(fmt.Sprintf("data \"talonone_audience_members\" \"all\" {\n  audience_id = %d\n%s\n}\noutput \"out\" {\n  value = %s\n}\n", c.id, settings, output))
	}
	const all = "data.talonone_audience_members.all"
	for name, test := range map[string]struct {
		settings, output, want string
		requests               map[string]int
	}{
		"all":             {"", `"${length(jsondecode(` + all + `.members_json))} ${` + all + `.member_count}"`, "1100 1100", map[string]int{"exportAudiencesMemberships": 1}},
		"count alone":     {"count_only = true", `"${` + all + `.member_count} ${jsonencode(` + all + `.members_json)}"`, "1100 null", map[string]int{"getAudiences": 1, "getAudiencesAnalytics": 1}},
		"a few":           {"limit = 2", `join(" ", concat(keys(jsondecode(` + all + `.members_json)), [` + all + `.member_count]))`, members[0] + " " + members[1] + " 1100", map[string]int{"getAudienceMemberships": 1, "getAudiences": 1, "getAudiencesAnalytics": 1}},
		"many":            {"limit = 1050", `length(jsondecode(` + all + `.members_json))`, "1050", map[string]int{"exportAudiencesMemberships": 1, "getAudiences": 1, "getAudiencesAnalytics": 1}},
		"with attributes": {"with_attributes = true", `"${length(jsondecode(` + all + `.attributes_json))} ${jsondecode(` + all + `.attributes_json)["` + members[0] + `"].Language}"`, "1100 de", map[string]int{"getAudienceMemberships": 2}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCrowd(t, members...)
			c.profile(members[0], map[string]any{"Language": "de"})
			c.Forget()
			acctest.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps: []resource.TestStep{{
					Config: data(c, test.settings, test.output),
					Check:  resource.ComposeTestCheckFunc(c.once(test.requests), resource.TestCheckOutput("out", test.want)),
				}},
			})
		})
	}
}

// once expects requests that were made by the plan, and again by the apply or not.
func (c *crowd) once(want map[string]int) func(*terraform.State) error {
	return func(*terraform.State) error {
		got := make(map[string]bool)
		for _, request := range c.Server.Requests() {
			got[request.Operation] = true
		}
		for operation := range got {
			if want[operation] == 0 {
				return fmt.Errorf("unexpected request of %s", operation)
			}
		}
		for operation, n := range want {
			if times := c.Count(operation); times == 0 || times%n != 0 {
				return fmt.Errorf("%d requests of %s, want %d a read", times, operation, n)
			}
		}
		return nil
	}
}

func TestMembersOfAnUnknownAudience(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	for name, settings := range map[string]string{"members": "", "count": "count_only = true", "a few": "limit = 3"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps: []resource.TestStep{{
					Config:      d.Config("data \"talonone_audience_members\" \"all\" {\n  audience_id = 999999\n" + settings + "\n}\n"),
					ExpectError: regexp.MustCompile(`There is no audience with this ID`),
				}},
			})
		})
	}
}

func TestMembersFunction(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ argument, want, err string }{
		"sorted":   {argument: `["b", "a\"", "10", "2"]`, want: `{"10":true,"2":true,"a\"":true,"b":true}`},
		"empty":    {argument: `[]`, want: `{}`},
		"repeated": {argument: `["a", "b", "a"]`, err: `(?s)Element 3 of the list repeats\s+element 1`},
		"no ID":    {argument: `["a", ""]`, err: `(?s)Element 2 of the list is invalid:.*must not\s+be\s+empty`},
		"too long": {argument: `["` + strings.Repeat("x", 1001) + `"]`, err: `(?s)at most 1000\s+characters`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			step := resource.TestStep{Config: "output \"out\" {\n  value = provider::talonone::members(" + test.argument + ")\n}\n"}
			if test.err != "" {
				step.ExpectError = regexp.MustCompile(test.err)
			} else {
				step.Check = resource.TestCheckOutput("out", test.want)
			}
			acctest.Test(t, resource.TestCase{ProtoV6ProviderFactories: acctest.Factories(), Steps: []resource.TestStep{step}})
		})
	}
}

func TestSingleRequestsAreRepeatedAfterAFailure(t *testing.T) {
	t.Parallel()
	c := newCrowd(t)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			PreConfig: c.fails(emulator.Fault{Method: http.MethodPost, PathPrefix: "/v2/customer_audiences", Times: 1, Reset: true, AfterApply: true}),
			Config:    c.single("a"), Check: c.has("a"),
		}},
	})
	if got := slices.Sorted(slices.Values(c.members())); len(got) != 0 {
		t.Errorf("left behind: %q", got)
	}
}
