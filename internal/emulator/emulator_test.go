package emulator_test

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
)

// Credentials of the default fixture, as they stand in the header.
const (
	liveKey      = "ApiKey-v1 demo-integration-key"
	sandboxKey   = "ApiKey-v1 demo-sandbox-integration-key"
	managementK  = "ManagementKey-v1 demo-management-key"
	audiencesKey = "ManagementKey-v1 demo-audiences-key"
)

// with is a deployment with some conventions, given as names and values in turn.
func with(conventionValues ...string) emulator.Options {
	values := make(conventions.Values)
	for pair := range slices.Chunk(conventionValues, 2) {
		values[pair[0]] = pair[1]
	}
	return emulator.Options{Conventions: values}
}

// deployment is an emulator behind a real HTTP server.
type deployment struct {
	t      testing.TB
	server *emulator.Server
	url    string
	client *http.Client
}

func start(t testing.TB, opts emulator.Options) *deployment {
	t.Helper()
	server, err := emulator.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, server)
}

func serve(t testing.TB, server *emulator.Server) *deployment {
	t.Helper()
	listener := httptest.NewServer(server)
	t.Cleanup(func() {
		_ = server.Close()
		listener.Close()
	})
	return &deployment{t: t, server: server, url: listener.URL, client: listener.Client()}
}

// response is what came back.
type response struct {
	status int
	header http.Header
	text   string
	json   map[string]any // nil unless the body is an object; numbers are json.Number
}

// send returns transport errors, which faults are expected to cause.
func (d *deployment) send(method, path, authorization, contentType, body string, header ...string) (response, error) {
	req, err := http.NewRequestWithContext(d.t.Context(), method, d.url+path, strings.NewReader(body))
	if err != nil {
		d.t.Error(err)
		return response{}, err
	}
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	if body != "" {
		req.Header.Set("Content-Type", contentType)
	}
	for pair := range slices.Chunk(header, 2) {
		req.Header.Set(pair[0], pair[1])
	}
	resp, err := d.client.Do(req)
	if err != nil {
		return response{}, err
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	out := response{status: resp.StatusCode, header: resp.Header, text: string(content)}
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.UseNumber()
	if decoder.Decode(&out.json) != nil {
		out.json = nil
	}
	return out, err
}

// call is send for requests that must get an answer.
func (d *deployment) call(method, path, authorization, body string, header ...string) response {
	d.t.Helper()
	out, err := d.send(method, path, authorization, "application/json", body, header...)
	if err != nil {
		d.t.Fatalf("%s %s: %v", method, path, err)
	}
	return out
}

// must is call for requests that must succeed.
func (d *deployment) must(method, path, authorization, body string) response {
	d.t.Helper()
	out := d.call(method, path, authorization, body)
	if out.status >= 300 {
		d.t.Fatalf("%s %s: %d %s", method, path, out.status, out.text)
	}
	return out
}

// newAudience creates an audience and returns its ID.
func (d *deployment) newAudience(name string) string {
	d.t.Helper()
	return d.must("POST", "/v2/audiences", liveKey, `{"name":`+strconv.Quote(name)+`}`).field("id")
}

// join adds live profiles to an audience.
func (d *deployment) join(audience string, profiles ...string) {
	d.t.Helper()
	d.changeMembers("add", audience, profiles...)
}

func (d *deployment) leave(audience string, profiles ...string) {
	d.t.Helper()
	d.changeMembers("delete", audience, profiles...)
}

func (d *deployment) changeMembers(action, audience string, profiles ...string) {
	d.t.Helper()
	type change struct {
		Action     string      `json:"action"`
		ProfileID  string      `json:"profileIntegrationId"`
		AudienceID json.Number `json:"audienceId"`
	}
	changes := make([]change, len(profiles))
	for i, p := range profiles {
		changes[i] = change{action, p, json.Number(audience)}
	}
	body, err := json.Marshal(map[string]any{"data": changes})
	if err != nil {
		d.t.Fatal(err)
	}
	d.must("POST", "/v2/customer_audiences", liveKey, string(body))
}

// members lists the integration IDs in an audience.
func (d *deployment) members(audience string) []string {
	d.t.Helper()
	return d.must("GET", "/v1/audiences/"+audience+"/memberships", managementK, "").column("integrationId")
}

// upload posts a file to an import.
func (d *deployment) upload(path, field, content string) response {
	d.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile(field, "members.csv")
	if err != nil {
		d.t.Fatal(err)
	}
	_, _ = io.WriteString(part, content)
	_ = form.Close()
	out, err := d.send("POST", path, managementK, form.FormDataContentType(), body.String())
	if err != nil {
		d.t.Fatal(err)
	}
	return out
}

// field is a property of the answer as text.
func (r response) field(name string) string {
	switch value := r.json[name].(type) {
	case string:
		return value
	case json.Number:
		return value.String()
	default:
		text, _ := json.Marshal(value)
		return string(text)
	}
}

// column lists a property of all rows of a list.
func (r response) column(name string) []string {
	values := []string{}
	rows, _ := r.json["data"].([]any)
	for _, row := range rows {
		object, _ := row.(map[string]any)
		values = append(values, response{json: object}.field(name))
	}
	return values
}

// sources lists where the errors of an answer are, such as "pointer /name".
func (r response) sources() []string {
	sources := []string{}
	items, _ := r.json["errors"].([]any)
	for _, item := range items {
		object, _ := item.(map[string]any)
		source, _ := object["source"].(map[string]any)
		for kind, place := range source {
			text, _ := place.(string)
			sources = append(sources, kind+" "+text)
		}
	}
	return sources
}

// clock is a clock that stands still until it is moved.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) advance(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(by)
}

func expectStatus(t testing.TB, what string, got response, want int) {
	t.Helper()
	if got.status != want {
		t.Errorf("%s: got status %d, want %d: %s", what, got.status, want, got.text)
	}
}
