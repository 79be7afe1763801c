package emulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
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
	// Body of the answer with Status; "" is the API's own error shape.
	Body string `json:"body,omitempty"`
	// Header is added to the answer with Status.
	Header map[string]string `json:"header,omitempty"`
	// RetryAfter is the Retry-After header of the answer with Status: seconds or an HTTP date.
	RetryAfter string `json:"retryAfter,omitempty"`
	// Reset closes the connection (TCP RST) without an answer.
	Reset bool `json:"reset,omitempty"`
	// Hang never answers: the request ends when the client gives up or the emulator is closed.
	Hang bool `json:"hang,omitempty"`
	// Truncate applies the request and closes the connection in the middle of the answer, or before the last
	// byte that Content-Length promises where the answer is empty.
	Truncate bool `json:"truncate,omitempty"`
	// AfterApply applies the request before failing; without it the request never reaches the deployment.
	AfterApply bool `json:"afterApply,omitempty"`
}

// ParseFault reads the form of the command line: a method (or *), a path prefix, then options:
// status=503, body=TEXT (to the end of the line), header=NAME:VALUE, retry-after=VALUE, reset, hang, truncate,
// after-apply, after=N, every=N, times=N. For instance `PUT /v1/catalogs/ status=503 every=3`.
func ParseFault(text string) (Fault, error) {
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

// name is what Request.Fault shows.
func (f Fault) name() string {
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

// applies reports whether the request takes effect all the same.
func (f Fault) applies() bool { return f.AfterApply || f.Truncate }

// faultList holds the faults in the order in which they were added; the first that fires wins.
type faultList struct {
	mu     sync.Mutex
	active []*activeFault
}

type activeFault struct {
	Fault
	Seen  int `json:"seen"`
	Fired int `json:"fired"`
}

func (l *faultList) add(f Fault) error {
	if err := f.check(); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.active = append(l.active, &activeFault{Fault: f})
	return nil
}

func (l *faultList) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.active = nil
}

func (l *faultList) snapshot() []activeFault {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := make([]activeFault, len(l.active))
	for i, f := range l.active {
		out[i] = *f
	}
	return out
}

func (l *faultList) pick(method, escapedPath string) *Fault {
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

func (f *activeFault) fires(method, escapedPath string) bool {
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

// answerFor is what a Status fault sends.
func (f Fault) answerFor() outgoing {
	out := outgoing{status: f.Status, header: http.Header{}, body: []byte(f.Body)}
	if f.Body == "" && f.Status >= 400 {
		out.body = mustJSON(errorBody(&apiError{status: f.Status, message: http.StatusText(f.Status)}, true))
	}
	out.header.Set("Content-Type", "application/json")
	if !json.Valid(out.body) {
		out.header.Set("Content-Type", "text/html; charset=utf-8")
	}
	for name, value := range f.Header {
		out.header.Set(name, value)
	}
	if f.RetryAfter != "" {
		out.header.Set("Retry-After", f.RetryAfter)
	}
	return out
}

// abort ends the connection at once. It does not return.
func abort(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // RST instead of FIN: the client sees a reset
	}
	_ = conn.Close()
	panic(http.ErrAbortHandler)
}

// truncate sends the first half of an answer and then ends the connection. A streamed answer is cut short in its
// second kilobyte, or after half of it when it is shorter.
func (s *Server) truncate(w http.ResponseWriter, out outgoing) {
	if out.stream != nil {
		collected, err := collect(out.stream)
		if err != nil {
			abort(w)
		}
		out.body = collected
	}
	maps.Copy(w.Header(), out.header)
	status := out.status
	if status == http.StatusNoContent {
		status = http.StatusOK // 204 cannot promise a body that is then missing
	}
	w.Header().Set("Content-Length", strconv.Itoa(max(2, len(out.body))))
	w.WriteHeader(status)
	_, _ = w.Write(out.body[:len(out.body)/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}
