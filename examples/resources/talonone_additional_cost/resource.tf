data "talonone_application" "shop" {
  name = "Web shop"
}

resource "talonone_additional_cost" "shipping" {
  name                       = "shipping"
  title                      = "Shipping"
  description                = "What the carrier charges for a parcel."
  type                       = "session"
  subscribed_application_ids = [data.talonone_application.shop.id]
}
