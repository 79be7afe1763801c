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
	present, others := s.look(current, true)
	for i, key := range s.keys {
		if !present[i] {
			missing = append(missing, key)
		}
	}
	slices.Sort(missing)
	return missing, others
}

// Others is the second part of Compare, without time and memory for the first.
func (s *KeySet) Others(current iter.Seq[[]byte]) []string {
	_, others := s.look(current, true)
	return others
}

// Present lists, sorted, which keys of the set are in current.
func (s *KeySet) Present(current iter.Seq[[]byte]) []string {
	present, _ := s.look(current, false)
	var keys []string
	for i, key := range s.keys {
		if present[i] {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

func (s *KeySet) look(current iter.Seq[[]byte], wantOthers bool) (present []bool, others []string) {
	present = make([]bool, len(s.keys))
	for key := range current {
		if i, listed := s.index[string(key)]; listed {
			present[i] = true
		} else if wantOthers {
			others = append(others, string(key))
		}
	}
	slices.Sort(others)
	return present, slices.Compact(others)
}
