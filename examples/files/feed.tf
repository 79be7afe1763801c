resource "talonone_catalog_items" "feed" {
  catalog_id = 6

  items_file = {
    path          = "${path.module}/feed.tsv"
    quote         = ""
    currency      = "EUR"
    true_values   = ["in_stock"]
    false_values  = ["out_of_stock", "preorder"]
    time_format   = "YYYY-MM-DD'T'hh:mmZZZZ"
    other_columns = "ignore"
    columns = {
      "id"                = "sku"
      "color"             = "string"
      "availability"      = { attribute = "in_stock", type = "boolean" }
      "availability_date" = { attribute = "released", type = "time" }
    }
  }
}
