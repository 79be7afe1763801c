package talonone

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// shifting is a list whose rows come and go while it is read.
type shifting struct {
	rows []int64
	next int64
	// largest is the largest page. Larger ones are refused, or clamped.
	largest     int
	clamps      bool
	refusesSort bool
	withoutMore bool
	turned      int
	requests    int
	between     func(*shifting)
}

func newShifting(n int) *shifting {
	s := &shifting{largest: PageSize}
	for range n {
		s.append()
	}
	return s
}

func (s *shifting) append() {
	s.next++
	s.rows = append(s.rows, s.next)
}

func (s *shifting) remove(at int) {
	if len(s.rows) > 0 {
		s.rows = slices.Delete(s.rows, at%len(s.rows), at%len(s.rows)+1)
	}
}

func (s *shifting) RoundTrip(req *http.Request) (*http.Response, error) {
	s.requests++
	query := req.URL.Query()
	size, _ := strconv.Atoi(query.Get("pageSize"))
	skip, _ := strconv.Atoi(query.Get("skip"))
	switch {
	case size > s.largest && !s.clamps:
		return status(400, `{"message":"invalid","errors":[{"title":"too large","source":{"parameter":"pageSize"}}]}`)(req)
	case query.Get("sort") != "" && s.refusesSort:
		return status(400, `{"message":"invalid","errors":[{"title":"cannot sort","source":{"parameter":"sort"}}]}`)(req)
	}
	rows := s.rows
	if s.turned > 0 && query.Get("sort") == "" && len(rows) > 0 {
		at := s.turned % len(rows)
		rows = slices.Concat(rows[at:], rows[:at])
	}
	from := min(skip, len(rows))
	to := min(from+min(size, s.largest), len(rows))
	shown := []map[string]any{}
	for _, id := range rows[from:to] {
		name := "row-" + strconv.FormatInt(id, 10)
		shown = append(shown, map[string]any{"id": id, "name": name, "sku": name, "integrationId": name, "code": name, "value": "CODE", "entity": "Event", "amount": id})
	}
	response := map[string]any{"data": shown}
	switch {
	case query.Get("withTotalResultSize") == "true":
		response["totalResultSize"] = len(s.rows)
	case !s.withoutMore:
		response["hasMore"] = to < len(s.rows)
	}
	text, err := json.Marshal(response)
	if err != nil {
		return nil, err
	}
	if s.between != nil {
		s.between(s)
	}
	return status(200, string(text))(req)
}

