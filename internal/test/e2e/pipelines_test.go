package e2e

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// pipeline is a folder in which scripts run as a runner would run them: with a shell that ends at the first failing
// command, and with the tools of the job on the PATH.
type pipeline struct {
	*cli
	tools string
}

func newPipeline(t *testing.T, url, config string) *pipeline {
	t.Helper()
	c := newCLI(t, url, config)
	p := &pipeline{cli: c, tools: filepath.Join(c.Dir, "tools")}
	if err := os.Mkdir(p.tools, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(c.Program, filepath.Join(p.tools, "terraform")); err != nil {
		t.Fatal(err)
	}
	c.Env = append(c.Env, "PATH="+p.tools+string(filepath.ListSeparator)+os.Getenv("PATH"))
	return p
}

func (p *pipeline) sh(script string) (string, int) {
	p.t.Helper()
	return shell(p.t, p.Dir, p.Env, script)
}

func shell(t *testing.T, dir string, env []string, script string) (string, int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-e", "-c", script)
	cmd.Dir, cmd.Env = dir, env
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return output.String(), cmd.ProcessState.ExitCode()
}

// project is a repository of a team, with the forge that runs its pipelines.
type project struct {
	*pipeline
	forge  *forge
	remote string // the bare repository
	state  string
	tar    string // the release's archive with talonone-review
	sum    string
	main   string            // the commit of the branch
	url    string            // where the deployment is
	links  map[string]string // links in every branch that is pushed, by name
	job    func(p *project, job string, at event) (string, int)
}

// event is what starts a job.
type event struct {
	commit  string
	run     int64 // of a pull request: the forge's number of the pipeline
	labels  []string
	secrets map[string]string // of the job's environment
}

// Plans get keys that can't write, applies those of the deployment.
var (
	planSecrets = map[string]string{
		"TALONONE_INTEGRATION_API_KEY": planIntegrationKey, "TALONONE_MANAGEMENT_API_KEY": planManagementKey,
		"PLAN_PASSPHRASE": "a passphrase of the environments",
	}
	applySecrets = map[string]string{
		"TALONONE_INTEGRATION_API_KEY": acctest.IntegrationKey, "TALONONE_MANAGEMENT_API_KEY": acctest.ManagementKey,
		"PLAN_PASSPHRASE": "a passphrase of the environments",
	}
)

// newProject makes a repository with an empty configuration. It skips the test on machines without the tools of runners.
func newProject(t *testing.T, d *acctest.Deployment) *project {
	t.Helper()
	for _, tool := range []string{"sh", "git", "curl", "jq", "openssl", "tar", "sha256sum"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("the pipelines need %s: %v", tool, err)
		}
	}
	url := readOnlyKeys(t, d.URL)
	p := &project{pipeline: newPipeline(t, url, ""), forge: newForge(t), url: url}
	p.state = filepath.Join(p.Dir, "state", "terraform.tfstate")
	p.remote = filepath.Join(p.Dir, "remote.git")
	p.release()
	p.standIns()
	mirror := filepath.Join(p.Dir, "mirror")
	for _, host := range []string{"registry.terraform.io", "registry.opentofu.org"} {
		folder := filepath.Join(mirror, host, "talon-one", "talonone", "0.1.0", runtime.GOOS+"_"+runtime.GOARCH)
		if err := os.MkdirAll(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Link(filepath.Join(binaries.Dir, "terraform-provider-talonone"), filepath.Join(folder, "terraform-provider-talonone_v0.1.0")); err != nil {
			t.Fatal(err)
		}
	}
	// In place of the development override, which would make init needless.
	p.Write("cli.tfrc", fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", mirror))
	first := p.clone("first", "")
	p.files(first, map[string]string{"main.tf": p.terraform(""), ".gitignore": ".terraform/\n"})
	if output, code := shell(t, first, p.Env, "terraform init -no-color"); code != 0 {
		t.Fatalf("init ended with %d:\n%s", code, output)
	}
	p.main = p.commit(first, "Start", "HEAD:refs/heads/main")
	return p
}

// release packs talonone-review as a release does.
func (p *project) release() {
	p.t.Helper()
	content, err := os.ReadFile(filepath.Join(binaries.Dir, "talonone-review"))
	if err != nil {
		p.t.Fatal(err)
	}
	var packed bytes.Buffer
	zipped, err := gzip.NewWriterLevel(&packed, gzip.NoCompression)
	if err != nil {
		p.t.Fatal(err)
	}
	archive := tar.NewWriter(zipped)
	err = archive.WriteHeader(&tar.Header{Name: "talonone-review", Mode: 0o755, Size: int64(len(content))})
	_, errWrite := archive.Write(content)
	if err := errors.Join(err, errWrite, archive.Close(), zipped.Close()); err != nil {
		p.t.Fatal(err)
	}
	p.tar = filepath.Join(p.Dir, "release.tar.gz")
	if err := os.WriteFile(p.tar, packed.Bytes(), 0o600); err != nil {
		p.t.Fatal(err)
	}
	sum := sha256.Sum256(packed.Bytes())
	p.sum = hex.EncodeToString(sum[:])
}

// standIns are the programs that a machine without a network lacks.
func (p *project) standIns() {
	p.t.Helper()
	curl, err := exec.LookPath("curl")
	if err != nil {
		p.t.Fatal(err)
	}
	for name, script := range map[string]string{
		// Packages come from the machine.
		"apk": "exit 0\n",
		// Releases come from this folder, and all else from the forge of this test.
		"curl": fmt.Sprintf("case \"$*\" in *://github.com/*/releases/download/*) cp %q \"$2\";; *) exec %q \"$@\";; esac\n", p.tar, curl),
		"gh":   fakeGH,
	} {
		if err := os.WriteFile(filepath.Join(p.tools, name), []byte("#!/bin/sh\n"+script), 0o700); err != nil { //nolint:gosec // a program must be executable
			p.t.Fatal(err)
		}
	}
}

func (p *project) terraform(resources string) string {
	return fmt.Sprintf("terraform {\n  required_providers {\n    talonone = { source = \"talon-one/talonone\" }\n  }\n  backend \"local\" {\n    path = %q\n  }\n}\n%s", p.state, resources)
}

func (p *project) git(dir string, args ...string) string {
	p.t.Helper()
	cmd := exec.CommandContext(p.t.Context(), "git", append([]string{"-c", "user.name=Dev", "-c", "user.email=dev@example.com", "-c", "commit.gpgsign=false"}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
	output, err := cmd.CombinedOutput()
	if err != nil {
		p.t.Fatalf("git %v: %v\n%s", args, err, output)
	}
	return strings.TrimSpace(string(output))
}

// clone is a fresh folder with a commit. The first one starts the repository.
func (p *project) clone(name, commit string) string {
	p.t.Helper()
	dir := filepath.Join(p.t.TempDir(), name)
	if commit == "" {
		p.git(p.Dir, "init", "--quiet", "--bare", p.remote)
		p.git(p.Dir, "clone", "--quiet", p.remote, dir)
		return dir
	}
	p.git(p.Dir, "clone", "--quiet", p.remote, dir)
	p.git(dir, "checkout", "--quiet", "--detach", commit)
	return dir
}

func (p *project) files(dir string, files map[string]string) {
	p.t.Helper()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(content), 0o600)); err != nil {
			p.t.Fatal(err)
		}
	}
}

// commit commits everything, pushes it, and returns the commit.
func (p *project) commit(dir, message, ref string) string {
	p.t.Helper()
	p.git(dir, "add", "--all", "--force", ".")
	p.git(dir, "rm", "-r", "-q", "--cached", "--ignore-unmatch", ".terraform/providers", ".terraform/terraform.tfstate")
	p.git(dir, "commit", "--quiet", "--allow-empty", "-m", message)
	p.git(dir, "push", "--quiet", "--force", "origin", ref)
	return p.git(dir, "rev-parse", "HEAD")
}

// request is a pull request, or a merge request.
type request struct {
	p      *project
	branch string
	head   string
	labels []string
}

// propose pushes a change of main.
func (p *project) propose(branch string, files map[string]string) *request {
	p.t.Helper()
	r := &request{p: p, branch: branch}
	r.push(files)
	return r
}

// push replaces the branch by main with the files.
func (r *request) push(files map[string]string) {
	r.p.t.Helper()
	dir := r.p.clone("branch", r.p.main)
	r.p.files(dir, files)
	for name, target := range r.p.links {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil && !errors.Is(err, os.ErrExist) {
			r.p.t.Fatal(err)
		}
	}
	r.head = r.p.commit(dir, "Change "+r.branch, "HEAD:refs/heads/"+r.branch)
}

// plan runs the job of the request, for the commit that a merge would make.
func (r *request) plan(status int) string {
	r.p.t.Helper()
	dir := r.p.clone("merge", r.p.main)
	r.p.git(dir, "merge", "--quiet", "--no-ff", "-m", "Merge", r.head)
	merge := r.p.git(dir, "rev-parse", "HEAD")
	r.p.git(dir, "push", "--quiet", "--force", "origin", "HEAD:refs/merge/"+r.branch)
	run := r.p.forge.start(r.head)
	output, code := r.p.job(r.p, "plan", event{commit: merge, run: run, labels: r.labels, secrets: planSecrets})
	r.p.forge.end(run, code == 0)
	if code != status {
		r.p.t.Fatalf("plan ended with %d, want %d:\n%s", code, status, output)
	}
	return output
}

// merge squashes the request into one commit of main.
func (r *request) merge() {
	r.p.t.Helper()
	dir := r.p.clone("main", r.p.main)
	r.p.git(dir, "merge", "--quiet", "--squash", r.head)
	r.p.main = r.p.commit(dir, "Change "+r.branch, "HEAD:refs/heads/main")
	r.p.forge.merge(r.p.main, r.head)
}

// run runs a job of main.
func (p *project) run(job string, secrets map[string]string, status int) string {
	p.t.Helper()
	output, code := p.job(p, job, event{commit: p.main, secrets: secrets})
	if code != status {
		p.t.Fatalf("%s ended with %d, want %d:\n%s", job, code, status, output)
	}
	return output
}

// environment is that of a job, before its own variables.
func (p *project) environment(dir string) map[string]string {
	home := filepath.Join(p.t.TempDir(), "home")
	if err := os.Mkdir(home, 0o700); err != nil {
		p.t.Fatal(err)
	}
	return map[string]string{
		"PATH": p.tools + string(filepath.ListSeparator) + os.Getenv("PATH"), "HOME": home, "RUNNER_TEMP": home, "PWD": dir,
		"TF_CLI_CONFIG_FILE": filepath.Join(p.Dir, "cli.tfrc"), "CHECKPOINT_DISABLE": "1", "TMPDIR": os.TempDir(),
		"FORGE": p.forge.URL, "GIT_CONFIG_GLOBAL": "/dev/null", "NO_COLOR": "1",
	}
}

func environ(all map[string]string) []string {
	var env []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		env = append(env, name+"="+all[name])
	}
	return env
}

