package journal

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// deployment makes one object for each request that arrives.
type deployment struct {
	mu      sync.Mutex
	made    []Object
	claimed map[int64]bool
	sent    int
	// lose says whether the response to a request is lost, and whether it is carried out.
	lose func(request int) (lost, carriedOut bool)
	// lag is how many looks see nothing of what was made.
	lag   int
	looks int
}

func (d *deployment) create(context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sent++
	lost, carriedOut := false, true
	if d.lose != nil {
		lost, carriedOut = d.lose(d.sent)
	}
	if carriedOut {
		d.made = append(d.made, Object{int64(len(d.made) + 1), time.Now()})
	}
	if lost {
		return &talonone.OutcomeUnknownError{Operation: "create", Err: errors.New("reset")}
	}
	d.claim(d.made[len(d.made)-1].ID)
	return nil
}

func (d *deployment) claim(id int64) {
	if d.claimed == nil {
		d.claimed = make(map[int64]bool)
	}
	d.claimed[id] = true
}

func (d *deployment) look(_ context.Context, period Period) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.looks++; d.looks <= d.lag {
		return false, nil
	}
	var found []Candidate
	var last int64
	for _, one := range d.made {
		if period.Contains(one.ID, one.Created) && !d.claimed[one.ID] {
			found, last = append(found, Candidate{Name: "object"}), one.ID
		}
	}
	if len(found) > 1 {
		return false, &AmbiguousError{found}
	}
	if len(found) == 1 {
		d.claim(last)
	}
	return len(found) == 1, nil
}

func (d *deployment) request() Create {
	return Create{
		Kind: "audience", Settings: settings{"VIP"}, Send: d.create, Look: d.look,
		ServerTime: func(local time.Time) time.Time { return local }, RequestTimeout: time.Minute,
	}
}

func always(lost, carriedOut bool) func(int) (bool, bool) {
	return func(int) (bool, bool) { return lost, carriedOut }
}

func first(lost, carriedOut bool) func(int) (bool, bool) {
	return func(request int) (bool, bool) { return lost && request == 1, carriedOut || request > 1 }
}

func TestLostResponseIsLookedForBeforeAnythingIsSentAgain(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		deployment *deployment
		wait       time.Duration
		sent       int
		fails      bool
	}{
		"no loss":          {&deployment{}, 0, 1, false},
		"carried out":      {&deployment{lose: first(true, true)}, 0, 1, false},
		"seen later":       {&deployment{lose: first(true, true), lag: 2}, 2 * time.Second, 1, false},
		"not carried out":  {&deployment{lose: first(true, false)}, 0, 2, false},
		"always lost":      {&deployment{lose: always(true, false)}, 0, attempts, true},
		"nothing to look ": {&deployment{lose: first(true, true), lag: 1000}, 0, 2, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			create := test.deployment.request()
			create.Consistency = test.wait
			if err := New(dir, here).Once(t.Context(), create); (err != nil) != test.fails {
				t.Errorf("got %v", err)
			}
			if test.deployment.sent != test.sent {
				t.Errorf("sent %d times, want %d", test.deployment.sent, test.sent)
			}
			if got := len(New(dir, here).Interrupted("audience", settings{"VIP"}, nil)); got != 0 != test.fails {
				t.Errorf("there are %d notes", got)
			}
		})
	}
}

// killed leaves what a process leaves that is killed during a request: a note, and perhaps an object.
func killed(t *testing.T, dir string, d *deployment, carriedOut bool) {
	t.Helper()
	leave(t, New(dir, here), noteOf(t, "VIP", time.Now()))
	if carriedOut {
		d.made = append(d.made, Object{int64(len(d.made) + 1), time.Now()})
	}
}

func TestNextRunTakesUpWhatAKilledOneHasMade(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		carriedOut bool
		objects    int
	}{"carried out": {true, 1}, "not carried out": {false, 1}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, d := t.TempDir(), &deployment{}
			killed(t, dir, d, test.carriedOut)
			if err := New(dir, here).Once(t.Context(), d.request()); err != nil {
				t.Fatal(err)
			}
			if len(d.made) != test.objects {
				t.Errorf("there are %d objects", len(d.made))
			}
			if left := files(t, requests(dir)); len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
			// The next one of equal settings is another one.
			if err := New(dir, here).Once(t.Context(), d.request()); err != nil || len(d.made) != 2 {
				t.Errorf("%d objects, %v", len(d.made), err)
			}
		})
	}
}

func TestWhatIsNotSurelyItsOwnIsNotTakenUp(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for name, test := range map[string]struct {
		there     []Object
		held      []Object
		ambiguous bool
		sent      int
	}{
		"made before":           {[]Object{{1, now.Add(-time.Minute)}}, nil, false, 1},
		"made long after":       {[]Object{{1, now.Add(10 * time.Minute)}}, nil, false, 1},
		"held by a resource":    {[]Object{{1, now}}, []Object{{1, now}}, false, 1},
		"one of two":            {[]Object{{1, now}, {2, now}}, nil, true, 0},
		"one of two is another": {[]Object{{1, now}, {2, now}}, []Object{{2, now}}, false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, d := t.TempDir(), &deployment{made: test.there}
			leave(t, New(dir, here), noteOf(t, "VIP", now))
			New(dir, here).Held("audience", test.held...)
			err := New(dir, here).Once(t.Context(), d.request())
			_, ambiguous := errors.AsType[*AmbiguousError](err)
			unanswered, _ := errors.AsType[*UnansweredError](err)
			if ambiguous != test.ambiguous || (unanswered != nil) != ambiguous || d.sent != test.sent {
				t.Errorf("sent %d times, %v", d.sent, err)
			}
			if ambiguous && unanswered.File == "" {
				t.Error("the error names no note")
			}
		})
	}
}

