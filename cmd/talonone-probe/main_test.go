package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
)

// standing is a clock that moves only when somebody sleeps.
type standing struct {
	mu sync.Mutex
	at time.Time
}

func newStanding() *standing { return &standing{at: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)} }

func (s *standing) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at
}

func (s *standing) sleep(ctx context.Context, d time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = s.at.Add(d)
	return ctx.Err()
}

// direct hands requests to a deployment without a network. before, where it is set, is called for each.
type direct struct {
	handler http.Handler
	before  func(*http.Request)
}

func (d direct) RoundTrip(r *http.Request) (resp *http.Response, err error) {
	defer func() {
		if recover() != nil {
			resp, err = nil, io.ErrUnexpectedEOF // the connection was reset
		}
	}()
	if d.before != nil {
		d.before(r)
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	recorder := httptest.NewRecorder()
	d.handler.ServeHTTP(recorder, r)
	return recorder.Result(), nil
}

// site is a deployment to probe.
type site struct {
	t      *testing.T
	server *emulator.Server
	clock  *standing
	env    map[string]string
	before func(*http.Request)
}

func newSite(t *testing.T, values conventions.Values) *site {
	t.Helper()
	s := &site{t: t, clock: newStanding(), env: map[string]string{
		"TALONONE_BASE_URL": "http://127.0.0.1:1", "TALONONE_INTEGRATION_API_KEY": "demo-sandbox-integration-key",
		"TALONONE_MANAGEMENT_API_KEY": "demo-management-key",
	}}
	all := conventions.Defaults()
	if err := all.SetAll(values); err != nil {
		t.Fatal(err)
	}
	server, err := emulator.New(emulator.Options{Conventions: all, Now: s.clock.now, ManagementRPS: 3})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	s.server = server
	return s
}

// probe runs the program and returns the values that it wrote, its exit status and all that it printed.
func (s *site) probe(ctx context.Context, args ...string) (found conventions.Values, status int, printed string) {
	s.t.Helper()
	file := filepath.Join(s.t.TempDir(), "found.json")
	var out bytes.Buffer
	status = run(ctx, append([]string{"-json", file}, args...), environment{
		getenv: func(name string) string { return s.env[name] }, out: &out, errOut: &out,
		clock: clock{now: s.clock.now, sleep: s.clock.sleep}, http: &http.Client{Transport: direct{s.server, s.before}},
	})
	found, err := conventions.ReadFile(file)
	if err != nil && !os.IsNotExist(err) {
		s.t.Fatal(err)
	}
	return found, status, out.String()
}

// leftovers are the parts of the state that hold something of the probe.
func (s *site) leftovers() []string {
	s.t.Helper()
	content, err := s.server.State()
	if err != nil {
		s.t.Fatal(err)
	}
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(content, &parts); err != nil {
		s.t.Fatal(err)
	}
	var found []string
	for name, part := range parts {
		if name != "idempotentAnswers" && bytes.Contains(part, []byte("talonone-probe-")) {
			found = append(found, name)
		}
	}
	slices.Sort(found)
	return found
}

// everything are the options that run all experiments. No Application uses catalog 7 of the default fixture.
var everything = []string{"-leave-traces", "-catalog", "7"}

// probed lists a convention's values, its default first.
func probed(c conventions.Convention) []string {
	return append([]string{c.Default}, slices.DeleteFunc(slices.Clone(c.Values), func(v string) bool { return v == c.Default })...)
}

func TestTheProbeFindsEveryValue(t *testing.T) {
	t.Parallel()
	for _, c := range conventions.All() {
		for _, value := range probed(c) {
			t.Run(c.Name+"="+value, func(t *testing.T) {
				t.Parallel()
				s := newSite(t, conventions.Values{c.Name: value})
				args := everything
				if c.Name == conventions.ForbiddenStatus {
					s.env["TALONONE_MANAGEMENT_API_KEY"] = "demo-audiences-key"
					args = []string{"-read-only"}
				}
				found, _, printed := s.probe(t.Context(), args...)
				if found[c.Name] != value {
					t.Errorf("found %q\n%s", found[c.Name], printed)
				}
				// One unusual value must not be taken for another one.
				for name, other := range found {
					known, _ := conventions.Find(name)
					followsFromFlapping := c.Name == conventions.Flapping && name == conventions.ReadLag
					if name != c.Name && other != known.Default && !followsFromFlapping {
						t.Errorf("found %s=%s as well", name, other)
					}
				}
				if c.Name == conventions.ForbiddenStatus {
					return
				}
				if missing := len(conventions.All()) - len(found); missing > 1 { // forbidden_status: the key has every endpoint
					t.Errorf("%d conventions were not found\n%s", missing, printed)
				}
				wanted := []string{"events", "profiles", "sessions"}
				if c.Name == conventions.ThirdPartyOnly && value == conventions.Yes {
					wanted = []string{"audiences", "events", "profiles", "sessions"}
				}
				if got := s.leftovers(); len(slices.DeleteFunc(got, func(part string) bool { return slices.Contains(wanted, part) })) > 0 {
					t.Errorf("left in %v", got)
				}
			})
		}
	}
}

func TestEveryConventionHasOneExperiment(t *testing.T) {
	t.Parallel()
	count := make(map[string]int)
	for _, e := range experiments {
		for _, name := range e.conventions {
			count[name]++
			if c, ok := conventions.Find(name); !ok || c.Probe != e.needs {
				t.Errorf("%s: the table says that it takes %s, the experiment %s", name, c.Probe, e.needs)
			}
		}
		if (e.leaves != "") != (e.needs == conventions.Traces) {
			t.Errorf("%v leaves %q and needs %s", e.conventions, e.leaves, e.needs)
		}
	}
	for _, c := range conventions.All() {
		if count[c.Name] != 1 {
			t.Errorf("%s has %d experiments", c.Name, count[c.Name])
		}
	}
}

func TestNothingStaysWithoutLeaveTraces(t *testing.T) {
	t.Parallel()
	for _, values := range []conventions.Values{nil, {"legacy_2022": "yes"}, {"read_lag": "2s"}, {"unknown_properties": "refused"}, {"sku_case": "folded", "name_trim": "yes"}} {
		s := newSite(t, values)
		_, status, printed := s.probe(t.Context(), "-catalog", "7")
		if got := s.leftovers(); len(got) > 0 || status == exitFailed {
			t.Errorf("%v: exit status %d, left in %v\n%s", values, status, got, printed)
		}
	}
}

func TestReadOnlySendsNothingElse(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	s.env["TALONONE_INTEGRATION_API_KEY"] = "demo-integration-key" // of a live Application
	s.before = func(r *http.Request) {
		search := strings.HasSuffix(r.URL.Path, "/no_total")
		if r.Method != http.MethodGet && !search {
			t.Errorf("%s %s", r.Method, r.URL)
		}
	}
	found, status, printed := s.probe(t.Context(), "-read-only")
	if status != 0 || found[conventions.ListSort] != conventions.Accepted || !strings.Contains(printed, `the live Application 1 "Web shop"`) {
		t.Errorf("exit status %d, found %v\n%s", status, found, printed)
	}
}

func TestLiveApplicationsAreRefused(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*site){
		"a live one":     func(s *site) { s.env["TALONONE_INTEGRATION_API_KEY"] = "demo-integration-key" },
		"nobody knows":   func(s *site) { delete(s.env, "TALONONE_MANAGEMENT_API_KEY") },
		"not to be told": func(s *site) { s.env["TALONONE_MANAGEMENT_API_KEY"] = "demo-audiences-key" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, nil)
			change(s)
			before, _ := s.server.State()
			_, status, printed := s.probe(t.Context(), everything...)
			after, _ := s.server.State()
			if status != exitFailed || !strings.Contains(printed, "Nothing was written") || !bytes.Equal(before, after) {
				t.Errorf("exit status %d\n%s", status, printed)
			}
		})
	}
}

