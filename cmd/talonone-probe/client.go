package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	// managementInterval keeps one endpoint of the Management API below the documented 3 requests per second.
	managementInterval = 350 * time.Millisecond
	// integrationInterval spaces the requests of the Integration API, for which no limit is published.
	integrationInterval = 50 * time.Millisecond
	// refusals is how often a request is sent again after 429.
	refusals = 10
	// maxResponse bounds what is read of a response, in bytes.
	maxResponse = 64 << 20
)

// Which key a request carries.
const (
	integration = "ApiKey-v1"
	management  = "ManagementKey-v1"
)

// clock is time, which tests replace.
type clock struct {
	now   func() time.Time
	sleep func(context.Context, time.Duration) error
}

func realClock() clock {
	return clock{now: time.Now, sleep: func(ctx context.Context, d time.Duration) error {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}}
}

// client sends plain requests: some of what a probe sends, no proper client would.
type client struct {
	base   string
	keys   map[string]string // by scheme; one that is missing is not set
	http   *http.Client
	clock  clock
	last   map[string]time.Time // by key and endpoint
	sent   int
	slowed int // responses of status 429
	// retryAfter is whether a 429 said when to come back.
	retryAfter bool
}

// request is one request; path is escaped already.
type request struct {
	key, method, path string
	query             url.Values
	body              any // nil, []byte with contentType, or a value to encode
	contentType       string
	header            map[string]string
	// hasty sends it without regard to the limit, and once.
	hasty bool
}

// response is what came back.
type response struct {
	status int
	text   string
	json   any // numbers are json.Number; nil where the body is not JSON
}

// errNoKey is the error of a request whose key is not set.
var errNoKey = errors.New("the key for it is not set")

// send waits until the limit allows a request and sends it. A request that writes is carried through when the
// context ends, so that what it made is known and can be removed.
func (c *client) send(ctx context.Context, r request) (response, error) {
	key, ok := c.keys[r.key]
	if !ok {
		return response{}, errNoKey
	}
	body, err := r.encode()
	if err != nil {
		return response{}, err
	}
	endpoint, interval := r.endpoint()
	for refused := 0; ; refused++ {
		if !r.hasty {
			if wait := c.last[endpoint].Add(interval).Sub(c.clock.now()); wait > 0 {
				if err := c.clock.sleep(ctx, wait); err != nil {
					return response{}, err
				}
			}
		}
		if err := ctx.Err(); err != nil {
			return response{}, err
		}
		c.last[endpoint] = c.clock.now()
		c.sent++
		out, header, err := c.exchange(ctx, r, key, body)
		if err != nil || out.status != http.StatusTooManyRequests {
			return out, err
		}
		c.slowed++
		c.retryAfter = c.retryAfter || header.Get("Retry-After") != ""
		if r.hasty || refused == refusals {
			return out, nil
		}
		wait := time.Second
		if seconds, err := strconv.Atoi(header.Get("Retry-After")); err == nil && seconds > 1 && seconds <= 60 {
			wait = time.Duration(seconds) * time.Second
		}
		if err := c.clock.sleep(ctx, wait); err != nil {
			return response{}, err
		}
	}
}

// endpoint names what the limit counts by: the key and the path without its IDs.
func (r request) endpoint() (name string, interval time.Duration) {
	if r.key == integration {
		return integration, integrationInterval
	}
	segments := strings.Split(r.path, "/")
	for i, segment := range segments {
		if _, err := strconv.Atoi(segment); err == nil {
			segments[i] = "*"
		}
	}
	return r.method + " " + strings.Join(segments, "/"), managementInterval
}

func (r *request) encode() ([]byte, error) {
	switch body := r.body.(type) {
	case nil:
		return nil, nil
	case []byte:
		return body, nil
	default:
		r.contentType = "application/json"
		return json.Marshal(body)
	}
}

func (c *client) exchange(ctx context.Context, r request, key string, body []byte) (response, http.Header, error) {
	if r.method != http.MethodGet {
		ctx = context.WithoutCancel(ctx)
	}
	address := c.base + r.path
	if len(r.query) > 0 {
		address += "?" + r.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, r.method, address, bytes.NewReader(body))
	if err != nil {
		return response{}, nil, err
	}
	req.Header.Set("Authorization", r.key+" "+key)
	req.Header.Set("User-Agent", "talonone-probe/"+version)
	if r.contentType != "" {
		req.Header.Set("Content-Type", r.contentType)
	}
	for name, value := range r.header {
		req.Header.Set(name, value)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return response{}, nil, err
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(io.LimitReader(resp.Body, maxResponse))
	if err != nil {
		return response{}, nil, err
	}
	out := response{status: resp.StatusCode, text: string(content)}
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.UseNumber()
	if decoder.Decode(&out.json) != nil {
		out.json = nil
	}
	return out, resp.Header, nil
}

func (r response) ok() bool { return r.status >= 200 && r.status < 300 }

// refused reports a status that says that the request is wrong, and not the key or the server.
func (r response) refused() bool {
	return r.status >= 400 && r.status < 500 && !r.unauthorized() && r.status != http.StatusTooManyRequests
}

func (r response) unauthorized() bool {
	return r.status == http.StatusUnauthorized || r.status == http.StatusForbidden
}

// unexpected is an error that shows the response, shortened.
func (r response) unexpected() error {
	text := strings.Join(strings.Fields(r.text), " ")
	if len(text) > 200 {
		text = strings.ToValidUTF8(text[:200], "") + "…"
	}
	return fmt.Errorf("unexpected response: status %d: %s", r.status, text)
}

// at follows names and list indexes into the body; nil where it does not have them.
func (r response) at(path ...any) any { return dig(r.json, path...) }

func dig(value any, path ...any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			object, _ := value.(map[string]any)
			value = object[step]
		case int:
			list, _ := value.([]any)
			if step >= len(list) {
				return nil
			}
			value = list[step]
		}
	}
	return value
}

// text is a string or number of the body as text.
func text(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case json.Number:
		return value.String()
	default:
		return ""
	}
}

// rows are the entries of a list's data.
func (r response) rows() []any {
	list, _ := r.at("data").([]any)
	return list
}

// escaped makes a path segment of an ID, with every special character encoded.
func escaped(id string) string {
	return strings.ReplaceAll(url.QueryEscape(id), "+", "%20")
}
