package input

import (
	"maps"
	"slices"
)

// ObjectOf writes a JSON object of texts that are JSON themselves, in the order of the names.
func ObjectOf(members map[string]string) string {
	text := []byte{'{'}
	for i, name := range slices.Sorted(maps.Keys(members)) {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(AppendString(text, name), ':')
		text = append(text, members[name]...)
	}
	return string(append(text, '}'))
}
