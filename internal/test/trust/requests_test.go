package trust

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

var requestsPage = filepath.Join("..", "..", "..", "docs", "performance.md")

const (
	beginRequests = "<!-- requests: written by make requests -->"
	endRequests   = "<!-- /requests -->"
)

// phases are what the page counts requests in. A plan begins with the refresh of what is in the state.
var phases = []string{"create: plan", "create: apply", "no change: plan", "update: plan", "update: apply", "destroy: plan", "destroy: apply"}

// counted are the operations of each phase, in alphabetical order, as often as they were requested; nil where there is no
// such phase.
type counted map[string][]string

// construct is a row of the page.
type construct struct {
	name     string
	subject  subject
	config   func(rows ...string) attributes
	requests counted
}

// constructs are the resources, the exclusive ones also in this form.
func constructs() []construct {
	var all []construct
	for _, s := range subjects() {
		all = append(all, construct{name: "`" + s.kind + "`", subject: s, config: s.config})
		if s.exclusive {
			all = append(all, construct{name: "`" + s.kind + "`, exclusive", subject: s, config: s.owning})
		}
	}
	for _, s := range subjects() {
		if s.kind == "talonone_referral" {
			config := func(rows ...string) attributes { return with(s.config(rows...), attributes{"application_id": 1}) }
			all = append(all, construct{name: "`talonone_referral` with `application_id`", subject: s, config: config})
		}
	}
	slices.SortFunc(all, func(a, b construct) int { return strings.Compare(a.name, b.name) })
	return all
}

// least is the fewest requests that a phase can do with: a look and, in an apply, a write. Terraform plans a create again in
// the apply, in another process, which looks again.
func least(phase string, s subject) int {
	looks := 1
	if s.runs || s.untold {
		looks = 0
	}
	switch phase {
	case "create: plan":
		return looks
	case "create: apply":
		return looks + 1
	default:
		return 1
	}
}

// read is a data source that the page counts.
type read struct {
	config attributes
}

// reads are the data sources, with what finds something in the deployment of prepare.
var reads = map[string]read{
	"talonone_application":          {config: attributes{"name": "Web shop"}},
	"talonone_applications":         {config: attributes{}},
	"talonone_attribute":            {config: attributes{"entity": "CartItem", "name": "color"}},
	"talonone_attributes":           {config: attributes{"entity": "CustomerProfile"}},
	"talonone_audience":             {config: attributes{"name": "Place"}},
	"talonone_audience_members":     {config: attributes{"audience_id": 701}},
	"talonone_audiences":            {config: attributes{}},
	"talonone_campaign":             {config: attributes{"application_id": 1, "name": "Summer"}},
	"talonone_campaigns":            {config: attributes{"application_id": 1}},
	"talonone_catalog_items":        {config: attributes{"catalog_id": 6}},
	"talonone_collection":           {config: attributes{"name": "Luxury SKUs"}},
	"talonone_collections":          {config: attributes{}},
	"talonone_coupon":               {config: attributes{"value": "SUMMER10"}},
	"talonone_customer_inventory":   {config: attributes{"integration_id": "customer-1"}},
	"talonone_customer_session":     {config: attributes{"integration_id": "order"}},
	"talonone_customer_sessions":    {config: attributes{"application_id": 1}},
	"talonone_event_types":          {config: attributes{}},
	"talonone_events":               {config: attributes{"application_id": 1}},
	"talonone_loyalty_program":      {config: attributes{"name": "Points"}},
	"talonone_loyalty_programs":     {config: attributes{}},
	"talonone_loyalty_transactions": {config: attributes{"loyalty_program_id": 5, "integration_id": "customer-1"}},
	"talonone_profile_evaluation":   {config: attributes{"integration_id": "customer-1", "attributes": `{"Language":"de"}`}},
	"talonone_reserved_customers":   {config: attributes{"coupon_value": "SUMMER10"}},
	"talonone_session_evaluation":   {config: attributes{"profile_id": "customer-1", "cart_items": []any{attributes{"sku": "SOCKS", "quantity": 1, "price": 4.5}}}},
	"talonone_store":                {config: attributes{"application_id": 1, "integration_id": "harbour-street"}},
	"talonone_stores":               {config: attributes{"application_id": 1}},
}

// large gives the account 40 Applications.
func large(o *emulator.Options) {
	o.Fixture = fixture()
	for id := int64(3); id <= 40; id++ {
		o.Fixture.Applications = append(o.Fixture.Applications, emulator.FixtureApplication{ID: id, Name: fmt.Sprint("Shop ", id)})
	}
}

// prepare makes what the data sources look for.
func prepare(t testing.TB) *acctest.Deployment {
	t.Helper()
	d := start(t, large)
	d.Call(t, http.MethodPost, "/v1/applications/1/stores", attributes{"name": "Harbour Street", "description": "", "integrationId": "harbour-street"}, nil)
	d.Call(t, http.MethodPost, "/v1/collections", attributes{"name": "Luxury SKUs"}, nil)
	d.Call(t, http.MethodPut, "/v2/customer_sessions/order", attributes{"customerSession": attributes{"profileId": "customer-1"}}, nil)
	return d
}

// operations are the requests since the last Forget.
func operations(d *acctest.Deployment) []string {
	names := []string{}
	for _, request := range d.Server.Requests() {
		names = append(names, request.Operation)
	}
	slices.Sort(names)
	d.Forget()
	return names
}

