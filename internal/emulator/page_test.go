package emulator_test

import (
	"bufio"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
)

// look fetches the page as a browser without a key does.
func (d *deployment) look(query string) response {
	d.t.Helper()
	got := d.call("GET", "/"+query, "", "")
	expectStatus(d.t, "page", got, 200)
	return got
}

var (
	tableRow  = regexp.MustCompile(`(?s)<tr.*?</tr>`)
	tableCell = regexp.MustCompile(`(?s)<t[dh].*?</t[dh]>`)
	htmlTag   = regexp.MustCompile(`<[^>]*>`)
)

// rows are the texts of a table's cells, as a person reads them.
func (r response) rows(table string) [][]string {
	_, body, _ := strings.Cut(r.text, `<tbody id="rows-`+table+`"`)
	body, _, _ = strings.Cut(body, "</tbody>")
	var rows [][]string
	for _, row := range tableRow.FindAllString(body, -1) {
		var cells []string
		for _, cell := range tableCell.FindAllString(row, -1) {
			cells = append(cells, html.UnescapeString(htmlTag.ReplaceAllString(cell, "")))
		}
		rows = append(rows, cells)
	}
	return rows
}

func TestPageShowsTheDeployment(t *testing.T) {
	t.Parallel()
	fixture := emulator.DefaultFixture()
	fixture.Audiences = []emulator.FixtureAudience{
		{ID: 800, Name: "VIP", ApplicationIDs: []int64{1, 2}, Integration: "braze", IntegrationID: "b-1", Members: []string{"a", "b", "c"}},
		{ID: 801, Name: "Testers", Sandbox: true},
	}
	fixture.Catalogs[0].Version = 1234
	fixture.Catalogs[0].Items = []emulator.FixtureCatalogItem{{SKU: "boot"}, {SKU: "lace"}}
	limit := int64(2)
	fixture.Coupons = []emulator.FixtureCoupon{
		{CampaignID: 12, Value: "FREE", UsageLimit: 10, ReservationLimit: &limit, ReservedBy: []string{"customer-1"}, IsReservationMandatory: true},
		{CampaignID: 13, Value: "TRIAL", RecipientIntegrationID: "sandbox-1"},
	}
	at := newClock().now()
	fixture.Referrals = []emulator.FixtureReferral{
		{CampaignID: 11, Advocate: "customer-1", Code: "OLD-ONE", ExpiryDate: at},
		{CampaignID: 11, Advocate: "customer-2", Friend: "customer-3", Code: "NEW-ONE", UsageLimit: 3, ExpiryDate: at.AddDate(0, 1, 0)},
	}
	d := start(t, emulator.Options{Fixture: fixture, Now: newClock().now, DataFile: t.TempDir() + "/data.json", ManagementRPS: 0.5})
	d.server.AddSession("order-1", "customer-1", "open", "FREE")
	got := d.look("")

	now := "2026-05-01 12:00:00"
	for table, want := range map[string][][]string{
		"audiences": {
			{"Testers", "801", "0", "sandbox", "", now},
			{"VIP braze / b-1", "800", "3", "live", "Web shop, Sandbox", now},
		},
		"catalogs": {
			{"groceries", "7", "0", "1", "", now},
			{"shoes", "6", "2", "1234", "Web shop", now},
		},
		"coupons": {
			{"FREE only with a reservation", "Summer", "0 of 10", "1 of 2", "customer-1"},
			{"TRIAL personal: sandbox-1", "Trial run", "0", "0", ""},
		},
		"referrals": {
			{"NEW-ONE", "Refer a friend", "customer-2", "customer-3", "0 of 3", "until 2026-06-01", now},
			{"OLD-ONE", "Refer a friend", "customer-1", "", "0", "expired", now},
		},
		"sessions": {{"order-1", "Web shop", "customer-1", "open", "3", "FREE", now}},
		"applications": {
			{"Web shop", "1", "live", "sensitive", "EUR", "UTC", "Refer a friend, Summer"},
			{"Sandbox", "2", "sandbox", "insensitive-uppercase", "EUR", "UTC", "Trial run"},
		},
		"keys": {
			{"demo-int…", "ApiKey-v1", `Application 1 "Web shop"`},
			{"demo-san…", "ApiKey-v1", `Application 2 "Sandbox"`},
			{"demo-man…", "ManagementKey-v1", "every Management endpoint"},
			{"demo-aud…", "ManagementKey-v1", "only /v1/audiences, /v2/audiences"},
		},
		"requests": {{"none yet"}},
	} {
		if diff := cmp.Diff(want, got.rows(table)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", table, diff)
		}
	}
	for _, want := range []string{
		"Account 31", "<dt>Customer profiles</dt><dd>6 live, 1 sandbox</dd>", "<dt>Loyalty transactions</dt><dd>120</dd>",
		"<dt>Management limit</dt><dd>0.5 a second, per key and endpoint</dd>", "<dt>Kept</dt><dd>in a file</dd>",
	} {
		if !strings.Contains(got.text, want) {
			t.Errorf("%q is missing from:\n%s", want, got.text)
		}
	}
	for _, key := range d.server.Keys() {
		if strings.Contains(got.text, key.Key) {
			t.Errorf("the page gives away the key %s", key.Key)
		}
	}
}

