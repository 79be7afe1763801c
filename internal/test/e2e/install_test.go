package e2e

import (
	"archive/zip"
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// TestProviderIsInstalledFromAFolder does what the guide "Installing the provider" tells machines without a registry to
// do: init finds the provider in the folder alone, locks it, and the provider plans and applies.
func TestProviderIsInstalledFromAFolder(t *testing.T) {
	t.Parallel()
	const version = "0.1.0"
	platform := runtime.GOOS + "_" + runtime.GOARCH
	binary := "terraform-provider-talonone_v" + version
	for name, put := range map[string]func(t *testing.T, mirror string){
		// As releases are downloaded.
		"packed": func(t *testing.T, mirror string) {
			t.Helper()
			archive, err := os.Create(filepath.Join(mirror, fmt.Sprintf("terraform-provider-talonone_%s_%s.zip", version, platform)))
			if err != nil {
				t.Fatal(err)
			}
			packed := zip.NewWriter(archive)
			header := &zip.FileHeader{Name: binary, Method: zip.Store}
			header.SetMode(0o755)
			entry, err := packed.CreateHeader(header)
			if err != nil {
				t.Fatal(err)
			}
			content, err := os.ReadFile(filepath.Join(binaries.Dir, "terraform-provider-talonone"))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := entry.Write(content); err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(packed.Close(), archive.Close()); err != nil {
				t.Fatal(err)
			}
		},
		"unpacked": func(t *testing.T, mirror string) {
			t.Helper()
			folder := filepath.Join(mirror, version, platform)
			if err := os.MkdirAll(folder, 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.Link(filepath.Join(binaries.Dir, "terraform-provider-talonone"), filepath.Join(folder, binary)); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t)
			c := newCLI(t, d.URL, "provider \"talonone\" {}\nresource \"talonone_audience\" \"vip\" {\n  name = \"VIP\"\n}\n")
			mirror := t.TempDir()
			for _, host := range []string{"registry.terraform.io", "registry.opentofu.org"} {
				folder := filepath.Join(mirror, host, "talon-one", "talonone")
				if err := os.MkdirAll(folder, 0o700); err != nil {
					t.Fatal(err)
				}
				put(t, folder)
			}
			settings, err := os.ReadFile(filepath.Join("..", "..", "..", "examples", "install", "mirror.tfrc"))
			if err != nil {
				t.Fatal(err)
			}
			const path = "/opt/terraform/providers"
			if !strings.Contains(string(settings), path) {
				t.Fatalf("the example does not name %s", path)
			}
			// In place of the development override, which would make init needless.
			c.Write("cli.tfrc", strings.ReplaceAll(string(settings), path, filepath.ToSlash(mirror)))

			if output := c.must(0, "init", "-no-color"); !strings.Contains(output, "talon-one/talonone v"+version) {
				t.Errorf("init installed something else:\n%s", output)
			}
			if lock := c.Read(".terraform.lock.hcl"); !strings.Contains(lock, `version = "`+version+`"`) || !strings.Contains(lock, "h1:") {
				t.Errorf("the lock file does not hold the provider:\n%s", lock)
			}
			c.must(2, "plan", "-detailed-exitcode", "-no-color")
			expectNoWrites(t, d)
			c.must(0, "apply", "-auto-approve", "-no-color")
			if names := d.Audiences(t); len(names) != 1 || names[0] != "VIP" {
				t.Errorf("the deployment has the audiences %q", names)
			}
		})
	}
}

