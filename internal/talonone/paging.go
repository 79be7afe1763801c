package talonone

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

const (
	// PageSize is the largest page of every Management list.
	PageSize = 1000
	// maxRows bounds a list, in rows.
	maxRows = 20_000_000
	// maxListBytes bounds the pages of a list together, in bytes of JSON: what is kept of them takes about as much memory.
	maxListBytes int64 = 2 << 30
	// maxPages bounds a list, in pages.
	maxPages = 100_000
	// maxPasses bounds how often a list without an order is read whose rows moved in the meantime.
	maxPasses = 4
	// maxSearches bounds the requests of one pass that look for a row that has been seen.
	maxSearches = 200
)

// page is the common part of the Management lists' responses.
type page[T any] struct {
	Data            rows[T] `json:"data"`
	HasMore         *bool   `json:"hasMore"`
	TotalResultSize *int    `json:"totalResultSize"`
}

// lacks tells a response that is not a list from an empty list, which would say that
// nothing exists.
func (p page[T]) lacks() string {
	if p.Data == nil {
		return "data"
	}
	return p.Data.lacks()
}

// rows are the entries of a list. They are nil only where the response has none;
// null is an empty list, as Go writes it.
type rows[T any] []T

// UnmarshalJSON reads an array or null.
func (r *rows[T]) UnmarshalJSON(data []byte) error {
	if err := json.Unmarshal(data, (*[]T)(r)); err != nil {
		return err
	}
	if *r == nil {
		*r = rows[T]{}
	}
	return nil
}

func (r rows[T]) lacks() string {
	for i, row := range r {
		if missing := missingIn(row); missing != "" {
			return fmt.Sprintf("%s in data/%d", missing, i)
		}
	}
	return ""
}

// listRow is a row of a list.
type listRow interface {
	// identity is the row's ID, 0 where it has none, and its name, which is unique too; "" where it has none.
	identity() (id int64, name string)
}

func endless(operation, because string) error {
	return &Error{Operation: operation, StatusCode: http.StatusOK, Message: "the list does not end: " + because}
}

// pager reads a list that others may change in the meantime, and hands out every row once. The API pages by position, so that a
// row that goes makes all rows behind it move up, and the next page would miss one. Therefore each page begins with the
// last row of the page before.
//
// A list in order of ID is complete behind a row that has been seen: where the page doesn't begin with one, the pager goes
// back until it does. A list of which the order is not known is read again from the beginning.
type pager[T listRow] struct {
	client  *Client
	newCall func() *call
	// sorted asks for the order of ID.
	sorted bool
	// limit ends the reading after so many rows; 0 reads all.
	limit int
	// withTotal asks for the number of rows, which ends a list that doesn't say whether there are more.
	withTotal bool
	// first, where set, reads the first page of the first pass instead of a request of the pager.
	first func(context.Context) (page[T], error)
	// use gets the rows of each page that it did not get before.
	use func([]T) error
	// again, where set, forgets what use got, when the list is read again. Without it rows that went in the meantime stay.
	again func()

	// more says, after the end, whether the limit left rows out.
	more bool

	given  int
	bytes  int64
	lastID int64
	ids    []int64 // given in order
	seen   map[rowHash]struct{}
	total  *int
	// repeated says that a pass has met the same page twice.
	repeated bool
}

// eachPage calls use for every page of a list, in order of ID where the deployment knows that.
func eachPage[T listRow](ctx context.Context, c *Client, newCall func() *call, use func([]T) error) error {
	return (&pager[T]{client: c, newCall: newCall, sorted: true, use: use}).run(ctx)
}

// eachPageUnsorted is eachPage for a list that can't be sorted. again forgets what use got.
func eachPageUnsorted[T listRow](ctx context.Context, c *Client, newCall func() *call, use func([]T) error, again func()) error {
	return (&pager[T]{client: c, newCall: newCall, use: use, again: again}).run(ctx)
}

func (p *pager[T]) run(ctx context.Context) error {
	for range maxPasses {
		settled, err := p.pass(ctx)
		if err != nil || settled {
			return err
		}
		p.first, p.bytes = nil, 0
		if p.again != nil {
			p.again()
			p.given, p.seen = 0, nil
		}
	}
	return &Error{Operation: p.newCall().operation, StatusCode: http.StatusOK, Message: fmt.Sprintf(
		"the list changed each of the %d times that it was read, so rows may be missing; run it again when fewer programs write", maxPasses)}
}

