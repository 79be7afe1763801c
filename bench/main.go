//go:build unix

// Command bench measures the bulk resources with the real CLI against the emulator, whose limiter is set to the
// Management API's 3 requests per second, for a million items to 1000: CPU and peak memory of CLI and provider, and the requests that were sent. It
// writes a table of docs/performance.md and the chart of catalogs, and fails when a measurement misses what it must reach. With
// -load it does so for thousands of resources instead.
//
// It is a module of its own, so that the plotting library stays out of the provider's dependencies; it shares the way to run
// a CLI with the provider's tests.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
)

const (
	// providerName is the file that Terraform starts.
	providerName = "terraform-provider-talonone"
	// documentedRate and fastRate are requests per second to one endpoint of the Management API.
	documentedRate = "3"
	fastRate       = "1000"
)

func main() {
	if filepath.Base(os.Args[0]) == providerName {
		os.Exit(standIn())
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	build := flag.String("build", "build", "`folder` with the provider and the emulator")
	cli := flag.String("cli", "terraform", "Terraform or OpenTofu `program`")
	only := flag.String("only", "", "run cases whose name contains this `text`, and write nothing")
	page := flag.String("page", "docs/performance.md", "`file` whose table is replaced, between its markers")
	chart := flag.String("chart", "docs/decisions/catalog-items.svg", "`file` for the chart")
	resources := flag.Int("load", 0, "instead of the cases apply, plan and destroy about so `many` resources of all kinds")
	config := flag.String("load-config", "internal/test/e2e/testdata/load/main.tf", "their configuration, a `file`")
	var conventions []string
	flag.Func("convention", "let the deployment of -load follow a convention, such as `read_lag=1s`, and write nothing; repeatable", func(setting string) error {
		conventions = append(conventions, "-convention", setting)
		return nil
	})
	flag.Parse()

	work, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()
	lab, err := newLab(ctx, filepath.Join(work, "documented"), *build, *cli, documentedRate, conventions...)
	if err != nil {
		return err
	}
	defer lab.close()

	if *resources > 0 {
		table, err := lab.load(ctx, *config, *resources)
		fmt.Println("\n" + table)
		if err != nil || len(conventions) > 0 {
			return err
		}
		return replaceTable(*page, beginLoad, endLoad, table)
	}

	fast, err := newLab(ctx, filepath.Join(work, "fast"), *build, *cli, fastRate)
	if err != nil {
		return err
	}
	defer fast.close()
	var results []result
	for _, c := range cases() {
		if *only != "" && !strings.Contains(c.name, *only) {
			continue
		}
		// A million items take six minutes a listing at the documented rate, and the same CPU and memory.
		where := lab
		if c.size > 100_000 {
			where = fast
		}
		measured, err := where.measure(ctx, c)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		results = append(results, measured)
	}
	table, missed := render(results)
	members, missedByMembers := lab.benchMembers(ctx, *only)
	table, missed = table+"\n"+members, errors.Join(missed, missedByMembers)
	fmt.Println("\n" + table)
	if *only != "" {
		return missed
	}
	if err := drawChart(results, *chart); err != nil {
		return errors.Join(missed, err)
	}
	return errors.Join(missed, replaceTable(*page, begin, end, table))
}
