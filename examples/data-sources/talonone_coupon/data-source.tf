data "talonone_application" "shop" {
  name = "Web shop"
}

# Searches all campaigns of all Applications.
data "talonone_coupon" "summer" {
  value = "SUMMER10"
}

# In one Application, which saves searching the others.
data "talonone_coupon" "vip" {
  value          = "VIP-ONLY"
  application_id = data.talonone_application.shop.id
}

check "vip_coupon_is_closed" {
  assert {
    condition     = data.talonone_coupon.vip.reservation_type == "hard"
    error_message = "VIP-ONLY can be redeemed without a reservation."
  }
}
