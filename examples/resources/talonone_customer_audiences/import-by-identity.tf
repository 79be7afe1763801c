import {
  to = talonone_customer_audiences.anna
  identity = {
    profile_integration_id = "customer-1"
  }
}
