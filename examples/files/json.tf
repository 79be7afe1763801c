resource "talonone_catalog_items" "json" {
  catalog_id = 6
  items_file = { path = "${path.module}/items.json" }
}
