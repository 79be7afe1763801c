# Looks at a deployment and writes import blocks for what it holds. It changes nothing there.
terraform {
  required_providers {
    talonone = {
      source = "talon-one/talonone"
    }
  }
}

provider "talonone" {}

# The Campaign Manager shows these IDs and codes. Omit what should stay unmanaged.
variable "catalog_ids" {
  type    = list(number)
  default = [6, 7]
}

variable "reserved_coupon_codes" {
  type    = list(string)
  default = []
}

variable "referral_campaign_ids" {
  description = "Campaigns whose referrals all have the same dates, usage limit and attributes."
  type        = list(number)
  default     = []
}

data "talonone_audiences" "all" {}

locals {
  # From the name of an audience to one that Terraform accepts; the ID keeps it unique.
  audiences = {
    for a in data.talonone_audiences.all.audiences :
    "talonone_audience.${replace(replace(lower(a.name), "/[^a-z0-9]+/", "_"), "/^[^a-z]+/", "")}_${a.id}" => a.id
  }
  catalogs  = { for id in var.catalog_ids : "talonone_catalog_items.catalog_${id}" => id }
  coupons   = { for i, code in var.reserved_coupon_codes : "talonone_coupon_reservation.coupon_${i}" => code }
  referrals = { for id in var.referral_campaign_ids : "talonone_referrals.campaign_${id}" => id }
}

output "imports" {
  value = join("\n", [
    for address, id in merge(local.audiences, local.catalogs, local.coupons, local.referrals) :
    "import {\n  to = ${address}\n  id = ${jsonencode(tostring(id))}\n}\n"
  ])
}
