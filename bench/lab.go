//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/terraformcli"
)

const (
	// usageVariable names the file to which the stand-in writes what the provider used.
	usageVariable = "BENCH_USAGE"
	// providerVariable names the real provider.
	providerVariable = "BENCH_PROVIDER"
)

// usage is what a process used.
type usage struct {
	CPU  time.Duration `json:"cpu"`
	Peak int64         `json:"peak"` // bytes
}

// standIn runs the real provider in place of this program and notes what it used, since Terraform starts the provider
// and no one else can tell.
func standIn() int {
	cmd := exec.CommandContext(context.Background(), os.Getenv(providerVariable), os.Args[1:]...) //nolint:gosec // set by this program for itself
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	line, _ := json.Marshal(used(cmd.ProcessState))
	if file, openErr := os.OpenFile(os.Getenv(usageVariable), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600); openErr == nil {
		_, _ = file.Write(append(line, '\n'))
		_ = file.Close()
	}
	if err != nil {
		return 1
	}
	return 0
}

func used(state *os.ProcessState) usage {
	u := usage{CPU: state.UserTime() + state.SystemTime()}
	if r, ok := state.SysUsage().(*syscall.Rusage); ok {
		u.Peak = int64(r.Maxrss)
		if runtime.GOOS != "darwin" {
			u.Peak *= 1024
		}
	}
	return u
}

// lab is where the measurements are taken: an emulator, and a CLI that uses the stand-in.
type lab struct {
	cli         *terraformcli.WorkingDir
	work, build string
	url         string
	emulator    *exec.Cmd
}

// newLab starts an emulator with the Management API's limit of requests per second, or with another one that the provider
// then keeps too. args are further ones of the emulator's.
func newLab(ctx context.Context, work, build, cli, perSecond string, args ...string) (*lab, error) {
	build, err := filepath.Abs(build)
	if err != nil {
		return nil, err
	}
	l := &lab{work: work, build: build}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	bin := filepath.Join(work, "bin")
	if err := os.MkdirAll(bin, 0o700); err != nil {
		return nil, err
	}
	if err := os.Symlink(self, filepath.Join(bin, providerName)); err != nil {
		return nil, err
	}
	if err := l.startEmulator(ctx, perSecond, args); err != nil {
		return nil, err
	}
	if l.cli, err = terraformcli.NewWorkingDir(terraformcli.Options{Program: cli, Dir: work, ProviderDir: bin, URL: l.url}); err != nil {
		l.close()
		return nil, err
	}
	l.cli.Env = append(l.cli.Env, providerVariable+"="+filepath.Join(build, providerName), usageVariable+"="+l.usageFile(),
		"TALONONE_MANAGEMENT_REQUESTS_PER_SECOND="+perSecond)
	return l, nil
}

func (l *lab) usageFile() string { return filepath.Join(l.work, "usage.jsonl") }

func (l *lab) startEmulator(ctx context.Context, perSecond string, args []string) error {
	urlFile := filepath.Join(l.work, "url")
	l.emulator = exec.CommandContext(ctx, filepath.Join(l.build, "talonone-emulator"),
		append([]string{"-listen", "127.0.0.1:0", "-management-rps", perSecond, "-url-file", urlFile}, args...)...)
	l.emulator.Stderr = os.Stderr
	if err := l.emulator.Start(); err != nil {
		return err
	}
	for range 200 {
		if text, err := os.ReadFile(urlFile); err == nil && bytes.HasSuffix(text, []byte("\n")) {
			l.url = strings.TrimSpace(string(text))
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return errors.Join(errors.New("the emulator did not start"), l.emulator.Process.Kill())
}

func (l *lab) close() {
	_ = l.emulator.Process.Signal(os.Interrupt)
	_ = l.emulator.Wait()
}

// step is one measured run of the CLI.
type step struct {
	name          string
	total         usage // of CLI and provider; the peak is the larger one's
	provider      usage
	wall          time.Duration
	syncs, listed int
	requests      map[string]int // by operation
}

// terraform runs the CLI in a folder and measures it.
func (l *lab) terraform(ctx context.Context, name, dir string, args ...string) (step, error) {
	if err := l.forget(ctx); err != nil {
		return step{}, err
	}
	_ = os.Remove(l.usageFile())
	var output bytes.Buffer
	cli := *l.cli
	cli.Dir = dir
	cmd := cli.Command(ctx, append(args, "-no-color")...)
	cmd.Stdout, cmd.Stderr = &output, &output
	started := time.Now()
	if err := cmd.Run(); err != nil {
		return step{}, fmt.Errorf("%s %s: %w\n%s", cli.Program, strings.Join(args, " "), err, tail(output.String()))
	}
	s := step{name: name, wall: time.Since(started), total: used(cmd.ProcessState)}
	lines, err := os.ReadFile(l.usageFile())
	if err != nil && !errors.Is(err, os.ErrNotExist) { // terraform_data needs no provider.
		return s, err
	}
	for line := range bytes.Lines(lines) {
		var one usage
		if err := json.Unmarshal(line, &one); err != nil {
			return s, err
		}
		s.provider.CPU += one.CPU
		s.provider.Peak = max(s.provider.Peak, one.Peak)
	}
	counts, err := l.counts(ctx)
	s.syncs, s.listed, s.requests = counts["syncCatalog"], counts["listCatalogItems"], counts
	fmt.Printf(" (provider: %s s, %s MB)\n", seconds(s.provider.CPU), megabytes(s.provider.Peak))
	return s, err
}

func tail(text string) string {
	const most = 3000
	return text[max(0, len(text)-most):]
}

func (l *lab) forget(ctx context.Context) error {
	_, err := l.control(ctx, http.MethodDelete)
	return err
}

// received is a request that the emulator received.
type received struct {
	Operation string `json:"operation"`
	Status    int    `json:"status"`
}

// requests are those since the last forget.
func (l *lab) requests(ctx context.Context) ([]received, error) {
	body, err := l.control(ctx, http.MethodGet)
	if err != nil {
		return nil, err
	}
	var requests []received
	err = json.Unmarshal(body, &requests)
	return requests, err
}

// counts are the requests since the last forget, by operation.
func (l *lab) counts(ctx context.Context) (map[string]int, error) {
	requests, err := l.requests(ctx)
	if err != nil {
		return nil, err
	}
	counts := make(map[string]int)
	for _, request := range requests {
		// Runs that follow each other faster than a second can meet the limit; the client then asks again.
		if request.Status != http.StatusTooManyRequests {
			counts[request.Operation]++
		}
	}
	return counts, nil
}

func (l *lab) control(ctx context.Context, method string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, l.url+"/_emulator/requests", nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	return io.ReadAll(resp.Body)
}
