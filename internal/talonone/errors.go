package talonone

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"
)

// maxErrorBody bounds how much of a failed response is read, in bytes.
const maxErrorBody = 1 << 20

// Error is a response of the API that is not a success. It keeps the API's own words.
type Error struct {
	// Operation is the API's name of the operation, for example createAudienceV2.
	Operation string
	// StatusCode is the HTTP status.
	StatusCode int
	// Message is the API's summary; for responses that are not the API's (a
	// proxy's HTML page) it describes the response.
	Message string
	// Credential is what the request was made with.
	Credential Credential
	// Items point to the parts of the request that were refused.
	Items []ErrorItem
	// Again says that another operation has met the same failure before, which every request meets: a key that the deployment
	// does not know, or a page in place of the API, as during maintenance.
	Again bool
	// Repeated says that the request was sent before: an attempt whose response was lost may have been carried out.
	Repeated bool

	// foreign says that the response is not the API's.
	foreign bool
}

// ErrorItem is one entry of an error response's list.
type ErrorItem struct {
	Title   string
	Details string
	Source  ErrorSource
}

// ErrorSource points to the cause; the API sets one field of it.
type ErrorSource struct {
	// Pointer is a JSON pointer into the request body.
	Pointer string `json:"pointer"`
	// Parameter is a query parameter.
	Parameter string `json:"parameter"`
	// Line is a line of an uploaded CSV, "N/A" when unknown.
	Line string `json:"line"`
	// Resource is the path of an object.
	Resource string `json:"resource"`
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d %s", e.Operation, e.StatusCode, http.StatusText(e.StatusCode))
	if e.Message != "" {
		b.WriteString(": " + e.Message)
	}
	shown, left := e.ShownItems()
	for _, item := range shown {
		b.WriteString("; " + item.String())
	}
	if left > 0 {
		fmt.Fprintf(&b, "; and %d more", left)
	}
	return b.String()
}

// ShownItems are the first items, as many as someone reads, and how many are left.
func (e *Error) ShownItems() (shown []ErrorItem, left int) {
	const most = 50
	shown = e.Items[:min(len(e.Items), most)]
	return shown, len(e.Items) - len(shown)
}

func (i ErrorItem) String() string {
	text := i.Title
	if i.Details != "" {
		if text != "" {
			text += ": "
		}
		text += i.Details
	}
	for _, at := range []string{i.Source.Pointer, i.Source.Parameter, i.Source.Line, i.Source.Resource} {
		if at != "" {
			text += " (at " + at + ")"
			break
		}
	}
	return text
}

// OutcomeUnknownError says that a request that must not be repeated blindly was
// sent, and that its response was lost, cut short or a server error: it may or
// may not have been carried out.
type OutcomeUnknownError struct {
	Operation string
	Err       error
}

func (e *OutcomeUnknownError) Error() string {
	return fmt.Sprintf("%s was sent, but its response was lost, so it may have taken effect: %s", e.Operation, e.Err)
}

func (e *OutcomeUnknownError) Unwrap() error { return e.Err }

// IsOutcomeUnknown says whether a request may or may not have been carried out.
func IsOutcomeUnknown(err error) bool {
	_, unknown := errors.AsType[*OutcomeUnknownError](err)
	return unknown
}

// RateLimitedError says that the deployment kept refusing a request with 429 until the time allowed for it was over, so
// that it was not carried out.
type RateLimitedError struct {
	Operation string
	// Refusals is how often it was refused since its last other response.
	Refusals int
	// Err is why the wait ended: that of the context.
	Err error
}

func (e *RateLimitedError) Error() string {
	times := fmt.Sprintf("%d times", e.Refusals)
	if e.Refusals == 1 {
		times = "once"
	}
	return fmt.Sprintf("%s was refused %s with 429 Too Many Requests, and not carried out: %s", e.Operation, times, e.Err)
}

func (e *RateLimitedError) Unwrap() error { return e.Err }

// RefusalStatus is the status of a response that says that nothing was done, 300 to
// 499; 0 means none, or that an earlier attempt may have done it.
func RefusalStatus(err error) int {
	apiErr, answered := errors.AsType[*Error](err)
	if !answered || IsOutcomeUnknown(err) || apiErr.StatusCode < 300 || apiErr.StatusCode >= 500 {
		return 0
	}
	return apiErr.StatusCode
}

