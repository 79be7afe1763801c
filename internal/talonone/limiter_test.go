package talonone

import (
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// late delivers requests after a delay that differs from one to the next, as a busy machine or network does.
type late struct {
	mu       sync.Mutex
	delays   *rand.Rand
	arrivals []time.Time
}

func (l *late) RoundTrip(req *http.Request) (*http.Response, error) {
	l.mu.Lock()
	delay := time.Duration(l.delays.Int64N(int64(2 * time.Second)))
	l.mu.Unlock()
	time.Sleep(delay / 2)
	l.mu.Lock()
	l.arrivals = append(l.arrivals, time.Now())
	l.mu.Unlock()
	time.Sleep(delay / 4)
	return status(200, `{"hasMore":false,"data":[]}`)(req)
}

func TestNeverMoreRequestsArriveThanTheLimitAllows(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		perSecond float64
		most      int
		window    time.Duration
	}{
		"3 a second":        {3, 3, time.Second},
		"2.5 a second":      {2.5, 2, 800 * time.Millisecond},
		"one in 2 seconds":  {0.5, 1, 2 * time.Second},
		"without a setting": {0, 3, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				network := &late{delays: rand.New(rand.NewPCG(1, 1))} //nolint:gosec // delays need no secret randomness
				client, err := New(Config{BaseURL: "https://example.talon.one", ManagementAPIKey: "key", ManagementRPS: test.perSecond, Transport: network})
				if err != nil {
					t.Fatal(err)
				}
				var wait sync.WaitGroup
				for range 200 {
					wait.Go(func() {
						if _, err := client.FindCoupons(t.Context(), 1, "CODE"); err != nil {
							t.Error(err)
						}
					})
				}
				wait.Wait()
				slices.SortFunc(network.arrivals, time.Time.Compare)
				for i := range len(network.arrivals) - test.most {
					if apart := network.arrivals[i+test.most].Sub(network.arrivals[i]); apart < test.window {
						t.Fatalf("requests %d to %d arrived within %s", i, i+test.most, apart)
					}
				}
			})
		})
	}
}
