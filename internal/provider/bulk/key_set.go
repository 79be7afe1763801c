package bulk

import (
	"hash/maphash"
	"iter"
	"math/bits"
	"slices"
	"strings"
)

// KeySet is a set of keys in the order they came, or sorted. Texts share blocks of memory, and the index has no pointers: a
// million keys of 15 bytes take about 41 MB, and 31 MB sorted.
type KeySet struct {
	keys []string
	// places are where the keys came from, until Done.
	places []uint32
	// index is a hash table of places in keys, each one more than it is; 0 is free. At most three quarters are in use. A sorted
	// set gets it with the first look for a key.
	index []uint32
	block strings.Builder
}

// keySeed is that of all hashes of keys.
var keySeed = maphash.MakeSeed()

// blockSize is how much text of keys is kept in one piece.
const blockSize = 256 << 10

// Add puts a key into the set; place is a line number or another ordinal. A key that is there already stays as it is,
// and its place is returned with added false.
func (s *KeySet) Add(key []byte, place int) (first int, added bool) {
	if 4*len(s.keys) >= 3*len(s.index) {
		s.grow()
	}
	slot := s.slot(key)
	if i := s.index[slot]; i > 0 {
		return int(s.places[i-1]), false
	}
	s.keys = append(s.keys, s.keep(key))
	s.places = append(s.places, uint32(place)) //nolint:gosec // No file has as many lines.
	s.index[slot] = uint32(len(s.keys))        //nolint:gosec // Neither has a set as many keys.
	return place, true
}

// keep copies a key behind the others. A block never moves, so that its strings stay what they are while it fills.
func (s *KeySet) keep(key []byte) string {
	start := s.block.Len()
	if start+len(key) > s.block.Cap() {
		s.block, start = strings.Builder{}, 0
		size := blockSize
		if len(s.index) <= 1<<10 {
			size = 0
		}
		s.block.Grow(max(size, len(key)))
	}
	s.block.Write(key)
	return s.block.String()[start:]
}

// slot is where the index has the key, or has room for it.
func (s *KeySet) slot(key []byte) int {
	mask := len(s.index) - 1
	slot := int(maphash.Bytes(keySeed, key)) & mask //nolint:gosec // Any bits will do.
	for s.index[slot] > 0 && s.keys[s.index[slot]-1] != string(key) {
		slot = (slot + 1) & mask
	}
	return slot
}

func (s *KeySet) grow() { s.makeIndex(max(16, 2*len(s.index))) }

func (s *KeySet) makeIndex(size int) {
	s.index = make([]uint32, size)
	mask := len(s.index) - 1
	for i, key := range s.keys {
		slot := int(maphash.String(keySeed, key)) & mask //nolint:gosec // As above.
		for s.index[slot] > 0 {
			slot = (slot + 1) & mask
		}
		s.index[slot] = uint32(i + 1)
	}
}

// Keys returns the keys in the order they came, or sorted after Sort. They must not be changed.
func (s *KeySet) Keys() []string { return s.keys }

// Done ends the adding: the places, which only tell of repeated keys, are forgotten.
func (s *KeySet) Done() { s.places = nil }

// Sort sorts the keys. It ends the adding.
func (s *KeySet) Sort() {
	s.Done()
	slices.Sort(s.keys)
	s.index = nil
}

// Comparison is what has been seen of a listing, beside a set.
type Comparison struct {
	set     *KeySet
	present []bool
	others  []string
}

// Comparison begins to compare the set with a listing.
func (s *KeySet) Comparison() *Comparison {
	return &Comparison{set: s, present: make([]bool, len(s.keys))}
}

// See takes a key of the listing. It may come more than once, and its slice may be reused.
func (c *Comparison) See(key []byte) {
	if len(c.set.keys) > 0 {
		if c.set.index == nil {
			c.set.makeIndex(1 << bits.Len(uint(4*len(c.set.keys)/3)))
		}
		if i := c.set.index[c.set.slot(key)]; i > 0 {
			c.present[i-1] = true
			return
		}
	}
	c.others = append(c.others, string(key))
}

// Missing lists, sorted, the keys of the set that have not been seen.
func (c *Comparison) Missing() []string { return c.listed(false) }

// Present lists, sorted, the keys of the set that have been seen.
func (c *Comparison) Present() []string { return c.listed(true) }

func (c *Comparison) listed(present bool) (keys []string) {
	count := 0
	for _, is := range c.present {
		if is == present {
			count++
		}
	}
	keys = slices.Grow(keys, count)
	for i, key := range c.set.keys {
		if c.present[i] == present {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// Others lists, sorted, the keys that have been seen and that the set lacks.
func (c *Comparison) Others() []string {
	slices.Sort(c.others)
	return slices.Compact(c.others)
}

// Seen yields the keys that have been seen, those of the set once.
func (c *Comparison) Seen() iter.Seq[string] {
	return func(yield func(string) bool) {
		for i, key := range c.set.keys {
			if c.present[i] && !yield(key) {
				return
			}
		}
		for _, key := range c.others {
			if !yield(key) {
				return
			}
		}
	}
}

// Differences are Missing and Others.
func (c *Comparison) Differences() (missing, others []string) { return c.Missing(), c.Others() }

// Compare compares the set with a whole listing.
func (s *KeySet) Compare(current iter.Seq[[]byte]) *Comparison {
	c := s.Comparison()
	for key := range current {
		c.See(key)
	}
	return c
}
