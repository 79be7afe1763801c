resource "talonone_audience" "german" {
  name = "Customers in Germany"
}

resource "talonone_audience_memberships" "german" {
  audience_id = talonone_audience.german.id
  members     = ["customer-1", "customer-2"]
}

resource "talonone_audience_customer_attributes" "german" {
  audience_id = talonone_audience.german.id
  attributes = jsonencode({
    Language        = "de"
    ShippingCountry = "DE"
  })

  # The values are set on those who are members at that moment.
  depends_on = [talonone_audience_memberships.german]
}
