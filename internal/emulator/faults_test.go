package emulator_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
)

func (d *deployment) fault(text string) {
	d.t.Helper()
	fault, err := emulator.ParseFault(text)
	if err != nil {
		d.t.Fatal(err)
	}
	if err := d.server.AddFault(fault); err != nil {
		d.t.Fatal(err)
	}
}

// create sends one createAudienceV2 and reports its status, 0 when there was no whole answer.
func (d *deployment) create() int {
	got, err := d.send("POST", "/v2/audiences", liveKey, "application/json", `{"name":"a"}`)
	if err != nil {
		return 0
	}
	return got.status
}

func (d *deployment) countAudiences() int {
	d.t.Helper()
	return len(d.must("GET", "/v1/audiences", managementK, "").column("id"))
}

func TestFaultCounts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]int{
		"POST /v2/audiences status=503":                         {503, 503, 503, 503, 503, 503},
		"POST /v2/audiences status=503 every=3":                 {201, 201, 503, 201, 201, 503},
		"POST /v2/audiences status=503 times=2":                 {503, 503, 201, 201, 201, 201},
		"POST /v2/audiences status=503 after=2":                 {201, 201, 503, 503, 503, 503},
		"POST /v2/audiences status=503 after=1 every=2 times=2": {201, 201, 503, 201, 503, 201},
		"* /v2 status=418":                                      {418, 418, 418, 418, 418, 418},
		"GET /v2/audiences status=503":                          {201, 201, 201, 201, 201, 201},
		"POST /v1/audiences status=503":                         {201, 201, 201, 201, 201, 201},
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			d := start(t, emulator.Options{})
			d.fault(text)
			var got []int
			for range want {
				got = append(got, d.create())
			}
			if !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func TestFaultKinds(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		status, audiences int
		logged            string
	}{
		"POST /v2/audiences status=500":             {500, 0, "500"},
		"POST /v2/audiences status=500 after-apply": {500, 1, "500 after-apply"},
		"POST /v2/audiences reset":                  {0, 0, "reset"},
		"POST /v2/audiences reset after-apply":      {0, 1, "reset after-apply"},
		"POST /v2/audiences truncate":               {0, 1, "truncate"},
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			d := start(t, emulator.Options{})
			d.fault(text + " times=1")
			if got := d.create(); got != want.status {
				t.Errorf("status %d, want %d", got, want.status)
			}
			first := d.server.Requests()[0]
			if first.Fault != want.logged || first.Status != want.status {
				t.Errorf("logged %q with status %d", first.Fault, first.Status)
			}
			if got := d.countAudiences(); got != want.audiences {
				t.Errorf("%d audiences, want %d", got, want.audiences)
			}
			if got := d.create(); got != 201 {
				t.Errorf("after the fault: status %d", got)
			}
		})
	}
}

func TestResetIsAResetOfTheConnection(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	d.fault("GET / reset")
	_, err := d.send("GET", "/v1/audiences", managementK, "", "")
	if !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, io.EOF) {
		t.Errorf("got %v", err)
	}
}

func TestTruncatedResponsesAreNeverWhole(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	id := d.newAudience("VIP")
	d.join(id, "customer-1", "customer-2", "customer-3")
	d.fault("* /v truncate")
	for _, path := range []string{"/v1/audiences", "/v1/audiences/" + id + "/memberships/export"} {
		got, err := d.send("GET", path, managementK, "", "")
		if !errors.Is(err, io.ErrUnexpectedEOF) || got.status != 200 || got.text == "" {
			t.Errorf("%s: %d %q, %v", path, got.status, got.text, err)
		}
	}
	if _, err := d.send("DELETE", "/v2/audiences/"+id, liveKey, "", ""); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("answer without a body: %v", err)
	}
	d.server.ClearFaults()
	if got := d.countAudiences(); got != 0 {
		t.Errorf("the truncated delete was not applied: %d audiences", got)
	}
}

