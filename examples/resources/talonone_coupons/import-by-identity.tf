import {
  to = talonone_coupons.partners
  identity = {
    application_id = 1
    campaign_id    = 12
  }
}
