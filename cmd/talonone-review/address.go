package main

import "strings"

func prefixed(module, address string) string {
	if module == "" {
		return address
	}
	return module + "." + address
}

// splitAddress cuts an address at its dots, but not at those in instance keys.
func splitAddress(address string) []string {
	var parts []string
	start := 0
	for i, inKey := 0, keyScanner(); i < len(address); i++ {
		if !inKey(address[i]) && address[i] == '.' {
			parts = append(parts, address[start:i])
			start = i + 1
		}
	}
	return append(parts, address[start:])
}

// keyScanner tells, byte by byte, what lies in an instance key such as ["a.b"], brackets included.
func keyScanner() func(b byte) bool {
	inBrackets, inString, escaped := false, false, false
	return func(b byte) bool {
		within := inBrackets || b == '['
		switch {
		case escaped:
			escaped = false
		case inString && b == '\\':
			escaped = true
		case b == '"':
			inString = !inString
		case !inString && b == '[':
			inBrackets = true
		case !inString && b == ']':
			inBrackets = false
		}
		return within
	}
}

// splitKey cuts the instance key off a name: name["key"].
func splitKey(step string) (name, key string) {
	if i := strings.IndexByte(step, '['); i >= 0 {
		return step[:i], step[i:]
	}
	return step, ""
}

// configAddress is an address without instance keys, as the configuration knows it.
func configAddress(address string) string {
	return mapKeys(address, func(string) string { return "" })
}

// maskKeys hides the texts in an address's instance keys, which may be integration IDs or e-mail addresses. Numbers stay.
func maskKeys(address string) string {
	return mapKeys(address, func(key string) string {
		if strings.HasPrefix(key, `["`) {
			return "[…]"
		}
		return key
	})
}

func mapKeys(address string, transform func(key string) string) string {
	var result, key strings.Builder
	inKey := keyScanner()
	for i := range len(address) {
		if inKey(address[i]) {
			key.WriteByte(address[i])
			continue
		}
		if key.Len() > 0 {
			result.WriteString(transform(key.String()))
			key.Reset()
		}
		result.WriteByte(address[i])
	}
	if key.Len() > 0 {
		result.WriteString(transform(key.String()))
	}
	return result.String()
}

// moduleNames are the names along a module's address without keys: module.a.module.b.
func moduleNames(address string) []string {
	var names []string
	for i, step := range splitAddress(address) {
		if i%2 == 1 {
			names = append(names, step)
		}
	}
	return names
}

// splitModule cuts the innermost call off a module's address: its name with its key.
func splitModule(address string) (parent, call string) {
	steps := splitAddress(address)
	return strings.Join(steps[:len(steps)-2], "."), steps[len(steps)-1]
}
