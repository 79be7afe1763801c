package talonone

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// script answers requests one after the other, in a bubble of fake time.
type script struct {
	mu        sync.Mutex
	responses []func(*http.Request) (*http.Response, error)
	seen      []received
}

type received struct {
	at            time.Time
	path, query   string
	body          string
	authorization string
	idempotency   string
}

func (s *script) RoundTrip(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	body := ""
	if req.Body != nil {
		content, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		body = string(content)
	}
	s.seen = append(s.seen, received{
		at: time.Now(), path: req.URL.EscapedPath(), query: req.URL.RawQuery, body: body,
		authorization: req.Header.Get("Authorization"), idempotency: req.Header.Get("Idempotency-Key"),
	})
	response := s.responses[min(len(s.seen), len(s.responses))-1]
	return response(req)
}

func status(code int, body string, header ...string) func(*http.Request) (*http.Response, error) {
	return func(req *http.Request) (*http.Response, error) {
		resp := &http.Response{StatusCode: code, Body: io.NopCloser(strings.NewReader(body)), Header: http.Header{"Content-Type": {"application/json"}}, Request: req}
		for i := 0; i+1 < len(header); i += 2 {
			resp.Header.Set(header[i], header[i+1])
		}
		return resp, nil
	}
}

func fails(err error) func(*http.Request) (*http.Response, error) {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// hangs answers nothing until the request is given up.
func hangs(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, req.Context().Err()
}

var (
	errDial  = &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	errReset = &net.OpError{Op: "read", Net: "tcp", Err: errors.New("connection reset by peer")}
)

func newTestClient(t *testing.T, s *script, adjust ...func(*Config)) *Client {
	t.Helper()
	config := Config{
		BaseURL: "https://example.talon.one", IntegrationAPIKey: "integration-secret", ManagementAPIKey: "management-secret",
		MaxRetries: -1, Transport: s,
	}
	for _, change := range adjust {
		change(&config)
	}
	client, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

const created = `{"id":748,"accountId":31,"created":"2026-03-01T10:00:00.000001Z","name":"VIP"}`

func TestRepeatableRequestsAreRepeated(t *testing.T) {
	t.Parallel()
	for name, failure := range map[string]func(*http.Request) (*http.Response, error){
		"429":                   status(429, `{}`),
		"500":                   status(500, `{}`),
		"502 of a proxy":        status(502, `<html>`, "Content-Type", "text/html"),
		"503":                   status(503, `{}`),
		"refused connection":    fails(errDial),
		"reset connection":      fails(errReset),
		"answer cut short":      status(200, `{"id":748,"acco`),
		"no answer in a minute": hangs,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{responses: []func(*http.Request) (*http.Response, error){failure, failure, status(200, created)}}
				audience, err := newTestClient(t, s).UpdateAudienceV2(t.Context(), 748, AudienceUpdate{Name: "VIP"})
				if err != nil || audience.ID != 748 {
					t.Fatalf("got %v, %v", audience, err)
				}
				if len(s.seen) != 3 {
					t.Errorf("got %d requests, want 3", len(s.seen))
				}
				if s.seen[2].body != `{"name":"VIP"}` {
					t.Errorf("the last attempt sent %q", s.seen[2].body)
				}
			})
		})
	}
}

func TestFinalAnswersAreNotRepeated(t *testing.T) {
	t.Parallel()
	for name, response := range map[string]func(*http.Request) (*http.Response, error){
		"400":              status(400, `{"message":"no"}`),
		"401":              status(401, `{"message":"no","StatusCode":401}`),
		"403":              status(403, `{}`),
		"404":              status(404, `{}`),
		"409":              status(409, `{}`),
		"redirect":         status(302, ``, "Location", "https://elsewhere.example"),
		"page of HTML":     status(200, `<html>`, "Content-Type", "text/html"),
		"wrong type":       status(200, `{"id":"x"}`),
		"unresolved host":  fails(&net.DNSError{IsNotFound: true, Err: "no such host"}),
		"array for object": status(200, `[]`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{responses: []func(*http.Request) (*http.Response, error){response}}
				_, err := newTestClient(t, s).UpdateAudienceV2(t.Context(), 748, AudienceUpdate{Name: "VIP"})
				if err == nil || len(s.seen) != 1 {
					t.Fatalf("got %v after %d requests, want an error after 1", err, len(s.seen))
				}
			})
		})
	}
}

