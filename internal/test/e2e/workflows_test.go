package e2e

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// workflow is what these tests look at of a workflow of GitHub.
type workflow struct {
	On          any               `yaml:"on"`
	Permissions map[string]string `yaml:"permissions"`
	Jobs        map[string]struct {
		Needs       any               `yaml:"needs"`
		Environment any               `yaml:"environment"`
		Permissions map[string]string `yaml:"permissions"`
		Steps       []step            `yaml:"steps"`
	} `yaml:"jobs"`
}

type step struct {
	Name string            `yaml:"name"`
	Uses string            `yaml:"uses"`
	Run  string            `yaml:"run"`
	With map[string]any    `yaml:"with"`
	Env  map[string]string `yaml:"env"`
}

// workflows are those of this repository, by the name of their file.
func workflows(t *testing.T) map[string]workflow {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "..", ".github", "workflows", "*.yml"))
	if err != nil || len(files) < 5 {
		t.Fatalf("found %v, %v", files, err)
	}
	all := make(map[string]workflow)
	for _, file := range files {
		var w workflow
		readYAML(t, file, &w)
		all[filepath.Base(file)] = w
	}
	return all
}

func readYAML(t *testing.T, file string, into any) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// What a job may write is what an action that has been taken over can write.
func TestJobsMayWriteOnlyWhatTheyMust(t *testing.T) {
	t.Parallel()
	allowed := map[string][]string{
		"codeql.yml/analyse":    {"security-events"},
		"scorecard.yml/analyse": {"id-token", "security-events"},
		"release.yml/publish":   {"attestations", "contents", "id-token"},
	}
	for file, w := range workflows(t) {
		if w.Permissions == nil {
			t.Errorf("%s has no permissions of its own, and so those of the repository's settings", file)
		}
		for scope, access := range w.Permissions {
			if access != "read" {
				t.Errorf("every job of %s may %s %s", file, access, scope)
			}
		}
		for name, job := range w.Jobs {
			var writes []string
			for scope, access := range job.Permissions {
				if access == "write" {
					writes = append(writes, scope)
				}
			}
			slices.Sort(writes)
			if !slices.Equal(writes, allowed[file+"/"+name]) {
				t.Errorf("%s of %s may write %v, want %v", name, file, writes, allowed[file+"/"+name])
			}
			for _, s := range job.Steps {
				if strings.HasPrefix(s.Uses, "actions/checkout@") && s.With["persist-credentials"] != false {
					t.Errorf("%s of %s leaves the token in the work tree for every later step", name, file)
				}
				if strings.Contains(s.Run, "${{") && strings.Contains(s.Run, "github.") {
					t.Errorf("%s of %s puts a text of the event into a script: %s", name, file, s.Run)
				}
			}
		}
		if text := fmt.Sprint(w.On); strings.Contains(text, "pull_request_target") || strings.Contains(text, "workflow_run") {
			t.Errorf("%s runs with this repository's secrets on what strangers send", file)
		}
	}
}

// The key that signs is never on a machine that runs programs fetched for the build, and what it signs has been built twice.
func TestBuildingAndSigningAreApart(t *testing.T) {
	t.Parallel()
	release := workflows(t)["release.yml"]
	if got := slices.Sorted(maps.Keys(release.Jobs)); !slices.Equal(got, []string{"build", "publish", "rebuild"}) {
		t.Fatalf("the jobs are %v", got)
	}
	text := func(job string) string {
		encoded, err := yaml.Marshal(release.Jobs[job])
		if err != nil {
			t.Fatal(err)
		}
		return string(encoded)
	}
	for _, job := range []string{"build", "rebuild"} {
		for _, secret := range []string{"secrets.", "github.token", "GITHUB_TOKEN", "environment: release", "write"} {
			if strings.Contains(text(job), secret) {
				t.Errorf("%s knows %s", job, secret)
			}
		}
	}
	build, publish := text("build"), release.Jobs["publish"]
	for _, want := range []string{"merge-base --is-ancestor \"$GITHUB_SHA\" origin/main", "make vulncheck ARGS=-stdlib", "make snapshot RELEASE=1"} {
		if !strings.Contains(build, want) {
			t.Errorf("the build lacks %q", want)
		}
	}
	if !strings.Contains(text("rebuild"), "diff --recursive") {
		t.Error("the two builds are not compared")
	}
	if publish.Environment != "release" || fmt.Sprint(publish.Needs) != "[build rebuild]" {
		t.Errorf("publishing waits for %v and environment %v", publish.Needs, publish.Environment)
	}
	for _, s := range publish.Steps {
		if s.Uses != "" && !strings.HasPrefix(s.Uses, "actions/") {
			t.Errorf("the signing key stands beside %s", s.Uses)
		}
		for _, program := range []string{"make ", "go ", "npm ", "curl ", "wget "} {
			if strings.Contains(s.Run, program) {
				t.Errorf("the signing key stands beside %q", s.Run)
			}
		}
	}
	if !strings.Contains(text("publish"), "actions/attest-build-provenance@") {
		t.Error("nothing attests where the files come from")
	}
}

