//go:build unix

package chaos

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/terraformcli"
)

// processFault is something that happens to a process while a request is under way.
type processFault struct {
	name string
	// after is whether the deployment has carried the request out.
	after bool
	// happen is called while the request waits; what it does ends with heal.
	happen func(*apply, *http.Request)
	// heal puts the deployment right.
	heal func(*site)
	// linux faults need /proc.
	linux bool
}

func processFaults() []processFault {
	kill := func(a *apply, _ *http.Request) {
		if a.cli.KillProvider() == 0 {
			a.fail("no provider was found to kill")
		}
	}
	down := func(a *apply, _ *http.Request) { a.site.down() }
	interrupt := func(a *apply, r *http.Request) {
		a.interrupt()
		<-r.Context().Done()
	}
	interruptTwice := func(a *apply, r *http.Request) {
		a.twice.Store(true)
		interrupt(a, r)
	}
	restart := func(s *site) {
		s.restart()
		s.up()
	}
	return []processFault{
		{name: "connection refused", happen: down, heal: (*site).up},
		{name: "deployment killed before", happen: down, heal: restart},
		{name: "deployment killed after", after: true, happen: down, heal: restart},
		{name: "provider killed before", happen: kill, linux: true},
		{name: "provider killed after", after: true, happen: kill, linux: true},
		{name: "Ctrl-C before", happen: interrupt},
		{name: "Ctrl-C after", after: true, happen: interrupt},
		{name: "Ctrl-C twice before", happen: interruptTwice},
		{name: "Ctrl-C twice after", after: true, happen: interruptTwice},
	}
}

// apply is one `terraform apply` that something happens to.
type apply struct {
	site *site
	cli  *terraformcli.CLI
	// cmd has a process once started is closed.
	cmd     *exec.Cmd
	started chan struct{}
	// twice asks for a second interrupt when the first has been noticed.
	twice   atomic.Bool
	problem atomic.Value // of string
}

func (a *apply) fail(problem string) { a.problem.Store(problem) }

// interrupt does what a terminal does at Ctrl-C: it signals the whole process group.
func (a *apply) interrupt() {
	<-a.started
	if err := syscall.Kill(-a.cmd.Process.Pid, syscall.SIGINT); err != nil {
		a.fail(err.Error())
	}
}

