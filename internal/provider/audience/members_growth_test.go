//go:build unix

package audience

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/files"
)

// cpu is what the process has used so far.
func cpu(t *testing.T) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// A member costs as much in a file of a thousand as in a large one: reading, the set, and the comparison with an export.
func TestMembersCostTheSameInFilesOfAnySize(t *testing.T) { //nolint:paralleltest // It measures CPU.
	const total = 300_000
	cost := func(n int) time.Duration {
		var text strings.Builder
		for i := range n {
			fmt.Fprintf(&text, "customer-%09d\n", i*7919%n)
		}
		options := files.Options{Options: input.Options{Format: input.Text}}
		before := cpu(t)
		for range total / n {
			var members idSet
			if err := addText(&members, strings.NewReader(text.String()), options); err != nil {
				t.Fatal(err)
			}
			if found := members.Compare(bytesOf(members.Keys())); len(found.Missing())+len(found.Others()) > 0 || members.digest.Count != n {
				t.Fatal("the members are not those of the text")
			}
		}
		return cpu(t) - before
	}
	few, many := cost(1000), cost(total)
	if ratio := many.Seconds() / few.Seconds(); ratio > 4 {
		t.Errorf("a member of %d costs %.1f times one of a thousand", total, ratio)
	}
}

// The digest of a file, which is all that a plan without changes needs, takes the same memory for any number of members.
func TestDigestOfAFileTakesNoMemoryForItsMembers(t *testing.T) { //nolint:paralleltest // It counts allocations.
	options := files.Options{Options: input.Options{Format: input.Text}}
	allocations := func(n int) float64 {
		text := strings.Repeat("customer-123456789\n", n)
		return testing.AllocsPerRun(1, func() {
			var set idSet
			if err := eachID(strings.NewReader(text), options, func(_ int, id []byte) (*input.Cause, string) {
				set.digest.Add(id)
				return nil, ""
			}); err != nil || set.digest.Count != n {
				t.Error(err)
			}
		})
	}
	if few, many := allocations(100), allocations(100_000); many > few+100 {
		t.Errorf("%.0f allocations for 100 members, %.0f for 100,000", few, many)
	}
}