// ours are the variables of a pipeline that belong to the team: the test sets them as a team would.
func (p *project) ours(variables map[string]string) map[string]string {
	all := maps.Clone(variables)
	all["TALONONE_BASE_URL"], all["MAX_REMOVALS"], all["REVIEW_SHA256"] = p.url, "2", p.sum
	return all
}

// githubWorkflow is the part of a workflow that a machine without GitHub can run.
type githubWorkflow struct {
	On   map[string]any
	Env  map[string]string
	Jobs map[string]struct {
		If          string
		Environment string
		Env         map[string]string
		Steps       []struct {
			ID, Name, Run, Uses, If string
			Env                     map[string]string
			With                    map[string]any
		}
	}
}

// github runs a job, step by step. Secrets reach no step but those that name them.
func github(p *project, job string, at event) (string, int) {
	p.t.Helper()
	var workflow githubWorkflow
	parseYAML(p.t, filepath.Join("github", "talonone.yml"), &workflow)
	definition, exists := workflow.Jobs[job]
	if !exists || len(definition.Env) > 0 {
		p.t.Fatalf("the workflow has no job %s, or one whose steps share an environment", job)
	}
	dir := p.clone("work", at.commit)
	env := p.environment(dir)
	maps.Copy(env, p.ours(workflow.Env))
	maps.Copy(env, map[string]string{
		"GITHUB_REPOSITORY": "team/promotions", "GITHUB_SHA": at.commit,
		"GITHUB_OUTPUT": filepath.Join(env["HOME"], "output"), "GITHUB_STEP_SUMMARY": filepath.Join(env["HOME"], "summary"), "GITHUB_PATH": filepath.Join(env["HOME"], "path"),
	})
	expressions := map[string]string{
		"github.token": githubToken, "github.event.pull_request.number": requestNumber, "join(github.event.pull_request.labels.*.name, ',')": strings.Join(at.labels, ","),
	}
	for name, secret := range at.secrets {
		expressions["secrets."+name] = secret
	}
	outputs := make(map[string]string)
	var all strings.Builder
	for _, step := range definition.Steps {
		action, _, _ := strings.Cut(step.Uses, "@")
		switch action {
		case "":
		case "actions/checkout":
			if step.With["persist-credentials"] != false {
				p.t.Error("the token stays in the folder where the plan runs")
			}
			continue
		case "actions/upload-artifact":
			// Outside of the repository, no tracked file can be taken for it.
			name, outside := strings.CutPrefix(fmt.Sprint(step.With["path"]), "${{ runner.temp }}/")
			if !outside {
				p.t.Errorf("%s is taken from the repository", name)
			}
			content, err := os.ReadFile(filepath.Join(env["RUNNER_TEMP"], name))
			if err != nil {
				p.t.Fatal(err)
			}
			p.forge.keep(at.run, content)
			continue
		default:
			continue
		}
		if strings.Contains(step.Run, "${{") {
			p.t.Errorf("the step %q puts an expression into a script, where a branch's name could run commands; use env", step.Name)
		}
		if step.If != "" {
			left, want, isEqual := strings.Cut(step.If, " == ")
			if !isEqual {
				left, want, _ = strings.Cut(step.If, " != ")
			}
			id, name, known := strings.Cut(strings.TrimPrefix(left, "steps."), ".outputs.")
			if !known {
				p.t.Fatalf("the condition of the step %q can't be evaluated: %s", step.Name, step.If)
			}
			if (outputs[id+"."+name] == strings.Trim(want, "'")) != isEqual {
				continue
			}
		}
		own := maps.Clone(env)
		for name, expression := range step.Env {
			inner := strings.TrimSuffix(strings.TrimPrefix(expression, "${{ "), " }}")
			value, known := expressions[inner]
			if !known {
				p.t.Fatalf("the step %q needs %s", step.Name, expression)
			}
			own[name] = value
		}
		_ = os.Remove(env["GITHUB_OUTPUT"])
		printed, code := shell(p.t, dir, environ(own), step.Run)
		all.WriteString(printed)
		if code != 0 {
			return all.String(), code
		}
		for line := range strings.Lines(readIfThere(p.t, env["GITHUB_OUTPUT"])) {
			name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
			outputs[step.ID+"."+name] = value
		}
		if path := strings.TrimSpace(readIfThere(p.t, env["GITHUB_PATH"])); path != "" {
			env["PATH"] = path + string(filepath.ListSeparator) + env["PATH"]
			_ = os.Remove(env["GITHUB_PATH"])
		}
	}
	all.WriteString(readIfThere(p.t, env["GITHUB_STEP_SUMMARY"]))
	return all.String(), 0
}

