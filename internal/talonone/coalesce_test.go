package talonone

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// recorder is a coalescer of texts that notes what it sends, each request as one
// text, and refuses entries that begin with "bad".
type recorder struct {
	coalescer[string, string, string]
	mu   sync.Mutex
	sent []string
	// pointing makes refusals say which entries they are about.
	pointing bool
	// shift moves the pointers away from what they are about.
	shift int
	err   error
}

func newRecorder(size int) *recorder {
	r := &recorder{}
	r.size, r.send = size, r.record
	r.identify = func(in string) string { name, _, _ := strings.Cut(in, "="); return name }
	r.blame = func(err error) map[int]error { return blamePointers(err, "/data/") }
	return r
}

func (r *recorder) record(ctx context.Context, key string, entries []string) ([]string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent = append(r.sent, key+":"+strings.Join(slices.Sorted(slices.Values(entries)), ","))
	if r.err != nil {
		return nil, r.err
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	refusal := &Error{Operation: "op", StatusCode: http.StatusBadRequest, Message: "refused"}
	out := make([]string, len(entries))
	refused := false
	for i, entry := range entries {
		out[i] = "did " + entry
		if strings.HasPrefix(entry, "bad") {
			refused = true
			if r.pointing {
				refusal.Items = append(refusal.Items, ErrorItem{Title: entry, Source: ErrorSource{Pointer: fmt.Sprintf("/data/%d/name", i+r.shift)}})
			}
		}
	}
	if refused {
		return nil, refusal
	}
	return out, nil
}

// all sends entries at the same time and returns each one's outcome.
func (r *recorder) all(ctx context.Context, entries ...string) map[string]string {
	var mu sync.Mutex
	outcomes := make(map[string]string)
	var wg sync.WaitGroup
	for _, entry := range entries {
		wg.Go(func() {
			out, err := r.do(ctx, "k", entry)
			if err != nil {
				out = err.Error()
			}
			mu.Lock()
			defer mu.Unlock()
			outcomes[entry] = out
		})
	}
	wg.Wait()
	return outcomes
}

func TestCoalescerSharesRequests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRecorder(3)
		outcomes := r.all(t.Context(), "a", "b", "c", "d")
		for _, entry := range []string{"a", "b", "c", "d"} {
			if outcomes[entry] != "did "+entry {
				t.Errorf("%s got %q", entry, outcomes[entry])
			}
		}
		if len(r.sent) != 2 {
			t.Errorf("4 entries, 3 a request, took %v", r.sent)
		}
		start := time.Now()
		if _, err := r.do(t.Context(), "k", "e"); err != nil || time.Since(start) != coalesceQuiet {
			t.Errorf("one entry alone took %s, %v", time.Since(start), err)
		}
	})
}

func TestCoalescerKeepsKeysAndEqualNamesApart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRecorder(10)
		var wg sync.WaitGroup
		wg.Go(func() { r.all(t.Context(), "a=1", "a=2", "b") })
		wg.Go(func() { _, _ = r.do(t.Context(), "other", "c") })
		wg.Wait()
		var holding []int
		for _, request := range r.sent {
			holding = append(holding, strings.Count(request, "a="))
		}
		slices.Sort(holding)
		if diff := cmp.Diff([]int{0, 1, 1}, holding); diff != "" {
			t.Errorf("entries about a, by request %v (-want +got):\n%s", r.sent, diff)
		}
	})
}

func TestCoalescerGivesEachCallerItsOwnError(t *testing.T) {
	t.Parallel()
	for _, pointing := range []bool{true, false} {
		t.Run(fmt.Sprintf("pointing=%v", pointing), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				r := newRecorder(10)
				r.pointing = pointing
				outcomes := r.all(t.Context(), "a", "bad1", "b", "c", "bad2")
				for _, good := range []string{"a", "b", "c"} {
					if outcomes[good] != "did "+good {
						t.Errorf("%s got %q", good, outcomes[good])
					}
				}
				for _, bad := range []string{"bad1", "bad2"} {
					want := "op: 400 Bad Request: refused"
					if pointing {
						want += "; " + bad + " (at /name)"
					}
					if outcomes[bad] != want {
						t.Errorf("%s got %q, want %q", bad, outcomes[bad], want)
					}
				}
				if pointing && len(r.sent) != 2 {
					t.Errorf("the innocent took more than one request again: %v", r.sent)
				}
			})
		})
	}
}

// A deployment that counts from 1 points at the row behind, or at none. Every row gets an answer, after few requests.
func TestCoalescerEndsWhereverARefusalPoints(t *testing.T) {
	t.Parallel()
	for _, entries := range [][]string{{"bad"}, {"bad1", "bad2"}, {"a", "b", "bad"}, {"bad", "a", "b"}, {"a", "bad", "b"}} {
		for _, shift := range []int{1, -1, 1000} {
			t.Run(fmt.Sprint(entries, shift), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					r := newRecorder(10)
					r.pointing, r.shift = true, shift
					outcomes := r.all(t.Context(), entries...)
					for _, entry := range entries {
						if strings.HasPrefix(entry, "bad") && !strings.Contains(outcomes[entry], "400") {
							t.Errorf("%s got %q", entry, outcomes[entry])
						}
					}
					if len(r.sent) > 5 {
						t.Errorf("%d requests", len(r.sent))
					}
				})
			})
		}
	}
}

func TestCoalescerTellsAllCallersOfAFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRecorder(10)
		r.err = errors.New("the network is down")
		for entry, outcome := range r.all(t.Context(), "a", "b") {
			if outcome != "the network is down" {
				t.Errorf("%s got %q", entry, outcome)
			}
		}
		if len(r.sent) != 1 {
			t.Errorf("requests: %v, want 1", r.sent)
		}
	})
}

func TestCoalescerForgetsCallersWhoLeft(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := newRecorder(10)
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := r.do(ctx, "k", "gone"); !errors.Is(err, context.Canceled) {
				t.Errorf("the caller who left got %v", err)
			}
		})
		wg.Go(func() { _, _ = r.do(t.Context(), "k", "stays") })
		synctest.Wait()
		cancel()
		wg.Wait()
		if diff := cmp.Diff([]string{"k:stays"}, r.sent); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
	})
}
