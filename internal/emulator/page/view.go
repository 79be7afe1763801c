package page

import (
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	maxText      = 120 // characters of a cell
	maxKeyPrefix = 8   // characters of a key, and never more than half of it
)

// view is what the template renders.
type view struct {
	Style   template.CSS
	Script  template.JS
	Account int64
	Paused  bool
	Facts   []fact
	Tables  []table
	// Requests stand apart: beside the other tables where there is room.
	Requests table
}

type fact struct{ Name, Value string }

type table struct {
	ID, Title, Caption string
	Count              string
	Columns            []column
	Rows               [][]cell // the first cell names the row
	More               string   // what follows the rows, such as "and 3 more"; "" when they are all
}

// column and its cells have the same class.
type column struct{ Name, Class string }

// The classes of columns.
const (
	plain   = ""
	code    = "code"
	numeric = "number"
)

// cell holds a text, a list or a time.
type cell struct {
	Class string
	Text  string
	Under string // a second line, in small print
	Tone  string // "good", "warn", "bad" or "quiet" make a badge of the text
	Items []string
	More  int
	Time  string // RFC 3339, for machines
}

// newView lays out a snapshot.
func newView(s Snapshot, paused bool) view {
	return view{
		Style: style, Script: script, Account: s.Account, Paused: paused,
		Facts: s.facts(),
		Tables: []table{
			audienceTable(s.Audiences),
			catalogTable(s.Catalogs),
			couponTable(s.Coupons),
			referralTable(s.Referrals, s.Now),
			sessionTable(s.Sessions),
			applicationTable(s.Applications),
			keyTable(s.Keys),
		},
		Requests: requestTable(s.Requests),
	}
}

// facts are numbers without a table of their own, and the options that explain responses.
func (s Snapshot) facts() []fact {
	limit, kept := "none", "in memory"
	if s.ManagementRPS > 0 {
		limit = strconv.FormatFloat(s.ManagementRPS, 'g', -1, 64) + " a second, per key and endpoint"
	}
	if s.OnDisk {
		kept = "in a file"
	}
	return []fact{
		{"Customer profiles", thousands(s.LiveProfiles) + " live, " + thousands(s.SandboxProfiles) + " sandbox"},
		{"Campaigns", thousands(s.Campaigns)},
		{"Attributes", thousands(s.Attributes)},
		{"Events", thousands(s.Events)},
		{"Loyalty transactions", thousands(s.LoyaltyTransactions)},
		{"Management limit", limit},
		{"Kept", kept},
	}
}

func applicationTable(list Excerpt[Application]) table {
	t := newTable("applications", "Applications", "What keys, campaigns and sessions belong to.", list.Total, []column{
		{"Name", plain}, {"ID", numeric}, {"Environment", plain}, {"Code case", plain}, {"Currency", plain}, {"Time zone", plain}, {"Campaigns", plain},
	})
	for _, a := range list.Rows {
		t.row(textCell(a.Name), numberCell(a.ID), environmentCell(a.Sandbox), textCell(a.CaseSensitivity), textCell(a.Currency), textCell(a.Timezone), listCell(a.Campaigns))
	}
	return t.finish()
}

func keyTable(list Excerpt[Key]) table {
	t := newTable("keys", "API keys", "By their first characters; the command prints them when it starts.", list.Total, []column{
		{"Key", code}, {"Scheme", code}, {"Gives access to", plain},
	})
	for _, k := range list.Rows {
		t.row(textCell(keyPrefix(k.Key)), textCell(k.Scheme), textCell(k.Use))
	}
	return t.finish()
}

// keyPrefix tells keys apart without giving one away: a fixture may hold keys that work elsewhere.
func keyPrefix(key string) string {
	characters := []rune(key)
	return string(characters[:min(maxKeyPrefix, len(characters)/2)]) + "…"
}

func audienceTable(list Excerpt[Audience]) table {
	t := newTable("audiences", "Audiences", "Newest first, of all environments.", list.Total, []column{
		{"Name", plain}, {"ID", numeric}, {"Members", numeric}, {"Environment", plain}, {"Applications", plain}, {"Members changed", plain},
	})
	for _, a := range list.Rows {
		name := textCell(a.Name)
		name.Under = clip(strings.Trim(a.Integration+" / "+a.IntegrationID, " /"))
		t.row(name, numberCell(a.ID), countCell(a.Members), environmentCell(a.Sandbox), listCell(a.Applications), timeCell(a.MembersChanged))
	}
	return t.finish()
}

func catalogTable(list Excerpt[Catalog]) table {
	t := newTable("catalogs", "Catalogs", "Every accepted sync raises the version.", list.Total, []column{
		{"Name", plain}, {"ID", numeric}, {"Items", numeric}, {"Version", numeric}, {"Applications", plain}, {"Changed", plain},
	})
	for _, c := range list.Rows {
		t.row(textCell(c.Name), numberCell(c.ID), countCell(c.Items), numberCell(c.Version), listCell(c.Applications), timeCell(c.Changed))
	}
	return t.finish()
}