func TestCreatesAreRepeatedOnlyWhenSurelyNotCarriedOut(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		failure  func(*http.Request) (*http.Response, error)
		requests int
		unknown  bool
	}{
		"429":                {status(429, `{}`), 2, false},
		"refused connection": {fails(errDial), 2, false},
		"400":                {status(400, `{}`), 1, false},
		"409":                {status(409, `{}`), 1, false},
		"500":                {status(500, `{}`), 1, true},
		"503":                {status(503, `{}`), 1, true},
		"reset connection":   {fails(errReset), 1, true},
		"answer cut short":   {status(201, `{"id":7`), 1, true},
		"no JSON":            {status(201, `<html>`, "Content-Type", "text/html"), 1, true},
		"no answer":          {hangs, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{responses: []func(*http.Request) (*http.Response, error){test.failure, status(201, created)}}
				_, err := newTestClient(t, s).CreateAudienceV2(t.Context(), NewAudience{Name: "VIP"})
				var unknown *OutcomeUnknownError
				if len(s.seen) != test.requests || errors.As(err, &unknown) != test.unknown {
					t.Errorf("got %v after %d requests, want %d requests, unknown outcome %t", err, len(s.seen), test.requests, test.unknown)
				}
			})
		})
	}
}

func TestRetryAfterIsObeyed(t *testing.T) {
	t.Parallel()
	for name, header := range map[string]func() string{
		"seconds": func() string { return "7" },
		"date":    func() string { return time.Now().Add(7 * time.Second).UTC().Format(http.TimeFormat) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := &script{responses: []func(*http.Request) (*http.Response, error){status(429, `{}`, "Retry-After", header()), status(200, created)}}
				if _, err := newTestClient(t, s).UpdateAudienceV2(t.Context(), 748, AudienceUpdate{Name: "VIP"}); err != nil {
					t.Fatal(err)
				}
				if waited := s.seen[1].at.Sub(s.seen[0].at); waited != 7*time.Second {
					t.Errorf("waited %s, want 7s", waited)
				}
			})
		})
	}
}

func TestBackoffGrowsAndIsSpread(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{responses: []func(*http.Request) (*http.Response, error){status(500, `{}`)}}
		_, err := newTestClient(t, s).UpdateAudienceV2(t.Context(), 748, AudienceUpdate{Name: "VIP"})
		var apiErr *Error
		if !errors.As(err, &apiErr) || apiErr.StatusCode != 500 {
			t.Fatalf("got %v, want the last 500", err)
		}
		if len(s.seen) != 1+DefaultMaxRetries {
			t.Fatalf("got %d requests, want %d", len(s.seen), 1+DefaultMaxRetries)
		}
		for i := 1; i < len(s.seen); i++ {
			full := retryWaitMin << (i - 1)
			if wait := s.seen[i].at.Sub(s.seen[i-1].at); wait < full/2 || wait > full {
				t.Errorf("wait %d took %s, want between %s and %s", i, wait, full/2, full)
			}
		}
	})
}

