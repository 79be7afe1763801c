# Two audiences of a Talon.One deployment, kept in a file that you can review, share and undo.
#
# `make demo` in the root of this repository runs this folder against an emulated deployment.
# For a deployment of your own, set TALONONE_BASE_URL, TALONONE_INTEGRATION_API_KEY and
# TALONONE_MANAGEMENT_API_KEY, then run `terraform plan`.

terraform {
  required_providers {
    talonone = {
      source = "talon-one/talonone"
    }
  }
}

# Address and keys come from the three environment variables, so that no secret is written here.
provider "talonone" {}

# The Application is found by its name, so that the same file works for every deployment.
data "talonone_application" "shop" {
  name = "Web shop"
}

# Customers that your shop or CRM counts as loyal. Rules can offer them something of their own.
resource "talonone_audience" "loyal" {
  name                       = "Loyal customers"
  description                = "Bought something in each of the last four quarters."
  subscribed_application_ids = [data.talonone_application.shop.id]
}

# Newsletter readers, under the ID that the newsletter tool knows them by.
resource "talonone_audience" "newsletter" {
  name                       = "Newsletter readers"
  description                = "Confirmed their address in the newsletter tool."
  integration_id             = "newsletter-readers"
  subscribed_application_ids = [data.talonone_application.shop.id]
}

output "audience_ids" {
  description = "The IDs under which Talon.One knows the audiences, for rules, reports and other tools."
  value = {
    (talonone_audience.loyal.name)      = talonone_audience.loyal.id
    (talonone_audience.newsletter.name) = talonone_audience.newsletter.id
  }
}