func readIfThere(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return string(content)
}

// gitlab runs a job, whose lines share one shell.
func gitlab(p *project, job string, at event) (string, int) {
	p.t.Helper()
	var jobs map[string]any
	parseYAML(p.t, filepath.Join("gitlab", ".gitlab-ci.yml"), &jobs)
	variables := make(map[string]string)
	for name, value := range member[map[string]any](p.t, jobs, "variables") {
		variables[name] = fmt.Sprint(value)
	}
	definition := member[map[string]any](p.t, jobs, job)
	var script strings.Builder
	for _, part := range [][]any{
		member[[]any](p.t, member[map[string]any](p.t, jobs, "default"), "before_script"), member[[]any](p.t, definition, "script"),
	} {
		for _, line := range part {
			fmt.Fprintln(&script, line)
		}
	}
	dir := p.clone("work", at.commit)
	env := p.environment(dir)
	maps.Copy(env, p.ours(variables))
	maps.Copy(env, at.secrets)
	maps.Copy(env, map[string]string{
		"COMMENT_TOKEN": gitlabToken, "CI_API_V4_URL": p.forge.URL + "/api/v4", "CI_PROJECT_ID": "1", "CI_DEFAULT_BRANCH": "main", "CI_COMMIT_SHA": at.commit,
		"CI_MERGE_REQUEST_IID": requestNumber, "CI_MERGE_REQUEST_LABELS": strings.Join(at.labels, ","),
	})
	output, code := shell(p.t, dir, environ(env), script.String())
	if artifacts, ok := definition["artifacts"].(map[string]any); ok && code == 0 {
		for _, path := range member[[]any](p.t, artifacts, "paths") {
			content, err := os.ReadFile(filepath.Join(dir, fmt.Sprint(path)))
			if err != nil {
				p.t.Fatal(err)
			}
			p.forge.keep(at.run, content)
		}
	}
	return output, code
}

