resource "talonone_catalog_items" "snowflake" {
  catalog_id = 6

  items_file = {
    path        = "${path.module}/snowflake.csv"
    null_values = ["\\N"]
    time_format = "YYYY-MM-DD hh:mm:ss Z"
    columns = {
      "SKU"      = "sku"
      "PRODUCT"  = "product"
      "PRICE"    = "price"
      "COLOR"    = { attribute = "color" }
      "RELEASED" = { attribute = "released", type = "time" }
      "TAGS"     = { attribute = "tags", type = "json" }
    }
  }
}
