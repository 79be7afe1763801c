package e2e

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestDebuggingSwitchesTellNoSecrets sets every variable that makes Terraform, its plugin library or Go's HTTP write more. The deployment
// speaks HTTP/2, whose debugging would show every header.
func TestDebuggingSwitchesTellNoSecrets(t *testing.T) {
	t.Parallel()
	d, _ := secretive(t)
	protocols := make(chan string, 1000)
	gateway := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		protocols <- r.Proto
		d.Server.ServeHTTP(w, r)
	}))
	gateway.EnableHTTP2 = true
	gateway.StartTLS()
	t.Cleanup(gateway.Close)

	c := newCLI(t, gateway.URL, `
		resource "talonone_audience" "vip" {
		  name = "VIP"
		}
		resource "talonone_audience_membership" "anna" {
		  audience_id            = talonone_audience.vip.id
		  profile_integration_id = "`+privatePerson+`"
		}
		data "talonone_audiences" "all" {}`)
	log, dumps := filepath.Join(c.Dir, "trace.log"), t.TempDir()
	authority := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(authority, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: gateway.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	c.withSecrets(log)
	c.Env = append(c.Env, "TALONONE_CA_CERT_FILE="+authority, "GODEBUG=netdns=go,http2debug=2", "TF_LOG_SDK_PROTO_DATA_DIR="+dumps,
		"TF_LOG=TRACE", "TF_LOG_CORE=TRACE", "TF_LOG_PROVIDER=TRACE", "TF_LOG_SDK=TRACE", "TF_LOG_SDK_PROTO=TRACE", "TF_LOG_SDK_HELPER_RESOURCE=TRACE")
	output := c.must(0, "apply", "-auto-approve", "-no-color")
	if got := <-protocols; got != "HTTP/2.0" {
		t.Fatalf("the deployment was spoken to in %s, so this test proves nothing", got)
	}
	content := c.Read("trace.log")
	for _, setting := range []string{"http2debug of GODEBUG is ignored", "TF_LOG_SDK_PROTO_DATA_DIR is ignored"} {
		if !strings.Contains(content, setting) {
			t.Errorf("the log does not say that %s", setting)
		}
	}
	// Terraform's own HTTP/2 shows the frames that it exchanges with the provider, and so what is planned: that is Terraform's doing.
	// Keys of the environment are in none of them.
	expectNone(t, "the output", output, secrets)
	expectNone(t, "the log", content, secrets)
	files, err := os.ReadDir(dumps)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 0 {
		t.Errorf("%d requests of Terraform were written down, such as %s", len(files), files[0].Name())
	}

	// What only the framework shows, and only when asked by its own variable.
	c.Env = append(c.Env, "TF_LOG_SDK_FRAMEWORK=TRACE", "TF_LOG_PATH="+log+".2")
	expectNone(t, "the output", c.must(0, "plan", "-no-color"), secrets)
	expectNone(t, "the framework's log", c.Read("trace.log.2"), secrets)
}

// TestLiteralKeysAreInPlansAsSaid keeps the warning of SECURITY.md true: Terraform writes the provider block into plans.
func TestLiteralKeysAreInPlansAsSaid(t *testing.T) {
	t.Parallel()
	d, _ := secretive(t)
	c := newCLI(t, d.URL, `
		provider "talonone" {
		  management_api_key = "`+secretManagementKey+`"
		}
		data "talonone_audiences" "all" {}
		output "names" {
		  value = data.talonone_audiences.all.audiences[*].name
		}`)
	c.must(0, "plan", "-no-color", "-out=plan.tfplan")
	plan := c.Output("show", "-json", "plan.tfplan")
	security, err := os.ReadFile(filepath.Join("..", "..", "..", "SECURITY.md"))
	if err != nil {
		t.Fatal(err)
	}
	said := strings.Contains(string(security), "A key in the provider block appears in saved plans and in `terraform show -json`")
	if contained := strings.Contains(plan, secretManagementKey); contained != said {
		t.Errorf("a literal key is in the plan: %v, SECURITY.md says so: %v", contained, said)
	}
}

// TestProxiesAreNamed plans through proxies that fail in different ways.
func TestProxiesAreNamed(t *testing.T) {
	t.Parallel()
	refusing := func(status int) string {
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		t.Cleanup(proxy.Close)
		return strings.TrimPrefix(proxy.URL, "http://")
	}
	for name, test := range map[string]struct {
		proxy string
		want  string
	}{
		"asks for a password": {refusing(http.StatusProxyAuthRequired), "requires a user name and a password"},
		"does not connect":    {refusing(http.StatusForbidden), "does not connect to the deployment"},
		"is down":             {"127.0.0.1:1", "could not be reached. Check the HTTPS_PROXY variable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCLI(t, "https://deployment.invalid", "provider \"talonone\" {\n  max_retries = 0\n}\ndata \"talonone_audiences\" \"all\" {}")
			c.Env = append(slices.DeleteFunc(c.Env, func(v string) bool { return strings.HasPrefix(strings.ToUpper(v), "NO_PROXY=") }),
				"HTTPS_PROXY=http://user:secret-password@"+test.proxy)
			output, code := c.Run("plan", "-no-color")
			output = strings.Join(strings.Fields(output), " ")
			if code != 1 || !strings.Contains(output, test.want) || !strings.Contains(output, test.proxy) {
				t.Errorf("exit %d, want %q of %s: %s", code, test.want, test.proxy, output)
			}
			expectNone(t, "the output", output, []string{"secret-password"})
		})
	}
}
