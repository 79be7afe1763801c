data "talonone_application" "shop" {
  name = "Web shop"
}

# By integration ID, which is unique in the Application. A name works, too.
data "talonone_store" "harbour" {
  application_id = data.talonone_application.shop.id
  integration_id = "harbour-street"
}