// TestSigningOfAReleaseWorks runs the step of the workflow with a key made for it.
func TestSigningOfAReleaseWorks(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"bash", "gpg", "sha256sum"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	var sign step
	for _, s := range workflows(t)["release.yml"].Jobs["publish"].Steps {
		if strings.HasPrefix(s.Name, "Sign") {
			sign = s
		}
	}
	home, err := os.MkdirTemp("", "gpg") // gpg-agent's socket needs a short path
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(home) })
	gpg := func(args ...string) string {
		cmd := exec.CommandContext(t.Context(), "gpg", append([]string{"--batch", "--homedir", home, "--pinentry-mode", "loopback", "--passphrase", "pass phrase"}, args...)...)
		output, err := cmd.Output()
		if err != nil {
			t.Fatalf("gpg %v: %v", args, err)
		}
		return string(output)
	}
	gpg("--quick-generate-key", "Release <release@example.com>", "ed25519", "sign", "1d")
	var fingerprint string
	for line := range strings.Lines(gpg("--list-keys", "--with-colons")) {
		if fields := strings.Split(line, ":"); fields[0] == "fpr" && fingerprint == "" {
			fingerprint = fields[9]
		}
	}
	private := gpg("--export-secret-keys", "--armor")

	for name, test := range map[string]struct {
		fingerprint string
		change      func(folder string)
		fails       bool
	}{
		"as it should be":                    {fingerprint, func(string) {}, false},
		"another key than the published one": {"0000000000000000000000000000000000000000", func(string) {}, true},
		"an archive was changed on its way":  {fingerprint, func(folder string) { write(t, filepath.Join(folder, "release"), "a.zip", "changed") }, true},
	} {
		folder := t.TempDir()
		for _, sub := range []string{"release", "notes"} {
			if err := os.Mkdir(filepath.Join(folder, sub), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		files := filepath.Join(folder, "release")
		for archive, list := range map[string]string{"a.zip": "provider_SHA256SUMS", "b.tar.gz": "tools_SHA256SUMS"} {
			write(t, files, archive, archive)
			write(t, files, list, fmt.Sprintf("%x  %s\n", sha256.Sum256([]byte(archive)), archive))
		}
		write(t, filepath.Join(folder, "notes"), "notes.md", "Notes\n")
		test.change(folder)
		cmd := exec.CommandContext(t.Context(), "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", sign.Run)
		cmd.Dir = files
		cmd.Env = append(os.Environ(), "GPG_PRIVATE_KEY="+private, "PASSPHRASE=pass phrase", "FINGERPRINT="+test.fingerprint,
			"GITHUB_REPOSITORY=owner/name", "GITHUB_REF_NAME=v1.2.3")
		output, err := cmd.CombinedOutput()
		if (err != nil) != test.fails {
			t.Errorf("%s: %v\n%s", name, err, output)
		}
		if test.fails {
			continue
		}
		for _, list := range []string{"provider_SHA256SUMS", "tools_SHA256SUMS"} {
			gpg("--verify", filepath.Join(files, list+".sig"), filepath.Join(files, list))
		}
		if notes := read(t, filepath.Join(folder, "notes", "notes.md")); !strings.Contains(notes, fingerprint) || strings.Contains(notes, "\t") {
			t.Errorf("the notes are %q", notes)
		}
	}
}

func write(t *testing.T, folder, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// TestEveryModuleAndImageIsLookedAfter keeps the lists of modules complete: those of make, which CI works through, and those
// of dependabot.
func TestEveryModuleAndImageIsLookedAfter(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..", "..")
	var modules, images []string
	err := fs.WalkDir(os.DirFS(root), ".", func(file string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (strings.HasPrefix(entry.Name(), ".") && file != "." || file == "build" || file == "dist" || entry.Name() == "testdata"):
			return fs.SkipDir
		case entry.Name() == "go.mod":
			modules = append(modules, path.Dir(file))
		case entry.Name() == "Dockerfile":
			images = append(images, "/"+path.Dir(file))
		}
		return nil
	})
	if err != nil || len(modules) < 4 || len(images) == 0 {
		t.Fatalf("found modules %v and images %v, %v", modules, images, err)
	}
	slices.Sort(modules)

	makefile := read(t, filepath.Join(root, "GNUmakefile"))
	_, list, _ := strings.Cut(makefile, "\nMODULES := ")
	list, _, _ = strings.Cut(list, "\n")
	if got := slices.Sorted(slices.Values(strings.Fields(list))); !slices.Equal(got, modules) {
		t.Errorf("make checks %v, and there are %v", got, modules)
	}
	for _, check := range []string{"go -C $$module vet ./...", "go -C $$module mod tidy -diff && go -C $$module mod verify", "$(BUILD)/vulncheck $(ARGS) $(MODULES)", "cd $$module && go tool -modfile=$(CURDIR)/tools/go.mod golangci-lint run", "actionlint .github/workflows/*.yml"} {
		if !strings.Contains(makefile, check) {
			t.Errorf("no target of make does %q", check)
		}
	}
	ci := read(t, filepath.Join(root, ".ci", "run"))
	for _, target := range []string{"vet", "lint", "tidy", "vulncheck", "fuzz-short"} {
		if !strings.Contains(ci, "make "+target+"\n") {
			t.Errorf(".ci/run lacks make %s", target)
		}
		if !strings.Contains(read(t, filepath.Join(root, ".github", "workflows", "test.yml")), "run: make "+target+"\n") {
			t.Errorf("the test workflow lacks make %s", target)
		}
	}

	var dependabot struct {
		Updates []struct {
			Ecosystem   string   `yaml:"package-ecosystem"`
			Directory   string   `yaml:"directory"`
			Directories []string `yaml:"directories"`
		} `yaml:"updates"`
	}
	readYAML(t, filepath.Join(root, ".github", "dependabot.yml"), &dependabot)
	watched := make(map[string][]string)
	for _, update := range dependabot.Updates {
		watched[update.Ecosystem] = append(update.Directories, update.Directory)
	}
	for _, module := range modules {
		if !slices.Contains(watched["gomod"], path.Join("/", module)) {
			t.Errorf("dependabot does not watch the module in %s", module)
		}
	}
	for _, image := range images {
		if !slices.Contains(watched["docker"], image) {
			t.Errorf("dependabot does not watch the image in %s", image)
		}
	}
}
