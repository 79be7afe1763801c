package talonone

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"mime/multipart"
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

const (
	// membershipColumn is the header, and the only column, of exports and imports of members.
	membershipColumn = "profileintegrationid"
	// maxExportedID bounds one ID of an export, in bytes; it ends the reading of
	// what is not a list of IDs.
	maxExportedID = 64 << 10
	// maxExport bounds an export in memory, in bytes: what Talon.One advises for
	// an import. While it grows, twice as much is in use.
	maxExport = 512 << 20
	// keptMemberBytes bounds the exports that are kept for further readers, all
	// together.
	keptMemberBytes = 64 << 20
)

// errNoExport says that a response is not the documented CSV, and would not be
// when it was asked for again.
var errNoExport = errors.New("the response is not a membership export")

// MemberIDs is a list of integration IDs, or of the items of a collection, in one piece of memory: about 4 bytes
// more than their text each. It is not changed once it is returned.
type MemberIDs struct {
	// SelfDelimited says that the response told its own end; otherwise a cut export
	// looks like a shorter one.
	SelfDelimited bool

	text []byte
	ends []uint32
	// spelling is how the reader of the list writes some of the IDs.
	spelling Spelling
	// count is how many there are, also where the list itself was not kept.
	count int
	// confirmed remembers that ConfirmExport found nothing behind the last one.
	confirmed atomic.Bool
}

// Len is the number of IDs.
func (m *MemberIDs) Len() int { return m.count }

// All yields the IDs in order. The slices must not be changed or kept.
func (m *MemberIDs) All() iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		start := uint32(0)
		for _, end := range m.ends {
			id := m.text[start:end:end]
			if written, folded := m.spelling[string(id)]; folded {
				id = []byte(written)
			}
			if !yield(id) {
				return
			}
			start = end
		}
	}
}

// Spelled is the list with the caller's IDs as the caller writes them, where the deployment has folded their case.
func (m *MemberIDs) Spelled(own []string) *MemberIDs {
	if m == nil {
		return nil
	}
	as := MemberIDs{SelfDelimited: m.SelfDelimited, text: m.text, ends: m.ends, count: m.count}
	if as.spelling = SpellingOf(own, as.All()); as.spelling == nil && m.spelling == nil {
		return m
	}
	return &as
}

// Folded says whether the deployment has folded the case of some of the IDs that Spelled was given.
func (m *MemberIDs) Folded() bool { return m != nil && len(m.spelling) > 0 }

func (m *MemberIDs) append(id []byte) {
	m.count++
	m.text = append(m.text, id...)
	m.ends = append(m.ends, uint32(len(m.text))) //nolint:gosec // readExport refuses longer lists.
}

func (m *MemberIDs) size() int { return len(m.text) + 4*len(m.ends) }

// readExport reads the one-column CSV of an export, and calls use for every ID, which is valid until use
// returns. Whether the
// deployment quotes is not documented: a field without quotes is taken as it
// stands, commas included, and a quoted one may hold line breaks of either kind,
// which encoding/csv would change. A missing header, an empty body and an open
// quote are errors, so that what was cut is never taken for a shorter list.
func readExport(body io.Reader, column string, use func(id []byte)) error {
	in := bufio.NewReaderSize(body, 256<<10)
	if mark, _ := in.Peek(3); bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		_, _ = in.Discard(3)
	}
	record := exportRecord{in: in}
	header, err := record.next()
	switch {
	case errors.Is(err, io.EOF):
		return fmt.Errorf("it is empty, without even a header: %w", io.ErrUnexpectedEOF)
	case err != nil:
		return err
	case !strings.EqualFold(string(header), column):
		if strings.HasPrefix(column, string(header)) {
			return fmt.Errorf("it ends within its header: %w", io.ErrUnexpectedEOF)
		}
		return fmt.Errorf("%w: it does not begin with the line %s, as every export does", errNoExport, column)
	}
	length := 0
	for {
		id, err := record.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if length += len(id) + 4; length > maxExport {
			return fmt.Errorf("%w: it is longer than %d MiB", errNoExport, maxExport>>20)
		}
		use(id)
	}
}

