package e2e

import (
	"bytes"
	"crypto/sha256"
	"debug/elf"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// A tag can be moved to other code; a digest can't. The comment after it is for people, and for dependabot.
func TestActionsArePinnedByDigest(t *testing.T) {
	t.Parallel()
	uses := regexp.MustCompile(`(?m)^\s*(?:- )?uses:\s*(.*)$`)
	pinned := regexp.MustCompile(`^[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$`)
	found := 0
	for _, pattern := range []string{".github/workflows/*", "examples/pipelines/github/*", "docs/guides/*.md"} {
		files, err := filepath.Glob(filepath.Join("..", "..", "..", filepath.FromSlash(pattern)))
		if err != nil || len(files) == 0 {
			t.Fatalf("nothing is %s: %v", pattern, err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, match := range uses.FindAllStringSubmatch(string(text), -1) {
				found++
				if !pinned.MatchString(match[1]) {
					t.Errorf("%s uses %s, which names no digest with its version in a comment", file, match[1])
				}
			}
		}
	}
	if found < 20 {
		t.Errorf("%d actions were found: the test looks in the wrong places", found)
	}
}

// What a build or a pipeline starts from is named by its digest, too. The image of the guides is the reader's own.
func TestImagesArePinnedByDigest(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..", "..")
	image := regexp.MustCompile(`(?m)^(?:FROM +|\s*image: *|\s*name: *)([a-z0-9./-]+(?::[\w.-]+)?(?:@\S+)?)`)
	pinned := regexp.MustCompile(`^[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}$`)
	found := 0
	for file, own := range map[string]string{
		filepath.Join("cmd", "talonone-emulator", "Dockerfile"):            "scratch",
		filepath.Join("examples", "pipelines", "gitlab", ".gitlab-ci.yml"): "talonone",
		filepath.Join("docs", "guides", "pipelines.md"):                    "talonone",
		filepath.Join("docs", "guides", "installing.md"):                   "registry.example.com/talonone-emulator:0.1.0",
	} {
		for _, match := range image.FindAllStringSubmatch(read(t, filepath.Join(root, file)), -1) {
			switch name := match[1]; {
			case strings.HasPrefix(name, own):
			case strings.ContainsAny(name, ":/"):
				found++
				if !pinned.MatchString(name) {
					t.Errorf("%s uses the image %s, which names no digest", file, name)
				}
			}
		}
	}
	if found < 3 {
		t.Errorf("%d images were found: the test looks in the wrong places", found)
	}
}

// TestBuildIsReproducible builds a program of a release in two folders. With the flags of a release, which all of them are
// built with, nothing of the folder, of the time or of the version control gets into it.
func TestBuildIsReproducible(t *testing.T) {
	t.Parallel()
	release, err := os.ReadFile(filepath.Join("..", "..", "..", ".goreleaser.yml"))
	if err != nil {
		t.Fatal(err)
	}
	if programs, trimmed := bytes.Count(release, []byte("binary:")), bytes.Count(release, []byte("flags: [-trimpath]")); programs != 5 || trimmed != programs {
		t.Fatalf("of %d programs, %d are built with -trimpath", programs, trimmed)
	}
	first, second := buildIn(t, filepath.Join(t.TempDir(), "a")), buildIn(t, filepath.Join(t.TempDir(), "another", "folder"))
	if len(first) != 1 {
		t.Errorf("%d programs were built, want 1", len(first))
	}
	for name, sum := range first {
		if second[name] != sum {
			t.Errorf("%s is another one when it is built in another folder", name)
		}
	}
}

// buildIn copies the sources to a folder, and returns the checksums of what is built of them there.
func buildIn(t *testing.T, folder string) map[string][sha256.Size]byte {
	t.Helper()
	root := filepath.Join("..", "..", "..")
	for _, sources := range []string{"cmd", "internal"} {
		if err := os.CopyFS(filepath.Join(folder, sources), os.DirFS(filepath.Join(root, sources))); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"go.mod", "go.sum", "main.go"} {
		copyFile(t, filepath.Join(root, file), filepath.Join(folder, file))
	}
	out := t.TempDir()
	cmd := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-ldflags=-s -w -X main.version=1.2.3", "-o", out+string(filepath.Separator), ".")
	cmd.Dir, cmd.Env = folder, append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOOS="+runtime.GOOS)
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, output)
	}
	sums := make(map[string][sha256.Size]byte)
	programs, err := os.ReadDir(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, program := range programs {
		content, err := os.ReadFile(filepath.Join(out, program.Name()))
		if err != nil {
			t.Fatal(err)
		}
		sums[program.Name()] = sha256.Sum256(content)
	}
	return sums
}

// TestBinariesNeedNoLibc builds and installs the programs as the targets of make do. A program with an
// interpreter segment needs the libc of the machine that built it, and does not start on Alpine.
func TestBinariesNeedNoLibc(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("programs of Linux alone can do without a libc")
	}
	program, err := exec.LookPath("make")
	if err != nil {
		t.Skip("make is not on the PATH")
	}
	programs := []string{"terraform-provider-talonone", "talonone-emulator", "talonone-review"}
	for target, variable := range map[string]string{"build": "BUILD", "install": "GOBIN"} {
		t.Run(target, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			cmd := exec.CommandContext(t.Context(), program, target, variable+"="+folder)
			cmd.Dir, cmd.Env = filepath.Join("..", "..", ".."), append(os.Environ(), "CGO_ENABLED=1", variable+"="+folder)
			if output, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("make %s: %v\n%s", target, err, output)
			}
			for _, name := range programs {
				if interpreter := interpreterOf(t, filepath.Join(folder, name)); interpreter != "" {
					t.Errorf("%s of make %s needs %s", name, target, interpreter)
				}
			}
		})
	}
	t.Run("tests", func(t *testing.T) {
		t.Parallel()
		binaries.Build(t)
		for _, name := range programs {
			if interpreter := interpreterOf(t, filepath.Join(binaries.Dir, name)); interpreter != "" {
				t.Errorf("%s of the tests needs %s", name, interpreter)
			}
		}
	})
}

// interpreterOf is the dynamic linker that a program asks for; "" is none.
func interpreterOf(t *testing.T, path string) string {
	t.Helper()
	file, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	for _, segment := range file.Progs {
		if segment.Type != elf.PT_INTERP {
			continue
		}
		content, err := io.ReadAll(segment.Open())
		if err != nil {
			t.Fatal(err)
		}
		return string(bytes.TrimRight(content, "\x00"))
	}
	return ""
}
