package talonone

import (
	"fmt"
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

// sharedKey allows three requests a second, whoever sends them, as a deployment does for each Management key and endpoint.
type sharedKey struct {
	mu       sync.Mutex
	accepted []time.Time
	refused  int
}

func (k *sharedKey) RoundTrip(req *http.Request) (*http.Response, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := time.Now()
	k.accepted = slices.DeleteFunc(k.accepted, func(at time.Time) bool { return now.Sub(at) >= time.Second })
	if len(k.accepted) >= 3 {
		k.refused++
		return status(429, `{"message":"too many"}`)(req)
	}
	k.accepted = append(k.accepted, now)
	return status(200, `{"hasMore":false,"data":[]}`)(req)
}

// Runs, aliases and pipelines that know nothing of each other share a key: all of them finish, none of them waits much longer
// than its share, and refusals don't become a storm.
func TestClientsThatShareAKeyFinish(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ clients, requests int }{
		"3 runs, 100 pages each":           {3, 100},
		"6 plans, 40 look-ups each":        {6, 40},
		"20 aliases, 15 look-ups each":     {20, 15},
		"one alone, which keeps its speed": {1, 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				key := &sharedKey{}
				start := time.Now()
				var wait sync.WaitGroup
				for range test.clients {
					client, err := New(Config{BaseURL: "https://example.talon.one", ManagementAPIKey: "key", Transport: key, MaxRetries: 0})
					if err != nil {
						t.Fatal(err)
					}
					for range test.requests {
						wait.Go(func() {
							if _, err := client.FindCoupons(t.Context(), 1, "CODE"); err != nil {
								t.Error(err)
							}
						})
					}
				}
				wait.Wait()
				took := time.Since(start)
				all := test.clients * test.requests
				least := time.Duration(all) * time.Second / 3
				if took > 3*least {
					t.Errorf("%d requests took %s, at least %s are needed", all, took, least)
				}
				if key.refused > 2*all {
					t.Errorf("%d of %d requests were refused", key.refused, all+key.refused)
				}
			})
		})
	}
}

// Terraform plans in one process and applies in the next, and refreshes before both. Small runs must not be refused.
func TestProcessesThatFollowEachOtherAreNotRefused(t *testing.T) {
	t.Parallel()
	for requests := 1; requests <= slowStart; requests++ {
		t.Run(fmt.Sprintf("%d requests each", requests), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				key := &sharedKey{}
				for range 2 {
					client, err := New(Config{BaseURL: "https://example.talon.one", ManagementAPIKey: "key", Transport: key})
					if err != nil {
						t.Fatal(err)
					}
					var wait sync.WaitGroup
					for range requests {
						wait.Go(func() {
							if _, err := client.FindCoupons(t.Context(), 1, "CODE"); err != nil {
								t.Error(err)
							}
						})
					}
					wait.Wait()
				}
				if key.refused > 0 {
					t.Errorf("%d requests were refused", key.refused)
				}
			})
		})
	}
}