// A refused request was not carried out, so that neither max_retries nor the kind of the operation bounds how often it is
// sent again.
func TestRefusedRequestsAreWaitedFor(t *testing.T) {
	t.Parallel()
	for name, send := range map[string]func(context.Context, *Client) error{
		"a read":  func(ctx context.Context, c *Client) error { _, err := c.GetAudiences(ctx); return err },
		"a write": updateVIP,
		"a create": func(ctx context.Context, c *Client) error {
			_, err := c.CreateAudienceV2(ctx, NewAudience{})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				const refusals = 40
				s := &script{}
				for range refusals {
					s.responses = append(s.responses, status(429, `{}`))
				}
				s.responses = append(s.responses, status(200, `{"id":748,"data":[],"hasMore":false}`))
				client := newTestClient(t, s, func(c *Config) { c.MaxRetries = 0 })
				if err := send(t.Context(), client); err != nil || len(s.seen) != refusals+1 {
					t.Fatalf("got %v after %d requests", err, len(s.seen))
				}
				// Two seconds and a half are the mean of the longest wait; the pace of a Management endpoint comes on top.
				if took := s.seen[refusals].at.Sub(s.seen[0].at); took > 10*time.Minute {
					t.Errorf("it took %s", took)
				}
			})
		})
	}
}

func TestRefusedRequestsEndWithTheirTime(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		response func(*http.Request) (*http.Response, error)
		timeout  time.Duration
		took     time.Duration
		says     string
	}{
		"timeout":                   {status(429, `{}`), time.Minute, time.Minute, "429 Too Many Requests, and not carried out: context deadline exceeded"},
		"no timeout":                {status(429, `{}`), 0, defaultPatience, "not carried out: context deadline exceeded"},
		"a wait beyond the time":    {status(429, `{}`, "Retry-After", "90"), time.Minute, 0, "asks to wait for 1m30s, which exceeds the timeout"},
		"a wait within the time":    {status(429, `{}`, "Retry-After", "50"), time.Minute, 50 * time.Second, "asks to wait for 50s, which exceeds"},
		"a wait beyond any":         {status(429, `{}`, "Retry-After", "7200"), 0, 0, "asks to wait for more than 1h0m0s"},
		"an outage beyond the time": {status(503, `{}`, "Retry-After", "90"), time.Minute, 0, "asks to wait for 1m30s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				if test.timeout > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, test.timeout)
					defer cancel()
				}
				start := time.Now()
				_, err := newTestClient(t, &script{responses: []func(*http.Request) (*http.Response, error){test.response}}).
					CreateAudienceV2(ctx, NewAudience{Name: "VIP"})
				if err == nil || !strings.Contains(err.Error(), test.says) || time.Since(start) != test.took {
					t.Errorf("got %v after %s, want %q after %s", err, time.Since(start), test.says, test.took)
				}
				if IsOutcomeUnknown(err) && !strings.HasPrefix(name, "an outage") {
					t.Error("a refused create counts as one of unknown outcome")
				}
			})
		})
	}
}

func TestManagementRequestsAreSpaced(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{responses: []func(*http.Request) (*http.Response, error){status(200, `{"data":[],"hasMore":false}`)}}
		client := newTestClient(t, s)
		var wait sync.WaitGroup
		for range 20 {
			wait.Go(func() {
				if _, err := client.listAudiences(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		for i := 3; i < len(s.seen); i++ {
			if window := s.seen[i].at.Sub(s.seen[i-3].at); window <= time.Second {
				t.Errorf("requests %d to %d arrived within %s, want more than a second", i-3, i, window)
			}
		}
		// The first eight keep a longer distance than the limit asks for.
		if total := s.seen[19].at.Sub(s.seen[0].at); total > 8500*time.Millisecond {
			t.Errorf("20 requests took %s: the limit is not used", total)
		}
	})
}

func TestIntegrationRequestsAreNotSpaced(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{responses: []func(*http.Request) (*http.Response, error){status(200, created)}}
		client := newTestClient(t, s)
		for range 20 {
			if _, err := client.UpdateAudienceV2(t.Context(), 748, AudienceUpdate{Name: "VIP"}); err != nil {
				t.Fatal(err)
			}
		}
		if total := s.seen[19].at.Sub(s.seen[0].at); total != 0 {
			t.Errorf("20 requests took %s", total)
		}
	})
}

