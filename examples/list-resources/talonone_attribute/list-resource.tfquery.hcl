# The attributes of cart items, to import them.
list "talonone_attribute" "items" {
  provider = talonone

  config {
    entity = "CartItem"
  }
}