// count lets a resource live a life, and counts its requests.
func (c construct) count(t *testing.T) counted {
	s, counts := stage(t, c.subject, large), counted{}
	phase := func(name string, config acctest.Config) {
		s.d.Forget()
		plan := s.plan(config, acctest.PlanOptions{})
		counts[name+": plan"] = operations(s.d)
		if plan.Empty() {
			return
		}
		s.must(s.w.ApplyPlan(s, plan))
		counts[name+": apply"] = operations(s.d)
	}
	initial, next := s.lives()
	phase("create", s.one(c.config(initial...)))
	phase("no change", s.one(c.config(initial...)))
	if written := c.config(next...); s.bulk || s.changed != nil {
		phase("update", s.one(with(written, s.changed)))
	}
	phase("destroy", nil)
	return counts
}

// Every request that a resource or a data source needs is on the page, so that none comes back unnoticed.
func TestRequests(t *testing.T) {
	t.Parallel()
	rows := constructs()
	sources := make(map[string][]string, len(reads))
	var mu sync.Mutex
	t.Run("construct", func(t *testing.T) {
		for i, c := range rows {
			t.Run(strings.ReplaceAll(c.name, "`", ""), func(t *testing.T) {
				t.Parallel()
				rows[i].requests = c.count(t)
			})
		}
		for kind, source := range reads {
			t.Run("data "+kind, func(t *testing.T) {
				t.Parallel()
				d := prepare(t)
				p := d.NewProcess(t, nil)
				d.Forget()
				if _, diags := p.ReadData(t, kind, source.config); acctest.Problem(diags) != "" {
					t.Fatal(acctest.Problem(diags))
				}
				mu.Lock()
				defer mu.Unlock()
				sources[kind] = operations(d)
			})
		}
	})
	if diff := cmp.Diff(slices.Sorted(maps.Keys(acctest.Schemas(t).DataSourceSchemas)), slices.Sorted(maps.Keys(reads))); diff != "" {
		t.Errorf("Each data source needs a configuration in reads, and then make requests writes its row (-of the provider +of reads):\n%s", diff)
	}
	if t.Failed() {
		return
	}
	text := requestsText(rows, sources)
	page, err := os.ReadFile(requestsPage)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, opened := strings.Cut(string(page), beginRequests)
	recorded, after, closed := strings.Cut(rest, endRequests)
	if !opened || !closed {
		t.Fatalf("docs/performance.md needs the lines %s and %s", beginRequests, endRequests)
	}
	if *update {
		if err := os.WriteFile(requestsPage, []byte(before+beginRequests+text+endRequests+after), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	for _, c := range rows {
		if !strings.Contains(recorded, "\n| "+c.name+" |") {
			t.Errorf("docs/performance.md has no row for %s. Write it with make requests, and look whether each of its requests is needed.", c.name)
		}
	}
	if diff := cmp.Diff(strings.Split(recorded, "\n"), strings.Split(text, "\n")); diff != "" {
		t.Errorf("The provider sends other requests than docs/performance.md says. Save those that came back; if the change is meant, write the page with make requests (-page +now):\n%s", diff)
	}
}

func requestsText(rows []construct, sources map[string][]string) string {
	var b strings.Builder
	b.WriteString("\n\n| Resource |")
	for _, phase := range phases {
		b.WriteString(" " + phase + " |")
	}
	b.WriteString("\n| --- |" + strings.Repeat(" --- |", len(phases)) + "\n")
	for _, c := range rows {
		fmt.Fprintf(&b, "| %s |", c.name)
		for _, phase := range phases {
			requests, fewest := c.requests[phase], least(phase, c.subject)
			switch {
			case requests == nil:
				b.WriteString(" – |")
			case len(requests) > fewest:
				fmt.Fprintf(&b, " %d (%d) |", len(requests), fewest)
			default:
				fmt.Fprintf(&b, " %d |", len(requests))
			}
		}
		b.WriteString("\n")
	}
	b.WriteString("\n## Requests of each data source\n\n| Data source | Requests | Operations |\n| --- | --- | --- |\n")
	for _, kind := range slices.Sorted(maps.Keys(sources)) {
		requests := fmt.Sprint(len(sources[kind]))
		if len(sources[kind]) > 1 {
			requests += " (1)"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", kind, requests, strings.Join(tally(sources[kind]), ", "))
	}
	b.WriteString("\n## The operations of each resource\n")
	for _, c := range rows {
		fmt.Fprintf(&b, "\n%s\n\n", c.name)
		for _, phase := range phases {
			if requests := c.requests[phase]; requests != nil {
				fmt.Fprintf(&b, "- %s: %s\n", phase, strings.Join(append(tally(requests), none(requests)...), ", "))
			}
		}
	}
	b.WriteString("\n")
	return b.String()
}

// tally are operations, each once with its number.
func tally(operations []string) []string {
	var names []string
	for i := 0; i < len(operations); {
		next := i
		for next < len(operations) && operations[next] == operations[i] {
			next++
		}
		name := "`" + operations[i] + "`"
		if next-i > 1 {
			name = fmt.Sprintf("%d × %s", next-i, name)
		}
		names, i = append(names, name), next
	}
	return names
}

func none(operations []string) []string {
	if len(operations) == 0 {
		return []string{"none"}
	}
	return nil
}