// pass reads the list once. settled says whether nothing moved in the meantime, so that no row is missing.
func (p *pager[T]) pass(ctx context.Context) (settled bool, err error) {
	operation := p.newCall().operation
	var last T
	var previous rows[T]
	// at is the position behind the last row, back how far it was set back to find a row that has been seen.
	at, back, searches := 0, 0, 0
	for pages := 1; ; pages++ {
		if pages > maxPages {
			return false, endless(operation, fmt.Sprintf("it has more than %d pages", maxPages))
		}
		overlap := 0
		if at > 0 && len(previous) != 1 {
			overlap = 1
		}
		response, sorted, err := p.page(ctx, at-overlap, overlap)
		if err != nil {
			return false, err
		}
		data := response.Data
		if pages > 1 && len(data) > 0 && back == 0 && reflect.DeepEqual(data, previous) && !ended(response, at, p.total) {
			// Rows that move up can bring back the same page, once.
			if !p.repeated {
				p.repeated = true
				return false, nil
			}
			return false, endless(operation, fmt.Sprintf("page %d is the same as the one before it", pages))
		}
		if p.sorted && (!sorted || !ascending(data)) {
			p.forgetOrder()
			if at > 0 {
				return false, nil
			}
		}
		if overlap > 0 && !p.continues(data, last) {
			if searches++; !p.sorted || searches > maxSearches {
				return false, nil
			}
			back = max(2*back, (len(previous)+1)/2)
			at = max(0, at-back)
			previous = nil
			continue
		}
		fresh := p.fresh(data)
		stop, err := p.give(operation, fresh, response)
		if stop || err != nil {
			return true, err
		}
		at += len(data) - overlap
		if len(data) == 0 || ended(response, at, p.total) || undecided(response, p.total) && len(data) <= overlap {
			return true, nil
		}
		if at > p.given+PageSize {
			return false, endless(operation, fmt.Sprintf("page %d has no further rows", pages))
		}
		if len(fresh) > 0 {
			back = 0
		}
		last, previous = data[len(data)-1], data
	}
}

// page reads one page from a position, and says whether it is in order.
func (p *pager[T]) page(ctx context.Context, skip, overlap int) (response page[T], sorted bool, err error) {
	if p.first != nil && skip == 0 {
		response, err = p.first(ctx)
	} else {
		size := PageSize
		if p.limit > 0 {
			size = min(size, p.limit-p.given+overlap)
		}
		var received int
		response, sorted, received, err = getPage[T](ctx, p.client, p.newCall, paging{skip: skip, size: size, sorted: p.sorted, withTotal: p.withTotal && skip == 0})
		p.bytes += int64(received)
	}
	if err == nil && p.bytes > p.client.maxListBytes {
		return response, sorted, endless(p.newCall().operation, fmt.Sprintf("its pages are longer than %d MiB together", p.client.maxListBytes>>20))
	}
	if response.TotalResultSize != nil {
		p.total = response.TotalResultSize
	}
	return response, sorted, err
}

// continues says whether no row is missing between the last row and a page that is to begin with it.
func (p *pager[T]) continues(data []T, last T) bool {
	if len(data) == 0 {
		return false
	}
	if p.sorted {
		id, _ := data[0].identity()
		return id <= p.lastID
	}
	return nameOf(data[0]) == nameOf(last)
}

// fresh are the rows of a page that have not been given yet.
func (p *pager[T]) fresh(data []T) []T {
	var fresh []T
	for i, row := range data {
		id, _ := row.identity()
		if p.sorted {
			if id > p.lastID {
				fresh = data[i:]
				break
			}
			continue
		}
		name := hashOf(nameOf(row))
		if _, before := p.seen[name]; before {
			continue
		}
		if p.seen == nil {
			p.seen = make(map[rowHash]struct{})
		}
		p.seen[name] = struct{}{}
		fresh = append(fresh, row)
	}
	if p.sorted {
		for _, row := range fresh {
			p.lastID, _ = row.identity()
			p.ids = append(p.ids, p.lastID)
		}
	}
	return fresh
}

