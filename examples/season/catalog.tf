# The items of the season, from a table that buyers can edit.

resource "talonone_catalog_items" "season" {
  catalog_id = local.here.catalog_id
  items_file = {
    path = "${path.module}/items.csv"
    columns = {
      season = { attribute = talonone_attribute.season.name, type = "string" }
    }
  }
}

# The same items as a collection, which rules can test: "10 off everything of the season".
resource "talonone_collection" "season" {
  name                       = "Season items${local.here.suffix}"
  description                = "All items of the season."
  subscribed_application_ids = [data.talonone_application.shop.id]
  items_file                 = { path = "${path.module}/items.csv", column = "sku" }
}
