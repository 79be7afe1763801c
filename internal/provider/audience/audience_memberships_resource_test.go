package audience_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

const group = "talonone_audience_memberships.group"

// crowd is an audience of a deployment, seen behind Terraform's back.
type crowd struct {
	*acctest.Deployment
	t  testing.TB
	id int64
}

// newCrowd makes an audience with members.
func newCrowd(t testing.TB, members ...string) *crowd {
	t.Helper()
	return newCrowdWith(t, func(*emulator.Options) {}, members...)
}

func newCrowdWith(t testing.TB, options func(*emulator.Options), members ...string) *crowd {
	t.Helper()
	c := &crowd{Deployment: acctest.Start(t, options), t: t}
	var audience struct{ ID int64 }
	c.Call(t, http.MethodPost, "/v2/audiences", map[string]any{"name": "VIP"}, &audience)
	c.id = audience.ID
	c.join(members...)
	c.Forget()
	return c
}

func (c *crowd) join(members ...string)  { c.change("add", members) }
func (c *crowd) leave(members ...string) { c.change("delete", members) }

func (c *crowd) change(action string, members []string) {
	c.t.Helper()
	for part := range slices.Chunk(members, 1000) {
		actions := make([]map[string]any, len(part))
		for i, member := range part {
			actions[i] = map[string]any{"action": action, "profileIntegrationId": member, "audienceId": c.id}
		}
		c.Call(c.t, http.MethodPost, "/v2/customer_audiences", map[string]any{"data": actions}, nil)
	}
}

// members are the audience's members, sorted.
func (c *crowd) members() []string {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, fmt.Sprintf("%s/v1/audiences/%d/memberships/export", c.URL, c.id), nil)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Authorization", "ManagementKey-v1 "+acctest.ManagementKey)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	records, err := csv.NewReader(resp.Body).ReadAll()
	if err != nil {
		c.t.Fatal(err)
	}
	members := []string{}
	for _, record := range records[1:] {
		members = append(members, record[0])
	}
	slices.Sort(members)
	return members
}

// has checks who is a member.
func (c *crowd) has(want ...string) func(*terraform.State) error {
	return func(*terraform.State) error {
		got := c.members()
		want = slices.Sorted(slices.Values(want))
		if !slices.Equal(got, want) {
			return fmt.Errorf("the audience has %d members %.300q, want %d %.300q", len(got), got, len(want), want)
		}
		return nil
	}
}

// hcl is a configuration with the resource.
func (c *crowd) hcl(settings string) string { return c.Config(c.block(settings)) }

func (c *crowd) block(settings string) string {
	return fmt.Sprintf("resource \"talonone_audience_memberships\" \"group\" {\n  audience_id = %d\n%s\n}\n", c.id, settings)
}

// noRetries is a provider block whose requests are sent once.
func (c *crowd) noRetries(settings string) string {
	return c.ConfigWith(fmt.Sprintf("integration_api_key = %q\nmanagement_api_key = %q\nmax_retries = 0", acctest.IntegrationKey, acctest.ManagementKey), c.block(settings))
}

// withoutManagement is a provider block without a Management key.
func (c *crowd) withoutManagement(settings string) string {
	return c.ConfigWith(fmt.Sprintf("integration_api_key = %q", acctest.IntegrationKey), c.block(settings))
}

func (c *crowd) fails(fault emulator.Fault) func() {
	return func() {
		if err := c.Server.AddFault(fault); err != nil {
			c.t.Fatal(err)
		}
	}
}

