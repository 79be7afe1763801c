package talonone

import (
	"iter"
	"slices"
	"strings"
)

// Spelling is how a caller writes keys that a deployment keeps in lower case: by the key as it is listed. Whether a deployment
// folds the case of integration IDs and SKUs is not documented.
type Spelling map[string]string

// SpellingOf compares the caller's keys with a listing. A deployment folds case where the listing has no capital at all, lacks a
// key of the caller's that has some, and has that key in lower case. nil where nothing is spelled otherwise.
func SpellingOf[K string | []byte](own []string, listed iter.Seq[K]) Spelling {
	if !slices.ContainsFunc(own, hasCapital) {
		return nil
	}
	empty := true
	for key := range listed {
		if empty = false; hasCapital(string(key)) {
			return nil
		}
	}
	if empty {
		return nil
	}
	folded := make(map[string]string)
	for _, key := range own {
		if lower := strings.ToLower(key); lower != key {
			if _, taken := folded[lower]; taken {
				key = "" // Two keys of the caller's: it can't be both.
			}
			folded[lower] = key
		}
	}
	for _, key := range own {
		if _, twin := folded[key]; twin {
			folded[key] = ""
		}
	}
	var found Spelling
	for key := range listed {
		if written := folded[string(key)]; written != "" {
			if found == nil {
				found = make(Spelling)
			}
			found[string(key)] = written
		}
	}
	return found
}

func hasCapital(key string) bool {
	for i := range len(key) {
		if c := key[i]; 'A' <= c && c <= 'Z' || c >= 0x80 {
			return strings.ToLower(key) != key
		}
	}
	return false
}

// Of is a listed key as the caller writes it.
func (s Spelling) Of(listed string) string {
	if written, found := s[listed]; found {
		return written
	}
	return listed
}

// Each spells keys as the caller writes them. It returns the list itself where there is nothing to change.
func (s Spelling) Each(listed []string) []string {
	if len(s) == 0 {
		return listed
	}
	keys := make([]string, len(listed))
	for i, key := range listed {
		keys[i] = s.Of(key)
	}
	return keys
}