// TestInitFindsABuild lets init find what `make build` has built, where modules and a backend need one.
func TestInitFindsABuild(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	c := newCLI(t, d.URL, "")
	c.Write("main.tf", `terraform {
  required_providers {
    talonone = {
      source  = "talon-one/talonone"
      version = "~> 0.1"
    }
  }
  backend "local" { path = "elsewhere.tfstate" }
}
module "audience" { source = "./audience" }
`)
	if err := os.Mkdir(filepath.Join(c.Dir, "audience"), 0o700); err != nil {
		t.Fatal(err)
	}
	c.Write("audience/main.tf", `terraform {
  required_providers {
    talonone = { source = "talon-one/talonone" }
  }
}
resource "talonone_audience" "vip" { name = "VIP" }
`)
	build := t.TempDir()
	if err := os.Link(filepath.Join(binaries.Dir, "terraform-provider-talonone"), filepath.Join(build, "terraform-provider-talonone")); err != nil {
		t.Fatal(err)
	}
	root := filepath.Join("..", "..", "..")
	if output, code := shell(t, root, append(os.Environ(), "MAKEFLAGS="), "make cli-config BUILD="+build); code != 0 {
		t.Fatal(output)
	}
	settings, err := os.ReadFile(filepath.Join(build, "dev.tfrc"))
	if err != nil {
		t.Fatal(err)
	}
	c.Write("cli.tfrc", string(settings))
	if output := c.must(0, "init", "-no-color"); !strings.Contains(output, "Installed talon-one/talonone v0.999.0") {
		t.Errorf("init installed something else:\n%s", output)
	}
	c.must(2, "plan", "-detailed-exitcode", "-no-color")
}

// TestEmulatorServesAJob runs the script that the guide gives to jobs of CI, with the tests of an example.
func TestEmulatorServesAJob(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "guides", "installing.md"))
	if err != nil {
		t.Fatal(err)
	}
	script := regexp.MustCompile("(?s)```shell\n(talonone-emulator .*?)```").FindStringSubmatch(string(guide))
	if script == nil {
		t.Fatal("the guide has no script that starts the emulator")
	}
	p := newPipeline(t, "http://127.0.0.1:1", "")
	if err := os.Remove(filepath.Join(p.Dir, "main.tf")); err != nil {
		t.Fatal(err)
	}
	copyExample(t, filepath.Join("..", "..", "..", "examples", "terraform-test"), p.cli)
	if err := os.Symlink(filepath.Join(binaries.Dir, "talonone-emulator"), filepath.Join(p.tools, "talonone-emulator")); err != nil {
		t.Fatal(err)
	}
	// A runner ends what a job has started.
	output, code := p.sh("trap 'kill $!' EXIT\n" + script[1])
	if code != 0 || !strings.Contains(output, "0 failed") {
		t.Errorf("the job ended with %d:\n%s", code, output)
	}
}

// There is no container engine where tests run. What the recipe starts is tried without one: the program has to accept
// the options, and to say where it listens.
func TestContainerStartsTheEmulator(t *testing.T) {
	t.Parallel()
	binaries.Build(t)
	recipe, err := os.ReadFile(filepath.Join("..", "..", "..", "cmd", "talonone-emulator", "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(recipe), "\nFROM scratch\n") || !regexp.MustCompile(`(?m)^USER [1-9]\d*:`).Match(recipe) {
		t.Error("the image is not empty, or its program runs as root")
	}
	entry := regexp.MustCompile(`(?m)^ENTRYPOINT (.*)$`).FindSubmatch(recipe)
	var command []string
	if entry == nil || json.Unmarshal(entry[1], &command) != nil || command[0] != "/talonone-emulator" {
		t.Fatalf("the image starts %q", entry)
	}
	if !slices.Contains(command, "0.0.0.0:8585") || !strings.Contains(string(recipe), "EXPOSE 8585\n") {
		t.Errorf("the port is not the one that is exposed: %v", command)
	}
	for i, argument := range command {
		command[i] = strings.Replace(argument, ":8585", ":0", 1) // another one may run on this machine
	}
	cmd := exec.CommandContext(t.Context(), filepath.Join(binaries.Dir, "talonone-emulator"), command[1:]...)
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(output).ReadString('\n'); err != nil || !strings.Contains(line, "listens on http://") {
		t.Errorf("it says %q: %v", line, err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = cmd.Wait()
}
