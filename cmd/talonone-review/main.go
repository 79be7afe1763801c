// Command talonone-review turns a plan into a comment that the owner of a campaign can read: which audiences gain and
// lose how many members, which prices change, and what can't be undone.
//
//	terraform plan -out=plan.tfplan
//	terraform show -json plan.tfplan | talonone-review
//
// prints Markdown for a pull request, such as
//
//	**Audiences**
//
//	- Audience `VIP`: +120 members, −3; 500 members in all
//	  - `− customer-4`
//	  - `+ customer-17`
//	  - … and 121 more
//
//	**Catalogs**
//
//	- Catalog 6: 1 price changes
//	  - `SKU1241004 price 116.95 → 77.70`
//
// It reads the plan once, from a file or from standard input, and keeps only a few numbers and names of it, so that a
// plan of a catalog with 100,000 items takes no more memory than its largest resource.
//
// It never prints values that are marked as sensitive, attributes of customers, or the IDs of customers whose data is erased. With
// -rows 0 it prints no integration IDs either.
//
// The program exits with 0; with 1 if the input is not a complete plan in JSON; with 2 if its options are invalid; and with
// 3 if -max-removals is set and the plan is refused.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// version is set by the release build.
var version = "dev"

const (
	exitFailed  = 1
	exitUsage   = 2
	exitRefused = 3
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// config is the command line.
type config struct {
	format      string
	file        string
	lines, rows int
	maxRemovals int64 // negative: no limit
	allow       []string
	labels      string
	approvals   string // a file
	version     bool
}

const usage = `Usage: terraform show -json plan.tfplan | talonone-review [options]
       talonone-review [options] plan.json

Describes what a plan changes in Talon.One, for people who don't read plans.
Names of audiences, SKUs and their prices, coupon codes, types of events and
integration IDs of customers are printed; sensitive values, attributes of
customers, and IDs of customers whose data is erased are not.

Exit status: 0 if the plan is described; 1 if the input is not a plan; 2 if an
option is invalid; 3 if -max-removals refuses the plan.

Options:
`

var formats = []string{formatMarkdown, formatSummary, formatHTML, formatText}

func parse(args []string, errOut io.Writer) (config, error) {
	c := config{maxRemovals: -1}
	flags := flag.NewFlagSet("talonone-review", flag.ContinueOnError)
	flags.SetOutput(errOut)
	flags.Usage = func() {
		_, _ = io.WriteString(errOut, usage)
		flags.PrintDefaults()
	}
	flags.StringVar(&c.format, "format", formatMarkdown, "`markdown` for a pull request, summary for the summary of a job, html for a page,\nor text for a terminal or an e-mail")
	flags.IntVar(&c.lines, "lines", 50, "print at most this many `lines` of each section, and count the rest")
	flags.IntVar(&c.rows, "rows", maxRows, "name at most this many `rows` of each audience, catalog, coupon and campaign, up to 10;\n0 prints no integration IDs")
	flags.Func("max-removals", "refuse a plan that removes more than `N` rows in total (members, items, coupons, reservations, referral\n"+
		"codes, stores, customers' data, sessions), or is partial, or does not say how much it removes", func(text string) (err error) {
		c.maxRemovals, err = parseLimit(text)
		return err
	})
	flags.Func("allow", "permit the resource with this address to remove more than the plan says, or, with the `name`\npartial, permit a partial plan; repeatable", func(text string) error {
		c.allow = append(c.allow, strings.Split(text, ",")...)
		return nil
	})
	flags.StringVar(&c.labels, "labels", "", "`labels` of the pull request, separated by commas: \"max-removals: 500\" raises the limit")
	flags.StringVar(&c.approvals, "approvals", "", "`file` with lines such as \"3f1c9a02 500\", which raise the limit for the one change that\nhas this code; it need not exist")
	flags.BoolVar(&c.version, "version", false, "print the version and exit")
	if err := flags.Parse(args); err != nil {
		return c, err
	}
	c.file = flags.Arg(0)
	switch {
	case !slices.Contains(formats, c.format):
		return c, errors.New("-format must be one of " + strings.Join(formats, ", "))
	case c.lines < 1:
		return c, errors.New("-lines must be at least 1")
	case c.rows < 0 || c.rows > maxRows:
		return c, fmt.Errorf("-rows must be from 0 to %d", maxRows)
	case (c.labels != "" || c.approvals != "" || len(c.allow) > 0) && c.maxRemovals < 0:
		return c, errors.New("-allow, -labels and -approvals need -max-removals")
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
		return fail(exitFailed, harmless(err.Error(), false))
	}
	report := describe(plan, c.rows)
	if err := c.judge(plan, report); err != nil {
		return fail(exitUsage, err)
	}
	if _, err := io.WriteString(out, report.comment(c.format, detail{lines: c.lines, rows: c.rows})); err != nil {
		return fail(exitFailed, err)
	}
	if len(report.refusals) > 0 {
		for _, reason := range report.refusals {
			_, _ = fmt.Fprintln(errOut, "talonone-review:", reason.in(formatText))
		}
		return exitRefused
	}
	return 0
}

// judge compares the plan with the limit, and with what labels and approvals permit this one change.
func (c config) judge(p *plan, r *report) error {
	limit := c.maxRemovals
	if limit >= 0 {
		raised, err := labelLimit(c.labels, limit)
		if err != nil {
			return err
		}
		limit = raised
	}
	g := guardOf(limit, c.allow)
	v := p.verdict(g)
	if c.approvals != "" {
		approvals, err := readApprovals(c.approvals)
		if err != nil {
			return err
		}
		if raised := g.raise(approvals, v.change); raised.limit != g.limit || len(raised.allowed) != len(g.allowed) {
			g = raised
			v = p.verdict(g)
		}
	}
	r.refusals = v.refusals(g)
	if len(r.refusals) == 0 {
		return nil
	}
	if c.approvals != "" && !v.errored {
		hint := say("To permit this change and no other, add this line to %s:", code(c.approvals))
		hint.block = v.approval(g) + "\n"
		r.hints = append(r.hints, hint)
	}
	if c.labels != "" || c.approvals != "" {
		if v.removed > g.limit {
			r.hints = append(r.hints, say("The label %s raises the limit for this pull request.", code(fmt.Sprintf("%s %d", labelPrefix, v.removed))))
		}
	}
	return nil
}
