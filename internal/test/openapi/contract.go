// Package openapi compares the HTTP traffic of a test with the vendor's OpenAPI documents.
//
// Put [Middleware] around the handler that plays the deployment: every request and every response that
// differs from the documents becomes an error of the test. The documents stay outside of this
// repository; the environment variable TALONONE_OPENAPI_DIR names the folder that holds them.
//
// What is compared: path, method, path and query parameters, authentication scheme, content types,
// statuses and bodies. Properties that a schema doesn't declare are errors although the documents
// don't forbid them, so that a misspelled name can't pass; only objects for which a schema declares
// nothing at all (attributes, for example) are free. Requests are held to the documents once the
// deployment has accepted them (2xx), since tests send bad requests on purpose. The places where
// the documents themselves are wrong are listed in exceptions.go.
//
// Messages name properties, types and positions, never values: bodies and headers carry keys,
// passwords and personal data.
package openapi

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// directoryVariable names the folder that holds the vendor's documents.
const directoryVariable = "TALONONE_OPENAPI_DIR"

// maxBody is the size in bytes up to which a body is kept and compared. Longer ones are passed on
// while they arrive, so that an import of 100 MB costs no memory here.
const maxBody = 1 << 20

// documents are the files of that folder: the Integration API, the Management API, and the retired
// operation trackEvent, which the first of them no longer has.
var documents = []string{"integration.yaml", "management.yaml", "trackEvent-v1.yaml"}

var vendor = sync.OnceValues(func() (*contract, error) {
	folder := os.Getenv(directoryVariable)
	c, err := load(os.DirFS(folder), documents...)
	if err != nil {
		return nil, fmt.Errorf("the vendor's OpenAPI documents in %s=%s: %w", directoryVariable, folder, err)
	}
	return c, nil
})

var saySkipped sync.Once

// Enabled tells whether TALONONE_OPENAPI_DIR is set, that is whether [Middleware] compares anything.
func Enabled() bool {
	return os.Getenv(directoryVariable) != ""
}

// Middleware answers with next and reports, through t.Errorf, each way in which the traffic differs
// from the documents, once. It must be called from the test's own goroutine, and the server that it
// ends up in must be closed before the test ends, as with every handler that holds a t.
//
// Without TALONONE_OPENAPI_DIR it returns next itself. A folder that can't be read, or that lacks one
// of the three documents, fails the test.
func Middleware(t testing.TB, next http.Handler) http.Handler {
	t.Helper()
	if !Enabled() {
		saySkipped.Do(func() {
			t.Logf("requests and answers aren't compared with the vendor's OpenAPI documents: %s is not set", directoryVariable)
		})
		return next
	}
	c, err := vendor()
	if err != nil {
		t.Fatal(err)
	}
	return c.middleware(t, next)
}

func (c *contract) middleware(t testing.TB, next http.Handler) http.Handler {
	reports := &reporter{t: t, seen: map[string]bool{}}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		declared, known := c.find(r)
		if !known {
			rec := &recorder{ResponseWriter: w}
			next.ServeHTTP(rec, r)
			if !rec.hijacked && !refusesUnknown(rec.status()) && !strings.HasPrefix(r.URL.Path, "/_emulator") {
				reports.add(r.Method+" "+r.URL.EscapedPath(), []fault{{"request", "", "no document knows this method and path"}})
			}
			return
		}

		body, r := peek(r)
		rec := &recorder{ResponseWriter: w, keep: true}
		next.ServeHTTP(rec, r)
		if rec.interrupted(r) {
			return
		}
		var faults []fault
		if status := rec.status(); status >= 200 && status < 300 {
			faults = declared.checkRequest(r, body)
		}
		faults = append(faults, declared.checkResponse(rec)...)
		reports.add(r.Method+" "+declared.template, faults)
	})
}

// refusesUnknown tells whether a status is a fitting answer to a request that no document knows.
func refusesUnknown(status int) bool {
	switch status {
	case http.StatusNotFound, http.StatusUnauthorized, http.StatusForbidden, http.StatusMethodNotAllowed:
		return true
	}
	return false
}

// content is a body as far as it was kept.
type content struct {
	bytes []byte
	// cut is set when the body was longer than maxBody; bytes then holds its beginning.
	cut bool
}

