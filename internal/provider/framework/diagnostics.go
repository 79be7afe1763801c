package framework

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// Operation describes what a construct was about when an error came, for the reader
// of the diagnostic.
type Operation struct {
	// Construct is the type as written in HCL, for example talonone_audience.
	Construct string
	// Action completes "Unable to …", for example "create audience".
	Action string
	// Object identifies what it was done to, for example `"VIP"`; optional.
	Object string
	// Pointers lead from the JSON pointers of the API's errors to attributes. A
	// pointer below a listed one leads to the same attribute.
	Pointers map[string]path.Path
	// NotFound is the attribute that names what a 404 without such a pointer
	// misses; optional.
	NotFound path.Path
	// Advice adds what to do for a status of the API.
	Advice map[int]string
}

// AddError reports err: the API's own words, on the attribute they point to
// where there is one, and what to do next. In a plan it is the error of a look-up.
func AddError(diags *diag.Diagnostics, operation Operation, err error) {
	var own diag.Diagnostics
	addError(&own, operation, err)
	for _, d := range own {
		diags.Append(asLookup(d))
	}
}

func addError(diags *diag.Diagnostics, operation Operation, err error) {
	summary := "Unable to " + operation.Action
	if operation.Object != "" {
		summary += " " + operation.Object
	}
	var apiErr *talonone.Error
	if !errors.As(err, &apiErr) {
		diags.AddError(summary, explain(operation, err))
		return
	}
	pointed := make(map[string]bool)
	for _, item := range apiErr.Items {
		at, ok := operation.attribute(item.Source.Pointer)
		if !ok || pointed[at.String()] {
			continue
		}
		pointed[at.String()] = true
		diags.AddAttributeError(at, summary, explain(operation, err))
	}
	switch {
	case len(pointed) > 0:
	case apiErr.StatusCode == http.StatusNotFound && len(operation.NotFound.Steps()) > 0:
		diags.AddAttributeError(operation.NotFound, summary, explain(operation, err))
	default:
		diags.AddError(summary, explain(operation, err))
	}
}

// AddAttributeError is AddError for an error that is known to be about one attribute.
func AddAttributeError(diags *diag.Diagnostics, at path.Path, operation Operation, err error) {
	var own diag.Diagnostics
	addError(&own, operation, err)
	for _, d := range own {
		AddMissing(diags, at, d.Summary(), d.Detail())
	}
}

func (d Operation) attribute(pointer string) (path.Path, bool) {
	for at := pointer; at != ""; at = at[:max(strings.LastIndexByte(at, '/'), 0)] {
		if found, ok := d.Pointers[at]; ok {
			return found, true
		}
	}
	return path.Empty(), false
}

// explain is the detail of a diagnostic: what happened, then what to do.
func explain(operation Operation, err error) string {
	if missing, ok := errors.AsType[*talonone.MissingCredentialError](err); ok {
		return MissingKey(operation.Construct, missing)
	}
	var apiErr *talonone.Error
	if !errors.As(err, &apiErr) {
		if unreachable, ok := errors.AsType[*talonone.UnreachableError](err); ok && unreachable.Again && !talonone.IsOutcomeUnknown(err) {
			return "The deployment could not be reached for " + unreachable.Operation + " either: see the first error of this kind."
		}
		return joinParagraphs(ended(err.Error()), adviseOnNetwork(err))
	}
	if apiErr.Again && !talonone.IsOutcomeUnknown(err) {
		return fmt.Sprintf("The deployment responded to %s with %d %s too: see the first error of this kind.", apiErr.Operation, apiErr.StatusCode, http.StatusText(apiErr.StatusCode))
	}
	text := fmt.Sprintf("The API responded to %s with %d %s", apiErr.Operation, apiErr.StatusCode, http.StatusText(apiErr.StatusCode))
	if apiErr.Message != "" {
		text += ": " + apiErr.Message
	}
	text = ended(text)
	items, left := apiErr.ShownItems()
	for _, item := range items {
		text += "\n  - " + item.String()
	}
	if left > 0 {
		text += fmt.Sprintf("\n  - and %d more", left)
	}
	advice := operation.Advice[apiErr.StatusCode]
	if advice == "" {
		advice = adviseOnStatus(apiErr)
	}
	return joinParagraphs(text, advice, adviseOnOutcome(err))
}