// listings read every list that the client knows. Each returns the IDs that came. Adding a list here is all that its test needs.
var listings = map[string]func(context.Context, *Client) ([]int64, error){
	"getAudiences": func(ctx context.Context, c *Client) (ids []int64, err error) {
		listing, err := c.GetAudiences(ctx)
		if err == nil {
			for _, audience := range listing.All {
				ids = append(ids, audience.ID)
			}
		}
		return ids, err
	},
	"getAttributes": func(ctx context.Context, c *Client) ([]int64, error) {
		definitions, err := c.GetAttributes(ctx)
		return idsOf(definitions), err
	},
	"getApplications": func(ctx context.Context, c *Client) ([]int64, error) {
		applications, err := c.GetApplications(ctx)
		return idsOf(applications), err
	},
	"getEventTypes": func(ctx context.Context, c *Client) ([]int64, error) {
		types, err := c.GetEventTypes(ctx)
		return idsOf(types), err
	},
	"getAdditionalCosts": func(ctx context.Context, c *Client) ([]int64, error) {
		costs, err := c.GetAdditionalCosts(ctx)
		return idsOf(costs), err
	},
	"listStores": func(ctx context.Context, c *Client) ([]int64, error) {
		stores, err := c.ListStores(ctx, 1)
		return idsOf(stores), err
	},
	"listCollections": func(ctx context.Context, c *Client) ([]int64, error) {
		collections, err := c.ListCollections(ctx, 1)
		return idsOf(collections), err
	},
	"getAudienceMemberships": func(ctx context.Context, c *Client) (ids []int64, err error) {
		err = c.GetAudienceMemberships(ctx, 748, func(members []AudienceMember) error {
			ids = append(ids, idsOf(members)...)
			return nil
		})
		return ids, err
	},
	"getAudienceMemberships, limited": func(ctx context.Context, c *Client) (ids []int64, err error) {
		_, err = c.GetAudienceMembershipsUpTo(ctx, 748, 1_000_000, func(members []AudienceMember) error {
			ids = append(ids, idsOf(members)...)
			return nil
		})
		return ids, err
	},
	"getReferrals": func(ctx context.Context, c *Client) (ids []int64, err error) {
		err = c.GetReferrals(ctx, 1, 2, ReferralFilter{}, func(referrals []*Referral) error {
			ids = append(ids, idsOf(referrals)...)
			return nil
		})
		return ids, err
	},
	"searchCoupons": func(ctx context.Context, c *Client) ([]int64, error) {
		coupons, err := c.FindCoupons(ctx, 1, "CODE")
		return idsOf(coupons), err
	},
	"getApplicationSessions": func(ctx context.Context, c *Client) (ids []int64, err error) {
		err = c.GetApplicationSessions(ctx, 1, SessionFilter{}, func(sessions []ApplicationSession) error {
			ids = append(ids, idsOf(sessions)...)
			return nil
		})
		return ids, err
	},
	"getApplicationEvents": func(ctx context.Context, c *Client) (ids []int64, err error) {
		err = c.GetApplicationEvents(ctx, 1, EventFilter{}, func(events []ApplicationEvent) error {
			ids = append(ids, idsOf(events)...)
			return nil
		})
		return ids, err
	},
	"getLoyaltyTransactions": func(ctx context.Context, c *Client) ([]int64, error) {
		transactions, err := c.GetLoyaltyTransactions(ctx, 1, "a", LoyaltyFilter{}, 0)
		return idsOf(transactions), err
	},
	"listCatalogItems": func(ctx context.Context, c *Client) ([]int64, error) {
		items, err := c.CatalogItems(ctx, 6)
		return numbersOf(skusOf(items)), err
	},
	"listCatalogItems of a product": func(ctx context.Context, c *Client) ([]int64, error) {
		items, err := c.CatalogItemsOfProducts(ctx, 6, []string{"Boots"}, nil)
		return numbersOf(skusOf(items)), err
	},
	"getCustomersByAttributes": func(ctx context.Context, c *Client) (ids []int64, err error) {
		profiles, err := c.GetCustomersByAttributes(ctx, []string{"a"}, false)
		for _, profile := range profiles {
			ids = append(ids, profile.ID)
		}
		return ids, err
	},
}

func idsOf[T listRow](rows []T) []int64 {
	ids := make([]int64, len(rows))
	for i, row := range rows {
		ids[i], _ = row.identity()
	}
	return ids
}

func numbersOf(names []string) []int64 {
	numbers := make([]int64, len(names))
	for i, name := range names {
		numbers[i], _ = strconv.ParseInt(strings.TrimPrefix(name, "row-"), 10, 64)
	}
	return numbers
}