func hclList(ids ...string) string {
	quoted := make([]string, len(ids))
	for i, id := range ids {
		text, _ := json.Marshal(id)
		quoted[i] = strings.ReplaceAll(strings.ReplaceAll(string(text), "${", "$${"), "%{", "%%{")
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

func numbered(prefix string, n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("%s-%06d", prefix, i)
	}
	return ids
}

// memberFile writes a file with one ID a line.
func memberFile(t testing.TB, ids ...string) string {
	t.Helper()
	return writeFile(t, "members.txt", strings.Join(ids, "\n")+"\n")
}

func writeFile(t testing.TB, name, text string) string {
	t.Helper()
	name = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func fromFile(name string) string { return fmt.Sprintf("members_file = { path = %q }", name) }

func fromJSON(ids []string) string {
	text, _ := json.Marshal(ids)
	return "members_json = provider::talonone::members(" + string(text) + ")"
}

// syncs expects what a plan announces.
func syncs(added, removed int64) plancheck.PlanCheck {
	return plancheck.ExpectKnownValue(group, tfjsonpath.New("last_sync"), knownvalue.ObjectPartial(map[string]knownvalue.Check{
		"added": knownvalue.Int64Exact(added), "removed": knownvalue.Int64Exact(removed), "updated": knownvalue.Int64Exact(0),
	}))
}

func plans(checks ...plancheck.PlanCheck) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: checks}
}

func samples(attribute string, ids ...string) plancheck.PlanCheck {
	checks := make([]knownvalue.Check, len(ids))
	for i, id := range ids {
		checks[i] = knownvalue.StringExact(id)
	}
	return plancheck.ExpectKnownValue(group, tfjsonpath.New(attribute), knownvalue.ListExact(checks))
}

var emptyPlan = plans(plancheck.ExpectEmptyPlan())

func TestAdditiveMembershipsShareTheAudience(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, "theirs", "both")
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             c.has("theirs"),
		Steps: []resource.TestStep{
			{
				Config:           c.hcl(`members = ["a", "both", "b"]`),
				ConfigPlanChecks: plans(syncs(3, 0), plancheck.ExpectKnownValue(group, tfjsonpath.New("member_count"), knownvalue.Int64Exact(3))),
				Check:            resource.ComposeTestCheckFunc(c.ExpectWrites(map[string]int{"updateCustomerProfileAudiences": 1}), c.has("a", "b", "both", "theirs")),
			},
			// Neither order nor what others add is a change.
			{PreConfig: func() { c.join("theirs too") }, Config: c.hcl(`members = ["b", "a", "both"]`), ConfigPlanChecks: emptyPlan},
			{
				PreConfig:        func() { c.leave("theirs too"); c.Forget() },
				Config:           c.hcl(`members = ["b", "c"]`),
				ConfigPlanChecks: plans(plancheck.ExpectResourceAction(group, plancheck.ResourceActionUpdate), syncs(1, 2), samples("sample_joining", "c"), samples("sample_leaving", "a", "both")),
				// "both" was there before. Listed is owned: it is removed, too.
				Check: resource.ComposeTestCheckFunc(c.ExpectWrites(map[string]int{"updateCustomerProfileAudiences": 1}), c.has("b", "c", "theirs")),
			},
			{
				// Who left elsewhere comes back.
				PreConfig:        func() { c.leave("b"); c.Forget() },
				Config:           c.hcl(`members = ["b", "c"]`),
				ConfigPlanChecks: plans(syncs(1, 0), samples("sample_joining", "b")),
				Check:            c.has("b", "c", "theirs"),
			},
			{Config: c.hcl(`members = []`), ConfigPlanChecks: plans(syncs(0, 2)), Check: c.has("theirs")},
		},
	})
}

