# The items of two products.
data "talonone_catalog_items" "footwear" {
  catalog_id    = 6
  product_names = ["sneakers", "boots"]
}

output "prices" {
  value = { for sku, item in jsondecode(data.talonone_catalog_items.footwear.items) : sku => try(item.price, null) }
}
