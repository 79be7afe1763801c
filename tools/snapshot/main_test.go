package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// folder is what goreleaser leaves of the provider, with archives that hold nothing.
func folder(t *testing.T, sums func(lines []string) []string) *release {
	t.Helper()
	root := t.TempDir()
	dist := filepath.Join(root, "dist")
	if err := os.Mkdir(dist, 0o700); err != nil {
		t.Fatal(err)
	}
	write := func(path, content string) {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	manifest, err := os.ReadFile(filepath.Join("..", "..", "terraform-registry-manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	write(filepath.Join(root, "terraform-registry-manifest.json"), string(manifest))
	lines := []string{fmt.Sprintf("%x  %s_1.2.3_manifest.json", sha256.Sum256(manifest), provider)}
	for _, platform := range programs[provider] {
		name := fmt.Sprintf("%s_1.2.3_%s.zip", provider, platform)
		write(filepath.Join(dist, name), platform)
		lines = append(lines, fmt.Sprintf("%x  %s", sha256.Sum256([]byte(platform)), name))
	}
	write(filepath.Join(dist, provider+"_1.2.3_SHA256SUMS"), strings.Join(sums(lines), "\n")+"\n")
	return &release{dist: dist, version: "1.2.3"}
}

func TestChecksumsAreWhatTheRegistryTakes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		sums func([]string) []string
		want string
	}{
		"as they should be":      {func(lines []string) []string { return lines }, ""},
		"an archive is missing":  {func(lines []string) []string { return lines[:len(lines)-1] }, "the checksums are of"},
		"the manifest is":        {func(lines []string) []string { return lines[1:] }, "the checksums are of"},
		"a file too many":        {func(lines []string) []string { return append(lines, lines[1]) }, "the checksums are of"},
		"a sum of another file":  {func(lines []string) []string { lines[1] = lines[2][:64] + lines[1][64:]; return lines }, "the checksum of terraform-provider-talonone_1.2.3_darwin_amd64.zip is wrong"},
		"a name without release": {func(lines []string) []string { return append(lines, lines[0][:64]+"  other.zip") }, "other.zip"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := folder(t, test.sums)
			r.checksums()
			err := errors.Join(r.problems...)
			if (err != nil) != (test.want != "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("the problem is %v, want %q", err, test.want)
			}
		})
	}
}

func TestArchiveThatIsMissingIsAProblem(t *testing.T) {
	t.Parallel()
	r := folder(t, func(lines []string) []string { return lines })
	if err := r.program("talonone-emulator", "linux_amd64"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no archive is taken for %v", err)
	}
	if err := r.program(provider, "linux_amd64"); err == nil {
		t.Error("an archive that is none passes")
	}
}

// Every file that is published stands in one of the two lists of checksums, which are signed.
func TestEveryPublishedFileHasAChecksum(t *testing.T) {
	t.Parallel()
	r := folder(t, func(lines []string) []string { return lines })
	for program, platforms := range programs {
		for _, platform := range platforms {
			base := filepath.Join(r.dist, fmt.Sprintf("%s_1.2.3_%s", program, platform))
			for _, path := range []string{base + extension(program, platform), base + ".sbom.json"} {
				if err := os.WriteFile(path, []byte(platform), 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	out := filepath.Join(t.TempDir(), "release")
	if err := r.layOut(out); err != nil {
		t.Fatal(err)
	}
	listed := make(map[string]string)
	for _, list := range []string{"talonone-tools_1.2.3_SHA256SUMS", provider + "_1.2.3_SHA256SUMS"} {
		text, err := os.ReadFile(filepath.Join(out, list))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			sum, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
			if listed[name] != "" {
				t.Errorf("%s is listed twice", name)
			}
			listed[name] = sum
		}
		delete(listed, list)
	}
	entries, err := os.ReadDir(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if strings.HasSuffix(entry.Name(), "_SHA256SUMS") {
			continue
		}
		content, err := os.ReadFile(filepath.Join(out, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if sum := fmt.Sprintf("%x", sha256.Sum256(content)); listed[entry.Name()] != sum {
			t.Errorf("the checksum of %s is %q, want %s", entry.Name(), listed[entry.Name()], sum)
		}
	}
	// 37 archives, their bills of materials, the manifest and the two lists.
	if len(listed) != 75 || len(entries) != 77 {
		t.Errorf("%d files have checksums, and %d are published", len(listed), len(entries))
	}
	if err := r.layOut(out); err == nil {
		t.Error("a folder that exists is filled again")
	}
}
