resource "talonone_catalog_items" "postgres" {
  catalog_id = 6

  items_file = {
    path           = "${path.module}/postgres.csv"
    true_values    = ["t"]
    false_values   = ["f"]
    time_format    = "YYYY-MM-DD hh:mm:ssZ"
    list_separator = ","
    columns        = { in_stock = "boolean", released = "time", tags = "list(string)" }
  }
}