// run returns what the command printed.
func (a *apply) run(t *testing.T) string {
	t.Helper()
	a.cmd = a.cli.Command("apply", "-auto-approve", "-no-color")
	a.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = read.Close() }()
	a.cmd.Stdout, a.cmd.Stderr = write, write
	if err := errors.Join(a.cmd.Start(), write.Close()); err != nil {
		t.Fatal(err)
	}
	close(a.started)
	var output strings.Builder
	lines := bufio.NewReader(read)
	for {
		line, err := lines.ReadString('\n')
		output.WriteString(line)
		if a.twice.Load() && strings.Contains(line, "Interrupt received") {
			a.interrupt()
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	err = a.cmd.Wait()
	if _, ended := errors.AsType[*exec.ExitError](err); err != nil && !ended {
		t.Fatal(err)
	}
	return output.String()
}

// turns bounds how many cells use the CLI at a time: each is three processes with a few hundred MB.
var turns = make(chan struct{}, 3*runtime.GOMAXPROCS(0))

// takeTurn waits for a place among those that use the CLI, and keeps it until the test ends.
func takeTurn(t *testing.T) {
	t.Helper()
	turns <- struct{}{}
	t.Cleanup(func() { <-turns })
}

// lab is a scenario with the CLI, ready to be done many times.
type lab struct {
	scenario
	// files is what a folder holds before, by name; data is the deployment's.
	files map[string]string
	data  string
	// origin is the address of the deployment of the files.
	origin string
	want   reference
}

// kept are the files of a folder that a run leaves to the next.
var kept = []string{"terraform.tfstate"}

// newLab does once what goes before, and the change without a fault.
func newLab(t *testing.T, s scenario) *lab {
	t.Helper()
	l := &lab{scenario: s, files: make(map[string]string)}
	place, c := l.place(t)
	l.origin = place.url()
	if s.seed != nil {
		s.seed(t, place.deployment())
	}
	if s.before != nil {
		l.configure(t, c, s.before, nil)
		l.must(t, c, "apply", "-auto-approve", "-no-color")
		for _, name := range kept {
			l.files[name] = c.Read(name)
		}
	}
	content, err := os.ReadFile(place.dataFile)
	if err != nil {
		t.Fatal(err)
	}
	l.data = string(content)
	l.want.before = snapshotOf(t, place.server)
	place.server.ResetRequests()
	l.configure(t, c, s.after, nil)
	l.must(t, c, "apply", "-auto-approve", "-no-color")
	l.want.targets = targetsOf(t, s.operation, place.server.Requests())
	l.must(t, c, "plan", "-detailed-exitcode", "-no-color")
	l.want.requests, l.want.snapshot = place.requests(), snapshotOf(t, place.server)
	return l
}

// place is a deployment and a folder as they are before the change.
func (l *lab) place(t *testing.T) (*site, *terraformcli.CLI) {
	t.Helper()
	dataFile := filepath.Join(t.TempDir(), "deployment.json")
	if l.data != "" {
		if err := os.WriteFile(dataFile, []byte(l.data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	place := newSite(t, dataFile)
	c := terraformcli.New(t, &binaries, place.url())
	for name, content := range l.files {
		// The state belongs to one deployment, which this one stands for.
		c.Write(name, strings.ReplaceAll(content, l.origin, place.url()))
	}
	return place, c
}

func (l *lab) must(t *testing.T, c *terraformcli.CLI, args ...string) {
	t.Helper()
	if output, code := c.Run(args...); code != 0 {
		t.Fatalf("%v ended with %d:\n%s", args, code, output)
	}
}

// configure writes the resource, or no resource for nil, with settings of the provider.
func (l *lab) configure(t *testing.T, c *terraformcli.CLI, config, settings attributes) {
	t.Helper()
	provider := attributes{"management_requests_per_second": 10000}
	maps.Copy(provider, settings)
	root := map[string]any{
		"terraform": map[string]any{"required_providers": map[string]any{"talonone": map[string]any{"source": "talon-one/talonone"}}},
		"provider":  map[string]any{"talonone": provider},
	}
	if config != nil {
		root["resource"] = map[string]any{l.kind(): map[string]any{"one": config}}
	}
	text, err := json.Marshal(root)
	if err != nil {
		t.Fatal(err)
	}
	c.Write("main.tf.json", string(text))
}

// suffer does the change, in this configuration, with a fault, and once more after it. prepare makes the fault, heal ends it.
func (l *lab) suffer(t *testing.T, config, settings attributes, prepare func(*apply), heal func(*site)) outcome {
	t.Helper()
	takeTurn(t)
	place, c := l.place(t)
	a := &apply{site: place, cli: c, started: make(chan struct{})}
	prepare(a)
	l.configure(t, c, config, settings)
	var o outcome
	o.first = a.run(t)
	heal(place)
	l.configure(t, c, l.after, nil)
	if output, code := c.Run("apply", "-auto-approve", "-no-color"); code != 0 {
		o.second = output
	} else if output, code := c.Run("plan", "-detailed-exitcode", "-no-color"); code != 0 {
		o.left = "the plan after all is done is not empty:\n" + output
	}
	o.extra = place.requests() - l.want.requests
	o.judge(l.scenario, l.want, snapshotOf(t, place.server))
	if problem, ok := a.problem.Load().(string); ok {
		o.problem = problem
	}
	return o
}

// TestProcessMatrix kills and interrupts processes in the middle of every write, with the real CLI.
func TestProcessMatrix(t *testing.T) {
	t.Parallel()
	terraformcli.Find(t)
	for _, f := range processFaults() {
		processColumns = append(processColumns, f.name)
	}
	random := newSample(t)
	_, err := os.Stat("/proc/self/exe")
	for _, s := range scenarios() {
		if s.isAction() {
			continue // the CLIs that know actions are newer than the one that most machines have
		}
		var chosen []processFault
		for _, f := range processFaults() {
			if (random.IntN(30) == 0 || *long) && (!f.linux || err == nil) {
				chosen = append(chosen, f)
			}
		}
		var responses []fault
		for _, f := range faults() {
			if random.IntN(8) == 0 && *long {
				responses = append(responses, f)
			}
		}
		if len(chosen)+len(responses) == 0 {
			continue
		}
		t.Run(s.name(), func(t *testing.T) {
			t.Parallel()
			var l *lab
			t.Run("without a fault", func(t *testing.T) { //nolint:paralleltest // The others need what comes of it.
				takeTurn(t)
				l = newLab(t, s)
			})
			if l == nil {
				return // failed, or skipped
			}
			at := l.want.targets[0]
			for _, f := range chosen {
				t.Run(f.name, func(t *testing.T) {
					t.Parallel()
					var sprung atomic.Bool
					o := l.suffer(t, s.after, attributes{"max_retries": 0}, func(a *apply) {
						a.site.trap = &trap{at: at, after: f.after, fire: func(r *http.Request) {
							sprung.Store(true)
							f.happen(a, r)
						}}
					}, func(s *site) {
						if f.heal != nil {
							f.heal(s)
						}
					})
					if !sprung.Load() {
						t.Fatalf("the request never came:\n%s", o.first)
					}
					processTable.add(s, f.name, variants[0].name, o)
					if o.problem != "" {
						t.Error(o.problem)
					}
				})
			}
			for _, f := range responses {
				t.Run(f.name, func(t *testing.T) {
					t.Parallel()
					config, settings := f.configure(s, 0)
					o := l.suffer(t, config, settings, func(a *apply) {
						for _, one := range f.at(at, variants[len(variants)-1]) {
							if err := a.site.server.AddFault(one); err != nil {
								t.Fatal(err)
							}
						}
					}, func(s *site) { s.server.ClearFaults() })
					sampledCells.Add(1)
					if o.problem != "" {
						sampledFailures.Add(1)
						t.Error(o.problem)
					}
				})
			}
		})
	}
}
