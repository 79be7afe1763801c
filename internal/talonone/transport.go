package talonone

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

const (
	retryWaitMin = 500 * time.Millisecond
	retryWaitMax = 30 * time.Second
	// maxRetryAfter is the longest wait that a deployment may ask for; beyond it,
	// to say so serves better than to wait.
	maxRetryAfter = time.Hour
	// refusedWaitMax is the longest wait after a 429: the limit is a rate, so that there is room again soon.
	refusedWaitMax = 5 * time.Second
	// defaultPatience bounds a call whose caller has set no deadline.
	defaultPatience = 20 * time.Minute
)

// retryRule says what may happen to a request whose response was not a success.
type retryRule int

const (
	// repeatable requests lead to the same state however often they are sent.
	repeatable retryRule = iota
	// once marks requests that create something new each time. They are repeated
	// only when the server has surely not carried them out (429, no connection).
	once
)

// call is one API operation with its arguments.
type call struct {
	operation string
	method    string
	// route is the path with {placeholders}; it stands in logs in place of the
	// path, which can hold personal data.
	route  string
	params []string
	query  url.Values
	access access
	// body is sent as JSON.
	body any
	// personal keeps the body out of logs altogether: it describes persons without
	// a name that would tell so.
	personal bool
	// upload replaces body: it opens the content again for each attempt.
	upload      func() (io.Reader, error)
	contentType string
	// idempotencyKey is the same on every attempt.
	idempotencyKey string
	retryRule      retryRule
	// parallelConflict marks operations that return 409 when requests for one
	// profile or session run at the same time; those pass.
	parallelConflict bool
	// locks names the profile and the session that the operation updates, one
	// request after the other.
	locks []string
	// sent is when the latest of the attempts was sent.
	sent     time.Time
	attempts int
	// stream lifts the time limit of an attempt, for exports and imports.
	stream bool
	// read consumes the body of a success; nil discards it.
	read func(*http.Response) error

	// waitsFor is what the call waits for at the moment.
	waitsFor reason
	// received is the length of the JSON response, in bytes.
	received int

	// about names the object of the call, such as "audience 748"; visible is when a 404 about it counts, because this client
	// has just created it.
	about   string
	visible time.Time
	// missingIs400 says that a missing object may be a 400 as well.
	missingIs400 bool

	// failures counts the attempts that failed and are repeated, refusals the 429 among them since the last other failure.
	failures, refusals int
	// down says that the deployment was out of reach when the call began.
	down bool
}

// callKey carries the call through the context to the retry policy and the limiter.
type callKey struct{}

func callOf(ctx context.Context) *call {
	c, _ := ctx.Value(callKey{}).(*call)
	return c
}

// newSender builds the stack every request passes: retries outermost, then
// the rate limit, the time limit of one attempt, the log, the network.
func newSender(config Config) *retryablehttp.Client {
	logged := &loggedTransport{next: config.Transport, secrets: config.secrets(), traceBodies: traceWanted()}
	timed := &timedTransport{next: logged, timeout: config.RequestTimeout}
	return &retryablehttp.Client{
		HTTPClient: &http.Client{
			Transport: &limitedTransport{next: timed, perSecond: config.ManagementRPS},
			// A redirect would carry the key elsewhere; readAnswer reports it.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		RetryWaitMin: retryWaitMin,
		RetryWaitMax: retryWaitMax,
		RetryMax:     math.MaxInt, // The policy counts: a 429 is no failure.
		CheckRetry:   retryPolicy(config.MaxRetries),
		Backoff:      backoff,
		ErrorHandler: giveUp,
	}
}

// do carries out one operation. Its errors are *Error, *OutcomeUnknownError,
// *MissingCredentialError, or what the network or the context said.
func (c *Client) do(ctx context.Context, op *call) error {
	authorization, err := c.authorization(op.operation, op.access)
	if err != nil {
		return err
	}
	op.visible = c.young.until(op.about)
	if _, bounded := ctx.Deadline(); !bounded {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, defaultPatience)
		defer cancel()
	}
	defer noteWaiting(ctx, op)()
	req, err := c.newRequest(context.WithValue(ctx, callKey{}, op), op)
	if err != nil {
		return fmt.Errorf("%s: %w", op.operation, err)
	}
	req.Header.Set("Authorization", authorization)
	unlock, err := c.locks.Lock(ctx, op.locks...)
	if err != nil {
		return fmt.Errorf("%s: %w", op.operation, err)
	}
	defer unlock()
	op.down = c.down.Load()
	resp, err := c.sender.Do(req)
	if resp != nil {
		defer resp.Body.Close()
	}
	if err == nil {
		c.noteSuccess(c.credential(op.access))
		return nil
	}
	if ctx.Err() != nil && op.refusals > 0 {
		return &RateLimitedError{Operation: op.operation, Refusals: op.refusals, Err: ctx.Err()}
	}
	if ctx.Err() != nil && op.retryRule == repeatable {
		return fmt.Errorf("%s: %w", op.operation, ctx.Err())
	}
	if apiErr, answered := errors.AsType[*Error](err); answered {
		apiErr.Credential, apiErr.Repeated = c.credential(op.access), op.attempts > 1
		apiErr.mask(c.config.secrets())
		c.noteFailure(apiErr)
	} else if neverSent(err) {
		err = c.unreachable(op.operation, withoutURL(err))
	} else {
		err = fmt.Errorf("%s: %w", op.operation, withoutQuotes(withoutURL(err), c.config.secrets()))
	}
	if op.retryRule == once && !surelyNotCarriedOut(err) {
		return &OutcomeUnknownError{Operation: op.operation, Err: err}
	}
	return err
}

