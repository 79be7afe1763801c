package bulk

import (
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
