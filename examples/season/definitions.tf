# What items, coupons and sessions refer to. Attributes and additional costs belong to the account: if environments share
# one, they share these too, so they depend on no environment.

resource "talonone_attribute" "season" {
  entity                 = "CartItem"
  name                   = "season"
  title                  = "Season"
  type                   = "string"
  description            = "The season that an item belongs to."
  suggestions            = ["summer", "winter"]
  subscribed_catalog_ids = distinct(values(local.environments)[*].catalog_id)
}

resource "talonone_attribute" "channel" {
  entity      = "Coupon"
  name        = "channel"
  title       = "Channel"
  type        = "string"
  description = "Where a code was given out."
}

resource "talonone_additional_cost" "gift_wrapping" {
  name        = "gift_wrapping"
  title       = "Gift wrapping"
  description = "Charged for each order that is wrapped."
  type        = "session"
}

resource "talonone_store" "pavilion" {
  application_id = data.talonone_application.shop.id
  integration_id = "beach-pavilion${local.here.suffix}"
  name           = "Beach pavilion"
  description    = "Open from May to September."
}
