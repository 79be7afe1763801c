package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/hashicorp/go-version"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/terraformcli"
)

// lab is where checks are made: the repository with its examples, and a folder with the provider's binary.
type lab struct{ root, build string }

// product is a CLI as it introduces itself.
type product struct {
	name    string
	version *version.Version
}

func (p product) String() string { return p.name + " " + p.version.String() }

func identify(ctx context.Context, cli string) (product, error) {
	cmd := exec.CommandContext(ctx, cli, "version")
	cmd.Env = terraformcli.Environ(os.DevNull)
	output, err := cmd.Output()
	if err != nil {
		return product{}, fmt.Errorf("%s version: %w", cli, err)
	}
	var p product
	var number string
	if _, err := fmt.Sscanf(string(output), "%s v%s", &p.name, &number); err != nil {
		return product{}, fmt.Errorf("%s version says %q", cli, output)
	}
	p.version, err = version.NewVersion(number)
	return p, err
}

// outcome is what came of one check; problem is nil where the CLI has the feature.
type outcome struct {
	check   check
	problem error
}

// try makes every check with a CLI.
func (l lab) try(ctx context.Context, cli string) ([]outcome, error) {
	cli, err := filepath.Abs(cli)
	if err != nil {
		return nil, err
	}
	outcomes := make([]outcome, len(checks))
	for i, c := range checks {
		refused, err := l.check(ctx, cli, c)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.feature, err)
		}
		outcomes[i] = outcome{c, refused}
	}
	return outcomes, nil
}

// check tries a feature in a folder and against a deployment of its own. refused says what the CLI did instead.
func (l lab) check(ctx context.Context, cli string, c check) (refused, err error) {
	dir, err := os.MkdirTemp("", "talonone-compatibility-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	url, stop, err := startDeployment(ctx)
	if err != nil {
		return nil, err
	}
	defer stop()
	work, err := terraformcli.NewWorkingDir(terraformcli.Options{Program: cli, Dir: dir, ProviderDir: l.build, URL: url})
	if err != nil {
		return nil, err
	}
	if err := l.write(work.Dir, c); err != nil {
		return nil, err
	}
	for _, step := range c.commands {
		output, code, err := work.Run(ctx, step.args...)
		switch {
		case err != nil:
			return nil, err
		case code != 0:
			return fmt.Errorf("%s ended with exit code %d:\n%s", strings.Join(step.args, " "), code, output), nil
		case !strings.Contains(output, step.shows):
			return fmt.Errorf("%s does not show %q:\n%s", strings.Join(step.args, " "), step.shows, output), nil
		}
	}
	return nil, nil
}

func (l lab) write(work string, c check) error {
	if c.example != "" {
		if err := os.CopyFS(work, os.DirFS(filepath.Join(l.root, "examples", c.example))); err != nil {
			return err
		}
	}
	for name, content := range c.files {
		path := filepath.Join(work, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// startDeployment starts an emulator with the audience of the checks.
func startDeployment(ctx context.Context) (url string, stop func(), err error) {
	fixture := emulator.DefaultFixture()
	fixture.Audiences = append(fixture.Audiences, emulator.FixtureAudience{ID: 701, Name: "VIP", Description: "Was there before."})
	deployment, err := emulator.New(emulator.Options{Fixture: fixture})
	if err != nil {
		return "", nil, err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, errors.Join(err, deployment.Close())
	}
	server := &http.Server{Handler: deployment, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(listener) }()
	return "http://" + listener.Addr().String(), func() {
		_ = deployment.Close()
		_ = server.Close()
	}, nil
}
