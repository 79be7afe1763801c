# The coupons of a campaign whose code begins with SUMMER.
list "talonone_coupon" "summer" {
  provider = talonone

  config {
    application_id = 1
    campaign_id    = 12
    value_regex    = "^SUMMER"
  }
}
