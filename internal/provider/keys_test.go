package provider_test

import (
	"crypto/tls"
	"encoding/pem"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// stranger is a server of somebody else. It keeps what it is sent.
type stranger struct {
	*httptest.Server
	mu      sync.Mutex
	headers []string
}

func newStranger(t *testing.T) *stranger {
	t.Helper()
	s := &stranger{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.headers = append(s.headers, r.Header.Get("Authorization"))
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"data":[],"hasMore":false,"totalResultSize":0}`))
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *stranger) received() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.headers, "\n")
}

// TestKeysOfTheEnvironmentGoToItsDeploymentOnly is not parallel: it changes the environment. A pull request can change the
// provider block, and must not thereby get the keys of the pipeline that plans it.
func TestKeysOfTheEnvironmentGoToItsDeploymentOnly(t *testing.T) {
	d := acctest.Start(t)
	none := acctest.Attributes{"integration_api_key": nil, "management_api_key": nil}
	with := func(base string, own ...string) acctest.Attributes {
		block := acctest.Attributes{"base_url": base}
		maps.Copy(block, none)
		for i := 0; i < len(own); i += 2 {
			block[own[i]] = own[i+1]
		}
		return block
	}
	attacker := newStranger(t)
	for name, test := range map[string]struct {
		environment string // TALONONE_BASE_URL
		block       acctest.Attributes
		problem     string
		sent        string // to the attacker
	}{
		"another deployment":                    {d.URL, with(attacker.URL), "Keys belong to another deployment", ""},
		"another one, written oddly":            {d.URL, with(" " + strings.Replace(attacker.URL, "http", "HTTP", 1) + "/ "), "Keys belong to another deployment", ""},
		"another one with a path like the host": {d.URL, with(attacker.URL + "/" + strings.TrimPrefix(d.URL, "http://")), "Keys belong to another deployment", ""},
		"an empty key in the block":             {d.URL, with(attacker.URL, "management_api_key", " "), "Keys belong to another deployment", ""},
		"the block has the key it uses":         {d.URL, with(attacker.URL, "management_api_key", "own"), "", "ManagementKey-v1 own"},
		"the block has another key":             {d.URL, with(attacker.URL, "integration_api_key", "own"), "", ""},
		"the environment names no deployment":   {"", with(attacker.URL), "", "ManagementKey-v1 secret-management"},
		"the environment's address is nonsense": {"secret nonsense", with(attacker.URL), "Keys belong to another deployment", ""},
		"the same deployment":                   {attacker.URL + "/", with(strings.ToUpper(attacker.URL[:4]) + attacker.URL[4:]), "", "ManagementKey-v1 secret-management"},
	} {
		t.Run(name, func(t *testing.T) {
			attacker.headers = nil
			t.Setenv("TALONONE_BASE_URL", test.environment)
			t.Setenv("TALONONE_INTEGRATION_API_KEY", "secret-integration\n")
			t.Setenv("TALONONE_MANAGEMENT_API_KEY", " secret-management\r\n")
			p, problem := d.Configure(t, "", test.block)
			if !strings.Contains(problem, test.problem) || test.problem == "" && problem != "" {
				t.Errorf("got %q, want %q", problem, test.problem)
			}
			if strings.Contains(problem, "secret") {
				t.Errorf("the message holds what it is about: %s", problem)
			}
			if test.problem != "" {
				for _, want := range []string{attacker.URL, "TALONONE_BASE_URL", "TALONONE_MANAGEMENT_API_KEY"} {
					if !strings.Contains(problem, want) {
						t.Errorf("%q is missing from %q", want, problem)
					}
				}
				return
			}
			_, _ = p.ReadData(t, "talonone_audiences", acctest.Attributes{})
			if got := attacker.received(); got != test.sent {
				t.Errorf("the other deployment was sent %q, want %q", got, test.sent)
			}
		})
	}
}

func TestConnectionsTakeCertificates(t *testing.T) {
	t.Parallel()
	gateway := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if len(r.TLS.PeerCertificates) == 0 {
			w.WriteHeader(http.StatusForbidden)
		}
		_, _ = w.Write([]byte(`{"data":[],"hasMore":false,"totalResultSize":0}`))
	}))
	gateway.TLS = &tls.Config{ClientAuth: tls.RequestClientCert, MinVersion: tls.VersionTLS12}
	gateway.StartTLS()
	t.Cleanup(gateway.Close)

	folder := t.TempDir()
	file := func(name, kind string, content []byte) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: content}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	authority := file("ca.pem", "CERTIFICATE", gateway.Certificate().Raw)
	certificate, key := ownCertificate(t, file)
	other := filepath.Join(folder, "other.pem")
	if err := os.WriteFile(other, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	d := &acctest.Deployment{URL: gateway.URL}
	for name, test := range map[string]struct {
		block   acctest.Attributes
		problem string // of the configuration
		reading string // of the data source
	}{
		"unknown authority":         {acctest.Attributes{}, "", "signed by an authority that this machine does not trust"},
		"its authority":             {acctest.Attributes{"ca_cert_file": authority}, "", "403"},
		"and a client certificate":  {acctest.Attributes{"ca_cert_file": authority, "client_cert_file": certificate, "client_key_file": key}, "", ""},
		"no certificate":            {acctest.Attributes{"ca_cert_file": other}, "contains no certificate in PEM", ""},
		"a device":                  {acctest.Attributes{"ca_cert_file": "/dev/null"}, "is not a regular file", ""},
		"a key without certificate": {acctest.Attributes{"client_key_file": key}, "client_cert_file is missing", ""},
		"another key":               {acctest.Attributes{"client_cert_file": certificate, "client_key_file": other}, "are not a certificate and its unencrypted private key", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.block["max_retries"] = 0
			p, problem := d.Configure(t, "", test.block)
			if (problem == "") != (test.problem == "") || !strings.Contains(problem, test.problem) || strings.Contains(problem, "secret") {
				t.Errorf("got %q, want %q", problem, test.problem)
			}
			if problem != "" {
				return
			}
			_, diags := p.ReadData(t, "talonone_audiences", acctest.Attributes{})
			if problem := acctest.Problem(diags); (problem == "") != (test.reading == "") || !strings.Contains(problem, test.reading) {
				t.Errorf("got %q, want %q", problem, test.reading)
			}
		})
	}
}

func TestMessagesNameTheKeyThatWasRefused(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	for name, test := range map[string]struct {
		block     acctest.Attributes
		want, not string
	}{
		"Management API key": {acctest.Attributes{"management_api_key": "unknown"}, "refused the Management API key", "integration_api_key"},
		"token":              {acctest.Attributes{"management_api_key": nil, "management_token": "unknown"}, "management_token of the provider block, or TALONONE_MANAGEMENT_TOKEN", "integration_api_key"},
		"endpoint":           {acctest.Attributes{"management_api_key": "demo-audiences-key"}, "does not permit this endpoint", "integration_api_key"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := d.NewProcess(t, test.block)
			_, diags := p.ReadData(t, "talonone_catalog_items", acctest.Attributes{"catalog_id": 6})
			if problem := acctest.Problem(diags); !strings.Contains(problem, test.want) || strings.Contains(problem, test.not) {
				t.Errorf("got %q, want %q", problem, test.want)
			}
		})
	}
}

// A deployment that is down is described once, however many resources need it.
func TestOnlyTheFirstErrorDescribesADeploymentOutOfReach(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	p := (&acctest.Deployment{URL: closed.URL}).NewProcess(t, acctest.Attributes{"max_retries": 0})
	for i, want := range []string{"The deployment could not be reached. Check base_url", "see the first error", "see the first error"} {
		_, diags := p.ReadData(t, "talonone_audiences", acctest.Attributes{})
		if problem := acctest.Problem(diags); !strings.Contains(problem, want) || i > 0 && len(problem) > 200 {
			t.Errorf("error %d is %q, want %q", i+1, problem, want)
		}
	}
}

// A failure that every request meets is described once, too, and once more after the deployment has answered.
func TestOnlyTheFirstErrorDescribesWhatEveryRequestMeets(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		settings    acctest.Attributes
		maintenance bool
		want        string
	}{
		"a wrong key": {acctest.Attributes{"management_api_key": "unknown"}, false, "refused the Management API key"},
		"maintenance": {nil, true, "not the API's JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := acctest.StartUnchecked(t)
			p := d.NewProcess(t, with(acctest.Attributes{"max_retries": 0}, test.settings))
			if test.maintenance {
				fault := emulator.Fault{Method: http.MethodGet, Status: http.StatusServiceUnavailable, Header: map[string]string{"Content-Type": "text/html"}, Body: "<html>maintenance</html>"}
				if err := d.Server.AddFault(fault); err != nil {
					t.Fatal(err)
				}
			}
			for i, kind := range []string{"talonone_audiences", "talonone_applications", "talonone_audiences"} {
				_, diags := p.ReadData(t, kind, acctest.Attributes{})
				want := "see the first error of this kind"
				if i == 0 {
					want = test.want
				}
				if problem := acctest.Problem(diags); !strings.Contains(problem, want) || i > 0 && len(problem) > 200 {
					t.Errorf("error %d is %q, want %q", i+1, problem, want)
				}
			}
		})
	}
}

// TestKeysInTheWrongPlaceAreNotRepeated is not parallel: it changes the environment.
func TestKeysInTheWrongPlaceAreNotRepeated(t *testing.T) {
	const key = "3f8a1bc94d2e4f60a7b8c9d0e1f2a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4"
	for _, attribute := range acctest.Schemas(t).Provider.Block.Attributes {
		t.Run(attribute.Name, func(t *testing.T) {
			t.Setenv("TALONONE_"+strings.ToUpper(attribute.Name), key)
			_, problem := (&acctest.Deployment{URL: "http://127.0.0.1:1"}).Configure(t, "", acctest.Attributes{
				"base_url": nil, "integration_api_key": nil, "management_api_key": nil, "management_requests_per_second": nil,
			})
			// The name of a file is part of the message about it.
			if strings.Contains(problem, key) && !strings.HasSuffix(attribute.Name, "_file") {
				t.Errorf("%s: %s", attribute.Name, problem)
			}
		})
	}
}