// WarnUnseen says that a Read lacks its key and keeps the state as it is.
func WarnUnseen(diags *diag.Diagnostics, construct, operation string, credential talonone.Credential) {
	diags.AddWarning("Changes made outside Terraform are not detected",
		MissingKey(construct, &talonone.MissingCredentialError{Operation: operation, Credential: credential})+" The state is kept as it is.")
}

// MissingKey explains which key a construct lacks, and both ways to set it.
func MissingKey(construct string, missing *talonone.MissingCredentialError) string {
	attribute, variable := "integration_api_key", "TALONONE_INTEGRATION_API_KEY"
	where := "Create keys of an Application in the Campaign Manager under the Application's Settings > Integration API Keys."
	if missing.Credential == talonone.ManagementCredential {
		attribute, variable = "management_api_key", "TALONONE_MANAGEMENT_API_KEY"
		where = "Create Management keys in the Campaign Manager under Account > Management API Keys, and allow the endpoint that this requires."
	}
	return fmt.Sprintf("%s requires the %s for %s, and none is configured.\n\nSet %s in the provider block, or the environment variable %s. %s",
		construct, missing.Credential, missing.Operation, attribute, variable, where)
}

// MissingAccess explains why a Management API operation is not possible: no key, or one that lacks the endpoint.
func MissingAccess(construct string, client *talonone.Client, operation string) string {
	endpoint := client.ForbiddenEndpoint(operation)
	if endpoint == "" {
		return MissingKey(construct, &talonone.MissingCredentialError{Operation: operation, Credential: talonone.ManagementCredential})
	}
	return fmt.Sprintf("The Management API key does not allow %s, which %s uses (%s). "+
		"Allow the endpoint in the Campaign Manager under Account > Management API Keys.", endpoint, construct, operation)
}

// keySetting names the setting of a credential.
func keySetting(credential talonone.Credential) string {
	attribute := map[talonone.Credential]string{
		talonone.IntegrationCredential: "integration_api_key", talonone.ManagementCredential: "management_api_key", talonone.TokenCredential: "management_token",
	}[credential]
	return fmt.Sprintf("%s of the provider block, or TALONONE_%s", attribute, strings.ToUpper(attribute))
}

func adviseOnStatus(err *talonone.Error) string {
	switch status := err.StatusCode; status {
	case http.StatusUnauthorized:
		return fmt.Sprintf("The deployment refused the %s: it is mistyped, has expired, or belongs to another deployment. Check %s, and base_url.", err.Credential, keySetting(err.Credential))
	case http.StatusForbidden:
		text := fmt.Sprintf("The %s (%s) does not permit this endpoint.", err.Credential, keySetting(err.Credential))
		if err.Credential == talonone.ManagementCredential {
			text += " The Campaign Manager lists the endpoints of a Management API key under Account > Management API Keys."
		}
		return text
	case http.StatusTooManyRequests:
		return "The deployment limits the rate of requests and asks for a longer wait than the timeout allows. Nothing was changed. Run it again later, or set a longer timeout."
	case http.StatusConflict:
		return "Another request changed the same object at the same time. Run terraform apply again."
	case http.StatusNotFound:
		return "It does not exist on this deployment; a key of another Application's environment (sandbox or live) sees other objects."
	}
	if err.StatusCode >= http.StatusInternalServerError {
		return "This is a failure of the deployment. Run terraform apply again; what was applied is kept."
	}
	return ""
}

