package terraformcli

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/gofrs/flock"

	"github.com/talon-one/terraform-provider-talonone/internal/test/race"
)

const (
	providerName = "terraform-provider-talonone"
	modulePath   = "github.com/talon-one/terraform-provider-talonone"
)

// Binaries are those of the provider and its tools, which the first use builds.
type Binaries struct {
	// Dir is the folder that they are in.
	Dir string

	once sync.Once
	err  error
}

// Run is the body of a package's TestMain: it gives the binaries a folder for as long as the tests run, and runs more tests
// at a time than there are processors, since they wait for other processes much of their time.
func (b *Binaries) Run(m *testing.M) int {
	RunAtATime(6 * runtime.GOMAXPROCS(0))
	dir, err := os.MkdirTemp("", "talonone-binaries-")
	if err != nil {
		panic(err)
	}
	b.Dir = dir
	code := m.Run()
	if err := os.RemoveAll(dir); err != nil && code == 0 {
		code = 1
	}
	return code
}

// RunAtATime runs so many tests of a package at a time, unless -parallel or an earlier call says how many.
func RunAtATime(tests int) {
	flag.Parse()
	const name = "test.parallel"
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == name })
	if given {
		return
	}
	if err := flag.Set(name, strconv.Itoa(tests)); err != nil {
		panic(err)
	}
}

// Build builds them, once.
func (b *Binaries) Build(t testing.TB) {
	t.Helper()
	b.once.Do(func() { b.err = b.build(context.WithoutCancel(t.Context())) })
	if b.err != nil {
		t.Fatal(b.err)
	}
}

// build links the binaries in a folder that the packages' tests share, where go finds what is up to date, and hands them on.
func (b *Binaries) build(ctx context.Context) error {
	module, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return fmt.Errorf("go env GOMOD: %w", err)
	}
	shared := filepath.Join(filepath.Dir(strings.TrimSpace(string(module))), "build", "test")
	if err := os.MkdirAll(shared, 0o750); err != nil {
		return err
	}
	lock := flock.New(shared + ".lock")
	if err := lock.Lock(); err != nil {
		return err
	}
	defer func() { _ = lock.Unlock() }()
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", shared+string(filepath.Separator), modulePath, modulePath+"/cmd/...")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0") // as releases are built
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, output)
	}
	return os.CopyFS(b.Dir, os.DirFS(shared))
}

// CLI is a WorkingDir for one test: processes that are killed or interrupted, logs on stderr, state and
// plan files, which a provider in process cannot show.
type CLI struct {
	WorkingDir

	// OwnProcesses lets the CLI start the provider in Run, too, as it does for users: once for each step of a command and for
	// each alias. Aliases, and what depends on the end of a process, need it. So do commands that log, which have it anyhow.
	OwnProcesses bool

	t testing.TB
}

// New creates a folder and points the environment at a deployment. It skips the test on machines
// without a CLI, and under the race detector, which doesn't see into other processes.
func New(t testing.TB, binaries *Binaries, url string) *CLI {
	t.Helper()
	if race.Enabled {
		t.Skip("the provider runs in a process of its own, which the race detector doesn't see into")
	}
	program := Find(t)
	binaries.Build(t)
	dir := t.TempDir()
	// A copy of its own lets a test find, and kill, the processes of its provider.
	provider := filepath.Join(dir, "bin")
	if err := os.Mkdir(provider, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(filepath.Join(binaries.Dir, providerName), filepath.Join(provider, providerName)); err != nil {
		t.Fatal(err)
	}
	w, err := NewWorkingDir(Options{Program: program, Dir: dir, ProviderDir: provider, URL: url})
	if err != nil {
		t.Fatal(err)
	}
	// Reads of the emulator don't lag unless a test wants them to.
	w.Env = append(w.Env, "TALONONE_READ_CONSISTENCY=50ms")
	return &CLI{WorkingDir: *w, t: t}
}

// Find is the CLI that the tests use.
func Find(t testing.TB) string {
	t.Helper()
	for _, candidate := range []string{os.Getenv("TF_ACC_TERRAFORM_PATH"), "terraform", "tofu"} {
		if program, err := exec.LookPath(candidate); err == nil {
			return program
		}
	}
	t.Skip("neither terraform nor tofu is on the PATH, and TF_ACC_TERRAFORM_PATH names none")
	return ""
}

// Write writes a file of the folder.
func (c *CLI) Write(name, content string) {
	c.t.Helper()
	if err := os.WriteFile(filepath.Join(c.Dir, name), []byte(content), 0o600); err != nil {
		c.t.Fatal(err)
	}
}

// Read reads a file of the folder.
func (c *CLI) Read(name string) string {
	c.t.Helper()
	content, err := os.ReadFile(filepath.Join(c.Dir, name))
	if err != nil {
		c.t.Fatal(err)
	}
	return string(content)
}

// Command is a command in the folder that has not been started. It ends with the test.
func (c *CLI) Command(args ...string) *exec.Cmd {
	cmd := c.WorkingDir.Command(c.t.Context(), args...)
	// A Ctrl-C that ends the tests has to reach the CLI: nothing passes it on.
	cmd.SysProcAttr = nil
	return cmd
}

// Run returns what a command printed, and its exit code. Unless OwnProcesses is set, the command finds a provider that
// runs already and ends with it.
func (c *CLI) Run(args ...string) (string, int) {
	c.t.Helper()
	cmd := c.Command(args...)
	detach := c.attach(cmd)
	output, code, err := run(c.t.Context(), cmd)
	output += detach()
	if err != nil {
		c.t.Fatalf("%v\n%s", err, output)
	}
	return output, code
}

// Output is what a command that must succeed writes to standard output alone: warnings go elsewhere. As to the provider it
// is like Run.
func (c *CLI) Output(args ...string) string {
	c.t.Helper()
	cmd := c.Command(args...)
	cmd.Stderr = c.t.Output()
	detach := c.attach(cmd)
	output, err := cmd.Output()
	if crash := detach(); err != nil {
		c.t.Fatalf("%v: %v\n%s%s", args, err, output, crash)
	}
	return string(output)
}

// KillProvider kills, with SIGKILL, every process of this CLI's provider, and
// returns how many there were. It needs /proc.
func (c *CLI) KillProvider() int { return c.SignalProvider(os.Kill) }

// SignalProvider is KillProvider with a signal of the test's choice.
func (c *CLI) SignalProvider(signal os.Signal) int {
	sent := 0
	links, _ := filepath.Glob("/proc/[0-9]*/exe")
	for _, link := range links {
		target, err := os.Readlink(link)
		if err != nil || filepath.Dir(target) != filepath.Join(c.Dir, "bin") {
			continue
		}
		var pid int
		if _, err := fmt.Sscanf(link, "/proc/%d/exe", &pid); err != nil {
			continue
		}
		if process, err := os.FindProcess(pid); err == nil && process.Signal(signal) == nil {
			sent++
		}
	}
	return sent
}
