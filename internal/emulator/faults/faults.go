// Package faults holds injected faults: which requests fail, how often and how, and what breaks their
// connections. The emulator asks it about every request; tests and its command line hand in the faults.
package faults

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// Fault makes matching requests fail. Exactly one of Status, Reset, Hang and Truncate says how.
type Fault struct {
	// Method is the HTTP method, "*" or "" for any.
	Method string `json:"method,omitempty"`
	// PathPrefix is how the path begins, escaped as it comes over the wire; "" for any path.
	PathPrefix string `json:"pathPrefix,omitempty"`

	// After lets that many matching requests pass first.
	After int `json:"after,omitempty"`
	// Every picks every so manieth matching request after those; 0 and 1 pick each.
	Every int `json:"every,omitempty"`
	// Times ends the fault after so many failures; 0 is never.
	Times int `json:"times,omitempty"`

	// Status answers with this status code and Body.
	Status int `json:"status,omitempty"`
	// Body of the response with Status; "" is the API's own error shape.
	Body string `json:"body,omitempty"`
	// Header is added to the response with Status.
	Header map[string]string `json:"header,omitempty"`
	// RetryAfter is the Retry-After header of the response with Status: seconds or an HTTP date.
	RetryAfter string `json:"retryAfter,omitempty"`
	// Reset closes the connection (TCP RST) without a response.
	Reset bool `json:"reset,omitempty"`
	// Hang never answers: the request ends when the client gives up or the emulator is closed.
	Hang bool `json:"hang,omitempty"`
	// Truncate applies the request and closes the connection in the middle of the response, or before the last
	// byte that Content-Length promises where the response is empty.
	Truncate bool `json:"truncate,omitempty"`
	// AfterApply applies the request before failing; without it the request never reaches the deployment.
	AfterApply bool `json:"afterApply,omitempty"`
}

// Parse reads the form of the command line: a method (or *), a path prefix, then options:
// status=503, body=TEXT (to the end of the line), header=NAME:VALUE, retry-after=VALUE, reset, hang, truncate,
// after-apply, after=N, every=N, times=N. For instance `PUT /v1/catalogs/ status=503 every=3`.
func Parse(text string) (Fault, error) {
	fault, err := parseFault(text)
	if err != nil {
		return Fault{}, fmt.Errorf("fault %q: %w", text, err)
	}
	return fault, nil
}

func parseFault(text string) (Fault, error) {
	var f Fault
	text = strings.TrimSpace(text)
	if head, body, ok := strings.Cut(text, " body="); ok {
		text, f.Body = head, body
	}
	words := strings.Fields(text)
	if len(words) < 3 {
		return f, errors.New("want METHOD /path/prefix and what to do, such as status=503, reset, hang or truncate")
	}
	f.Method, f.PathPrefix = words[0], words[1]
	for _, word := range words[2:] {
		key, value, _ := strings.Cut(word, "=")
		var err error
		switch key {
		case "status":
			f.Status, err = strconv.Atoi(value)
		case "every":
			f.Every, err = positive(value)
		case "times":
			f.Times, err = positive(value)
		case "after":
			f.After, err = positive(value)
		case "retry-after":
			// An HTTP date has spaces; underscores stand for them.
			f.RetryAfter = strings.ReplaceAll(value, "_", " ")
		case "header":
			name, content, ok := strings.Cut(value, ":")
			if !ok {
				err = errors.New("want header=NAME:VALUE")
			}
			if f.Header == nil {
				f.Header = make(map[string]string)
			}
			f.Header[name] = content
		case "reset":
			f.Reset = true
		case "hang":
			f.Hang = true
		case "truncate":
			f.Truncate = true
		case "after-apply":
			f.AfterApply = true
		default:
			err = errors.New("unknown option")
		}
		if err != nil {
			return f, fmt.Errorf("%s: %w", word, err)
		}
	}
	return f, f.check()
}

func positive(text string) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, errors.New("want a number of at least 1")
	}
	return n, nil
}

