resource "talonone_catalog_items" "pim" {
  catalog_id = 6

  items_file = {
    path          = "${path.module}/pim.jsonl"
    other_columns = "ignore"
    columns = {
      "identifier"   = "sku"
      "price.amount" = "price"
      "values.name"  = "product"
      "values.color" = { attribute = "color" }
      "values.tags"  = { attribute = "tags", type = "list(string)" }
    }
  }
}
