package emulator

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
)

// maxPageSize is the largest page of every list, and the default of the Management API's lists.
const maxPageSize = 1000

// paging is what pageSize, skip, sort and withTotalResultSize of a list ask for.
type paging struct {
	size, skip int
	sort       string // without the minus sign; "" is the list's own order, by ID
	descending bool
	withTotal  bool
	turned     int  // how far the rows are turned, where the order is unstable
	shifted    bool // the first row is missing
}

// maxQueryNumber is the largest number that JSON carries exactly, where an int holds it.
const maxQueryNumber = min(1<<53, math.MaxInt)

// page reads the paging parameters. A value outside the limits is a 400, unless page_size_excess clamps it. sortable lists
// the fields that sort accepts; a list without them has no sort parameter.
func (r *request) page(defaultSize int, sortable ...string) (paging, error) {
	s := r.server
	largest := s.values.Number(conventions.PageSizeMax)
	highest := largest
	if s.is(conventions.PageSizeExcess, conventions.Clamped) {
		highest = maxQueryNumber
	}
	var p paging
	var err error
	if p.size, err = r.intQuery("pageSize", defaultSize, 1, highest); err != nil {
		return p, err
	}
	p.size = min(p.size, largest)
	if p.skip, err = r.intQuery("skip", 0, 0, maxQueryNumber); err != nil {
		return p, err
	}
	if p.withTotal, err = r.boolQuery("withTotalResultSize", false); err != nil {
		return p, err
	}
	sort := r.query.Get("sort")
	if sort != "" && len(sortable) > 0 {
		if s.is(conventions.ListSort, conventions.Refused) {
			return p, badRequest(atParameter("sort", titleInvalidValue, "this list cannot be sorted"))
		}
		p.sort, p.descending = strings.CutPrefix(sort, "-")
		if !slices.Contains(sortable, p.sort) {
			return p, badRequest(atParameter("sort", titleInvalidValue, "cannot sort by %q, only by %s", p.sort, strings.Join(sortable, ", ")))
		}
	}
	if s.is(conventions.ListOrder, conventions.Unstable) && p.sort == "" {
		p.turned = int(s.version % maxQueryNumber)
		if len(sortable) > 0 {
			s.listings++
			p.turned = s.listings
		}
	}
	if s.is(conventions.ListShift, conventions.Yes) && p.skip > 0 && s.shifted != s.version {
		s.shifted = s.version
		p.shifted = true
	}
	return p, nil
}

// moved puts the rows into the order that an unstable list has this time, and omits a row that seems to be gone.
func moved[T any](p paging, rows []T) []T {
	if p.turned > 0 && len(rows) > 1 {
		at := p.turned % len(rows)
		rows = slices.Concat(rows[at:], rows[:at])
	}
	if p.shifted && len(rows) > 0 {
		rows = rows[1:]
	}
	return rows
}

// cut is the part of a list of n rows that the page shows.
func (p paging) cut(n int) (from, to int) {
	from = min(p.skip, n)
	return from, min(from+p.size, n)
}

// sorted orders rows, which come in ascending order of ID, as the page asks. It leaves rows as they are and
// copies only when the order differs. fields maps the names of page's sortable to comparisons; "id" is understood.
func sorted[T any](p paging, rows []T, fields map[string]func(a, b T) int) []T {
	compare := fields[p.sort]
	if compare == nil && !p.descending {
		return rows
	}
	rows = slices.Clone(rows)
	if compare != nil {
		slices.SortStableFunc(rows, compare)
	}
	if p.descending {
		slices.Reverse(rows)
	}
	return rows
}

// narrowed are the rows that pass, or all where passes is nil. Where the page needs no others, it ends with the first row behind it.
func narrowed[T any](p paging, rows []T, passes func(T) bool) []T {
	if passes == nil {
		return rows
	}
	most := math.MaxInt
	if !p.withTotal && !p.descending && (p.sort == "" || p.sort == "id") && p.turned == 0 && !p.shifted {
		most = p.skip + p.size + 1
	}
	var passed []T
	for _, row := range rows {
		if passes(row) {
			if passed = append(passed, row); len(passed) == most {
				break
			}
		}
	}
	return passed
}

