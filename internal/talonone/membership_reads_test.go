package talonone

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// audienceServer is an audience with members and, in the list and the export,
// that many others before them.
type audienceServer struct {
	mu       sync.Mutex
	members  []string
	others   int
	received []string
}

func (a *audienceServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	switch {
	case strings.HasSuffix(r.URL.Path, "/export"):
		a.received = append(a.received, "export")
		w.Header().Set("Content-Type", "application/csv")
		_, _ = io.WriteString(w, "profileintegrationid\n"+strings.Repeat("other\n", a.others)+strings.Join(a.members, "\n")+"\n")
	case strings.HasSuffix(r.URL.Path, "/inventory"):
		a.received = append(a.received, "inventory")
		id := strings.Split(r.URL.Path, "/")[3]
		memberships := ""
		if slices.Contains(a.members, id) {
			memberships = `{"id":748,"name":"VIP"}`
		}
		_, _ = fmt.Fprintf(w, `{"profile":{"integrationId":%q,"audienceMemberships":[%s]}}`, id, memberships) //nolint:gosec // The client of the test is no browser.
	case r.URL.Query().Get("pageSize") == "1":
		a.received = append(a.received, "confirmation")
		_, _ = io.WriteString(w, `{"hasMore":false,"data":[]}`)
	default:
		a.received = append(a.received, "page")
		var rows []string
		for _, id := range a.members {
			rows = append(rows, fmt.Sprintf(`{"integrationId":%q}`, id))
		}
		if a.others > PageSize {
			rows = nil
		}
		_, _ = fmt.Fprintf(w, `{"hasMore":%t,"data":[%s]}`, a.others > PageSize, strings.Join(rows, ","))
	}
}

func TestMembersAreLookedUpInTheFewestRequests(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		members, others, asked int
		withoutManagement      bool
		want                   []string
	}{
		"nobody":                          {members: 3, asked: 0},
		"one":                             {members: 3, others: 5000, asked: 1, want: []string{"inventory"}},
		"a few of a small audience":       {members: 3, others: 500, asked: 3, want: []string{"page"}},
		"a few of a large audience":       {members: 3, others: 5000, asked: 3, want: []string{"page", "inventory", "inventory", "inventory"}},
		"many":                            {members: 12, others: 500, asked: 12, want: []string{"export"}},
		"many, of whom some are missing":  {members: 12, others: 500, asked: 14, want: []string{"export", "confirmation"}},
		"a few, without a Management key": {members: 3, asked: 2, withoutManagement: true, want: []string{"inventory", "inventory"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			audience := &audienceServer{others: test.others}
			var asked []string
			for i := range max(test.members, test.asked) {
				id := fmt.Sprintf("customer-%d", i)
				if i < test.members {
					audience.members = append(audience.members, id)
				}
				if i < test.asked {
					asked = append(asked, id)
				}
			}
			client := audience.start(t, test.withoutManagement)
			found, err := client.AudienceMembersAmong(t.Context(), 748, asked)
			if err != nil {
				t.Fatal(err)
			}
			if want := audience.members[:min(test.members, test.asked)]; !slices.Equal(found, want) {
				t.Errorf("found %q, want %q", found, want)
			}
			if diff := cmp.Diff(test.want, audience.received); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func (a *audienceServer) start(t *testing.T, withoutManagement bool) *Client {
	t.Helper()
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	config := Config{BaseURL: server.URL, IntegrationAPIKey: "key", ManagementAPIKey: "key", ManagementRPS: -1}
	if withoutManagement {
		config.ManagementAPIKey = ""
	}
	client, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func TestFurtherQuestionsAreAnsweredByOneExport(t *testing.T) {
	t.Parallel()
	audience := &audienceServer{members: []string{"a", "b", "c"}}
	client := audience.start(t, false)
	for _, id := range audience.members {
		if member, err := client.IsAudienceMember(t.Context(), 748, id); err != nil || !member {
			t.Errorf("%s: %v, %v", id, member, err)
		}
	}
	if diff := cmp.Diff([]string{"inventory", "export"}, audience.received); diff != "" {
		t.Error(diff)
	}
}

func TestConcurrentQuestionsShareARequest(t *testing.T) {
	t.Parallel()
	audience := &audienceServer{}
	for i := range 50 {
		audience.members = append(audience.members, fmt.Sprintf("customer-%d", i))
	}
	client := audience.start(t, false)
	var wg sync.WaitGroup
	for _, id := range append(slices.Clone(audience.members), "stranger") {
		wg.Go(func() {
			if member, err := client.IsAudienceMember(t.Context(), 748, id); err != nil || member != (id != "stranger") {
				t.Errorf("%s: %v, %v", id, member, err)
			}
		})
	}
	wg.Wait()
	if got := len(audience.received); got > 3 {
		t.Errorf("%d requests: %q", got, audience.received)
	}
}