func TestExclusiveMembershipsShowOthersAsLeaving(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, "theirs", "a")
	refused := regexp.MustCompile(`(?s)holds 1 member not listed here: "theirs".*import \{`)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             c.has(),
		Steps: []resource.TestStep{
			{Config: c.hcl("ownership = \"exclusive\"\nmembers = [\"a\", \"b\"]"), ExpectError: refused},
			{
				PreConfig:        func() { c.leave("theirs"); c.Forget() },
				Config:           c.hcl("ownership = \"exclusive\"\nmembers = [\"a\", \"b\"]"),
				ConfigPlanChecks: plans(syncs(2, 0), samples("sample_joining", "a", "b")),
				Check:            resource.ComposeTestCheckFunc(c.ExpectWrites(map[string]int{"updateCustomerProfileAudiences": 1}), c.has("a", "b")),
			},
			{
				PreConfig: func() { c.join("intruder"); c.leave("b"); c.Forget() },
				Config:    c.hcl("ownership = \"exclusive\"\nmembers = [\"a\", \"b\"]"),
				ConfigPlanChecks: plans(syncs(1, 1), samples("sample_joining", "b"), samples("sample_leaving", "intruder"),
					plancheck.ExpectKnownValue(group, tfjsonpath.New("member_count"), knownvalue.Int64Exact(2))),
				Check: c.has("a", "b"),
			},
			{Config: c.hcl("ownership = \"exclusive\"\nmembers = [\"b\", \"a\"]"), ConfigPlanChecks: emptyPlan},
			{
				PreConfig:        c.Forget,
				Config:           c.hcl("ownership = \"exclusive\"\nmembers = []"),
				ConfigPlanChecks: plans(syncs(0, 2)),
				Check:            resource.ComposeTestCheckFunc(c.ExpectWrites(map[string]int{"deleteAudienceMembershipsV2": 1}), c.has()),
			},
			{Config: c.hcl("ownership = \"exclusive\"\nmembers = [\"a\"]"), Check: c.has("a")},
		},
	})
}

func TestLargeExclusiveChangesAreOneImport(t *testing.T) {
	t.Parallel()
	c := newCrowd(t)
	many := numbered("m", 2500)
	fewer := append([]string{"new"}, many[3:]...)
	exclusive := func(ids []string) string { return c.hcl("ownership = \"exclusive\"\n" + fromJSON(ids)) }
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config:           exclusive(many),
				ConfigPlanChecks: plans(syncs(2500, 0)),
				Check:            resource.ComposeTestCheckFunc(c.ExpectWrites(map[string]int{"importAudiencesMemberships": 1}), c.has(many...)),
			},
			{Config: exclusive(many), ConfigPlanChecks: emptyPlan, Check: c.ExpectWrites(map[string]int{})},
			{
				Config:           exclusive(fewer),
				ConfigPlanChecks: plans(syncs(1, 3), samples("sample_joining", "new"), samples("sample_leaving", many[:3]...)),
				Check:            resource.ComposeTestCheckFunc(c.ExpectWrites(map[string]int{"updateCustomerProfileAudiences": 1}), c.has(fewer...)),
			},
		},
	})
}

func TestAdditiveChangesTakeTheFewestRequests(t *testing.T) {
	t.Parallel()
	c := newCrowd(t)
	many := numbered("m", 2500)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             resource.ComposeTestCheckFunc(c.ExpectWrites(map[string]int{"updateCustomerProfileAudiences": 3}), c.has()),
		Steps: []resource.TestStep{
			{
				Config:           c.hcl(fromJSON(many)),
				ConfigPlanChecks: plans(syncs(2500, 0)),
				// Both plans of a create look who is there already.
				Check: c.Expect(map[string]int{"updateCustomerProfileAudiences": 3, "exportAudiencesMemberships": 2}),
			},
			{
				PreConfig:        c.Forget,
				Config:           c.hcl(fromJSON(many)),
				ConfigPlanChecks: emptyPlan,
				Check:            c.ExpectWrites(map[string]int{}),
			},
			{
				Config:           c.hcl(fromJSON(append([]string{"one more"}, many...))),
				ConfigPlanChecks: plans(syncs(1, 0)),
				Check:            c.ExpectWrites(map[string]int{"updateCustomerProfileAudiences": 1}),
			},
			{Config: c.hcl(fromJSON(many)), Check: c.ExpectWrites(map[string]int{"updateCustomerProfileAudiences": 1})},
		},
	})
}

