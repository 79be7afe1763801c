package model

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/talon-one/terraform-provider-talonone/internal/terraformcli"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

const (
	// fixedSeed and fewChecks are for `go test`; the flags of rapid say otherwise.
	fixedSeed, fewChecks = "1", "16"
	// shards run at the same time: a sequence mostly waits for requests that others may share.
	shards = 16
)

func TestMain(m *testing.M) {
	terraformcli.RunAtATime(shards)
	set := make(map[string]string)
	flag.Visit(func(f *flag.Flag) { set[f.Name] = f.Value.String() })
	choose := func(name, fallback string) string {
		if value, ok := set[name]; ok {
			return value
		}
		return fallback
	}
	seed := choose("rapid.seed", fixedSeed)
	if seed == "0" {
		seed = strconv.FormatInt(time.Now().UnixNano(), 10)
	}
	checks, err := strconv.Atoi(choose("rapid.checks", fewChecks))
	if err != nil {
		panic(err)
	}
	for name, value := range map[string]string{
		"rapid.seed": seed, "rapid.checks": strconv.Itoa((checks + shards - 1) / shards), "rapid.nofailfile": "true",
	} {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
	fmt.Printf("seed %s, %d sequences\n", seed, checks)
	os.Exit(m.Run())
}

// model says what the deployment must hold after what has been done with one state. What it takes over from the
// documentation is in apply.
type model struct {
	*world
	held map[string]holding
}

// holding is what a resource has, by the documentation.
type holding struct {
	id    int64 // of an audience or referral
	place place
	// An imported resource has not been applied yet: what it owns is in its state, and how is the configuration's business.
	exclusive, imported bool
	own                 content
	wanted              wanted
}

// rows are the numbers of last_sync.
type rows struct{ Added, Updated, Removed, Released int }

// outcome is what an apply has done to the resources that manage many rows, by address.
type outcome struct {
	synced map[string]rows
	// unfinished resources are exclusive by now, and remove by the next apply what they had not seen.
	unfinished map[string]bool
}

// destroy ends what a resource holds.
func (m *model) destroy(address string) {
	h := m.held[address]
	delete(m.held, address)
	switch {
	case h.wanted.audience != nil:
		delete(m.Audiences, h.id)
		delete(m.Places, audiencePlace(h.id))
	case h.wanted.referral != nil:
		delete(m.Referrals, h.id)
	case h.exclusive:
		clear(m.Places[h.place])
	default:
		// An additive resource removes all that it lists, whoever had put it there.
		for name := range h.own {
			delete(m.Places[h.place], name)
		}
	}
}

// exists says whether what a resource manages is still there. Others may have deleted an audience or a referral.
func (m *model) exists(h holding) bool {
	switch {
	case h.wanted.audience != nil:
		_, ok := m.Audiences[h.id]
		return ok
	case h.wanted.referral != nil:
		_, ok := m.Referrals[h.id]
		return ok
	default:
		return m.Places[h.place] != nil
	}
}

// replaces says whether the configuration wants an object that another one takes the place of.
func (m *model) replaces(h holding, w wanted) bool {
	switch {
	case w.audience != nil:
		return w.audience.description != "" && w.audience.description != m.Audiences[h.id].Description
	case w.referral != nil:
		return w.referral.advocate != h.wanted.referral.advocate
	default:
		return false
	}
}

// destination is the place that a resource is about to manage, as far as a plan knows it.
func (m *model) destination(config configuration, w wanted) (at place, known bool) {
	if w.part.audience == "" {
		return w.part.place, true
	}
	h, held := m.held[w.part.audience]
	if !held || !m.exists(h) || m.replaces(h, config[w.part.audience]) {
		return place{}, false
	}
	return audiencePlace(h.id), true
}

// creates says whether the next apply creates a resource in a place that is there already, and where. Resources can be
// replaced although nothing asks for it.
func (m *model) creates(config configuration, address string, replaced map[string]bool) (at place, creates bool) {
	w := config[address]
	if w.part == nil {
		return at, false
	}
	at, known := m.destination(config, w)
	h, held := m.held[address]
	return at, known && m.Places[at] != nil && (!held || !m.exists(h) || h.place != at || replaced[address])
}

// unlisted are the rows that a new exclusive resource finds and does not list, in a place that is there already: those of
// others, and those that this state's resources have in it.
func (m *model) unlisted(config configuration, address string, replaced map[string]bool) (others, own content) {
	at, creates := m.creates(config, address, replaced)
	if !creates || !config[address].part.exclusive {
		return nil, nil
	}
	others = without(m.Places[at], config[address].part.content)
	own = content{}
	for _, h := range m.held {
		switch {
		case h.wanted.part == nil || h.place != at:
		case h.exclusive:
			own = maps.Clone(others)
		default:
			maps.Copy(own, within(others, h.own))
		}
	}
	return without(others, own), own
}

// refused are the resources that a plan refuses: creating an exclusive one never removes what others have.
func (m *model) refused(config configuration, replaced map[string]bool) []string {
	var addresses []string
	for _, address := range slices.Sorted(maps.Keys(config)) {
		if others, _ := m.unlisted(config, address, replaced); len(others) > 0 {
			addresses = append(addresses, address)
		}
	}
	return addresses
}

// unsure are the resources that an apply may refuse before it writes anything: they are created where another object has rows
// that they don't list, and the apply knows these rows only if that object's end comes first. The next apply does it.
func (m *model) unsure(config configuration) map[string]bool {
	addresses := make(map[string]bool)
	for address := range config {
		_, held := m.held[address]
		if _, own := m.unlisted(config, address, nil); !held && len(own) > 0 {
			addresses[address] = true
		}
	}
	return addresses
}

// shares says whether a resource has rows in a place.
func (m *model) shares(at place) bool {
	for _, h := range m.held {
		if h.wanted.part != nil && h.place == at {
			return true
		}
	}
	return false
}

// moved lets resources have other addresses.
func (m *model) moved(to map[string]string) {
	held := make(map[string]holding, len(m.held))
	for address, h := range m.held {
		if target, found := to[address]; found {
			address = target
		}
		held[address] = h
	}
	m.held = held
}

// without is what is not in other.
func without(from, other content) content {
	left := maps.Clone(from)
	maps.DeleteFunc(left, func(name, _ string) bool { _, ok := other[name]; return ok })
	return left
}

// within is what is in other, too.
func within(from, other content) content { return without(from, without(from, other)) }

// change is what an apply is told to do.
type change struct {
	config  configuration
	imports map[string]imported
	// replaced are replaced in any case.
	replaced map[string]bool
}

// apply is what an apply does. ids are what the deployment called new objects, and after is what it holds afterwards: the
// documentation leaves open whether a plan has seen a whole catalog.
func (m *model) apply(c change, ids map[string]int64, after *world) outcome {
	target := func(w wanted) place {
		if w.part.audience != "" {
			return audiencePlace(ids[w.part.audience])
		}
		return w.part.place
	}
	for address, i := range c.imports {
		m.held[address] = holding{place: i.place, imported: true, own: i.own, wanted: c.config[address]}
	}
	// Plans are made from what there is now.
	seen := make(map[place]content, len(m.Places))
	for at, rows := range m.Places {
		seen[at] = maps.Clone(rows)
	}
	var ends []string
	for _, address := range slices.Sorted(maps.Keys(m.held)) {
		h := m.held[address]
		w, stays := c.config[address]
		switch {
		case !m.exists(h):
			delete(m.held, address)
		case !stays, c.replaced[address], m.replaces(h, w), w.part != nil && target(w) != h.place:
			ends = append(ends, address)
		}
	}
	for _, address := range ends {
		m.destroy(address)
	}
	for _, address := range slices.Sorted(maps.Keys(c.config)) {
		switch w := c.config[address]; {
		case w.audience != nil:
			m.putAudience(ids[address], *w.audience)
			m.held[address] = holding{id: ids[address], wanted: w}
		case w.referral != nil:
			m.putReferral(ids[address], *w.referral)
			m.held[address] = holding{id: ids[address], wanted: w}
		}
	}
	o := outcome{synced: make(map[string]rows), unfinished: make(map[string]bool)}
	// A row that one resource removes and another one lists stays.
	for _, address := range slices.Sorted(maps.Keys(c.config)) {
		if w := c.config[address]; w.part != nil {
			o.synced[address], o.unfinished[address] = m.sync(address, target(w), w, seen, after)
		}
	}
	for address, w := range c.config {
		if w.part != nil {
			maps.Copy(m.Places[target(w)], w.part.content)
			m.held[address] = holding{place: target(w), exclusive: w.part.exclusive, own: maps.Clone(w.part.content), wanted: w}
		}
	}
	return o
}

func (m *model) putAudience(id int64, w wantedAudience) {
	now := m.Audiences[id] // the zero audience is a new one
	now.Name = w.name
	if w.applications != nil {
		now.Applications = slices.Sorted(slices.Values(w.applications))
	}
	if w.description != "" {
		now.Description = w.description
	}
	m.Audiences[id] = now
	if m.Places[audiencePlace(id)] == nil {
		m.Places[audiencePlace(id)] = content{}
	}
}

func (m *model) putReferral(id int64, w wantedReferral) {
	now, exists := m.Referrals[id]
	if !exists {
		now.Limit = 1 // what the deployment chooses
	}
	now.Advocate, now.Friend, now.Attributes = w.advocate, w.friend, w.attributes
	if w.limit >= 0 {
		now.Limit = w.limit
	}
	m.Referrals[id] = now
}

// sync removes from a place what a resource wants there no longer, and says what it changes there.
func (m *model) sync(address string, at place, w wanted, seen map[place]content, after *world) (done rows, unfinished bool) {
	there := seen[at]
	before, held := m.held[address]
	own := within(there, before.own)
	switch {
	case before.exclusive:
		own = maps.Clone(there)
	case before.imported:
		own = before.own
	}
	unlisted := without(own, w.part.content)
	switch {
	case !held:
	case !w.part.exclusive && (before.exclusive || before.imported):
		// Leaving exclusive ownership, and the first apply after an import, remove nothing.
		done.Released = len(unlisted)
		unlisted = nil
	case w.part.exclusive && !before.exclusive:
		// A change to exclusive ownership removes what the plan has seen, and nothing where it has not seen everything.
		unlisted = without(there, w.part.content)
		if w.part.kind == itemsKind && len(within(unlisted, after.Places[at])) > 0 {
			unlisted, unfinished = nil, true
		}
	}
	done.Removed = len(unlisted)
	for name := range unlisted {
		delete(m.Places[at], name)
	}
	for name, what := range w.part.content {
		if _, ours := own[name]; !ours {
			done.Added++
		} else if there[name] != what {
			done.Updated++
		}
	}
	return done, unfinished
}

// others edits the deployment as people, rules and other programs do.
func (m *model) others(g *generator) edit {
	audiences := slices.Sorted(maps.Keys(m.Audiences))
	switch kind := rapid.IntRange(0, 9).Draw(g.T, "edit"); kind {
	case 0, 1, 2:
		at := audiencePlace(pick(g, audiences, "audience"))
		member := pick(g, everybody, "member")
		if rapid.Bool().Draw(g.T, "leaves") {
			return m.leave(at, member)
		}
		return m.join(at, member)
	case 3, 4, 5:
		at := place{kind: inCatalog, number: pick(g, []int64{sharedCatalog, aloneCatalog}, "catalog")}
		sku := pick(g, everything, "SKU")
		if _, there := m.Places[at][sku]; there && rapid.Bool().Draw(g.T, "goes") {
			return m.removeItem(at, sku)
		}
		i := g.item()
		if i.Price == "" {
			i.Price = "9.99" // the API keeps a price that is left out
		}
		return m.putItem(at, sku, i)
	case 6, 7:
		at := place{kind: onCoupon, coupon: pick(g, []string{sharedCoupon, aloneCoupon}, "coupon")}
		customer := pick(g, everybody, "customer")
		if rapid.Bool().Draw(g.T, "ends") {
			return m.unreserve(at, customer)
		}
		return m.reserve(at, customer)
	case 8:
		id := pick(g, audiences, "audience")
		if id != sharedAudience && id != aloneAudience && rapid.Bool().Draw(g.T, "deleted") {
			return m.deleteAudience(id)
		}
		return m.changeAudience(id, audience{
			Name: pick(g, []string{"Renamed", "VIP"}, "name"), Applications: pick(g, [][]int64{nil, {1}, {1, 2}}, "applications"),
		})
	default:
		ids := slices.Sorted(maps.Keys(m.Referrals))
		id := pick(g, ids, "referral")
		if id != othersReferral && rapid.Bool().Draw(g.T, "deleted") {
			return m.deleteReferral(id)
		}
		return m.changeReferral(id, referral{Friend: pick(g, []string{"", "customer-3"}, "friend"), Limit: pick(g, []int64{0, 7}, "limit")})
	}
}

// othersReferral is the ID of the referral that others have made.
const othersReferral int64 = 4001

// start seeds a deployment with what others have.
func start(t testing.TB) *acctest.Deployment {
	t.Helper()
	d := acctest.Start(t)
	for _, name := range []string{"Shared", "Alone"} {
		d.Call(t, "POST", "/v2/audiences", map[string]any{"name": name}, nil)
	}
	d.Call(t, "POST", "/v1/referrals", map[string]any{"campaignId": 11, "advocateProfileIntegrationId": "customer-3"}, nil)
	w := observe(t, d)
	for _, id := range []int64{sharedAudience, aloneAudience} {
		w.join(audiencePlace(id), "zoe").do(t, d)
	}
	for _, id := range []int64{sharedCatalog, aloneCatalog} {
		w.putItem(place{kind: inCatalog, number: id}, "Z1", item{Price: "7", Attributes: map[string]any{"color": "black"}}).do(t, d)
	}
	for _, code := range []string{sharedCoupon, aloneCoupon} {
		w.reserve(place{kind: onCoupon, coupon: code}, "zoe").do(t, d)
	}
	return d
}

// TestEverythingIsAsDocumented applies random configurations to a deployment that others edit in between. After each
// apply the deployment is what the model says, the state is what a fresh read finds, and the next plan is empty. Plans
// write nothing and come true.
func TestEverythingIsAsDocumented(t *testing.T) {
	t.Parallel()
	for shard := range shards {
		t.Run(strconv.Itoa(shard), func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(r *rapid.T) {
				// The seed is everybody's: what a shard draws first sets it apart.
				for range shard {
					rapid.Uint64().Draw(r, "shard")
				}
				sequence(tb{t, r}, r)
			})
		})
	}
}

