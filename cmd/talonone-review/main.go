// Command talonone-review turns a plan into a comment that the owner of a campaign can read: which audiences gain and
// lose how many members, how many prices change, and what can't be undone.
//
//	terraform plan -out=plan.tfplan
//	terraform show -json plan.tfplan | talonone-review
//
// prints Markdown for a pull request, such as
//
//	**Audiences**
//
//	- Audience `VIP`: +120 members, −3
//
//	**Catalogs**
//
//	- Catalog 6: 5 items change (3 prices), 2 added, 1 removed
//
// It reads the plan once, from a file or from standard input, and keeps only a few numbers and names of it, so that a
// plan of a catalog with 100,000 items takes no more memory than its largest resource.
//
// It prints names of audiences, coupon codes and types of events. It never prints values that the configuration marks
// as sensitive, and of customers it prints nothing but how many: neither integration IDs nor the keys of for_each,
// which often are such IDs.
//
// The program ends with 0; with 1 when the input is no plan; with 2 when it is called wrongly; and with 3 when
// -max-removals is given and the plan removes more than that.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

// version is set by the release build.
var version = "dev"

const (
	exitFailed  = 1
	exitUsage   = 2
	exitTooMuch = 3
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// config is the command line.
type config struct {
	format      string
	file        string
	lines       int
	maxRemovals int64 // negative: no limit
	version     bool
}

const usage = `Usage: terraform show -json plan.tfplan | talonone-review [options]
       talonone-review [options] plan.json

Describes what a plan changes in Talon.One, for people who don't read plans.
Names of audiences, coupon codes and types of events are printed; sensitive
values and the IDs of customers are not.

Exit status: 0; 1 when the input is no plan; 2 for a wrong call; 3 when the
plan removes more than -max-removals.

Options:
`

func parse(args []string, errOut io.Writer) (config, error) {
	c := config{maxRemovals: -1}
	flags := flag.NewFlagSet("talonone-review", flag.ContinueOnError)
	flags.SetOutput(errOut)
	flags.Usage = func() {
		_, _ = io.WriteString(errOut, usage)
		flags.PrintDefaults()
	}
	flags.StringVar(&c.format, "format", formatMarkdown, "`markdown` for a pull request, or text for a terminal or an e-mail")
	flags.IntVar(&c.lines, "lines", 50, "print at most this many `lines` of each section, and count the rest")
	flags.Func("max-removals", "exit with 3 when the plan removes more than `N` members, items, reservations and referrals,\n"+
		"or erases more customers, in total; a number that the plan doesn't tell counts as more", func(text string) error {
		if _, err := fmt.Sscanf(text+"\n", "%d\n", &c.maxRemovals); err != nil || c.maxRemovals < 0 {
			return errors.New("must be a whole number from 0")
		}
		return nil
	})
	flags.BoolVar(&c.version, "version", false, "print the version and exit")
	if err := flags.Parse(args); err != nil {
		return c, err
	}
	c.file = flags.Arg(0)
	switch {
	case c.format != formatMarkdown && c.format != formatText:
		return c, errors.New("-format must be markdown or text")
	case c.lines < 1:
		return c, errors.New("-lines must be at least 1")
	case flags.NArg() > 1:
		return c, errors.New("give one file, or none to read standard input")
	}
	return c, nil
}

// run is the program without the process around it. It returns the exit status.
func run(args []string, in io.Reader, out, errOut io.Writer) int {
	fail := func(status int, reason any) int {
		_, _ = fmt.Fprintln(errOut, "talonone-review:", reason)
		return status
	}
	c, err := parse(args, errOut)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return fail(exitUsage, err)
	case c.version:
		_, _ = fmt.Fprintln(out, version)
		return 0
	}
	if c.file != "" && c.file != "-" {
		file, err := os.Open(c.file)
		if err != nil {
			return fail(exitFailed, err)
		}
		defer func() { _ = file.Close() }()
		in = file
	}
	plan, err := readPlan(in)
	if err != nil {
		return fail(exitFailed, err)
	}
	report := describe(plan)
	refusal := report.removals.refusal(c.maxRemovals)
	if _, err := io.WriteString(out, report.comment(c.format, c.lines, refusal)); err != nil {
		return fail(exitFailed, err)
	}
	if refusal != "" {
		return fail(exitTooMuch, refusal)
	}
	return 0
}
