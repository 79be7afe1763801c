package main

import (
	"context"
	"fmt"
	"strings"
)

// changedName is what the demo renames an audience to behind Terraform's back.
const changedName = "Renamed by somebody in the Campaign Manager"

// Exit codes of `plan -detailed-exitcode`.
const (
	planEmpty   = 0
	planChanges = 2
)

// show runs the demo's steps. It returns an error as soon as one of them turns out otherwise than it says.
func show(ctx context.Context, tf *terraform, d deployment) error {
	fmt.Println("The warning that a provider just built is in use, with which every command begins, is left out below.")

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

	headline("Plan again: nothing left to do")
	output, err := tf.run(ctx, planEmpty, "plan", "-detailed-exitcode")
	if err != nil {
		return err
	}
	if err := expectText(output, "No changes."); err != nil {
		return err
	}

	headline("Somebody renames " + audience.Address + " through the API, behind Terraform's back")
	if err := d.renameAudience(ctx, audience.ID, changedName); err != nil {
		return err
	}

	headline("Plan once more: it shows the drift, and would put the name back")
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
	headline("A whole season in one apply, by names instead of IDs: attributes, items, coupons, an audience, referral codes")
	output, err := tf.run(ctx, 0, "apply", "-auto-approve")
	if err != nil {
		return err
	}
	if err := expectText(output, "talonone_attribute.season", "talonone_coupon.season", "0 changed, 0 destroyed"); err != nil {
		return err
	}

	headline("Plan again: carts get what the table of promotions says, and nothing is left to do")
	output, err = tf.run(ctx, planEmpty, "plan", "-detailed-exitcode")
	if err != nil {
		return err
	}
	if err := expectText(output, "No changes."); err != nil {
		return err
	}

	headline("Destroy: attributes and additional costs stay, since the API can't delete them, and a warning says so")
	output, err = tf.run(ctx, 0, "destroy", "-auto-approve")
	if err != nil {
		return err
	}
	if err := expectText(output, "stays on the deployment"); err != nil {
		return err
	}

	headline("Done")
	fmt.Println("Next: `make emulator`, and README.md for the lines that point a project of your own at it.")
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