func member[T any](t *testing.T, of map[string]any, name string) T {
	t.Helper()
	value, ok := of[name].(T)
	if !ok {
		t.Fatalf("the pipeline's %s is %T", name, of[name])
	}
	return value
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

var forges = map[string]func(*project, string, event) (string, int){"GitHub": github, "GitLab": gitlab}

// vip is an audience.
const vip = `
		resource "talonone_audience" "vip" {
		  name = "VIP"
		}`

// members is the audience with a list of members.
func members(list string) string {
	return fmt.Sprintf(vip+`
		resource "talonone_audience_memberships" "vip" {
		  audience_id = talonone_audience.vip.id
		  ownership   = "exclusive"
		  members     = %s
		}`, list)
}

// TestPipelines lets changes go through the pipelines under examples/, from the plan of a request to the apply of that
// very plan.
func TestPipelines(t *testing.T) {
	t.Parallel()
	for name, job := range forges {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t)
			p := newProject(t, d)
			p.job = job
			p.forge.comment("someone", "A remark")
			p.forge.comment("someone", "<!-- talonone-review -->\nforged")
			comment := func(want string) {
				t.Helper()
				mine := p.forge.commentsOf(botName)
				if len(mine) != 1 || !strings.HasPrefix(mine[0], "<!-- talonone-review -->\n") || !strings.Contains(mine[0], want) {
					t.Errorf("comments: %q, want one with %q", mine, want)
				}
				if others := p.forge.commentsOf("someone"); len(others) != 2 || others[0] != "A remark" || !strings.HasSuffix(others[1], "forged") {
					t.Errorf("others' comments have become %q", others)
				}
			}
			r := p.propose("vip", map[string]string{"main.tf": p.terraform(strings.ReplaceAll(vip, "VIP", "VPI"))})
			r.plan(0)
			comment("New audience `VPI`")
			// The next push updates the same comment.
			r.push(map[string]string{"main.tf": p.terraform(vip)})
			r.plan(0)
			comment("New audience `VIP`")
			expectNoWrites(t, d)
			r.merge()
			p.run("apply", applySecrets, 0)
			if names := d.Audiences(t); len(names) != 1 || names[0] != "VIP" {
				t.Errorf("the deployment has the audiences %q", names)
			}
			// A plan is applied once.
			p.run("apply", applySecrets, 1)
			p.run("drift", planSecrets, 0)
			if issues := p.forge.openIssues(); len(issues) != 0 {
				t.Errorf("issues: %q", issues)
			}

			// Tracked links with the names of what jobs make are neither written through nor taken for it.
			precious := filepath.Join(t.TempDir(), "precious")
			p.links = map[string]string{}
			for _, name := range []string{
				"plan.tfplan", "plan.json", "plan.tar.gz", "plan.enc", "tree", "request", "number", "merged", "mine", "comment.md",
				"notes.json", "me.json", "posted.json", "requests.json", "request.json", "jobs.json", "issues.json",
			} {
				p.links[name] = precious
			}
			p.files(filepath.Dir(precious), map[string]string{"precious": "precious"})
			r = p.propose("members", map[string]string{"main.tf": p.terraform(members(`["a", "b", "c", "d"]`))})
			r.plan(0)
			comment("Audience `VIP`: +4 members")
			r.merge()
			p.run("apply", applySecrets, 0)

			if content, err := os.ReadFile(precious); err != nil || string(content) != "precious" {
				t.Errorf("a file that tracked links lead to became %q, %v", content, err)
			}

			// Three members leave, and two may: the request is refused, and nothing can apply it.
			r = p.propose("smaller", map[string]string{"main.tf": p.terraform(members(`["a"]`))})
			output := r.plan(map[string]int{"GitHub": 1, "GitLab": 3}[name])
			comment("**The plan removes 3 rows; the limit is 2.**")
			if strings.Contains(output, "a passphrase") {
				t.Errorf("the passphrase is printed:\n%s", output)
			}
			// A label raises the limit for it.
			r.labels = []string{"bug", "max-removals: 3"}
			r.plan(0)
			comment("Audience `VIP`: −3 members")
			r.merge()
			d.Forget()
			p.run("apply", applySecrets, 0)
			p.run("drift", planSecrets, 0)

			// Changes made by hand are one issue, which is closed when they are gone.
			rename(t, d, "VIP", "V.I.P.")
			p.run("drift", planSecrets, 0)
			p.run("drift", planSecrets, 0)
			if issues := p.forge.openIssues(); len(issues) != 1 || !strings.Contains(issues[0], "Audience `VIP` was renamed to `V.I.P.`") {
				t.Errorf("issues: %q", issues)
			}
			rename(t, d, "V.I.P.", "VIP")
			p.run("drift", planSecrets, 0)
			if issues := p.forge.openIssues(); len(issues) != 0 {
				t.Errorf("issues: %q", issues)
			}
		})
	}
}

