package audience

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"slices"
	"strings"
)

// markBits is the length of a mark. A member of others is taken for one of n own
// ones with a chance of n in 7e16. Eight bits more would add 1.3 MB to the state
// of a million members, eight less would make the chance 256 times higher.
const markBits = 56

// mark is a short fingerprint of a member's ID, by which the state remembers it.
type mark uint64

// fingerprint is a member's mark, and its part of a digest.
type fingerprint struct {
	mark   mark
	hi, lo uint64
}

func fingerprintOf(id []byte) fingerprint {
	sum := sha256.Sum256(id)
	hi := binary.BigEndian.Uint64(sum[:])
	return fingerprint{mark: mark(hi >> (64 - markBits)), hi: hi, lo: binary.BigEndian.Uint64(sum[8:])}
}

// setDigest is a fingerprint of a set of members that does not depend on their
// order: the sum of 128 bits of each one's SHA-256. The zero value is the empty set's.
type setDigest struct {
	count  int
	hi, lo uint64
}

func (d *setDigest) add(f fingerprint) {
	var carry uint64
	d.lo, carry = bits.Add64(d.lo, f.lo, 0)
	d.hi, _ = bits.Add64(d.hi, f.hi, carry)
	d.count++
}

func (d setDigest) String() string { return fmt.Sprintf("%016x%016x", d.hi, d.lo) }

func digestOf(ids []string) setDigest {
	var d setDigest
	for _, id := range ids {
		d.add(fingerprintOf([]byte(id)))
	}
	return d
}

// marks is a set of marks in ascending order.
type marks []mark

func marksOf(ids []string) marks {
	found := make(marks, len(ids))
	for i, id := range ids {
		found[i] = fingerprintOf([]byte(id)).mark
	}
	return found.sorted()
}

// sorted makes any list of marks a set.
func (m marks) sorted() marks {
	slices.Sort(m)
	return slices.Compact(m)
}

func (m marks) has(x mark) bool {
	_, found := slices.BinarySearch(m, x)
	return found
}

// without is the set difference.
func (m marks) without(other marks) marks {
	var kept marks
	for _, x := range m {
		for len(other) > 0 && other[0] < x {
			other = other[1:]
		}
		if len(other) == 0 || other[0] != x {
			kept = append(kept, x)
		}
	}
	return kept
}

func (m marks) union(other marks) marks {
	return append(slices.Clone(m), other...).sorted()
}

// encode writes the distances of neighbours in Rice coding: about 56 - log2(n) +
// 2 bits a mark, 4.8 bytes at a million.
func (m marks) encode() []byte {
	out := bitWriter{bytes: binary.AppendUvarint(nil, uint64(len(m)))}
	low := lowBits(len(m))
	before := mark(0)
	for _, x := range m {
		distance := uint64(x - before)
		before = x
		for range distance >> low {
			out.write(1, 1)
		}
		out.write(0, 1)
		out.write(distance&(1<<low-1), low)
	}
	return out.bytes
}

func decodeMarks(data []byte) (marks, error) {
	count, header := binary.Uvarint(data)
	if header <= 0 || count > uint64(len(data))*8 {
		return nil, errors.New("the list of marks is damaged")
	}
	in := bitReader{bytes: data[header:]}
	low := lowBits(int(count)) //nolint:gosec // It is at most eight times the length of data.
	found := make(marks, 0, count)
	before := mark(0)
	for range count {
		var high uint64
		for in.read(1) == 1 {
			high++
		}
		before += mark(high<<low | in.read(low))
		found = append(found, before)
	}
	if in.exhausted {
		return nil, errors.New("the list of marks ends early")
	}
	return found, nil
}

// lowBits is how many bits of a distance are written as they are.
func lowBits(count int) int {
	return max(0, markBits-bits.Len(uint(count)))
}

type bitWriter struct {
	bytes []byte
	free  int // bits of the last byte
}

