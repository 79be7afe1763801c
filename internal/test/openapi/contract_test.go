package openapi

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// failures is a test that collects what would have made it fail.
type failures struct {
	testing.TB
	mu       sync.Mutex
	messages []string
}

func (f *failures) Helper() {}

func (f *failures) Errorf(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.messages = append(f.messages, fmt.Sprintf(format, args...))
}

// exchange is one request and the response that the deployment gives.
type exchange struct {
	method, target, key, contentType, body string // contentType of a body defaults to JSON
	status                                 int
	responseType, response                 string // answerType of a response defaults to JSON
}

// faults sends exchanges through the middleware and returns what it reported.
func faults(t testing.TB, c *contract, exchanges ...exchange) []string {
	t.Helper()
	var current exchange
	found := &failures{TB: t}
	handler := c.middleware(found, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if body, err := io.ReadAll(r.Body); err != nil || string(body) != current.body {
			t.Errorf("the handler received another body: %d bytes instead of %d, error %v", len(body), len(current.body), err)
		}
		if current.response != "" {
			w.Header().Set("Content-Type", orJSON(current.responseType))
		}
		w.WriteHeader(current.status)
		_, _ = io.WriteString(w, current.response)
	}))
	for _, current = range exchanges {
		r := httptest.NewRequestWithContext(t.Context(), current.method, "http://harbor.test"+current.target, strings.NewReader(current.body))
		r.Header.Set("Authorization", current.key)
		if current.body != "" {
			r.Header.Set("Content-Type", orJSON(current.contentType))
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != current.status || w.Body.String() != current.response {
			t.Errorf("the client received another answer: %d %q", w.Code, w.Body)
		}
	}
	return found.messages
}

func orJSON(contentType string) string {
	if contentType == "" {
		return "application/json"
	}
	return contentType
}

