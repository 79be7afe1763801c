# By name, which must be the name of exactly one Application.
data "talonone_application" "shop" {
  name = "Web shop"
}

resource "talonone_audience" "vip" {
  name                       = "VIP customers"
  subscribed_application_ids = [data.talonone_application.shop.id]
}