func (w *bitWriter) write(value uint64, count int) {
	for count > 0 {
		if w.free == 0 {
			w.bytes = append(w.bytes, 0)
			w.free = 8
		}
		n := min(w.free, count)
		count -= n
		w.free -= n
		w.bytes[len(w.bytes)-1] |= byte(value>>count&(1<<n-1)) << w.free //nolint:gosec // n is at most 8.
	}
}

// bitReader reads zeros behind the end, and remembers that it did.
type bitReader struct {
	bytes     []byte
	at        int // in bits
	exhausted bool
}

func (r *bitReader) read(count int) uint64 {
	var value uint64
	for count > 0 {
		if r.at>>3 >= len(r.bytes) {
			r.exhausted = true
			return 0
		}
		left := 8 - r.at&7
		n := min(left, count)
		value = value<<n | uint64(r.bytes[r.at>>3]>>(left-n))&(1<<n-1)
		count -= n
		r.at += n
	}
	return value
}

// memory is what the state of an additive resource remembers beyond its
// attributes.
type memory struct {
	// kept are listed members that others had added: the resource never removes them.
	kept marks
	// listed are the listed members that were in the audience, where no attribute
	// lists them; as marks, or as IDs where no Management key could find the IDs
	// of marks again.
	listed    marks
	listedIDs []string
}

const (
	memoryVersion = "1:"

	listedNone  = 0
	listedMarks = 1
	listedIDs   = 2
)

// encode is the text that the state keeps; empty for an empty memory.
func (m memory) encode() string {
	if len(m.kept) == 0 && m.listed == nil && m.listedIDs == nil {
		return ""
	}
	kept := m.kept.encode()
	data := append(binary.AppendUvarint(nil, uint64(len(kept))), kept...)
	switch {
	case m.listedIDs != nil:
		data = append(append(data, listedIDs), packIDs(m.listedIDs)...)
	case m.listed != nil:
		data = append(append(data, listedMarks), m.listed.encode()...)
	default:
		data = append(data, listedNone)
	}
	return memoryVersion + base64.RawStdEncoding.EncodeToString(data)
}

var errMemory = errors.New("managed_set of the state is not one that this version of the provider has written")

func decodeMemory(text string) (memory, error) {
	if text == "" {
		return memory{}, nil
	}
	encoded, ok := strings.CutPrefix(text, memoryVersion)
	data, err := base64.RawStdEncoding.DecodeString(encoded)
	if !ok || err != nil {
		return memory{}, errMemory
	}
	length, header := binary.Uvarint(data)
	if header <= 0 || length >= uint64(len(data)-header) { //nolint:gosec // header is a part of data.
		return memory{}, errMemory
	}
	data = data[header:]
	var m memory
	if m.kept, err = decodeMarks(data[:length]); err != nil {
		return memory{}, err
	}
	kind, rest := data[length], data[length+1:]
	switch kind {
	case listedNone:
	case listedMarks:
		m.listed, err = decodeMarks(rest)
	case listedIDs:
		m.listedIDs, err = unpackIDs(rest)
		m.listed = marksOf(m.listedIDs)
	default:
		err = errMemory
	}
	return m, err
}

// packIDs compresses IDs, each behind its length, in order, so that neighbours
// share most of their text.
func packIDs(ids []string) []byte {
	var b bytes.Buffer
	// A known level and a buffer make no errors.
	out, _ := flate.NewWriter(&b, flate.DefaultCompression)
	var length []byte
	for _, id := range slices.Sorted(slices.Values(ids)) {
		length = binary.AppendUvarint(length[:0], uint64(len(id)))
		_, _ = out.Write(length)
		_, _ = io.WriteString(out, id)
	}
	_ = out.Close()
	return b.Bytes()
}

func unpackIDs(data []byte) ([]string, error) {
	text, err := io.ReadAll(flate.NewReader(bytes.NewReader(data)))
	if err != nil {
		return nil, errMemory
	}
	ids := []string{}
	for len(text) > 0 {
		length, header := binary.Uvarint(text)
		if header <= 0 || length > uint64(len(text)-header) { //nolint:gosec // header is a part of text.
			return nil, errMemory
		}
		text = text[header:]
		ids = append(ids, string(text[:length]))
		text = text[length:]
	}
	return ids, nil
}
