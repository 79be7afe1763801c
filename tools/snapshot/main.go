// Snapshot looks at the folder that goreleaser has filled, as the registries and the people who download from it will:
// an archive for every platform, checksums that the Terraform Registry takes, the manifest, and what each archive and
// each bill of materials holds. It then lays out what is published: these files and no others, with a second list of
// checksums for what the registry's list must not name.
package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const provider = "terraform-provider-talonone"

// programs and the platforms that each is released for.
var programs = map[string][]string{
	provider: {
		"darwin_amd64", "darwin_arm64", "freebsd_386", "freebsd_amd64", "freebsd_arm", "freebsd_arm64",
		"linux_386", "linux_amd64", "linux_arm", "linux_arm64", "windows_386", "windows_amd64", "windows_arm64",
	},
	"talonone-emulator": desktops,
	"talonone-review":   desktops,
	"talonone-probe":    desktops,
	"talonone-export":   desktops,
}

var desktops = []string{"darwin_amd64", "darwin_arm64", "linux_amd64", "linux_arm64", "windows_amd64", "windows_arm64"}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: snapshot DIST NEW-FOLDER")
		os.Exit(2)
	}
	summary, err := check(os.Args[1], os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(summary)
}

func check(dist, out string) (string, error) {
	var metadata struct{ Version string }
	if err := readJSON(filepath.Join(dist, "metadata.json"), &metadata); err != nil {
		return "", err
	}
	r := release{dist: dist, version: metadata.Version}
	count := 0
	for _, program := range slices.Sorted(maps.Keys(programs)) {
		for _, platform := range programs[program] {
			count++
			if err := r.program(program, platform); err != nil {
				r.problems = append(r.problems, fmt.Errorf("%s for %s: %w", program, platform, err))
			}
		}
	}
	r.checksums()
	if len(r.problems) > 0 {
		return "", errors.Join(r.problems...)
	}
	if err := r.layOut(out); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d archives of version %s with their bills of materials, checksums and manifest are as they should be, and in %s.", count, r.version, out), nil
}

// layOut copies what is published to a new folder.
func (r *release) layOut(out string) error {
	if err := os.Mkdir(out, 0o750); err != nil {
		return err
	}
	manifest := fmt.Sprintf("%s_%s_manifest.json", provider, r.version)
	files := map[string]string{
		manifest: filepath.Join(r.dist, "..", "terraform-registry-manifest.json"),
		fmt.Sprintf("%s_%s_SHA256SUMS", provider, r.version): filepath.Join(r.dist, fmt.Sprintf("%s_%s_SHA256SUMS", provider, r.version)),
	}
	var others []string
	for program, platforms := range programs {
		for _, platform := range platforms {
			base := fmt.Sprintf("%s_%s_%s", program, r.version, platform)
			archive, bill := base+extension(program, platform), base+".sbom.json"
			files[archive], files[bill] = filepath.Join(r.dist, archive), filepath.Join(r.dist, bill)
			others = append(others, bill)
			if program != provider {
				others = append(others, archive)
			}
		}
	}
	slices.Sort(others)
	var sums strings.Builder
	for name, from := range files {
		content, err := os.ReadFile(from)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(out, name), content, 0o600); err != nil {
			return err
		}
	}
	for _, name := range others {
		content, err := os.ReadFile(filepath.Join(out, name))
		if err != nil {
			return err
		}
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(content), name)
	}
	return os.WriteFile(filepath.Join(out, fmt.Sprintf("talonone-tools_%s_SHA256SUMS", r.version)), []byte(sums.String()), 0o600)
}

// extension is how the name of an archive ends.
func extension(program, platform string) string {
	if program == provider || strings.HasPrefix(platform, "windows") {
		return ".zip"
	}
	return ".tar.gz"
}

type release struct {
	dist, version string
	problems      []error
}

