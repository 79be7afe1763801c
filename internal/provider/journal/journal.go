// Package journal keeps requests from being carried out twice that the API can't tell apart from new ones: creates of
// audiences and referrals, events, returns. Resources that create once call it.
//
// Within a run it looks for what a lost response has left behind before it sends anything again. Across runs it keeps a
// note in Terraform's data folder, from before a request is sent until there is a response: when the provider is killed in
// between, the next run finds it. What a completed request has made is never taken over by anybody.
package journal

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"github.com/google/uuid"
)

const (
	// noteAge is how long a note counts. A deployment knows an idempotency key for 24 hours; the last one is left to
	// clocks that differ and to long applies.
	noteAge = 23 * time.Hour
	// maxNote bounds a note's file, in bytes.
	maxNote = 64 << 10
	// noteVersion is written into every note; others are left alone.
	noteVersion = 1
)

// noteName are the names of notes. Everything else in the folder is somebody else's.
var noteName = regexp.MustCompile(`^request-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.json$`)

// Scope is what notes belong to: a run with another one does not see them.
type Scope struct {
	// Origin is the deployment's, Credentials are the keys in use. Only digests of them are written.
	Origin      string
	Credentials []string
	// Folder is the working folder, Workspace Terraform's workspace.
	Folder, Workspace string
}

func (s Scope) digest() string {
	return digestOf(append([]string{s.Origin, s.Folder, s.Workspace}, s.Credentials...)...)
}

func digestOf(texts ...string) string {
	hash := sha256.New()
	for _, text := range texts {
		// A hash takes everything.
		_, _ = io.WriteString(hash, text)
		_, _ = hash.Write([]byte{0})
	}
	return hex.EncodeToString(hash.Sum(nil))
}

// Workspace is the workspace in which Terraform runs a provider, as far as a provider can tell: from TF_WORKSPACE, else
// from the data folder.
func Workspace(dataDir string) string {
	if name := os.Getenv("TF_WORKSPACE"); name != "" {
		return name
	}
	name, err := readRegular(filepath.Join(dataDir, "environment"))
	if text := strings.TrimSpace(string(name)); err == nil && text != "" {
		return text
	}
	return "default"
}

// Journal keeps the notes of one provider configuration. A nil Journal keeps none.
type Journal struct {
	dir   string
	scope string
}

// New keeps notes in a folder below dataDir, Terraform's data folder. It returns nil for an empty one, and in a remote run
// (TFC_RUN_ID), whose folder is thrown away.
func New(dataDir string, scope Scope) *Journal {
	if dataDir == "" || os.Getenv("TFC_RUN_ID") != "" {
		return nil
	}
	return &Journal{dir: filepath.Join(dataDir, "talonone", "requests"), scope: scope.digest()}
}

// note is the content of a file.
type note struct {
	Version int `json:"version"`
	// Scope, and Settings of the request, are digests: settings can be personal data.
	Scope    string `json:"scope"`
	Kind     string `json:"kind"`
	Settings string `json:"settings"`
	// Sent is the deployment's time.
	Sent time.Time `json:"sent"`
	// Key is that of a Run.
	Key string `json:"key,omitempty"`
}

// Note is a request without a response. A nil Note is none.
type Note struct {
	note
	file string
	lock *flock.Flock
}

// Sent is when the request was sent, by the deployment's clock.
func (n *Note) Sent() time.Time { return n.note.Sent }

// File is where the note is, for a message.
func (n *Note) File() string { return n.file }

// begin writes a note and holds its lock until it is settled or the process ends. Where the folder can't be used, there is
// no note: that costs the memory of the request, not the request.
func (j *Journal) begin(kind, settings, key string, sent time.Time) *Note {
	if j == nil || !prepare(j.dir) {
		return nil
	}
	n := &Note{
		note: note{Version: noteVersion, Scope: j.scope, Kind: kind, Settings: settings, Sent: sent.UTC(), Key: key},
		file: filepath.Join(j.dir, "request-"+uuid.NewString()+".json"),
	}
	content, err := json.Marshal(n.note)
	if err != nil {
		return nil
	}
	file, err := os.OpenFile(n.file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil
	}
	if !n.hold() {
		_ = file.Close()
		_ = os.Remove(n.file)
		return nil
	}
	_, err = file.Write(content)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		n.Settle()
		return nil
	}
	return n
}

// hold takes the note's lock. Another process holds it while its request is under way.
func (n *Note) hold() bool {
	lock := flock.New(n.file)
	held, err := lock.TryLock()
	if err != nil || !held {
		return false
	}
	n.lock = lock
	return true
}

// Settle removes the note: there is a response, or it is known what became of the request.
func (n *Note) Settle() {
	if n == nil {
		return
	}
	_ = os.Remove(n.file)
	n.Release()
	// Windows removes no file that is open.
	_ = os.Remove(n.file)
}

// Release keeps the note for the next run.
func (n *Note) Release() {
	if n != nil && n.lock != nil {
		_ = n.lock.Unlock()
	}
}

// unanswered returns the notes of this scope, kind and settings whose process has ended, oldest first, and holds them: no
// other process and no other resource of this one gets them until they are released.
func (j *Journal) unanswered(kind, settings string) []*Note {
	if j == nil || !owned(j.dir) {
		return nil
	}
	entries, err := os.ReadDir(j.dir)
	if err != nil {
		return nil
	}
	var found []*Note
	for _, entry := range entries {
		if !noteName.MatchString(entry.Name()) {
			continue
		}
		n := &Note{file: filepath.Join(j.dir, entry.Name())}
		content, err := readRegular(n.file)
		if err != nil || json.Unmarshal(content, &n.note) != nil || n.Version != noteVersion ||
			n.Scope != j.scope || n.Kind != kind || n.Settings != settings || !n.hold() {
			continue
		}
		if time.Since(n.note.Sent) > noteAge {
			n.Settle()
			continue
		}
		found = append(found, n)
	}
	sortBySent(found)
	return found
}

// readRegular reads a small regular file; links, devices and FIFOs are errors, and are not opened.
func readRegular(path string) ([]byte, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxNote {
		return nil, errors.New("not a small regular file")
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(io.LimitReader(file, maxNote))
	return content, errors.Join(err, file.Close())
}

// prepare makes the folder of notes where it is missing, and says whether it can be used.
func prepare(dir string) bool {
	return os.MkdirAll(dir, 0o700) == nil && owned(dir)
}

// owned says whether a folder of notes and the one above it are folders of this user, and not links, and whether nobody
// else can write to them.
func owned(dir string) bool {
	for _, path := range []string{filepath.Dir(dir), dir} {
		info, err := os.Lstat(path)
		if err != nil || !info.IsDir() || !isOwn(info) {
			return false
		}
	}
	return true
}
