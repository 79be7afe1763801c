# A collection of the account, which rules of the connected Applications can test.
resource "talonone_collection" "luxury" {
  name                       = "Luxury SKUs"
  description                = "No discounts on these"
  subscribed_application_ids = [1]
  items                      = jsonencode(["SKU1241028", "SKU1241029"])
  deletion_protection        = true
}

# A collection of one campaign.
resource "talonone_collection" "partners" {
  application_id      = 1
  campaign_id         = 12
  name                = "Partner stores"
  items               = jsonencode([for number in range(1, 101) : format("store-%03d", number)])
  max_removal_percent = 10
}
