package main

import (
	"strings"
	"testing"
)

const (
	announced = `{"SBOM":{"modules":[{"path":"self"}]}} {"osv":{"id":"GO-1","summary":"Reads too far"}} {"osv":{"id":"GO-2","summary":"Hangs"}} `
	imported  = `{"finding":{"osv":"GO-1","trace":[{"module":"example.com/m","version":"v1.0.0","package":"example.com/m"}]}} `
	inModule  = `{"finding":{"osv":"GO-1","fixed_version":"v1.0.1","trace":[
		{"module":"example.com/m","version":"v1.0.0","package":"example.com/m","function":"Read"},
		{"module":"self","package":"self/x","function":"Load"}]}} `
	inGo = `{"finding":{"osv":"GO-2","fixed_version":"v1.26.9","trace":[
		{"module":"stdlib","version":"v1.26.8","package":"net/http","function":"Do"},
		{"module":"self","package":"self/x","function":"Get"}]}} `
)

func TestOnlyCalledVulnerabilitiesCount(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		report string
		strict bool
		says   string
		fails  string
	}{
		"nothing is known":                    {report: announced, says: "calls nothing"},
		"a vulnerable package is imported":    {report: announced + imported, says: "calls nothing"},
		"a module's function is called":       {report: announced + imported + inModule, says: "GO-1 in example.com/m v1.0.0, fixed in v1.0.1: Reads too far\n  self/x.Load calls example.com/m.Read", fails: "GO-1"},
		"the standard library is affected":    {report: announced + inGo, says: "a newer Go has the fixes"},
		"so for a release":                    {report: announced + inGo, strict: true, says: "GO-2 in stdlib v1.26.8", fails: "GO-2"},
		"both, and only the module counts":    {report: inGo + announced + inModule, says: "GO-2 in stdlib", fails: "vulnerable: GO-1"},
		"the same is called from two places":  {report: announced + inModule + inModule, says: "GO-1", fails: "vulnerable: GO-1"},
		"both, for a release, and both count": {report: inGo + announced + inModule, strict: true, says: "GO-2 in stdlib", fails: "GO-1, GO-2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			called, err := read(strings.NewReader(test.report))
			if err != nil {
				t.Fatal(err)
			}
			report, err := judge(called, test.strict)
			if !strings.Contains(report, test.says) {
				t.Errorf("it does not say %q but\n%s", test.says, report)
			}
			if (err != nil) != (test.fails != "") || err != nil && !strings.HasSuffix(err.Error(), test.fails) {
				t.Errorf("the error is %v, want one about %q", err, test.fails)
			}
		})
	}
}

// What was not checked must not pass for checked.
func TestUncheckedIsAFailure(t *testing.T) {
	t.Setenv("GOPROXY", "off")
	t.Setenv("GOFLAGS", "-mod=mod")
	t.Setenv("GOMODCACHE", t.TempDir())
	if err := run(t.Context(), []string{"."}, false, true); err == nil || !strings.Contains(err.Error(), "nothing was checked") {
		t.Errorf("without a database: %v", err)
	}
	if err := run(t.Context(), nil, false, true); err == nil || !strings.Contains(err.Error(), "nothing was checked") {
		t.Errorf("without a module: %v", err)
	}
	for name, report := range map[string]string{"empty": "", "without modules": `{"config":{}} {"SBOM":{}}`} {
		if called, err := read(strings.NewReader(report)); err == nil {
			t.Errorf("a report that is %s passes with %v", name, called)
		}
	}
}

func TestBrokenReportIsAnError(t *testing.T) {
	t.Parallel()
	if called, err := read(strings.NewReader(announced + `{"finding":`)); err == nil {
		t.Errorf("a report that ends in the middle is taken for %v", called)
	}
}
