import {
  to = talonone_customer_profile.anna
  id = "customer-4711"
}
