package emulator

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator/strictjson"
)

// The texts that the vendor's pages show word for word; clients may rely on them.
const (
	msgInvalidData    = "The submitted data was invalid"
	msgProfileQueue   = "Too many requests are updating this profile at the same time"
	msgSessionQueue   = "Too many requests are updating this session at the same time"
	titleUnknown      = strictjson.TitleUnknown
	titleInvalidType  = strictjson.TitleInvalidType
	titleInvalidValue = strictjson.TitleInvalidValue
	titleEnum         = strictjson.TitleEnum
	titleMissing      = strictjson.TitleMissing
)

// apiError is a response other than success, in the API's own shape. Handlers return it as an error.
type apiError struct {
	status  int
	message string
	items   []errorItem
}

func (e *apiError) Error() string {
	return fmt.Sprintf("%d %s", e.status, e.message)
}

// errorItem is one entry of the errors array. Source holds exactly one of pointer, parameter, line, resource.
type errorItem struct {
	Title   string            `json:"title"`
	Details string            `json:"details,omitempty"`
	Source  map[string]string `json:"source"`
}

// atPointer is an error in the JSON body; pointer is a JSON pointer (RFC 6901), "" for the whole body.
func atPointer(pointer, title, format string, args ...any) errorItem {
	return errorItem{Title: title, Details: fmt.Sprintf(format, args...), Source: map[string]string{"pointer": pointer}}
}

// atParameter is an error in a query parameter or header.
func atParameter(name, title, format string, args ...any) errorItem {
	return errorItem{Title: title, Details: fmt.Sprintf(format, args...), Source: map[string]string{"parameter": name}}
}

// atLine is an error in an uploaded CSV file; lines count from 1, and 0 stands for an unknown one.
func atLine(line int, title, format string, args ...any) errorItem {
	where := "N/A"
	if line > 0 {
		where = fmt.Sprint(line)
	}
	return errorItem{Title: title, Details: fmt.Sprintf(format, args...), Source: map[string]string{"line": where}}
}

// badRequest is a 400 with the problems found in the request.
func badRequest(items ...errorItem) error {
	return &apiError{status: http.StatusBadRequest, message: msgInvalidData, items: items}
}

// refused is a 400 without a place in the body: the request is well formed but the deployment's state is against it.
func refused(format string, args ...any) error {
	return &apiError{status: http.StatusBadRequest, message: fmt.Sprintf(format, args...)}
}

// conflict is a 409.
func conflict(format string, args ...any) error {
	return &apiError{status: http.StatusConflict, message: fmt.Sprintf(format, args...)}
}

// notFound is a 404; kind is the entity in lower case ("audience"), id what was asked for.
func (r *request) notFound(kind string, id any) error {
	return &apiError{
		status:  http.StatusNotFound,
		message: strings.ToUpper(kind[:1]) + kind[1:] + " not found",
		items: []errorItem{{
			Title:   "Not found",
			Details: fmt.Sprintf("No %s with ID %v", kind, id),
			Source:  map[string]string{"resource": r.http.URL.EscapedPath()},
		}},
	}
}

func errUnauthorized() error {
	return &apiError{status: http.StatusUnauthorized, message: "Invalid or missing API key"}
}

func errTooManyRequests() error {
	return &apiError{status: http.StatusTooManyRequests, message: "Too many requests"}
}

// faultBody is the body of a fault that has a status and no body of its own.
func faultBody(status int) []byte {
	return mustJSON(errorBody(&apiError{status: status, message: http.StatusText(status)}, true))
}

// errorBody renders both shapes of the API: ErrorResponse, and ErrorResponseWithStatus when withStatus is set.
func errorBody(e *apiError, withStatus bool) map[string]any {
	body := map[string]any{"message": e.message}
	if len(e.items) > 0 {
		body["errors"] = e.items
	} else if e.status == http.StatusConflict {
		body["errors"] = []errorItem{}
	}
	if withStatus {
		body["StatusCode"] = e.status
	}
	return body
}