// TestPipelinesApplyNothingElse checks what a pipeline must not apply: what no request has planned, a plan of other
// files, one that was refused later, one that somebody changed; and what it must not start with.
func TestPipelinesApplyNothingElse(t *testing.T) {
	t.Parallel()
	for name, job := range forges {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t)
			p := newProject(t, d)
			p.job = job
			refuse := func(words string) {
				t.Helper()
				output, code := p.job(p, "apply", event{commit: p.main, secrets: applySecrets})
				if code == 0 || !strings.Contains(output, words) {
					t.Errorf("apply ended with %d, want %q:\n%s", code, words, output)
				}
			}
			files := map[string]string{"main.tf": p.terraform(vip)}

			// Pushed to main without a request.
			dir := p.clone("push", p.main)
			p.files(dir, map[string]string{"README.md": "x"})
			p.main = p.commit(dir, "Push", "HEAD:refs/heads/main")
			refuse("Only reviewed plans are applied")

			// Something else was merged after the plan.
			r := p.propose("vip", files)
			r.plan(0)
			dir = p.clone("push", p.main)
			p.files(dir, map[string]string{"README.md": "y"})
			p.main = p.commit(dir, "Push", "HEAD:refs/heads/main")
			r.merge()
			refuse("The plan was made for other files")

			// The last plan of the request was refused, an earlier one was not.
			r = p.propose("empty", map[string]string{"README.md": "z"})
			r.plan(0)
			run := p.forge.start(r.head)
			p.forge.end(run, false)
			r.merge()
			refuse("was refused")

			// The plan is not the one that was kept.
			r = p.propose("other", map[string]string{"README.md": "q"})
			r.plan(0)
			p.forge.keep(p.forge.last(), []byte("Salted__ something else, long enough to look like it"))
			r.merge()
			if output, code := p.job(p, "apply", event{commit: p.main, secrets: applySecrets}); code == 0 {
				t.Errorf("a forged plan was applied:\n%s", output)
			}

			// The plan is that of another request for the same files.
			r = p.propose("same", map[string]string{"README.md": "s"})
			r.plan(0)
			r.merge()
			p.forge.number++
			refuse("The plan was made for another")
			p.forge.number--

			// A data folder that comes with the repository.
			r = p.propose("folder", map[string]string{".terraform/talonone/creates/x.json": "{}"})
			output := r.plan(1)
			if !strings.Contains(output, "Remove these files from the repository") {
				t.Errorf("a tracked data folder was not refused:\n%s", output)
			}

			// Another provider than those of the lock file, and a download that is another one.
			r = p.propose("provider", map[string]string{".terraform.lock.hcl": ""})
			if output = r.plan(1); !strings.Contains(output, "lock") {
				t.Errorf("a provider that is not locked was used:\n%s", output)
			}
			sum := p.sum
			p.sum = strings.Repeat("0", 64)
			r = p.propose("download", map[string]string{"README.md": "r"})
			if output = r.plan(1); !strings.Contains(output, "FAILED") {
				t.Errorf("a download that is another one was used:\n%s", output)
			}
			p.sum = sum
			expectNoWrites(t, d)
		})
	}
}