// give hands rows out. stop says that there are as many as the limit allows.
func (p *pager[T]) give(operation string, fresh []T, response page[T]) (stop bool, err error) {
	if p.limit > 0 && len(fresh) >= p.limit-p.given {
		stop = true
		p.more = len(fresh) > p.limit-p.given || response.HasMore == nil || *response.HasMore
		fresh = fresh[:p.limit-p.given]
	}
	if p.given += len(fresh); p.given > p.client.maxRows {
		return true, endless(operation, fmt.Sprintf("it has more than %d entries", p.client.maxRows))
	}
	return stop, p.use(fresh)
}

// forgetOrder goes on without relying on the order of ID.
func (p *pager[T]) forgetOrder() {
	p.sorted = false
	p.seen = make(map[rowHash]struct{}, len(p.ids))
	for _, id := range p.ids {
		p.seen[hashOf(strconv.FormatInt(id, 10))] = struct{}{}
	}
	p.ids = nil
}

// rowHash stands for the name of a row, so that a million of them are not a million texts.
type rowHash [2]uint64

var rowSeeds = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}

func hashOf(name string) rowHash {
	return rowHash{maphash.String(rowSeeds[0], name), maphash.String(rowSeeds[1], name)}
}

// nameOf identifies a row where the order isn't known.
func nameOf[T listRow](row T) string {
	id, name := row.identity()
	if id != 0 {
		return strconv.FormatInt(id, 10)
	}
	return name
}

// ascending says whether rows are in order of ID.
func ascending[T listRow](rows []T) bool {
	before := int64(0)
	for _, row := range rows {
		id, _ := row.identity()
		if id <= before {
			return false
		}
		before = id
	}
	return true
}

// ended says whether a page is the last one.
func ended[T any](response page[T], at int, total *int) bool {
	if response.HasMore != nil {
		return !*response.HasMore
	}
	return total != nil && at >= *total
}

// undecided says whether neither the page nor the list tells where the list ends.
func undecided[T any](response page[T], total *int) bool {
	return response.HasMore == nil && total == nil
}

// paging is what a request for a page asks for.
type paging struct {
	skip, size        int
	sorted, withTotal bool
}

// listHabit is what a deployment does not accept in the requests of a list.
type listHabit struct {
	size     int // the largest page
	unsorted bool
}

// smallerPages are tried where a deployment refuses the documented size.
var smallerPages = []int{500, 250, 100, 50, 20, 10, 5, 2, 1}

// getPage reads one page. Where the deployment refuses the order or the size, it asks without, and remembers that. sorted
// says whether it asked for the order.
func getPage[T any](ctx context.Context, c *Client, newCall func() *call, want paging) (response page[T], sorted bool, received int, err error) {
	for {
		op := newCall()
		habit := c.listHabit(op.operation)
		sorted, want.size = want.sorted && !habit.unsorted, min(want.size, habit.size)
		if op.query == nil {
			op.query = url.Values{}
		}
		op.query.Set("pageSize", strconv.Itoa(want.size))
		op.query.Set("skip", strconv.Itoa(want.skip))
		if sorted {
			op.query.Set("sort", "id")
		}
		if want.withTotal {
			op.query.Set("withTotalResultSize", "true")
		}
		response, err = doJSON[page[T]](ctx, c, op)
		switch {
		case sorted && refuses(err, "sort"):
			habit.unsorted = true
		case want.size > 1 && refuses(err, "pagesize", "page size"):
			habit.size = smallerPages[slices.IndexFunc(smallerPages, func(size int) bool { return size < want.size })]
		default:
			return response, sorted, op.received, err
		}
		c.listHabits.Store(op.operation, habit)
	}
}

func (c *Client) listHabit(operation string) listHabit {
	stored, _ := c.listHabits.Load(operation)
	if habit, ok := stored.(listHabit); ok {
		return habit
	}
	return listHabit{size: PageSize}
}

// refuses says whether a request was refused because of a query parameter, of which these are spellings in lower case.
func refuses(err error, spellings ...string) bool {
	apiErr, answered := errors.AsType[*Error](err)
	if !answered || apiErr.StatusCode != http.StatusBadRequest {
		return false
	}
	text := strings.ToLower(apiErr.Error())
	return slices.ContainsFunc(spellings, func(spelling string) bool { return strings.Contains(text, spelling) })
}
