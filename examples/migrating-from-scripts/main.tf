# What scripts kept up to date, from the files that they read.

terraform {
  required_providers {
    talonone = {
      source = "talon-one/talonone"
    }
  }
}

provider "talonone" {}

variable "ownership" {
  description = "additive while the scripts still write, exclusive once they are switched off."
  type        = string
  default     = "additive"
}

resource "talonone_catalog_items" "shoes" {
  catalog_id          = 6
  ownership           = var.ownership
  max_removal_percent = 50

  items_file = {
    path    = "${path.module}/shoes.csv"
    columns = { size = "number", in_stock = "boolean" }
  }
}

resource "talonone_audience" "vip" {
  name = "VIP customers"
}

resource "talonone_audience_memberships" "vip" {
  audience_id         = talonone_audience.vip.id
  ownership           = var.ownership
  max_removal_percent = 50

  members_file = {
    path   = "${path.module}/vip.csv"
    column = "customer_id"
  }
}
