// Compatibility tries every feature that depends on the CLI with each CLI it is given, against an emulated deployment,
// and writes the table of docs/compatibility.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
)

func main() {
	build := flag.String("build", "build", "`folder` with the provider's binary")
	root := flag.String("root", ".", "`folder` of the repository, whose docs/compatibility.md is written")
	keep := flag.Bool("keep", false, "keep the table's rows of CLIs that are not tried now")
	verbose := flag.Bool("v", false, "show what a CLI said where it can't do something")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, lab{*root, *build}, flag.Args(), *keep, *verbose); err != nil {
		fmt.Fprintln(os.Stderr, "compatibility:", err)
		os.Exit(1) //nolint:gocritic // Nothing is left to stop.
	}
}

func run(ctx context.Context, l lab, clis []string, keep, verbose bool) error {
	if len(clis) == 0 {
		return errors.New("name at least one CLI: make compatibility CLIS=\"/path/to/terraform /path/to/tofu\"")
	}
	var rows []row
	for _, cli := range clis {
		p, err := identify(ctx, cli)
		if err != nil {
			return err
		}
		outcomes, err := l.try(ctx, cli)
		if err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
		rows = append(rows, rowOf(p, outcomes))
		for _, o := range outcomes {
			fmt.Printf("%-20s %-28s %s\n", p, o.check.feature, rowOf(p, []outcome{o}).cells[0])
			if o.problem != nil && verbose {
				fmt.Println(o.problem)
			}
		}
	}
	page := filepath.Join(l.root, "docs", "compatibility.md")
	document, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	if keep {
		_, content, _, err := cut(string(document))
		if err != nil {
			return fmt.Errorf("%s: %w", page, err)
		}
		if rows, err = merge(content, rows); err != nil {
			return fmt.Errorf("%s: %w", page, err)
		}
	}
	written, err := replace(string(document), table(rows))
	if err != nil {
		return fmt.Errorf("%s: %w", page, err)
	}
	return os.WriteFile(page, []byte(written), 0o644) //nolint:gosec // a page of the documentation
}