func TestMembersFromFiles(t *testing.T) {
	t.Parallel()
	for _, ownership := range []string{"additive", "exclusive"} {
		t.Run(ownership, func(t *testing.T) {
			t.Parallel()
			c := newCrowd(t)
			owned := func(source string) string { return c.hcl(fmt.Sprintf("ownership = %q\n%s", ownership, source)) }
			text := memberFile(t, "b", "a", "c")
			table := writeFile(t, "warehouse.csv", "id;name\n\"d\";D\na;A\nb;B\n")
			again := writeFile(t, "again.txt", "d\nb\na\n")
			twice := writeFile(t, "twice.txt", "d\nb\na\nb\n")
			// In a new file: the state of an additive resource doesn't name who leaves.
			leaving := samples("sample_leaving", "c")
			if ownership == "additive" {
				leaving = plancheck.ExpectUnknownValue(group, tfjsonpath.New("sample_leaving"))
			}
			acctest.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				CheckDestroy:             c.has(),
				Steps: []resource.TestStep{
					{
						Config:           owned(fromFile(text)),
						ConfigPlanChecks: plans(syncs(3, 0), samples("sample_joining", "a", "b", "c")),
						Check:            c.has("a", "b", "c"),
						ConfigStateChecks: []statecheck.StateCheck{
							statecheck.ExpectKnownValue(group, tfjsonpath.New("members"), knownvalue.Null()),
							statecheck.ExpectKnownValue(group, tfjsonpath.New("member_count"), knownvalue.Int64Exact(3)),
						},
					},
					{Config: owned(fromFile(text)), ConfigPlanChecks: emptyPlan},
					{
						Config:           owned(fmt.Sprintf("members_file = { path = %q, column = \"id\", delimiter = \";\" }", table)),
						ConfigPlanChecks: plans(syncs(1, 1), samples("sample_joining", "d"), leaving),
						Check:            c.has("a", "b", "d"),
					},
					{
						PreConfig:        func() { c.leave("a") },
						Config:           owned(fmt.Sprintf("members_file = { path = %q, column = \"id\", delimiter = \";\" }", table)),
						ConfigPlanChecks: plans(syncs(1, 0), samples("sample_joining", "a")),
						Check:            c.has("a", "b", "d"),
					},
					{Config: owned(fromFile(again)), ConfigPlanChecks: emptyPlan},
					{Config: owned(fromFile(twice)), ExpectError: regexp.MustCompile("repeats an ID")},
					// The same members from elsewhere are no change to the audience.
					{
						PreConfig:        c.Forget,
						Config:           owned(`members = ["a", "b", "d"]`),
						ConfigPlanChecks: plans(plancheck.ExpectResourceAction(group, plancheck.ResourceActionUpdate)),
						Check:            resource.ComposeTestCheckFunc(c.ExpectWrites(map[string]int{}), c.has("a", "b", "d")),
					},
				},
			})
		})
	}
}

// A file can't be respelled: the deployment's own spelling of its members is no change, and the digest follows the deployment.
func TestMembersFromFilesOfADeploymentThatFoldsCase(t *testing.T) {
	t.Parallel()
	c := newCrowdWith(t, func(o *emulator.Options) {
		o.Conventions = conventions.Values{conventions.ProfileIDCase: conventions.Folded}
	})
	owned := func(ids ...string) string {
		return c.hcl("ownership = \"exclusive\"\n" + fromFile(memberFile(t, ids...)))
	}
	first, last := owned("Anna", "ben", "CARL"), owned("CARL", "Anna", "Dora")
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             c.has(),
		Steps: []resource.TestStep{
			{Config: first, Check: c.has("anna", "ben", "carl")},
			{Config: first, ConfigPlanChecks: emptyPlan},
			{
				Config:           last,
				ConfigPlanChecks: plans(syncs(1, 1), samples("sample_joining", "Dora"), samples("sample_leaving", "ben")),
				Check:            c.has("anna", "carl", "dora"),
			},
			{
				PreConfig:        func() { c.join("eve") },
				Config:           last,
				ConfigPlanChecks: plans(syncs(0, 1), samples("sample_leaving", "eve")),
				Check:            c.has("anna", "carl", "dora"),
			},
			{Config: last, ConfigPlanChecks: emptyPlan},
		},
	})
}

