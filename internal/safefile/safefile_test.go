package safefile_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/safefile"
)

func put(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	put(t, in("file"), "12345")
	put(t, in("large"), "123456")
	if err := os.Symlink(in("file"), in("link")); err != nil {
		t.Skip(err)
	}
	for path, want := range map[string]struct{ read, direct string }{
		in("file"):    {},
		in("large"):   {"is too large", "is too large"},
		in("link"):    {"", "is a link; name the file itself"},
		in("missing"): {"no such file", "no such file"},
		dir:           {"is not a regular file", "is not a regular file"},
		"/dev/zero":   {"is not a regular file", "is not a regular file"},
	} {
		for name, try := range map[string]struct {
			read func(string, int64) ([]byte, error)
			want string
		}{"Read": {safefile.Read, want.read}, "ReadDirect": {safefile.ReadDirect, want.direct}} {
			content, err := try.read(path, 5)
			if try.want == "" && (err != nil || string(content) != "12345") || try.want != "" && (err == nil || !strings.Contains(err.Error(), try.want)) {
				t.Errorf("%s of %s: %q, %v; want %q", name, path, content, err, try.want)
			}
		}
	}
}

func TestAppendAddsToOwnFiles(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "log")
	for range 2 {
		file, err := safefile.Append(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.Write([]byte("line\n")); err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
	}
	content, err := os.ReadFile(path)
	info, errStat := os.Stat(path)
	if err != nil || errStat != nil || string(content) != "line\nline\n" || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("%q of mode %v, %v, %v", content, info.Mode(), err, errStat)
	}
}

func TestAppendRefusesWhatIsNotOneOwnFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	put(t, in("precious"), "precious")
	if err := os.Symlink(in("precious"), in("link")); err != nil {
		t.Skip(err)
	}
	if err := os.Symlink(in("nowhere"), in("dangling")); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		in("link"): "is a link; name the file itself", in("dangling"): "no such file", dir: "is not a regular file", "/dev/null": "is not a regular file",
		"/dev/fd/999": "bad file descriptor",
	} {
		if file, err := safefile.Append(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, %v; want %q", path, file, err, want)
		}
	}
	if _, err := os.Lstat(in("nowhere")); err == nil {
		t.Error("a file was made through a link")
	}
}

// What a service manager or a container reads is taken as it is, and others in the program go on writing to it.
func TestStreamsOfTheProgramStayOpen(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/dev/stderr", "/dev/fd/2", "/proc/self/fd/2"} {
		file, err := safefile.Append(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stderr.Stat(); err != nil {
			t.Fatalf("%s was closed: %v", path, err)
		}
	}
}

func TestReplace(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	put(t, in("precious"), "precious")
	for _, name := range []string{"link", "file.tmp"} {
		if err := os.Symlink(in("precious"), in(name)); err != nil {
			t.Skip(err)
		}
	}
	for _, name := range []string{"link", "file"} {
		for _, text := range []string{"one", "two"} {
			if err := safefile.Replace(in(name), []byte(text)); err != nil {
				t.Fatal(err)
			}
			if got, err := os.ReadFile(in(name)); err != nil || string(got) != text {
				t.Errorf("%s holds %q, %v", name, got, err)
			}
		}
	}
	if got, err := os.ReadFile(in("precious")); err != nil || string(got) != "precious" {
		t.Errorf("the file behind the links became %q, %v", got, err)
	}
	if err := safefile.Replace("/dev/null", nil); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("a device: %v", err)
	}
}
