package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// githubWorkflow is the part of a workflow that a machine without GitHub can run.
type githubWorkflow struct {
	Jobs map[string]struct {
		Steps []struct {
			ID, Name, Run, Uses, If string
		}
	}
}

// pipeline runs the scripts of a pipeline's job as a runner would: with a shell that ends at the first failing command,
// and with stand-ins for what talks to the forge. They keep the comment.
type pipeline struct {
	*cli
	tools   string
	summary string // GITHUB_STEP_SUMMARY
	output  string // GITHUB_OUTPUT
}

func newPipeline(t *testing.T, url, config string) *pipeline {
	t.Helper()
	c := newCLI(t, url, config)
	p := &pipeline{cli: c, tools: filepath.Join(c.Dir, "tools"), summary: filepath.Join(c.Dir, "summary"), output: filepath.Join(c.Dir, "output")}
	if err := os.Mkdir(p.tools, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(binaries.Dir, "talonone-review"), filepath.Join(p.tools, "talonone-review")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(c.Program, filepath.Join(p.tools, "terraform")); err != nil {
		t.Fatal(err)
	}
	for _, forge := range []string{"gh", "curl"} {
		script := "#!/bin/sh\necho \"$@\" > posted\ncp comment.md posted.md\n"
		if err := os.WriteFile(filepath.Join(p.tools, forge), []byte(script), 0o700); err != nil { //nolint:gosec // a program must be executable
			t.Fatal(err)
		}
	}
	c.Env = append(c.Env, "PATH="+p.tools+string(filepath.ListSeparator)+os.Getenv("PATH"),
		"GITHUB_STEP_SUMMARY="+p.summary, "GITHUB_OUTPUT="+p.output, "PULL_REQUEST=7",
		"CI_API_V4_URL=https://gitlab.example/api/v4", "CI_PROJECT_ID=1", "CI_MERGE_REQUEST_IID=7", "COMMENT_TOKEN=token", "MAX_REMOVALS=2")
	return p
}

func (p *pipeline) sh(script string) (string, int) {
	p.t.Helper()
	cmd := exec.CommandContext(p.t.Context(), "sh", "-e", "-c", script)
	cmd.Dir, cmd.Env = p.Dir, p.Env
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		p.t.Fatal(err)
	}
	return output.String(), cmd.ProcessState.ExitCode()
}

// github runs the scripts of a job, without those that fetch programs and providers, and returns the exit status of the
// first that fails.
func (p *pipeline) github(job string) (string, int) {
	p.t.Helper()
	var workflow githubWorkflow
	parseYAML(p.t, filepath.Join("github", "talonone.yml"), &workflow)
	if len(workflow.Jobs[job].Steps) == 0 {
		p.t.Fatalf("the workflow has no job %s", job)
	}
	var all strings.Builder
	for _, step := range workflow.Jobs[job].Steps {
		if step.Run == "" || step.Name == "Tools" || step.Name == "Initialise" {
			continue
		}
		if strings.Contains(step.Run, "${{") {
			p.t.Errorf("the step %q puts an expression into a script, where a branch's name could run commands; use env", step.Name)
		}
		output, _ := os.ReadFile(p.output)
		status := strings.TrimPrefix(strings.TrimSpace(string(output)), "status=")
		if strings.HasSuffix(step.If, "status != '0'") && status == "0" || strings.HasSuffix(step.If, "status == '2'") && status != "2" {
			continue
		}
		printed, code := p.sh(step.Run)
		all.WriteString(printed)
		if code != 0 {
			return all.String(), code
		}
	}
	return all.String(), 0
}

// gitlab runs the script of a job, whose lines share one shell.
func (p *pipeline) gitlab(job string) (string, int) {
	p.t.Helper()
	var jobs map[string]any
	parseYAML(p.t, filepath.Join("gitlab", ".gitlab-ci.yml"), &jobs)
	definition, _ := jobs[job].(map[string]any)
	lines, _ := definition["script"].([]any)
	if len(lines) == 0 {
		p.t.Fatalf("the pipeline has no job %s", job)
	}
	var script strings.Builder
	for _, line := range lines {
		text, ok := line.(string)
		if !ok {
			p.t.Fatalf("%v is no command but %T", line, line)
		}
		script.WriteString(text + "\n")
	}
	return p.sh(script.String())
}

