import {
  to = talonone_customer_profiles.demo
  id = "demo-1,demo-2"
}