// site is a state with its configuration, and what there must be because of it.
type site struct {
	name   string
	w      *workspace
	m      *model
	g      *generator
	config configuration
}

func sequence(t tb, r *rapid.T) {
	d := start(t)
	trap := d.Trap(t)
	time.Sleep(acctest.Lag())
	there := observe(t, d)
	// A second state works with the same audiences, catalogs and coupons, and doesn't know of the first one.
	sites := make([]*site, rapid.IntRange(1, 2).Draw(r, "states"))
	for i := range sites {
		folder, err := os.MkdirTemp("", "model-")
		if err != nil {
			t.Fatal(err)
		}
		r.Cleanup(func() { _ = os.RemoveAll(folder) })
		w := d.NewWorkspace(t)
		w.Folder = filepath.Join(folder, "data")
		if err := os.Mkdir(w.Folder, 0o700); err != nil {
			t.Fatal(err)
		}
		sites[i] = &site{
			name: fmt.Sprintf("state %d", i), w: &workspace{Workspace: w}, m: &model{world: there, held: map[string]holding{}},
			g: newGenerator(r, folder), config: configuration{},
		}
	}
	for range rapid.IntRange(1, 5).Draw(r, "applies") {
		pick(sites[0].g, sites, "state").step(t, trap, false)
	}
	for _, s := range sites {
		s.step(t, trap, true)
	}
}

