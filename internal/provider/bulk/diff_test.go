package bulk

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDiff(t *testing.T) {
	t.Parallel()
	current := map[string]int{"kept": 1, "edited": 1, "z": 1, "a": 1}
	desired := map[string]int{"kept": 1, "edited": 2, "new": 1, "also new": 1}
	got := Diff(current, desired, func(a, b int) bool { return a == b })
	want := Changes{Added: []string{"also new", "new"}, Updated: []string{"edited"}, Removed: []string{"a", "z"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	if same := Diff(current, current, func(a, b int) bool { return a == b }); !same.Empty() {
		t.Errorf("a set differs from itself: %v", same)
	}
	if got, want := got.Summary(3), (Summary{Added: 2, Updated: 1, Removed: 2, Requests: 3}); got != want {
		t.Errorf("summary is %v, want %v", got, want)
	}
}

func TestRequests(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]int{0: 0, 1: 1, 1000: 1, 1001: 2, 2000: 2} {
		if got := Requests(n, 1000); got != want {
			t.Errorf("%d objects take %d requests, want %d", n, got, want)
		}
	}
}

// listing yields the keys through one buffer, as a reader of a file does.
func listing(keys ...string) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		buffer := make([]byte, 0, 64)
		for _, key := range keys {
			buffer = append(buffer[:0], key...)
			if !yield(buffer, nil) {
				return
			}
		}
	}
}

func TestKeySet(t *testing.T) {
	t.Parallel()
	var set KeySet
	for i, key := range []string{"c", "a", "", "b"} {
		if _, added := set.Add([]byte(key), i+1); !added {
			t.Errorf("%q was there already", key)
		}
	}
	if first, added := set.Add([]byte("a"), 9); added || first != 2 {
		t.Errorf("the second a: added %v, first at %d, want false, 2", added, first)
	}
	if diff := cmp.Diff([]string{"c", "a", "", "b"}, set.Keys()); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
	for range 2 { // A comparison leaves no traces.
		joining, leaving, err := set.Compare(listing("z", "a", "y", "a", "z", ""))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"c", "b"}, joining); diff != "" {
			t.Errorf("joining (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"y", "z"}, leaving); diff != "" {
			t.Errorf("leaving (-want +got):\n%s", diff)
		}
	}
}

func TestKeySetDoesNotTakeHalfAListingForAnAnswer(t *testing.T) {
	t.Parallel()
	var set KeySet
	set.Add([]byte("a"), 1)
	set.Add([]byte("b"), 2)
	broken := errors.New("the connection was lost")
	joining, leaving, err := set.Compare(func(yield func([]byte, error) bool) {
		_ = yield([]byte("a"), nil) && yield([]byte("x"), nil) && yield(nil, broken)
	})
	if !errors.Is(err, broken) || joining != nil || leaving != nil {
		t.Errorf("a broken listing gave %v, %v, %v", joining, leaving, err)
	}
	joining, leaving, err = set.Compare(listing("b"))
	if diff := cmp.Diff([]string{"a"}, joining); err != nil || leaving != nil || diff != "" {
		t.Errorf("the comparison after it gave %v, %v, %v", joining, leaving, err)
	}
}

// BenchmarkKeySet reads a million keys and compares them with a listing in which 1000 differ.
func BenchmarkKeySet(b *testing.B) {
	const n = 1_000_000
	keys := make([]string, n)
	for i := range keys {
		keys[i] = fmt.Sprintf("customer-%07d", (i*7919)%n)
	}
	other := slices.Clone(keys)
	for i := range 1000 {
		other[i*1000] = fmt.Sprintf("other-%d", i)
	}
	b.ReportAllocs()
	for b.Loop() {
		var set KeySet
		buffer := make([]byte, 0, 64)
		for i, key := range keys {
			buffer = append(buffer[:0], key...)
			set.Add(buffer, i)
		}
		joining, leaving, err := set.Compare(listing(other...))
		if err != nil || len(joining) != 1000 || len(leaving) != 1000 {
			b.Fatal(len(joining), len(leaving), err)
		}
	}
}
