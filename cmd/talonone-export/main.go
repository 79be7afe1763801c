// Command talonone-export writes configuration and import blocks for what a Talon.One deployment holds, for every CLI: it
// asks the provider itself, and needs neither terraform query nor a CLI. It only reads. People run it once, when they bring
// an existing deployment under Terraform's management.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/talon-one/terraform-provider-talonone/internal/provider"
)

// version is set by the release build.
var version = "dev"

const usage = `Usage: talonone-export [options]

Writes configuration and import blocks for what a Talon.One deployment holds into a folder. It changes nothing there.
The deployment and the keys come from TALONONE_BASE_URL, TALONONE_MANAGEMENT_API_KEY and, for reservations, profiles and customers,
TALONONE_INTEGRATION_API_KEY.

Attributes, additional costs, audiences, stores and collections are listed. The API can't list catalogs, and lists of coupons,
members, reservations, referrals and profiles are long: name those to manage.

`

// selection is what the command line asks for beyond what is always listed.
type selection struct {
	folder                                                                               string
	catalogs, coupons, couponSets, members, customers, reservations, referrals, profiles ids
}

// ids is an option with several values, separated by commas.
type ids []string

func (i *ids) String() string { return strings.Join(*i, ",") }

// Set reads the option.
func (i *ids) Set(text string) error {
	for one := range strings.SplitSeq(text, ",") {
		if one = strings.TrimSpace(one); one == "" {
			return errors.New("an ID is empty")
		}
		*i = append(*i, one)
	}
	return nil
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "talonone-export:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	var chosen selection
	options := flag.NewFlagSet("talonone-export", flag.ContinueOnError)
	options.StringVar(&chosen.folder, "out", "exported", "`folder` to write, which must not exist yet or be empty")
	options.Var(&chosen.catalogs, "catalogs", "`IDs` of catalogs whose items to export")
	options.Var(&chosen.coupons, "coupons", "`IDs` of campaigns whose coupons to export, with one resource per coupon")
	options.Var(&chosen.couponSets, "coupon-sets", "`IDs` of campaigns whose coupons to export, with one resource per campaign")
	options.Var(&chosen.customers, "customers", "`IDs` of customers whose audiences to export")
	options.Var(&chosen.members, "members", "`IDs` of audiences whose members to export")
	options.Var(&chosen.reservations, "reservations", "`codes` of coupons whose reservations to export")
	options.Var(&chosen.referrals, "referrals", "`IDs` of campaigns whose referrals, which have the same settings, to export")
	options.Var(&chosen.profiles, "profiles", "`IDs` of customers whose profiles to export, all into one resource")
	showVersion := options.Bool("version", false, "print the version and exit")
	options.Usage = func() {
		_, _ = io.WriteString(options.Output(), usage)
		options.PrintDefaults()
	}
	if err := options.Parse(args); err != nil {
		return err
	}
	if *showVersion {
		_, err := fmt.Fprintln(out, version)
		return err
	}
	if options.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q; talonone-export -help lists the options", options.Arg(0))
	}
	e, err := newExporter(ctx, provider.NewServer(provider.Build{Version: version})())
	if err != nil {
		return err
	}
	if err := e.export(ctx, chosen); err != nil {
		return err
	}
	if err := e.write(chosen.folder); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "Exported %d objects to %s. Next, in that folder:\n\n  terraform init\n  terraform plan -out=adopt.tfplan    # must import all of them, and add and destroy nothing\n  terraform apply adopt.tfplan\n",
		e.count, chosen.folder)
	return err
}
