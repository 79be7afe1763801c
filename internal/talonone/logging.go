package talonone

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"
)

const (
	logSubsystem = "talonone"
	// maxLoggedBody is the largest body that a TRACE log holds, in bytes.
	maxLoggedBody = 64 << 10
	masked        = "***"
)

// personalKeys are the JSON properties whose values describe or identify a person.
var personalKeys = map[string]bool{
	"attributes": true, "identifiers": true, "referredCustomers": true,
	"integrationId": true, "integrationIDs": true, "profileId": true, "profileIDs": true,
	"profileIntegrationId": true, "profileintegrationid": true, "recipientIntegrationId": true,
	"advocateProfileIntegrationId": true, "advocateProfileIntegrationIds": true,
	"friendProfileIntegrationId": true,
	"sessionIntegrationId":       true, "connectedSessionId": true, "customerSessionId": true, "sessionId": true,
	// Effects can carry new values of attributes, and refusals repeat what was sent.
	"props": true, "details": true,
	// Who knows a loyalty card's identifier can use the card.
	"identifier": true, "oldCardIdentifier": true, "newCardIdentifier": true, "loyaltyCards": true,
}

// traceWanted says whether bodies are worth copying for the log.
func traceWanted() bool {
	for _, name := range []string{"TF_LOG", "TF_LOG_PROVIDER"} {
		switch strings.ToUpper(os.Getenv(name)) {
		case "TRACE", "JSON":
			return true
		}
	}
	return false
}

// loggedTransport writes one DEBUG line per attempt: operation, route, status,
// duration. Bodies appear at TRACE only, with personal data masked; keys never.
type loggedTransport struct {
	next        http.RoundTripper
	secrets     []string
	traceBodies bool
}

func (t *loggedTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	op := callOf(req.Context())
	if op == nil {
		return t.next.RoundTrip(req)
	}
	ctx := tflog.NewSubsystem(req.Context(), logSubsystem)
	ctx = tflog.SubsystemMaskAllFieldValuesStrings(ctx, logSubsystem, t.secrets...)
	ctx = tflog.SubsystemMaskMessageStrings(ctx, logSubsystem, t.secrets...)
	if t.traceBodies {
		req = traceRequest(ctx, op, req)
	}
	start := time.Now()
	resp, err := t.next.RoundTrip(req)
	err = withoutQuotes(err, t.secrets)
	fields := map[string]any{
		"operation": op.operation, "method": op.method, "route": op.route,
		"duration_ms": time.Since(start).Milliseconds(),
	}
	if err != nil {
		fields["error"] = err.Error()
		tflog.SubsystemDebug(ctx, logSubsystem, "Request failed", fields)
		return resp, err
	}
	fields["status"] = resp.StatusCode
	tflog.SubsystemDebug(ctx, logSubsystem, "Request answered", fields)
	if t.traceBodies {
		traceResponse(ctx, op, resp)
	}
	return resp, nil
}

// traceRequest logs the request's body and returns a request that still has it.
func traceRequest(ctx context.Context, op *call, req *http.Request) *http.Request {
	if req.Body == nil || op.upload != nil || op.personal {
		return req
	}
	head, rest := peek(req.Body)
	req = req.Clone(ctx)
	req.Body = rest
	logBody(ctx, "Request body", op, head)
	return req
}

func traceResponse(ctx context.Context, op *call, resp *http.Response) {
	if op.stream {
		return
	}
	head, rest := peek(resp.Body)
	resp.Body = rest
	logBody(ctx, "Answer body", op, head)
}

// peek reads up to a byte more than the log takes, and gives back a reader of the whole.
func peek(body io.ReadCloser) ([]byte, io.ReadCloser) {
	head, err := io.ReadAll(io.LimitReader(body, maxLoggedBody+1))
	whole := io.MultiReader(bytes.NewReader(head), body)
	if err != nil {
		whole = io.MultiReader(bytes.NewReader(head), failingReader{err})
	}
	return head, struct {
		io.Reader
		io.Closer
	}{whole, body}
}

type failingReader struct{ err error }

func (r failingReader) Read([]byte) (int, error) { return 0, r.err }

func logBody(ctx context.Context, message string, op *call, body []byte) {
	text := "(larger than the log takes)"
	if len(body) <= maxLoggedBody {
		text = op.withoutArguments(maskPersonalData(body))
	}
	tflog.SubsystemTrace(ctx, logSubsystem, message, map[string]any{"operation": op.operation, "body": text})
}

// maskPersonalData replaces the values that describe a person. What is not JSON
// is not shown at all.
func maskPersonalData(body []byte) string {
	if len(body) == 0 {
		return ""
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return "(not JSON)"
	}
	encoded, err := encodeJSON(maskValue(value))
	if err != nil {
		return "(not JSON)"
	}
	return string(encoded)
}

func maskValue(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for key := range value {
			if personalKeys[key] {
				value[key] = masked
			} else {
				value[key] = maskValue(value[key])
			}
		}
	case []any:
		for i := range value {
			value[i] = maskValue(value[i])
		}
	}
	return value
}
