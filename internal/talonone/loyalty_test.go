package talonone

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestLoyaltyFiltersReachTheAPI(t *testing.T) {
	t.Parallel()
	from, to := time.Date(2026, 3, 1, 10, 0, 0, 0, time.FixedZone("", 3600)), time.Date(2026, 4, 1, 0, 0, 0, 5000, time.UTC)
	s := &script{responses: replies{status(200, `{"hasMore":false,"data":[{"id":7,"amount":0.10,"startDate":"immediate","expiryDate":"unlimited","flags":{"createsNegativeBalance":true}}]}`)}}
	transactions, err := newTestClient(t, s).GetLoyaltyTransactions(t.Context(), 5, "a b", LoyaltyFilter{
		StartDate: &from, EndDate: &to, SubledgerID: "sub", TransactionType: "manual",
		CustomerSessionIDs: []string{"s1", "s,2"}, TransactionUUIDs: []string{"u1"}, AwaitsActivation: true,
	}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintln(transactions[0].Amount, transactions[0].StartDate, transactions[0].ExpiryDate, *transactions[0].Flags.CreatesNegativeBalance); got != "0.10 immediate unlimited true\n" {
		t.Errorf("got %s", got)
	}
	if s.seen[0].path != "/v1/loyalty_programs/5/profile/a%20b/transactions" {
		t.Errorf("sent to %s", s.seen[0].path)
	}
	want := "awaitsActivation=true&customerSessionIDs=s1&customerSessionIDs=s%2C2&endDate=2026-04-01T00%3A00%3A00.000005Z" +
		"&loyaltyTransactionType=manual&pageSize=1000&skip=0&startDate=2026-03-01T10%3A00%3A00%2B01%3A00&subledgerId=sub&transactionUUIDs=u1"
	if s.seen[0].query != want {
		t.Errorf("sent %s\nwant %s", s.seen[0].query, want)
	}
}

// transactions is a page with the IDs from first to last.
func transactions(hasMore bool, first, last int) string {
	var rows []string
	for id := first; id <= last; id++ {
		rows = append(rows, fmt.Sprintf(`{"id":%d,"amount":1}`, id))
	}
	return fmt.Sprintf(`{"hasMore":%t,"data":[%s]}`, hasMore, strings.Join(rows, ","))
}

func TestLoyaltyPages(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		limit   int
		pages   []string
		count   int
		queries []string
	}{
		"all":             {0, []string{transactions(true, 1, 1000), transactions(false, 1000, 1005)}, 1005, []string{"pageSize=1000&skip=0", "pageSize=1000&skip=999"}},
		"shifted page":    {0, []string{transactions(true, 1, 3), transactions(false, 2, 4), transactions(false, 1, 4)}, 4, []string{"pageSize=1000&skip=0", "pageSize=1000&skip=2", "pageSize=1000&skip=0"}},
		"limit in a page": {2, []string{transactions(true, 1, 2)}, 2, []string{"pageSize=2&skip=0"}},
		"limit on a page": {1002, []string{transactions(true, 1, 1000), transactions(true, 1000, 1002)}, 1002, []string{"pageSize=1000&skip=0", "pageSize=3&skip=999"}},
		"short list":      {50, []string{transactions(false, 1, 3)}, 3, []string{"pageSize=50&skip=0"}},
		"empty list":      {0, []string{`{"hasMore":true,"data":[]}`}, 0, []string{"pageSize=1000&skip=0"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &script{}
			for _, page := range test.pages {
				s.responses = append(s.responses, status(200, page))
			}
			got, err := newTestClient(t, s).GetLoyaltyTransactions(t.Context(), 5, "a", LoyaltyFilter{}, test.limit)
			if err != nil || len(got) != test.count {
				t.Fatalf("got %d transactions, %v, want %d", len(got), err, test.count)
			}
			var queries []string
			for _, request := range s.seen {
				queries = append(queries, request.query)
			}
			if fmt.Sprint(queries) != fmt.Sprint(test.queries) {
				t.Errorf("asked for %v, want %v", queries, test.queries)
			}
		})
	}
}
