# terraform query -generate-config-out=memberships.tf
list "talonone_audience_memberships" "live" {
  provider         = talonone
  include_resource = true

  config {
    name_regex = "^VIP"
  }
}
