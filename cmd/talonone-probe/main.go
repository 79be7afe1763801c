// Command talonone-probe finds out how a Talon.One deployment answers the questions that its documentation leaves
// open, by experiments in a sandbox Application. People run it before they trust the provider with a deployment,
// and talonone-emulator then behaves like that deployment.
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
	"github.com/talon-one/terraform-provider-talonone/internal/safefile"
)

// version is set by the release build.
var version = "dev"

const (
	exitDiffers = 1
	exitFailed  = 2
)

// requestTime bounds one request, so that a cleanup ends.
const requestTime = 2 * time.Minute

func main() {
	// Neither a closed terminal nor a pipe that no one reads may end the program before it has removed what it made.
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		<-ctx.Done()
		stop() // a second Ctrl-C ends the program at once
	}()
	status := run(ctx, os.Args[1:], environment{
		getenv: os.Getenv, out: os.Stdout, errOut: os.Stderr, clock: realClock(), http: &http.Client{Timeout: requestTime},
	})
	os.Exit(status)
}

// environment is what the program runs in.
type environment struct {
	getenv      func(string) string
	out, errOut io.Writer
	clock       clock
	http        *http.Client
}

// config is the command line.
type config struct {
	list, readOnly, leaveTraces, version bool
	json                                 string
	catalog                              int64
}

const usage = `Usage: talonone-probe [options]

Finds out how a deployment answers the questions that Talon.One's documentation
leaves open, by experiments in the sandbox Application of the Integration key.
It reads TALONONE_BASE_URL, TALONONE_INTEGRATION_API_KEY and
TALONONE_MANAGEMENT_API_KEY from the environment.

Everything that it creates has a name that begins with "talonone-probe-" and is
removed at the end, even after Ctrl-C or an error. What cannot be removed
(profiles, sessions) is created only with -leave-traces.

Exit status: 0 when everything that the provider relies on holds; 1 when
something does not; 2 when the probe could not finish, refused the
Application, or could not remove something.

Options:
`

func parse(args []string, errOut io.Writer) (config, error) {
	var c config
	flags := flag.NewFlagSet("talonone-probe", flag.ContinueOnError)
	flags.SetOutput(errOut)
	flags.Usage = func() {
		_, _ = io.WriteString(errOut, usage)
		flags.PrintDefaults()
	}
	flags.BoolVar(&c.list, "list", false, "list the experiments, what they send and what they leave behind, and exit")
	flags.BoolVar(&c.readOnly, "read-only", false, "only check keys, endpoints and lists; works for live Applications too")
	flags.BoolVar(&c.leaveTraces, "leave-traces", false, "also run the experiments that leave profiles and sessions behind")
	flags.Int64Var(&c.catalog, "catalog", 0, "experiment with items of the catalog with this `ID`, which no live Application may use")
	flags.StringVar(&c.json, "json", "", "write the values to this `file`, for talonone-emulator -conventions")
	flags.BoolVar(&c.version, "version", false, "print the version and exit")
	if err := flags.Parse(args); err != nil {
		return c, err
	}
	switch {
	case flags.NArg() > 0:
		return c, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case c.readOnly && (c.leaveTraces || c.catalog != 0):
		return c, errors.New("-read-only excludes -leave-traces and -catalog")
	case c.catalog < 0:
		return c, errors.New("-catalog must be the ID of a catalog")
	}
	return c, nil
}

// run returns the exit status.
func run(ctx context.Context, args []string, env environment) int {
	c, err := parse(args, env.errOut)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return env.fail(err)
	case c.version:
		say(env.out, "talonone-probe %s\n", version)
		return 0
	case c.list:
		writeList(env.out)
		return 0
	}
	l, err := newLab(c, env)
	if err != nil {
		return env.fail(err)
	}
	err = l.probe(ctx, c)
	// What was made is removed when the context has ended, too.
	if len(l.undo) > 0 || l.uncertain {
		say(env.errOut, "Removing what was created (%d)\n", len(l.undo))
	}
	l.cleanUp(context.WithoutCancel(ctx))
	if c.json != "" {
		err = errors.Join(err, writeJSON(c.json, l.found))
	}
	if l.keyValid {
		l.report(env.out, c)
	}
	for _, what := range l.left {
		err = errors.Join(err, fmt.Errorf("could not remove %s", what))
	}
	switch {
	case err != nil:
		return env.fail(err)
	case l.differs():
		return exitDiffers
	default:
		return 0
	}
}