func harbor(t testing.TB) *contract {
	t.Helper()
	c, err := load(os.DirFS("testdata"), "harbor.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const (
	management  = "ManagementKey-v1 k"
	integration = "ApiKey-v1 k"
	boat        = `{"id": 7, "name": "Ariel"}`
	boats       = `{"hasMore": false, "data": [` + boat + `]}`
)

func TestMiddleware_trafficThatFits(t *testing.T) {
	t.Parallel()
	for name, e := range map[string]exchange{
		"query parameters of every kind": {
			method: "GET", target: "/v1/boats?pageSize=10&afloat=true&builtAfter=2026-01-02T03:04:05Z&berth=1&berth=2&flags=red,green",
			key: management, status: 200, response: boats,
		},
		"the other security scheme":     {method: "GET", target: "/v1/boats", key: "Bearer k", status: 200, response: boats},
		"a fixed path beside a pattern": {method: "GET", target: "/v1/boats/census?ids=1,2", key: management, status: 200, response: `{"count": 1}`},
		"a pattern beside a fixed path": {method: "GET", target: "/v1/boats/7", key: management, status: 200, response: boat},
		"all properties, objects that are free, and objects with free names": {
			method: "POST", target: "/v1/boats", key: integration,
			body: `{"name": "Ariel", "sails": 3, "built": "1851-08-22T10:00:00Z", "attributes": {"any": {"thing": 1}},
				"extras": {"anchor": {"price": 1.5}}, "captain": {"rank": 1, "age": 30}, "papers": {"number": 1}, "cargo": {}}`,
			status: 201, response: `{"id": 7, "name": "Ariel", "berth": 4, "attributes": {"x": null}}`,
		},
		"a body of DELETE, a slash and a percent sign in the path": {
			method: "DELETE", target: "/v1/berths/A%2F1%25%24", key: integration, body: `{"boats": ["7"]}`, status: 204,
		},
		"one of several alternatives": {
			method: "PUT", target: "/v1/maneuvers", key: management, status: 204,
			body: `[{"type": "SAIL", "payload": {"course": 90}}, {"type": "MOOR", "payload": {"berth": "A1", "rope": 2.5}}]`,
		},
		"CSV, whatever it holds":                  {method: "GET", target: "/v1/crew/export", key: management, status: 200, responseType: "application/csv", response: "name\n\"odd\n"},
		"a JSON error where the document has CSV": {method: "GET", target: "/v1/crew/export", key: management, status: 404, response: `{"message": "gone", "StatusCode": 404}`},
		"a bad request that is refused": {
			method: "POST", target: "/v1/boats?typo=1", key: "Bearer k", body: `{"nom": 1`, status: 400, response: `{"message": "bad JSON"}`,
		},
		"an undeclared error that exists everywhere":  {method: "GET", target: "/v1/boats/7", key: management, status: 403, response: `{"message": "no", "StatusCode": 403}`},
		"a failure of something in between":           {method: "GET", target: "/v1/boats/7", key: management, status: 502, responseType: "text/html", response: "<h1>"},
		"a request for an unknown path, refused":      {method: "GET", target: "/v1/ships", key: management, status: 404, responseType: "text/plain", response: "what?"},
		"an undeclared method, refused":               {method: "PUT", target: "/v1/boats", key: management, status: 405},
		"the emulator's own paths":                    {method: "POST", target: "/_emulator/reset", status: 200, response: "done"},
		"login needs no key":                          {method: "POST", target: "/v1/sessions", body: `{"email": "a@example.com"}`, status: 201, response: `{"token": "t"}`},
		"required properties that don't exist":        {method: "POST", target: "/v1/rentals", key: management, body: `{"name": "Eve", "hours": 2}`, status: 200, response: `{"loyaltyMemberships": []}`},
		"null where the vendor's schema has an array": {method: "POST", target: "/v1/rentals", key: management, body: `{"name": "Eve", "hours": 2}`, status: 200, response: `{"loyaltyMemberships": null}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := faults(t, harbor(t), e); got != nil {
				t.Errorf("reported: %q", got)
			}
		})
	}
}

func TestMiddleware_faults(t *testing.T) {
	t.Parallel()
	list := exchange{method: "GET", target: "/v1/boats", key: management, status: 200, response: boats}
	create := exchange{method: "POST", target: "/v1/boats", key: integration, body: `{"name": "Ariel"}`, status: 201, response: boat}
	for name, test := range map[string]struct {
		exchange exchange
		change   func(e *exchange)
		want     []string
	}{
		"a path that no document knows": {
			list, func(e *exchange) { e.target = "/v1/ships?id=1" },
			[]string{"contract: GET /v1/ships: request: no document knows this method and path"},
		},
		"a method that the path doesn't have": {
			list, func(e *exchange) { e.method = "PATCH" },
			[]string{"contract: PATCH /v1/boats: request: no document knows this method and path"},
		},
		"an undeclared query parameter": {
			list, func(e *exchange) { e.target += "?pagesize=1" },
			[]string{`contract: GET /v1/boats: query parameter "pagesize": not declared`},
		},
		"a query parameter of the wrong type": {
			list, func(e *exchange) { e.target += "?pageSize=ten&afloat=yes&builtAfter=tomorrow&berth=1&berth=x" },
			[]string{
				`contract: GET /v1/boats: query parameter "afloat": got string, want boolean`,
				`contract: GET /v1/boats: query parameter "berth" at /1: got string, want integer`,
				`contract: GET /v1/boats: query parameter "builtAfter": not a valid date-time`,
				`contract: GET /v1/boats: query parameter "pageSize": got string, want integer`,
			},
		},
		"a query parameter out of range": {
			list, func(e *exchange) { e.target += "?pageSize=2000" },
			[]string{`contract: GET /v1/boats: query parameter "pageSize": maximum: got 2,000, want 1,000`},
		},
		"a query parameter given twice": {
			list, func(e *exchange) { e.target += "?pageSize=1&pageSize=2&flags=red&flags=green" },
			[]string{
				`contract: GET /v1/boats: query parameter "flags": given more than once`,
				`contract: GET /v1/boats: query parameter "pageSize": given more than once`,
			},
		},
		"a list whose values share one parameter": {
			list, func(e *exchange) { e.target += "?flags=red,blue" },
			[]string{`contract: GET /v1/boats: query parameter "flags" at /1: value must be one of 'red', 'green'`},
		},
		"a query parameter missing": {
			list, func(e *exchange) { e.target += "/census"; e.response = `{"count": 1}` },
			[]string{`contract: GET /v1/boats/census: query parameter "ids": missing`},
		},
		"a path parameter of the wrong type": {
			list, func(e *exchange) { e.target += "/Ariel"; e.response = boat },
			[]string{`contract: GET /v1/boats/{boatId}: path parameter "boatId": got string, want integer`},
		},
		"a path parameter whose slash isn't escaped": {
			exchange{method: "DELETE", target: "/v1/berths/A/1", key: integration, body: `{"boats": []}`, status: 204}, nil,
			[]string{"contract: DELETE /v1/berths/A/1: request: no document knows this method and path"},
		},
		"the scheme of the other API": {
			create, func(e *exchange) { e.key = management },
			[]string{"contract: POST /v1/boats: Authorization header: doesn't start with ApiKey-v1"},
		},
		"no key": {
			list, func(e *exchange) { e.key = "" },
			[]string{"contract: GET /v1/boats: Authorization header: doesn't start with ManagementKey-v1 or Bearer"},
		},
		"a misspelled property": {
			create, func(e *exchange) { e.body = `{"nom": "Ariel"}` },
			[]string{
				"contract: POST /v1/boats: request body: missing property 'name'",
				"contract: POST /v1/boats: request body at /nom: not declared",
			},
		},
		"a misspelled property deep inside": {
			create, func(e *exchange) { e.body = `{"name": "Ariel", "extras": {"anchor": {"price": 1, "cost~/": 2}}}` },
			[]string{"contract: POST /v1/boats: request body at /extras/anchor/cost~0~1: not declared"},
		},
		"a property of an object that must be empty": {
			create, func(e *exchange) { e.body = `{"name": "Ariel", "cargo": {"rum": 1}}` },
			[]string{"contract: POST /v1/boats: request body at /cargo/rum: not declared"},
		},
		"values of wrong types and formats": {
			create, func(e *exchange) { e.body = `{"name": "ariel", "sails": "3", "built": "yesterday", "attributes": []}` },
			[]string{
				"contract: POST /v1/boats: request body at /attributes: got array, want object",
				"contract: POST /v1/boats: request body at /built: not a valid date-time",
				`contract: POST /v1/boats: request body at /name: doesn't match the pattern "^[A-Z]"`,
				"contract: POST /v1/boats: request body at /sails: got string, want integer",
			},
		},
		"a read-only property sent": {
			create, func(e *exchange) { e.body = `{"name": "Ariel", "berth": 1}` },
			[]string{"contract: POST /v1/boats: request body at /berth: read-only, must not be sent"},
		},
		"a misspelled property of an alternative": {
			exchange{method: "PUT", target: "/v1/maneuvers", key: management, body: `[{"type": "MOOR", "payload": {"berth": "A1", "roep": 1}}]`, status: 204}, nil,
			[]string{"contract: PUT /v1/maneuvers: request body at /0/payload/roep: not declared"},
		},
		"a fault in the alternative that a constant tells": {
			exchange{method: "PUT", target: "/v1/maneuvers", key: management, body: `[{"type": "MOOR", "payload": {"rope": "long"}}]`, status: 204}, nil,
			[]string{
				"contract: PUT /v1/maneuvers: request body at /0/payload: missing property 'berth'",
				"contract: PUT /v1/maneuvers: request body at /0/payload/rope: got string, want number",
			},
		},
		"a property of another alternative than the constant tells": {
			exchange{method: "PUT", target: "/v1/maneuvers", key: management, body: `[{"type": "MOOR", "payload": {"berth": 1, "course": 2}}]`, status: 204}, nil,
			[]string{
				"contract: PUT /v1/maneuvers: request body at /0/payload/berth: got number, want string",
				"contract: PUT /v1/maneuvers: request body at /0/payload/course: not declared",
			},
		},
		"no alternative at all": {
			exchange{method: "PUT", target: "/v1/maneuvers", key: management, body: `[{"type": "SINK", "payload": {}}]`, status: 204}, nil,
			[]string{"contract: PUT /v1/maneuvers: request body at /0: matches none of the 2 alternatives"},
		},
		"a body that isn't JSON": {
			create, func(e *exchange) { e.body = `{"name": "Ariel"} {}` },
			[]string{"contract: POST /v1/boats: request body: not one JSON value"},
		},
		"a body of another media type": {
			create, func(e *exchange) { e.contentType = "text/plain" },
			[]string{`contract: POST /v1/boats: request body: Content-Type "text/plain" isn't declared, only ["application/json"]`},
		},
		"a body missing": {
			create, func(e *exchange) { e.body = "" },
			[]string{"contract: POST /v1/boats: request body: missing"},
		},
		"a body where none belongs": {
			list, func(e *exchange) { e.body = "{}" },
			[]string{"contract: GET /v1/boats: request body: none is declared"},
		},
		"an undeclared success": {
			create, func(e *exchange) { e.status = 200 },
			[]string{"contract: POST /v1/boats: response: the status 200 isn't declared"},
		},
		"a required property missing in an answer": {
			list, func(e *exchange) { e.response = `{"hasMore": false, "data": [{"name": "Ariel"}]}` },
			[]string{"contract: GET /v1/boats: response body (200) at /data/0: missing property 'id'"},
		},
		"an unknown property in an answer": {
			list, func(e *exchange) { e.response = `{"hasMore": false, "data": [], "total": 0}` },
			[]string{"contract: GET /v1/boats: response body (200) at /total: not declared"},
		},
		"null in an answer": {
			list, func(e *exchange) { e.response = `{"hasMore": false, "data": null}` },
			[]string{"contract: GET /v1/boats: response body (200) at /data: got null, want array"},
		},
		"an answer cut short without a fault of the connection": {
			list, func(e *exchange) { e.response = boats[:10] },
			[]string{"contract: GET /v1/boats: response body (200): not one JSON value"},
		},
		"an answer of another media type": {
			list, func(e *exchange) { e.responseType = "text/html" },
			[]string{`contract: GET /v1/boats: response body (200): Content-Type "text/html" isn't declared, only ["application/json"]`},
		},
		"an answer without its body": {
			list, func(e *exchange) { e.response = "" },
			[]string{"contract: GET /v1/boats: response body (200): missing"},
		},
		"an answer with a body where none belongs": {
			exchange{method: "GET", target: "/v1/boats/census?ids=1", key: management, status: 202, response: "{}"}, nil,
			[]string{"contract: GET /v1/boats/census: response body (202): none is declared"},
		},
		"a declared error of another shape": {
			create, func(e *exchange) { e.status = 400; e.response = `{"StatusCode": 400}` },
			[]string{
				"contract: POST /v1/boats: response body (400): missing property 'message'",
				"contract: POST /v1/boats: response body (400) at /StatusCode: not declared",
			},
		},
		"an undeclared error of another shape": {
			list, func(e *exchange) { e.status = 429; e.response = `{"error": "slow down"}` },
			[]string{"contract: GET /v1/boats: response body (429) at /error: not declared"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := test.exchange
			if test.change != nil {
				test.change(&e)
			}
			if diff := cmp.Diff(test.want, faults(t, harbor(t), e)); diff != "" {
				t.Errorf("reported (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMiddleware_reportsEachFaultOnce(t *testing.T) {
	t.Parallel()
	e := exchange{
		method: "PUT", target: "/v1/maneuvers", key: management, status: 204,
		body: `[{"type": "SAIL", "payload": {"course": 1}}, {"type": "SAIL", "payload": {"curse": 1}}, {"type": "SAIL", "payload": {"curse": 1}}]`,
	}
	want := []string{
		"contract: PUT /v1/maneuvers: request body at /1/payload: missing property 'course'",
		"contract: PUT /v1/maneuvers: request body at /1/payload/curse: not declared",
	}
	if diff := cmp.Diff(want, faults(t, harbor(t), e, e)); diff != "" {
		t.Errorf("reported (-want +got):\n%s", diff)
	}
}

func TestMiddleware_reportsSomeOfManyFaults(t *testing.T) {
	t.Parallel()
	var body strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&body, `, "p%03d": 1`, i)
	}
	got := faults(t, harbor(t), exchange{
		method: "POST", target: "/v1/boats", key: integration, body: `{"name": "Ariel"` + body.String() + `}`, status: 201, response: boat,
	})
	if len(got) != maxFaults+1 || !strings.HasSuffix(got[maxFaults], "more faults than the 20 reported") {
		t.Errorf("reported: %q", got)
	}
}

func TestMiddleware_messagesHoldNoValues(t *testing.T) {
	t.Parallel()
	const secret = "Hush"
	got := faults(t, harbor(t),
		exchange{method: "GET", target: "/v1/boats?pageSize=" + secret + "&flags=" + secret + "&builtAfter=" + secret, key: secret, status: 200, response: `{"hasMore": "` + secret + `", "data": []}`},
		exchange{method: "GET", target: "/v1/boats/" + secret, key: "Bearer " + secret, status: 200, response: `{"id": 1, "name": "x` + secret + `", "built": "` + secret + `"}`},
		exchange{method: "POST", target: "/v1/sessions", body: `{"email": 1, "password": "` + secret + `"}`, status: 201, response: `{"token": ["` + secret + `"]}`},
	)
	if len(got) != 11 {
		t.Errorf("reported %d faults instead of 11: %q", len(got), got)
	}
	for _, message := range got {
		if strings.Contains(message, secret) {
			t.Errorf("a value is in the message %q", message)
		}
	}
}

func TestMiddleware_forms(t *testing.T) {
	t.Parallel()
	form := func(field string, size int) exchange {
		var body bytes.Buffer
		writer := multipart.NewWriter(&body)
		part, err := writer.CreateFormFile(field, "crew.csv")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write(bytes.Repeat([]byte("sailor\n"), size/7))
		_ = writer.Close()
		return exchange{
			method: "POST", target: "/v1/crew/import", key: management, contentType: writer.FormDataContentType(), body: body.String(),
			status: 200, response: `{"amount": 1}`,
		}
	}
	noForm := form("upFile", 100)
	noForm.body = "name\nsailor\n"
	for name, test := range map[string]struct {
		exchange exchange
		want     []string
	}{
		"the declared part":           {form("upFile", 100), nil},
		"a part longer than is kept":  {form("upFile", 3*maxBody), nil},
		"another part":                {form("upfile", 100), []string{"contract: POST /v1/crew/import: request body at /upfile: not declared"}},
		"another part, longer":        {form("upfile", 3*maxBody), []string{"contract: POST /v1/crew/import: request body at /upfile: not declared"}},
		"a file instead of the parts": {noForm, []string{"contract: POST /v1/crew/import: request body: not a form of several parts"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, faults(t, harbor(t), test.exchange)); diff != "" {
				t.Errorf("reported (-want +got):\n%s", diff)
			}
		})
	}
}

func TestMiddleware_bodiesTooLongToCompare(t *testing.T) {
	t.Parallel()
	long := `{"name": "Ariel", "attributes": {"log": "` + strings.Repeat("x", maxBody) + `"}, "id": 7, "typo": 1}`
	got := faults(t, harbor(t), exchange{method: "POST", target: "/v1/boats", key: integration, body: long, status: 201, response: long})
	if got != nil {
		t.Errorf("reported: %q", got)
	}
}

// A response that a test interrupts on purpose isn't held against anybody.
func TestMiddleware_interruptedAnswers(t *testing.T) {
	t.Parallel()
	for name, interrupt := range map[string]func(w http.ResponseWriter, r *http.Request, giveUp func()){
		"the connection is taken over": func(w http.ResponseWriter, _ *http.Request, _ func()) {
			hijacker, ok := w.(http.Hijacker)
			if !ok {
				t.Error("no http.Hijacker")
				return
			}
			conn, _, err := hijacker.Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			_ = conn.Close()
		},
		"the connection is reset": func(w http.ResponseWriter, _ *http.Request, _ func()) {
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			if tcp, ok := conn.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0)
			}
			_ = conn.Close()
		},
		"the handler gives up": func(w http.ResponseWriter, _ *http.Request, _ func()) {
			_, _ = io.WriteString(w, boats[:10])
			if flusher, ok := w.(http.Flusher); ok {
				flusher.Flush()
			}
			panic(http.ErrAbortHandler)
		},
		"the client gives up": func(_ http.ResponseWriter, r *http.Request, giveUp func()) {
			giveUp()
			<-r.Context().Done()
		},
		"less is sent than announced": func(w http.ResponseWriter, _ *http.Request, _ func()) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, boats[:10])
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := &failures{TB: t}
			ctx, giveUp := context.WithCancel(t.Context())
			defer giveUp()
			server := httptest.NewServer(harbor(t).middleware(found, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				interrupt(w, r, giveUp)
			})))
			defer server.Close()
			request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/v1/boats", nil)
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Authorization", management)
			response, err := server.Client().Do(request)
			if err == nil {
				_, err = io.ReadAll(response.Body)
				_ = response.Body.Close()
			}
			if err == nil {
				t.Error("the client received a whole answer")
			}
			server.Close() // waits for the handler
			if found.messages != nil {
				t.Errorf("reported: %q", found.messages)
			}
		})
	}
}