// program looks into one archive and the bill of materials beside it.
func (r *release) program(name, platform string) error {
	binary := name
	want := []string{"LICENSE", "THIRD_PARTY_NOTICES.txt"}
	switch name {
	case provider:
		binary = name + "_v" + r.version
	case "talonone-emulator":
		want = append(want, "README.md", "page.png")
	}
	if strings.HasPrefix(platform, "windows") {
		binary += ".exe"
	}
	base := filepath.Join(r.dist, fmt.Sprintf("%s_%s_%s", name, r.version, platform))
	files, err := unpack(base + extension(name, platform))
	if err != nil {
		return err
	}
	want = append(want, binary)
	slices.Sort(want)
	if got := slices.Sorted(maps.Keys(files)); !slices.Equal(got, want) {
		return fmt.Errorf("the archive holds %v, want %v", got, want)
	}
	info, err := buildinfo.Read(bytes.NewReader(files[binary]))
	if err != nil {
		return err
	}
	system, processor, _ := strings.Cut(platform, "_")
	for setting, value := range map[string]string{"GOOS": system, "GOARCH": processor, "CGO_ENABLED": "0", "-trimpath": "true"} {
		if got := settingOf(info, setting); got != value {
			return fmt.Errorf("it is built with %s=%s, want %s", setting, got, value)
		}
	}
	return compareBill(base+".sbom.json", info)
}

func settingOf(info *buildinfo.BuildInfo, key string) string {
	for _, setting := range info.Settings {
		if setting.Key == key {
			return setting.Value
		}
	}
	return ""
}

// compareBill compares a bill of materials with the modules that the linker wrote into the program.
func compareBill(path string, info *buildinfo.BuildInfo) error {
	var bill struct {
		BOMFormat  string
		Components []struct{ Name, Version string }
	}
	if err := readJSON(path, &bill); err != nil {
		return err
	}
	if bill.BOMFormat != "CycloneDX" {
		return fmt.Errorf("%s is no bill of materials of CycloneDX", path)
	}
	var listed, linked []string
	for _, component := range bill.Components {
		if component.Name != "std" {
			listed = append(listed, component.Name+" "+component.Version)
		}
	}
	for _, module := range info.Deps {
		linked = append(linked, module.Path+" "+module.Version)
	}
	slices.Sort(listed)
	slices.Sort(linked)
	if !slices.Equal(listed, linked) {
		return fmt.Errorf("the bill of materials lists\n%v\nand the program contains\n%v", listed, linked)
	}
	return nil
}

// checksums must list the provider's archives and the manifest, and nothing else: the Terraform Registry refuses more.
func (r *release) checksums() {
	base := fmt.Sprintf("%s_%s_", provider, r.version)
	text, err := os.ReadFile(filepath.Join(r.dist, base+"SHA256SUMS"))
	if err != nil {
		r.problems = append(r.problems, err)
		return
	}
	want := []string{base + "manifest.json"}
	for _, platform := range programs[provider] {
		want = append(want, base+platform+".zip")
	}
	var got []string
	for line := range strings.Lines(string(text)) {
		sum, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		got = append(got, name)
		path := filepath.Join(r.dist, name)
		if name == base+"manifest.json" {
			// goreleaser publishes it from where it is.
			path = filepath.Join(r.dist, "..", "terraform-registry-manifest.json")
		}
		content, err := os.ReadFile(path)
		if err != nil {
			r.problems = append(r.problems, err)
			continue
		}
		if actual := sha256.Sum256(content); hex.EncodeToString(actual[:]) != sum {
			r.problems = append(r.problems, fmt.Errorf("the checksum of %s is wrong", name))
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		r.problems = append(r.problems, fmt.Errorf("the checksums are of\n%v\nwant\n%v", got, want))
	}
	var manifest struct {
		Version  int
		Metadata struct {
			ProtocolVersions []string `json:"protocol_versions"`
		}
	}
	if err := readJSON(filepath.Join(r.dist, "..", "terraform-registry-manifest.json"), &manifest); err != nil {
		r.problems = append(r.problems, err)
	} else if manifest.Version != 1 || !slices.Equal(manifest.Metadata.ProtocolVersions, []string{"6.0"}) {
		r.problems = append(r.problems, fmt.Errorf("the manifest names version %d and protocols %v", manifest.Version, manifest.Metadata.ProtocolVersions))
	}
}

func unpack(path string) (map[string][]byte, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if strings.HasSuffix(path, ".zip") {
		return unzip(content)
	}
	return untar(content)
}

func unzip(content []byte) (map[string][]byte, error) {
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, err
	}
	files := make(map[string][]byte)
	for _, entry := range archive.File {
		file, err := entry.Open()
		if err != nil {
			return nil, err
		}
		if files[entry.Name], err = io.ReadAll(file); err != nil {
			return nil, err
		}
	}
	return files, nil
}

func untar(content []byte) (map[string][]byte, error) {
	unzipped, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	files := make(map[string][]byte)
	for archive := tar.NewReader(unzipped); ; {
		entry, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		if files[entry.Name], err = io.ReadAll(archive); err != nil {
			return nil, err
		}
	}
}

func readJSON(path string, into any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
