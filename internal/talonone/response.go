package talonone

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	// maxResponse bounds a JSON response, in bytes, after decompression. A full page
	// of 1000 rows stays far below it.
	maxResponse = 64 << 20
	// maxNumber bounds the digits and the exponent of a number. What Terraform
	// computes with writes them out: 1e600000000 would take 600 MB.
	maxNumber = 400
	// maxDepth bounds the nesting: what walks through values does so by recursion.
	maxDepth = 1000
)

var tooDeep = fmt.Sprintf("it is nested more than %d levels deep", maxDepth)

// incompleteError says that a response may have been cut short on its way: what a
// retryRule can heal.
type incompleteError struct{ err error }

func (e *incompleteError) Error() string {
	return "the response is not complete JSON: " + e.err.Error()
}

func (e *incompleteError) Unwrap() error { return e.err }

// demanding is a response that can lack what nothing works without.
type demanding interface {
	// lacks names the property that is missing, as a path; "" when none is.
	lacks() string
}

// doJSON carries out an operation whose success is one JSON document.
func doJSON[T any](ctx context.Context, c *Client, op *call) (T, error) {
	var response T
	op.read = func(resp *http.Response) error {
		// Each attempt starts afresh: a cut response must leave nothing behind.
		var fresh T
		var err error
		if op.received, err = decodeJSON(op.operation, resp, &fresh); err != nil {
			return err
		}
		if missing := missingIn(fresh); missing != "" {
			return malformed(op.operation, resp, "it lacks "+missing)
		}
		response = fresh
		return nil
	}
	err := c.do(ctx, op)
	return response, err
}

// lacksUnless names a property that is not present.
func lacksUnless(present bool, name string) string {
	if present {
		return ""
	}
	return name
}

func missingIn(response any) string {
	if value := reflect.ValueOf(response); value.Kind() == reflect.Pointer && value.IsNil() {
		return "an object (it is null)"
	}
	if response, ok := response.(demanding); ok {
		return response.lacks()
	}
	return ""
}

// decodeJSON reads a JSON response, and returns its length in bytes.
func decodeJSON(operation string, resp *http.Response, into any) (length int, err error) {
	if err := requireJSON(operation, resp); err != nil {
		return 0, err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxResponse+1))
	if err != nil {
		return 0, &incompleteError{err}
	}
	if len(body) > maxResponse {
		return 0, tooLong(operation, resp)
	}
	if string(bytes.TrimSpace(body)) == "null" {
		return 0, malformed(operation, resp, "it is null")
	}
	if list, ok := into.(*page[CatalogItem]); ok {
		err = readItems(body, list)
	} else if problem := problemOfText(body); problem != "" {
		err = textProblem(problem)
	} else {
		err = json.Unmarshal(body, into)
	}
	return len(body), decodingError(operation, resp, err)
}

func tooLong(operation string, resp *http.Response) error {
	return &Error{Operation: operation, StatusCode: resp.StatusCode, Message: fmt.Sprintf("the response is longer than %d MiB", maxResponse>>20)}
}

func malformed(operation string, resp *http.Response, problem string) error {
	return &Error{Operation: operation, StatusCode: resp.StatusCode, Message: "the response does not have the documented form: " + problem}
}

// requireJSON refuses a response that is not the API's, such as a proxy's page.
func requireJSON(operation string, resp *http.Response) error {
	if kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return foreign(operation, resp)
	}
	return nil
}

// refusePage refuses a page in place of a success that needs no body: a proxy or a login portal wrote it, and the
// deployment may never have seen the request.
func refusePage(operation string, resp *http.Response) error {
	if resp.StatusCode == http.StatusNoContent || resp.ContentLength == 0 || resp.Header.Get("Content-Type") == "" {
		return nil
	}
	return requireJSON(operation, resp)
}

func foreign(operation string, resp *http.Response) error {
	return &Error{Operation: operation, StatusCode: resp.StatusCode, Message: describeForeignResponse(resp, int(max(resp.ContentLength, 1)))}
}

// decodingError tells a response of the wrong form, which a retry would get
// again, from one that may have been cut or garbled on its way. Values of the
// response, which can be personal and of any length, stay out of it.
func decodingError(operation string, resp *http.Response, err error) error {
	var apiErr *Error
	var wrongType *json.UnmarshalTypeError
	var wrongTime *time.ParseError
	var garbled *json.SyntaxError
	var broken *jsontext.SyntacticError
	var problem textProblem
	switch {
	case err == nil:
		return nil
	case errors.As(err, &problem):
		return malformed(operation, resp, string(problem))
	case errors.As(err, &apiErr):
		return apiErr
	case errors.As(err, &wrongType):
		return malformed(operation, resp, describeWrongType(wrongType))
	case errors.As(err, &wrongTime):
		return malformed(operation, resp, "a time is not written by RFC 3339")
	case errors.As(err, &garbled) && strings.Contains(garbled.Error(), "exceeded max depth"):
		return malformed(operation, resp, tooDeep)
	case errors.As(err, &garbled), errors.As(err, &broken), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &incompleteError{err}
	default:
		// What else encoding/json reports are texts in place of numbers.
		return malformed(operation, resp, "a value has a type that differs from the documentation")
	}
}

func describeWrongType(err *json.UnmarshalTypeError) string {
	// Behind the kind, the value itself follows.
	got, _, _ := strings.Cut(err.Value, " ")
	at := "it"
	if err.Field != "" {
		at = shown(err.Field)
	}
	return fmt.Sprintf("%s is %s, which does not fit into %s", at, got, err.Type)
}

// textProblem is what problemOfText finds, as an error.
type textProblem string

func (p textProblem) Error() string { return string(p) }

const notUTF8 = "it is not valid UTF-8"

var tooLongNumber = fmt.Sprintf("it holds a number of more than %d digits", maxNumber)

// problemOfText finds what encoding/json would let through: bytes that are not
// UTF-8, numbers that take more memory than their text, and deep nesting.
func problemOfText(body []byte) string {
	if !utf8.Valid(body) {
		return notUTF8
	}
	depth := 0
	for i := 0; i < len(body); i++ {
		switch b := body[i]; {
		case b == '{', b == '[':
			if depth++; depth > maxDepth {
				return tooDeep
			}
		case b == '}', b == ']':
			depth--
		case b == '"':
			for i++; i < len(body) && body[i] != '"'; i++ {
				if body[i] == '\\' {
					i++
				}
			}
		case '0' <= b && b <= '9':
			start := i
			for i < len(body) && (body[i]-'0' < 10 || body[i] == '.' || body[i]|' ' == 'e' || body[i] == '+' || body[i] == '-') {
				i++
			}
			if absurd(body[start:i]) {
				return tooLongNumber
			}
			i--
		}
	}
	return ""
}

// absurd says whether a number has more than maxNumber digits when written out.
func absurd(number []byte) bool {
	if len(number) > maxNumber {
		return true
	}
	at := bytes.IndexAny(number, "eE")
	if at < 0 {
		return false
	}
	exponent := bytes.TrimLeft(number[at+1:], "+-0")
	return len(exponent) > 3 || len(exponent) == 3 && string(exponent) > "400"
}
