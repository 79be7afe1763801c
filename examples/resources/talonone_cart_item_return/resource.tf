resource "talonone_customer_session" "order" {
  integration_id = "test-order-2"
  profile_id     = "customer-1"
  state          = "closed"

  cart_items = [
    { sku = "SKU-SNEAKER-42", quantity = 2, price = 59.95 },
    { sku = "SKU-SOCKS", quantity = 3, price = 4.5 },
  ]
}

# One pair of sneakers and all socks go back. Another shipment number would
# return as much again.
resource "talonone_cart_item_return" "first" {
  session_integration_id = talonone_customer_session.order.integration_id

  returned_cart_items = [
    { position = 0, quantity = 1 },
    { sku = "SKU-SOCKS" },
  ]

  triggers = { shipment = "R-2026-0001" }
}
