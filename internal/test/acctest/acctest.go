// Package acctest starts emulators for acceptance tests, and holds the provider
// factories and checks that these tests share.
package acctest

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/terraform"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
	"github.com/talon-one/terraform-provider-talonone/internal/provider"
	"github.com/talon-one/terraform-provider-talonone/internal/test/openapi"
	"github.com/talon-one/terraform-provider-talonone/internal/test/race"
)

// Keys of the emulator's default fixture.
const (
	IntegrationKey        = "demo-integration-key"
	SandboxIntegrationKey = "demo-sandbox-integration-key"
	ManagementKey         = "demo-management-key"
	AudiencesKey          = "demo-audiences-key"
)

// Deployment is what one test runs against: an emulator of its own, or, where a
// test allows it, a live deployment.
type Deployment struct {
	// Server is nil for a live deployment.
	Server *emulator.Server
	URL    string
	// handler is the server with what is to be checked of its requests.
	handler http.Handler
}

// Start starts an emulator for one test, without rate limit, and ends it with
// the test.
func Start(t testing.TB, options ...func(*emulator.Options)) *Deployment {
	t.Helper()
	return start(t, func(server http.Handler) http.Handler { return openapi.Middleware(t, server) }, options)
}

// StartUnchecked is Start without the comparison with the vendor's documents, for
// tests whose faults give answers that no deployment gives, such as a proxy's page
// of HTML.
func StartUnchecked(t testing.TB, options ...func(*emulator.Options)) *Deployment {
	t.Helper()
	return start(t, func(server http.Handler) http.Handler { return server }, options)
}

func start(t testing.TB, wrap func(http.Handler) http.Handler, options []func(*emulator.Options)) *Deployment {
	t.Helper()
	var chosen emulator.Options
	for _, option := range options {
		option(&chosen)
	}
	chosen.Conventions = withEnvironment(t, chosen.Conventions)
	server, err := emulator.New(chosen)
	if err != nil {
		t.Fatal(err)
	}
	handler := wrap(server)
	listener := httptest.NewServer(handler)
	t.Cleanup(func() {
		// Close first: it ends the requests that a fault lets hang.
		_ = server.Close()
		listener.Close()
	})
	return &Deployment{Server: server, URL: listener.URL, handler: handler}
}

// EnvConventions names conventions under which all deployments of tests live that choose no other value, such as read_lag=1s.
const EnvConventions = "TALONONE_TEST_CONVENTIONS"

func withEnvironment(t testing.TB, chosen conventions.Values) conventions.Values {
	t.Helper()
	text := os.Getenv(EnvConventions)
	if text == "" {
		return chosen
	}
	values := make(conventions.Values)
	for setting := range strings.SplitSeq(text, ",") {
		if err := values.Parse(setting); err != nil {
			t.Fatalf("%s: %v", EnvConventions, err)
		}
	}
	maps.Copy(values, chosen)
	return values
}

// Lag is how long reads lag behind writes by EnvConventions.
func Lag() time.Duration {
	for setting := range strings.SplitSeq(os.Getenv(EnvConventions), ",") {
		if text, found := strings.CutPrefix(setting, conventions.ReadLag+"="); found {
			// Starting a deployment refuses what is not a duration.
			lag, _ := time.ParseDuration(text)
			return lag
		}
	}
	return 0
}

// StartOrLive is Start, unless TF_ACC and TALONONE_BASE_URL name a live deployment.
// Its tests may expect nothing of the default fixture.
func StartOrLive(t testing.TB) *Deployment {
	t.Helper()
	if os.Getenv("TF_ACC") != "" && os.Getenv(provider.EnvBaseURL) != "" {
		return &Deployment{URL: os.Getenv(provider.EnvBaseURL)}
	}
	return Start(t)
}

// readConsistency is short, unless the emulator's reads lag.
var readConsistency = max(time.Millisecond, 3*Lag())

// Factories serve the provider in process, without a journal of creates.
func Factories() map[string]func() (tfprotov6.ProviderServer, error) { return FactoriesIn("") }

// FactoriesIn serve the provider in process, with its journal below dataDir.
func FactoriesIn(dataDir string) map[string]func() (tfprotov6.ProviderServer, error) {
	build := provider.Build{Version: "test", DataDir: dataDir, ReadConsistency: readConsistency}
	return map[string]func() (tfprotov6.ProviderServer, error){
		"talonone": func() (tfprotov6.ProviderServer, error) { return provider.NewServer(build)(), nil },
	}
}

// TestWithCLI is resource.UnitTest. Under the race detector it is a sample: tests over the protocol reach the same code
// without the commands in between.
func TestWithCLI(t *testing.T, c resource.TestCase) {
	t.Helper()
	race.Sample(t, 6)
	resource.UnitTest(t, c)
}

