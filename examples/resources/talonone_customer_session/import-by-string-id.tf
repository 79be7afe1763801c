# Terraform before 1.9.3 can't generate the configuration of a session that has cart items.
import {
  to = talonone_customer_session.cart
  id = "test-cart-1"
}
