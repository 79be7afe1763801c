package input

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// maxRecord bounds one line or record. It is far above any real one, and low enough to refuse a huge file without
// line breaks, or with a forgotten quote, before it fills the memory.
const maxRecord = 1 << 20

// encodingOf finds an encoding by its WHATWG label, or by an IANA name, which old code pages have alone.
func encodingOf(name string) (encoding.Encoding, error) {
	if found, err := htmlindex.Get(name); err == nil && found != encoding.Replacement {
		return found, nil
	}
	if found, err := ianaindex.IANA.Encoding(name); err == nil && found != nil && found != encoding.Replacement {
		return found, nil
	}
	return nil, fmt.Errorf("there is no encoding %q: write a WHATWG name, such as utf-8, windows-1252, iso-8859-15, macintosh or utf-16le", name)
}

// lineReader gives a text line by line, decoded into UTF-8 and with the byte order mark removed. Each line ends with LF or
// CRLF, but for the last one; a CR alone has become LF. It refuses what can be no line of a text.
type lineReader struct {
	source io.Reader
	// encoding is the name of another encoding than UTF-8; "" otherwise.
	encoding string
	// quote lets fields hold line breaks; 0 where none does.
	quote byte

	buffer     []byte
	start, end int
	err        error // of the source, to be returned behind the buffer
	number     int   // of the line returned last
	inQuotes   bool  // at the start of the next line
	rest       []byte
}

func newLineReader(content io.Reader, name string) (*lineReader, error) {
	lines := &lineReader{buffer: make([]byte, 64<<10)}
	buffered := bufio.NewReader(content)
	start, _ := buffered.Peek(3)
	var decoder transform.Transformer
	switch {
	case bytes.HasPrefix(start, byteOrderMarks[0]):
		_, _ = buffered.Discard(3)
	case bytes.HasPrefix(start, byteOrderMarks[1]), bytes.HasPrefix(start, byteOrderMarks[2]):
		lines.encoding, decoder = "utf-16", unicode.BOMOverride(encoding.Nop.NewDecoder())
	case name != "":
		found, err := encodingOf(name)
		if err != nil {
			return nil, err
		}
		if found != unicode.UTF8 {
			lines.encoding, decoder = name, found.NewDecoder()
		}
	}
	lines.source = buffered
	if decoder != nil {
		lines.source = transform.NewReader(buffered, decoder)
	}
	return lines, nil
}

// next returns the next line, valid until the next call.
func (l *lineReader) next() ([]byte, error) {
	searched := 0
	for {
		data := l.buffer[l.start:l.end]
		length := l.lineLength(data, searched)
		if length == 0 && l.err != nil {
			length = len(data) // The last line, without a line break.
		}
		switch {
		case length > maxRecord, length == 0 && len(data) > maxRecord:
			return nil, Faultf(l.number+1, 0, "longer than %s KB: this is not a text file with one record a line, or a field holds a file", Thousands(maxRecord>>10))
		case length > 0:
			l.start += length
			l.number++
			return l.checked(data[:length])
		case l.err == nil:
			searched = max(0, len(data)-1)
			l.fill()
		default:
			return nil, l.err
		}
	}
}

// lineLength is the length of the line at the start of data, with its line break; 0 when that is not there yet. searched
// bytes have no line break.
func (l *lineReader) lineLength(data []byte, searched int) int {
	feed := bytes.IndexByte(data[searched:], '\n')
	upTo := len(data)
	if feed >= 0 {
		feed += searched
		upTo = feed
	}
	for from := searched; ; {
		i := bytes.IndexByte(data[from:upTo], '\r')
		if i < 0 {
			return feed + 1
		}
		i += from
		if i+1 == feed {
			return feed + 1
		}
		if i+1 == len(data) && l.err == nil {
			return 0
		}
		if quoted := l.inQuotes != (l.quote != 0 && bytes.Count(data[:i], []byte{l.quote})%2 == 1); !quoted {
			data[i] = '\n'
			return i + 1
		}
		from = i + 1
	}
}

// fill reads more behind what the buffer holds.
func (l *lineReader) fill() {
	if l.start > 0 {
		l.end = copy(l.buffer, l.buffer[l.start:l.end])
		l.start = 0
	}
	if l.end == len(l.buffer) {
		l.buffer = append(l.buffer, make([]byte, len(l.buffer))...)
	}
	for range 100 {
		n, err := l.source.Read(l.buffer[l.end:])
		l.end += n
		if err != nil {
			l.err = err
		}
		if n > 0 || err != nil {
			return
		}
	}
	l.err = io.ErrNoProgress
}

func (l *lineReader) checked(line []byte) ([]byte, error) {
	if isConflict(line, l.inQuotes) {
		return nil, &Fault{Line: l.number, Err: errConflict}
	}
	if !utf8.Valid(line) {
		at := firstInvalid(line)
		return nil, Faultf(l.number, 1+at, "the byte 0x%02X is not UTF-8%s; set encoding, such as \"windows-1252\" for a CSV of Excel, or save the file as UTF-8",
			line[at], inWindows1252(line[at]))
	}
	if i := bytes.IndexByte(line, 0); i >= 0 {
		return nil, Faultf(l.number, 1+i, "a NUL character: this is not a text file")
	}
	if l.encoding != "" {
		if i := bytes.IndexFunc(line, func(r rune) bool { return r == utf8.RuneError || r >= 0x80 && r < 0xa0 }); i >= 0 {
			return nil, Faultf(l.number, 1+i, "a byte that %s has no character for; set encoding to the one of the file", l.encoding)
		}
	}
	if l.quote != 0 && bytes.Count(line, []byte{l.quote})%2 == 1 {
		l.inQuotes = !l.inQuotes
	}
	return line, nil
}

// inWindows1252 shows which letter a byte most likely is.
func inWindows1252(b byte) string {
	if r := charmap.Windows1252.DecodeByte(b); r >= 0xa0 {
		return fmt.Sprintf(" (%c in windows-1252)", r)
	}
	return ""
}

// Read makes the lines a text again.
func (l *lineReader) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		if len(l.rest) == 0 {
			if n > 0 && bytes.IndexByte(l.buffer[l.start:l.end], '\n') < 0 {
				break // The next line may have to be waited for, or be wrong.
			}
			line, err := l.next()
			if err != nil {
				if n > 0 {
					l.start, l.err = l.end, err
					break
				}
				return 0, err
			}
			l.rest = line
		}
		copied := copy(p[n:], l.rest)
		l.rest = l.rest[copied:]
		n += copied
	}
	return n, nil
}

// skip drops lines, and what they leave open.
func (l *lineReader) skip(lines int) error {
	for range lines {
		if _, err := l.next(); errors.Is(err, io.EOF) {
			return fmt.Errorf("the file has %d lines, and skip_lines is %d", l.number, lines)
		} else if err != nil {
			return err
		}
		l.inQuotes = false
	}
	return nil
}

// peek is the start of the next line.
func (l *lineReader) peek() []byte {
	for l.err == nil && l.end-l.start < sniffLength {
		l.fill()
	}
	data := l.buffer[l.start:l.end]
	if i := bytes.IndexAny(data, "\r\n"); i >= 0 {
		data = data[:i]
	}
	return data
}

func firstInvalid(text []byte) int {
	offset := 0
	for offset < len(text) {
		r, size := utf8.DecodeRune(text[offset:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		offset += size
	}
	return offset
}
