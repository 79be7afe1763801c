//go:build unix

package journal

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// Notes are read from and written into folders of this user's own, which nobody else can write to.
func TestFoldersOfOthersAreLeftAlone(t *testing.T) {
	t.Parallel()
	link := func(t *testing.T, target, name string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(target, name); err != nil {
			t.Fatal(err)
		}
	}
	for name, prepare := range map[string]func(t *testing.T, dir, other string){
		"linked folder": func(t *testing.T, dir, other string) { link(t, other, requests(dir)) },
		"linked parent": func(t *testing.T, dir, other string) { link(t, other, filepath.Dir(requests(dir))) },
		"folder that all write to": func(t *testing.T, dir, _ string) {
			put(t, filepath.Join(requests(dir), "x"), "")
			if err := os.Chmod(requests(dir), 0o777); err != nil { //nolint:gosec // the test is about it
				t.Fatal(err)
			}
		},
		"folder of another user": func(t *testing.T, dir, _ string) {
			put(t, filepath.Join(requests(dir), "x"), "")
			if err := os.Chown(requests(dir), 12345, -1); err != nil {
				t.Skip("only root gives folders away")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, other := t.TempDir(), t.TempDir()
			// What lies there looks like a note of ours.
			copied := leave(t, New(other, here), noteOf(t, "VIP", time.Now()))
			theirs := filepath.Join(other, filepath.Base(copied.file))
			if err := os.Rename(copied.file, theirs); err != nil {
				t.Fatal(err)
			}
			put(t, filepath.Join(other, "package.json"), "{}")
			prepare(t, dir, other)
			j := New(dir, here)
			if got := j.Interrupted("audience", settings{"VIP"}, nil); len(got) != 0 {
				t.Errorf("a note is believed: %v", got)
			}
			if n := j.begin(noteOf(t, "VIP", time.Now())); n != nil {
				t.Errorf("noted in %s", n.file)
			}
			for _, path := range []string{theirs, filepath.Join(other, "package.json")} {
				if _, err := os.Stat(path); err != nil {
					t.Error(err)
				}
			}
			if got := files(t, other); len(got) != 3 { // with the folder talonone
				t.Errorf("the other folder has %v", got)
			}
		})
	}
}

func TestOddFilesAreNotOpened(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	n := leave(t, New(dir, here), noteOf(t, "VIP", time.Now()))
	name := func(n, ending string) string {
		return filepath.Join(requests(dir), "request-00000000-0000-0000-0000-00000000000"+n+ending)
	}
	for _, fifo := range []string{name("1", ".json"), name("2", ".lock")} {
		if err := syscall.Mkfifo(fifo, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("/dev/zero", name("3", ".json")); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(n.file, name("2", ".json")); err != nil {
		t.Fatal(err)
	}
	done := make(chan int)
	go func() { done <- len(New(dir, here).Interrupted("audience", settings{"VIP"}, nil)) }()
	select {
	case got := <-done:
		if got != 0 {
			t.Errorf("believed %d notes whose lock is a FIFO", got)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it hangs")
	}
}
