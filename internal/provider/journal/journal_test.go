package journal

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/safefile"
)

type settings struct{ Name string }

var here = Scope{Origin: "https://a", Credentials: []string{"key"}, Folder: "/configuration", Workspace: "default"}

// requests is the folder of notes below a data folder.
func requests(dir string) string { return filepath.Join(dir, "talonone", "requests") }

// leave leaves a note, as a process does that is killed.
func leave(t *testing.T, j *Journal, content note) *Note {
	t.Helper()
	n := j.begin(content)
	if n == nil {
		t.Fatal("nothing was noted")
	}
	n.Release()
	return n
}

func noteOf(t *testing.T, name string, sent time.Time) note {
	t.Helper()
	digest, err := settingsDigest(settings{name})
	if err != nil {
		t.Fatal(err)
	}
	return note{Kind: "audience", Settings: digest, Sent: sent}
}

// files are the names in a folder, without those of notes and locks that this test has not written.
func files(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

func put(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestNoteIsSeenInItsScopeOnly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	leave(t, New(dir, here), noteOf(t, "VIP", time.Now()))
	for name, test := range map[string]struct {
		change func(*Scope)
		kind   string
		asked  settings
		want   int
	}{
		"the same":          {func(*Scope) {}, "audience", settings{"VIP"}, 1},
		"another kind":      {func(*Scope) {}, "referral", settings{"VIP"}, 0},
		"other settings":    {func(*Scope) {}, "audience", settings{"VIP 2"}, 0},
		"deployment":        {func(s *Scope) { s.Origin = "https://b" }, "audience", settings{"VIP"}, 0},
		"other credentials": {func(s *Scope) { s.Credentials = []string{"other"} }, "audience", settings{"VIP"}, 0},
		"copied folder":     {func(s *Scope) { s.Folder = "/copy" }, "audience", settings{"VIP"}, 0},
		"another workspace": {func(s *Scope) { s.Workspace = "prod" }, "audience", settings{"VIP"}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			scope := here
			test.change(&scope)
			if got := New(dir, scope).Interrupted(test.kind, test.asked, nil); len(got) != test.want {
				t.Errorf("got %v, want %d", got, test.want)
			}
		})
	}
}

func TestNoteHoldsDigestsOnly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	content := noteOf(t, "secret-name", time.Now())
	content.Rows = rowDigests([]string{"secret-customer"})
	n := leave(t, New(dir, Scope{Origin: "https://a", Credentials: []string{"secret-key"}, Folder: "/f", Workspace: "w"}), content)
	text, err := os.ReadFile(n.file)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), "secret") {
		t.Errorf("the note shows what it is about: %s", text)
	}
	info, err := os.Stat(n.file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the note has mode %v, %v", info.Mode(), err)
	}
}

func TestNoteOfALivingProcessIsNotTaken(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	n := New(dir, here).begin(noteOf(t, "VIP", time.Now()))
	other := New(dir, here)
	if got := other.Interrupted("audience", settings{"VIP"}, nil); len(got) != 0 {
		t.Errorf("got %v", got)
	}
	n.Release()
	if got := other.Interrupted("audience", settings{"VIP"}, nil); len(got) != 1 {
		t.Errorf("after its end: %v", got)
	}
}

func TestNoteIsTakenOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	leave(t, New(dir, here), noteOf(t, "VIP", time.Now()))
	j := New(dir, here)
	first, second := j.unanswered("audience", noteOf(t, "VIP", time.Now()).Settings, nil), j.unanswered("audience", noteOf(t, "VIP", time.Now()).Settings, nil)
	if !first[0].hold() || second[0].hold() {
		t.Error("two resources take one note, or none does")
	}
	first[0].Settle()
	if second[0].hold() {
		t.Error("a note is taken that has been settled")
	}
	if left := files(t, requests(dir)); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestExpiredNotesDoNotCount(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	leave(t, New(dir, here), noteOf(t, "old", time.Now().Add(-noteAge-time.Minute)))
	leave(t, New(dir, here), noteOf(t, "young", time.Now().Add(-noteAge+time.Minute)))
	j := New(dir, here)
	if got := j.Interrupted("audience", settings{"old"}, nil); len(got) != 0 {
		t.Errorf("got %v", got)
	}
	if got := j.Interrupted("audience", settings{"young"}, nil); len(got) != 1 {
		t.Errorf("got %v", got)
	}
	if left := files(t, requests(dir)); len(left) != 2 {
		t.Errorf("want one note and its lock, got %v", left)
	}
}

func TestRowsTellBatchesApart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	content := noteOf(t, "batch", time.Now())
	content.Rows = rowDigests([]string{"a", "b"})
	leave(t, New(dir, here), content)
	j := New(dir, here)
	for _, test := range []struct {
		rows []string
		want int
	}{{[]string{"b", "c"}, 1}, {[]string{"c"}, 0}, {nil, 0}} {
		if got := j.Interrupted("audience", settings{"batch"}, test.rows); len(got) != test.want {
			t.Errorf("%v: got %v, want %d", test.rows, got, test.want)
		}
	}
}

