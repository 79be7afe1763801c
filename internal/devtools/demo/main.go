// Command demo shows the provider at work against the emulator: it plans and applies examples/quickstart, changes an
// audience behind Terraform's back, shows the drift, and destroys everything again. Then it sets up examples/season. `make demo` builds what it needs
// and runs it. Every step states what it expects; the first one that is disappointed ends the demo with status 1.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

func main() {
	build := flag.String("build", "build", "folder with the provider and the emulator")
	cli := flag.String("cli", "", "Terraform or OpenTofu; the newest Terraform is installed when empty")
	quickstart := flag.String("config", "examples/quickstart", "folder with the configuration to show")
	season := flag.String("season", "examples/season", "folder with a configuration that sets up much at once")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, *build, *cli, *quickstart, *season)
	if err != nil && ctx.Err() != nil {
		err = fmt.Errorf("interrupted: %w", err)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "\ndemo:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, build, cli, quickstart, season string) (err error) {
	build, err = filepath.Abs(build)
	if err != nil {
		return err
	}
	if cli == "" {
		if cli, err = installTerraform(ctx, filepath.Join(build, "terraform")); err != nil {
			return err
		}
	}

	dir, err := os.MkdirTemp("", "talonone-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

	emulator, err := startEmulator(ctx, filepath.Join(build, "talonone-emulator"), dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, emulator.stop()) }()

	terraform, err := newTerraform(cli, build, dir, quickstart, emulator.url)
	if err != nil {
		return err
	}
	if err := show(ctx, terraform, deployment{url: emulator.url}); err != nil {
		return err
	}
	if terraform, err = newTerraform(cli, build, filepath.Join(dir, "season"), season, emulator.url); err != nil {
		return err
	}
	return showSeason(ctx, terraform)
}
