package emulator

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"time"
)

// stateFormat is the version of the data file's layout.
const stateFormat = 1

// state is everything that a deployment remembers. It is guarded by Server.mu and is one JSON document, so that
// it can be saved as a whole; what can be computed from it is omitted and rebuilt by reindex.
type state struct {
	Format      int                       `json:"format"`
	AccountID   int64                     `json:"accountId"`
	NextIDs     map[string]int64          `json:"nextIds"`
	Auth        authState                 `json:"auth"`
	Definitions definitionState           `json:"definitions"`
	Profiles    profileState              `json:"profiles"`
	Audiences   audienceState             `json:"audiences"`
	Catalogs    catalogState              `json:"catalogs"`
	Coupons     couponState               `json:"coupons"`
	Referrals   referralState             `json:"referrals"`
	Sessions    sessionState              `json:"sessions"`
	Events      eventState                `json:"events"`
	Loyalty     loyaltyState              `json:"loyalty"`
	Responses   map[string]storedResponse `json:"idempotentAnswers,omitempty"`
}

// The kinds of entities that have a counter of their own.
const (
	kindAttribute   = "attribute"
	kindStore       = "store"
	kindCost        = "additionalCost"
	kindCollection  = "collection"
	kindAudience    = "audience"
	kindCatalogItem = "catalogItem"
	kindCoupon      = "coupon"
	kindEvent       = "event"
	kindEventType   = "eventType"
	kindImport      = "import"
	kindProfile     = "profile"
	kindReferral    = "referral"
	kindReturn      = "return"
	kindSession     = "session"
	kindTransaction = "loyaltyTransaction"
)

// firstIDs are far apart, so that an ID of one kind used for another is not found instead of hitting something.
func firstIDs() map[string]int64 {
	return map[string]int64{
		kindAttribute:   101,
		kindStore:       201,
		kindEventType:   301,
		kindCost:        401,
		kindCollection:  501,
		kindAudience:    701,
		kindCoupon:      3001,
		kindReferral:    4001,
		kindReturn:      8001,
		kindImport:      9001,
		kindSession:     50001,
		kindEvent:       600001,
		kindTransaction: 700001,
		kindCatalogItem: 9000001,
		kindProfile:     20000001,
	}
}

// nextID takes the next number of a kind. Numbers are never used again.
func (st *state) nextID(kind string) int64 {
	id, ok := st.NextIDs[kind]
	if !ok {
		panic("emulator: no counter for " + kind)
	}
	st.NextIDs[kind] = id + 1
	return id
}

// claimID keeps the counter of a kind above an ID that the fixture chose; 0 takes the next number.
func (st *state) claimID(kind string, id int64) int64 {
	if id == 0 {
		return st.nextID(kind)
	}
	st.NextIDs[kind] = max(st.NextIDs[kind], id+1)
	return id
}

// reindex rebuilds what is not saved.
func (st *state) reindex() {
	st.Profiles.reindex()
	st.Audiences.reindex(&st.Profiles)
	st.Catalogs.reindex()
	st.Coupons.reindex()
	st.Referrals.reindex()
	st.Sessions.reindex()
	st.Events.reindex()
	st.Loyalty.reindex()
}

func decodeState(data []byte) (*state, error) {
	var st state
	if err := unmarshalExact(data, &st); err != nil {
		return nil, err
	}
	if st.Format != stateFormat {
		return nil, fmt.Errorf("it has format %d, this emulator reads %d", st.Format, stateFormat)
	}
	for kind, first := range firstIDs() {
		if _, ok := st.NextIDs[kind]; !ok {
			st.NextIDs[kind] = first
		}
	}
	st.reindex()
	return &st, nil
}

// unmarshalExact is json.Unmarshal that keeps numbers in free values exactly as written.
func unmarshalExact(data []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	return decoder.Decode(into)
}

// row is an entity with an internal ID.
type row interface {
	comparable
	entityID() int64
}

// table keeps entities in ascending order of ID, which is the default order of the API's lists. Lookups are
// logarithmic, adding and deleting cost the same however large the table is. The zero table is empty; rows are
// pointers, and the zero row marks a deleted one until the next compaction.
type table[T row] struct {
	ids  []int64
	rows []T
	dead int
}

func (t *table[T]) count() int { return len(t.rows) - t.dead }