// The wait for the rate limit must not count as slowness of the server.
func TestAttemptTimeoutLeavesOutTheRateLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{responses: []func(*http.Request) (*http.Response, error){status(200, `{"data":[],"hasMore":false}`)}}
		client := newTestClient(t, s, func(c *Config) { c.RequestTimeout, c.MaxRetries = time.Second, 0 })
		var wait sync.WaitGroup
		for range 20 {
			wait.Go(func() {
				if _, err := client.listAudiences(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
	})
}

func TestWaitsEndWithTheContext(t *testing.T) {
	t.Parallel()
	for name, response := range map[string]func(*http.Request) (*http.Response, error){
		"between attempts": status(503, `{}`, "Retry-After", "600"),
		"in an attempt":    hangs,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				start := time.Now()
				time.AfterFunc(time.Second, cancel)
				_, err := newTestClient(t, &script{responses: []func(*http.Request) (*http.Response, error){response}}).
					UpdateAudienceV2(ctx, 748, AudienceUpdate{Name: "VIP"})
				if !errors.Is(err, context.Canceled) || time.Since(start) != time.Second {
					t.Errorf("got %v after %s, want context.Canceled after 1s", err, time.Since(start))
				}
			})
		})
	}
}

func TestCreateInterruptedHasAnUnknownOutcome(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		_, err := newTestClient(t, &script{responses: []func(*http.Request) (*http.Response, error){hangs}}).CreateAudienceV2(ctx, NewAudience{Name: "VIP"})
		var unknown *OutcomeUnknownError
		if !errors.As(err, &unknown) || !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want an unknown outcome because of the cancellation", err)
		}
	})
}

func TestKeysFollowTheOperation(t *testing.T) {
	t.Parallel()
	const integration, management = "ApiKey-v1 integration-secret", "ManagementKey-v1 management-secret"
	for name, test := range map[string]struct {
		adjust func(*Config)
		call   func(context.Context, *Client) error
		want   string
	}{
		"integration operation": {nil, updateVIP, integration},
		"management operation":  {nil, readAudiences, management},
		"bearer token":          {func(c *Config) { c.ManagementAPIKey, c.ManagementToken = "", "token" }, readAudiences, "Bearer token"},
		"key before token":      {func(c *Config) { c.ManagementToken = "token" }, readAudiences, management},
		"moved operation":       {nil, deleteVIP, integration},
		"moved operation of 2022": {
			func(c *Config) { c.LegacyManagerAuth = true }, deleteVIP, management,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &script{responses: []func(*http.Request) (*http.Response, error){status(200, `{"id":748,"data":[],"hasMore":false}`)}}
			var adjust []func(*Config)
			if test.adjust != nil {
				adjust = append(adjust, test.adjust)
			}
			if err := test.call(t.Context(), newTestClient(t, s, adjust...)); err != nil {
				t.Fatal(err)
			}
			if got := s.seen[0].authorization; got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestMissingKeyIsReportedBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	s := &script{}
	client := newTestClient(t, s, func(c *Config) { c.IntegrationAPIKey, c.ManagementAPIKey = "", "" })
	for want, call := range map[Credential]func(context.Context, *Client) error{
		IntegrationCredential: updateVIP, ManagementCredential: readAudiences,
	} {
		var missing *MissingCredentialError
		if err := call(t.Context(), client); !errors.As(err, &missing) || missing.Credential != want {
			t.Errorf("got %v, want %s missing", err, want)
		}
	}
	if len(s.seen) != 0 {
		t.Errorf("%d requests were sent", len(s.seen))
	}
}

func updateVIP(ctx context.Context, c *Client) error {
	_, err := c.UpdateAudienceV2(ctx, 748, AudienceUpdate{Name: "VIP"})
	return err
}

func readAudiences(ctx context.Context, c *Client) error {
	_, err := c.GetAudiences(ctx)
	return err
}

func deleteVIP(ctx context.Context, c *Client) error { return c.DeleteAudienceV2(ctx, 748) }

// Errors reach people and pipelines' logs: neither keys nor paths, which hold
// integration IDs, belong there.
func TestNetworkErrorsHoldNoPath(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &script{responses: []func(*http.Request) (*http.Response, error){fails(errReset)}}
		err := updateVIP(t.Context(), newTestClient(t, s))
		if err == nil || strings.Contains(err.Error(), "748") || strings.Contains(err.Error(), "secret") {
			t.Errorf("got %v", err)
		}
	})
}

