import {
  to = talonone_coupons.partners
  id = "1/12"
}
