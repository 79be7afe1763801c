package talonone

import (
	"context"
	"net/url"
	"strconv"
)

// PageSize is the largest page of every Management list.
const PageSize = 1000

// page is the common part of the Management lists' answers.
type page[T any] struct {
	Data            []T   `json:"data"`
	HasMore         *bool `json:"hasMore"`
	TotalResultSize *int  `json:"totalResultSize"`
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
		answer, err := doJSON[page[T]](ctx, c, op)
		if err != nil {
			return err
		}
		if err := use(answer.Data); err != nil {
			return err
		}
		skip += len(answer.Data)
		switch {
		case len(answer.Data) == 0,
			answer.HasMore != nil && !*answer.HasMore,
			answer.HasMore == nil && answer.TotalResultSize != nil && skip >= *answer.TotalResultSize:
			return nil
		}
	}
}
