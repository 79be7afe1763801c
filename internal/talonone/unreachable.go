package talonone

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
)

// UnreachableError says that no connection to the deployment came about, so that nothing was sent.
type UnreachableError struct {
	Operation string
	// Proxy is the host of the proxy that the environment sets for the deployment; "" means none.
	Proxy string
	// Again says that another operation has reported the same before.
	Again bool
	Err   error
}

func (e *UnreachableError) Error() string { return e.Operation + ": " + e.Err.Error() }

func (e *UnreachableError) Unwrap() error { return e.Err }

// ProxyError is the refusal of a proxy to connect to the deployment.
type ProxyError struct{ StatusCode int }

func (e *ProxyError) Error() string {
	return fmt.Sprintf("the proxy responded with %d %s", e.StatusCode, http.StatusText(e.StatusCode))
}

// refusedByProxy keeps the status of a proxy's refusal, which net/http drops.
func refusedByProxy(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	return &ProxyError{StatusCode: resp.StatusCode}
}

// neverSent says whether err arose before anything reached the server.
func neverSent(err error) bool {
	if opErr, ok := errors.AsType[*net.OpError](err); ok && (opErr.Op == "dial" || opErr.Op == "proxyconnect") {
		return true
	}
	_, unresolved := errors.AsType[*net.DNSError](err)
	_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
	_, refused := errors.AsType[*ProxyError](err)
	return unresolved || untrusted || refused || errors.Is(err, http.ErrSchemeMismatch)
}

// hopeless says whether a failed connection fails again.
func hopeless(err error) bool {
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound {
		return true
	}
	proxy, refused := errors.AsType[*ProxyError](err)
	return refused && proxy.StatusCode < 500 || errors.Is(err, http.ErrSchemeMismatch)
}

// foreignPage is the failure of a deployment that responds with another page than the API's.
const foreignPage = "foreign page"

// noteFailure marks a failure that an earlier request has met, and that every request meets.
func (c *Client) noteFailure(err *Error) {
	failure := ""
	switch {
	case err.StatusCode == http.StatusUnauthorized && (err.Credential == IntegrationCredential || !c.known.Load()):
		failure = string(err.Credential)
	case err.foreign && err.StatusCode >= http.StatusInternalServerError:
		failure = foreignPage
	default:
		return
	}
	_, err.Again = c.failed.LoadOrStore(failure, true)
}

// noteSuccess forgets the failures that a successful request rules out.
func (c *Client) noteSuccess(credential Credential) {
	c.failed.Delete(foreignPage)
	c.failed.Delete(string(credential))
}

// unreachable notes that the deployment is out of reach: until it responds again, operations don't retry, and say less.
func (c *Client) unreachable(operation string, err error) error {
	unreachable := &UnreachableError{Operation: operation, Again: c.down.Swap(true), Err: err}
	if proxy, problem := http.ProxyFromEnvironment(&http.Request{URL: c.base}); problem == nil && proxy != nil {
		unreachable.Proxy = proxy.Host
	}
	return unreachable
}
