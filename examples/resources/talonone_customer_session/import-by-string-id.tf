import {
  to = talonone_customer_session.cart
  id = "test-cart-1"
}
