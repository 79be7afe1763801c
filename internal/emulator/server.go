// Package emulator is a stateful stand-in for a Talon.One deployment: an http.Handler with the API's paths,
// keys, checks and error shapes, and a store behind it, sharing no type with any client. Tests call it in
// process and cmd/talonone-emulator serves it as a program.
//
// README.md lists the conventions that it follows where the API's documentation is silent.
package emulator

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
	"github.com/talon-one/terraform-provider-talonone/internal/emulator/faults"
	"github.com/talon-one/terraform-provider-talonone/internal/emulator/page"
	"github.com/talon-one/terraform-provider-talonone/internal/emulator/strictjson"
)

const (
	// maxBodyBytes bounds the JSON body of a request.
	maxBodyBytes = 64 << 20
	// maxUploadBytes bounds an import; Talon.One advises 500 MB per file.
	maxUploadBytes = 512 << 20
)

// Options of New. The zero value is a deployment with the default fixture, in memory, without limiter, latency
// and faults.
type Options struct {
	// Fixture is what the deployment starts with; nil is DefaultFixture. It is not used when DataFile exists.
	Fixture *Fixture
	// DataFile keeps the state across restarts; "" keeps it in memory. Every change is on disk before its
	// response is sent.
	DataFile string
	// Latency is added to every request. A request that is admitted spends it in its turn, so that the rule
	// of parallel requests can be seen.
	Latency time.Duration
	// ManagementRPS limits the Management operations, per key and endpoint, in requests per second; 0 means no limit.
	// The documented limit is 3.
	ManagementRPS float64
	// Conventions decide what the API's documentation leaves open. Those that are not named have their strict
	// value; conventions.Defaults() are the lenient ones with which the program starts.
	Conventions conventions.Values
	// LegacyEvents is short for the convention legacy_events=yes.
	LegacyEvents bool
	// Faults are active from the start.
	Faults []Fault
	// RequestLog receives one JSON object per line and request, without keys and bodies; nil for none.
	RequestLog io.Writer
	// KeepBodies makes Requests return the request bodies.
	KeepBodies bool
	// AllowRemote answers to any Host. Without it the emulator answers to loopback ones only, which keeps web pages out.
	AllowRemote bool
	// StallTimeout ends a request whose body stops arriving; 0 is a minute.
	StallTimeout time.Duration
	// Now is the deployment's clock; nil is time.Now.
	Now func() time.Time
	// OnRequest is called for every request that passed authentication, limits and its queue, before it is
	// applied. It may block, and it may call the deployment, but not for the same profile or session.
	OnRequest func(ctx context.Context, operation string)
}

// Server is a deployment. It is an http.Handler and safe for concurrent use.
type Server struct {
	opts    Options
	routes  []*route
	changes []auditEntry // the list of changes
	// lastChange is the ID of the latest change.
	lastChange int64
	limiter    *limiter
	queues     queues
	keys       keyLocks
	faults     faults.List
	log        requestLog
	page       page.Handler
	origins    http.CrossOriginProtection
	data       *dataFile // nil: in memory
	closed     chan struct{}
	end        func()             // closes closed, once
	values     conventions.Values // one for every convention; never changes
	// decoding is how the conventions want bodies to be read.
	decoding strictjson.Options

	mu       sync.Mutex // guards what follows; handlers run with it held
	state    *state
	replica  *replica   // what reads see while they lag; nil when they do not
	frozen   time.Time  // of the change that is carried out; zero is none
	random   *rand.Rand // of the change that is carried out; nil is none
	version  uint64     // changes so far
	forgetAt hourly
	listings int    // requests for lists whose order is unstable
	shifted  uint64 // version for which a list was shifted last
}

