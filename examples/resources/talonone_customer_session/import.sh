# By the integration ID of the session, in the Application of the Integration API key.
terraform import talonone_customer_session.cart test-cart-1