func TestAnswerBodiesAreBounded(t *testing.T) {
	t.Parallel()
	endless := func(req *http.Request) (*http.Response, error) {
		resp, err := status(200, "")(req)
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"name":"`), endlessText{}))
		return resp, err
	}
	s := &script{responses: []func(*http.Request) (*http.Response, error){endless}}
	err := updateVIP(t.Context(), newTestClient(t, s))
	var apiErr *Error
	if !errors.As(err, &apiErr) || !strings.Contains(apiErr.Message, "64 MiB") {
		t.Errorf("got %v", err)
	}
}

type endlessText struct{}

func (endlessText) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}

func TestListingsReadEveryPage(t *testing.T) {
	t.Parallel()
	full := make([]string, PageSize)
	for i := range full {
		full[i] = fmt.Sprintf(`{"id":%d,"name":"a"}`, i+1)
	}
	page := strings.Join(full, ",")
	for name, test := range map[string]struct {
		responses []string
		want      int
	}{
		"hasMore":          {[]string{`{"hasMore":true,"data":[` + page + `]}`, `{"hasMore":false,"data":[{"id":1000,"name":"a"},{"id":9007199254740993,"name":"b"}]}`}, PageSize + 1},
		"totalResultSize":  {[]string{`{"totalResultSize":1001,"data":[` + page + `]}`, `{"totalResultSize":1001,"data":[{"id":1000,"name":"a"},{"id":9007199254740993,"name":"b"}]}`}, PageSize + 1},
		"neither":          {[]string{`{"data":[` + page + `]}`, `{"data":[{"id":1000,"name":"a"}]}`}, PageSize},
		"row seen twice":   {[]string{`{"hasMore":true,"data":[` + page + `]}`, `{"hasMore":false,"data":[{"id":1000,"name":"b"}]}`}, PageSize},
		"null data":        {[]string{`{"hasMore":false,"data":null}`}, 0},
		"hasMore of a lie": {[]string{`{"hasMore":true,"data":[]}`}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &script{}
			for _, response := range test.responses {
				s.responses = append(s.responses, status(200, response))
			}
			listing, err := newTestClient(t, s, func(c *Config) { c.ManagementRPS = -1 }).GetAudiences(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if len(listing.All) != test.want || len(s.seen) != len(test.responses) {
				t.Errorf("got %d audiences after %d requests, want %d after %d", len(listing.All), len(s.seen), test.want, len(test.responses))
			}
			if test.want > PageSize && listing.ByID(9007199254740993) == nil {
				t.Error("an ID beyond 2^53 lost its precision")
			}
			if got := s.seen[len(s.seen)-1].query; !strings.Contains(got, fmt.Sprintf("skip=%d", (len(s.seen)-1)*(PageSize-1))) {
				t.Errorf("the last page was asked for with %s", got)
			}
		})
	}
}

// Writes whose success needs no body must not take the page of a proxy, which the deployment has never seen, for one.
func TestPagesAreNoSuccess(t *testing.T) {
	t.Parallel()
	page := func(req *http.Request) (*http.Response, error) {
		resp, err := status(http.StatusOK, "<html>", "Content-Type", "text/html; charset=utf-8")(req)
		resp.ContentLength = -1
		return resp, err
	}
	for name, test := range map[string]struct {
		response func(*http.Request) (*http.Response, error)
		ok       bool
	}{
		"204":                 {status(http.StatusNoContent, ""), true},
		"200 without a body":  {status(http.StatusOK, ""), true},
		"200 with a document": {status(http.StatusOK, "{}", "Content-Type", "application/json"), true},
		"200 with a page":     {page, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := deleteVIP(t.Context(), newTestClient(t, &script{responses: []func(*http.Request) (*http.Response, error){test.response}}))
			if (err == nil) != test.ok {
				t.Errorf("got %v", err)
			}
		})
	}
}
