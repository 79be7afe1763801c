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
	if !Enabled {
		return
	}
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(t.Name()))
	if hash.Sum32()%oneIn != 0 {
		t.Skipf("one in %d of these tests runs under the race detector", oneIn)
	}
}
