import {
  to = talonone_customer_audiences.anna
  id = "customer-1"
}