// add appends an entity; its ID usually is the highest, since counters only rise.
func (t *table[T]) add(entity T) {
	id := entity.entityID()
	if len(t.ids) == 0 || id > t.ids[len(t.ids)-1] {
		t.ids = append(t.ids, id)
		t.rows = append(t.rows, entity)
		return
	}
	at, found := slices.BinarySearch(t.ids, id)
	if found {
		var none T
		if t.rows[at] != none {
			panic(fmt.Sprintf("emulator: ID %d is in the table already", id))
		}
		t.rows[at] = entity
		t.dead--
		return
	}
	t.ids = slices.Insert(t.ids, at, id)
	t.rows = slices.Insert(t.rows, at, entity)
}

func (t *table[T]) get(id int64) (T, bool) {
	var none T
	at, found := slices.BinarySearch(t.ids, id)
	if !found || t.rows[at] == none {
		return none, false
	}
	return t.rows[at], true
}

func (t *table[T]) remove(id int64) bool {
	var none T
	at, found := slices.BinarySearch(t.ids, id)
	if !found || t.rows[at] == none {
		return false
	}
	t.rows[at] = none
	t.dead++
	if t.dead > len(t.rows)/2 {
		t.compact()
	}
	return true
}

func (t *table[T]) compact() {
	live := make([]T, 0, t.count())
	ids := make([]int64, 0, t.count())
	for entity := range t.all() {
		live = append(live, entity)
		ids = append(ids, entity.entityID())
	}
	t.rows, t.ids, t.dead = live, ids, 0
}

// all yields the entities by ascending ID.
func (t *table[T]) all() iter.Seq[T] {
	return func(yield func(T) bool) {
		var none T
		for _, entity := range t.rows {
			if entity != none && !yield(entity) {
				return
			}
		}
	}
}

// newest returns at most n entities, by descending ID.
func (t *table[T]) newest(n int) []T {
	var none T
	rows := make([]T, 0, min(n, t.count()))
	for i := len(t.rows) - 1; i >= 0 && len(rows) < n; i-- {
		if t.rows[i] != none {
			rows = append(rows, t.rows[i])
		}
	}
	return rows
}

// list returns the entities by ascending ID; the caller must not change the slice.
func (t *table[T]) list() []T {
	if t.dead > 0 {
		t.compact()
	}
	return t.rows
}

// MarshalJSON writes the live rows as an array.
func (t table[T]) MarshalJSON() ([]byte, error) {
	if t.count() == 0 {
		return []byte("[]"), nil
	}
	return json.Marshal(t.list())
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (t *table[T]) UnmarshalJSON(data []byte) error {
	if err := unmarshalExact(data, &t.rows); err != nil {
		return err
	}
	t.ids, t.dead = make([]int64, len(t.rows)), 0
	for i, entity := range t.rows {
		t.ids[i] = entity.entityID()
	}
	return nil
}

// groups are the rows of a table by what many of them have in common, such as their campaign.
type groups[K comparable, T row] map[K]*table[T]

func (g groups[K, T]) add(key K, entity T) {
	if g[key] == nil {
		g[key] = &table[T]{}
	}
	g[key].add(entity)
}

func (g groups[K, T]) remove(key K, entity T) {
	if group := g[key]; group != nil {
		group.remove(entity.entityID())
	}
}

// list returns the rows of a group by ascending ID; the caller must not change the slice.
func (g groups[K, T]) list(key K) []T {
	if group := g[key]; group != nil {
		return group.list()
	}
	return nil
}

// few are the rows of a table by what only some of them have in common, such as a customer.
type few[K comparable, T row] map[K][]T

func (f few[K, T]) add(key K, entity T) { f[key] = append(f[key], entity) }

func (f few[K, T]) remove(key K, entity T) {
	if rest := slices.DeleteFunc(f[key], func(other T) bool { return other == entity }); len(rest) > 0 {
		f[key] = rest
	} else {
		delete(f, key)
	}
}

// list returns the rows by ascending ID.
func (f few[K, T]) list(key K) []T {
	return slices.SortedFunc(slices.Values(f[key]), func(a, b T) int { return cmp.Compare(a.entityID(), b.entityID()) })
}

// time is the deployment's clock: UTC, microseconds, as in the API's examples.
func (s *Server) time() time.Time {
	return s.opts.Now().UTC().Truncate(time.Microsecond)
}

// now is the time for handlers, and for others that hold the state locked: that of the clock, or of the change that
// is carried out again.
func (s *Server) now() time.Time {
	if !s.frozen.IsZero() {
		return s.frozen
	}
	return s.time()
}

// locked runs a function with the state locked; only streamed handlers need it.
func (s *Server) locked(do func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return do()
}
