# terraform query -generate-config-out=items.tf
list "talonone_catalog_item" "sneakers" {
  provider = talonone

  config {
    catalog_id    = 6
    product_names = ["sneakers"]
  }
}
