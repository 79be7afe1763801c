package e2e

import (
	"strings"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// What the provider block takes from something that the same run creates is one error, on the provider block, whatever the
// configuration has of the provider: nothing else is asked of it. Such a configuration is valid.
func TestSettingsThatAreNotKnownYetAreOneError(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	c := newCLI(t, d.URL, `
		resource "terraform_data" "key" {
		  input = "demo-integration-key"
		}
		provider "talonone" {
		  integration_api_key = terraform_data.key.output
		  request_timeout     = terraform_data.key.id
		}
		resource "talonone_audience" "vip" {
		  name = "VIP"
		}
		resource "talonone_audience_memberships" "vip" {
		  audience_id  = talonone_audience.vip.id
		  members_json = provider::talonone::members(["customer-1"])
		}
		data "talonone_audiences" "all" {}
		import {
		  to = talonone_catalog_items.shoes
		  id = "6"
		}
		resource "talonone_catalog_items" "shoes" {
		  catalog_id = 6
		  items      = jsonencode({ "RUN-40" = { price = 79.9 } })
		}
	`)
	c.must(0, "validate")
	output := c.must(1, "plan", "-no-color")
	if strings.Count(output, "Error: ") != 1 || !strings.Contains(output, "Error: Provider configuration not known yet") || !strings.Contains(output, `in provider "talonone":`) {
		t.Errorf("got\n%s", output)
	}
	if requests := d.Server.Requests(); len(requests) > 0 {
		t.Errorf("it sent %d requests", len(requests))
	}
}
