package input

import (
	"bytes"
	"errors"
	"net/http"
	"regexp"
	"strings"
)

// sniffLength is how much of a file its kind is told from.
const sniffLength = 512

var byteOrderMarks = [][]byte{[]byte("\xef\xbb\xbf"), []byte("\xff\xfe"), []byte("\xfe\xff")}

// beginnings are what files begin with that are mistaken for data.
var beginnings = []struct{ start, kind, advice string }{
	{"version https://git-lfs", "a Git LFS pointer: its content has not been fetched", "run git lfs pull; in a pipeline, check out with LFS (lfs: true)"},
	{"version https://hawser", "a Git LFS pointer: its content has not been fetched", "run git lfs pull; in a pipeline, check out with LFS (lfs: true)"},
	{"/annex/objects/", "a git-annex pointer: its content has not been fetched", "run git annex get"},
	{".git/annex/objects/", "a git-annex pointer: its content has not been fetched", "run git annex get"},
	{"../.git/annex/objects/", "a git-annex pointer: its content has not been fetched", "run git annex get"},
	{"\x00GITCRYPT", "encrypted by git-crypt", "run git-crypt unlock"},
	{"-----BEGIN PGP", "encrypted or signed by PGP", "decrypt it first"},
	{"age-encryption.org/", "encrypted by age", "decrypt it first"},
	{"$ANSIBLE_VAULT", "encrypted by Ansible Vault", "decrypt it first"},
	{"\x1f\x8b", "gzip-compressed", "decompress it with gunzip, or export without compression"},
	{"\x28\xb5\x2f\xfd", "compressed with Zstandard", "decompress it with unzstd, or export without compression"},
	{"\xfd7zXZ\x00", "compressed with xz", "decompress it with unxz"},
	{"BZh", "compressed with bzip2", "decompress it with bunzip2"},
	{"PK\x03\x04", "a ZIP archive or an Excel workbook (.xlsx)", "unzip it, or save the sheet as CSV UTF-8"},
	{"\xd0\xcf\x11\xe0", "an Excel workbook (.xls)", "save the sheet as CSV UTF-8"},
	{"PAR1", "a Parquet file", "export CSV or JSON Lines"},
	{"Obj\x01", "an Avro file", "export CSV or JSON Lines"},
	{"%PDF-", "a PDF document", "export CSV or JSON Lines"},
	{`{\rtf`, "an RTF document", "export CSV or plain text"},
	{"HTTP/1.", "an HTTP response with its headers", "save its body alone (curl without -i)"},
	{"HTTP/2 ", "an HTTP response with its headers", "save its body alone (curl without -i)"},
}

var (
	markup    = regexp.MustCompile(`^<[A-Za-z][\w:.-]*[\s/>]`)
	jsonStart = regexp.MustCompile(`^(?:\{\s*["}]|\[\s*(?:[\["{\]]|-?\d+\s*,))`)
)

// sniff says by name what a file is that holds none of the records asked for. start are its first bytes.
func sniff(start []byte, format, encoding string) error {
	unmarked := start
	for i, mark := range byteOrderMarks {
		if after, marked := bytes.CutPrefix(start, mark); marked {
			if unmarked = after; i > 0 {
				unmarked = bytes.ReplaceAll(after, []byte{0}, nil) // Latin letters in UTF-16.
			}
			break
		}
	}
	text := bytes.TrimLeft(unmarked, " \t\r\n")
	if len(text) == 0 && len(start) < sniffLength {
		return noRecords("the file is empty; check the export")
	}
	for _, known := range beginnings {
		if bytes.HasPrefix(text, []byte(known.start)) {
			if known.start == "BZh" && (len(text) < 10 || !bytes.Equal(text[4:10], []byte("\x31\x41\x59\x26\x53\x59"))) {
				continue
			}
			return Faultf(1, 0, "the file is %s; %s", known.kind, known.advice)
		}
	}
	switch http.DetectContentType(text) {
	case "text/html; charset=utf-8":
		return errMarkup("an HTML page")
	case "text/xml; charset=utf-8":
		return errMarkup("XML")
	}
	if markup.Match(text) {
		return errMarkup("XML or HTML")
	}
	if len(unmarked) == len(start) && !strings.HasPrefix(strings.ToLower(encoding), "utf-16") {
		if order := unmarkedUTF16(start); order != "" {
			return Faultf(1, 0, "the file looks like UTF-16 without a byte order mark: every second byte is zero; set encoding = %q, or save it as UTF-8", order)
		}
	}
	if (format == CSV || format == Text) && jsonStart.Match(text) {
		return Faultf(1, 0, "the file is JSON, and is read as %s; set format = \"json\" for one array, or \"jsonl\" for one value a line. If it is an error message, look at what the download returned", format)
	}
	return nil
}

func errMarkup(kind string) error {
	return Faultf(1, 0, "the file is %s, not data; look at what the download returned, such as a sign-in or an error page", kind)
}

// unmarkedUTF16 tells UTF-16 by the zeros in it, which are every second byte of a text that is mostly Latin.
func unmarkedUTF16(start []byte) string {
	var zeros [2]int
	for i, b := range start {
		if b == 0 {
			zeros[i%2]++
		}
	}
	pairs := len(start) / 2
	switch {
	case pairs < 2:
		return ""
	case zeros[1]*2 > pairs && zeros[0]*8 < pairs:
		return "utf-16le"
	case zeros[0]*2 > pairs && zeros[1]*8 < pairs:
		return "utf-16be"
	}
	return ""
}

// errConflict is a line that a merge left behind.
var errConflict = errors.New("a merge conflict marker; resolve the conflict")

// isConflict tells a marker of a merge conflict. Seven equals signs also underline headings, within a quoted field.
func isConflict(line []byte, inQuotes bool) bool {
	const width = 7
	if len(line) < width {
		return false
	}
	switch line[0] {
	case '=':
		if inQuotes {
			return false
		}
	case '<', '>', '|':
	default:
		return false
	}
	for _, b := range line[:width] {
		if b != line[0] {
			return false
		}
	}
	return len(line) == width || line[width] == ' ' || line[width] == '\r' || line[width] == '\n'
}