// TestPipelinesStartWhereTheyShould checks the conditions that only the forge evaluates.
func TestPipelinesStartWhereTheyShould(t *testing.T) {
	t.Parallel()
	var workflow githubWorkflow
	parseYAML(t, filepath.Join("github", "talonone.yml"), &workflow)
	for job, words := range map[string]string{
		"plan": "github.event.pull_request.base.ref == 'main' && github.event.pull_request.head.repo.full_name == github.repository", "apply": "github.ref == 'refs/heads/main'", "drift": "github.ref == 'refs/heads/main'",
	} {
		if !strings.Contains(workflow.Jobs[job].If, words) {
			t.Errorf("the job %s runs if %q", job, workflow.Jobs[job].If)
		}
	}
	if on, ok := workflow.On["pull_request"].(map[string]any); !ok || fmt.Sprint(on["branches"]) != "[main]" {
		t.Errorf("pull requests start the workflow as %v", workflow.On["pull_request"])
	}
	if strings.Contains(workflow.Jobs["apply"].If, "dispatch") || workflow.Jobs["apply"].Environment == workflow.Jobs["plan"].Environment {
		t.Error("applies can be started by hand, or share the environment of plans")
	}
	var jobs map[string]any
	parseYAML(t, filepath.Join("gitlab", ".gitlab-ci.yml"), &jobs)
	for job, words := range map[string]string{
		"plan":  `$CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID && $CI_MERGE_REQUEST_TARGET_BRANCH_NAME == $CI_DEFAULT_BRANCH && $CI_MERGE_REQUEST_TARGET_BRANCH_PROTECTED == "true"`,
		"apply": `$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && $CI_PIPELINE_SOURCE == "push"`, "drift": "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH",
	} {
		rules := member[[]any](t, member[map[string]any](t, jobs, job), "rules")
		if len(rules) != 1 || !strings.Contains(fmt.Sprint(rules[0]), words) {
			t.Errorf("the job %s has the rules %v", job, rules)
		}
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
