package input

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestFormatOf(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"a.csv": CSV, "dir.csv/a.JSONL": JSONLines, "a.ndjson": JSONLines, "a.TXT": Text, "a": "", "a.json": JSON, "a.tsv": CSV, "a.TAB": CSV, "csv": "", "a.csv.gz": "",
	} {
		if got := FormatOf(name); got != want {
			t.Errorf("format of %s is %q, want %q", name, got, want)
		}
	}
}

func write(t *testing.T, content string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file.csv")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestReadFileDigestsAllOfTheFile(t *testing.T) {
	t.Parallel()
	content := "a,b\n" + strings.Repeat("1,2\n", 50_000)
	var start [3]byte
	digest, err := ReadFile(write(t, content), 1<<20, func(r io.Reader) error {
		_, err := io.ReadFull(r, start[:])
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(content))
	if want := hex.EncodeToString(sum[:]); digest != want {
		t.Errorf("digest is %s, want %s", digest, want)
	}
	if string(start[:]) != "a,b" {
		t.Errorf("the content starts with %q", start)
	}
}

func TestReadFileRefusesWhatIsNoInput(t *testing.T) {
	t.Parallel()
	huge := write(t, "")
	if err := os.Truncate(huge, 1<<30); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ path, want string }{
		"missing":         {filepath.Join(t.TempDir(), "nowhere.csv"), "does not exist. Relative paths start at the working directory"},
		"directory":       {t.TempDir(), "is a directory: name a file"},
		"device":          {os.DevNull, "is not a regular file but a device"},
		"empty":           {write(t, ""), "the file is empty"},
		"a huge garbage":  {huge, "has 1024 MB: at most 200 MB can be managed by one resource"},
		"content refused": {write(t, "x"), "file.csv: line 1, column 2: refused"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ReadFile(test.path, 200<<20, func(io.Reader) error { return Faultf(1, 2, "refused") })
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}

// A pipe would be waited for until somebody writes to it.
func TestReadFileDoesNotOpenPipes(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "pipe.csv")
	if err := exec.CommandContext(t.Context(), "mkfifo", name).Run(); err != nil {
		t.Skip("no mkfifo: ", err)
	}
	_, err := ReadFile(name, 1<<20, func(io.Reader) error { return nil })
	if err == nil || !strings.Contains(err.Error(), "is not a regular file but a named pipe") {
		t.Error(err)
	}
}
