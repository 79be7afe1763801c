package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
)

// launch runs the command until the test ends, and returns its URL and what it printed.
func launch(t *testing.T, args ...string) (url, printed string) {
	t.Helper()
	urlFile := filepath.Join(t.TempDir(), "url")
	ctx, stop := context.WithCancel(context.Background())
	out := &announcement{said: make(chan struct{})}
	done := make(chan error, 1)
	go func() {
		done <- run(ctx, append([]string{"-listen", "127.0.0.1:0", "-url-file", urlFile}, args...), out, io.Discard)
	}()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("it ended with %v", err)
		}
	})
	select {
	case <-out.said:
	case err := <-done:
		done <- nil
		t.Fatalf("it did not start: %v", err)
	}
	first, _, _ := strings.Cut(out.text, "\n")
	return first[strings.LastIndex(first, " ")+1:], out.text
}

// announcement tells when something was printed.
type announcement struct {
	text string // complete once said is closed
	once sync.Once
	said chan struct{}
}

func (a *announcement) Write(p []byte) (int, error) {
	a.once.Do(func() {
		a.text = string(p)
		close(a.said)
	})
	return len(p), nil
}

func request(t *testing.T, method, url, authorization, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", authorization)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	content, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(content)
}

func TestCommandServesADeployment(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	log, data := filepath.Join(folder, "log"), filepath.Join(folder, "data.json")
	url, printed := launch(t, "-request-log", log, "-data", data, "-fault", "GET /v1/applications status=503", "-fault", "GET /v1/attributes status=418")
	for _, want := range []string{url, "ApiKey-v1         demo-integration-key", "ManagementKey-v1  demo-audiences-key", "only /v1/audiences"} {
		if !strings.Contains(printed, want) {
			t.Errorf("%q is missing from:\n%s", want, printed)
		}
	}
	if status, text := request(t, "POST", url+"/v2/audiences", "ApiKey-v1 demo-integration-key", `{"name":"a"}`); status != 201 {
		t.Errorf("create: %d %s", status, text)
	}
	for path, want := range map[string]int{"/v1/applications": 503, "/v1/attributes": 418} {
		if status, _ := request(t, "GET", url+path, "ManagementKey-v1 demo-management-key", ""); status != want {
			t.Errorf("%s: %d, want %d", path, status, want)
		}
	}
	content, err := os.ReadFile(log)
	if err != nil || bytes.Count(content, []byte("\n")) != 3 || !bytes.Contains(content, []byte(`"operation":"createAudienceV2"`)) {
		t.Errorf("request log: %v\n%s", err, content)
	}
	if saved, err := os.ReadFile(data); err != nil || !bytes.Contains(saved, []byte(`"name":"a"`)) {
		t.Errorf("data file: %v", err)
	}
}

func TestURLFileHoldsTheURL(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "url")
	url, _ := launch(t, "-url-file", file)
	if got, err := os.ReadFile(file); err != nil || string(got) != url+"\n" {
		t.Errorf("%q, %v", got, err)
	}
}

// In a folder that others write to, links may be planted under the names that the emulator uses.
func TestNothingIsWrittenThroughLinks(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		planted string
		args    func(folder string) []string
		refused bool
	}{
		"URL file":                   {planted: "url", args: func(f string) []string { return []string{"-url-file", filepath.Join(f, "url")} }},
		"temporary file of the URL":  {planted: "url.tmp", args: func(f string) []string { return []string{"-url-file", filepath.Join(f, "url")} }},
		"temporary file of the data": {planted: "data.tmp", args: func(f string) []string { return []string{"-data", filepath.Join(f, "data")} }},
		"data file":                  {planted: "data", args: func(f string) []string { return []string{"-data", filepath.Join(f, "data")} }, refused: true},
		"request log":                {planted: "log", args: func(f string) []string { return []string{"-request-log", filepath.Join(f, "log")} }, refused: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder, target := t.TempDir(), filepath.Join(t.TempDir(), "precious")
			if err := os.WriteFile(target, []byte("precious"), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(target, filepath.Join(folder, test.planted)); err != nil {
				t.Skip(err)
			}
			if test.refused {
				err := run(t.Context(), append([]string{"-listen", "127.0.0.1:0"}, test.args(folder)...), io.Discard, io.Discard)
				if err == nil || !strings.Contains(err.Error(), "name the file itself") {
					t.Errorf("got %v", err)
				}
			} else {
				url, _ := launch(t, test.args(folder)...)
				if status, text := request(t, "POST", url+"/v2/audiences", "ApiKey-v1 demo-integration-key", `{"name":"a"}`); status != 201 {
					t.Errorf("create: %d %s", status, text)
				}
			}
			if content, err := os.ReadFile(target); err != nil || string(content) != "precious" {
				t.Errorf("the file that the link leads to became %q, %v", content, err)
			}
		})
	}
}

