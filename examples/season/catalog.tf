# The items of the season, from a table that buyers can edit.

locals {
  items = { for row in csvdecode(file("${path.module}/items.csv")) : row.sku => row }
}

resource "talonone_catalog_items" "season" {
  catalog_id = local.here.catalog_id
  items = jsonencode({
    for sku, row in local.items : sku => {
      price      = tonumber(row.price)
      product    = row.product
      attributes = { (talonone_attribute.season.name) = row.season }
    }
  })
}

# The same items as a collection, which rules can test: "10 off everything of the season".
resource "talonone_collection" "season" {
  name                       = "Season items${local.here.suffix}"
  description                = "All items of the season."
  subscribed_application_ids = [data.talonone_application.shop.id]
  items                      = jsonencode(keys(local.items))
}
