import {
  to = talonone_customer_session.cart
  identity = {
    integration_id = "test-cart-1"
  }
}
