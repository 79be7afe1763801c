// Licences looks at the licence of every module that is linked into the programs of a release, on every platform that
// they are built for, and fails for one that is not on the list of those that may be shipped. With -out it writes the
// notices that the licences ask to be shipped along.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"github.com/google/licensecheck"
)

// allowed may be linked into a binary under the MPL-2.0 without further conditions than the notice.
var allowed = []string{"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MPL-2.0", "Unicode-DFS-2016"}

// coverage is how much of a file must be the text of a licence. What remains is copyright lines and headings.
const coverage = 75

// platforms stand for all of .goreleaser.yml: modules differ by system, not by processor.
var platforms = []string{"darwin", "freebsd", "linux", "windows"}

// programs of a release.
var programs = []string{".", "./cmd/..."}

func main() {
	out := flag.String("out", "", "the file to write the notices to")
	flag.Parse()
	if err := run(context.Background(), *out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out string) error {
	modules, err := linked(ctx)
	if err != nil {
		return err
	}
	var notices bytes.Buffer
	notices.WriteString("The programs of this release contain the following software. What is under the Mozilla Public License 2.0 is available\n" +
		"in source form at the address that is the module's name.\n")
	var refused []error
	for _, module := range modules {
		texts, err := licenceFiles(module.Dir)
		if err != nil {
			return err
		}
		names, err := classify(texts)
		if err != nil {
			refused = append(refused, fmt.Errorf("%s %s: %w", module.Path, module.Version, err))
			continue
		}
		fmt.Printf("%-60s %-40s %s\n", module.Path, module.Version, strings.Join(names, ", "))
		fmt.Fprintf(&notices, "\n%s\n%s %s (%s)\n%[1]s\n", strings.Repeat("=", 100), module.Path, module.Version, strings.Join(names, ", "))
		for _, name := range slices.Sorted(maps.Keys(texts)) {
			fmt.Fprintf(&notices, "\n%s\n", bytes.TrimSpace(texts[name]))
		}
	}
	if err := errors.Join(refused...); err != nil {
		return fmt.Errorf("licences that must be looked at before these modules are shipped:\n%w", err)
	}
	if out == "" {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil { //nolint:gosec // nothing secret
		return err
	}
	return os.WriteFile(out, notices.Bytes(), 0o644) //nolint:gosec // nothing secret
}

// module is one that go list tells of.
type module struct {
	Path, Version, Dir string
	Main               bool
	Replace            *module
}

// linked lists the modules of all packages that any program is made of, and Go itself.
func linked(ctx context.Context) ([]module, error) {
	found := make(map[string]module)
	for _, system := range platforms {
		cmd := exec.CommandContext(ctx, "go", append([]string{"list", "-deps", "-json=Module"}, programs...)...)
		cmd.Env = append(os.Environ(), "GOOS="+system, "GOARCH=amd64", "CGO_ENABLED=0")
		cmd.Stderr = os.Stderr
		answer, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("go list for %s: %w", system, err)
		}
		decoder := json.NewDecoder(bytes.NewReader(answer))
		for {
			var pkg struct{ Module *module }
			if err := decoder.Decode(&pkg); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return nil, err
			}
			switch m := pkg.Module; {
			case m == nil || m.Main:
			case m.Replace != nil:
				found[m.Path] = *m.Replace
			default:
				found[m.Path] = *m
			}
		}
	}
	modules := make([]module, 0, len(found)+1)
	for _, path := range slices.Sorted(maps.Keys(found)) {
		modules = append(modules, found[path])
	}
	goroot, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return nil, err
	}
	return append(modules, module{Path: "std", Version: runtime.Version(), Dir: strings.TrimSpace(string(goroot))}), nil
}

// licenceFile matches the names that authors give to licences and to the notices that belong to them.
var licenceFile = regexp.MustCompile(`(?i)^(licen[sc]e|copying|notice)([._-].*)?$`)

// licenceFiles are the texts at the top of a module, by name.
func licenceFiles(dir string) (map[string][]byte, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	texts := make(map[string][]byte)
	for _, entry := range entries {
		if !licenceFile.MatchString(entry.Name()) || filepath.Ext(entry.Name()) == ".go" || !entry.Type().IsRegular() {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			return nil, err
		}
		texts[entry.Name()] = text
	}
	return texts, nil
}

// classify names the licences that stand in the files, and refuses a text that is none, or none that may be shipped. A
// notice is not a licence, and goes along with one.
func classify(texts map[string][]byte) ([]string, error) {
	names := make(map[string]bool)
	for _, file := range slices.Sorted(maps.Keys(texts)) {
		if strings.HasPrefix(strings.ToLower(file), "notice") {
			continue
		}
		found := licensecheck.Scan(texts[file])
		if found.Percent < coverage {
			return nil, fmt.Errorf("%s is no known licence (%.0f %% of it are)", file, found.Percent)
		}
		for _, match := range found.Match {
			if !slices.Contains(allowed, match.ID) {
				return nil, fmt.Errorf("%s is the licence %s, which is not among %s", file, match.ID, strings.Join(allowed, ", "))
			}
			names[match.ID] = true
		}
	}
	if len(names) == 0 {
		return nil, errors.New("it has no licence file")
	}
	return slices.Sorted(maps.Keys(names)), nil
}