func TestOwnershipCanBeSwitched(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, "theirs")
	owned := func(ownership, members string) string {
		return c.hcl(fmt.Sprintf("ownership = %q\n%s", ownership, members))
	}
	few, one := fromFile(memberFile(t, "a", "b")), fromFile(memberFile(t, "a"))
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             c.has("b", "new"),
		Steps: []resource.TestStep{
			{Config: owned("additive", few), Check: c.has("a", "b", "theirs")},
			{
				Config:           owned("exclusive", few),
				ConfigPlanChecks: plans(syncs(0, 1), samples("sample_leaving", "theirs")),
				Check:            c.has("a", "b"),
			},
			// Back again nobody leaves, whoever is listed.
			{
				PreConfig:        c.Forget,
				Config:           owned("additive", one),
				ConfigPlanChecks: plans(syncs(0, 0)),
				Check:            resource.ComposeTestCheckFunc(c.ExpectWrites(map[string]int{}), c.has("a", "b")),
			},
			{PreConfig: func() { c.join("new") }, Config: owned("additive", one), ConfigPlanChecks: emptyPlan},
		},
	})
}

// hardIDs are what CSV, JSON, URLs and HCL could each mangle.
var hardIDs = []string{
	"customer-1", "007", "a,b", `say "hi"`, `"`, "line\nbreak", " leading and trailing ", "50%", "a/b", "🛒", "${not} %{a} template", strings.Repeat("é", 1000),
}

func TestIDsMayHoldAnything(t *testing.T) {
	t.Parallel()
	var table strings.Builder
	out := csv.NewWriter(&table)
	_ = out.Write([]string{"id"})
	var fileIDs []string
	for _, id := range hardIDs {
		if id == strings.TrimSpace(id) && !strings.Contains(id, "\n") { // those are refused in files
			fileIDs = append(fileIDs, id)
			_ = out.Write([]string{id})
		}
	}
	out.Flush()
	// More than a thousand members make an import.
	crowded := append(slices.Clone(hardIDs), numbered("m", 1001)...)
	encoded, _ := json.Marshal(crowded)
	for name, settings := range map[string]string{
		"list":             "members = " + hclList(hardIDs...),
		"list, exclusive":  "ownership = \"exclusive\"\nmembers = " + hclList(hardIDs...),
		"file":             fmt.Sprintf("members_file = { path = %q, column = \"id\" }", writeFile(t, "members.csv", table.String())),
		"array, exclusive": "ownership = \"exclusive\"\nmembers_json = file(" + strconv.Quote(writeFile(t, "members.json", string(encoded))) + ")",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCrowd(t)
			want := hardIDs
			switch {
			case strings.HasPrefix(name, "array"):
				want = crowded
			case name == "file":
				want = fileIDs
			}
			acctest.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				CheckDestroy:             c.has(),
				Steps: []resource.TestStep{
					{Config: c.hcl(settings), Check: c.has(want...)},
					{Config: c.hcl(settings), ConfigPlanChecks: emptyPlan},
				},
			})
		})
	}
}

func TestMembersKnownOnlyDuringApply(t *testing.T) {
	t.Parallel()
	c := newCrowd(t)
	later := fmt.Sprintf(`
		resource "terraform_data" "later" {
		  input = { ids = ["a", "b"], json = "[\"a\"]", path = %q, id = "c" }
		}
		resource "talonone_audience" "new" {
		  name = "New"
		}
	`, memberFile(t, "a", "b"))
	for name, settings := range map[string]string{
		"list":    `members = terraform_data.later.output.ids`,
		"element": `members = ["a", terraform_data.later.output.id]`,
		"JSON":    `members_json = terraform_data.later.output.json`,
		"path":    `members_file = { path = terraform_data.later.output.path }`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := c.Config(later + "resource \"talonone_audience_memberships\" \"group\" {\n  audience_id = talonone_audience.new.id\n" + settings + "\n}\n")
			acctest.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps: []resource.TestStep{
					{Config: config, ConfigPlanChecks: plans(plancheck.ExpectUnknownValue(group, tfjsonpath.New("last_sync")))},
					{Config: config, ConfigPlanChecks: emptyPlan},
				},
			})
		})
	}
}

