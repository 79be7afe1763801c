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
		found := set.Compare(listing("z", "a", "y", "a", "z", ""))
		if diff := cmp.Diff([]string{"b", "c"}, found.Missing()); diff != "" {
			t.Errorf("missing (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"y", "z"}, found.Others()); diff != "" {
			t.Errorf("others (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"", "a"}, found.Present()); diff != "" {
			t.Errorf("present (-want +got):\n%s", diff)
		}
	}
}

// A sorted set compares as before.
func TestSortedKeySetCompares(t *testing.T) {
	t.Parallel()
	for n := range 50 {
		var set KeySet
		for i := range n {
			set.Add(fmt.Appendf(nil, "%02d", n-i), i)
		}
		set.Sort()
		if keys := set.Keys(); len(keys) != n || !slices.IsSorted(keys) {
			t.Fatalf("%d sorted keys are %q", n, keys)
		}
		found := set.Compare(listing("01", "other"))
		if missing, others := found.Differences(); len(missing) != max(0, n-1) || len(others) != 1 && n > 0 {
			t.Errorf("of %d keys %q are missing, and %q are others", n, missing, others)
		}
	}
}

// Of any number of keys, the set finds every one, in blocks that don't change when others follow.
func TestKeySetGrows(t *testing.T) {
	t.Parallel()
	var set KeySet
	want := make([]string, 0, 50_000)
	for i := range 50_000 {
		want = append(want, fmt.Sprintf("%x-%d", i*i, i))
		set.Add([]byte(want[i]), i)
	}
	set.Add(make([]byte, 2*blockSize), len(want))
	if !slices.Equal(set.Keys()[:len(want)], want) {
		t.Error("the keys are not those that were added")
	}
	for i, key := range want {
		if first, added := set.Add([]byte(key), 0); added || first != i {
			t.Fatalf("%q once more: added %v, first at %d, want false, %d", key, added, first, i)
		}
	}
	if found := (&KeySet{}).Compare(listing("a")); len(found.Missing()) != 0 || len(found.Others()) != 1 {
		t.Error("an empty set is compared wrongly")
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
		found := set.Compare(listing(other...))
		if missing, others := found.Missing(), found.Others(); len(missing) != 1000 || len(others) != 1000 {
			b.Fatal(len(missing), len(others))
		}
	}
}
