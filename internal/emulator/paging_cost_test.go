package emulator

import (
	"net/url"
	"runtime"
	"slices"
	"strconv"
	"testing"
)

// A page costs the same in lists of any size: nothing is copied, sorted or looked through but the rows on it.
func TestAPageCostsTheSameInListsOfAnySize(t *testing.T) { //nolint:paralleltest // It measures memory.
	const few, many = 10_000, 1_000_000
	numbers := func(n int) []int64 {
		ids := make([]int64, n)
		for i := range ids {
			ids[i] = int64(i + 1)
		}
		return ids
	}
	for _, list := range []struct { //nolint:paralleltest // As above.
		name  string
		param string
		fill  func(s *Server, n int)
		page  func(*Server, *request) (reply, error)
	}{
		{"items of a catalog", "catalogId", func(s *Server, n int) {
			item := &catalogItem{SKU: "SKU1", Price: "1", Attributes: map[string]any{"color": "red"}}
			s.state.Catalogs.All = table[*catalog]{}
			s.state.Catalogs.All.add(&catalog{ID: 1, Items: table[*catalogItem]{ids: numbers(n), rows: slices.Repeat([]*catalogItem{item}, n)}})
		}, (*Server).listCatalogItems},
		{"members of an audience", "audienceId", func(s *Server, n int) {
			members := memberSet{set: make(map[int64]struct{}, n), sorted: numbers(n)}
			for _, id := range members.sorted {
				members.set[id] = struct{}{}
			}
			s.state.Profiles.All = table[*profile]{ids: members.sorted, rows: slices.Repeat([]*profile{{IntegrationID: "a"}}, n)}
			s.state.Audiences.All = table[*audience]{}
			s.state.Audiences.All.add(&audience{ID: 1, Members: members})
		}, (*Server).getMemberships},
	} {
		t.Run(list.name, func(t *testing.T) {
			s, err := New(Options{})
			if err != nil {
				t.Fatal(err)
			}
			cost := func(n int) uint64 {
				list.fill(s, n)
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				page, err := list.page(s, &request{
					server: s, params: map[string]string{list.param: "1"},
					query: url.Values{"pageSize": {"100"}, "skip": {strconv.Itoa(n / 2)}, "withTotalResultSize": {"true"}},
				})
				runtime.ReadMemStats(&after)
				if body, ok := page.body.(map[string]any); err != nil || !ok || body["totalResultSize"] != n {
					t.Fatal(page, err)
				}
				return after.TotalAlloc - before.TotalAlloc
			}
			small, large := cost(few), cost(many)
			if large > small+small/2 {
				t.Errorf("a page of %d rows takes %d bytes, one of %d takes %d", few, small, many, large)
			}
		})
	}
}