// A create adds all that is listed, whatever the audience will be.
func TestLastSyncIsKnownBeforeTheAudience(t *testing.T) {
	t.Parallel()
	c := newCrowd(t)
	config := c.Config("resource \"talonone_audience\" \"new\" {\n  name = \"New\"\n}\n" +
		"resource \"talonone_audience_memberships\" \"group\" {\n  audience_id = talonone_audience.new.id\n  members = [\"a\"]\n  ownership = \"exclusive\"\n}\n")
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps:                    []resource.TestStep{{Config: config, ConfigPlanChecks: plans(syncs(1, 0))}, {Config: config, ConfigPlanChecks: emptyPlan}},
	})
}

func TestInvalidMembersAreRefusedBeforeAnyRequest(t *testing.T) {
	t.Parallel()
	c := newCrowd(t)
	file := func(name, text string) string { return fromFile(writeFile(t, name, text)) }
	long := strings.Repeat("x", 1001)
	for name, test := range map[string]struct{ settings, want string }{
		"no members":        {``, `(?s)Exactly one|No attribute specified`},
		"two sources":       {"members = [\"a\"]\nmembers_json = \"[]\"", `(?s)Exactly one|2 attributes specified`},
		"listed twice":      {`members = ["a", "b", "a"]`, `Element 3 of members repeats element 1`},
		"null member":       {`members = ["a", null]`, `must not be null`},
		"empty ID":          {`members = [""]`, `must not be empty`},
		"ID too long":       {`members = ["` + long + `"]`, `at most 1000 characters`},
		"too many by hand":  {"members = " + hclList(numbered("m", 5001)...), `(?s)5001 elements.*members_json.*members_file`},
		"no JSON":           {`members_json = "a,b"`, `Invalid members`},
		"JSON of a number":  {`members_json = "[1]"`, `element 1 is a number`},
		"JSON listed twice": {`members_json = "[\"a\",\"b\",\"a\"]"`, `element 3 repeats element 1`},
		"JSON with values":  {`members_json = "{\"a\":1}"`, `member 1 of the object must be true`},
		"JSON name twice":   {`members_json = "{\"a\":true,\"a\":true}"`, `occurs twice`},
		"unknown ownership": {"members = []\nownership = \"mine\"", `additive.*exclusive`},
		"no such file":      {fromFile("/nowhere/members.txt"), `does\s+not\s+exist`},
		"directory":         {fmt.Sprintf("members_file = { path = %q, format = \"text\" }", t.TempDir()), `is\s+a\s+directory`},
		"empty file":        {file("members.txt", ""), `is\s+empty`},
		"header only":       {file("members.csv", "id,name\n"), `set\s+column`},
		"file listed twice": {file("members.txt", "a\nb\na\n"), `line\s+3\s+\(already\s+on\s+line\s+1\)\s+repeats\s+an\s+ID`},
		"broken UTF-8":      {file("members.txt", "a\n\xff\n"), `line\s+2,\s+column\s+1:\s+the\s+byte\s+0xFF\s+is\s+not\s+UTF-8`},
		"unknown format":    {file("members.dat", "a\n"), `does\s+not\s+imply\s+the\s+format`},
		"several columns":   {file("members.csv", "id,name\na,A\n"), `set\s+column\s+to\s+the\s+one`},
		"no such column":    {fmt.Sprintf("members_file = { path = %q, column = \"sku\" }", writeFile(t, "m.csv", "id,name\na,A\n")), `no column\s+"sku"`},
		"column of a text":  {fmt.Sprintf("members_file = { path = %q, column = \"id\" }", memberFile(t, "a")), `Column\s+is\s+for\s+tables`},
		"empty field":       {file("members.csv", "id,name\n,A\n"), `set\s+column\s+to\s+the\s+one`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acctest.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps:                    []resource.TestStep{{Config: c.hcl(test.settings), PlanOnly: true, ExpectError: regexp.MustCompile(test.want)}},
			})
		})
	}
	t.Cleanup(func() {
		if n := len(c.Server.Requests()); n != 0 {
			t.Errorf("%d requests were sent", n)
		}
	})
}

