data "talonone_application" "shop" {
  name = "Web shop"
}

# An audience made from scratch.
resource "talonone_audience" "vip" {
  name                       = "VIP customers"
  description                = "Spent more than 1,000 EUR in the last twelve months."
  subscribed_application_ids = [data.talonone_application.shop.id]

  # Destroying or replacing an audience deletes its memberships: refuse both.
  deletion_protection = true
}

# An audience that another platform fills, under the ID that it has there.
resource "talonone_audience" "cart_abandoners" {
  name                 = "Cart abandoners"
  integration_id       = "cdp-4711"
  created_in_3rd_party = true
}
