import {
  to = talonone_coupon.summer
  id = "1/12/SUMMER10"
}
