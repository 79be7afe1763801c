package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// fifty is a configuration of 50 audiences, recognised by their names alone, or
// by integration IDs.
var fifty = map[string]string{
	"by name": `
		resource "talonone_audience" "many" {
		  count = 50
		  name  = "Audience ${count.index}"
		}`,
	"by integration ID": `
		resource "talonone_audience" "many" {
		  count          = 50
		  name           = "Audience"
		  integration_id = "external-${count.index}"
		}`,
}

func TestApplyAfterTheProviderWasKilledMakesNoDoubles(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("finding the provider's processes needs /proc")
	}
	for name, config := range fifty {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var running atomic.Pointer[cli]
			var creates, killed atomic.Int64
			dead := make(chan struct{})
			d := acctest.Start(t, func(o *emulator.Options) {
				o.OnRequest = func(_ context.Context, operation string) {
					if operation != "createAudienceV2" {
						return
					}
					// The ten of the CLI's parallelism wait for each other: Terraform knows of all before them, and
					// the responses of these ten are lost. A response that the provider has got and not passed on
					// yet is the gap that the documentation names.
					switch n := creates.Add(1); {
					case n == 20:
						killed.Store(int64(running.Load().KillProvider()))
						close(dead)
					case n > 10 && n < 20:
						<-dead
					}
				}
			})
			c := newCLI(t, d.URL, config)
			running.Store(c)
			if output, code := c.Run("apply", "-auto-approve"); code == 0 {
				t.Fatalf("the apply was not disturbed:\n%s", output)
			}
			if killed.Load() == 0 {
				t.Fatal("no provider was found to kill")
			}
			expectFiftyAfterApply(t, c, d.Audiences)
		})
	}
}

func TestApplyAfterTheDeploymentWasKilledMakesNoDoubles(t *testing.T) {
	t.Parallel()
	for name, config := range fifty {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCLI(t, "", config+"\nprovider \"talonone\" {\n  max_retries = 0\n}\n")
			address, data := freeAddress(t), filepath.Join(t.TempDir(), "deployment.json")
			c.Env = append(c.Env, "TALONONE_BASE_URL=http://"+address)

			first := startEmulator(t, address, data)
			go first.killAfter("createAudienceV2", 20)
			if output, code := c.Run("apply", "-auto-approve"); code == 0 {
				t.Fatalf("the apply was not disturbed:\n%s", output)
			}
			first.wait()

			startEmulator(t, address, data)
			d := &acctest.Deployment{URL: "http://" + address}
			expectFiftyAfterApply(t, c, d.Audiences)
		})
	}
}

// expectFiftyAfterApply applies again, to the end.
func expectFiftyAfterApply(t *testing.T, c *cli, audiences func(testing.TB) []string) {
	t.Helper()
	c.must(0, "apply", "-auto-approve")
	if got := len(audiences(t)); got != 50 {
		t.Errorf("the deployment has %d audiences, want 50", got)
	}
	if output, code := c.Run("plan", "-detailed-exitcode"); code != 0 {
		t.Errorf("the plan after the second apply ended with %d:\n%s", code, output)
	}
	c.must(0, "destroy", "-auto-approve")
	if got := audiences(t); len(got) != 0 {
		t.Errorf("left behind: %v", got)
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// emulatorProcess is the emulator's binary, whose request log is read from a pipe.
type emulatorProcess struct {
	cmd *exec.Cmd
	log io.ReadCloser
}

func startEmulator(t *testing.T, address, data string) *emulatorProcess {
	t.Helper()
	ready := filepath.Join(t.TempDir(), "url")
	// The pipe's end has the number 3 in the emulator; opening it by that path
	// makes the log a stream.
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	// Its own goroutine or the test's end kills it; the context does not.
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), filepath.Join(binaries.Dir, "talonone-emulator"),
		"-listen", address, "-data", data, "-url-file", ready, "-management-rps", "0", "-request-log", "/proc/self/fd/3")
	cmd.ExtraFiles = []*os.File{write}
	cmd.Stderr = t.Output()
	announced, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_ = write.Close()
	p := &emulatorProcess{cmd: cmd, log: read}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		p.wait()
		_ = read.Close()
	})
	// It prints its URL once it listens.
	if line, err := bufio.NewReader(announced).ReadString('\n'); err != nil {
		t.Fatalf("the emulator did not start: %s %v", line, err)
	}
	return p
}

// killAfter kills the emulator, with SIGKILL, when it has logged so many
// requests of an operation.
func (p *emulatorProcess) killAfter(operation string, requests int) {
	lines := bufio.NewScanner(p.log)
	for lines.Scan() {
		var request struct{ Operation string }
		if json.Unmarshal(lines.Bytes(), &request) == nil && request.Operation == operation {
			requests--
		}
		if requests == 0 {
			_ = p.cmd.Process.Kill()
			return
		}
	}
}

