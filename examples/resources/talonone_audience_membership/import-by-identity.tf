import {
  to = talonone_audience_membership.anna
  identity = {
    audience_id            = 748
    profile_integration_id = "customer-1"
  }
}
