package main

import (
	"context"
	"fmt"
	"strings"
)

// changedName is what the demo renames an audience to behind Terraform's back.
const changedName = "Renamed in the Campaign Manager"

// Exit codes of `plan -detailed-exitcode`.
const (
	planEmpty   = 0
	planChanges = 2
)

// show runs the demo's steps. It returns an error as soon as one of them turns out otherwise than it says.
func show(ctx context.Context, tf *terraform, d deployment) error {
	fmt.Println("Every command warns that a development build of the provider is in use. The warning is omitted below.")

	headline("Plan: two audiences will be created; the deployment is still empty")
	if _, err := tf.run(ctx, planChanges, "plan", "-detailed-exitcode", "-out=create.tfplan"); err != nil {
		return err
	}

	headline("Apply: exactly what the plan said")
	if _, err := tf.run(ctx, 0, "apply", "create.tfplan"); err != nil {
		return err
	}
	audience, err := tf.firstAudience(ctx)
	if err != nil {
		return err
	}

	headline("Plan again: nothing to do")
	output, err := tf.run(ctx, planEmpty, "plan", "-detailed-exitcode")
	if err != nil {
		return err
	}
	if err := expectText(output, "No changes."); err != nil {
		return err
	}

	headline(audience.Address + " is renamed through the API, outside Terraform")
	if err := d.renameAudience(ctx, audience.ID, changedName); err != nil {
		return err
	}

	headline("Plan once more: it shows the drift, and would restore the name")
	output, err = tf.run(ctx, planChanges, "plan", "-detailed-exitcode")
	if err != nil {
		return err
	}
	if err := expectText(output, changedName, audience.Name, "0 to add, 1 to change, 0 to destroy"); err != nil {
		return err
	}

	headline("Destroy: the deployment is as empty as before")
	if _, err := tf.run(ctx, 0, "destroy", "-auto-approve"); err != nil {
		return err
	}
	left, err := d.audiences(ctx)
	if err != nil {
		return err
	}
	if len(left) > 0 {
		return fmt.Errorf("after the destroy the deployment still holds the audiences %q", left)
	}
	return nil
}

// showSeason sets up a season, all that it stands on included, and takes it down again.
func showSeason(ctx context.Context, tf *terraform) error {
	headline("A whole season in one apply, with names instead of IDs: attributes, items, coupons, an audience, referral codes")
	output, err := tf.run(ctx, 0, "apply", "-auto-approve")
	if err != nil {
		return err
	}
	if err := expectText(output, "talonone_attribute.season", "talonone_coupon.season", "talonone_coupons.partners", "0 changed, 0 destroyed"); err != nil {
		return err
	}

	headline("Plan again: carts get what the table of promotions says, and there is nothing to do")
	output, err = tf.run(ctx, planEmpty, "plan", "-detailed-exitcode")
	if err != nil {
		return err
	}
	if err := expectText(output, "No changes."); err != nil {
		return err
	}

	headline("Destroy: attributes and additional costs stay, because the API can't delete them; a warning says so")
	output, err = tf.run(ctx, 0, "destroy", "-auto-approve")
	if err != nil {
		return err
	}
	if err := expectText(output, "stays on the deployment"); err != nil {
		return err
	}

	headline("Done")
	fmt.Println("Next: `make emulator`, and docs/guides/getting-started.md to use it from your own project.")
	return nil
}

func headline(text string) {
	fmt.Printf("\n━━━ %s\n\n", text)
}

func expectText(output string, texts ...string) error {
	for _, text := range texts {
		if !strings.Contains(output, text) {
			return fmt.Errorf("the output above should contain %q", text)
		}
	}
	return nil
}