// New starts a deployment from its fixture, or from the data file when there is one. It fails when either is wrong.
func New(opts Options) (*Server, error) {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.StallTimeout == 0 {
		opts.StallTimeout = time.Minute
	}
	values := conventions.Strict()
	if err := values.SetAll(opts.Conventions); err != nil {
		return nil, err
	}
	if opts.LegacyEvents {
		values[conventions.LegacyEvents] = conventions.Yes
	}
	closed := make(chan struct{})
	s := &Server{
		opts:    opts,
		limiter: newLimiter(opts.ManagementRPS),
		log:     requestLog{writer: opts.RequestLog},
		closed:  closed,
		values:  values,
		replica: newReplica(values),
		end:     sync.OnceFunc(func() { close(closed) }),
	}
	s.decoding = s.decodingOptions()
	s.page = page.Handler{Snapshot: s.snapshot, Changed: s.log.changed, Closed: closed}
	for _, fault := range opts.Faults {
		if err := s.faults.Add(fault); err != nil {
			return nil, err
		}
	}
	if err := s.start(); err != nil {
		return nil, err
	}
	s.routesLogin()
	s.routesDefinitions()
	s.routesAttributes()
	s.routesStores()
	s.routesAdditionalCosts()
	s.routesCollections()
	s.routesAudiences()
	s.routesProfiles()
	s.routesCatalogs()
	s.routesCoupons()
	s.routesReferrals()
	s.routesSessions()
	s.routesEvents()
	s.routesLoyalty()
	s.routesAccount()
	return s, nil
}

func (s *Server) start() error {
	if s.opts.DataFile != "" {
		s.data = &dataFile{path: s.opts.DataFile}
	}
	now := s.time()
	st, saved, err := s.firstState(now)
	if err != nil {
		return err
	}
	s.state = st
	if s.replica != nil {
		// The same again: the two must not share what a write changes in place.
		if s.replica.state, _, err = s.firstState(now); err != nil {
			return err
		}
	}
	s.version = 1
	if saved {
		s.data.saved = s.version
	}
	return s.save(s.version)
}

// firstState reads the data file where there is one, and the fixture otherwise.
func (s *Server) firstState(now time.Time) (st *state, saved bool, err error) {
	if s.data != nil {
		if st, saved, err = s.data.load(); err != nil || saved {
			return st, saved, err
		}
	}
	fixture := s.opts.Fixture
	if fixture == nil {
		fixture = DefaultFixture()
	}
	st, err = fixture.state(now, s.values)
	return st, false, err
}

// is reports whether a convention has a value. Ask for the value that is not the default: the loader of fixtures
// in tests has none.
func (s *Server) is(convention, value string) bool { return s.values[convention] == value }

// Close ends hanging requests. The state needs no closing: every change is saved when it is made.
func (s *Server) Close() error {
	s.end()
	return nil
}

// Fault makes matching requests fail; see faults.Fault.
type Fault = faults.Fault

// ParseFault reads the form of the command line, such as `PUT /v1/catalogs/ status=503 every=3`; see
// faults.Parse.
func ParseFault(text string) (Fault, error) { return faults.Parse(text) }

// AddFault activates a fault; it fails when the fault contradicts itself.
func (s *Server) AddFault(f Fault) error { return s.faults.Add(f) }

// ClearFaults ends all faults.
func (s *Server) ClearFaults() { s.faults.Clear() }

// reply is a handler's response. A nil body is an empty one; a *stream is written as it is produced.
type reply struct {
	status int
	body   any
}

func okReply(body any) reply      { return reply{http.StatusOK, body} }
func createdReply(body any) reply { return reply{http.StatusCreated, body} }
func noContent() reply            { return reply{status: http.StatusNoContent} }

// stream is a body that is too large to hold. write runs without the state: it owns what it writes.
type stream struct {
	contentType string
	write       func(w io.Writer) error
}

// outgoing is a response ready to be sent.
type outgoing struct {
	status int
	header http.Header
	body   []byte
	stream *stream
	// changed says that the request may have changed the state.
	changed bool
}