func TestPageListsRequestsNewestFirst(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{Now: newClock().now, Faults: []emulator.Fault{
		{Method: "GET", PathPrefix: "/v1/attributes", Status: 503},
		{Method: "DELETE", PathPrefix: "/v2/audiences/1", Reset: true, AfterApply: true},
	}})
	d.newAudience("VIP")
	d.call("GET", "/v1/attributes?pageSize=5", managementK, "")
	_, _ = d.send("DELETE", "/v2/audiences/1", liveKey, "", "")
	d.call("PATCH", "/none", "", "")

	rows := d.look("").rows("requests")
	for i, row := range rows {
		if !strings.HasSuffix(row[4], " ms") {
			t.Errorf("row %d: the duration is %q", i, row[4])
		}
		rows[i] = append(row[:4:4], row[5:]...)
	}
	want := [][]string{
		{"12:00:00.000", "401", "PATCH", "/none", ""},
		{"12:00:00.000", "no answer", "DELETE", "/v2/audiences/1 deleteAudienceV2", "reset after-apply"},
		{"12:00:00.000", "503", "GET", "/v1/attributes?pageSize=5 getAttributes", "503"},
		{"12:00:00.000", "201", "POST", "/v2/audiences createAudienceV2", ""},
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

func TestPageIsNoRequestToTheDeployment(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	d := start(t, emulator.Options{RequestLog: &log, Faults: []emulator.Fault{{Method: "*", PathPrefix: "/", Status: 500}}})
	d.look("")
	d.look("?pause")
	expectStatus(t, "head", d.call("HEAD", "/", "", ""), 200)
	expectStatus(t, "head of the signals", d.call("HEAD", "/?live", "", ""), 200)
	if got := d.server.Requests(); len(got) > 0 || log.String() != "" {
		t.Errorf("requests: %v\nlog: %s", got, log.String())
	}
	d.server.ClearFaults()
	expectStatus(t, "writing", d.call("POST", "/", "", "x"), 401)
	if got := d.server.Requests(); len(got) != 1 {
		t.Errorf("requests: %v", got)
	}
}

func TestPageEscapesWhatItShows(t *testing.T) {
	t.Parallel()
	hostile := func(place string) string {
		return place + `"'><script>alert(1)</script><img src=x onerror=alert(1)>&amp;`
	}
	fixture := emulator.DefaultFixture()
	fixture.Applications[0].Name = hostile("app")
	fixture.Applications[0].Timezone = hostile("zone")
	fixture.Campaigns[1].Name = hostile("campaign")
	fixture.IntegrationKeys[0].Key = "<script>" + strings.Repeat("x", 20)
	fixture.ManagementKeys[1].Endpoints = []string{hostile("/endpoint")}
	fixture.Account.Integrations = []string{hostile("partner")}
	fixture.Audiences = []emulator.FixtureAudience{
		{Name: hostile("audience"), IntegrationID: hostile("id"), ApplicationIDs: []int64{1}},
		{Name: "VIP", Integration: hostile("partner"), IntegrationID: "1"},
	}
	fixture.Catalogs[0].Name = hostile("catalog")
	fixture.Coupons[0].Value = hostile("coupon")
	fixture.Coupons[0].RecipientIntegrationID = hostile("recipient")
	fixture.Profiles = append(fixture.Profiles, emulator.FixtureProfile{IntegrationID: hostile("profile")})
	fixture.Coupons[0].ReservedBy = []string{hostile("profile")}
	fixture.Referrals = []emulator.FixtureReferral{{CampaignID: 11, Advocate: hostile("advocate"), Friend: hostile("friend"), Code: hostile("referral")}}
	d := start(t, emulator.Options{Fixture: fixture})
	d.server.AddSession(hostile("session"), hostile("customer"), hostile("state"), hostile("used"))
	d.call("GET", "/v1/none?"+strings.ReplaceAll(hostile("query"), " ", "+"), "", "")
	d.call("GET", "/v1/none?utf8=\xff", "", "")
	got := d.look("")

	for place, table := range map[string]string{
		"app": "applications", "zone": "applications", "campaign": "applications", "/endpoint": "keys",
		"audience": "audiences", "partner": "audiences", "id": "audiences", "catalog": "catalogs", "coupon": "coupons", "recipient": "coupons", "profile": "coupons",
		"advocate": "referrals", "friend": "referrals", "referral": "referrals",
		"session": "sessions", "customer": "sessions", "state": "sessions", "used": "sessions",
	} {
		if all := fmt.Sprint(got.rows(table)); !strings.Contains(all, hostile(place)) {
			t.Errorf("%s: %s is not shown as it is:\n%s", table, place, all)
		}
	}
	for what, want := range map[string]int{"<script": 1, "<img": 0, "onerror=alert(1)>": 0, "\x00": 0} {
		if n := strings.Count(got.text, what); n != want {
			t.Errorf("%q occurs %d times, want %d:\n%s", what, n, want, got.text)
		}
	}
}

func TestPageOfALargeDeploymentStaysSmall(t *testing.T) {
	t.Parallel()
	fixture := largeFixture(1500)
	d := start(t, emulator.Options{Fixture: fixture})
	for i := range 250 {
		d.call("GET", fmt.Sprintf("/v1/none/%d", i), "", "")
		d.server.AddSession(fmt.Sprintf("order-%d", i), "", "open", "a", "b", "c", "d", "e", "f", "g")
	}
	got := d.look("")
	for table, want := range map[string]struct {
		rows        int
		first, more string
	}{
		"audiences":    {100, "audience-1499", "and 1,400 more"},
		"catalogs":     {100, "catalog-1499", "and 1,402 more"},
		"coupons":      {100, "coupon-3", "and 1,406 more"},
		"referrals":    {100, "referral-1499", "and 1,400 more"},
		"sessions":     {100, "order-249", "and 150 more"},
		"applications": {100, "Web shop", "and 1,402 more"},
		"keys":         {100, "demo-int…", "and 1,404 more"},
		"requests":     {200, "", "and 50 more"},
	} {
		rows := got.rows(table)
		if len(rows) != want.rows+1 || rows[want.rows][0] != want.more {
			t.Errorf("%s: %d rows, the last is %q", table, len(rows), rows[len(rows)-1])
		}
		if first := rows[0][0]; want.first != "" && first != want.first {
			t.Errorf("%s begins with %q, want %q", table, first, want.first)
		}
	}
	if got := got.rows("requests")[0][3]; got != "/v1/none/249" {
		t.Errorf("the newest request is %s", got)
	}
	if got, want := got.rows("coupons")[0][4], "customer-7, customer-8, customer-9, customer-10, customer-11 and 7 more"; got != want {
		t.Errorf("reserved by %q, want %q", got, want)
	}
	if got, want := got.rows("sessions")[0][5], "a, b, c, d, e and 2 more"; got != want {
		t.Errorf("coupons of a session: %q, want %q", got, want)
	}
	if len(got.text) > 400_000 {
		t.Errorf("the page has %d bytes", len(got.text))
	}
}

// largeFixture has many of everything; the coupon with number 3 alone is reserved.
func largeFixture(size int) *emulator.Fixture {
	fixture := emulator.DefaultFixture()
	for i := range size {
		id := int64(10_000 + i)
		fixture.Applications = append(fixture.Applications, emulator.FixtureApplication{ID: id, Name: fmt.Sprintf("app-%d", i)})
		fixture.IntegrationKeys = append(fixture.IntegrationKeys, emulator.FixtureIntegrationKey{Key: fmt.Sprintf("integration-key-%d", i), ApplicationID: id})
		fixture.Audiences = append(fixture.Audiences, emulator.FixtureAudience{Name: fmt.Sprintf("audience-%d", i)})
		fixture.Catalogs = append(fixture.Catalogs, emulator.FixtureCatalog{ID: id, Name: fmt.Sprintf("catalog-%d", i)})
		fixture.Coupons = append(fixture.Coupons, emulator.FixtureCoupon{CampaignID: 12, Value: fmt.Sprintf("coupon-%d", i)})
		fixture.Referrals = append(fixture.Referrals, emulator.FixtureReferral{CampaignID: 11, Advocate: "customer-1", Code: fmt.Sprintf("referral-%d", i)})
	}
	for i := range 12 {
		fixture.Coupons[6+3].ReservedBy = append(fixture.Coupons[6+3].ReservedBy, fmt.Sprintf("customer-%d", i))
	}
	return fixture
}

func TestPageSignalsRequestsUntilTheEmulatorCloses(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	req, err := http.NewRequestWithContext(t.Context(), "GET", d.url+"/?live", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := d.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if got := resp.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Errorf("Content-Type: %s", got)
	}
	stream := bufio.NewScanner(resp.Body)
	signal := func() {
		t.Helper()
		if !stream.Scan() || stream.Text() != "data: changed" || !stream.Scan() || stream.Text() != "" {
			t.Fatalf("got %q, %v", stream.Text(), stream.Err())
		}
	}
	signal() // what has changed before the stream began
	d.newAudience("VIP")
	signal()
	d.server.ResetRequests()
	signal()
	if err := d.server.Close(); err != nil {
		t.Fatal(err)
	}
	if stream.Scan() {
		t.Errorf("after the end: %q", stream.Text())
	}
}

// stuckWriter is a browser that does not read.
type stuckWriter struct {
	*httptest.ResponseRecorder
	reached, release chan struct{}
}

func (w *stuckWriter) Write(p []byte) (int, error) {
	close(w.reached)
	<-w.release
	return w.ResponseRecorder.Write(p)
}

func TestSlowBrowserHoldsUpNobody(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	w := &stuckWriter{httptest.NewRecorder(), make(chan struct{}), make(chan struct{})}
	var done sync.WaitGroup
	done.Go(func() {
		d.server.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "http://127.0.0.1/", http.NoBody))
	})
	<-w.reached
	d.newAudience("VIP")
	d.look("")
	close(w.release)
	done.Wait()
	if w.Code != 200 {
		t.Errorf("status %d", w.Code)
	}
}

