package catalog

import (
	"errors"
	"iter"
	"slices"
	"sort"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
)

// managedText is a text of managed_items, read where it stands: a million items are compared by their texts, and only those
// that differ are decoded.
type managedText struct {
	text string
	// starts are where its members begin, in the order of their SKUs.
	starts []uint32
}

var errManaged = errors.New("managed_items of the state is not what this version of the provider has written")

// readManaged reads managed_items with about count items.
func readManaged(text string, count int) (managedText, error) {
	t := managedText{text: text}
	if count = min(count, len(text)); count > 0 {
		t.starts = make([]uint32, 0, count)
	}
	dec := jsontext.NewDecoder(strings.NewReader(text), jsontext.AllowDuplicateNames(true))
	if token, err := dec.ReadToken(); err != nil || token.Kind() != '{' {
		return t, errManaged
	}
	// Members follow each other without blanks, as they are written.
	next, last := int64(1), ""
	for dec.PeekKind() == '"' {
		name, err := dec.ReadValue()
		if err != nil || dec.InputOffset() != next+int64(len(name)) {
			return t, errManaged
		}
		t.starts = append(t.starts, uint32(next))
		value, err := dec.ReadValue()
		if err != nil || dec.InputOffset() != next+int64(len(name)+1+len(value)) {
			return t, errManaged
		}
		next += int64(len(name) + 1 + len(value) + 1)
		sku, _ := splitMember(text[t.starts[len(t.starts)-1]:])
		if len(t.starts) > 1 && sku < last {
			return t, errManaged
		}
		last = sku
	}
	if token, err := dec.ReadToken(); err != nil || token.Kind() != '}' {
		return t, errManaged
	}
	return t, nil
}

// splitMember divides a text that begins with a member of an object, such as "SKU1":{}.
func splitMember(text string) (sku, rest string) {
	end := 1 + strings.IndexByte(text[1:], '"')
	if strings.IndexByte(text[:end], '\\') < 0 {
		return text[1:end], text[end+2:]
	}
	for end = 1; text[end] != '"'; end++ {
		if text[end] == '\\' {
			end++
		}
	}
	// What has been read is valid.
	unquoted, _ := jsontext.AppendUnquote(nil, text[:end+1])
	return string(unquoted), text[end+2:]
}

func (t managedText) len() int { return len(t.starts) }

// member is an item by its number.
func (t managedText) member(i int) (sku, value string) {
	return splitMember(t.text[t.starts[i]:t.end(i)])
}

// end is where a member ends.
func (t managedText) end(i int) uint32 {
	if i+1 < len(t.starts) {
		return t.starts[i+1] - 1
	}
	return uint32(len(t.text) - 1) //nolint:gosec // No state is as long.
}

func (t managedText) sku(i int) string {
	sku, _ := splitMember(t.text[t.starts[i]:])
	return sku
}

// skus yields the SKUs, sorted.
func (t managedText) skus() iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range t.starts {
			if !yield(t.sku(i)) {
				return
			}
		}
	}
}

// listed are the SKUs, sorted.
func (t managedText) listed() []string {
	return slices.AppendSeq(make([]string, 0, t.len()), t.skus())
}

func (t managedText) find(sku string) (int, bool) {
	return sort.Find(t.len(), func(i int) int { return strings.Compare(sku, t.sku(i)) })
}

// digest is that of the SKUs.
func (t managedText) digest() (digest bulk.Digest) {
	for sku := range t.skus() {
		digest.Add([]byte(sku))
	}
	return digest
}

// item decodes the text of an item.
func itemOf(value string) (Item, error) {
	items, err := parseManaged(`{"":` + value + `}`)
	return items[""], err
}

// differences are those items of two texts of digests that differ, or that one of them lacks, as each of them has them.
func (t managedText) differences(other managedText) (these, others Items, err error) {
	these, others = make(Items), make(Items)
	note := func(in Items, sku, value string) {
		item, fault := itemOf(value)
		in[strings.Clone(sku)], err = item, errors.Join(err, fault)
	}
	i, j := 0, 0
	for i < t.len() && j < other.len() {
		if t.text[t.starts[i]:t.end(i)] == other.text[other.starts[j]:other.end(j)] {
			i, j = i+1, j+1
			continue
		}
		sku, value := t.member(i)
		otherSKU, otherValue := other.member(j)
		order := strings.Compare(sku, otherSKU)
		if order <= 0 {
			note(these, sku, value)
			i++
		}
		if order >= 0 {
			note(others, otherSKU, otherValue)
			j++
		}
	}
	for ; i < t.len(); i++ {
		sku, value := t.member(i)
		note(these, sku, value)
	}
	for ; j < other.len(); j++ {
		sku, value := other.member(j)
		note(others, sku, value)
	}
	return these, others, err
}

// with is the text without some of its items, and with others.
func (t managedText) with(gone func(i int, sku string) bool, put Items, detail string) managedText {
	skus := put.SKUs()
	w := managedWriter{detail: detail}
	w.text.Grow(len(t.text) + 160*len(put))
	for i := range t.starts {
		sku := t.sku(i)
		for len(skus) > 0 && skus[0] < sku {
			w.add(skus[0], put[skus[0]])
			skus = skus[1:]
		}
		if !gone(i, sku) {
			w.addMember(t.text[t.starts[i]:t.end(i)])
		}
	}
	for _, sku := range skus {
		w.add(sku, put[sku])
	}
	return w.done()
}

// managedWriter writes a managedText.
type managedWriter struct {
	detail  string
	text    strings.Builder
	starts  []uint32
	scratch []byte
}

func (w *managedWriter) addMember(member string) {
	separator := byte(',')
	if len(w.starts) == 0 {
		separator = '{'
	}
	w.text.WriteByte(separator)
	w.starts = append(w.starts, uint32(w.text.Len())) //nolint:gosec // No state is as long.
	w.text.WriteString(member)
}

func (w *managedWriter) add(sku string, item Item) {
	if w.detail == detailKeys {
		item = item.digested()
	}
	w.scratch = item.AppendJSON(append(appendString(w.scratch[:0], sku), ':'))
	w.addMember(string(w.scratch))
}

func (w *managedWriter) done() managedText {
	if len(w.starts) == 0 {
		w.text.WriteByte('{')
	}
	w.text.WriteByte('}')
	return managedText{w.text.String(), w.starts}
}

// sorted is done for items by digest that have come in any order; false if a SKU is repeated.
func (w *managedWriter) sorted() (t managedText, ok bool) {
	t = w.done()
	if !slices.IsSortedFunc(t.starts, t.compareAt) {
		order := slices.Clone(t.starts)
		slices.SortFunc(order, t.compareAt)
		var in managedWriter
		in.text.Grow(len(t.text))
		in.starts = t.starts[:0]
		for _, start := range order {
			in.addMember(t.memberAt(start))
		}
		t = in.done()
	}
	for i := 1; i < t.len(); i++ {
		if t.sku(i-1) == t.sku(i) {
			return t, false
		}
	}
	return t, true
}

func (t managedText) compareAt(a, b uint32) int {
	left, _ := splitMember(t.text[a:])
	right, _ := splitMember(t.text[b:])
	return strings.Compare(left, right)
}

// memberAt is the member that begins somewhere and has a digest.
func (t managedText) memberAt(start uint32) string {
	_, rest := splitMember(t.text[start:])
	digest := 2 + strings.IndexByte(rest[1:], '"')
	return t.text[start : len(t.text)-len(rest)+digest]
}