// listReply answers a list that gives hasMore, and totalResultSize instead where that is asked for: show turns
// a row into what the API calls it and is only called for the rows on the page.
func listReply[T any](p paging, rows []T, show func(T) any) reply {
	rows = moved(p, rows)
	from, to := p.cut(len(rows))
	body := map[string]any{"data": shown(rows[from:to], show)}
	if p.withTotal {
		body["totalResultSize"] = len(rows)
	} else {
		body["hasMore"] = to < len(rows)
	}
	return okReply(body)
}

// totalReply answers a list that always gives totalResultSize and never hasMore.
func totalReply[T any](p paging, rows []T, show func(T) any) reply {
	rows = moved(p, rows)
	from, to := p.cut(len(rows))
	return okReply(map[string]any{"data": shown(rows[from:to], show), "totalResultSize": len(rows)})
}

func shown[T any](rows []T, show func(T) any) []any {
	data := make([]any, len(rows))
	for i, row := range rows {
		data[i] = show(row)
	}
	return data
}

// intQuery reads an integer parameter within limits; anything else is a 400 that names it.
func (r *request) intQuery(name string, absent, lowest, highest int) (int, error) {
	raw := r.query.Get(name)
	if raw == "" {
		return absent, nil
	}
	n, err := strconv.Atoi(raw)
	if err != nil || n < lowest || n > highest {
		return 0, badRequest(atParameter(name, titleInvalidValue, "%s must be an integer between %d and %d, got %q", name, lowest, highest, raw))
	}
	return n, nil
}

// boolQuery reads true or false; anything else is a 400.
func (r *request) boolQuery(name string, absent bool) (bool, error) {
	switch raw := r.query.Get(name); raw {
	case "":
		return absent, nil
	case "true":
		return true, nil
	case "false":
		return false, nil
	default:
		return false, badRequest(atParameter(name, titleInvalidValue, "%s must be true or false, got %q", name, raw))
	}
}

// silentQuery reads silent=yes|no as it stands on the bulk writes and on events: absent means yes.
func (r *request) silentQuery() (bool, error) {
	switch raw := r.query.Get("silent"); raw {
	case "", "yes":
		return true, nil
	case "no":
		return false, nil
	default:
		return false, badRequest(atParameter("silent", titleInvalidValue, "silent must be yes or no, got %q", raw))
	}
}

// idsQuery reads a comma list of IDs; nil when the parameter is absent.
func (r *request) idsQuery(name string) ([]int64, error) {
	raw := r.query.Get(name)
	if raw == "" {
		return nil, nil
	}
	parts := strings.Split(raw, ",")
	ids := make([]int64, len(parts))
	for i, part := range parts {
		id, err := strconv.ParseInt(strings.TrimSpace(part), 10, 64)
		if err != nil {
			return nil, badRequest(atParameter(name, titleInvalidValue, "%s must be a comma list of IDs, got %q", name, part))
		}
		ids[i] = id
	}
	return ids, nil
}

// timeQuery reads an RFC 3339 timestamp; a date alone is midnight UTC. It is zero when the parameter is absent.
func (r *request) timeQuery(name string) (time.Time, error) {
	raw := r.query.Get(name)
	if raw == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if at, err := time.Parse(layout, raw); err == nil {
			return at, nil
		}
	}
	return time.Time{}, badRequest(atParameter(name, titleInvalidValue, "%s must be an RFC 3339 timestamp, got %q", name, raw))
}

// period is what a pair of parameters such as createdAfter and createdBefore lets pass; both ends are included.
type period struct{ after, before time.Time }

// periodQuery reads the parameters prefixAfter and prefixBefore.
func (r *request) periodQuery(prefix string) (p period, err error) {
	if p.after, err = r.timeQuery(prefix + "After"); err != nil {
		return p, err
	}
	p.before, err = r.timeQuery(prefix + "Before")
	return p, err
}

// unlimited reports whether every time is in the period, and none at all, too.
func (p period) unlimited() bool { return p.after.IsZero() && p.before.IsZero() }

// holds reports whether a time is in the period. What has no time is in no period but the unlimited one.
func (p period) holds(at time.Time) bool {
	if at.IsZero() {
		return p.unlimited()
	}
	return !at.Before(p.after) && (p.before.IsZero() || !at.After(p.before))
}

// sortedKeys lists the keys of a map in order, for responses and messages that must not change from run to run.
func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	return slices.Sorted(maps.Keys(m))
}
