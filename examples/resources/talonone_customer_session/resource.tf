# A cart of a test customer. Destroying it cancels the session.
resource "talonone_customer_session" "cart" {
  integration_id = "test-cart-1"
  profile_id     = "customer-1"
  coupon_codes   = ["SUMMER10"]

  cart_items = [
    {
      sku      = "SKU-SNEAKER-42"
      quantity = 2
      price    = 59.95
      name     = "Sneaker"
      category = "shoes"

      attributes = jsonencode({ color = "red", size = 42 })
    },
    { sku = "SKU-SOCKS", quantity = 1, price = 4.5 },
  ]

  additional_costs = {
    shipping = { price = 4.9 }
  }

  attributes = jsonencode({ Channel = "web" })
}

# An order: a session that is closed. It stays as it is when the resource is destroyed.
resource "talonone_customer_session" "order" {
  integration_id = "test-order-1"
  profile_id     = "customer-1"
  cart_items     = [{ sku = "SKU-SOCKS", quantity = 3, price = 4.5 }]
  state          = "closed"
  on_destroy     = "forget"
}

output "discounts" {
  value = [for effect in talonone_customer_session.cart.effects : jsondecode(effect.props).value if effect.effect_type == "setDiscount"]
}