// The plan reads what resources hold; the apply is another process.
func TestWhatResourcesHoldIsExcludedFromNotes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	sent := time.Now()
	n := leave(t, New(dir, here), noteOf(t, "VIP", sent))
	New(dir, here).Held("audience", Object{7, sent.Add(time.Second)}, Object{8, sent.Add(-time.Hour)}, Object{ID: 9})
	New(dir, here).Held("referral", Object{ID: 10})
	found := New(dir, here).unanswered("audience", n.Settings, nil)
	if len(found) != 1 || !slices.Equal(found[0].Known, []int64{7, 9}) {
		t.Fatalf("got %+v", found)
	}
	if !found[0].hold() {
		t.Error("the note stays locked")
	}
}

func TestFilesOfOthersAreNeitherBelievedNorDeleted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name := func(n string) string {
		return filepath.Join(requests(dir), "request-00000000-0000-0000-0000-00000000000"+n+".json")
	}
	put(t, name("1"), `{"version":`)
	put(t, name("2"), `{"version":2}`)
	put(t, name("3"), strings.Repeat(" ", maxNote+1))
	put(t, filepath.Join(requests(dir), "package.json"), `{"version":1}`)
	put(t, name("4"), `{"version":1,"kind":"audience","settings":"`+noteOf(t, "VIP", time.Now()).Settings+`","id":748}`)
	before := files(t, requests(dir))
	j := New(dir, here)
	if got := j.Interrupted("audience", settings{"VIP"}, nil); len(got) != 0 {
		t.Errorf("got %v", got)
	}
	j.begin(noteOf(t, "VIP", time.Now())).Settle()
	if after := files(t, requests(dir)); !slices.Equal(before, after) {
		t.Errorf("got %v, want %v", after, before)
	}
}

func TestNothingIsNotedWhereNotesCannotBe(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, filepath.Join(dir, "file"), "")
	for name, j := range map[string]*Journal{"file in place": New(filepath.Join(dir, "file"), here), "without a folder": New("", here)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := j.begin(noteOf(t, "VIP", time.Now()))
			if n != nil || len(j.Interrupted("audience", settings{"VIP"}, nil)) != 0 {
				t.Errorf("got %v", n)
			}
			n.Release()
			n.Settle()
			j.Held("audience", Object{ID: 1})
		})
	}
}

func TestRemoteRunsKeepNoNotes(t *testing.T) {
	t.Setenv("TFC_RUN_ID", "run-1")
	dir := t.TempDir()
	if n := New(dir, here).begin(noteOf(t, "VIP", time.Now())); n != nil || len(files(t, dir)) != 0 {
		t.Errorf("got %v and %v", n, files(t, dir))
	}
}

func TestWorkspace(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TF_WORKSPACE", "")
	if got := Workspace(dir); got != "default" {
		t.Errorf("got %q", got)
	}
	put(t, filepath.Join(dir, "environment"), "prod\n")
	if got := Workspace(dir); got != "prod" {
		t.Errorf("got %q", got)
	}
	t.Setenv("TF_WORKSPACE", "live")
	if got := Workspace(dir); got != "live" {
		t.Errorf("got %q", got)
	}
}

// A note that reads is the same when it is written again.
func FuzzNote(f *testing.F) {
	f.Add([]byte(`{"version":1,"scope":"` + digestOf("a") + `","kind":"audience","settings":"` + digestOf("b") + `","rows":"AAAAAAAA","sent":"2026-01-01T00:00:00Z","known":[1],"key":"k"}`))
	f.Add([]byte(`{"version":1}`))
	f.Add([]byte(`{"version":1,"scope":"../..","kind":"audience\n","settings":""}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		n, err := parseNote(content)
		if err != nil {
			return
		}
		if len(n.Scope) != 64 || len(n.Settings) != 64 || strings.ContainsAny(n.Kind+n.Key, "\r\n\x00") || len(n.Key) > maxKey {
			t.Errorf("accepted %+v", n)
		}
		dir := t.TempDir()
		written := &Note{note: n, file: filepath.Join(dir, "note.json")}
		if written.write(os.O_EXCL) != nil {
			return
		}
		text, err := safefile.ReadDirect(written.file, maxNote)
		if err != nil {
			t.Fatal(err)
		}
		again, err := parseNote(text)
		if err != nil || !again.Sent.Equal(n.Sent) || again.Settings != n.Settings || again.Key != n.Key || !slices.Equal(again.Rows, n.Rows) {
			t.Errorf("%+v became %+v, %v", n, again, err)
		}
		shareRow(n.Rows, rowDigests([]string{"a"}))
	})
}

// Plans read a note while others add to it what they hold; nobody may find half of it.
func TestNotesAreReadWholeWhileTheyGrow(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	n := leave(t, New(dir, here), noteOf(t, "VIP", time.Now()))
	grown := make(chan struct{})
	go func() {
		defer close(grown)
		for id := range int64(60) {
			New(dir, here).Held("audience", Object{ID: id + 1})
		}
	}()
	for reading := true; reading; {
		select {
		case <-grown:
			reading = false
		default:
		}
		if found := New(dir, here).unanswered("audience", n.Settings, nil); len(found) != 1 {
			t.Fatalf("%d notes were found, want 1", len(found))
		}
	}
}
