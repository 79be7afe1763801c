package model

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

const (
	// fixedSeed and fewChecks are for `go test`; the flags of rapid say otherwise.
	fixedSeed, fewChecks = "1", "24"
	// shards run at the same time: a sequence mostly waits for requests that others may share.
	shards = 16
)

func TestMain(m *testing.M) {
	flag.Parse()
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

// model says what the deployment must hold. What it takes over from the documentation is in change.
type model struct {
	world
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

// creates says whether the next apply creates a resource in a place that is there already, and where.
func (m *model) creates(config configuration, address string) (at place, creates bool) {
	w := config[address]
	if w.part == nil {
		return at, false
	}
	at, known := m.destination(config, w)
	h, held := m.held[address]
	return at, known && m.Places[at] != nil && (!held || !m.exists(h) || h.place != at)
}

// refused are the resources that a plan refuses: creating an exclusive one never removes anything.
func (m *model) refused(config configuration) []string {
	var addresses []string
	for _, address := range slices.Sorted(maps.Keys(config)) {
		at, creates := m.creates(config, address)
		if creates && config[address].part.exclusive && len(without(m.Places[at], config[address].part.content)) > 0 {
			addresses = append(addresses, address)
		}
	}
	return addresses
}

// without is what is not in other.
func without(from, other content) content {
	left := maps.Clone(from)
	maps.DeleteFunc(left, func(name, _ string) bool { _, ok := other[name]; return ok })
	return left
}

// within is what is in other, too.
func within(from, other content) content { return without(from, without(from, other)) }

// apply is what an apply of a configuration does, after imports. ids are what the deployment called new objects, and after
// is what it holds afterwards: the documentation leaves open whether a plan has seen a whole catalog.
func (m *model) apply(config configuration, imports map[string]imported, ids map[string]int64, after world) outcome {
	target := func(w wanted) place {
		if w.part.audience != "" {
			return audiencePlace(ids[w.part.audience])
		}
		return w.part.place
	}
	for address, i := range imports {
		m.held[address] = holding{place: i.place, imported: true, own: i.own, wanted: config[address]}
	}
	for _, address := range slices.Sorted(maps.Keys(m.held)) {
		h := m.held[address]
		w, stays := config[address]
		switch {
		case !m.exists(h):
			delete(m.held, address)
		case !stays, m.replaces(h, w), w.part != nil && target(w) != h.place:
			m.destroy(address)
		}
	}
	for _, address := range slices.Sorted(maps.Keys(config)) {
		switch w := config[address]; {
		case w.audience != nil:
			m.putAudience(ids[address], *w.audience)
			m.held[address] = holding{id: ids[address], wanted: w}
		case w.referral != nil:
			m.putReferral(ids[address], *w.referral)
			m.held[address] = holding{id: ids[address], wanted: w}
		}
	}
	o := outcome{synced: make(map[string]rows), unfinished: make(map[string]bool)}
	for _, address := range slices.Sorted(maps.Keys(config)) {
		if w := config[address]; w.part != nil {
			o.synced[address], o.unfinished[address] = m.putPart(address, target(w), w, after)
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

// putPart puts into a place what a resource wants of it.
func (m *model) putPart(address string, at place, w wanted, after world) (done rows, unfinished bool) {
	there := m.Places[at]
	before, held := m.held[address]
	own := within(there, before.own)
	switch {
	case before.exclusive:
		own = maps.Clone(there)
	case before.imported:
		own = before.own // as the plan has read it, with what other resources remove in this apply
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
		delete(there, name)
	}
	for name, what := range w.part.content {
		if _, ours := own[name]; !ours {
			done.Added++
		} else if there[name] != what {
			done.Updated++
		}
		there[name] = what
	}
	m.held[address] = holding{place: at, exclusive: w.part.exclusive, own: maps.Clone(w.part.content), wanted: w}
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

func sequence(t tb, r *rapid.T) {
	folder, err := os.MkdirTemp("", "model-")
	if err != nil {
		t.Fatal(err)
	}
	r.Cleanup(func() { _ = os.RemoveAll(folder) })
	d := start(t)
	w := &workspace{d: d, state: map[string]acctest.Instance{}}
	m := &model{world: observe(t, d), held: map[string]holding{}}
	g := &generator{T: r, folder: folder, files: map[string]int{}}
	config := configuration{}
	applies := rapid.IntRange(1, 5).Draw(r, "applies")
	for number := range applies + 1 {
		for range rapid.IntRange(0, 4).Draw(r, "edits") {
			e := m.others(g)
			t.Log("others:", e.text)
			e.do(t, d)
			time.Sleep(acctest.Lag())
		}
		if config = g.next(config); number == applies {
			config = configuration{} // the end is a destroy
		}
		imports := m.refusals(t, w, config)
		g.imports(m, config, imports)
		for again := false; ; again = true {
			t.Log("apply:")
			describe(t, config)
			for _, address := range slices.Sorted(maps.Keys(imports)) {
				t.Logf("  import %s: %s", address, imports[address].id)
			}
			if problem := w.apply(t, config.blocks(), imports); problem != "" {
				t.Fatal(problem)
			}
			found := observe(t, d)
			o := m.apply(config, imports, w.ids(t), found)
			if diff := cmp.Diff(m.world, found); diff != "" {
				t.Fatalf("the deployment (-model +deployment):\n%s", diff)
			}
			if problem := w.synced(t, o); problem != "" {
				t.Fatal(problem)
			}
			time.Sleep(acctest.Lag())
			unfinished, problem := w.settled(t, config.blocks(), o.unfinished)
			if problem != "" {
				t.Fatal(problem)
			}
			if !unfinished {
				break
			}
			if again {
				t.Fatal("two applies have not been enough")
			}
			imports = nil
		}
	}
}

// refusals plans what a plan must refuse, and changes the configuration so that it doesn't: what is new is imported, and
// what manages another place already becomes additive.
func (m *model) refusals(t tb, w *workspace, config configuration) map[string]imported {
	imports := make(map[string]imported)
	refused := m.refused(config)
	if len(refused) == 0 {
		return imports
	}
	t.Log("refused:", refused)
	describe(t, config)
	if problem := w.refused(t, config.blocks(), refused); problem != "" {
		t.Fatal(problem)
	}
	for _, address := range refused {
		if h, held := m.held[address]; held && m.exists(h) {
			config[address] = config[address].additive()
			continue
		}
		at, _ := m.creates(config, address)
		imports[address] = imported{place: at, id: at.importID(), own: maps.Clone(m.Places[at])}
	}
	return imports
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
