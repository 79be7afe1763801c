data "talonone_application" "shop" {
  name = "Web shop"
}

data "talonone_campaign" "summer" {
  application_id = data.talonone_application.shop.id
  name           = "Summer"
}

# A code for each partner, with settings of its own.
resource "talonone_coupons" "partners" {
  application_id = data.talonone_application.shop.id
  campaign_id    = data.talonone_campaign.summer.id

  coupons = jsonencode({
    "ANNA-10" = { usage_limit = 100, expiry_date = "2099-09-01T00:00:00Z" }
    "BEN-10"  = { usage_limit = 0 }
    "LENA-VIP" = {
      recipient_integration_id = "customer-1"
      discount_limit           = 50
    }
  })
  max_removal_percent = 50
}

# From a table with one code a line and the columns code and uses.
resource "talonone_coupons" "flyers" {
  application_id = data.talonone_application.shop.id
  campaign_id    = data.talonone_campaign.summer.id

  coupons = jsonencode({
    for row in csvdecode(<<-CSV
      code,uses
      FLYER-A,500
      FLYER-B,250
    CSV
    ) : row.code => { usage_limit = tonumber(row.uses) }
  })
}
