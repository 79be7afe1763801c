# A collection of the account.
data "talonone_collection" "luxury" {
  name = "Luxury SKUs"
}

output "luxury_collection_id" {
  value = data.talonone_collection.luxury.id
}
