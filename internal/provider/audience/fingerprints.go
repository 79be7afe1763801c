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

// fingerprintBits is the length of a fingerprint. A member of others is taken for one of n own ones with a chance of n in
// 7e16. Eight bits more would add 1.3 MB to the state of a million members, eight less would make the chance 256 times
// higher.
const fingerprintBits = 56

// fingerprint is the first bits of the SHA-256 of a member's ID, by which the state remembers it.
type fingerprint uint64

func fingerprintOf(sum [sha256.Size]byte) fingerprint {
	return fingerprint(binary.BigEndian.Uint64(sum[:]) >> (64 - fingerprintBits))
}

// key stands for the member in a plan.
func (f fingerprint) key() string { return fmt.Sprintf("fingerprint %014x", uint64(f)) }

// fingerprints is a set in ascending order.
type fingerprints []fingerprint

func fingerprintsOf(ids []string) fingerprints {
	found := make(fingerprints, len(ids))
	for i, id := range ids {
		found[i] = fingerprintOf(sha256.Sum256([]byte(id)))
	}
	return found.sorted()
}

// sorted makes any list of fingerprints a set.
func (f fingerprints) sorted() fingerprints {
	slices.Sort(f)
	return slices.Compact(f)
}

func (f fingerprints) has(x fingerprint) bool {
	_, found := slices.BinarySearch(f, x)
	return found
}

// encode writes the distances of neighbours in Rice coding: about 56 - log2(n) +
// 2 bits each, 4.8 bytes at a million.
func (f fingerprints) encode() []byte {
	out := bitWriter{bytes: binary.AppendUvarint(nil, uint64(len(f)))}
	low := lowBits(len(f))
	before := fingerprint(0)
	for _, x := range f {
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

func decodeFingerprints(data []byte) (fingerprints, error) {
	count, header := binary.Uvarint(data)
	if header <= 0 || count > uint64(len(data))*8 {
		return nil, errors.New("the list of fingerprints is damaged")
	}
	in := bitReader{bytes: data[header:]}
	low := lowBits(int(count)) //nolint:gosec // It is at most eight times the length of data.
	found := make(fingerprints, 0, count)
	before := fingerprint(0)
	for range count {
		var high uint64
		for in.read(1) == 1 {
			high++
		}
		before += fingerprint(high<<low | in.read(low))
		found = append(found, before)
	}
	if in.exhausted {
		return nil, errors.New("the list of fingerprints ends early")
	}
	return found, nil
}

// lowBits is how many bits of a distance are written as they are.
func lowBits(count int) int {
	return max(0, fingerprintBits-bits.Len(uint(count)))
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

// managedSet is what the state of an additive resource remembers of its members where no attribute lists them: their
// fingerprints, or their IDs where no Management key could find the IDs again.
type managedSet struct {
	fingerprints fingerprints
	ids          []string
}

const (
	managedSetVersion = "1:"

	keptFingerprints = 1
	keptIDs          = 2
)

// encode is the text that the state keeps.
func (m managedSet) encode() string {
	data := append([]byte{keptFingerprints}, m.fingerprints.encode()...)
	if m.ids != nil {
		data = append([]byte{keptIDs}, packIDs(m.ids)...)
	}
	return managedSetVersion + base64.RawStdEncoding.EncodeToString(data)
}

var errManagedSet = errors.New("managed_set of the state is not one that this version of the provider has written")

func decodeManagedSet(text string) (m managedSet, err error) {
	encoded, ok := strings.CutPrefix(text, managedSetVersion)
	data, err := base64.RawStdEncoding.DecodeString(encoded)
	if !ok || err != nil || len(data) == 0 {
		return managedSet{}, errManagedSet
	}
	switch data[0] {
	case keptFingerprints:
		m.fingerprints, err = decodeFingerprints(data[1:])
	case keptIDs:
		m.ids, err = unpackIDs(data[1:])
	default:
		err = errManagedSet
	}
	return m, err
}

// packIDs compresses IDs, each behind its length, in order, so that neighbours share most of their text.
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
		return nil, errManagedSet
	}
	ids := []string{}
	for len(text) > 0 {
		length, header := binary.Uvarint(text)
		if header <= 0 || length > uint64(len(text)-header) { //nolint:gosec // header is a part of text.
			return nil, errManagedSet
		}
		text = text[header:]
		ids = append(ids, string(text[:length]))
		text = text[length:]
	}
	return ids, nil
}
