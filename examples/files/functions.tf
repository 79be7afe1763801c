# Inline text, or a file of another encoding, goes through the functions. Their options have the same names.
resource "talonone_catalog_items" "inline" {
  catalog_id = 6

  items = provider::talonone::catalog_items_from_csv("Art-Nr;VK-Preis;Farbe\nIN-001;12,90;rot\n", {
    delimiter         = ";"
    decimal_separator = ","
    columns = {
      "Art-Nr"   = "sku"
      "VK-Preis" = "price"
      "Farbe"    = { attribute = "color", type = "string" }
    }
  })
}

resource "talonone_audience_memberships" "inline" {
  audience_id = talonone_audience.newsletter.id
  members_json = provider::talonone::members_from_csv(
    textdecodebase64(filebase64("${path.module}/segment.csv"), "windows-1252"),
    { column = "email", skip_rows_without_id = true },
  )
}