// IsNotFound says whether the API reported that an object does not exist.
func IsNotFound(err error) bool { return hasStatus(err, http.StatusNotFound) }

// IsConflict says whether the API responded with 409.
func IsConflict(err error) bool { return hasStatus(err, http.StatusConflict) }

// IsBadRequest says whether the API refused the request's content.
func IsBadRequest(err error) bool { return hasStatus(err, http.StatusBadRequest) }

// PointsAtRequest says whether a refusal names the part of the request that it is about.
func PointsAtRequest(err error) bool {
	apiErr, ok := errors.AsType[*Error](err)
	return ok && slices.ContainsFunc(apiErr.Items, func(item ErrorItem) bool { return item.Source.Pointer != "" })
}

// IsUnauthorized says whether the API refused the key, altogether or for the endpoint.
func IsUnauthorized(err error) bool {
	return hasStatus(err, http.StatusUnauthorized) || hasStatus(err, http.StatusForbidden)
}

func hasStatus(err error, status int) bool {
	apiErr, ok := errors.AsType[*Error](err)
	return ok && apiErr.StatusCode == status
}

// readError turns a failed response into an Error. Both shapes of the API's error
// bodies are read alike; the list may be missing, null or empty.
func readError(operation string, resp *http.Response) *Error {
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	apiErr := &Error{Operation: operation, StatusCode: resp.StatusCode}
	defer apiErr.noteWait(resp)
	var shape struct {
		Message string `json:"message"`
		Errors  []struct {
			Title   string          `json:"title"`
			Details string          `json:"details"`
			Source  json.RawMessage `json:"source"`
		} `json:"errors"`
	}
	if err := json.Unmarshal(body, &shape); err != nil {
		apiErr.Message, apiErr.foreign = describeForeignResponse(resp, len(body)), true
		return apiErr
	}
	apiErr.Message = shown(shape.Message)
	for _, item := range shape.Errors {
		converted := ErrorItem{Title: shown(item.Title), Details: shown(item.Details)}
		// A source of an unexpected type costs its pointer, not the message.
		_ = json.Unmarshal(item.Source, &converted.Source)
		converted.Source.clean()
		apiErr.Items = append(apiErr.Items, converted)
	}
	return apiErr
}

// noteWait adds that the deployment asks for a longer wait than anyone's patience.
func (e *Error) noteWait(resp *http.Response) {
	wait, asked := retryAfter(resp)
	if !asked || resp.Request == nil || !asksTooMuch(resp.Request.Context(), resp) {
		return
	}
	if e.Message != "" {
		e.Message += "; "
	}
	within := fmt.Sprintf("for %s, which exceeds the timeout", wait.Round(time.Second))
	if wait > maxRetryAfter {
		within = fmt.Sprintf("for more than %s", maxRetryAfter)
	}
	e.Message += "the deployment asks to wait " + within + ", so the request was not retried"
}

// clean makes the source fit to be shown.
func (s *ErrorSource) clean() {
	for _, text := range []*string{&s.Pointer, &s.Parameter, &s.Line, &s.Resource} {
		*text = shown(*text)
	}
}

// describeForeignResponse says what came back instead of the API's JSON. The body
// itself is omitted: it can be a page of HTML and can repeat request data.
func describeForeignResponse(resp *http.Response, size int) string {
	if size == 0 {
		return ""
	}
	kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err != nil {
		kind = "unknown type"
	}
	return fmt.Sprintf("the response is not the API's JSON (%s, %d bytes); check that base_url names a Talon.One deployment and that no proxy responds in its place", shown(kind), size)
}

// IsTimeout says whether a request was given up because its response took too
// long; it may still be carried out.
func IsTimeout(err error) bool {
	_, late := errors.AsType[*timeoutError](err)
	return late
}

// timeoutError ends an attempt that took longer than Config.RequestTimeout.
type timeoutError struct{ after time.Duration }

func (e *timeoutError) Error() string {
	return fmt.Sprintf("no complete response within %s (request_timeout)", e.after)
}