func TestHangEndsWithTheClientOrTheEmulator(t *testing.T) {
	t.Parallel()
	server, err := emulator.New(emulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	d := serve(t, server)
	d.fault("POST /v2/audiences hang after-apply")
	done := make(chan int)
	go func() { done <- d.create() }()
	for d.countAudiences() == 0 { // the request has been applied, but is not answered
	}
	select {
	case status := <-done:
		t.Fatalf("answered with %d", status)
	default:
	}
	if err := server.Close(); err != nil {
		t.Fatal(err)
	}
	if status := <-done; status != 0 {
		t.Errorf("answered with %d", status)
	}
}

func TestFaultResponse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct{ kind, body, retryAfter, location string }{
		"* / status=429":               {"application/json", `{"StatusCode":429,"message":"Too Many Requests"}`, "", ""},
		"* / status=429 retry-after=7": {"application/json", `{"StatusCode":429,"message":"Too Many Requests"}`, "7", ""},
		"* / status=503 retry-after=Fri,_01_May_2026_12:00:00_GMT": {"application/json", `{"StatusCode":503,"message":"Service Unavailable"}`, "Fri, 01 May 2026 12:00:00 GMT", ""},
		"* / status=400 body={\"message\":\"no way\"}":             {"application/json", `{"message":"no way"}`, "", ""},
		"* / status=502 body=<html>Bad gateway":                    {"text/html; charset=utf-8", `<html>Bad gateway`, "", ""},
		"* / status=307 header=Location:http://127.0.0.1:1/x":      {"text/html; charset=utf-8", "", "", "http://127.0.0.1:1/x"},
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			d := start(t, emulator.Options{})
			d.client = &http.Client{
				Transport:     d.client.Transport,
				CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			}
			d.fault(text)
			got := d.call("GET", "/v1/audiences", managementK, "")
			if got.text != want.body || got.header.Get("Content-Type") != want.kind ||
				got.header.Get("Retry-After") != want.retryAfter || got.header.Get("Location") != want.location {
				t.Errorf("got %v %s", got.header, got.text)
			}
		})
	}
}

func TestNewRefusesAFaultWithoutEffect(t *testing.T) {
	t.Parallel()
	if _, err := emulator.New(emulator.Options{Faults: []emulator.Fault{{}}}); err == nil {
		t.Error("a fault without effect was accepted")
	}
}

func TestFaultsAndRequestsOverHTTP(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	expectStatus(t, "add", d.call("POST", "/_emulator/faults", "", "POST /v2/audiences status=503 times=1\n\nGET /v1/x reset\n"), 204)
	expectStatus(t, "add nonsense", d.call("POST", "/_emulator/faults", "", "GET /v1/y reset\nnonsense"), 400)
	if got := d.create(); got != 503 {
		t.Errorf("status %d", got)
	}
	want := `[{"method":"POST","pathPrefix":"/v2/audiences","times":1,"status":503,"seen":1,"fired":1},{"method":"GET","pathPrefix":"/v1/x","reset":true,"seen":0,"fired":0}]`
	if got := d.must("GET", "/_emulator/faults", "", "").text; got != want {
		t.Errorf("faults are %s", got)
	}
	expectStatus(t, "clear", d.call("DELETE", "/_emulator/faults", "", ""), 204)
	if got := d.must("GET", "/_emulator/faults", "", "").text; got != "[]" {
		t.Errorf("faults are %s", got)
	}
	requests := d.must("GET", "/_emulator/requests", "", "").text
	if !strings.Contains(requests, `"path":"/v2/audiences"`) || strings.Contains(requests, "_emulator") || strings.Contains(requests, "demo-integration-key") {
		t.Errorf("requests are %s", requests)
	}
	expectStatus(t, "reset", d.call("DELETE", "/_emulator/requests", "", ""), 204)
	if got := d.server.Requests(); len(got) != 0 {
		t.Errorf("requests after reset: %v", got)
	}
	expectStatus(t, "unknown", d.call("GET", "/_emulator/state", "", ""), 404)
	expectStatus(t, "from a web page", d.call("DELETE", "/_emulator/faults", "", "", "Origin", "https://example.com"), 403)

	remote := httptest.NewRequestWithContext(t.Context(), http.MethodDelete, "http://127.0.0.1/_emulator/faults", nil)
	remote.RemoteAddr = "192.0.2.1:4711"
	recorder := httptest.NewRecorder()
	d.server.ServeHTTP(recorder, remote)
	if recorder.Code != http.StatusForbidden {
		t.Errorf("another machine got %d", recorder.Code)
	}
}
