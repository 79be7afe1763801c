package terraformcli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// withProvider are the commands that talk to a provider.
var withProvider = []string{"apply", "destroy", "import", "plan", "refresh", "show", "validate"}

const reattachVariable = "TF_REATTACH_PROVIDERS"

// reattach is the line in which a provider for debuggers says where it listens, for shells of any kind.
var reattach = regexp.MustCompile(reattachVariable + `=['"]?(\{.*\})`)

// attach starts the provider for a command that has not been started, and returns what ends it. More than half the
// processor time of a short command is what the CLI and each process of the provider spend on a connection that only the
// two can read: with keys of their own, for every step of the command. One process that both leave alone needs none.
//
// What detach returns is the end of a provider that crashed, which the CLI would have printed.
func (c *CLI) attach(cmd *exec.Cmd) (detach func() string) {
	c.t.Helper()
	logs := make(map[string]bool)
	for _, variable := range c.Env {
		if name, value, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "TF_LOG") && name != "TF_LOG_PATH" {
			logs[name] = value != "" // the last one counts
		}
	}
	talks := slices.ContainsFunc(withProvider, func(command string) bool { return slices.Contains(cmd.Args, command) })
	if c.OwnProcesses || !talks || slices.Contains(slices.Collect(maps.Values(logs)), true) {
		return func() string { return "" }
	}
	provider := exec.CommandContext(c.t.Context(), filepath.Join(c.Dir, "bin", providerName), "-debug")
	provider.Dir, provider.Env = cmd.Dir, cmd.Env
	var stderr bytes.Buffer
	provider.Stderr = &stderr
	stdout, err := provider.StdoutPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	if err := provider.Start(); err != nil {
		c.t.Fatal(err)
	}
	var address json.RawMessage
	for lines := bufio.NewScanner(stdout); address == nil && lines.Scan(); {
		if found := reattach.FindSubmatch(lines.Bytes()); found != nil {
			address = c.everywhere(found[1])
		}
	}
	if address == nil {
		c.t.Fatalf("the provider does not say where it listens: %v\n%s", provider.Wait(), &stderr)
	}
	cmd.Env = append(slices.Clone(cmd.Env), reattachVariable+"="+string(address))
	return func() string {
		if provider.Process.Signal(os.Interrupt) != nil {
			_ = provider.Process.Kill()
		}
		_ = provider.Wait()
		if _, crash, crashed := strings.Cut(stderr.String(), "panic: "); crashed {
			return "panic: " + crash
		}
		return ""
	}
}

// everywhere names the provider as Terraform and as OpenTofu do.
func (c *CLI) everywhere(addresses []byte) json.RawMessage {
	c.t.Helper()
	var byName map[string]json.RawMessage
	if err := json.Unmarshal(addresses, &byName); err != nil {
		c.t.Fatal(err)
	}
	for name, address := range byName {
		_, rest, _ := strings.Cut(name, "/")
		byName["registry.opentofu.org/"+rest] = address
	}
	text, err := json.Marshal(byName)
	if err != nil {
		c.t.Fatal(err)
	}
	return text
}
