resource "talonone_customer_session" "order" {
  integration_id = "test-order-3"
  cart_items     = [{ sku = "SKU-SOCKS", quantity = 3, price = 4.5 }]
  state          = "closed"
}

data "talonone_customer_session" "order" {
  integration_id = talonone_customer_session.order.integration_id
}

output "units_left" {
  value = { for item in data.talonone_customer_session.order.cart_items : item.sku => item.remaining_quantity }
}
