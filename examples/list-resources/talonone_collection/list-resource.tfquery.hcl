# terraform query -generate-config-out=collections.tf
list "talonone_collection" "luxury" {
  provider         = talonone
  include_resource = true

  config {
    name_regex = "^Luxury"
  }
}
