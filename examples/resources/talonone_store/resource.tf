data "talonone_application" "shop" {
  name = "Web shop"
}

resource "talonone_store" "harbour" {
  application_id = data.talonone_application.shop.id
  integration_id = "harbour-street"
  name           = "Harbour Street"
  description    = "The shop at the ferry terminal."
}
