import {
  to = talonone_customer_profiles.demo
  identity = {
    integration_ids = jsonencode(["demo-1", "demo-2"])
  }
}