// adviseOnConnection says what to do when no connection came about.
func adviseOnConnection(err *talonone.UnreachableError) string {
	var (
		dns       *net.DNSError
		proxy     *talonone.ProxyError
		untrusted *tls.CertificateVerificationError
		authority x509.UnknownAuthorityError
		opErr     *net.OpError
		through   string
	)
	const address = "base_url of the provider block (or TALONONE_BASE_URL)"
	if err.Proxy != "" {
		through = " The connection goes through the proxy " + err.Proxy + " of the HTTPS_PROXY variable; list the deployment's host in NO_PROXY to connect directly."
	}
	switch {
	case errors.As(err, &proxy) && proxy.StatusCode == http.StatusProxyAuthRequired:
		return "The proxy " + err.Proxy + " requires a user name and a password. Set them in the proxy's address: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT."
	case errors.As(err, &proxy):
		return "The proxy " + err.Proxy + " of the HTTPS_PROXY variable does not connect to the deployment. Ask its operator to permit the host of base_url, or list that host in NO_PROXY."
	case errors.As(err, &opErr) && opErr.Op == "proxyconnect":
		return "The proxy " + err.Proxy + " could not be reached. Check the HTTPS_PROXY variable, or list the deployment's host in NO_PROXY."
	case errors.Is(err, http.ErrSchemeMismatch):
		return "The server speaks http, and " + address + " begins with https. Check its scheme and port." + through
	case errors.As(err, &authority):
		return "The server's certificate is signed by an authority that this machine does not trust. If your own gateway or proxy uses a private authority, set ca_cert_file of the provider block " +
			"(or TALONONE_CA_CERT_FILE) to a file with its certificate in PEM. Otherwise stop: another server responds instead of the deployment." + through
	case errors.As(err, &untrusted):
		return "The server's certificate is not valid for this host or at this time. Check " + address + " and the clock of this machine." + through
	case errors.As(err, &dns):
		return "Check " + address + ": its host does not resolve." + through
	default:
		return "The deployment could not be reached. Check " + address + ", and the network." + through
	}
}

func adviseOnNetwork(err error) string {
	var unreachable *talonone.UnreachableError
	var netErr net.Error
	var opErr *net.OpError
	var unknown *talonone.OutcomeUnknownError
	var incomplete *talonone.IncompleteExportError
	var refused *talonone.RateLimitedError
	switch {
	case errors.As(err, &unknown):
		return adviseOnOutcome(err)
	case errors.As(err, &incomplete), errors.Is(err, io.ErrUnexpectedEOF):
		return "The deployment's response was incomplete several times, so it was not used. Run it again; if this persists, look for a proxy or a time limit between this machine and the deployment."
	case errors.As(err, &refused) && errors.Is(err, context.DeadlineExceeded):
		return "The deployment limits the rate of requests for each key and endpoint, and other programs use the same key. The provider waited until the timeout ended. Run it again, set a longer timeout, or use a Management API key of your own."
	case errors.Is(err, context.Canceled):
		return "Terraform was interrupted. Run terraform apply again; what was applied is kept."
	case errors.Is(err, context.DeadlineExceeded):
		return "The timeout of the timeouts block was reached. Run terraform apply again to continue, or set a longer timeout."
	case errors.As(err, &unreachable):
		return adviseOnConnection(unreachable)
	case errors.As(err, &opErr) && opErr.Op == "remote error":
		return "The server ended the TLS connection. If it is a gateway that requires a client certificate, set client_cert_file and client_key_file of the provider block."
	case talonone.IsTimeout(err):
		return "The deployment took too long to respond. Run it again, or set a longer request_timeout in the provider block."
	case errors.As(err, &netErr), errors.Is(err, io.EOF):
		return "The connection to the deployment was lost. Run it again; if this persists, check the network and proxies."
	default:
		// A fault of this side, such as a value that can't be sent: nothing about the network would help.
		return ""
	}
}

func adviseOnOutcome(err error) string {
	if _, ok := errors.AsType[*talonone.OutcomeUnknownError](err); !ok {
		return ""
	}
	return "Check in the Campaign Manager whether it took effect before you run terraform apply again."
}

func joinParagraphs(parts ...string) string {
	var kept []string
	for _, part := range parts {
		if part != "" {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, "\n\n")
}

// Sentence is an error's text with a capital letter and a full stop.
func Sentence(text string) string {
	if text == "" {
		return ""
	}
	return ended(strings.ToUpper(text[:1]) + text[1:])
}

// ended puts a full stop behind a text that has no ending of its own. Its beginning may be the name of an operation.
func ended(text string) string {
	if text == "" || strings.ContainsRune(".!?", rune(text[len(text)-1])) {
		return text
	}
	return text + "."
}
