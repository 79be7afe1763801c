import {
  to = talonone_customer_profile.anna
  identity = {
    integration_id = "customer-4711"
  }
}