// A response reaches the client while the handler still writes it.
func TestMiddleware_passesFlushesOn(t *testing.T) {
	t.Parallel()
	received := make(chan struct{})
	found := &failures{TB: t}
	server := httptest.NewServer(harbor(t).middleware(found, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, boats[:10])
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Error(err)
		}
		<-received
		_, _ = io.WriteString(w, boats[10:])
	})))
	defer server.Close()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/v1/boats", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", management)
	response, err := server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if _, err := io.ReadFull(response.Body, make([]byte, 10)); err != nil {
		t.Fatal(err)
	}
	close(received)
	if rest, err := io.ReadAll(response.Body); err != nil || string(rest) != boats[10:] {
		t.Errorf("received %q, error %v", rest, err)
	}
	server.Close()
	if found.messages != nil {
		t.Errorf("reported: %q", found.messages)
	}
}

func TestMiddleware_parallelRequests(t *testing.T) {
	t.Parallel()
	found := &failures{TB: t}
	handler := harbor(t).middleware(found, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"hasMore": false, "data": [{"id": 7, "nom": "Ariel"}]}`)
	}))
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/boats?pageSize=1", nil)
			r.Header.Set("Authorization", management)
			handler.ServeHTTP(httptest.NewRecorder(), r)
		})
	}
	all.Wait()
	if len(found.messages) != 2 {
		t.Errorf("reported: %q", found.messages)
	}
}

func TestLoad_documentsThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	const operation = "openapi: 3.1.0\npaths: {/a: {get: {responses: {'200': {}}, "
	for name, test := range map[string]struct{ text, want string }{
		"another version":             {"openapi: 3.0.3\n", "doc.yaml: not an OpenAPI 3.1 document"},
		"no YAML":                     {"{", "doc.yaml: yaml: line 1: did not find expected node content"},
		"a reference that dangles":    {operation + "requestBody: {$ref: '#/components/requestBodies/B'}}}}", `doc.yaml: references lead nowhere: ["#/components/requestBodies/B"]`},
		"an unknown security scheme":  {operation + "security: [{oauth: []}]}}}", `doc.yaml: GET /a: the security scheme "oauth" isn't understood here`},
		"a parameter of another kind": {operation + "parameters: [{name: X, in: header, schema: {}}]}}}", `doc.yaml: GET /a: parameters in "header" aren't understood here`},
		"a status of another kind":    {"openapi: 3.1.0\npaths: {/a: {get: {responses: {default: {}}}}}", `doc.yaml: GET /a: the status "default" isn't understood here`},
		"a path parameter undeclared": {"openapi: 3.1.0\npaths: {'/a/{b}': {get: {responses: {'200': {}}}}}", "doc.yaml: GET /a/{b}: the parameter {b} isn't declared"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := fstest.MapFS{"doc.yaml": {Data: []byte(test.text)}}
			if _, err := load(folder, "doc.yaml"); err == nil || err.Error() != test.want {
				t.Errorf("got the error %v, want %s", err, test.want)
			}
		})
	}
}

func TestMiddleware_withoutDocuments(t *testing.T) {
	t.Setenv(directoryVariable, "")
	next := http.NewServeMux()
	if Middleware(t, next) != http.Handler(next) {
		t.Error("the handler was replaced")
	}
}
