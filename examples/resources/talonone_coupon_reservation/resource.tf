# Two customers find the coupon in their wallets. All others can still redeem it.
resource "talonone_coupon_reservation" "summer" {
  coupon_value = "SUMMER25%OFF"
  customers    = ["customer-1", "customer-2"]
}

# Only these customers can redeem a coupon whose reservation is mandatory. The next plan shows
# reservations of others as removals.
resource "talonone_coupon_reservation" "vip" {
  coupon_value = "VIP-ONLY"
  customers    = ["customer-3"]
  ownership    = "exclusive"
}