func (env environment) fail(err error) int {
	if errors.Is(err, context.Canceled) {
		err = errors.New("interrupted")
	}
	say(env.errOut, "talonone-probe: %s\n", err)
	return exitFailed
}

func newLab(c config, env environment) (*lab, error) {
	base := strings.TrimRight(strings.TrimSpace(env.getenv("TALONONE_BASE_URL")), "/")
	address, err := url.Parse(base)
	if err != nil || address.Host == "" || address.User != nil || address.Scheme != "https" && address.Scheme != "http" {
		return nil, errors.New("TALONONE_BASE_URL must be the address of the deployment, such as https://example.talon.one")
	}
	keys := make(map[string]string)
	for scheme, name := range map[string]string{integration: "TALONONE_INTEGRATION_API_KEY", management: "TALONONE_MANAGEMENT_API_KEY"} {
		if key := strings.TrimSpace(env.getenv(name)); key != "" {
			keys[scheme] = key
		}
	}
	if keys[integration] == "" {
		return nil, errors.New("TALONONE_INTEGRATION_API_KEY is not set: it must be a key of a sandbox Application")
	}
	return &lab{
		client: &client{base: base, keys: keys, http: env.http, clock: env.clock, last: make(map[string]time.Time)},
		// The name says who made it, and differs from that of every other run.
		progress: env.errOut, prefix: "talonone-probe-" + strings.ToLower(rand.Text()[:8]) + "-",
		found: make(conventions.Values), notes: make(map[string]string), mandatory: make(map[string]any), catalog: c.catalog,
	}, nil
}

// probe runs what the command line asks for. An experiment that fails leaves a note and does not stop the others.
func (l *lab) probe(ctx context.Context, c config) error {
	for _, look := range []func(context.Context) error{l.lookAtKeys, l.lookAtApplication, l.lookAtEndpoints} {
		if err := look(ctx); err != nil {
			return err
		}
	}
	chosen := make([]experiment, 0, len(experiments))
	for _, e := range experiments {
		if why := c.excludes(e.needs); why != "" {
			l.note(e, why)
			continue
		}
		chosen = append(chosen, e)
	}
	writes := false
	for i, e := range chosen {
		if e.needs != conventions.ReadOnly && !writes {
			if err := l.mayWrite(ctx); err != nil {
				for _, left := range chosen[i:] {
					l.note(left, "not tried")
				}
				return err
			}
			writes = true
		}
		say(l.progress, "[%d/%d] %s\n", i+1, len(chosen), strings.Join(e.conventions, ", "))
		switch err := e.run(l, ctx); {
		case err == nil:
		case ctx.Err() != nil:
			return ctx.Err()
		default:
			l.note(e, err.Error())
		}
	}
	return nil
}

// note says of the conventions of an experiment why there is no value.
func (l *lab) note(e experiment, why string) {
	for _, name := range e.conventions {
		if _, found := l.found[name]; !found && l.notes[name] == "" {
			l.notes[name] = why
		}
	}
}

// excludes says why an experiment does not run, or "".
func (c config) excludes(needs conventions.Probe) string {
	switch {
	case needs != conventions.ReadOnly && c.readOnly:
		return "it writes"
	case needs == conventions.Catalog && c.catalog == 0:
		return "needs -catalog"
	case needs == conventions.Traces && !c.leaveTraces:
		return "needs -leave-traces"
	default:
		return ""
	}
}

// mayWrite refuses Applications that are not sandboxes.
func (l *lab) mayWrite(ctx context.Context) error {
	if err := l.identify(ctx); err != nil {
		return err
	}
	switch {
	case !l.app.known:
		return errors.New("cannot tell whether the Application of the Integration key is a sandbox: TALONONE_MANAGEMENT_API_KEY needs the endpoint getApplication. Nothing was written; -read-only runs the other checks")
	case !l.app.sandbox:
		return fmt.Errorf("the Application of the Integration key, %d %q, is not a sandbox. Nothing was written; -read-only runs the other checks", l.app.id, l.app.name)
	}
	return nil
}

func writeJSON(path string, found conventions.Values) error {
	content, err := json.MarshalIndent(found, "", "  ")
	if err != nil {
		return err
	}
	return safefile.Replace(path, append(content, '\n'))
}

// say writes for people. That no one reads them any longer is not a reason to stop: there may be something to remove.
func say(out io.Writer, format string, args ...any) {
	_, _ = fmt.Fprintf(out, format, args...)
}
