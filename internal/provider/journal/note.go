package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/uuid"

	"github.com/talon-one/terraform-provider-talonone/internal/safefile"
)

const (
	// maxNote bounds a note's file, in bytes.
	maxNote = 64 << 10
	// noteVersion is written into every note; others are left alone.
	noteVersion = 1
	// rowSize is how many bytes stand for a row. A collision costs a look at the deployment.
	rowSize = 6
	// maxKnown bounds the objects that a note excludes, which are the newest ones.
	maxKnown = 2000
	// maxKey is the longest key of a Run.
	maxKey = 255
	// holdAttempts and holdPause are for the moment in which a plan looks whether a note's process lives.
	holdAttempts = 5
	holdPause    = 10 * time.Millisecond
	// beat is how often the file of a note whose process lives is touched.
	beat = 5 * time.Second
)

var (
	// noteName are the names of notes. A lock has the same with another ending. Everything else in the folder belongs to
	// others.
	noteName = regexp.MustCompile(`^request-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.json$`)
	digest   = regexp.MustCompile(`^[0-9a-f]{64}$`)
	kindName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,99}$`)
	printed  = regexp.MustCompile(`^[ -~]*$`)
)

// note is the content of a file.
type note struct {
	Version int `json:"version"`
	// Scope, and Settings and Rows of the request, are digests: settings can be personal data.
	Scope    string `json:"scope"`
	Kind     string `json:"kind"`
	Settings string `json:"settings"`
	// Rows has rowSize bytes for each object that the request makes; empty for a request that makes one.
	Rows []byte `json:"rows,omitempty"`
	// Sent is the deployment's time.
	Sent time.Time `json:"sent"`
	// Known are the IDs of equal objects that this request has not made.
	Known []int64 `json:"known,omitempty"`
	// Key is that of a Run.
	Key string `json:"key,omitempty"`
}

// parseNote accepts what begin writes, and nothing else.
func parseNote(content []byte) (note, error) {
	var n note
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&n); err != nil {
		return note{}, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return note{}, errors.New("there is more behind the note")
	}
	if n.Version != noteVersion || !digest.MatchString(n.Scope) || !digest.MatchString(n.Settings) || !kindName.MatchString(n.Kind) ||
		len(n.Rows)%rowSize != 0 || len(n.Known) > maxKnown || len(n.Key) > maxKey || !printed.MatchString(n.Key) || n.Sent.IsZero() {
		return note{}, errors.New("not a note of this version")
	}
	return n, nil
}

// Note is a request without a response. A nil Note means that there is none.
type Note struct {
	note
	file string
	// alive is when its process lived last, by this machine's clock.
	alive time.Time
	lock  *flock.Flock
	// ended ends the beats of a note that this process has begun.
	ended chan struct{}
}

// read reads the note's file.
func (n *Note) read() error {
	content, err := safefile.ReadDirect(n.file, maxNote)
	if err != nil {
		return err
	}
	if n.note, err = parseNote(content); err != nil {
		return err
	}
	info, err := os.Lstat(n.file)
	if err != nil {
		return err
	}
	n.alive = info.ModTime()
	return nil
}

// begin writes a note and holds its lock until it is settled or the process ends. Where the folder can't be used, there is
// no note: that costs the memory of the request, not the request.
func (j *Journal) begin(content note) *Note {
	if j.dir == "" || !prepare(j.dir) {
		return nil
	}
	content.Version, content.Scope, content.Sent = noteVersion, j.scope, content.Sent.UTC()
	content.Known = newest(content.Known)
	n := &Note{note: content, file: filepath.Join(j.dir, "request-"+uuid.NewString()+".json"), ended: make(chan struct{})}
	if !n.tryLock() {
		return nil
	}
	if err := n.write(os.O_EXCL); err != nil {
		n.Settle()
		return nil
	}
	go beatUntil(n.ended, n.file)
	return n
}

// write writes the note's file.
func (n *Note) write(flag int) error {
	content, err := json.Marshal(n.note)
	if err != nil {
		return err
	}
	if len(content) > maxNote {
		return fmt.Errorf("a note of %d bytes is too long", len(content))
	}
	file, err := os.OpenFile(n.file, os.O_WRONLY|os.O_CREATE|flag, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Sync(), file.Close())
}

// beatUntil touches the file of a note until it is ended or the process dies: the last touch is the end of the time in which
// the request can have been carried out.
func beatUntil(ended <-chan struct{}, file string) {
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	for {
		select {
		case <-ended:
			return
		case now := <-ticker.C:
			// A file that is gone has been settled.
			_ = os.Chtimes(file, now, now)
		}
	}
}

// exclude adds objects to those that the request has not made.
func (n *Note) exclude(ids []int64) {
	if !n.hold() {
		return
	}
	defer n.Release()
	alive := n.alive
	n.Known = newest(append(n.Known, ids...))
	// In one step, since others read the note without its lock.
	whole := Note{note: n.note, file: strings.TrimSuffix(n.file, ".json") + ".new"}
	_ = os.Remove(whole.file) // a killed process has left it
	if whole.write(os.O_EXCL) == nil && os.Chtimes(whole.file, alive, alive) == nil {
		_ = os.Rename(whole.file, n.file)
	}
}

// newest keeps the objects with the highest IDs.
func newest(ids []int64) []int64 {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	return ids[max(0, len(ids)-maxKnown):]
}

func (n *Note) lockFile() string { return strings.TrimSuffix(n.file, ".json") + ".lock" }

// tryLock takes the note's lock, which is in a file of its own, since Windows lets no one read a file that is locked.
func (n *Note) tryLock() bool {
	if info, err := os.Lstat(n.lockFile()); err == nil && !info.Mode().IsRegular() {
		return false
	}
	lock := flock.New(n.lockFile())
	for range holdAttempts {
		held, err := lock.TryLock()
		if err != nil {
			return false
		}
		if held {
			n.lock = lock
			return true
		}
		time.Sleep(holdPause)
	}
	return false
}

// hold takes a note that no living process and no other resource of this one holds.
func (n *Note) hold() bool {
	if !n.tryLock() {
		return false
	}
	// It may have been settled in the meantime.
	before := n.note
	if err := n.read(); err != nil || n.Settings != before.Settings || n.Key != before.Key || !n.Sent.Equal(before.Sent) {
		if errors.Is(err, os.ErrNotExist) {
			_ = os.Remove(n.lockFile())
		}
		n.Release()
		return false
	}
	return true
}

// Settle removes the note: there is a response, or it is known what became of the request.
func (n *Note) Settle() {
	if n == nil {
		return
	}
	n.end()
	_ = os.Remove(n.file)
	_ = os.Remove(n.lockFile())
	n.Release()
	// Windows removes no file that is open.
	_ = os.Remove(n.lockFile())
}

// Release keeps the note for the next run.
func (n *Note) Release() {
	if n == nil || n.lock == nil {
		return
	}
	n.end()
	_ = n.lock.Unlock()
	n.lock = nil
}

func (n *Note) end() {
	if n.ended != nil {
		close(n.ended)
		n.ended = nil
	}
}

// digestOf is a digest of texts in this order.
func digestOf(texts ...string) string {
	hash := sha256.New()
	for _, text := range texts {
		// A hash takes everything.
		_, _ = io.WriteString(hash, text)
		_, _ = hash.Write([]byte{0})
	}
	return hex.EncodeToString(hash.Sum(nil))
}

// rowDigests are the short digests of rows.
func rowDigests(rows []string) []byte {
	digests := make([]byte, 0, rowSize*len(rows))
	for _, row := range rows {
		sum := sha256.Sum256([]byte(row))
		digests = append(digests, sum[:rowSize]...)
	}
	return digests
}

// rowSet are short digests of rows, one by one.
func rowSet(digests []byte) map[string]bool {
	rows := make(map[string]bool, len(digests)/rowSize)
	for row := range slices.Chunk(digests, rowSize) {
		rows[string(row)] = true
	}
	return rows
}

// shareRow says whether two requests make the same row; requests without rows make the same one.
func shareRow(a, b []byte) bool {
	if len(a) == 0 || len(b) == 0 {
		return len(a) == len(b)
	}
	rows := rowSet(a)
	for row := range slices.Chunk(b, rowSize) {
		if rows[string(row)] {
			return true
		}
	}
	return false
}

// prepare makes the folder of notes where it is missing, and says whether it can be used. It makes nothing below a link.
func prepare(dir string) bool {
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(filepath.Dir(parent), 0o700); err != nil {
		return false
	}
	for _, path := range []string{parent, dir} {
		if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, os.ErrExist) || !ownFolder(path) {
			return false
		}
	}
	return true
}

// owned says whether a folder of notes and the one above it are folders of this user, not links, and writable to no one
// else.
func owned(dir string) bool { return ownFolder(filepath.Dir(dir)) && ownFolder(dir) }

func ownFolder(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.IsDir() && isOwn(info)
}