func (p *emulatorProcess) wait() { _ = p.cmd.Wait() }

func TestAHundredAudiencesTakeOneListingAPlan(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t, func(o *emulator.Options) { o.ManagementRPS = 3 })
	c := newCLI(t, d.URL, `
		resource "talonone_audience" "many" {
		  count = 100
		  name  = "Audience ${count.index}"
		}`)
	// Terraform starts the provider anew for each of its walks; each reads once.
	c.must(2, "plan", "-detailed-exitcode", "-parallelism=50", "-out=create.tfplan")
	expectCounts(t, d, map[string]int{"getAudiences": 1})
	c.must(0, "apply", "-parallelism=50", "create.tfplan")
	expectCounts(t, d, map[string]int{"getAudiences": 1, "createAudienceV2": 100})
	c.must(0, "plan", "-detailed-exitcode", "-parallelism=50")
	expectCounts(t, d, map[string]int{"getAudiences": 1})
	// A destroy refreshes in one walk and plans in another.
	c.must(2, "plan", "-detailed-exitcode", "-destroy", "-parallelism=50", "-out=destroy.tfplan")
	expectCounts(t, d, map[string]int{"getAudiences": 2, "getAudiencesAnalytics": 1})
	c.must(0, "apply", "-parallelism=50", "destroy.tfplan")
	// One listing tells whether they still are those of the state.
	expectCounts(t, d, map[string]int{"getAudiences": 1, "deleteAudienceV2": 100})
}

func expectCounts(t *testing.T, d *acctest.Deployment, want map[string]int) {
	t.Helper()
	got := make(map[string]int)
	for _, request := range d.Server.Requests() {
		got[request.Operation]++
		if request.Status >= 400 {
			t.Errorf("%s was answered with %d", request.Operation, request.Status)
		}
	}
	d.Forget()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("requests %v, want %v", got, want)
	}
}

func TestFrameworkTracesOnlyWhenAskedTo(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	c := newCLI(t, d.URL, `data "talonone_audiences" "all" {}`)
	for name, test := range map[string]struct {
		variable string
		traces   bool
	}{
		"no variable":          {"TF_LOG_CORE=TRACE", false},
		"TF_LOG":               {"TF_LOG=TRACE", false},
		"TF_LOG_PROVIDER":      {"TF_LOG_PROVIDER=TRACE", false},
		"TF_LOG_SDK_FRAMEWORK": {"TF_LOG_SDK_FRAMEWORK=TRACE", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			shared := *c.CLI
			own := &cli{CLI: &shared, t: t}
			log := filepath.Join(t.TempDir(), "log")
			own.Env = append(append([]string(nil), c.Env...), test.variable, "TF_LOG_PATH="+log)
			if name == "TF_LOG_SDK_FRAMEWORK" {
				// Terraform drops what the provider writes unless it logs providers itself.
				own.Env = append(own.Env, "TF_LOG_PROVIDER=TRACE")
			}
			// The four share a state.
			own.must(0, "plan", "-lock=false")
			content, err := os.ReadFile(log)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Contains(string(content), "sdk.framework"); got != test.traces {
				t.Errorf("the framework's trace is in the log: %t, want %t", got, test.traces)
			}
		})
	}
}

// Terraform runs one provider process per alias; a test in process shares one.
func TestSeveralApplicationsThroughAliases(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	c := newCLI(t, d.URL, `
		variable "sandbox_key" {}
		provider "talonone" {
		  alias               = "sandbox"
		  integration_api_key = var.sandbox_key
		}
		resource "talonone_audience" "live" {
		  name = "VIP"
		}
		resource "talonone_audience" "sandbox" {
		  provider = talonone.sandbox
		  name     = "VIP"
		}
		output "sandbox" {
		  value = [talonone_audience.live.sandbox, talonone_audience.sandbox.sandbox]
		}`)
	c.Env = append(c.Env, "TF_VAR_sandbox_key="+acctest.SandboxIntegrationKey)
	c.OwnProcesses = true
	c.must(0, "apply", "-auto-approve")
	if got := strings.TrimSpace(c.must(0, "output", "-json", "sandbox")); got != "[false,true]" {
		t.Errorf("sandbox of the two audiences: %s", got)
	}
	c.must(0, "destroy", "-auto-approve")
	if got := d.Audiences(t); len(got) != 0 {
		t.Errorf("left behind: %v", got)
	}
}
