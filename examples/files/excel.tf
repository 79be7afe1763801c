resource "talonone_catalog_items" "excel" {
  catalog_id = 6

  items_file = {
    path                = "${path.module}/excel.csv"
    encoding            = "windows-1252"
    delimiter           = ";"
    decimal_separator   = ","
    thousands_separator = "."
    currency            = "EUR"
    true_values         = ["ja"]
    false_values        = ["nein"]
    time_format         = "DD.MM.YYYY"
    time_zone           = "Europe/Berlin"
    list_separator      = ","
    trim                = true
    columns = {
      "Artikelnummer" = "sku"
      "Bezeichnung"   = "product"
      "Preis"         = "price"
      "Größe"         = { attribute = "size", type = "number" }
      "Lieferbar"     = { attribute = "in_stock", type = "boolean" }
      "Verfügbar ab"  = { attribute = "released", type = "time" }
      "Schlagworte"   = { attribute = "tags", type = "list(string)" }
    }
  }
}
