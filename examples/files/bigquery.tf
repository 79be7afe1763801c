resource "talonone_catalog_items" "bigquery" {
  catalog_id = 6

  items_file = {
    path        = "${path.module}/bigquery.csv"
    time_format = "YYYY-MM-DD hh:mm:ss ZZZ"
    columns     = { in_stock = "boolean", released = "time" }
  }
}