// peek reads at most maxBody bytes of the request's body and returns them with a request that
// delivers the whole body. Reading ahead is the only way to have all of it: a handler may answer
// without reading to the end.
func peek(r *http.Request) (content, *http.Request) {
	if r.Body == nil || r.Body == http.NoBody {
		return content{}, r
	}
	// An error of the client's connection meets the handler again when it reads on.
	head, _ := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	whole := r.WithContext(r.Context())
	whole.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(head), r.Body), r.Body}
	return content{bytes: head, cut: len(head) > maxBody}, whole
}

// recorder passes a response on and keeps what is compared of it.
type recorder struct {
	http.ResponseWriter
	keep     bool // whether the body is wanted
	code     int  // 0 until the handler has chosen a status
	body     []byte
	size     int64 // of the body, in bytes
	hijacked bool
	failed   bool // the connection took less than the handler wrote
}

func (r *recorder) WriteHeader(code int) {
	if r.code == 0 && code >= 200 {
		r.code = code
	}
	r.ResponseWriter.WriteHeader(code)
}

func (r *recorder) Write(p []byte) (int, error) {
	if r.code == 0 {
		r.code = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(p)
	r.size += int64(n)
	// A body that the status forbids is dropped by net/http: the client gets what the status says.
	r.failed = r.failed || err != nil && !errors.Is(err, http.ErrBodyNotAllowed)
	if r.keep && r.size <= maxBody {
		r.body = append(r.body, p[:n]...)
	} else {
		r.body = nil
	}
	return n, err
}

// Unwrap serves [http.ResponseController].
func (r *recorder) Unwrap() http.ResponseWriter {
	return r.ResponseWriter
}

// Flush is here, apart from Unwrap, for handlers that ask for an [http.Flusher].
func (r *recorder) Flush() {
	if r.code == 0 {
		r.code = http.StatusOK
	}
	// A connection that is gone shows at the next Write.
	_ = http.NewResponseController(r.ResponseWriter).Flush()
}

// Hijack is here, apart from Unwrap, for handlers that ask for an [http.Hijacker], and because an
// answer on a hijacked connection isn't seen.
func (r *recorder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(r.ResponseWriter).Hijack()
	r.hijacked = r.hijacked || err == nil
	return conn, buffered, err
}

// status is the one that net/http sends: 200 when the handler chose none.
func (r *recorder) status() int {
	if r.code == 0 {
		return http.StatusOK
	}
	return r.code
}

// interrupted tells whether the client can't have received the whole response, as when a test injects
// a fault: there is nothing to compare then. (A handler that panics never gets this far.)
func (r *recorder) interrupted(req *http.Request) bool {
	if r.hijacked || r.failed {
		return true
	}
	if length, err := strconv.ParseInt(r.Header().Get("Content-Length"), 10, 64); err == nil && r.size < length {
		return true
	}
	return req.Context().Err() != nil && !json.Valid(r.body)
}

// reporter turns faults into errors of the test.
type reporter struct {
	t    testing.TB
	mu   sync.Mutex
	seen map[string]bool
}

var arrayIndex = regexp.MustCompile(`/\d+\b`)

// maxFaults is the number of faults reported for one exchange: a wrong schema of a large body would
// fill the log otherwise.
const maxFaults = 20

// add reports each fault of an exchange unless the same one was reported before, at whatever position of
// an array.
func (r *reporter) add(exchange string, faults []fault) {
	r.t.Helper()
	fresh := 0
	for _, f := range faults {
		key := exchange + "\n" + f.where + "\n" + arrayIndex.ReplaceAllString(f.pointer, "/*") + "\n" + f.reason
		r.mu.Lock()
		known := r.seen[key]
		r.seen[key] = true
		r.mu.Unlock()
		if known {
			continue
		}
		if fresh++; fresh > maxFaults {
			r.t.Errorf("contract: %s: more faults than the %d reported", exchange, maxFaults)
			return
		}
		r.t.Errorf("contract: %s: %s", exchange, f)
	}
}

// fault is one difference between the traffic and the documents.
type fault struct {
	where   string // which part of the exchange
	pointer string // JSON pointer into a body, "" for the whole
	reason  string
}

func (f fault) String() string {
	if f.pointer == "" {
		return fmt.Sprintf("%s: %s", f.where, f.reason)
	}
	return fmt.Sprintf("%s at %s: %s", f.where, f.pointer, f.reason)
}