func TestCatalogsOfLiveApplicationsAreLeftAlone(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	found, _, printed := s.probe(t.Context(), "-catalog", "6")
	if _, ok := found[conventions.SKUCase]; ok || !strings.Contains(printed, "which is not a sandbox") || len(s.leftovers()) > 0 {
		t.Errorf("left in %v\n%s", s.leftovers(), printed)
	}
}

func TestInterruptionsLeaveNothing(t *testing.T) {
	t.Parallel()
	for last, at := false, 1; !last; at++ {
		s := newSite(t, nil)
		ctx, cancel := context.WithCancel(t.Context())
		sent := 0
		s.before = func(*http.Request) {
			if sent++; sent == at {
				cancel()
			}
		}
		_, status, printed := s.probe(ctx, "-catalog", "7")
		last = sent < at
		cancel()
		if got := s.leftovers(); len(got) > 0 {
			t.Fatalf("interrupted at request %d: left in %v\n%s", at, got, printed)
		}
		if !last && sent > at && status != exitFailed && strings.Contains(printed, "interrupted") {
			t.Errorf("interrupted at request %d: exit status %d", at, status)
		}
	}
}

func TestErrorsLeaveNothing(t *testing.T) {
	t.Parallel()
	for _, fault := range []string{
		"POST /v2/customer_audiences status=503", "GET /v1/audiences status=503 every=3", "PUT /v2/customer_sessions/ reset",
		"PUT /v1/catalogs/ status=500 every=4 times=1", "POST /v2/audiences status=503 after-apply times=1", "POST /v2/audiences reset after-apply after=2 times=1", "* / status=429 every=5",
	} {
		s := newSite(t, nil)
		parsed, err := emulator.ParseFault(fault)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.server.AddFault(parsed); err != nil {
			t.Fatal(err)
		}
		_, _, printed := s.probe(t.Context(), "-catalog", "7")
		s.server.ClearFaults()
		if got := s.leftovers(); len(got) > 0 && !strings.Contains(printed, "could not remove") {
			t.Errorf("%s: left in %v\n%s", fault, got, printed)
		}
	}
}