// exchange is one request on its way through the server.
type exchange struct {
	w       http.ResponseWriter
	http    *http.Request
	path    string // escaped
	started time.Time
	entry   Request
	body    *countingReader
	delayed bool
	logged  bool
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if why := s.foreign(r); why != "" {
		http.Error(w, why, http.StatusForbidden)
		return
	}
	if r.Body == nil {
		r.Body = http.NoBody
	}
	body := s.countingReader(w, r.Body)
	r.Body = body
	path := r.URL.EscapedPath()
	if path == controlPath || strings.HasPrefix(path, controlPath+"/") {
		s.serveControl(w, r, path)
		return
	}
	if path == page.Path && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		s.page.ServeHTTP(w, r)
		return
	}
	x := &exchange{w: w, http: r, path: path, started: time.Now(), body: body}
	x.entry = Request{Time: s.time(), Method: r.Method, Path: path, Query: r.URL.RawQuery, Credential: CredentialNone}
	if rt, _, _ := s.match(r.Method, path); rt != nil {
		x.entry.Operation = rt.operation
	}
	defer s.record(x)

	fault := s.faults.Match(r.Method, path)
	if fault == nil {
		s.send(x, s.respond(r.Context(), x))
		return
	}
	x.entry.Fault = fault.Name()
	var out outgoing
	if fault.Applies() {
		out = s.respond(r.Context(), x)
	}
	s.delay(x)
	s.fail(x, *fault, out)
}

// fail ends a request the way a fault says; out is the deployment's response when the fault let it through.
func (s *Server) fail(x *exchange, fault Fault, out outgoing) {
	switch {
	case fault.Reset:
		s.record(x)
		faults.Abort(x.w)
	case fault.Hang:
		x.drain()
		select {
		case <-x.http.Context().Done():
		case <-s.closed:
		}
		s.record(x)
		faults.Abort(x.w)
	case fault.Truncate:
		x.drain()
		s.record(x)
		if out.stream != nil {
			collected, err := collect(out.stream)
			if err != nil {
				faults.Abort(x.w)
			}
			out.body = collected
		}
		faults.Truncate(x.w, out.status, out.header, out.body)
	default:
		header, body := fault.Response(faultBody)
		s.send(x, outgoing{status: fault.Status, header: header, body: body})
	}
}

// respond takes a request through the checks in the API's order: credential, endpoint permission, rate, route and
// ID, body, state.
func (s *Server) respond(ctx context.Context, x *exchange) outgoing {
	rt, params, allowed := s.match(x.http.Method, x.path)
	r := &request{params: params, http: x.http, server: s}
	for name, value := range params {
		params[name] = s.normal(parameterKinds[name], value)
	}

	s.mu.Lock()
	cred, known := s.authenticate(x.http.Header.Get("Authorization"))
	s.mu.Unlock()
	x.entry.Credential = cred.kind
	r.cred = cred
	if rt == nil {
		return s.noRoute(x, r, known, allowed)
	}
	if rt.access != noKey && (!known || !s.admits(rt.access, cred.kind)) {
		return s.errorResponse(rt, errUnauthorized())
	}
	if !cred.mayUse(x.path) {
		return s.errorResponse(rt, &apiError{status: s.forbiddenStatus(), message: "This key does not give access to this endpoint"})
	}
	if rt.access == managementKey || rt.access == noKey {
		if wait, ok := s.limiter.admit(s.opts.Now(), cred.scope()+" "+rt.operation); !ok {
			out := s.errorResponse(rt, errTooManyRequests())
			if s.is(conventions.RetryAfter, conventions.Yes) {
				out.header.Set("Retry-After", retryAfter(wait))
			}
			return out
		}
	}
	var err error
	if r.query, err = url.ParseQuery(x.http.URL.RawQuery); err != nil {
		return s.errorResponse(rt, badRequest(atParameter("", titleInvalidValue, "the query string is malformed")))
	}
	if err := s.readBody(x, rt, r); err != nil {
		return s.errorResponse(rt, err)
	}
	return s.admitted(ctx, x, rt, r)
}