func (c *Client) newRequest(ctx context.Context, op *call) (*retryablehttp.Request, error) {
	var rawBody any
	contentType := op.contentType
	switch {
	case op.upload != nil:
		rawBody = retryablehttp.ReaderFunc(op.upload)
	case op.body != nil:
		encoded, err := encodeJSON(op.body)
		if err != nil {
			return nil, err
		}
		rawBody, contentType = encoded, "application/json"
	}
	target := c.base.String() + expand(op.route, op.params)
	if len(op.query) > 0 {
		target += "?" + strings.ReplaceAll(op.query.Encode(), "+", "%20")
	}
	req, err := retryablehttp.NewRequestWithContext(ctx, op.method, target, rawBody)
	if err != nil {
		return nil, withoutURL(err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	req.Header.Set("User-Agent", c.config.UserAgent)
	if op.idempotencyKey != "" {
		req.Header.Set("Idempotency-Key", op.idempotencyKey)
	}
	req.SetResponseHandler(func(resp *http.Response) error { //nolint:contextcheck // The context is that of the response.
		c.noteServerTime(resp, op.sent)
		c.noteAccess(op, resp.StatusCode)
		c.down.Store(false)
		return readResponse(op, resp)
	})
	return req, nil
}

// encodeJSON leaves <, > and & as they are, so that what the server stores and
// what a log shows are the text that was written.
func encodeJSON(body any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(body); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// readResponse reads a success through the call and turns the rest into an *Error.
func readResponse(op *call, resp *http.Response) error {
	switch {
	case resp.StatusCode < 200:
		return &Error{Operation: op.operation, StatusCode: resp.StatusCode, Message: "unexpected response status below 200"}
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		return &Error{
			Operation: op.operation, StatusCode: resp.StatusCode,
			Message: "the deployment redirects elsewhere, where the key is never sent; set base_url to the deployment's own address",
		}
	case resp.StatusCode >= 400:
		return readError(op.operation, resp)
	}
	if op.read == nil {
		return refusePage(op.operation, resp)
	}
	return op.read(resp)
}

// retryPolicy decides whether an attempt is repeated. It adds to the library's
// policy (network errors, 429, 5xx) what it can't know: what a retry of the
// operation would do, and that a 429, which was not carried out, is waited for
// until the context ends, while other failures are repeated at most maxRetries times.
func retryPolicy(maxRetries int) retryablehttp.CheckRetry {
	return func(ctx context.Context, resp *http.Response, err error) (bool, error) {
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		op := callOf(ctx)
		if err == nil && resp.StatusCode == http.StatusTooManyRequests {
			op.refusals++
			op.waitsFor.set("the deployment limits the rate of requests and has refused this one %d times%s", op.refusals, until(resp))
			return !asksTooMuch(ctx, resp), nil
		}
		op.refusals = 0
		if err == nil && notVisibleYet(op, resp) {
			op.waitsFor.set("what this run has created is not visible yet")
			return true, nil
		}
		retry := err != nil && mayRepeat(ctx, op, err) || err == nil && mayRepeatResponse(ctx, op, resp)
		if !retry || op.failures >= maxRetries {
			return false, err
		}
		op.failures++
		op.waitsFor.set("attempt %d failed, and is retried%s", op.failures, until(resp))
		return true, err
	}
}

// until is the time that the deployment asks to wait for.
func until(resp *http.Response) string {
	wait, asked := retryAfter(resp)
	if !asked {
		return ""
	}
	return "; it asks to wait until " + time.Now().Add(wait).Format(time.TimeOnly)
}

// asksTooMuch says whether the deployment asks for a wait that is beyond every
// patience, or beyond the time that is left.
func asksTooMuch(ctx context.Context, resp *http.Response) bool {
	wait, asked := retryAfter(resp)
	deadline, bounded := ctx.Deadline()
	return asked && (wait > maxRetryAfter || bounded && wait > time.Until(deadline))
}

func mayRepeatResponse(ctx context.Context, op *call, resp *http.Response) bool {
	if resp.StatusCode == http.StatusConflict {
		return op.parallelConflict
	}
	if op.retryRule == once || asksTooMuch(ctx, resp) {
		return false
	}
	retry, _ := retryablehttp.DefaultRetryPolicy(ctx, resp, nil)
	return retry
}

func mayRepeat(ctx context.Context, op *call, err error) bool {
	if _, answered := errors.AsType[*Error](err); answered {
		return false
	}
	if hopeless(err) || op.down && neverSent(err) {
		return false
	}
	if op.retryRule == once && !neverSent(err) {
		return false
	}
	retry, _ := retryablehttp.DefaultRetryPolicy(ctx, nil, err)
	return retry
}

// surelyNotCarriedOut says whether the server has certainly not done what a
// request asked for: it never arrived, or it was refused.
func surelyNotCarriedOut(err error) bool {
	if _, refused := errors.AsType[*RateLimitedError](err); refused {
		return true
	}
	if _, answered := errors.AsType[*Error](err); answered {
		return RefusalStatus(err) != 0
	}
	return neverSent(err)
}

// backoff obeys Retry-After, in seconds or as a date, and otherwise waits
// exponentially longer with jitter, so that parallel requests spread.
func backoff(minimum, maximum time.Duration, attempt int, resp *http.Response) time.Duration {
	if wait, asked := retryAfter(resp); asked {
		return min(wait, maxRetryAfter)
	}
	if resp != nil && resp.StatusCode == http.StatusTooManyRequests {
		maximum = min(maximum, refusedWaitMax)
	}
	if op := callIn(resp); op != nil {
		attempt = max(op.failures, op.refusals) - 1
	}
	wait := min(minimum<<min(max(attempt, 0), 20), maximum)
	return wait/2 + rand.N(wait/2+1) //nolint:gosec // jitter needs no secret randomness
}

// callIn is the call that a response belongs to; nil where there is none.
func callIn(resp *http.Response) *call {
	if resp == nil || resp.Request == nil {
		return nil
	}
	return callOf(resp.Request.Context())
}

// retryAfter is the wait that a 429 or 503 asks for. A date in the past is the
// work of clocks that differ, and asks for nothing; neither does nonsense.
func retryAfter(resp *http.Response) (wait time.Duration, asked bool) {
	if resp == nil || resp.StatusCode != http.StatusTooManyRequests && resp.StatusCode != http.StatusServiceUnavailable {
		return 0, false
	}
	text := resp.Header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(text, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		const most = uint64(math.MaxInt64 / time.Second)
		return time.Duration(min(seconds, most)) * time.Second, true
	}
	date, err := http.ParseTime(text)
	if err != nil || !date.After(time.Now()) {
		return 0, false
	}
	return time.Until(date), true
}

// giveUp turns the last attempt's failure into the error of the call.
func giveUp(resp *http.Response, err error, _ int) (*http.Response, error) {
	if err != nil || resp == nil {
		return resp, err
	}
	return resp, readError(callOf(resp.Request.Context()).operation, resp)
}

// withoutURL strips the URL from a network error, since its path can hold the
// integration ID of a person.
func withoutURL(err error) error {
	if urlErr, ok := errors.AsType[*url.Error](err); ok {
		return urlErr.Err
	}
	return err
}

// limitedTransport holds Management requests back to the vendor's rate, each
// endpoint by itself, retries included.
type limitedTransport struct {
	next      http.RoundTripper
	perSecond float64
	mu        sync.Mutex
	pacers    map[string]*pacer
}

func (t *limitedTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	var paced *pacer
	if op := callOf(req.Context()); op != nil && op.access == managementAccess {
		op.waitsFor.set("its turn within the rate limit of the Management API has not come yet")
		paced = t.pacer(op.operation)
		answered, err := paced.wait(req.Context())
		defer answered()
		if err != nil {
			if req.Body != nil {
				_ = req.Body.Close()
			}
			return nil, err
		}
	}
	if op := callOf(req.Context()); op != nil {
		op.waitsFor.set("the deployment has not responded yet")
		op.sent = time.Now()
		op.attempts++
	}
	resp, err := t.next.RoundTrip(req)
	if resp != nil {
		// http.Client would read it, and report a broken one as a failure of the network.
		resp.Header.Del("Location")
		paced.learn(resp.StatusCode)
	}
	return resp, err
}

// timedTransport ends an attempt that takes too long, the reading of its response
// included. http.Client's own limit would count the wait for the rate limit too.
type timedTransport struct {
	next    http.RoundTripper
	timeout time.Duration
}

func (t *timedTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	if op := callOf(req.Context()); op == nil || op.stream {
		return t.next.RoundTrip(req)
	}
	cause := &timeoutError{after: t.timeout}
	ctx, cancel := context.WithTimeoutCause(req.Context(), t.timeout, cause)
	resp, err := t.next.RoundTrip(req.WithContext(ctx))
	if err != nil {
		cancel()
		if errors.Is(err, context.DeadlineExceeded) && req.Context().Err() == nil {
			err = cause
		}
		return nil, err
	}
	resp.Body = &cancellingBody{resp.Body, cancel}
	// The retry policy finds the call in the context of the response's request.
	resp.Request = req
	return resp, nil
}

type cancellingBody struct {
	io.ReadCloser
	cancel context.CancelFunc
}

func (b *cancellingBody) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}

func (t *limitedTransport) pacer(operation string) *pacer {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.pacers == nil {
		t.pacers = make(map[string]*pacer)
	}
	paced, ok := t.pacers[operation]
	if !ok {
		paced = newPacer(t.perSecond)
		t.pacers[operation] = paced
	}
	return paced
}