// An import records no ownership: the configuration decides, and additive ownership lets go who is not listed.
func TestMembershipsAreImported(t *testing.T) {
	t.Parallel()
	unreported := []string{"ownership", "last_sync", "sample_joining", "sample_leaving"}
	imported := func(c *crowd, id, settings string) string {
		return c.hcl(settings) + fmt.Sprintf("import {\n  to = %s\n  id = %q\n}\n", group, id)
	}
	released := plancheck.ExpectKnownValue(group, tfjsonpath.New("last_sync").AtMapKey("released"), knownvalue.Int64Exact(1))
	for name, test := range map[string]struct {
		id, settings string
		plan         []plancheck.PlanCheck
		left, gone   []string
	}{
		"all, exclusive":          {"", "ownership = \"exclusive\"\nmembers = [\"a\", \"b\", \"x,y\"]", []plancheck.PlanCheck{unsynced}, []string{"a", "b", "x,y"}, nil},
		"all, fewer, exclusive":   {"", "ownership = \"exclusive\"\nmembers = [\"a\", \"b\"]", []plancheck.PlanCheck{syncs(0, 1), samples("sample_leaving", "x,y")}, []string{"a", "b"}, nil},
		"all, additive":           {"", "members = [\"a\", \"new\", \"b\"]", []plancheck.PlanCheck{syncs(1, 0), released}, []string{"a", "b", "new", "x,y"}, []string{"x,y"}},
		"some, additive":          {"/a,\"x,y\"", "members = [\"a\", \"x,y\"]", []plancheck.PlanCheck{unsynced}, []string{"a", "b", "x,y"}, []string{"b"}},
		"some, fewer, additive":   {"/a,\"x,y\"", "members = [\"a\"]", []plancheck.PlanCheck{released}, []string{"a", "b", "x,y"}, []string{"b", "x,y"}},
		"some, exclusive, shown":  {"/a,\"x,y\"", "ownership = \"exclusive\"\nmembers = [\"a\"]", []plancheck.PlanCheck{syncs(0, 2)}, []string{"a"}, nil},
		"all, additive, by file":  {"", fromFile(memberFile(t, "a", "b")), []plancheck.PlanCheck{syncs(0, 0), released}, []string{"a", "b", "x,y"}, []string{"x,y"}},
		"all, exclusive, by file": {"", "ownership = \"exclusive\"\n" + fromFile(memberFile(t, "a", "b")), []plancheck.PlanCheck{syncs(0, 1)}, []string{"a", "b"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCrowd(t, "b", "a", "x,y")
			acctest.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				CheckDestroy:             c.has(test.gone...),
				Steps: []resource.TestStep{
					{Config: imported(c, strconv.FormatInt(c.id, 10)+test.id, test.settings), ConfigPlanChecks: plans(test.plan...), Check: c.has(test.left...)},
					{Config: c.hcl(test.settings), ConfigPlanChecks: emptyPlan},
				},
			})
		})
	}
	c := newCrowd(t)
	settings := c.hcl("ownership = \"exclusive\"\nmembers = [\"a\", \"b\"]")
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: settings},
			{
				ResourceName: group, ImportState: true, ImportStateId: strconv.FormatInt(c.id, 10), ImportStateVerify: true,
				ImportStateVerifyIdentifierAttribute: "audience_id", ImportStateVerifyIgnore: unreported,
			},
			{ResourceName: group, ImportState: true, ImportStateId: "VIP", ExpectError: regexp.MustCompile(`(?s)ID of an audience.*748/customer-1`)},
		},
	})
}

var unsynced = plancheck.ExpectKnownValue(group, tfjsonpath.New("last_sync"), knownvalue.Null())

