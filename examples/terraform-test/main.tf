# A module that is worth testing: it builds names and items from what its caller passes.
terraform {
  required_providers {
    talonone = {
      source = "talon-one/talonone"
    }
  }
}

variable "season" {
  type    = string
  default = "Winter"

  validation {
    condition     = length(var.season) > 0
    error_message = "A season needs a name."
  }
}

variable "customers" {
  description = "Integration IDs of the season's best customers."
  type        = list(string)
  default     = ["customer-1", "customer-2", "customer-3"]
}

variable "prices" {
  description = "Regular prices by SKU."
  type        = map(number)
  default     = { RUN-40 = 80, HIKE-43 = 129.9 }
}

variable "discount_percent" {
  type    = number
  default = 20
}

data "talonone_application" "shop" {
  name = "Web shop"
}

resource "talonone_audience" "season" {
  name                       = "${var.season} shoppers"
  subscribed_application_ids = [data.talonone_application.shop.id]
}

resource "talonone_audience_memberships" "season" {
  audience_id  = talonone_audience.season.id
  ownership    = "exclusive"
  members_json = provider::talonone::members(var.customers)
}

resource "talonone_catalog_items" "season" {
  catalog_id = 6
  items = jsonencode({
    for sku, price in var.prices : sku => { price = price * (100 - var.discount_percent) / 100 }
  })
}

output "audience_id" {
  value = talonone_audience.season.id
}
