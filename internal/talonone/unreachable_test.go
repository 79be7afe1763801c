package talonone

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
)

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// Ninety resources that a deployment is out of reach for must not each wait through all retries.
func TestOnlyTheFirstOperationWaitsForADeploymentOutOfReach(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		attempts, reachable := 0, false
		client, err := New(Config{BaseURL: "https://example.talon.one", ManagementAPIKey: "key", ManagementRPS: -1, MaxRetries: 3, Transport: roundTripper(func(req *http.Request) (*http.Response, error) {
			if attempts++; reachable {
				return status(404, `{"message":"no"}`)(req)
			}
			return nil, &net.OpError{Op: "dial", Err: errors.New("connection refused")}
		})})
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []struct {
			reachable bool
			attempts  int
			again     bool
		}{{false, 4, false}, {false, 1, true}, {false, 1, true}, {true, 1, false}, {false, 4, false}} {
			attempts, reachable = 0, want.reachable
			_, err := client.GetAttributes(t.Context())
			unreachable, ok := errors.AsType[*UnreachableError](err)
			if attempts != want.attempts || ok == want.reachable || ok && unreachable.Again != want.again {
				t.Errorf("call %d: %d attempts, %v", i+1, attempts, err)
			}
		}
	})
}

func TestWhatNeverConnectedWasNeverSent(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"refused":           &net.OpError{Op: "dial", Err: errors.New("refused")},
		"proxy is down":     &net.OpError{Op: "proxyconnect", Err: errors.New("refused")},
		"proxy refuses":     &ProxyError{StatusCode: 407},
		"no such host":      &net.DNSError{IsNotFound: true},
		"unknown authority": &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}},
		"no TLS":            http.ErrSchemeMismatch,
	} {
		synctest.Test(t, func(t *testing.T) {
			attempts := 0
			client, newErr := New(Config{BaseURL: "https://example.talon.one", IntegrationAPIKey: "key", MaxRetries: 1, Transport: roundTripper(func(*http.Request) (*http.Response, error) {
				attempts++
				return nil, err
			})})
			if newErr != nil {
				t.Fatal(newErr)
			}
			_, got := client.CreateAudienceV2(t.Context(), NewAudience{Name: "a"})
			if IsOutcomeUnknown(got) {
				t.Errorf("%s: it may have been created: %v", name, got)
			}
			if _, ok := errors.AsType[*UnreachableError](got); !ok {
				t.Errorf("%s: got %v", name, got)
			}
		})
	}
}

func TestRefusalsNameTheirKey(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		config Config
		call   func(*Client) error
		want   Credential
	}{
		{Config{IntegrationAPIKey: "a", ManagementAPIKey: "b"}, func(c *Client) error { _, err := c.CreateAudienceV2(t.Context(), NewAudience{}); return err }, IntegrationCredential},
		{Config{IntegrationAPIKey: "a", ManagementAPIKey: "b"}, func(c *Client) error { _, err := c.GetAttributes(t.Context()); return err }, ManagementCredential},
		{Config{IntegrationAPIKey: "a", ManagementToken: "c"}, func(c *Client) error { _, err := c.GetAttributes(t.Context()); return err }, TokenCredential},
		{Config{IntegrationAPIKey: "a", ManagementToken: "c"}, func(c *Client) error { return c.DeleteAudienceV2(t.Context(), 1) }, IntegrationCredential},
		{Config{IntegrationAPIKey: "a", ManagementAPIKey: "b", LegacyManagerAuth: true}, func(c *Client) error { return c.DeleteAudienceV2(t.Context(), 1) }, ManagementCredential},
	} {
		test.config.BaseURL = "https://example.talon.one"
		test.config.Transport = roundTripper(status(401, `{"message":"no"}`))
		client, err := New(test.config)
		if err != nil {
			t.Fatal(err)
		}
		err = test.call(client)
		if refused, ok := errors.AsType[*Error](err); !ok || refused.Credential != test.want {
			t.Errorf("%+v: got %v, want the %s", test.config, err, test.want)
		}
	}
}