func TestPageWhileTheDeploymentChanges(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	id := d.newAudience("VIP")
	var work sync.WaitGroup
	for worker := range 4 {
		work.Go(func() {
			for i := range 10 {
				switch worker {
				case 0:
					d.look("")
				case 1:
					d.join(id, fmt.Sprintf("profile-%d", i))
				case 2:
					d.must("DELETE", "/v2/audiences/"+d.newAudience("short-lived"), liveKey, "")
				default:
					d.server.AddSession(fmt.Sprintf("order-%d", i), "profile-1", "open")
				}
			}
		})
	}
	work.Wait()
	got := d.look("")
	if rows := got.rows("audiences"); len(rows) != 1 || rows[0][2] != "10" {
		t.Errorf("audiences: %q", rows)
	}
	if rows := got.rows("sessions"); len(rows) != 10 {
		t.Errorf("sessions: %q", rows)
	}
}

func BenchmarkPage(b *testing.B) {
	for _, size := range []int{10, 10_000} {
		b.Run(fmt.Sprintf("%d", size), func(b *testing.B) {
			d := start(b, emulator.Options{Fixture: largeFixture(size)})
			for range 300 {
				d.call("GET", "/v1/none", "", "")
			}
			for b.Loop() {
				w := httptest.NewRecorder()
				d.server.ServeHTTP(w, httptest.NewRequestWithContext(b.Context(), "GET", "http://127.0.0.1/", http.NoBody))
			}
		})
	}
}
