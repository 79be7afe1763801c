# An attribute of cart items in the items of two catalogs.
resource "talonone_attribute" "material" {
  entity                 = "CartItem"
  name                   = "material"
  title                  = "Material"
  type                   = "string"
  description            = "What the upper of a shoe is made of."
  subscribed_catalog_ids = [6, 7]
}

# Items that refer to the attribute by its resource are created after it.
resource "talonone_catalog_items" "shoes" {
  catalog_id = 6
  items = jsonencode({
    RUN-40 = { price = 80, attributes = { (talonone_attribute.material.name) = "leather" } }
  })
}

# The first attribute of an event creates the event type.
resource "talonone_attribute" "newsletter" {
  entity      = "Event"
  event_type  = "signed_up"
  name        = "newsletter"
  type        = "boolean"
  description = "Whether the customer wants the newsletter."
}

# Only these values are valid.
resource "talonone_attribute" "tier" {
  entity                    = "CustomerProfile"
  name                      = "tier"
  type                      = "string"
  suggestions               = ["gold", "silver"]
  restricted_by_suggestions = true
}
