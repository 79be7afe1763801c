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

# From a file with the columns code, uses and valid_until, as a spreadsheet or an agency exports it.
resource "talonone_coupons" "flyers" {
  application_id = data.talonone_application.shop.id
  campaign_id    = data.talonone_campaign.summer.id

  coupons_file = {
    path        = "${path.module}/flyers.csv"
    time_format = "YYYY-MM-DD"
    time_zone   = "Europe/Berlin"
    columns     = { code = "value", uses = "usage_limit", valid_until = "expiry_date" }
  }
}
