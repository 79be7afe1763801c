data "talonone_campaign" "summer" {
  name = "Summer"
}

# A code that anyone can redeem, 500 times in all, until the end of the summer.
resource "talonone_coupon" "beach" {
  application_id = data.talonone_campaign.summer.application_id
  campaign_id    = data.talonone_campaign.summer.id
  value          = "BEACH-DAY"
  usage_limit    = 500
  expiry_date    = "2030-09-01T00:00:00Z"
}

# Reserved for the first customers as soon as it exists.
resource "talonone_coupon_reservation" "beach" {
  coupon_value = talonone_coupon.beach.value
  customers    = ["customer-1", "customer-2"]
}

# A personal code.
resource "talonone_coupon" "birthday" {
  application_id           = data.talonone_campaign.summer.application_id
  campaign_id              = data.talonone_campaign.summer.id
  value                    = "BIRTHDAY-CUSTOMER-3"
  recipient_integration_id = "customer-3"
}
