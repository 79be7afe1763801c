package talonone

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
)

// campaignOf is a campaign with referrals 1 to n, of which each advocate "a1" to "an" has one.
func campaignOf(n int) *script {
	row := func(id int) map[string]any {
		return map[string]any{"id": id, "campaignId": 11, "advocateProfileIntegrationId": fmt.Sprint("a", id), "code": fmt.Sprint("CODE", id)}
	}
	respond := func(req *http.Request) (*http.Response, error) {
		query, data := req.URL.Query(), []any{}
		if parts := strings.Split(req.URL.Path, "/"); strings.HasSuffix(req.URL.Path, "/inventory") {
			id, _ := strconv.Atoi(strings.TrimPrefix(parts[len(parts)-2], "a"))
			if id <= n {
				data = append(data, row(id))
			}
			text, err := json.Marshal(map[string]any{"referrals": data})
			if err != nil {
				return nil, err
			}
			return status(200, string(text))(req)
		}
		skip, _ := strconv.Atoi(query.Get("skip"))
		size, _ := strconv.Atoi(query.Get("pageSize"))
		last := min(skip+size, n)
		for id := skip + 1; id <= last; id++ {
			if advocate := query.Get("advocate"); advocate == "" || advocate == fmt.Sprint("a", id) {
				data = append(data, row(id))
			}
		}
		text, err := json.Marshal(map[string]any{"data": data, "hasMore": last < n && !query.Has("advocate")})
		if err != nil {
			return nil, err
		}
		return status(200, string(text))(req)
	}
	return &script{responses: []func(*http.Request) (*http.Response, error){respond}}
}

func TestReferralsAreReadWithTheirCampaignWhereThatSavesRequests(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		campaign, referrals, most int
	}{
		"one":                        {300, 1, 1},
		"one that is gone":           {0, 1, 2},
		"ten":                        {300, 10, 1},
		"100 of a small campaign":    {300, 100, 1},
		"100, all gone":              {0, 100, 1},
		"100 of 10,000":              {10_000, 100, 40},
		"40 at the end of a million": {1_000_000, 40, 80},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := campaignOf(test.campaign)
				client := newTestClient(t, s)
				terraform(t, test.referrals, func(i int) error {
					id := int64(test.campaign - i)
					if id < 1 {
						id = int64(test.campaign + 1 + i)
					}
					found, err := client.FindReferral(t.Context(), ReferralPlace{1, 11}, WantedReferral{ID: id, Advocate: fmt.Sprint("a", id)})
					if exists := id <= int64(test.campaign); err == nil && (found != nil) != exists {
						return fmt.Errorf("referral %d: %v", id, found)
					}
					return err
				})
				if len(s.seen) > test.most {
					t.Errorf("%d requests, at most %d are needed", len(s.seen), test.most)
				}
			})
		})
	}
}

func TestWritesOfReferralsMakeReadsAskAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := campaignOf(5)
		client := newTestClient(t, s)
		read := func(want int) {
			t.Helper()
			s.seen = nil
			terraform(t, 5, func(i int) error {
				_, err := client.FindReferral(t.Context(), ReferralPlace{1, 11}, WantedReferral{ID: int64(i + 1)})
				return err
			})
			if len(s.seen) != want {
				t.Errorf("%d requests, want %d", len(s.seen), want)
			}
		}
		read(1)
		read(0)
		if err := client.DeleteReferral(t.Context(), 1, 11, 3); err != nil {
			t.Error(err)
		}
		read(1)
	})
}

func TestACampaignIsAskedForByItsID(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		response string
		found    bool
	}{
		"it runs":                      {`{"data":[{"id":11,"applicationId":1,"features":["referrals"]}]}`, true},
		"it doesn't":                   {`{"data":[]}`, false},
		"the filter is not understood": {`{"data":[{"id":10,"applicationId":1,"features":["referrals"]}]}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &script{responses: []func(*http.Request) (*http.Response, error){status(200, test.response)}}
			client := newTestClient(t, s)
			for range 2 {
				campaign, err := client.RunningCampaign(t.Context(), 11)
				if err != nil || (campaign != nil) != test.found {
					t.Errorf("%v, %v", campaign, err)
				}
			}
			if query, err := url.ParseQuery(s.seen[0].query); err != nil || query.Get("campaignIds") != "11" || len(s.seen) != 1 {
				t.Errorf("requests: %v, %v", s.seen, err)
			}
		})
	}
}
