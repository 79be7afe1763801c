# The attributes of customer profiles.
data "talonone_attributes" "profile" {
  entity = "CustomerProfile"
}

output "profile_attributes" {
  value = { for attribute in data.talonone_attributes.profile.attributes : attribute.name => attribute.type }
}