func (s *Server) noRoute(x *exchange, r *request, known bool, allowed []string) outgoing {
	rt := &route{}
	switch {
	case !known:
		return s.errorResponse(rt, errUnauthorized())
	case len(allowed) > 0:
		out := s.errorResponse(rt, &apiError{status: http.StatusMethodNotAllowed, message: "Method not allowed"})
		slices.Sort(allowed)
		out.header.Set("Allow", strings.Join(slices.Compact(allowed), ", "))
		return out
	default:
		return s.errorResponse(rt, r.notFound("endpoint", x.http.Method+" "+x.path))
	}
}

// readBody bounds the body and, but for streamed routes, reads it, so that no slow client holds the state.
func (s *Server) readBody(x *exchange, rt *route, r *request) error {
	limit := int64(maxBodyBytes)
	if rt.streamed {
		limit = maxUploadBytes
	}
	x.http.Body = http.MaxBytesReader(x.w, x.body, limit)
	if rt.streamed {
		return nil
	}
	body, err := io.ReadAll(x.http.Body)
	r.body = body
	if s.opts.KeepBodies {
		x.entry.Body = body
	}
	return bodyError(err)
}

// bodyError turns a failure to read a body into the API's response.
func bodyError(err error) error {
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &tooLarge):
		return &apiError{status: http.StatusRequestEntityTooLarge, message: fmt.Sprintf("The body is larger than %d bytes", tooLarge.Limit)}
	default:
		return badRequest(atPointer("", "Incomplete body", "the body ended early"))
	}
}

// admitted runs a request that may run: retries of an idempotent one are answered from memory, updates of one
// profile or session wait for their turn.
func (s *Server) admitted(ctx context.Context, x *exchange, rt *route, r *request) outgoing {
	var key string
	if rt.idempotent && !s.is(conventions.Idempotency, conventions.Ignored) {
		var err error
		if key, err = r.idempotencyKey(); err != nil {
			return s.errorResponse(rt, err)
		}
	}
	if key != "" {
		leave, err := s.keys.enter(ctx, key)
		if err != nil {
			return s.errorResponse(rt, err)
		}
		defer leave()
		s.mu.Lock()
		earlier, ok := s.recall(key)
		s.mu.Unlock()
		if ok {
			x.entry.Replayed = true
			return jsonResponse(earlier.Status, earlier.Body)
		}
	}
	if rt.queues != nil {
		leave, err := s.queues.enter(ctx, rt.queues(r))
		if err != nil {
			return s.errorResponse(rt, err)
		}
		defer leave()
	}
	s.delay(x)
	if s.opts.OnRequest != nil {
		s.opts.OnRequest(ctx, rt.operation)
	}
	out, version := s.apply(rt, r, key)
	if out.changed {
		if err := s.save(version); err != nil {
			return s.errorResponse(rt, err)
		}
	}
	return out
}

// apply runs the handler and returns its response and the version of the state after it.
func (s *Server) apply(rt *route, r *request, key string) (outgoing, uint64) {
	if !rt.streamed {
		s.mu.Lock()
		defer s.mu.Unlock()
	}
	got, err := s.run(rt, r)
	if rt.streamed {
		s.mu.Lock()
		defer s.mu.Unlock()
	}
	var out outgoing
	if err != nil {
		out = s.errorResponse(rt, err)
	} else {
		out = got.outgoing()
		if !rt.readOnly {
			s.version++
			out.changed = true
			s.logChange(rt, r)
		}
	}
	if key != "" && out.status < 500 {
		s.remember(key, out.status, out.body)
	}
	return out, s.version
}

// run calls the handler on the state that it has to see. A streamed handler locks the state and calls write itself.
func (s *Server) run(rt *route, r *request) (reply, error) {
	handle := func() (reply, error) { return rt.handler(r) }
	switch {
	case rt.streamed:
		return handle()
	case rt.readOnly:
		return s.read(rt.operation, handle)
	default:
		return s.write(handle)
	}
}

// forbiddenStatus answers a Management key that lacks the endpoint.
func (s *Server) forbiddenStatus() int {
	if s.is(conventions.ForbiddenStatus, "401") {
		return http.StatusUnauthorized
	}
	return http.StatusForbidden
}