// exportRecord reads the records of a one-column CSV.
type exportRecord struct {
	in   *bufio.Reader
	long []byte
}

// next returns the next record that is not blank, valid until the next call; io.EOF behind the last.
func (r *exportRecord) next() ([]byte, error) {
	for {
		line, err := r.line(nil)
		if err != nil {
			return nil, err
		}
		if line[0] == '"' {
			return r.quoted(line)
		}
		if line = withoutBreak(line); len(line) > 0 {
			return line, nil
		}
	}
}

// line reads up to and with the next line feed, or the end, behind what before
// holds. The result of io.EOF is never a line with text.
func (r *exportRecord) line(before []byte) ([]byte, error) {
	part, err := r.in.ReadSlice('\n')
	if err == nil && len(before) == 0 {
		return part, nil
	}
	line := before
	for {
		line = append(line, part...)
		if len(line) > maxExportedID {
			return nil, fmt.Errorf("%w: one ID is longer than %d bytes", errNoExport, maxExportedID)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			break
		}
		part, err = r.in.ReadSlice('\n')
	}
	if errors.Is(err, io.EOF) && len(line) > len(before) {
		err = nil
	}
	return line, err
}

// quoted reads on to the closing quote.
func (r *exportRecord) quoted(line []byte) ([]byte, error) {
	r.long = append(r.long[:0], line...)
	for !closed(r.long) {
		next, err := r.line(r.long)
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("it ends within a quoted ID: %w", io.ErrUnexpectedEOF)
		}
		if err != nil {
			return nil, err
		}
		r.long = next
	}
	field := withoutBreak(r.long)
	inner := field[1 : len(field)-1]
	if bytes.IndexByte(inner, '"') < 0 {
		return inner, nil
	}
	kept := inner[:0]
	for i := 0; i < len(inner); i++ {
		kept = append(kept, inner[i])
		if inner[i] != '"' {
			continue
		}
		if i++; i == len(inner) || inner[i] != '"' {
			return nil, errors.New("a quote within a quoted ID is not doubled")
		}
	}
	return kept, nil
}

// closed says whether a record that begins with a quote ends with one: quotes
// inside are doubled, so all of them come in pairs.
func closed(record []byte) bool {
	field := withoutBreak(record)
	return len(field) > 1 && field[len(field)-1] == '"' && bytes.Count(field, []byte{'"'})%2 == 0
}

func withoutBreak(line []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(line, []byte{'\n'}), []byte{'\r'})
}

// uploadForm is the multipart form of an import. Its length is known, and its
// content is made while it is read.
type uploadForm struct {
	contentType string
	head, tail  string
	values      []string
	length      int
}

func newUploadForm(column string, values []string) *uploadForm {
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	header := textproto.MIMEHeader{}
	header.Set("Content-Disposition", `form-data; name="upFile"; filename="data.csv"`)
	header.Set("Content-Type", "text/csv")
	// Writing to a bytes.Buffer does not fail.
	_, _ = form.CreatePart(header)
	_, _ = b.WriteString(column + "\n")
	head := b.String()
	_ = form.Close()
	f := &uploadForm{contentType: form.FormDataContentType(), head: head, tail: b.String()[len(head):], values: values}
	f.length = len(f.head) + len(f.tail)
	for _, id := range f.values {
		f.length += fieldLength(id) + 1
	}
	return f
}

func (f *uploadForm) open() io.Reader {
	return &formReader{form: f, pending: []byte(f.head), rest: f.values}
}

// formReader writes the form in pieces.
type formReader struct {
	form    *uploadForm
	pending []byte
	rest    []string
	buffer  []byte
	ended   bool
}

// Len is the length of the whole form, which retryablehttp announces.
func (r *formReader) Len() int { return r.form.length }

