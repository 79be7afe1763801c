package journal

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

type settings struct{ Name string }

func TestJournalFindsWhatEarlierCommandsBegan(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := New(dir, "https://a", time.Now())
	first.Begin("audience", settings{"answered"}).Done(748)
	first.Begin("audience", settings{"lost"})
	first.Begin("audience", settings{"refused"}).Forget()
	if got := first.Earlier("audience", settings{"lost"}); len(got) != 0 {
		t.Errorf("its own create counts as an earlier one: %v", got)
	}

	second := New(dir, "https://a", time.Now())
	if got := second.Earlier("audience", settings{"answered"}); len(got) != 1 || got[0].ID != 748 {
		t.Errorf("answered: %v", got)
	}
	if got := second.Earlier("audience", settings{"lost"}); len(got) != 1 || got[0].ID != 0 {
		t.Errorf("lost: %v", got)
	}
	for kind, name := range map[string]string{"audience": "refused", "referral": "lost"} {
		if got := second.Earlier(kind, settings{name}); len(got) != 0 {
			t.Errorf("%s %s: %v", kind, name, got)
		}
	}
	if got := New(dir, "https://b", time.Now()).Earlier("audience", settings{"lost"}); len(got) != 0 {
		t.Errorf("another deployment's create: %v", got)
	}

	second.Settle("audience", 748)
	if got := New(dir, "https://a", time.Now()).Earlier("audience", settings{"answered"}); len(got) != 0 {
		t.Errorf("settled, and still there: %v", got)
	}
}

func TestJournalSurvivesDamageAndMissingFolders(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	folder := filepath.Join(dir, "talonone", "creates")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "x.json"), []byte(`{"kind":`), 0o600); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, journal := range map[string]*Journal{
		"damaged entry":  New(dir, "https://a", time.Now()),
		"no folder":      New(filepath.Join(dir, "none"), "https://a", time.Now()),
		"file in place":  New(file, "https://a", time.Now()),
		"without memory": New("", "https://a", time.Now()),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := journal.Earlier("audience", settings{"x"}); len(got) != 0 {
				t.Errorf("got %v", got)
			}
			journal.Settle("audience", 1)
			entry := journal.Begin("audience", settings{"x"})
			entry.Done(1)
			entry.Forget()
		})
	}
}
