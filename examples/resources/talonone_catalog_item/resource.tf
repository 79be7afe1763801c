resource "talonone_catalog_item" "sneaker" {
  catalog_id = 6
  sku        = "SKU1241028"
  price      = 99.90
  product    = "sneakers"
  attributes = jsonencode({ color = "navy", size = 42 })
}