// step lets others edit something, and applies the next configuration; at the end none is left.
func (s *site) step(t tb, trap *acctest.Trap, end bool) {
	g, m, w := s.g, s.m, s.w
	for range rapid.IntRange(0, 4).Draw(g.T, "edits") {
		e := m.others(g)
		t.Log("others:", e.text)
		e.do(t, w.Deployment)
		time.Sleep(acctest.Lag())
	}
	config, moved := g.next(s.config)
	if end {
		config = configuration{}
	}
	s.config = config
	var o acctest.PlanOptions
	switch rapid.IntRange(0, 3).Draw(g.T, "order") {
	case 0:
	case 1:
		o.Reverse = true
	default:
		o.Together = true
	}
	// The trap lets an apply of one request after the other die: what has its response by then is saved.
	dies := !o.Together && rapid.Bool().Draw(g.T, "dies")
	o.Moved = moved
	tainted := s.replacements(&o, dies)
	m.moved(moved)
	c := change{config: config, replaced: map[string]bool{}}
	for _, address := range append(tainted, o.Replace...) {
		c.replaced[address] = true
	}
	s.refusals(t, &c, o)
	g.imports(m, config, c.imports)
	o.Import = make(map[string]string)
	for address, i := range c.imports {
		o.Import[address] = i.id
	}
	t.Logf("%s, apply (moved %v, tainted %v, replaced %v, imported %v, reverse %t, together %t):", s.name, moved, tainted, o.Replace, o.Import, o.Reverse, o.Together)
	describe(t, config)
	again := s.apply(t, trap, c, o, dies)
	for range 3 {
		if !again {
			return
		}
		again = s.again(t, change{config: config})
	}
	t.Fatal("several applies have not been enough")
}

