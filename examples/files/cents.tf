resource "talonone_catalog_items" "cents" {
  catalog_id = 6

  items_file = {
    path          = "${path.module}/cents.csv"
    other_columns = "ignore"
    columns = {
      "variants.sku"                     = "sku"
      "key"                              = "product"
      "variants.prices.value.centAmount" = { attribute = "price", type = "cents" }
    }
  }
}