func parseYAML(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "examples", "pipelines", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// TestPipelines lets a change go through the pipelines under examples/: the pull request is described and, because it
// removes three members where two are allowed, refused; a smaller one is applied; a change by hand is found.
func TestPipelines(t *testing.T) {
	t.Parallel()
	const audiences = `
		resource "talonone_audience" "vip" {
		  name = "VIP"
		}
		resource "talonone_audience_memberships" "vip" {
		  audience_id = talonone_audience.vip.id
		  ownership   = "exclusive"
		  members     = %s
		}`
	for forge, run := range map[string]func(*pipeline, string) (string, int){
		"GitHub": (*pipeline).github,
		"GitLab": (*pipeline).gitlab,
	} {
		t.Run(forge, func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t)
			p := newPipeline(t, d.URL, fmt.Sprintf(audiences, `["a", "b", "c", "d"]`))
			expect := func(job string, status int) {
				t.Helper()
				if output, code := run(p, job); code != status {
					t.Fatalf("%s ended with %d, want %d:\n%s", job, code, status, output)
				}
				_ = os.Remove(p.output)
			}
			posted := func(want string) {
				t.Helper()
				if got := p.Read("posted.md"); got != want {
					t.Errorf("the comment:\n%s\nwant:\n%s", got, want)
				}
			}

			expect("plan", 0)
			posted("**Audiences**\n\n- New audience `VIP`: +4 members\n\n")
			expect("apply", 0)
			expect("drift", 0)

			p.configure(fmt.Sprintf(audiences, `["a"]`))
			refused := map[string]int{"GitHub": 1, "GitLab": 3}[forge]
			expect("plan", refused)
			posted("The plan removes or erases 3, and 2 removals are allowed.\n\n**Audiences**\n\n- Audience `VIP`: −3 members\n\n")
			d.Forget()
			expect("apply", 3)
			expectNoWrites(t, d)

			p.configure(fmt.Sprintf(audiences, `["a", "b"]`))
			expect("apply", 0)
			rename(t, d, "VIP", "V.I.P.")
			expect("drift", map[string]int{"GitHub": 0, "GitLab": 2}[forge])
			if forge == "GitHub" {
				posted("**Audiences**\n\n- Audience `VIP`: the new name of `V.I.P.`\n\n" +
					"**Changed outside of Terraform since the last apply**\n\n- Audience `VIP` was renamed to `V.I.P.`\n\n")
			}
		})
	}
}

// rename renames an audience behind Terraform's back.
func rename(t *testing.T, d *acctest.Deployment, from, to string) {
	t.Helper()
	var audiences struct {
		Data []struct {
			ID   int64
			Name string
		}
	}
	d.Call(t, http.MethodGet, "/v1/audiences?pageSize=1000&skip=0", nil, &audiences)
	for _, audience := range audiences.Data {
		if audience.Name == from {
			d.Call(t, http.MethodPut, fmt.Sprintf("/v2/audiences/%d", audience.ID), map[string]any{"name": to}, nil)
			return
		}
	}
	t.Fatalf("the deployment has no audience %s", from)
}

// expectNoWrites checks that the deployment received reads alone.
func expectNoWrites(t *testing.T, d *acctest.Deployment) {
	t.Helper()
	for _, request := range d.Server.Requests() {
		if request.Method != http.MethodGet && !slices.Contains(searches, request.Operation) {
			t.Errorf("%s %s was sent", request.Method, request.Path)
		}
	}
}

// searches are reads that the API answers to POST.
var searches = []string{"getCustomersByAttributes", "searchCouponsAdvancedApplicationWideWithoutTotalCount"}
