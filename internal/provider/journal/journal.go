// Package journal remembers, in Terraform's data folder, requests that must not be sent twice: creates whose result may
// never reach a state, and runs of operations that can't be looked up. Resources that create once call it.
package journal

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
)

// journalAge is how long an entry is kept that nothing settles.
const journalAge = 30 * 24 * time.Hour

// keyAge is how long the key of a run is used again. A deployment knows it for 24
// hours; the last one is left to clocks that differ and to long applies.
const keyAge = 23 * time.Hour

// Journal remembers, in Terraform's data folder, creates whose result may never
// reach a state: of requests that are sent again at the risk of a double. When
// the provider or Terraform is killed in between, the next plan finds here what
// was begun. A nil Journal remembers nothing.
type Journal struct {
	dir string
	// url is the deployment that this provider talks to.
	url string
	// runStart separates the entries of earlier commands from those of this one,
	// which other aliases may have written.
	runStart time.Time

	once    sync.Once
	mu      sync.Mutex
	earlier map[string][]*Entry
}

// Entry is one create.
type Entry struct {
	URL string `json:"url"`
	// Kind is the resource type.
	Kind string `json:"kind"`
	// Settings are the body of the request.
	Settings json.RawMessage `json:"settings"`
	Sent     time.Time       `json:"sent"`
	// ID is what the deployment answered; zero when no response came.
	ID int64 `json:"id,omitempty"`
	// Key is that of a Run.
	Key string `json:"key,omitempty"`

	file string
}

// New keeps its entries in a folder below dataDir, Terraform's data
// folder; it is nil for an empty one.
func New(dataDir, url string, runStart time.Time) *Journal {
	if dataDir == "" {
		return nil
	}
	return &Journal{dir: filepath.Join(dataDir, "talonone", "creates"), url: url, runStart: runStart}
}

// Begin notes a create that is about to be sent. A folder that can't be written
// to costs the memory of it, not the create.
func (j *Journal) Begin(kind string, settings any) *Entry {
	return j.begin(kind, settings, "")
}

func (j *Journal) begin(kind string, settings any, key string) *Entry {
	body, err := json.Marshal(settings)
	if j == nil || err != nil || os.MkdirAll(j.dir, 0o700) != nil {
		return nil
	}
	entry := &Entry{
		URL: j.url, Kind: kind, Settings: body, Sent: time.Now().UTC(), Key: key,
		file: filepath.Join(j.dir, uuid.NewString()+".json"),
	}
	entry.write()
	return entry
}

// Done notes the ID that the deployment gave.
func (e *Entry) Done(id int64) {
	if e == nil {
		return
	}
	e.ID = id
	e.write()
}

// Forget removes the entry.
func (e *Entry) Forget() {
	if e != nil {
		_ = os.Remove(e.file)
	}
}

// write replaces the file as a whole, so that a kill leaves the old or the new one.
func (e *Entry) write() {
	content, err := json.Marshal(e)
	if err != nil {
		return
	}
	fresh := e.file + ".new"
	if err := errors.Join(os.WriteFile(fresh, content, 0o600), os.Rename(fresh, e.file)); err != nil {
		_ = os.Remove(fresh)
	}
}

// Earlier returns the creates with these settings that earlier commands began
// and that no state is known to hold.
func (j *Journal) Earlier(kind string, settings any) []*Entry {
	body, err := json.Marshal(settings)
	if j == nil || err != nil {
		return nil
	}
	j.load()
	j.mu.Lock()
	defer j.mu.Unlock()
	var found []*Entry
	for _, entry := range j.earlier[kind] {
		if string(entry.Settings) == string(body) {
			found = append(found, entry)
		}
	}
	return found
}

// Settle forgets a create whose result a state holds, or that has been deleted.
func (j *Journal) Settle(kind string, id int64) {
	j.settle(kind, func(entry *Entry) bool { return entry.ID == id })
}

// SettleRun forgets a run whose result a state holds; an empty key is none.
func (j *Journal) SettleRun(kind, key string) {
	if key != "" {
		j.settle(kind, func(entry *Entry) bool { return entry.Key == key })
	}
}

func (j *Journal) settle(kind string, settled func(*Entry) bool) {
	if j == nil {
		return
	}
	j.load()
	j.mu.Lock()
	defer j.mu.Unlock()
	kept := j.earlier[kind][:0]
	for _, entry := range j.earlier[kind] {
		if settled(entry) {
			entry.Forget()
		} else {
			kept = append(kept, entry)
		}
	}
	j.earlier[kind] = kept
}

// take returns an entry that Earlier returns too, to nobody else after that.
func (j *Journal) take(kind string, settings any) *Entry {
	found := j.Earlier(kind, settings)
	if len(found) == 0 {
		return nil
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, entry := range found {
		if at := slices.Index(j.earlier[kind], entry); at >= 0 {
			j.earlier[kind] = slices.Delete(j.earlier[kind], at, at+1)
			return entry
		}
	}
	return nil
}

// ForgetLost drops the creates with these settings whose response was lost, after
// the plan found nothing that they left: what appears later is not theirs.
func (j *Journal) ForgetLost(kind string, settings any) {
	for _, entry := range j.Earlier(kind, settings) {
		if entry.ID == 0 {
			entry.Forget()
		}
	}
}

// load reads the folder once.
func (j *Journal) load() {
	j.once.Do(func() {
		earlier := make(map[string][]*Entry)
		files, _ := filepath.Glob(filepath.Join(j.dir, "*.json"))
		for _, file := range files {
			entry := readEntry(file)
			switch {
			case entry == nil || entry.expired():
				_ = os.Remove(file)
			case entry.URL == j.url && entry.Sent.Before(j.runStart):
				earlier[entry.Kind] = append(earlier[entry.Kind], entry)
			}
		}
		j.mu.Lock()
		defer j.mu.Unlock()
		j.earlier = earlier
	})
}

func (e *Entry) expired() bool {
	age := time.Since(e.Sent)
	return age > journalAge || e.Key != "" && age > keyAge
}

func readEntry(file string) *Entry {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	entry := &Entry{file: file}
	if json.Unmarshal(content, entry) != nil {
		return nil
	}
	return entry
}
