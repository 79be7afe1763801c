// Package journal keeps requests from being carried out twice that the API can't tell apart from new ones: creates of
// audiences and referrals, events, returns. Resources that create once call it.
//
// Within a run it looks for what a lost response has left behind before it sends anything again. Across runs it keeps a
// note in Terraform's data folder, from before a request is sent until there is a response: when the provider is killed in
// between, the next run finds it. What a completed request has made is never adopted.
package journal

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/keylock"
	"github.com/talon-one/terraform-provider-talonone/internal/safefile"
)

// noteAge is how long a note counts. A deployment knows an idempotency key for 24 hours; the last one is left to clocks
// that differ and to long applies.
const noteAge = 23 * time.Hour

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

// Workspace is the workspace in which Terraform runs a provider, as far as a provider can tell: from TF_WORKSPACE, else
// from the data folder.
func Workspace(dataDir string) string {
	if name := os.Getenv("TF_WORKSPACE"); name != "" {
		return name
	}
	name, err := safefile.ReadDirect(filepath.Join(dataDir, "environment"), maxNote)
	if text := strings.TrimSpace(string(name)); err == nil && text != "" {
		return text
	}
	return "default"
}

// Journal keeps the notes of one provider configuration.
type Journal struct {
	// dir is empty where nothing can be noted.
	dir   string
	scope string
	// creates lets one create of a kind and settings run at a time, so that each finds its own object only.
	creates keylock.Locks

	mu sync.Mutex
	// known are objects that this process has made or seen, by kind and settings.
	known map[string][]Object
	// left are the notes of earlier runs, nil until they are read.
	left []*Note
}

// Object is an object of the deployment, with its time of creation.
type Object struct {
	ID int64
	// Created may be zero where it isn't known.
	Created time.Time
}

// New keeps notes in a folder below dataDir, Terraform's data folder. It keeps none for an empty one, and in a remote run
// (TFC_RUN_ID), whose folder is thrown away.
func New(dataDir string, scope Scope) *Journal {
	j := &Journal{scope: scope.digest(), known: make(map[string][]Object)}
	if dataDir != "" && os.Getenv("TFC_RUN_ID") == "" {
		j.dir = filepath.Join(dataDir, "talonone", "requests")
	}
	return j
}

// Know tells of an object with these settings that a create did not make, or did make and gave to a resource: a later
// create does not take it for its own.
func (j *Journal) Know(kind string, settings any, one Object) {
	digest, err := settingsDigest(settings)
	if err != nil {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	key := kind + digest
	if !slices.ContainsFunc(j.known[key], func(known Object) bool { return known.ID == one.ID }) {
		j.known[key] = append(j.known[key], one)
	}
}

// knownSince are the IDs of known objects that were created since.
func (j *Journal) knownSince(kind, settings string, since time.Time) []int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	key := kind + settings
	j.known[key] = slices.DeleteFunc(j.known[key], func(one Object) bool { return one.Created.Before(since) })
	var ids []int64
	for _, one := range j.known[key] {
		ids = append(ids, one.ID)
	}
	return ids
}

// Held tells of objects that the state of a resource holds: no request that an earlier run left without a response has made
// them. The apply, which is another process and reads no resource, learns it from the notes.
func (j *Journal) Held(kind string, objects ...Object) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.left == nil {
		j.left = append([]*Note{}, j.noted(func(*note) bool { return true })...)
	}
	for _, n := range j.left {
		var ids []int64
		for _, one := range objects {
			if n.Kind == kind && (one.Created.IsZero() || !one.Created.Before(n.Sent.Add(-Tolerance))) && !slices.Contains(n.Known, one.ID) {
				ids = append(ids, one.ID)
			}
		}
		if len(ids) > 0 {
			n.exclude(ids)
		}
	}
}

// noted are the notes of this scope that want is true for, oldest first. Those that have expired are removed.
func (j *Journal) noted(want func(*note) bool) []*Note {
	if j.dir == "" || !owned(j.dir) {
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
		switch err := n.read(); {
		case err != nil || n.Scope != j.scope:
		case time.Since(n.Sent) > noteAge:
			if n.hold() {
				n.Settle()
			}
		case want(&n.note):
			found = append(found, n)
		}
	}
	slices.SortFunc(found, func(a, b *Note) int { return a.Sent.Compare(b.Sent) })
	return found
}

// unanswered is noted for one kind and settings and, for a create of several rows, for a row that both have.
func (j *Journal) unanswered(kind, settings string, rows []byte) []*Note {
	return j.noted(func(n *note) bool { return n.Kind == kind && n.Settings == settings && shareRow(n.Rows, rows) })
}