func (r *formReader) Read(p []byte) (int, error) {
	if len(r.pending) == 0 && !r.fill() {
		return 0, io.EOF
	}
	n := copy(p, r.pending)
	r.pending = r.pending[n:]
	return n, nil
}

// fill makes the next piece; false when there is none.
func (r *formReader) fill() bool {
	const piece = 32 << 10
	r.buffer = r.buffer[:0]
	for len(r.rest) > 0 && len(r.buffer) < piece {
		r.buffer = append(appendField(r.buffer, r.rest[0]), '\n')
		r.rest = r.rest[1:]
	}
	if len(r.buffer) == 0 && !r.ended {
		r.buffer = append(r.buffer, r.form.tail...)
		r.ended = true
	}
	r.pending = r.buffer
	return len(r.pending) > 0
}

func needsQuotes(id string) bool {
	return id == "" || strings.ContainsAny(id, "\",\r\n") || strings.TrimSpace(id) != id
}

func fieldLength(id string) int {
	if !needsQuotes(id) {
		return len(id)
	}
	return len(id) + strings.Count(id, `"`) + 2
}

// appendField appends an ID as a CSV field, by RFC 4180.
func appendField(dst []byte, id string) []byte {
	if !needsQuotes(id) {
		return append(dst, id...)
	}
	dst = append(dst, '"')
	dst = append(dst, strings.ReplaceAll(id, `"`, `""`)...)
	return append(dst, '"')
}

// memberCache keeps exports, by audience ID, up to keptMemberBytes together. The
// zero value is ready to use.
type memberCache struct {
	mu    sync.Mutex
	lists map[int64]*cached[*MemberIDs]
	sizes map[int64]int
	total int
	// asked are the audiences that were asked for some members since the last write.
	asked map[int64]bool
}

// askedBefore says whether it was called for the audience since the last write.
func (m *memberCache) askedBefore(audienceID int64) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	before := m.asked[audienceID]
	if m.asked == nil {
		m.asked = make(map[int64]bool)
	}
	m.asked[audienceID] = true
	return before
}

func (m *memberCache) get(ctx context.Context, audienceID int64, load func(context.Context) (*MemberIDs, error)) (*MemberIDs, error) {
	m.mu.Lock()
	if m.lists == nil {
		m.lists, m.sizes = make(map[int64]*cached[*MemberIDs]), make(map[int64]int)
	}
	list, ok := m.lists[audienceID]
	if !ok {
		list = &cached[*MemberIDs]{}
		m.lists[audienceID] = list
	}
	m.mu.Unlock()
	members, err := list.get(ctx, load)
	if err == nil {
		m.keep(audienceID, members.size())
	}
	return members, err
}

// peek returns the list that get would return without loading one; nil when there is none.
func (m *memberCache) peek(audienceID int64) *MemberIDs {
	m.mu.Lock()
	list := m.lists[audienceID]
	m.mu.Unlock()
	if list == nil {
		return nil
	}
	list.mu.Lock()
	defer list.mu.Unlock()
	if !list.loaded {
		return nil
	}
	return list.value
}

// keep accounts for a list, and lets all others go when there is no more room.
func (m *memberCache) keep(audienceID int64, size int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.total += size - m.sizes[audienceID]
	m.sizes[audienceID] = size
	for id, list := range m.lists {
		if m.total <= keptMemberBytes {
			return
		}
		if id != audienceID || size > keptMemberBytes {
			list.drop()
			m.total -= m.sizes[id]
			delete(m.sizes, id)
		}
	}
}

// dropAll drops the lists of all audiences.
func (m *memberCache) dropAll() {
	m.mu.Lock()
	ids := slices.Collect(maps.Keys(m.lists))
	m.mu.Unlock()
	for _, id := range ids {
		m.drop(id)
	}
}

func (m *memberCache) drop(audienceID int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.asked, audienceID)
	if list, ok := m.lists[audienceID]; ok {
		list.drop()
		m.total -= m.sizes[audienceID]
		delete(m.sizes, audienceID)
	}
}
