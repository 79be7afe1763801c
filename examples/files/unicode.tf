resource "talonone_catalog_items" "unicode_text" {
  catalog_id = 6

  items_file = {
    path      = "${path.module}/unicode.txt"
    format    = "csv"
    delimiter = "\t"
    columns   = { size = "number" }
  }
}