// replacements draws what is replaced although nothing asks for it, by -replace or because it is tainted. The addresses are
// those after `moved` blocks.
func (s *site) replacements(o *acctest.PlanOptions, dies bool) (tainted []string) {
	for _, old := range slices.Sorted(maps.Keys(s.w.State)) {
		address := old
		if to, found := o.Moved[old]; found {
			address = to
		}
		w, stays := s.config[address]
		if !stays || !s.g.chance(8, "replace "+address) {
			continue
		}
		switch {
		case rapid.Bool().Draw(s.g.T, "tainted"):
			object := s.w.State[old]
			object.Tainted = true
			s.w.State[old] = object
			tainted = append(tainted, address)
		case !dies || w.part != nil && (w.part.exclusive || !s.m.held[old].exclusive && !s.m.held[address].exclusive):
			// After a kill no one knows whether an object with an ID of its own is the one of before, nor whether an exclusive one
			// that becomes additive has removed its rows, or lets them go.
			o.Replace = append(o.Replace, address)
		}
	}
	return tainted
}

// apply applies, and says whether another apply is needed.
func (s *site) apply(t tb, trap *acctest.Trap, c change, o acctest.PlanOptions, dies bool) (again bool) {
	unsure := s.m.unsure(c.config)
	if dies {
		at, carriedOut := rapid.Int64Range(1, 8).Draw(s.g.T, "write"), rapid.Bool().Draw(s.g.T, "carried out")
		s.w.Interrupt, s.w.Killed = trap.Arm(t.Context(), at, carriedOut), trap.Sprung
	}
	problem := s.w.apply(t, c.config.blocks(), o)
	cut := dies && trap.Sprung()
	trap.Disarm()
	s.w.Interrupt, s.w.Killed = nil, nil
	switch {
	case cut:
		t.Log("killed:", problem)
	case problem == "":
		return s.check(t, c, true)
	case len(unsure) > 0 && s.w.refusedOnly(problem, c.config.blocks(), unsure):
		t.Log("refused by the apply:", problem)
	default:
		t.Fatal(problem)
	}
	// Whatever has landed, applying again leads to the same.
	o.Replace, o.Moved, o.Import = nil, nil, nil
	for range 3 {
		problem := s.w.apply(t, c.config.blocks(), o)
		if acctest.Lag() > 0 && strings.Contains(problem, "Plan is out of date") {
			// The plan was made from reads that did not show yet what had landed, and was refused before it wrote anything.
			continue
		}
		if len(unsure) > 0 && s.w.refusedOnly(problem, c.config.blocks(), unsure) {
			continue
		}
		if problem != "" {
			t.Fatal("after it was cut off: ", problem)
		}
		if s.w.empty(t, c.config.blocks()) {
			return s.check(t, c, false)
		}
	}
	t.Fatal("several applies have not been enough")
	return false
}

