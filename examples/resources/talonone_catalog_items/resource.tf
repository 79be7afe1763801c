# A few items of a catalog that others fill too: this resource manages its own
# SKUs and leaves all others alone.
resource "talonone_catalog_items" "new_arrivals" {
  catalog_id = 6

  items = jsonencode({
    SKU1241028 = {
      price      = 99.90
      product    = "sneakers"
      attributes = { color = "navy", size = 42, tags = ["new", "summer"] }
    }
    SKU1241029 = {
      price      = 99.90
      product    = "sneakers"
      attributes = { color = "red", size = 42, released = "2026-05-01T00:00:00Z" }
    }
  })
}

# A whole catalog, which holds exactly what a file says. A plan that would remove
# more than a tenth of it is refused.
resource "talonone_catalog_items" "groceries" {
  catalog_id          = 7
  ownership           = "exclusive"
  max_removal_percent = 10

  items_file = {
    path = "${path.module}/groceries.csv"
    columns = {
      article  = "sku"
      name     = "product"
      in_stock = "boolean"
      tags     = "list(string)"
    }
  }

  # Plan and state show SKUs with digests in place of the items' content.
  plan_detail = "keys"
}

output "what_the_last_apply_did" {
  value = talonone_catalog_items.groceries.last_sync
}
