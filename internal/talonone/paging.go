package talonone

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
)

const (
	// PageSize is the largest page of every Management list.
	PageSize = 1000
	// maxRows bounds a list, in rows.
	maxRows = 1_000_000
	// maxPages bounds a list whose pages are used one by one.
	maxPages = 100_000
)

// page is the common part of the Management lists' answers.
type page[T any] struct {
	Data            rows[T] `json:"data"`
	HasMore         *bool   `json:"hasMore"`
	TotalResultSize *int    `json:"totalResultSize"`
}

// lacks tells a response that is no list from an empty list, which would say that
// nothing exists any more.
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

// listGuard notices lists that never end.
type listGuard[T any] struct {
	operation   string
	pages, most int
	previous    rows[T]
}

func (g *listGuard[T]) next(page rows[T]) error {
	g.pages++
	switch {
	case len(page) > 0 && reflect.DeepEqual(page, g.previous):
		return endless(g.operation, fmt.Sprintf("page %d is the same as the one before it", g.pages))
	case g.pages > g.most:
		return endless(g.operation, fmt.Sprintf("it has more than %d pages", g.most))
	}
	g.previous = page
	return nil
}

func endless(operation, because string) error {
	return &Error{Operation: operation, StatusCode: http.StatusOK, Message: "the list does not come to an end: " + because}
}

// eachPage calls use for every page of a list, in order of id, until the list
// ends: on hasMore=false, on reaching the total, or on an empty page. newCall
// makes the call of one page; the paging parameters are added to its query.
func eachPage[T any](ctx context.Context, c *Client, newCall func() *call, use func([]T) error) error {
	return eachPageSorted(ctx, c, "id", newCall, use)
}

// eachPageSorted is eachPage with a sort field of the list's own; empty leaves
// the order to the server.
func eachPageSorted[T any](ctx context.Context, c *Client, sort string, newCall func() *call, use func([]T) error) error {
	guard := listGuard[T]{operation: newCall().operation, most: maxPages}
	for skip := 0; ; {
		op := newCall()
		if op.query == nil {
			op.query = url.Values{}
		}
		op.query.Set("pageSize", strconv.Itoa(PageSize))
		op.query.Set("skip", strconv.Itoa(skip))
		if sort != "" {
			op.query.Set("sort", sort)
		}
		response, err := doJSON[page[T]](ctx, c, op)
		if err != nil {
			return err
		}
		if err := guard.next(response.Data); err != nil {
			return err
		}
		if err := use(response.Data); err != nil {
			return err
		}
		skip += len(response.Data)
		switch {
		case len(response.Data) == 0,
			response.HasMore != nil && !*response.HasMore,
			response.HasMore == nil && response.TotalResultSize != nil && skip >= *response.TotalResultSize:
			return nil
		}
	}
}

// appendRows is append for a list that is kept, up to maxRows.
func appendRows[T any](operation string, all, rows []T) ([]T, error) {
	if len(all)+len(rows) > maxRows {
		return nil, endless(operation, fmt.Sprintf("it has more than %d entries", maxRows))
	}
	return append(all, rows...), nil
}