// What a command line names is a file of a size that fits into memory, or the program ends at once and says what is wrong.
func TestFilesThatAreNoneAreRefused(t *testing.T) {
	t.Parallel()
	for _, option := range []string{"-data", "-fixture", "-conventions", "-request-log"} {
		for _, file := range []string{"/dev/zero", t.TempDir()} {
			err := run(t.Context(), []string{"-listen", "127.0.0.1:0", option, file}, io.Discard, io.Discard)
			if err == nil || !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), "not a regular file") {
				t.Errorf("%s %s: %v", option, file, err)
			}
		}
	}
	for option, size := range map[string]int64{"-data": 2 << 30, "-fixture": 64<<20 + 1, "-conventions": 1<<20 + 1} {
		file := filepath.Join(t.TempDir(), "large") // without a block on the disk
		if err := errors.Join(os.WriteFile(file, nil, 0o600), os.Truncate(file, size)); err != nil {
			t.Fatal(err)
		}
		err := run(t.Context(), []string{"-listen", "127.0.0.1:0", option, file}, io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), "is too large") {
			t.Errorf("%s of %d bytes: %v", option, size, err)
		}
	}
}

func TestAddressesOfOthersAreAnsweredWhenAllowed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		args []string
		want int
	}{{nil, 403}, {[]string{"-allow-remote"}, 200}} {
		url, _ := launch(t, test.args...)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = "emulator.example:8585"
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != test.want {
			t.Errorf("%v: status %d, want %d", test.args, resp.StatusCode, test.want)
		}
	}
}

// A client that takes no response must not hold a connection for ever.
func TestConnectionThatTakesNothingEnds(t *testing.T) {
	t.Parallel()
	inner, err := listen(t.Context(), "127.0.0.1:0", false)
	if err != nil {
		t.Fatal(err)
	}
	listener := impatientListener{inner, time.Millisecond}
	defer func() { _ = listener.Close() }()
	client, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	conn, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	for part := make([]byte, 1<<20); err == nil; {
		_, err = conn.Write(part)
	}
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("writing ended with %v", err)
	}
}

func TestManagementLimitIsOnByDefault(t *testing.T) {
	t.Parallel()
	c, err := parse(nil, io.Discard)
	if err != nil || c.options.ManagementRPS != 3 || c.listen != "127.0.0.1:8585" {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestFixtureOption(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "fixture.json")
	content := `{"account":{"id":1},"applications":[{"id":7,"name":"Mine"}],"integrationKeys":[{"key":"k","applicationId":7}]}`
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, printed := launch(t, "-fixture", file); !strings.Contains(printed, `Application 7 "Mine"`) {
		t.Errorf("printed:\n%s", printed)
	}
}

func TestConventionsOfTheCommandLine(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "conventions.json")
	if err := os.WriteFile(file, []byte(`{"name_trim": "yes", "read_lag": "2s"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]conventions.Values{
		"":                     {"name_trim": "no", "unknown_properties": "ignored", "path_characters": "rfc3986"},
		"-conventions " + file: {"name_trim": "yes", "read_lag": "2s"},
		"-conventions " + file + " -convention name_trim=no":            {"name_trim": "no", "read_lag": "2s"},
		"-convention sku_case=folded -convention id_trim=yes":           {"sku_case": "folded", "id_trim": "yes"},
		"-legacy-2022 -legacy-events=false -third-party-audiences-only": {"legacy_2022": "yes", "legacy_events": "no", "third_party_audiences_only": "yes"},
		"-retry-after -forbidden-status 401":                            {"retry_after": "yes", "forbidden_status": "401"},
	} {
		c, err := parse(strings.Fields(line), io.Discard)
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		for name, value := range want {
			if got := c.options.Conventions[name]; got != value {
				t.Errorf("%s: %s is %q, want %q", line, name, got, value)
			}
		}
	}
	if err := os.WriteFile(file, []byte(`{"name_trim": true}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := parse([]string{"-conventions", file}, io.Discard); err == nil || !strings.Contains(err.Error(), "both strings") {
		t.Errorf("a file with a boolean: %v", err)
	}
}

func TestOnlyLoopbackUnlessAllowed(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:0", "example.com:0"} {
		if _, err := listen(t.Context(), address, false); err == nil || !strings.Contains(err.Error(), "-allow-remote") {
			t.Errorf("%s: %v", address, err)
		}
	}
	for address, remote := range map[string]bool{"localhost:0": false, "127.0.0.2:0": false, "0.0.0.0:0": true} {
		listener, err := listen(t.Context(), address, remote)
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		_ = listener.Close()
	}
}

func TestWrongCommandLines(t *testing.T) {
	t.Parallel()
	for line, problem := range map[string]string{
		"extra":                         `unexpected argument "extra"`,
		"-fault GET":                    "want METHOD",
		"-latency -1s":                  "must not be negative",
		"-management-rps -1":            "must not be negative",
		"-forbidden-status 404":         `"404" is not a valid value; use 403, 401`,
		"-convention read_lag":          "want NAME=VALUE",
		"-convention colour=red":        `there is no convention "colour"`,
		"-convention name_trim=maybe":   "use yes, no",
		"-conventions /does/not/exist":  "no such file",
		"-fixture /does/not/exist.json": "no such file",
		"-listen nowhere":               "-listen nowhere",
	} {
		err := run(t.Context(), strings.Fields(line), io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("%s: got %v, want %q", line, err, problem)
		}
	}
	if err := run(t.Context(), []string{"-h"}, io.Discard, io.Discard); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("-h: %v", err)
	}
	var out bytes.Buffer
	if err := run(t.Context(), []string{"-version"}, &out, io.Discard); err != nil || out.String() != "talonone-emulator dev\n" {
		t.Errorf("-version: %v %q", err, out.String())
	}
}