func (f Fault) check() error {
	ways := 0
	for _, on := range []bool{f.Status != 0, f.Reset, f.Hang, f.Truncate} {
		if on {
			ways++
		}
	}
	switch {
	case ways != 1:
		return errors.New("want exactly one of status=, reset, hang and truncate")
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		return errors.New("status must be between 200 and 599")
	case f.Status == 0 && (f.Body != "" || f.RetryAfter != "" || len(f.Header) > 0):
		return errors.New("body, header and retry-after go with status only")
	case f.Method != "" && f.Method != "*" && f.Method != strings.ToUpper(f.Method):
		return errors.New("the method must be in upper case, or *")
	case f.PathPrefix != "" && !strings.HasPrefix(f.PathPrefix, "/"):
		return errors.New("the path prefix must begin with /")
	}
	return nil
}

// Name is what the request log shows, such as "503" or "reset after-apply".
func (f Fault) Name() string {
	name := strconv.Itoa(f.Status)
	switch {
	case f.Reset:
		name = "reset"
	case f.Hang:
		name = "hang"
	case f.Truncate:
		name = "truncate"
	}
	if f.AfterApply && !f.Truncate {
		name += " after-apply"
	}
	return name
}

// Applies reports whether the request takes effect all the same.
func (f Fault) Applies() bool { return f.AfterApply || f.Truncate }

// List holds the faults in the order in which they were added; the first that fires wins. The zero List
// is empty. It is safe for concurrent use.
type List struct {
	mu     sync.Mutex
	active []*Active
}

// Active is a fault with its counts: how many requests matched it, and how many of them failed.
type Active struct {
	Fault
	Seen  int `json:"seen"`
	Fired int `json:"fired"`
}

// Add activates a fault; it fails when the fault contradicts itself.
func (l *List) Add(f Fault) error {
	if err := f.check(); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.active = append(l.active, &Active{Fault: f})
	return nil
}

// Clear ends all faults.
func (l *List) Clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.active = nil
}

// Snapshot returns the active faults.
func (l *List) Snapshot() []Active {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]Active, len(l.active))
	for i, f := range l.active {
		out[i] = *f
	}
	return out
}

// Match counts a request and returns the fault that it meets, or nil. The path is escaped, as it came
// over the wire.
func (l *List) Match(method, escapedPath string) *Fault {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, f := range l.active {
		if f.fires(method, escapedPath) {
			fault := f.Fault
			return &fault
		}
	}
	return nil
}

func (f *Active) fires(method, escapedPath string) bool {
	if f.Method != "" && f.Method != "*" && f.Method != method || !strings.HasPrefix(escapedPath, f.PathPrefix) {
		return false
	}
	f.Seen++
	past := f.Seen - f.After
	if past < 1 || f.Times > 0 && f.Fired >= f.Times || f.Every > 1 && past%f.Every != 0 {
		return false
	}
	f.Fired++
	return true
}

// Response is what a fault with Status sends. errorBody is the API's own error shape for a status; it
// stands in where the fault has no body.
func (f Fault) Response(errorBody func(status int) []byte) (header http.Header, body []byte) {
	header, body = http.Header{}, []byte(f.Body)
	if f.Body == "" && f.Status >= 400 {
		body = errorBody(f.Status)
	}
	header.Set("Content-Type", "application/json")
	if !json.Valid(body) {
		header.Set("Content-Type", "text/html; charset=utf-8")
	}
	for name, value := range f.Header {
		header.Set(name, value)
	}
	if f.RetryAfter != "" {
		header.Set("Retry-After", f.RetryAfter)
	}
	return header, body
}

// Abort ends the connection at once. It does not return.
func Abort(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(interface{ SetLinger(seconds int) error }); ok {
		_ = tcp.SetLinger(0) // RST instead of FIN: the client sees a reset
	}
	_ = conn.Close()
	panic(http.ErrAbortHandler)
}

// Truncate sends the first half of a response and then ends the connection. It does not return.
func Truncate(w http.ResponseWriter, status int, header http.Header, body []byte) {
	maps.Copy(w.Header(), header)
	if status == http.StatusNoContent {
		status = http.StatusOK // 204 cannot promise a body that is then missing
	}
	w.Header().Set("Content-Length", strconv.Itoa(max(2, len(body))))
	w.WriteHeader(status)
	_, _ = w.Write(body[:len(body)/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}