func TestMembershipsOfAnAudienceThatIsGoneAreNotInTheState(t *testing.T) {
	t.Parallel()
	notFound := regexp.MustCompile(`(?s)Audience not found|There is no such audience`)
	for name, settings := range map[string]string{
		"one member":   `members = ["a"]`,
		"few members":  `members = ["a", "b"]`,
		"many members": fromJSON(numbered("m", 11)),
		"exclusive":    "ownership = \"exclusive\"\nmembers = [\"a\"]",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCrowd(t)
			acctest.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps: []resource.TestStep{
					{Config: c.hcl(settings)},
					// They would have to be created again, which the API refuses.
					{
						PreConfig:   func() { c.Call(t, http.MethodDelete, fmt.Sprintf("/v2/audiences/%d", c.id), nil, nil) },
						Config:      c.hcl(settings),
						ExpectError: notFound,
					},
					{Config: c.Config(""), ConfigPlanChecks: emptyPlan},
				},
			})
		})
	}
}

func TestRemovalGuard(t *testing.T) {
	t.Parallel()
	c := newCrowd(t)
	guarded := func(percent int, members ...string) string {
		return c.hcl(fmt.Sprintf("max_removal_percent = %d\nmembers = %s", percent, hclList(members...)))
	}
	tooMany := regexp.MustCompile(`Plan removes too many members`)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: guarded(50, "a", "b", "c", "d")},
			{PreConfig: c.Forget, Config: guarded(50, "a"), ExpectError: tooMany},
			{Config: c.Config(""), ExpectError: tooMany},
			{Config: guarded(50, "a", "b"), Check: c.has("a", "b")},
			{Config: guarded(100, "a", "b")},
		},
	})
}

func TestSamplesCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	c := newCrowd(t)
	silent := func(ids ...string) string {
		return c.hcl("ownership = \"exclusive\"\nshow_samples = false\n" + fromFile(memberFile(t, ids...)))
	}
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: silent("a"), ConfigPlanChecks: plans(syncs(1, 0), samples("sample_joining"), samples("sample_leaving"))},
			{Config: silent("b"), ConfigPlanChecks: plans(syncs(1, 1), samples("sample_joining"), samples("sample_leaving")), Check: c.has("b")},
		},
	})
}

func TestAdditiveMembershipsWithoutAManagementKey(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, "theirs")
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             c.has("theirs"),
		Steps: []resource.TestStep{
			{
				Config: c.withoutManagement(fromFile(memberFile(t, "a", "b"))),
				Check:  resource.ComposeTestCheckFunc(c.Expect(map[string]int{"updateCustomerProfileAudiences": 1, "getCustomerInventory": 4}), c.has("a", "b", "theirs")),
			},
			{Config: c.withoutManagement(fromFile(memberFile(t, "b", "c"))), ConfigPlanChecks: plans(syncs(1, 1), samples("sample_leaving", "a")), Check: c.has("b", "c", "theirs")},
			{Config: c.withoutManagement("ownership = \"exclusive\"\nmembers = []"), ExpectError: regexp.MustCompile(`(?s)Exclusive ownership requires a Management API key.*TALONONE_MANAGEMENT_API_KEY`)},
		},
	})
}

func TestTwoStatesShareAnAudience(t *testing.T) {
	t.Parallel()
	c := newCrowd(t)
	// Each state has a directory of its own: two test cases, one inside the other.
	other := func(members string, check resource.TestCheckFunc) func() {
		return func() {
			acctest.Test(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps: []resource.TestStep{
					{Config: c.hcl(members), Check: check},
					{Config: c.hcl(members), ConfigPlanChecks: emptyPlan},
				},
			})
		}
	}
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             c.has(),
		Steps: []resource.TestStep{
			{Config: c.hcl(`members = ["ours", "both"]`)},
			{
				// The other state comes and goes, with a member that is in both: it takes that one with it, and the next plan
				// brings it back.
				PreConfig:        other(`members = ["theirs", "both"]`, c.has("both", "ours", "theirs")),
				Config:           c.hcl(`members = ["ours", "both"]`),
				ConfigPlanChecks: plans(syncs(1, 0)),
				Check:            c.has("both", "ours"),
			},
		},
	})
}
