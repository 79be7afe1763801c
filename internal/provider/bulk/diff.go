package bulk

import (
	"iter"
	"slices"
	"strings"
)

// Changes names, sorted, the keys that a set of objects must gain, replace and lose.
type Changes struct {
	Added, Updated, Removed []string
}

// Empty tells whether nothing has to be done.
func (c Changes) Empty() bool {
	return len(c.Added)+len(c.Updated)+len(c.Removed) == 0
}

// Diff compares what is with what shall be, by key. Objects that equal calls the same are in none of the lists. It
// takes linear time, and memory only for the keys that change.
func Diff[V any](current, desired map[string]V, equal func(current, desired V) bool) Changes {
	var c Changes
	for key, want := range desired {
		have, exists := current[key]
		switch {
		case !exists:
			c.Added = append(c.Added, key)
		case !equal(have, want):
			c.Updated = append(c.Updated, key)
		}
	}
	for key := range current {
		if _, wanted := desired[key]; !wanted {
			c.Removed = append(c.Removed, key)
		}
	}
	slices.Sort(c.Added)
	slices.Sort(c.Updated)
	slices.Sort(c.Removed)
	return c
}

// Requests is how many requests of at most size objects carry n objects.
func Requests(n, size int) int {
	return (n + size - 1) / size
}

// KeySet is a set of keys that remembers where each came from. A million keys of 15 bytes take about 60 MB.
type KeySet struct {
	places map[string]uint32
}

// seen marks a key that Compare has met; the other bits are the key's place.
const seen = 1 << 31

// Add puts a key into the set. place is a line number or another ordinal below 2^31. A key that is there already stays
// as it is, and its place is returned with added false.
func (s *KeySet) Add(key []byte, place int) (first int, added bool) {
	if s.places == nil {
		s.places = make(map[string]uint32)
	}
	if old, exists := s.places[string(key)]; exists {
		return int(old), false
	}
	s.places[string(key)] = uint32(place)
	return place, true
}

// Len is the number of keys in the set.
func (s *KeySet) Len() int {
	return len(s.places)
}

// All yields the keys in the order of their places.
func (s *KeySet) All() iter.Seq[string] {
	return slices.Values(s.inOrder(func(uint32) bool { return true }))
}

// Compare tells which keys of the set are missing in current, in the order of their places, and which keys of current
// are not in the set, sorted. current is read once and may yield a key more than once; its slices may be reused. The
// first error it yields ends the comparison and is returned: half a listing must not look like keys that have left.
func (s *KeySet) Compare(current iter.Seq2[[]byte, error]) (joining, leaving []string, err error) {
	defer func() {
		for key, place := range s.places {
			if place&seen != 0 {
				s.places[key] = place &^ seen
			}
		}
	}()
	for key, err := range current {
		if err != nil {
			return nil, nil, err
		}
		place, wanted := s.places[string(key)]
		switch {
		case !wanted:
			leaving = append(leaving, string(key))
		case place&seen == 0:
			s.places[string(key)] = place | seen
		}
	}
	slices.Sort(leaving)
	return s.inOrder(func(place uint32) bool { return place&seen == 0 }), slices.Compact(leaving), nil
}

func (s *KeySet) inOrder(chosen func(place uint32) bool) []string {
	var keys []string
	for key, place := range s.places {
		if chosen(place) {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, func(a, b string) int {
		if order := int(s.places[a]&^seen) - int(s.places[b]&^seen); order != 0 {
			return order
		}
		return strings.Compare(a, b)
	})
	return keys
}