// Config puts a provider block with all keys before body.
func (d *Deployment) Config(body string) string {
	if d.Server == nil {
		return "provider \"talonone\" {}\n" + body
	}
	return d.ConfigWith(fmt.Sprintf("integration_api_key = %q\nmanagement_api_key = %q", IntegrationKey, ManagementKey), body)
}

// ConfigWith puts a provider block with these settings before body. The client's
// own rate limit is effectively off.
func (d *Deployment) ConfigWith(settings, body string) string {
	return fmt.Sprintf("provider \"talonone\" {\n  base_url = %q\n  management_requests_per_second = 10000\n%s\n}\n%s", d.URL, settings, body)
}

// Count is how many requests of an operation arrived since the last Forget.
func (d *Deployment) Count(operation string) int { return d.counts()[operation] }

// Forget starts the counting again.
func (d *Deployment) Forget() { d.Server.ResetRequests() }

func (d *Deployment) counts() map[string]int {
	counts := make(map[string]int)
	for _, request := range d.Server.Requests() {
		counts[request.Operation]++
	}
	return counts
}

// Expect checks that exactly these operations arrived this often since the last
// Forget, and forgets them.
func (d *Deployment) Expect(want map[string]int) func(*terraform.State) error {
	return func(*terraform.State) error {
		defer d.Forget()
		if diff := cmp.Diff(want, d.counts()); diff != "" {
			return fmt.Errorf("requests that the deployment received (-want +got):\n%s", diff)
		}
		return nil
	}
}

// ExpectWrites is Expect for everything that is not a read.
func (d *Deployment) ExpectWrites(want map[string]int) func(*terraform.State) error {
	return func(*terraform.State) error {
		defer d.Forget()
		writes := make(map[string]int)
		for _, request := range d.Server.Requests() {
			if request.Method != http.MethodGet {
				writes[request.Operation]++
			}
		}
		if diff := cmp.Diff(want, writes); diff != "" {
			return fmt.Errorf("writes that the deployment received (-want +got):\n%s", diff)
		}
		return nil
	}
}

// Call talks to the deployment behind Terraform's back. The key is chosen by the
// path: Management paths are those that the Integration API does not have. body
// and answer may be nil; any status but a success ends the test.
func (d *Deployment) Call(t testing.TB, method, path string, body, response any) {
	t.Helper()
	d.CallAs(t, authorization(path), method, path, body, response)
}

// CallAs is Call with an Authorization header of the test's choice.
func (d *Deployment) CallAs(t testing.TB, authorization, method, path string, body, response any) {
	t.Helper()
	var content io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		content = bytes.NewReader(encoded)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, d.URL+path, content)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", authorization)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode >= http.StatusMultipleChoices {
		t.Fatalf("%s %s: %s\n%s", method, path, resp.Status, text)
	}
	if response != nil {
		if err := json.Unmarshal(text, response); err != nil {
			t.Fatalf("%s %s: %v\n%s", method, path, err, text)
		}
	}
}

// Upload imports a file with one column behind Terraform's back, with the Management key.
func (d *Deployment) Upload(t testing.TB, path, column string, rows ...string) {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("upFile", "data.csv")
	if err != nil {
		t.Fatal(err)
	}
	table := csv.NewWriter(part)
	for _, row := range append([]string{column}, rows...) {
		_ = table.Write([]string{row}) // Flush would report it.
	}
	table.Flush()
	if err := errors.Join(table.Error(), form.Close()); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.URL+path, &body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Authorization", "ManagementKey-v1 "+ManagementKey)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if text, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode >= http.StatusMultipleChoices {
		t.Fatalf("POST %s: %s (%v)\n%s", path, resp.Status, err, text)
	}
}

// managementPaths begin the paths of the Management API that tests use.
var managementPaths = []string{
	"/v1/audiences", "/v1/attributes", "/v1/applications", "/v1/customers", "/v1/customer_search", "/v1/collections", "/v1/additional_costs",
}

func authorization(path string) string {
	isManagement := slices.ContainsFunc(managementPaths, func(prefix string) bool { return strings.HasPrefix(path, prefix) })
	if isManagement || strings.HasPrefix(path, "/v1/catalogs/") && strings.Contains(path, "/items") {
		return "ManagementKey-v1 " + ManagementKey
	}
	return "ApiKey-v1 " + IntegrationKey
}

// Audiences lists the names of the deployment's audiences, in order of ID.
func (d *Deployment) Audiences(t testing.TB) []string {
	t.Helper()
	var response struct {
		Data []struct {
			ID   int64  `json:"id"`
			Name string `json:"name"`
		} `json:"data"`
	}
	d.Call(t, http.MethodGet, "/v1/audiences?sort=id", nil, &response)
	names := make(map[int64]string, len(response.Data))
	for _, audience := range response.Data {
		names[audience.ID] = audience.Name
	}
	var ordered []string
	for _, id := range slices.Sorted(maps.Keys(names)) {
		ordered = append(ordered, names[id])
	}
	return ordered
}
