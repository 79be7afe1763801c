# Coupons in the wallets of customers, reviewed like code: who has which coupon is a list in this
# file, and a plan says how many reservations it makes and ends.
#
# For a deployment of your own, set TALONONE_BASE_URL, TALONONE_INTEGRATION_API_KEY and
# TALONONE_MANAGEMENT_API_KEY, put in your own codes and customers, and run `terraform plan`.
# Without one, the emulator has everything that this folder asks for.

terraform {
  required_providers {
    talonone = {
      source = "talon-one/talonone"
    }
  }
}

provider "talonone" {}

locals {
  # Each campaign of the shop, and who it is for. A CSV of your CRM would do as well:
  # [for row in csvdecode(file("welcome.csv")) : row.customer]
  wallets = {
    "SUMMER25%OFF" = ["customer-1", "customer-2"]
    "10$OFF_NOW"   = ["customer-2", "customer-3"]
  }
}

# The coupons to reserve, read before the reservations are created.
data "talonone_coupon" "wallet" {
  for_each = local.wallets
  value    = each.key
}

# Soft reservations: the coupons appear in these wallets, and others can still redeem them. What rules
# and redemptions reserve stays.
resource "talonone_coupon_reservation" "wallet" {
  for_each     = local.wallets
  coupon_value = each.key
  customers    = each.value
}

# A hard reservation: the coupon requires one, so exactly these customers can redeem it.
resource "talonone_coupon_reservation" "vip" {
  coupon_value = "VIP-ONLY"
  customers    = ["customer-1", "customer-3"]
  ownership    = "exclusive"
}

check "coupons_can_be_used" {
  assert {
    condition     = alltrue([for coupon in data.talonone_coupon.wallet : coupon.recipient_integration_id == null])
    error_message = "A coupon of the wallets is personal and can't be reserved."
  }
}

check "vip_coupon_is_for_its_customers_only" {
  assert {
    condition     = talonone_coupon_reservation.vip.reservation_type == "hard"
    error_message = "VIP-ONLY no longer requires a reservation: anyone can redeem it."
  }
}

# All customers who have the coupon reserved, including reservations by others.
data "talonone_reserved_customers" "vip" {
  coupon_value = talonone_coupon_reservation.vip.coupon_value
}

output "wallets" {
  description = "The campaign of each coupon, and how many customers have it."
  value = {
    for code, wallet in talonone_coupon_reservation.wallet :
    code => { campaign_id = wallet.campaign_id, customers = wallet.reservation_count }
  }
}

output "vip_customers" {
  value = data.talonone_reserved_customers.vip.integration_ids
}
