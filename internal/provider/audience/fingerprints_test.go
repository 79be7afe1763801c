package audience

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestMarksAreReadBackAsWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.SliceOf(rapid.Uint64Range(0, 1<<markBits-1)).Draw(t, "marks")
		want := marks{}
		for _, x := range raw {
			want = append(want, mark(x))
		}
		want = want.sorted()
		got, err := decodeMarks(want.encode())
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("got %v, %v, want %v", got, err, want)
		}
	})
}

func TestMemoryIsReadBackAsWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ids := rapid.SliceOfDistinct(rapid.String(), rapid.ID[string]).Draw(t, "listed")
		others := rapid.SliceOf(rapid.String()).Draw(t, "kept")
		want := memory{kept: marksOf(others)}
		switch rapid.IntRange(0, 2).Draw(t, "kind") {
		case 1:
			want.listed = marksOf(ids)
		case 2:
			want.listed, want.listedIDs = marksOf(ids), slices.Sorted(slices.Values(ids))
		}
		got, err := decodeMemory(want.encode())
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.kept, want.kept) || !slices.Equal(got.listed, want.listed) || !slices.Equal(got.listedIDs, want.listedIDs) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

func TestDamagedMemoryIsRefused(t *testing.T) {
	t.Parallel()
	whole := memory{kept: marksOf([]string{"a", "b"}), listed: marksOf([]string{"c", "d"})}.encode()
	for _, text := range []string{"x", "1:", "1:!!!", "2:" + whole[2:], whole[:len(whole)-4], "1://///w"} {
		if got, err := decodeMemory(text); err == nil {
			t.Errorf("%q became %v", text, got)
		}
	}
}

func FuzzDecodeMemoryNeverPanics(f *testing.F) {
	f.Add(memory{kept: marksOf([]string{"a"}), listedIDs: []string{"c", "d"}}.encode())
	f.Add(memory{listed: marksOf([]string{"a", "b", "c"})}.encode())
	f.Fuzz(func(_ *testing.T, text string) { _, _ = decodeMemory(text) })
}

func TestDigestDoesNotDependOnTheOrder(t *testing.T) {
	t.Parallel()
	a, b := digestOf([]string{"x", "y", "z"}), digestOf([]string{"z", "x", "y"})
	if a != b {
		t.Errorf("%v and %v", a, b)
	}
	if other := digestOf([]string{"x", "y", "zz"}); other == a {
		t.Error("another set has the same digest")
	}
}

// The documentation says how large a state becomes.
func TestStateOfAMillionMembersIsAsLargeAsDocumented(t *testing.T) {
	t.Parallel()
	ids := make([]string, 1_000_000)
	for i := range ids {
		ids[i] = fmt.Sprintf("%08x-%08x", i*2654435761, i)
	}
	text := memory{listed: marksOf(ids)}.encode()
	if perMember := float64(len(text)) / float64(len(ids)); perMember > 6.4 || perMember < 6.2 {
		t.Errorf("%.2f bytes a member", perMember)
	}
}

func TestCompressedIDsOfNeighboursAreSmall(t *testing.T) {
	t.Parallel()
	ids := make([]string, 10_000)
	for i := range ids {
		ids[i] = fmt.Sprintf("customer-%07d", i)
	}
	if text := (memory{listed: marks{}, listedIDs: ids}).encode(); len(text) > 60_000 {
		t.Errorf("%d bytes for %d", len(text), len(strings.Join(ids, "")))
	}
}
