# The collections of the account whose name ends with SKUs.
data "talonone_collections" "skus" {
  name_regex = "SKUs$"
}

output "sku_collections" {
  value = data.talonone_collections.skus.collections[*].name
}