func TestWithoutALookTheNextRunStops(t *testing.T) {
	t.Parallel()
	dir, d := t.TempDir(), &deployment{lose: always(true, true)}
	create := d.request()
	create.Look = nil
	if err := New(dir, here).Once(t.Context(), create); !talonone.IsOutcomeUnknown(err) {
		t.Errorf("got %v", err)
	}
	for range 2 {
		err := New(dir, here).Once(t.Context(), create)
		if _, ok := errors.AsType[*UnansweredError](err); !ok {
			t.Errorf("got %v", err)
		}
	}
	if d.sent != 1 {
		t.Errorf("sent %d times", d.sent)
	}
}

func TestEqualCreatesRunOneAfterTheOther(t *testing.T) {
	t.Parallel()
	d := &deployment{lose: func(request int) (bool, bool) { return request%2 == 0, true }}
	var running atomic.Int32
	create := d.request()
	create.Send = func(ctx context.Context) error {
		if running.Add(1) > 1 {
			t.Error("two at a time")
		}
		defer running.Add(-1)
		return d.create(ctx)
	}
	j := New(t.TempDir(), here)
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			if err := j.Once(t.Context(), create); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if len(d.made) != 6 || len(d.claimed) != 6 {
		t.Errorf("%d objects, %d of them claimed", len(d.made), len(d.claimed))
	}
}

// What this run has made before is not what an interrupted request has left.
func TestObjectsKnownBeforeAreNotTakenUp(t *testing.T) {
	t.Parallel()
	dir, d := t.TempDir(), &deployment{lose: func(request int) (bool, bool) { return request == 2, request != 2 }}
	j := New(dir, here)
	create := d.request()
	if err := j.Once(t.Context(), create); err != nil {
		t.Fatal(err)
	}
	j.Know("audience", settings{"VIP"}, d.made[0])
	create.Look = nil
	if err := j.Once(t.Context(), create); !talonone.IsOutcomeUnknown(err) {
		t.Fatalf("got %v", err)
	}
	d.claimed = nil // The next process knows nothing.
	if err := New(dir, here).Once(t.Context(), d.request()); err != nil || len(d.made) != 2 {
		t.Errorf("%d objects, %v", len(d.made), err)
	}
}

// batch creates rows in requests of two.
func batch(d *deployment, rows []string, has map[string]bool) Create {
	missing := func() []string {
		return slices.DeleteFunc(slices.Clone(rows), func(row string) bool { return has[row] })
	}
	var inFlight []string
	at := make(map[string]time.Time)
	create := d.request()
	create.Rows, create.Left = rows, func() int { return len(missing()) }
	create.Send = func(context.Context) error {
		for part := range slices.Chunk(missing(), 2) {
			inFlight = part
			d.sent++
			lost, carriedOut := d.lose(d.sent)
			for _, row := range part {
				if carriedOut {
					at[row] = time.Now()
					d.made = append(d.made, Object{})
				}
				has[row] = has[row] || carriedOut && !lost
			}
			if lost {
				return &talonone.OutcomeUnknownError{Operation: "create", Err: errors.New("reset")}
			}
		}
		return nil
	}
	create.Look = func(_ context.Context, period Period) (bool, error) {
		for row, made := range at {
			if period.Has(row) && period.Contains(0, made) {
				has[row] = true
			}
		}
		return !slices.ContainsFunc(inFlight, func(row string) bool { return !has[row] }), nil
	}
	return create
}

func TestBatchGoesOnAfterALostResponse(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(int) (bool, bool){
		"carried out":     func(int) (bool, bool) { return true, true },
		"not carried out": func(request int) (bool, bool) { return request%2 == 1, request%2 == 0 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, d := t.TempDir(), &deployment{lose: lose}
			if err := New(dir, here).Once(t.Context(), batch(d, []string{"a", "b", "c", "d", "e"}, map[string]bool{})); err != nil {
				t.Fatal(err)
			}
			if len(d.made) != 5 {
				t.Errorf("there are %d objects, want 5", len(d.made))
			}
			if left := files(t, requests(dir)); len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// Where a part of a batch has been made and no state holds it, the next run finds it.
func TestBatchThatFailedIsKept(t *testing.T) {
	t.Parallel()
	dir, d := t.TempDir(), &deployment{lose: func(request int) (bool, bool) { return request == 2, request != 2 }}
	create := batch(d, []string{"a", "b", "c"}, map[string]bool{})
	send := create.Send
	create.Send = func(ctx context.Context) error {
		if send(ctx) != nil {
			return errors.New("refused")
		}
		return nil
	}
	if err := New(dir, here).Once(t.Context(), create); err == nil {
		t.Fatal("it was not refused")
	}
	if got := New(dir, here).Interrupted("audience", settings{"VIP"}, []string{"a"}); len(got) != 1 {
		t.Errorf("there are the notes %v", got)
	}
}
