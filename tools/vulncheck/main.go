// Vulncheck runs govulncheck and decides what its findings mean for this repository. A vulnerability that the code
// calls in a module fails the check: go.mod can take the fixed version. One in the standard library is that of the
// machine's Go, which a change to this repository cannot replace: it is reported, and fails the check only with -stdlib,
// which releases are built with.
//
// Its arguments are the folders of modules. Where vuln.go.dev is out of reach, the same reports come from the Go module
// golang.org/x/vulndb; without either nothing can be checked, which fails like a vulnerability.
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
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/vuln/scan"
)

const online = "https://vuln.go.dev"

func main() {
	strict := flag.Bool("stdlib", false, "fail for vulnerabilities in the standard library of the Go that runs this, too")
	offline := flag.Bool("offline", false, "don't try "+online)
	flag.Parse()
	if err := run(context.Background(), flag.Args(), *strict, *offline); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, modules []string, strict, offline bool) error {
	if len(modules) == 0 {
		return errors.New("nothing was checked: name the folders of the modules")
	}
	db, err := database(ctx, offline)
	if err != nil {
		return fmt.Errorf("nothing was checked, since no vulnerability database is within reach: %w", err)
	}
	fmt.Printf("Vulnerability database: %s\n", db)
	var problems []error
	for _, module := range modules {
		report, err := check(ctx, db, module, strict)
		fmt.Printf("\nModule in %s:\n%s", module, report)
		if err != nil {
			problems = append(problems, fmt.Errorf("module in %s: %w", module, err))
		}
	}
	return errors.Join(problems...)
}

// check looks through one module, its tests included: some modules hold nothing else.
func check(ctx context.Context, db, module string, strict bool) (report string, err error) {
	var findings bytes.Buffer
	cmd := scan.Command(ctx, "-C", module, "-db", db, "-test", "-format", "json", "./...")
	cmd.Stdout, cmd.Stderr = &findings, os.Stderr
	if err := cmd.Start(); err != nil {
		return "", err
	}
	if err := cmd.Wait(); err != nil {
		return "", err
	}
	called, err := read(&findings)
	if err != nil {
		return "", err
	}
	return judge(called, strict)
}

// database is the address of the reports: the online ones, else those in the newest golang.org/x/vulndb that the module
// proxy has. govulncheck takes its folder of OSV files as it is.
func database(ctx context.Context, offline bool) (string, error) {
	if !offline && reachable(ctx, online+"/index/db.json") {
		return online, nil
	}
	cmd := exec.CommandContext(ctx, "go", "mod", "download", "-json", "golang.org/x/vulndb@latest")
	cmd.Dir = os.TempDir() // outside of any module, whose go.mod it must not touch
	answer, err := cmd.Output()
	var module struct{ Dir, Error string }
	if decoding := json.Unmarshal(answer, &module); decoding != nil || module.Error != "" {
		return "", errors.Join(err, decoding, errors.New(module.Error))
	}
	return "file://" + filepath.ToSlash(filepath.Join(module.Dir, "data", "osv")), nil
}

func reachable(ctx context.Context, url string) bool {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// vulnerability is one that the code calls.
type vulnerability struct {
	id, summary, module, found, fixed string
	call                              string // from where in this repository
}

func (v vulnerability) inStandardLibrary() bool { return v.module == "stdlib" }

// message is the part of govulncheck's stream of JSON that matters here.
type message struct {
	SBOM *struct {
		Modules []struct {
			Path string `json:"path"`
		} `json:"modules"`
	} `json:"SBOM"`
	OSV *struct {
		ID      string `json:"id"`
		Summary string `json:"summary"`
	} `json:"osv"`
	Finding *struct {
		OSV          string `json:"osv"`
		FixedVersion string `json:"fixed_version"`
		Trace        []struct {
			Module   string `json:"module"`
			Version  string `json:"version"`
			Package  string `json:"package"`
			Function string `json:"function"`
		} `json:"trace"`
	} `json:"finding"`
}

// read keeps the findings whose trace begins at a function: govulncheck also tells of vulnerable packages and modules of
// which nothing is called.
func read(stream io.Reader) ([]vulnerability, error) {
	summaries, found := make(map[string]string), make(map[string]vulnerability)
	decoder := json.NewDecoder(stream)
	scanned := 0
	for {
		var m message
		if err := decoder.Decode(&m); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("govulncheck's report: %w", err)
		}
		if m.SBOM != nil {
			scanned += len(m.SBOM.Modules)
		}
		if m.OSV != nil {
			summaries[m.OSV.ID] = m.OSV.Summary
		}
		if m.Finding == nil || len(m.Finding.Trace) == 0 || m.Finding.Trace[0].Function == "" {
			continue
		}
		sink, source := m.Finding.Trace[0], m.Finding.Trace[len(m.Finding.Trace)-1]
		v := vulnerability{id: m.Finding.OSV, module: sink.Module, found: sink.Version, fixed: m.Finding.FixedVersion,
			call: fmt.Sprintf("%s.%s calls %s.%s", source.Package, source.Function, sink.Package, sink.Function)}
		if _, known := found[v.id+v.module]; !known {
			found[v.id+v.module] = v
		}
	}
	if scanned == 0 {
		return nil, errors.New("govulncheck's report names no module that it looked at")
	}
	called := make([]vulnerability, 0, len(found))
	for _, key := range slices.Sorted(maps.Keys(found)) {
		v := found[key]
		v.summary = summaries[v.id]
		called = append(called, v)
	}
	return called, nil
}

// judge tells what was found, and returns an error when that must not be.
func judge(called []vulnerability, strict bool) (string, error) {
	var fatal []string
	var out strings.Builder
	for _, v := range called {
		fixed := v.fixed
		if fixed == "" {
			fixed = "no version yet"
		}
		fmt.Fprintf(&out, "%s in %s %s, fixed in %s: %s\n  %s\n", v.id, v.module, v.found, fixed, v.summary, v.call)
		if strict || !v.inStandardLibrary() {
			fatal = append(fatal, v.id)
		}
	}
	switch {
	case len(fatal) > 0:
		return out.String(), fmt.Errorf("the code calls what is vulnerable: %s", strings.Join(fatal, ", "))
	case len(called) > 0:
		out.WriteString("Only the standard library of this machine's Go is affected: a newer Go has the fixes.\n")
	default:
		out.WriteString("The code calls nothing that is known to be vulnerable.\n")
	}
	return out.String(), nil
}