func TestKeysAreNeverPrinted(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	_, _, printed := s.probe(t.Context(), everything...)
	for name, value := range s.env {
		if strings.HasSuffix(name, "KEY") && strings.Contains(printed, value) {
			t.Errorf("%s is printed:\n%s", name, printed)
		}
	}
}

func TestInvalidKeys(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"TALONONE_INTEGRATION_API_KEY": "does not accept TALONONE_INTEGRATION_API_KEY",
		"TALONONE_MANAGEMENT_API_KEY":  "does not accept TALONONE_MANAGEMENT_API_KEY",
	} {
		s := newSite(t, nil)
		s.env[name] = "wrong"
		if _, status, printed := s.probe(t.Context(), "-read-only"); status != exitFailed || !strings.Contains(printed, want) {
			t.Errorf("%s: exit status %d\n%s", name, status, printed)
		}
	}
}

func TestMissingEndpointsAreNamedWithWhatNeedsThem(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	s.env["TALONONE_MANAGEMENT_API_KEY"] = "demo-audiences-key"
	_, status, printed := s.probe(t.Context(), "-read-only")
	if status != exitDiffers || !strings.Contains(printed, "listCatalogItems (403) is needed for talonone_catalog_item") {
		t.Errorf("exit status %d\n%s", status, printed)
	}
}

func TestExitStatusTellsWhatTheProviderReliesOn(t *testing.T) {
	t.Parallel()
	c, _ := conventions.Find(conventions.Legacy2022)
	for _, value := range c.Values {
		_, status, printed := newSite(t, conventions.Values{c.Name: value}).probe(t.Context())
		if handled := c.HandledUnder(value); handled != (status == 0) || handled == strings.Contains(printed, "PROBLEM") {
			t.Errorf("%s=%s: exit status %d\n%s", c.Name, value, status, printed)
		}
	}
}

func TestTheRateLimitIsKept(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	s.probe(t.Context(), everything...)
	refused := 0
	for _, r := range s.server.Requests() {
		if r.Status == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused != 1 {
		t.Errorf("%d requests were refused, want the one that looks for Retry-After", refused)
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if status := run(t.Context(), []string{"-list"}, environment{out: &out, errOut: io.Discard}); status != 0 {
		t.Errorf("exit status %d", status)
	}
	for _, c := range conventions.All() {
		if !strings.Contains(out.String(), c.Name) {
			t.Errorf("%s is missing", c.Name)
		}
	}
}

var update = flag.Bool("update", false, "write testdata/output.txt")

// TestOutput keeps the example of the guide true.
func TestOutput(t *testing.T) {
	t.Parallel()
	s := newSite(t, conventions.Values{
		conventions.NameTrim: conventions.Yes, conventions.NumberStorage: conventions.Float64, conventions.ReadLag: "800ms", conventions.MandatoryAttributes: "color",
	})
	_, status, printed := s.probe(t.Context(), "-catalog", "7")
	printed = regexp.MustCompile(`-conventions \S+`).ReplaceAllString(printed, "-conventions conventions.json")
	const file = "testdata/output.txt"
	if *update {
		if err := os.WriteFile(file, []byte(printed), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.ReplaceAll(string(want), "\r\n", "\n"), printed); diff != "" || status != exitDiffers {
		t.Errorf("exit status %d; -want +got:\n%s", status, diff)
	}
}

func TestWrongCalls(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"extra":                 `unexpected argument "extra"`,
		"-read-only -catalog 7": "excludes",
		"-catalog -1":           "must be the ID",
		"-no-such":              "not defined",
		"":                      "TALONONE_BASE_URL must be",
	} {
		var out bytes.Buffer
		status := run(t.Context(), strings.Fields(line), environment{out: &out, errOut: &out, getenv: func(string) string { return "" }})
		if status != exitFailed || !strings.Contains(out.String(), want) {
			t.Errorf("%q: exit status %d, %s", line, status, out.String())
		}
	}
	var out bytes.Buffer
	if status := run(t.Context(), []string{"-version"}, environment{out: &out}); status != 0 || out.String() != fmt.Sprintln("talonone-probe", version) {
		t.Errorf("-version: %d %q", status, out.String())
	}
}

// FuzzResponses gives every request a response that no deployment gives: the probe neither panics nor hangs.
func FuzzResponses(f *testing.F) {
	f.Add(200, `{"data":[null],"hasMore":true,"id":"x"}`)
	f.Add(400, `{"errors":[{"source":{"pointer":"/attributes/"}}]}`)
	f.Add(404, `[]`)
	f.Add(429, `{`)
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 200 || status > 599 {
			t.Skip("no status of a response")
		}
		clock := newStanding()
		handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		})
		l, err := newLab(config{leaveTraces: true, catalog: 7}, environment{
			getenv: func(name string) string {
				return map[bool]string{true: "http://127.0.0.1:1", false: "k"}[name == "TALONONE_BASE_URL"]
			},
			errOut: io.Discard, clock: clockOf(clock), http: &http.Client{Transport: direct{handler: handler}},
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range experiments {
			_ = e.run(l, t.Context())
		}
		l.report(io.Discard, config{})
	})
}

func clockOf(s *standing) clock { return clock{now: s.now, sleep: s.sleep} }
