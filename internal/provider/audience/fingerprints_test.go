package audience

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestFingerprintsAreReadBackAsWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		raw := rapid.SliceOf(rapid.Uint64Range(0, 1<<fingerprintBits-1)).Draw(t, "fingerprints")
		want := fingerprints{}
		for _, x := range raw {
			want = append(want, fingerprint(x))
		}
		want = want.sorted()
		got, err := decodeFingerprints(want.encode())
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("got %v, %v, want %v", got, err, want)
		}
	})
}

func TestManagedSetIsReadBackAsWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ids := rapid.SliceOfDistinct(rapid.String(), rapid.ID[string]).Draw(t, "ids")
		want := managedSet{fingerprints: fingerprintsOf(ids)}
		if rapid.Bool().Draw(t, "by ID") {
			want = managedSet{ids: slices.Sorted(slices.Values(append(ids, "one")))}
		}
		got, err := decodeManagedSet(want.encode())
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got.fingerprints, want.fingerprints) || !slices.Equal(got.ids, want.ids) || (got.ids == nil) == (got.fingerprints == nil) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

func TestDamagedManagedSetIsRefused(t *testing.T) {
	t.Parallel()
	whole := managedSet{fingerprints: fingerprintsOf([]string{"a", "b"})}.encode()
	for _, text := range []string{"", "x", "1:", "1:!!!", "2:" + whole[2:], whole[:len(whole)-4], "1://///w"} {
		if got, err := decodeManagedSet(text); err == nil {
			t.Errorf("%q became %v", text, got)
		}
	}
}

func FuzzDecodeManagedSetNeverPanics(f *testing.F) {
	f.Add(managedSet{ids: []string{"c", "d"}}.encode())
	f.Add(managedSet{fingerprints: fingerprintsOf([]string{"a", "b", "c"})}.encode())
	f.Fuzz(func(_ *testing.T, text string) { _, _ = decodeManagedSet(text) })
}

// The documentation says how large a state becomes.
func TestStateOfAMillionMembersIsAsLargeAsDocumented(t *testing.T) {
	t.Parallel()
	ids := make([]string, 1_000_000)
	for i := range ids {
		ids[i] = fmt.Sprintf("%08x-%08x", i*2654435761, i)
	}
	text := managedSet{fingerprints: fingerprintsOf(ids)}.encode()
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
	if text := (managedSet{ids: ids}).encode(); len(text) > 60_000 {
		t.Errorf("%d bytes for %d", len(text), len(strings.Join(ids, "")))
	}
}
