# A season of a shop, from an account that has only keys, Applications, a catalog and campaigns: what its promotions stand
# on, its items, coupons, audience and referral codes, and tests of what carts get. The same files serve every
# environment, and no ID is written down where the API knows a name.
#
# Set TALONONE_BASE_URL, TALONONE_INTEGRATION_API_KEY and TALONONE_MANAGEMENT_API_KEY, then run `terraform plan`. Another
# environment: its keys, and `terraform plan -var environment=live` with a state of its own (see the guide "One
# configuration for dev, staging and live").

terraform {
  required_providers {
    talonone = {
      source = "talon-one/talonone"
    }
  }
}

provider "talonone" {}

variable "environment" {
  description = "Environment to set up: a key of local.environments."
  type        = string
  default     = "dev"

  validation {
    condition     = contains(["dev", "live"], var.environment)
    error_message = "The environment must be dev or live."
  }
}

locals {
  # Everything that differs between environments is here. The API can't list catalogs, so their IDs are the only ones in
  # this folder; the Campaign Manager shows them under Account > Tools > Cart item catalogs.
  environments = {
    dev  = { application = "Web shop", catalog_id = 6, suffix = "-dev", usage_limit = 10 }
    live = { application = "Web shop", catalog_id = 7, suffix = "", usage_limit = 5000 }
  }
  here = local.environments[var.environment]
}

data "talonone_application" "shop" {
  name = local.here.application
}

data "talonone_campaign" "coupons" {
  application_id = data.talonone_application.shop.id
  name           = "Summer"
}

data "talonone_campaign" "referrals" {
  application_id = data.talonone_application.shop.id
  name           = "Refer a friend"
}
