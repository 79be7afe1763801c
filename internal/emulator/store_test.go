package emulator

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"
)

type thing struct {
	ID int64 `json:"id"`
}

func (t *thing) entityID() int64 { return t.ID }

// The table is compared with a plain map through many random changes.
func TestTableKeepsOrderThroughDeletions(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // reproducible on purpose
	var got table[*thing]
	want := map[int64]bool{}
	for range 5000 {
		id := random.Int64N(400)
		if want[id] {
			delete(want, id)
			if !got.remove(id) {
				t.Fatalf("%d could not be deleted", id)
			}
		} else if id%4 != 3 || random.IntN(2) == 0 {
			if _, there := got.get(id); there {
				t.Fatalf("%d is there", id)
			}
			want[id] = true
			got.add(&thing{id})
		}
		if got.remove(1000) {
			t.Fatal("deleted what was never there")
		}
	}
	ids := func(tab *table[*thing]) []int64 {
		var ids []int64
		for row := range tab.all() {
			ids = append(ids, row.ID)
		}
		return ids
	}
	if !slices.Equal(ids(&got), sortedKeys(want)) || got.count() != len(want) {
		t.Errorf("got %v, want %v", ids(&got), sortedKeys(want))
	}
	for id := range want {
		if row, ok := got.get(id); !ok || row.ID != id {
			t.Errorf("%d is missing", id)
		}
	}
	saved, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	var loaded table[*thing]
	if err := json.Unmarshal(saved, &loaded); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(ids(&loaded), ids(&got)) {
		t.Errorf("loaded %v, want %v", ids(&loaded), ids(&got))
	}
	if len(got.list()) != got.count() || got.dead != 0 {
		t.Error("list holds deleted rows")
	}
}

func TestMemberSetIsAlwaysInOrder(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4)) //nolint:gosec // reproducible on purpose
	var got memberSet
	want := map[int64]bool{}
	for range 3000 {
		id := random.Int64N(100)
		if want[id] {
			delete(want, id)
			if !got.remove(id) || got.remove(id) {
				t.Fatalf("%d is not removed exactly once", id)
			}
		} else {
			want[id] = true
			if !got.add(id) || got.add(id) {
				t.Fatalf("%d is not added exactly once", id)
			}
		}
		if random.IntN(3) == 0 && !slices.Equal(got.list(), sortedKeys(want)) {
			t.Fatalf("got %v, want %v", got.list(), sortedKeys(want))
		}
	}
	if got.count() != len(want) {
		t.Errorf("%d members, want %d", got.count(), len(want))
	}
}
