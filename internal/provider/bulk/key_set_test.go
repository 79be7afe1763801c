package bulk

import (
	"fmt"
	"iter"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// listing yields the keys through one buffer, as a reader of a file does.
func listing(keys ...string) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		buffer := make([]byte, 0, 64)
		for _, key := range keys {
			buffer = append(buffer[:0], key...)
			if !yield(buffer) {
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
		missing, others := set.Compare(listing("z", "a", "y", "a", "z", ""))
		if diff := cmp.Diff([]string{"b", "c"}, missing); diff != "" {
			t.Errorf("missing (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"y", "z"}, others); diff != "" {
			t.Errorf("others (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(missing, set.Missing(listing("z", "a", ""))); diff != "" {
			t.Errorf("missing without the others (-Compare +Missing):\n%s", diff)
		}
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
		missing, others := set.Compare(listing(other...))
		if len(missing) != 1000 || len(others) != 1000 {
			b.Fatal(len(missing), len(others))
		}
	}
}
