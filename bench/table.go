//go:build unix

package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

const (
	begin = "<!-- bench: written by make bench -->"
	end   = "<!-- /bench -->"
)

// render makes the table of all results, and the error of those that miss what they must reach.
func render(results []result) (string, error) {
	var out strings.Builder
	out.WriteString("| case | requests: sync (list) | CPU of CLI and provider, s | provider's CPU, s | CLI's peak MB | provider's peak MB | state, MB |\n")
	out.WriteString("| --- | --- | --- | --- | --- | --- | --- |\n")
	for _, r := range results {
		var requests, cpu, provider, peaks []string
		var cliPeak int64
		for _, s := range r.steps() {
			requests = append(requests, fmt.Sprintf("%d (%d)", s.syncs, s.listed))
			cpu = append(cpu, seconds(s.total.CPU))
			provider = append(provider, seconds(s.provider.CPU))
			peaks = append(peaks, megabytes(s.provider.Peak))
			cliPeak = max(cliPeak, s.total.Peak)
		}
		if r.syncs == nil {
			requests, provider, peaks = []string{"–"}, []string{"–"}, []string{"–"}
		}
		fmt.Fprintf(&out, "| %s | %s | %s | %s | %s | %s | %.1f |\n", r.name, strings.Join(requests, " / "), strings.Join(cpu, " / "),
			strings.Join(provider, " / "), megabytes(cliPeak), strings.Join(peaks, " / "), float64(r.state)/1e6)
	}
	var missed []error
	for _, check := range checks(results) {
		mark := "reached"
		if !check.ok {
			mark = "missed"
			missed = append(missed, fmt.Errorf("missed: %s: %s", check.what, check.measured))
		}
		fmt.Fprintf(&out, "\n- %s: %s (%s)", check.what, check.measured, mark)
	}
	out.WriteString("\n")
	return out.String(), errors.Join(missed...)
}

// check is one thing that must be reached.
type check struct {
	what, measured string
	ok             bool
}

func checks(results []result) []check {
	byName := make(map[string]result)
	for _, r := range results {
		byName[r.name] = r
	}
	var all []check
	add := func(ok bool, what, format string, args ...any) {
		all = append(all, check{what, fmt.Sprintf(format, args...), ok})
	}
	for _, r := range results {
		if r.syncs == nil {
			continue
		}
		want := []int{r.syncs(r.size), 0, 0, 1}
		got := []int{r.create.syncs, r.noop.syncs, r.plan1.syncs, r.apply1.syncs}
		ok := r.noop.listed <= pages(r.size)
		for i := range want {
			ok = ok && want[i] == got[i]
		}
		if !ok {
			add(false, r.name+": sync requests as few as can be, one list request per page", "%v and %d, want %v and %d", got, r.noop.listed, want, pages(r.size))
		}
	}
	if f, ok := byName[floor.name+", 10,000"]; ok {
		if r, ok := byName[inline.name+", 10,000"]; ok {
			within := true
			var shares []string
			for i, s := range r.steps() {
				share := s.total.CPU.Seconds() / f.steps()[i].total.CPU.Seconds()
				within = within && share < 1
				shares = append(shares, fmt.Sprintf("%.2f", share))
			}
			add(within, "10,000 inline items: CPU below the floor in every step", "%s of it", strings.Join(shares, " / "))
		}
	}
	if r, ok := byName[inline.name+", 100,000"]; ok {
		add(r.noop.provider.CPU < 10*time.Second && r.noop.provider.Peak < 400e6, "100,000 inline items, no-op plan: provider's CPU under 10 s and memory under 400 MB",
			"%s s, %s MB", seconds(r.noop.provider.CPU), megabytes(r.noop.provider.Peak))
	}
	for _, s := range []struct {
		scenario
		share float64 // of the CPU that inline items take
		peak  int64
	}{{fields, 0.2, 200e6}, {keys, 0.1, 100e6}} {
		r, ok := byName[s.name+", 100,000"]
		if !ok {
			continue
		}
		if inlined, ok := byName[inline.name+", 100,000"]; ok {
			share := r.noop.total.CPU.Seconds() / inlined.noop.total.CPU.Seconds()
			add(share < s.share, fmt.Sprintf("100,000 items from a file, %s, no-op plan: CPU of CLI and provider under %.1f of that of inline items", s.name, s.share), "%.2f of it", share)
		}
		add(r.noop.provider.Peak < s.peak, fmt.Sprintf("100,000 items from a file, %s, no-op plan: provider's peak memory under %s MB", s.name, megabytes(s.peak)),
			"%s MB", megabytes(r.noop.provider.Peak))
		peak := max(r.create.provider.Peak, r.noop.provider.Peak, r.plan1.provider.Peak, r.apply1.provider.Peak)
		add(peak < 300e6, fmt.Sprintf("100,000 items from a file, %s: provider's peak memory under 300 MB", s.name), "%s MB", megabytes(peak))
	}
	if r, ok := byName[keys.name+", 100,000"]; ok {
		add(r.state < 4e6, "100,000 items from a file, keys: state under 4 MB", "%.1f MB", float64(r.state)/1e6)
	}
	if r, ok := byName[keys.name+", 1,000,000"]; ok {
		for _, step := range []struct {
			name string
			step
			most int64
		}{{"no-op plan", r.noop, 450e6}, {"plan of 1 change", r.plan1, 600e6}, {"apply of 1 change", r.apply1, 600e6}} {
			add(step.provider.Peak < step.most, fmt.Sprintf("1,000,000 items from a file, keys, %s: provider's peak memory under %s MB", step.name, megabytes(step.most)), "%s MB", megabytes(step.provider.Peak))
		}
		if large, medium := byName[keys.name+", 100,000"], byName[keys.name+", 10,000"]; large.size > 0 && medium.size > 0 {
			growth := perFurtherItem(large, r) / perFurtherItem(medium, large)
			add(growth < 1.5, keys.name+", no-op plan: CPU per further item grows by less than 1.5 times, from 100,000 to 1,000,000 against from 10,000 to 100,000", "%.2f times", growth)
		}
	}
	for _, s := range []scenario{inline, fields, keys} {
		small, ok1 := byName[s.name+", 1,000"]
		medium, ok2 := byName[s.name+", 10,000"]
		large, ok3 := byName[s.name+", 100,000"]
		if !ok1 || !ok2 || !ok3 {
			continue
		}
		// What a run costs whatever its size would make large catalogs look cheaper than they are.
		growth := perFurtherItem(medium, large) / perFurtherItem(small, medium)
		add(growth < 1.5, s.name+", no-op plan: CPU per further item grows by less than 1.5 times, from 10,000 to 100,000 against from 1,000 to 10,000", "%.2f times", growth)
	}
	return all
}

func perFurtherItem(from, to result) float64 {
	return (to.noop.total.CPU - from.noop.total.CPU).Seconds() / float64(to.size-from.size)
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f", d.Seconds()) }

func megabytes(n int64) string { return fmt.Sprintf("%d", (n+500_000)/1_000_000) }

// replaceTable puts the table between two markers of a file.
func replaceTable(file, begin, end, table string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, rest, found := strings.Cut(string(text), begin)
	_, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		return fmt.Errorf("%s has no table to replace: it needs the lines %s and %s", file, begin, end)
	}
	return os.WriteFile(file, []byte(before+begin+"\n\n"+table+"\n"+end+after), 0o644) //nolint:gosec // a page of the documentation
}
