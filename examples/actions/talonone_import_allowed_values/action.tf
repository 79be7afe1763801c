data "talonone_attribute" "color" {
  entity = "CartItem"
  name   = "color"
}

# terraform apply -invoke=action.talonone_import_allowed_values.colors
action "talonone_import_allowed_values" "colors" {
  config {
    attribute_id = data.talonone_attribute.color.id
    values       = jsonencode(["black", "blue", "red", "white"])
  }
}
