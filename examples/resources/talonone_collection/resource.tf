data "talonone_application" "shop" {
  name = "Web shop"
}

# A collection of the account, which rules of the connected Applications can test.
resource "talonone_collection" "luxury" {
  name                       = "Luxury SKUs"
  description                = "No discounts on these."
  subscribed_application_ids = [data.talonone_application.shop.id]
  items                      = jsonencode(["SKU1241028", "SKU1241029"])

  # Rules lose a collection that is destroyed or replaced: refuse both.
  deletion_protection = true
}

data "talonone_campaign" "summer" {
  name = "Summer"
}

# A collection of one campaign.
resource "talonone_collection" "partners" {
  application_id      = data.talonone_campaign.summer.application_id
  campaign_id         = data.talonone_campaign.summer.id
  name                = "Partner stores"
  items               = jsonencode([for number in range(1, 101) : format("store-%03d", number)])
  max_removal_percent = 10
}
