// Command talonone-emulator runs a stateful stand-in for a Talon.One deployment on this machine. People,
// the demo and tests in other processes start it; what it serves is package emulator.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
	"github.com/talon-one/terraform-provider-talonone/internal/safefile"
)

// version is set by the release build.
var version = "dev"

const (
	// stopTime is how long requests may take to end after a signal.
	stopTime = 5 * time.Second
	// idleTime ends connections on which nothing moves.
	idleTime = 2 * time.Minute
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		stop()
		fmt.Fprintln(os.Stderr, "talonone-emulator:", err)
		os.Exit(1)
	}
}

// config is the command line.
type config struct {
	listen, fixture, requestLog, urlFile string
	version                              bool
	options                              emulator.Options
}

func parse(args []string, errOut io.Writer) (config, error) {
	c := config{options: emulator.Options{Conventions: conventions.Defaults()}}
	flags := flag.NewFlagSet("talonone-emulator", flag.ContinueOnError)
	flags.SetOutput(errOut)
	flags.StringVar(&c.listen, "listen", "127.0.0.1:8585", "`address` to listen on; port 0 picks a free one")
	flags.BoolVar(&c.options.AllowRemote, "allow-remote", false, "permit -listen on addresses that other machines can reach, and requests for any host name; the keys are public")
	flags.StringVar(&c.fixture, "fixture", "", "start with this fixture `file` instead of the default one")
	flags.StringVar(&c.options.DataFile, "data", "", "keep the state in this `file`, which takes precedence over the fixture if it exists")
	flags.DurationVar(&c.options.Latency, "latency", 0, "add this much to every request, such as 50ms")
	flags.Float64Var(&c.options.ManagementRPS, "management-rps", 3, "Management requests per second, per key and endpoint; 0 means no limit")
	conventionFlags(flags, c.options.Conventions)
	flags.Func("fault", "make requests fail: `'METHOD /path/prefix status=503 every=3'`; repeatable, see the README", func(text string) error {
		fault, err := emulator.ParseFault(text)
		c.options.Faults = append(c.options.Faults, fault)
		return err
	})
	flags.StringVar(&c.requestLog, "request-log", "", "append one JSON object per request to this `file`")
	flags.StringVar(&c.urlFile, "url-file", "", "write the URL to this `file` once requests are accepted")
	flags.BoolVar(&c.version, "version", false, "print the version and exit")
	if err := flags.Parse(args); err != nil {
		return c, err
	}
	if flags.NArg() > 0 {
		return c, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if c.options.ManagementRPS < 0 || c.options.Latency < 0 {
		return c, errors.New("-management-rps and -latency must not be negative")
	}
	return c, nil
}

// conventionFlags adds the flags that set conventions. Later ones win over earlier ones.
func conventionFlags(flags *flag.FlagSet, values conventions.Values) {
	flags.Func("convention", "decide what the API's documentation leaves open: `NAME=VALUE`; repeatable, see docs/conventions.md", values.Parse)
	flags.Func("conventions", "take conventions from this JSON `file`, such as one that talonone-probe wrote", func(path string) error {
		read, err := conventions.ReadFile(path)
		if err != nil {
			return err
		}
		return values.SetAll(read)
	})
	for name, convention := range map[string]string{
		"legacy-2022": conventions.Legacy2022, "legacy-events": conventions.LegacyEvents,
		"third-party-audiences-only": conventions.ThirdPartyOnly, "retry-after": conventions.RetryAfter,
	} {
		flags.BoolFunc(name, "short for -convention "+convention+"=yes", func(text string) error {
			on, err := strconv.ParseBool(text)
			if err != nil {
				return err
			}
			value := conventions.No
			if on {
				value = conventions.Yes
			}
			return values.Set(convention, value)
		})
	}
	flags.Func("forbidden-status", "short for -convention "+conventions.ForbiddenStatus+"=`STATUS`", func(text string) error {
		return values.Set(conventions.ForbiddenStatus, text)
	})
}

func run(ctx context.Context, args []string, out, errOut io.Writer) (err error) {
	c, err := parse(args, errOut)
	if err != nil {
		return err
	}
	if c.version {
		_, err := fmt.Fprintln(out, "talonone-emulator", version)
		return err
	}
	if c.fixture != "" {
		if c.options.Fixture, err = emulator.ReadFixture(c.fixture); err != nil {
			return err
		}
	}
	if c.requestLog != "" {
		file, err := safefile.Append(c.requestLog)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		c.options.RequestLog = file
	}
	server, err := emulator.New(c.options)
	if err != nil {
		return err
	}
	listener, err := listen(ctx, c.listen, c.options.AllowRemote)
	if err != nil {
		return err
	}
	return serve(ctx, c, server, listener, out)
}

// listen refuses addresses that other machines reach, unless allowRemote is set.
func listen(ctx context.Context, address string, allowRemote bool) (net.Listener, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("-listen %s: %w", address, err)
	}
	if host == "localhost" {
		host = "127.0.0.1"
	}
	ip := net.ParseIP(host)
	if !allowRemote && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("-listen %s: not a loopback address; other machines could use the deployment with its well-known keys (add -allow-remote to permit this)", address)
	}
	return (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort(host, port))
}

func serve(ctx context.Context, c config, deployment *emulator.Server, listener net.Listener, out io.Writer) error {
	server := &http.Server{Handler: deployment, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: idleTime}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(impatientListener{listener, idleTime}) }()

	url := "http://" + listener.Addr().String()
	if c.urlFile != "" {
		// In one step, so that a program that waits for the file never reads half of it.
		if err := safefile.Replace(c.urlFile, []byte(url+"\n")); err != nil {
			return err
		}
	}
	if err := announce(out, url, deployment); err != nil {
		return err
	}
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	if err := deployment.Close(); err != nil {
		return err
	}
	// The context that ended is the reason to stop.
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	if err := server.Shutdown(stopping); err != nil {
		return errors.Join(err, server.Close())
	}
	return nil
}

func announce(out io.Writer, url string, deployment *emulator.Server) error {
	var text strings.Builder
	fmt.Fprintf(&text, "Talon.One emulator %s listens on %s\n", version, url)
	for _, key := range deployment.Keys() {
		fmt.Fprintf(&text, "  %-17s %-30s %s\n", key.Scheme, key.Key, key.Use)
	}
	_, err := io.WriteString(out, text.String())
	return err
}

// impatientListener accepts connections that end when their client no longer takes a response.
type impatientListener struct {
	net.Listener
	patience time.Duration
}

func (l impatientListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("a connection of type %T", conn), conn.Close())
	}
	return impatientConn{tcp, l.patience}, nil
}

type impatientConn struct {
	*net.TCPConn
	patience time.Duration
}

func (c impatientConn) Write(p []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(c.patience)); err != nil {
		return 0, err
	}
	return c.TCPConn.Write(p)
}
