//go:build unix

package catalog

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/files"
)

// An item costs as much in a file of a thousand as in a large one: reading, comparison, the text of the state, and a listing
// beside it.
func TestItemsCostTheSameInFilesOfAnySize(t *testing.T) { //nolint:paralleltest // It measures CPU.
	const total = 50_000
	cpu := func() time.Duration {
		var used syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
			t.Fatal(err)
		}
		return time.Duration(used.Utime.Nano() + used.Stime.Nano())
	}
	cost := func(n int) time.Duration {
		text, rows := manyRows(n), listedAs(manyItems(n), false)
		options := files.Options{Options: input.Options{Format: input.CSV}}
		before := cpu()
		for range total / n {
			items, _, err := ItemsFrom(strings.NewReader(text), options)
			if err != nil || !bulk.Compare(items, items, Item.Equal).Empty() {
				t.Fatal(err)
			}
			managed, err := readManaged(items.managed(detailKeys), 0)
			if err != nil {
				t.Fatal(err)
			}
			if same, _, err := managed.differences(managed); err != nil || len(same) > 0 {
				t.Fatal(err)
			}
			held := heldFrom(managed, detailKeys)
			if err := held.see(rows); err != nil || held.target().Count != n {
				t.Fatal(err)
			}
		}
		return cpu() - before
	}
	few, many := cost(1000), cost(total)
	if ratio := many.Seconds() / few.Seconds(); ratio > 4 {
		t.Errorf("an item of %d costs %.1f times one of a thousand", total, ratio)
	}
}
