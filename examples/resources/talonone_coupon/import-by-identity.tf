import {
  to = talonone_coupon.summer
  identity = {
    application_id = 1
    campaign_id    = 12
    value          = "SUMMER10"
  }
}