func couponTable(list Excerpt[Coupon]) table {
	t := newTable("coupons", "Coupons", "Reserved ones first, then the newest.", list.Total, []column{
		{"Code", code}, {"Campaign", plain}, {"Used", numeric}, {"Reservations", numeric}, {"Reserved by", plain},
	})
	for _, c := range list.Rows {
		value := textCell(c.Code)
		value.Under = clip(strings.Join(c.notes(), ", "))
		t.row(value, textCell(c.Campaign), usageCell(c.Used, c.UsageLimit),
			usageCell(int64(c.ReservedBy.Total), c.ReservationLimit), listCell(c.ReservedBy))
	}
	return t.finish()
}

// notes are what makes a coupon different from others.
func (c Coupon) notes() []string {
	var notes []string
	if c.ReservationMandatory {
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

func referralTable(list Excerpt[Referral], now time.Time) table {
	t := newTable("referrals", "Referrals", "Newest first.", list.Total, []column{
		{"Code", code}, {"Campaign", plain}, {"Advocate", plain}, {"Friend", plain}, {"Used", numeric}, {"Valid", plain}, {"Created", plain},
	})
	for _, r := range list.Rows {
		t.row(textCell(r.Code), textCell(r.Campaign), textCell(r.Advocate), textCell(r.Friend), usageCell(r.Used, r.UsageLimit),
			validityCell(now, r.Start, r.Expiry), timeCell(r.Created))
	}
	return t.finish()
}

func sessionTable(list Excerpt[Session]) table {
	t := newTable("sessions", "Sessions", "Customer sessions, newest first.", list.Total, []column{
		{"Integration ID", plain}, {"Application", plain}, {"Profile", plain}, {"State", plain}, {"Cart items", numeric}, {"Coupons", plain}, {"Updated", plain},
	})
	for _, one := range list.Rows {
		t.row(textCell(one.IntegrationID), textCell(one.Application), textCell(one.Profile), badgeCell(one.State, "quiet"),
			countCell(int(one.CartItems)), listCell(one.Coupons), timeCell(one.Updated))
	}
	return t.finish()
}

func requestTable(list Excerpt[Request]) table {
	t := newTable("requests", "Requests", fmt.Sprintf("The last %d, newest first. Times are UTC.", MaxRequests), list.Total, []column{
		{"Time", plain}, {"Status", plain}, {"Method", plain}, {"Path and operation", code}, {"Duration", numeric}, {"Fault", plain},
	})
	for _, r := range slices.Backward(list.Rows) {
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
		var fault cell
		if r.Fault != "" {
			fault = badgeCell(r.Fault, "warn")
		}
		t.row(cell{Text: r.Time.Format("15:04:05.000"), Time: r.Time.Format(time.RFC3339Nano)}, status, textCell(r.Method), call,
			cell{Text: milliseconds(r.Duration)}, fault)
	}
	return t.finish()
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

// tableBuilder fills a table row by row.
type tableBuilder struct {
	table
	total int
}

func newTable(id, title, caption string, total int, columns []column) *tableBuilder {
	return &tableBuilder{table: table{ID: id, Title: title, Caption: caption, Count: thousands(total), Columns: columns}, total: total}
}

func (t *tableBuilder) row(cells ...cell) {
	for i := range cells {
		cells[i].Class = t.Columns[i].Class
	}
	t.Rows = append(t.Rows, cells)
}

func (t *tableBuilder) finish() table {
	switch hidden := t.total - len(t.Rows); {
	case t.total == 0:
		t.More = "none yet"
	case hidden > 0:
		t.More = "and " + thousands(hidden) + " more"
	}
	return t.table
}

func textCell(value string) cell        { return cell{Text: clip(value)} }
func numberCell(value int64) cell       { return cell{Text: strconv.FormatInt(value, 10)} }
func countCell(value int) cell          { return cell{Text: thousands(value)} }
func badgeCell(value, tone string) cell { return cell{Text: clip(value), Tone: tone} }

// listCell shows a list as far as the snapshot holds it.
func listCell(list Excerpt[string]) cell {
	c := cell{More: list.Total - len(list.Rows)}
	for _, item := range list.Rows {
		c.Items = append(c.Items, clip(item))
	}
	return c
}

func environmentCell(sandbox bool) cell {
	if sandbox {
		return badgeCell("sandbox", "quiet")
	}
	return badgeCell("live", "good")
}

// timeCell shows a time of the deployment's clock.
func timeCell(t time.Time) cell {
	if t.IsZero() {
		return cell{}
	}
	return cell{Text: t.UTC().Format("2006-01-02 15:04:05"), Time: t.UTC().Format(time.RFC3339Nano)}
}

// usageCell is a counter and its limit; 0 means no limit.
func usageCell(used, limit int64) cell {
	if limit == 0 {
		return countCell(int(used))
	}
	return cell{Text: thousands(int(used)) + " of " + thousands(int(limit))}
}

func validityCell(now, from, until time.Time) cell {
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

// clip shortens a text to what a cell can hold.
func clip(value string) string {
	value = strings.ToValidUTF8(value, "\uFFFD")
	if utf8.RuneCountInString(value) <= maxText {
		return value
	}
	return string([]rune(value)[:maxText-1]) + "…"
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
