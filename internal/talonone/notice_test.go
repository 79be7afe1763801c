package talonone

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"
)

// Whoever watches an apply must not wonder whether anything still happens.
func TestLongWaitsSayForWhatAndUntilWhen(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		response func(*http.Request) (*http.Response, error)
		stream   bool
		want     []string
	}{
		"rate limit":                  {status(429, `{}`), false, []string{"has waited for 30s: the deployment limits the rate of requests and has refused this one", "It is given up at 00:02:00."}},
		"rate limit, and how long":    {status(429, `{}`, "Retry-After", "100"), false, []string{"has refused this one 1 times; it asks to wait until 00:01:40. It is given up at 00:02:00."}},
		"an outage, and how long":     {status(503, `{}`, "Retry-After", "100"), false, []string{"attempt 1 failed, and is repeated; it asks to wait until 00:01:40. It is given up at 00:02:00."}},
		"a response that never comes": {hangs, true, []string{"has waited for 30s: the deployment has not responded yet. It is given up at 00:02:00.", "has waited for 1m0s"}},
		"a quick response":            {status(404, `{}`), false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
				defer cancel()
				client := newTestClient(t, &script{responses: []func(*http.Request) (*http.Response, error){test.response}})
				call := func(ctx context.Context) {
					if test.stream {
						_, _ = client.exportColumn(ctx, exportCall(1), membershipColumn, keepAll)
					} else {
						_, _ = client.UpdateAudienceV2(ctx, 1, AudienceUpdate{})
					}
				}
				var mu sync.Mutex
				var notices []string
				call(WithNotice(ctx, func(text string) {
					mu.Lock()
					defer mu.Unlock()
					notices = append(notices, text)
				}))
				synctest.Wait()
				mu.Lock()
				defer mu.Unlock()
				text := strings.Join(notices, "\n")
				if test.want == nil && text != "" {
					t.Errorf("got %s", text)
				}
				for _, want := range test.want {
					if !strings.Contains(text, strings.ReplaceAll(want, "00:0", start(t)+":0")) {
						t.Errorf("got\n%s\nwant %s", text, want)
					}
				}
			})
		})
	}
}

// start is the hour at which the clock of a test begins.
func start(t *testing.T) string {
	t.Helper()
	return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Local().Format("15")
}

// sharedLog is a log that several loggers write to at once.
type sharedLog struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *sharedLog) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(line)
}

func (l *sharedLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func TestWaitsThatNobodyWatchesAreLogged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log sharedLog
		ctx, cancel := context.WithTimeout(tflogtest.RootLogger(t.Context(), &log), 40*time.Second)
		defer cancel()
		client := newTestClient(t, &script{responses: []func(*http.Request) (*http.Response, error){hangs}})
		_, _ = client.exportColumn(ctx, exportCall(1), membershipColumn, keepAll)
		if !strings.Contains(log.String(), `"@level":"warn"`) || !strings.Contains(log.String(), "exportAudiencesMemberships has waited for 30s") {
			t.Errorf("the log is %s", log.String())
		}
	})
}
