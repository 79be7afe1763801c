package framework

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// What went wrong between this machine and the deployment is named, and the advice is about that. A fault of this side blames no
// network and no address.
func TestConnectionsThatFailAreExplained(t *testing.T) {
	t.Parallel()
	unreachable := func(err error) error { return &talonone.UnreachableError{Operation: "getAudiences", Err: err} }
	through := func(err error) error {
		return &talonone.UnreachableError{Operation: "getAudiences", Proxy: "proxy.example:3128", Err: err}
	}
	for name, test := range map[string]struct {
		err       error
		want, not string
	}{
		"nothing listens":          {unreachable(&net.OpError{Op: "dial", Err: errors.New("connection refused")}), "could not be reached. Check base_url", "proxy"},
		"through a proxy":          {through(&net.OpError{Op: "dial", Err: errors.New("connection refused")}), "goes through the proxy proxy.example:3128", ""},
		"unknown host":             {unreachable(&net.DNSError{Name: "example.invalid", IsNotFound: true}), "its host does not resolve", "network"},
		"a proxy that is down":     {through(&net.OpError{Op: "proxyconnect", Err: errors.New("connection refused")}), "The proxy proxy.example:3128 could not be reached. Check the HTTPS_PROXY variable", "base_url"},
		"a proxy with a password":  {through(&talonone.ProxyError{StatusCode: http.StatusProxyAuthRequired}), "proxy.example:3128 requires a user name and a password", "base_url"},
		"a proxy that refuses":     {through(&talonone.ProxyError{StatusCode: http.StatusForbidden}), "NO_PROXY", "password"},
		"https to an http port":    {unreachable(http.ErrSchemeMismatch), "The server speaks http", "network"},
		"unknown authority":        {unreachable(&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}), "TALONONE_CA_CERT_FILE", "network"},
		"another certificate":      {unreachable(&tls.CertificateVerificationError{Err: x509.HostnameError{Certificate: &x509.Certificate{}, Host: "a"}}), "not valid for this host or at this time", "network"},
		"wants a certificate":      {&net.OpError{Op: "remote error", Err: errors.New("tls: certificate required")}, "client_cert_file", "network"},
		"cut":                      {io.ErrUnexpectedEOF, "incomplete several times", "base_url"},
		"lost":                     {&net.OpError{Op: "read", Err: errors.New("connection reset by peer")}, "The connection to the deployment was lost", "base_url"},
		"interrupted":              {context.Canceled, "Terraform was interrupted", "network"},
		"no time left":             {context.DeadlineExceeded, "The timeout of the timeouts block was reached", "network"},
		"others use the key":       {&talonone.RateLimitedError{Operation: "getAudiences", Refusals: 3, Err: context.DeadlineExceeded}, "other programs use the same key", "network"},
		"a fault of this side":     {errors.New(`"a" occurs twice in one JSON object`), "occurs twice", "could not be reached"},
		"another of this side":     {errors.New("net/http: invalid header field value"), "invalid header field", "base_url"},
		"not told a second time":   {&talonone.UnreachableError{Operation: "getAudiences", Again: true, Err: errors.New("connection refused")}, "see the first error of this kind", "Check"},
		"a key that is not set":    {&talonone.MissingCredentialError{Operation: "getAudiences", Credential: talonone.ManagementCredential}, "TALONONE_MANAGEMENT_API_KEY", "network"},
		"a key that is refused":    {&talonone.Error{Operation: "getAudiences", StatusCode: http.StatusUnauthorized, Credential: talonone.IntegrationCredential}, "integration_api_key", "network"},
		"a failure of the service": {&talonone.Error{Operation: "getAudiences", StatusCode: http.StatusBadGateway}, "a failure of the deployment", "network"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var diags diag.Diagnostics
			AddError(&diags, Operation{Construct: "talonone_audience", Action: "read audience", Object: "7"}, test.err)
			if len(diags) != 1 || diags[0].Summary() != "Unable to read audience 7" {
				t.Fatalf("got %v", diags)
			}
			if detail := diags[0].Detail(); !strings.Contains(detail, test.want) || test.not != "" && strings.Contains(detail, test.not) {
				t.Errorf("got %q, want %q and not %q", detail, test.want, test.not)
			}
		})
	}
}