func (r reply) outgoing() outgoing {
	if r.body == nil {
		return outgoing{status: r.status, header: http.Header{}}
	}
	if body, ok := r.body.(*stream); ok {
		return outgoing{status: r.status, header: http.Header{"Content-Type": {body.contentType}}, stream: body}
	}
	return jsonResponse(r.status, mustJSON(r.body))
}

func jsonResponse(status int, body []byte) outgoing {
	out := outgoing{status: status, header: http.Header{}, body: body}
	if len(body) > 0 {
		out.header.Set("Content-Type", "application/json")
	}
	return out
}

func (s *Server) errorResponse(rt *route, err error) outgoing {
	var known *apiError
	if !errors.As(err, &known) {
		known = &apiError{status: http.StatusInternalServerError, message: "Internal error: " + err.Error()}
	}
	withStatus := known.status != http.StatusBadRequest || !rt.bare400
	return jsonResponse(known.status, mustJSON(errorBody(known, withStatus)))
}

// mustJSON encodes the emulator's own values, which always can be.
func mustJSON(value any) []byte {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(fmt.Sprintf("emulator: cannot encode an answer: %v", err))
	}
	return bytes.TrimSuffix(buffer.Bytes(), []byte("\n"))
}

// delay spends the latency once per request.
func (s *Server) delay(x *exchange) {
	if x.delayed || s.opts.Latency <= 0 {
		return
	}
	x.delayed = true
	timer := time.NewTimer(s.opts.Latency)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-x.http.Context().Done():
	case <-s.closed:
	}
}

// send writes a response. The request is recorded first where the response is at hand, so that a client that has the response
// finds the request in the log.
func (s *Server) send(x *exchange, out outgoing) {
	s.delay(x)
	x.drain()
	x.entry.Status = out.status
	maps.Copy(x.w.Header(), out.header)
	if out.stream != nil {
		x.w.WriteHeader(out.status)
		if err := out.stream.write(x.w); err != nil {
			panic(http.ErrAbortHandler) // the client is gone, or must not take a part for the whole
		}
		return
	}
	s.record(x)
	x.w.WriteHeader(out.status)
	_, _ = x.w.Write(out.body)
}

// record logs the request once.
func (s *Server) record(x *exchange) {
	if x.logged {
		return
	}
	x.logged = true
	x.entry.BodyBytes = x.body.read
	x.entry.Duration = time.Since(x.started)
	s.log.record(x.entry)
}

// drain reads what is left of the body, as a client that is still sending does not look for a response.
func (x *exchange) drain() {
	_, _ = io.Copy(io.Discard, io.LimitReader(x.body, maxUploadBytes))
}

// collect holds a streamed body, for the fault that sends half of it.
func collect(body *stream) ([]byte, error) {
	var buffer bytes.Buffer
	err := body.write(&buffer)
	return buffer.Bytes(), err
}

// countingReader counts the bytes of a body, and gives up when they stop arriving: a client that stalls would hold its
// connection, and its turn, forever.
type countingReader struct {
	io.ReadCloser
	read       int64
	failed     error // for good, so that nothing waits for the rest
	connection *http.ResponseController
	patience   time.Duration
}

func (s *Server) countingReader(w http.ResponseWriter, body io.ReadCloser) *countingReader {
	return &countingReader{ReadCloser: body, connection: http.NewResponseController(w), patience: s.opts.StallTimeout}
}

func (c *countingReader) Read(p []byte) (int, error) {
	if c.failed != nil {
		return 0, c.failed
	}
	// A recorder in a test has no deadlines.
	_ = c.connection.SetReadDeadline(time.Now().Add(c.patience))
	n, err := c.ReadCloser.Read(p)
	if err == nil || errors.Is(err, io.EOF) {
		// Behind the body, net/http waits for the client to go, which is not a reason to hurry.
		_ = c.connection.SetReadDeadline(time.Time{})
	} else {
		c.failed = err
	}
	c.read += int64(n)
	return n, err
}
