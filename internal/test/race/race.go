// Package race keeps tests short under the race detector, which makes them five to ten times slower.
package race

import (
	"hash/fnv"
	"testing"
)

// Sample skips a test under the race detector, but for one in so many, chosen by name. It is for tests that
// lead many others through the same code.
func Sample(t testing.TB, oneIn uint32) {
	t.Helper()
	if Enabled && !Chosen(t, oneIn) {
		t.Skipf("one in %d of these tests runs under the race detector", oneIn)
	}
}

// Chosen says whether a test is one in so many, which it is by its name.
func Chosen(t testing.TB, oneIn uint32) bool {
	t.Helper()
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(t.Name()))
	return hash.Sum32()%oneIn == 0
}
