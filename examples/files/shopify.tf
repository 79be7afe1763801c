resource "talonone_catalog_items" "shopify" {
  catalog_id = 6

  items_file = {
    path                  = "${path.module}/shopify.csv"
    skip_rows_without_sku = true
    list_separator        = ","
    trim                  = true
    other_columns         = "ignore"
    columns = {
      "Variant SKU"               = "sku"
      "Variant Price"             = "price"
      "Handle"                    = "product"
      "Option1 Value"             = { attribute = "color" }
      "Option2 Value"             = { attribute = "size", type = "number" }
      "Variant Requires Shipping" = { attribute = "in_stock", type = "boolean" }
      "Tags"                      = { attribute = "tags", type = "list(string)" }
    }
  }
}
