data "talonone_attribute" "color" {
  entity = "CartItem"
  name   = "color"
}

# An attribute of an event.
data "talonone_attribute" "shared_url" {
  entity     = "Event"
  event_type = "product_shared"
  name       = "url"
}

output "color_type" {
  value = data.talonone_attribute.color.type
}
