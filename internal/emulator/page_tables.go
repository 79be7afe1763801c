package emulator

import (
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// What the page shows at most: a large deployment must cost neither the browser nor those who wait for the state.
const (
	maxPageRows     = 100 // of a table
	maxPageRequests = 200
	maxPageItems    = 5   // of a list in a cell
	maxPageText     = 120 // characters of a cell
	maxKeyPrefix    = 8   // characters of a key, and never more than half of it
)

// pageView is a snapshot of the deployment for people; it shares nothing with the state.
type pageView struct {
	Style   template.CSS
	Script  template.JS
	Account int64
	Paused  bool
	Facts   []pageFact
	Tables  []pageTable
	// Requests stand apart: beside the other tables where there is room.
	Requests pageTable
}

type pageFact struct{ Name, Value string }

type pageTable struct {
	ID, Title, Caption string
	Count              string
	Columns            []pageColumn
	Rows               [][]pageCell // the first cell names the row
	More               string       // what follows the rows, such as "and 3 more"; "" when they are all
}

// pageColumn and its cells have the same class.
type pageColumn struct{ Name, Class string }

// The classes of columns.
const (
	plain   = ""
	code    = "code"
	numeric = "number"
)

// pageCell holds a text, a list or a time.
type pageCell struct {
	Class string
	Text  string
	Under string // a second line, in small print
	Tone  string // "good", "warn", "bad" or "quiet" make a badge of the text
	Items []string
	More  int
	Time  string // RFC 3339, for machines
}

// pageView takes the snapshot. The state is locked for the time that it takes to copy a few hundred rows; the template
// runs without it.
func (s *Server) pageView(paused bool) pageView {
	requests, kept := s.log.last(maxPageRequests)
	now := s.now()

	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.state
	return pageView{
		Style: pageStyle, Script: pageScript, Account: st.AccountID, Paused: paused,
		Facts: s.pageFacts(),
		Tables: []pageTable{
			st.audienceTable(),
			st.catalogTable(),
			st.couponTable(),
			st.referralTable(now),
			st.sessionTable(),
			st.applicationTable(),
			st.keyTable(),
		},
		Requests: requestTable(requests, kept),
	}
}

// pageFacts are numbers without a table of their own, and the options that explain answers.
func (s *Server) pageFacts() []pageFact {
	st := s.state
	limit, kept := "none", "in memory"
	if s.opts.ManagementRPS > 0 {
		limit = strconv.FormatFloat(s.opts.ManagementRPS, 'g', -1, 64) + " a second, per key and endpoint"
	}
	if s.data != nil {
		kept = "in a file"
	}
	return []pageFact{
		{"Customer profiles", thousands(len(st.Profiles.live)) + " live, " + thousands(len(st.Profiles.sandbox)) + " sandbox"},
		{"Campaigns", thousands(len(st.Definitions.Campaigns))},
		{"Attributes", thousands(len(st.Definitions.Attributes))},
		{"Events", thousands(st.Events.All.len())},
		{"Loyalty transactions", thousands(st.Loyalty.Transactions.len())},
		{"Management limit", limit},
		{"Kept", kept},
	}
}

func (st *state) applicationTable() pageTable {
	t := newTable("applications", "Applications", "What keys, campaigns and sessions belong to.", len(st.Definitions.Applications), []pageColumn{
		{"Name", plain}, {"ID", numeric}, {"Environment", plain}, {"Code case", plain}, {"Currency", plain}, {"Time zone", plain}, {"Campaigns", plain},
	})
	for _, a := range st.Definitions.Applications[:min(maxPageRows, len(st.Definitions.Applications))] {
		var campaigns pageCell
		for _, c := range st.Definitions.Campaigns {
			if c.ApplicationID == a.ID {
				campaigns.addItem(c.Name)
			}
		}
		t.row(textCell(a.Name), numberCell(a.ID), environmentCell(a.Sandbox), textCell(a.CaseSensitivity), textCell(a.Currency), textCell(a.Timezone), campaigns)
	}
	return t.done()
}

func (st *state) keyTable() pageTable {
	t := newTable("keys", "API keys", "By their first characters; the command prints them when it starts.", st.Auth.keyCount(), []pageColumn{
		{"Key", code}, {"Scheme", code}, {"Gives access to", plain},
	})
	for _, k := range st.keys(maxPageRows) {
		t.row(textCell(keyPrefix(k.Key)), textCell(k.Scheme), textCell(k.Use))
	}
	return t.done()
}

// keyPrefix tells keys apart without giving one away: a fixture may hold keys that work elsewhere.
func keyPrefix(key string) string {
	characters := []rune(key)
	return string(characters[:min(maxKeyPrefix, len(characters)/2)]) + "…"
}

func (st *state) audienceTable() pageTable {
	t := newTable("audiences", "Audiences", "Newest first, of all environments.", st.Audiences.All.len(), []pageColumn{
		{"Name", plain}, {"ID", numeric}, {"Members", numeric}, {"Environment", plain}, {"Applications", plain}, {"Members changed", plain},
	})
	for _, a := range st.Audiences.All.newest(maxPageRows) {
		name := textCell(a.Name)
		name.Under = clip(strings.Trim(a.Integration+" / "+a.IntegrationID, " /"))
		t.row(name, numberCell(a.ID), countCell(a.Members.len()), environmentCell(a.Sandbox), st.applicationNames(a.ApplicationIDs), timeCell(a.LastUpdate))
	}
	return t.done()
}

func (st *state) catalogTable() pageTable {
	t := newTable("catalogs", "Catalogs", "Every accepted sync raises the version.", st.Catalogs.All.len(), []pageColumn{
		{"Name", plain}, {"ID", numeric}, {"Items", numeric}, {"Version", numeric}, {"Applications", plain}, {"Changed", plain},
	})
	for _, c := range st.Catalogs.All.newest(maxPageRows) {
		t.row(textCell(c.Name), numberCell(c.ID), countCell(c.Items.len()), numberCell(c.Version), st.applicationNames(c.ApplicationIDs), timeCell(c.Modified))
	}
	return t.done()
}

// couponTable begins with the coupons that are reserved, however old they are, since reservations are what the API
// changes.
func (st *state) couponTable() pageTable {
	t := newTable("coupons", "Coupons", "Reserved ones first, then the newest.", st.Coupons.All.len(), []pageColumn{
		{"Code", code}, {"Campaign", plain}, {"Used", numeric}, {"Reservations", numeric}, {"Reserved by", plain},
	})
	all := st.Coupons.All.rows
	shown := make([]*coupon, 0, maxPageRows)
	for _, reserved := range []bool{true, false} {
		for i := len(all) - 1; i >= 0 && len(shown) < maxPageRows; i-- {
			if c := all[i]; c != nil && (len(c.Reservations) > 0) == reserved {
				shown = append(shown, c)
			}
		}
	}
	for _, c := range shown {
		var reservationLimit int64
		if c.ReservationLimit != nil {
			reservationLimit = *c.ReservationLimit
		}
		value := textCell(c.Value)
		value.Under = clip(strings.Join(c.notes(), ", "))
		t.row(value, st.campaignName(c.CampaignID), usageCell(c.UsageCounter, c.UsageLimit),
			usageCell(int64(len(c.Reservations)), reservationLimit), st.reservedBy(c))
	}
	return t.done()
}

// reservedBy lists the latest reservations.
func (st *state) reservedBy(c *coupon) pageCell {
	by := pageCell{More: max(0, len(c.Reservations)-maxPageItems)}
	for _, r := range c.Reservations[by.More:] {
		id := strconv.FormatInt(r.ProfileID, 10)
		if p, ok := st.Profiles.All.get(r.ProfileID); ok {
			id = p.IntegrationID
		}
		by.Items = append(by.Items, clip(id))
	}
	return by
}

// notes are what makes a coupon different from others.
func (c *coupon) notes() []string {
	var notes []string
	if c.Mandatory {
		notes = append(notes, "only with a reservation")
	}
	if c.Visible {
		notes = append(notes, "in every wallet")
	}
	if c.Recipient != "" {
		notes = append(notes, "personal: "+c.Recipient)
	}
	return notes
}

func (st *state) referralTable(now time.Time) pageTable {
	t := newTable("referrals", "Referrals", "Newest first.", st.Referrals.All.len(), []pageColumn{
		{"Code", code}, {"Campaign", plain}, {"Advocate", plain}, {"Friend", plain}, {"Used", numeric}, {"Valid", plain}, {"Created", plain},
	})
	for _, r := range st.Referrals.All.newest(maxPageRows) {
		t.row(textCell(r.Code), st.campaignName(r.CampaignID), textCell(r.Advocate), textCell(r.Friend), usageCell(r.UsageCounter, r.UsageLimit),
			validityCell(now, r.StartDate, r.ExpiryDate), timeCell(r.Created))
	}
	return t.done()
}

func (st *state) sessionTable() pageTable {
	t := newTable("sessions", "Sessions", "Customer sessions, newest first.", st.Sessions.All.len(), []pageColumn{
		{"Integration ID", plain}, {"Application", plain}, {"Profile", plain}, {"State", plain}, {"Cart items", numeric}, {"Coupons", plain}, {"Updated", plain},
	})
	for _, one := range st.Sessions.All.newest(maxPageRows) {
		var items int64
		for _, item := range one.CartItems {
			items += item.Quantity
		}
		var coupons pageCell
		for _, value := range one.CouponCodes {
			coupons.addItem(value)
		}
		t.row(textCell(one.IntegrationID), textCell(st.applicationName(one.ApplicationID)), textCell(one.ProfileID), badgeCell(one.State, "quiet"),
			countCell(int(items)), coupons, timeCell(one.Updated))
	}
	return t.done()
}

func requestTable(requests []Request, kept int) pageTable {
	t := newTable("requests", "Requests", fmt.Sprintf("The last %d, newest first. Times are UTC.", maxPageRequests), kept, []pageColumn{
		{"Time", plain}, {"Status", plain}, {"Method", plain}, {"Path and operation", code}, {"Duration", numeric}, {"Fault", plain},
	})
	for _, r := range slices.Backward(requests) {
		path := r.Path
		if r.Query != "" {
			path += "?" + r.Query
		}
		call := textCell(path)
		call.Under = r.Operation
		if r.Replayed {
			call.Under += ", answered from memory"
		}
		status := badgeCell(strconv.Itoa(r.Status), tone(r.Status))
		if r.Status == 0 {
			status.Text = "no answer"
		}
		var fault pageCell
		if r.Fault != "" {
			fault = badgeCell(r.Fault, "warn")
		}
		t.row(pageCell{Text: r.Time.Format("15:04:05.000"), Time: r.Time.Format(time.RFC3339Nano)}, status, textCell(r.Method), call,
			pageCell{Text: milliseconds(r.Duration)}, fault)
	}
	return t.done()
}

func tone(status int) string {
	switch {
	case status >= 200 && status < 300:
		return "good"
	case status >= 300 && status < 500:
		return "warn"
	default:
		return "bad"
	}
}

// tableBuilder makes a pageTable row by row.
type tableBuilder struct {
	pageTable
	total int
}

func newTable(id, title, caption string, total int, columns []pageColumn) *tableBuilder {
	return &tableBuilder{pageTable: pageTable{ID: id, Title: title, Caption: caption, Count: thousands(total), Columns: columns}, total: total}
}

func (t *tableBuilder) row(cells ...pageCell) {
	for i := range cells {
		cells[i].Class = t.Columns[i].Class
	}
	t.Rows = append(t.Rows, cells)
}

func (t *tableBuilder) done() pageTable {
	switch hidden := t.total - len(t.Rows); {
	case t.total == 0:
		t.More = "none yet"
	case hidden > 0:
		t.More = "and " + thousands(hidden) + " more"
	}
	return t.pageTable
}

func textCell(value string) pageCell        { return pageCell{Text: clip(value)} }
func numberCell(value int64) pageCell       { return pageCell{Text: strconv.FormatInt(value, 10)} }
func countCell(value int) pageCell          { return pageCell{Text: thousands(value)} }
func badgeCell(value, tone string) pageCell { return pageCell{Text: clip(value), Tone: tone} }

func environmentCell(sandbox bool) pageCell {
	if sandbox {
		return badgeCell("sandbox", "quiet")
	}
	return badgeCell("live", "good")
}

// timeCell shows a time of the deployment's clock.
func timeCell(t time.Time) pageCell {
	if t.IsZero() {
		return pageCell{}
	}
	return pageCell{Text: t.UTC().Format("2006-01-02 15:04:05"), Time: t.UTC().Format(time.RFC3339Nano)}
}

// usageCell is a counter and its limit; 0 is no limit.
func usageCell(used, limit int64) pageCell {
	if limit == 0 {
		return countCell(int(used))
	}
	return pageCell{Text: thousands(int(used)) + " of " + thousands(int(limit))}
}

func validityCell(now, from, until time.Time) pageCell {
	switch {
	case !until.IsZero() && !now.Before(until):
		return badgeCell("expired", "warn")
	case !from.IsZero() && now.Before(from):
		return badgeCell("from "+from.UTC().Format(time.DateOnly), "quiet")
	case !until.IsZero():
		return badgeCell("until "+until.UTC().Format(time.DateOnly), "good")
	default:
		return badgeCell("always", "good")
	}
}

func (st *state) applicationName(id int64) string {
	if a, ok := st.Definitions.application(id); ok {
		return a.Name
	}
	return strconv.FormatInt(id, 10)
}

func (st *state) applicationNames(ids []int64) pageCell {
	var names pageCell
	for _, id := range ids {
		names.addItem(st.applicationName(id))
	}
	return names
}

func (st *state) campaignName(id int64) pageCell {
	if c, ok := st.Definitions.campaign(id); ok {
		return textCell(c.Name)
	}
	return numberCell(id)
}

// addItem lengthens the cell's list, up to a limit.
func (c *pageCell) addItem(item string) {
	if len(c.Items) == maxPageItems {
		c.More++
		return
	}
	c.Items = append(c.Items, clip(item))
}

// clip shortens a text to what a cell can hold.
func clip(value string) string {
	value = strings.ToValidUTF8(value, "\uFFFD")
	if utf8.RuneCountInString(value) <= maxPageText {
		return value
	}
	return string([]rune(value)[:maxPageText-1]) + "…"
}

// thousands groups the digits of a number that is not negative.
func thousands(n int) string {
	digits := strconv.Itoa(n)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}

// milliseconds keeps what tells fast requests apart.
func milliseconds(d time.Duration) string {
	decimals := 0
	if d < 10*time.Millisecond {
		decimals = 2
	}
	return strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', decimals, 64) + " ms"
}
