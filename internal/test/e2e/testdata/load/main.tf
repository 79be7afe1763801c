# Resources of all kinds, about as many as `resources` says, for the tests of load.
terraform {
  required_providers {
    talonone = { source = "talon-one/talonone" }
  }
}

variable "resources" {
  type = number
}

locals {
  share = { for kind, percent in {
    audiences    = 20
    memberships  = 30
    bulk         = 1
    items        = 24
    reservations = 4
    referrals    = 6
    profiles     = 13
    sessions     = 1
  } : kind => ceil(var.resources * percent / 100) }
  coupons = ["SUMMER10", "XMAS-20-2021", "SUMMER25%OFF"]
}

resource "talonone_audience" "many" {
  count = local.share.audiences
  name  = "Audience ${count.index}"
}

resource "talonone_audience" "shared" {
  count = 5
  name  = "Shared ${count.index}"
}

resource "talonone_audience_membership" "many" {
  count                  = local.share.memberships
  audience_id            = talonone_audience.shared[count.index % 5].id
  profile_integration_id = "member-${count.index}"
}

resource "talonone_audience" "bulk" {
  count = local.share.bulk
  name  = "Bulk ${count.index}"
}

resource "talonone_audience_memberships" "many" {
  count       = local.share.bulk
  audience_id = talonone_audience.bulk[count.index].id
  ownership   = count.index % 2 == 0 ? "exclusive" : "additive"
  members     = [for n in range(100) : "bulk-${count.index}-${n}"]
}

resource "talonone_catalog_item" "many" {
  count      = local.share.items
  catalog_id = 6
  sku        = "SKU${count.index}"
  price      = 9.99
  attributes = jsonencode({ size = count.index })
}

resource "talonone_coupon_reservation" "many" {
  count        = local.share.reservations
  coupon_value = local.coupons[count.index % 3]
  customers    = ["wallet-${count.index}"]
}

resource "talonone_referral" "many" {
  count                           = local.share.referrals
  campaign_id                     = 11
  advocate_profile_integration_id = "advocate-${count.index}"
}

resource "talonone_customer_profile" "many" {
  count          = local.share.profiles
  integration_id = "profile-${count.index}"
  attributes     = jsonencode({ age = count.index })
}

resource "talonone_customer_session" "many" {
  count          = local.share.sessions
  integration_id = "session-${count.index}"
  profile_id     = "shopper-${count.index}"
  cart_items     = [{ sku = "SOCKS", quantity = 1, price = 4.5 }]
}
