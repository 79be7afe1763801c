package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// promotions is the example of the guide about promotion tests, with its season, and what the deployment remembers.
func promotions(t *testing.T, change func(*emulator.Fixture)) (c *pipeline, d *acctest.Deployment, remembered func() string) {
	t.Helper()
	example := filepath.Join("..", "..", "..", "examples", "promotion-tests")
	fixture := readFixture(t, filepath.Join(example, "season.json"))
	if change != nil {
		change(fixture)
	}
	memory := filepath.Join(t.TempDir(), "deployment.json")
	d = acctest.Start(t, func(o *emulator.Options) { o.Fixture, o.DataFile = fixture, memory })
	c = newPipeline(t, d.URL, "")
	if err := os.Remove(filepath.Join(c.Dir, "main.tf")); err != nil {
		t.Fatal(err)
	}
	copyExample(t, example, c.cli)
	return c, d, func() string {
		content, err := os.ReadFile(memory)
		if err != nil {
			t.Fatal(err)
		}
		return string(content)
	}
}

// expired lets SUMMER10 expire, so that two carts of the table get something else.
func expired(fixture *emulator.Fixture) {
	for i, coupon := range fixture.Coupons {
		if coupon.Value == "SUMMER10" {
			fixture.Coupons[i].ExpiryDate = fixture.Coupons[1].ExpiryDate
		}
	}
}

// The guide's suite passes, mocked and against a deployment, and stores nothing there.
func TestPromotionsAreTestedWithTerraformTest(t *testing.T) {
	t.Parallel()
	c, d, remembered := promotions(t, nil)
	before := remembered()
	if output := c.must(0, "test", "-no-color"); !strings.Contains(output, "5 passed, 0 failed") {
		t.Errorf("terraform test does not say what has passed:\n%s", output)
	}
	if remembered() != before {
		t.Error("evaluating carts changed the deployment")
	}
	evaluated := 0
	for _, request := range d.Server.Requests() {
		if request.Method == "GET" {
			continue
		}
		evaluated++
		if request.Operation != "updateCustomerSessionV2" || !strings.Contains(request.Query, "dry=true") {
			t.Errorf("%s %s?%s is no dry run", request.Method, request.Path, request.Query)
		}
	}
	if evaluated == 0 {
		t.Error("nothing was evaluated: this test proves nothing")
	}
}

// The workflow's report names the carts and what they get instead, without a line of escaped JSON, and goes into one
// comment before the job fails.
func TestPromotionsReportInPullRequests(t *testing.T) {
	t.Parallel()
	c, _, _ := promotions(t, expired)
	var workflow struct {
		Jobs map[string]struct {
			Steps []struct {
				Name string `yaml:"name"`
				Run  string `yaml:"run"`
			} `yaml:"steps"`
		} `yaml:"jobs"`
	}
	if err := yaml.Unmarshal([]byte(c.Read(filepath.Join("github", "promotions.yml"))), &workflow); err != nil {
		t.Fatal(err)
	}
	run := func(name string) (output string, status int) {
		for _, step := range workflow.Jobs["promotions"].Steps {
			if step.Name == name {
				return c.sh(step.Run)
			}
		}
		t.Fatalf("there is no step %s", name)
		return "", 0
	}
	c.Env = append(c.Env, "GITHUB_STEP_SUMMARY="+filepath.Join(c.Dir, "summary.md"), "GITHUB_OUTPUT="+filepath.Join(c.Dir, "output"),
		"GITHUB_REPOSITORY=team/shop", "PULL_REQUEST=7")
	if output, status := run("Evaluate the carts"); status != 0 {
		t.Fatalf("%d: %s", status, output)
	}
	comment := c.Read("comment.md")
	for _, want := range []string{
		"<!-- talonone-promotions -->\n### Promotions: some carts get something else\n\n    tests/",
		"2 of 9 carts do not get what carts.csv says.",
		"gold customer with two sneakers: pays 119.90, not 109.90; code is",
		"      Coupons: SUMMER10 rejected: CouponExpired\n",
		"      Points: +20 (Points)\n      Free items: BAG\n",
		"silver customer with two sneakers: pays 119.90, not 109.90; code is",
	} {
		if !strings.Contains(comment, want) {
			t.Errorf("%q is missing from the comment:\n%s", want, comment)
		}
	}
	if strings.Contains(comment, `\n`) || strings.Contains(comment, `{"`) {
		t.Errorf("the comment holds escaped texts:\n%s", comment)
	}
	if got := c.Read("output"); got != "status=1\n" {
		t.Errorf("the job ends with %q", got)
	}

	// The first report is a new comment, the next one takes its place.
	gh := "#!/bin/sh\ncase \"$*\" in *--paginate*) cat comments 2>/dev/null || true ;; *) echo \"$*\" >> calls ;; esac\n"
	if err := os.WriteFile(filepath.Join(c.tools, "gh"), []byte(gh), 0o700); err != nil { //nolint:gosec // A program has to be executable.
		t.Fatal(err)
	}
	if output, status := run("Comment"); status != 0 {
		t.Fatalf("%d: %s", status, output)
	}
	c.Write("comments", "42\n")
	if output, status := run("Comment"); status != 0 {
		t.Fatalf("%d: %s", status, output)
	}
	want := "api --silent --method POST repos/team/shop/issues/7/comments -F body=@comment.md\n" +
		"api --silent --method PATCH repos/team/shop/issues/comments/42 -F body=@comment.md\n"
	if got := c.Read("calls"); got != want {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
}

// A plan warns about the carts and goes on.
func TestPlansWarnAboutPromotions(t *testing.T) {
	t.Parallel()
	c, _, _ := promotions(t, expired)
	if output := c.must(0, "plan", "-no-color"); !strings.Contains(output, "Warning: Check block assertion failed") || !strings.Contains(output, "2 of 9 carts") {
		t.Errorf("the plan does not warn:\n%s", output)
	}
}