// Whatever happens between two pages: rows that were there from the beginning to the end of the reading come, each once. A
// list that doesn't come to rest may be an error, never one that lacks rows.
func TestRowsThatMoveBetweenPagesAreNotMissed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		prepare func(*shifting)
		between func(*shifting, *rand.Rand)
		// restless lists may end with an error.
		restless bool
	}{
		"nothing": {},
		"one goes before": {between: func(s *shifting, _ *rand.Rand) {
			if s.requests == 1 {
				s.remove(0)
			}
		}},
		"one goes and one comes": {between: func(s *shifting, _ *rand.Rand) {
			if s.requests == 1 {
				s.remove(0)
				s.append()
			}
		}},
		"half of it goes": {between: func(s *shifting, _ *rand.Rand) {
			if s.requests == 2 {
				s.rows = s.rows[len(s.rows)/2:]
			}
		}},
		"all of it goes": {between: func(s *shifting, _ *rand.Rand) {
			if s.requests == 2 {
				s.rows = nil
			}
		}},
		"some come all the time": {between: func(s *shifting, _ *rand.Rand) { s.append() }},
		"some go all the time": {restless: true, between: func(s *shifting, random *rand.Rand) {
			s.remove(random.IntN(1 << 20))
			s.append()
		}},
		"without hasMore":     {prepare: func(s *shifting) { s.withoutMore = true }},
		"pages as documented": {prepare: func(s *shifting) { s.largest = PageSize }},
		"pages are refused":   {prepare: func(s *shifting) { s.clamps = false }},
		"pages of one row":    {prepare: func(s *shifting) { s.rows, s.largest, s.clamps = s.rows[:20], 1, true }},
		"sort is refused":     {prepare: func(s *shifting) { s.refusesSort = true }},
		"sort is refused and one goes": {prepare: func(s *shifting) { s.refusesSort = true }, between: func(s *shifting, _ *rand.Rand) {
			if s.requests == 2 {
				s.remove(3)
			}
		}},
		"the order turns once": {prepare: func(s *shifting) { s.refusesSort = true }, between: func(s *shifting, _ *rand.Rand) {
			if s.requests == 3 {
				s.turned = 70
			}
		}},
		"the order turns all the time": {restless: true, prepare: func(s *shifting) { s.refusesSort = true }, between: func(s *shifting, random *rand.Rand) {
			s.turned = random.IntN(1 << 20)
		}},
	} {
		for operation, read := range listings {
			t.Run(name+"/"+operation, func(t *testing.T) {
				t.Parallel()
				random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // A test needs no secret randomness.
				s := newShifting(250)
				s.largest, s.clamps = 100, true
				if test.prepare != nil {
					test.prepare(s)
				}
				before := slices.Clone(s.rows)
				if test.between != nil {
					s.between = func(s *shifting) { test.between(s, random) }
				}
				client, err := New(Config{BaseURL: "https://example.talon.one", IntegrationAPIKey: "key", ManagementAPIKey: "key", ManagementRPS: -1, Transport: s})
				if err != nil {
					t.Fatal(err)
				}
				ids, err := read(t.Context(), client)
				if err != nil && test.restless && strings.Contains(err.Error(), "the list changed each of the") {
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				if s.requests > 60 {
					t.Errorf("%d requests", s.requests)
				}
				slices.Sort(ids)
				if once := slices.Compact(slices.Clone(ids)); len(once) != len(ids) {
					t.Errorf("%d rows came, %d different ones", len(ids), len(once))
				}
				for _, id := range before {
					_, came := slices.BinarySearch(ids, id)
					if slices.Contains(s.rows, id) && !came {
						t.Fatalf("row %d was there all the time and is missing", id)
					}
				}
			})
		}
	}
}

func TestALimitEndsAList(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		rows, limit, want, requests int
		more                        bool
	}{{50, 100, 50, 1, false}, {100, 100, 100, 1, false}, {101, 100, 100, 1, true}, {2500, 2000, 2000, 3, true}, {2500, 2500, 2500, 3, false}} {
		t.Run(fmt.Sprint(test.rows, " rows, limit ", test.limit), func(t *testing.T) {
			t.Parallel()
			s := newShifting(test.rows)
			client, err := New(Config{BaseURL: "https://example.talon.one", ManagementAPIKey: "key", ManagementRPS: -1, Transport: s})
			if err != nil {
				t.Fatal(err)
			}
			got := 0
			more, err := client.GetAudienceMembershipsUpTo(t.Context(), 748, test.limit, func(members []AudienceMember) error {
				got += len(members)
				return nil
			})
			if err != nil || got != test.want || more != test.more || s.requests != test.requests {
				t.Errorf("%d rows, more %t, %d requests, %v", got, more, s.requests, err)
			}
		})
	}
}
