package bulk

import (
	"iter"
	"slices"
)

// KeySet is a set of keys in the order they came, each with the place it came from. A million keys of 15 bytes take
// about 100 MB.
type KeySet struct {
	index  map[string]int // into the two below
	keys   []string
	places []int
}

// Add puts a key into the set; place is a line number or another ordinal. A key that is there already stays as it is,
// and its place is returned with added false.
func (s *KeySet) Add(key []byte, place int) (first int, added bool) {
	if i, exists := s.index[string(key)]; exists {
		return s.places[i], false
	}
	if s.index == nil {
		s.index = make(map[string]int)
	}
	kept := string(key)
	s.index[kept] = len(s.keys)
	s.keys = append(s.keys, kept)
	s.places = append(s.places, place)
	return place, true
}

// Keys returns the keys in the order they came. They must not be changed.
func (s *KeySet) Keys() []string { return s.keys }

// Compare lists, sorted, which keys of the set are missing in current, and which keys of current are not in the set.
// current may yield a key more than once, and may reuse its slices.
func (s *KeySet) Compare(current iter.Seq[[]byte]) (missing, others []string) {
	missing = s.Missing(func(yield func([]byte) bool) {
		for key := range current {
			if _, listed := s.index[string(key)]; !listed {
				others = append(others, string(key))
			} else if !yield(key) {
				return
			}
		}
	})
	slices.Sort(others)
	return missing, slices.Compact(others)
}

// Missing is Compare without the others, and without memory for them.
func (s *KeySet) Missing(current iter.Seq[[]byte]) []string {
	present := make([]bool, len(s.keys))
	for key := range current {
		if i, listed := s.index[string(key)]; listed {
			present[i] = true
		}
	}
	var missing []string
	for i, key := range s.keys {
		if !present[i] {
			missing = append(missing, key)
		}
	}
	slices.Sort(missing)
	return missing
}