// again is an apply that does what the one before could not show.
func (s *site) again(t tb, c change) (again bool) {
	if problem := s.w.apply(t, c.config.blocks(), acctest.PlanOptions{Together: true}); problem != "" {
		t.Fatal(problem)
	}
	return s.check(t, c, true)
}

// check compares the deployment and the state with what must be there.
func (s *site) check(t tb, c change, whole bool) (unfinished bool) {
	found := observe(t, s.w.Deployment)
	o := s.m.apply(c, s.w.ids(t), found)
	if diff := cmp.Diff(s.m.world, found); diff != "" {
		t.Fatalf("the deployment (-model +deployment):\n%s", diff)
	}
	if whole {
		if problem := s.w.synced(t, o); problem != "" {
			t.Fatal(problem)
		}
	}
	time.Sleep(acctest.Lag())
	unfinished, problem := s.w.settled(t, c.config.blocks(), o.unfinished)
	if problem != "" {
		t.Fatal(problem)
	}
	return unfinished
}

// refusals plans what a plan must refuse, and changes the configuration so that it doesn't: what is new is imported, and
// what manages another place already becomes additive. So does what create_before_destroy would let the apply refuse.
func (s *site) refusals(t tb, c *change, o acctest.PlanOptions) {
	c.imports = make(map[string]imported)
	refused := s.m.refused(c.config, c.replaced)
	if len(refused) > 0 {
		t.Log(s.name, "refused:", refused)
		describe(t, c.config)
		if problem := s.w.refused(t, c.config.blocks(), o, refused); problem != "" {
			t.Fatal(problem)
		}
	}
	for _, address := range refused {
		if h, held := s.m.held[address]; held && s.m.exists(h) {
			c.config[address] = c.config[address].additive()
			continue
		}
		at, _ := s.m.creates(c.config, address, nil)
		if s.m.shares(at) {
			// What the end of the other one removes is not what the import has seen.
			c.config[address] = c.config[address].additive()
			continue
		}
		c.imports[address] = imported{place: at, id: at.importID(), own: maps.Clone(s.m.Places[at])}
	}
	for address, w := range c.config {
		if _, own := s.m.unlisted(c.config, address, c.replaced); w.first && c.replaced[address] && len(own) > 0 {
			c.config[address] = w.additive()
		}
	}
}

// tb is a testing.TB whose failures rapid sees and shrinks.
type tb struct {
	testing.TB
	r *rapid.T
}

func (t tb) Helper()                           { t.r.Helper() }
func (t tb) Log(args ...any)                   { t.r.Log(args...) }
func (t tb) Logf(format string, args ...any)   { t.r.Logf(format, args...) }
func (t tb) Error(args ...any)                 { t.r.Error(args...) }
func (t tb) Errorf(format string, args ...any) { t.r.Errorf(format, args...) }
func (t tb) Fatal(args ...any)                 { t.r.Fatal(args...) }
func (t tb) Fatalf(format string, args ...any) { t.r.Fatalf(format, args...) }
func (t tb) FailNow()                          { t.r.FailNow() }
func (t tb) Fail()                             { t.r.Fail() }
func (t tb) Failed() bool                      { return t.r.Failed() }
func (t tb) Cleanup(end func())                { t.r.Cleanup(end) }
func (t tb) Context() context.Context          { return t.r.Context() }
