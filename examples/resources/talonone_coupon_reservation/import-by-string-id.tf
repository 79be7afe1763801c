import {
  to = talonone_coupon_reservation.summer
  id = "SUMMER25%OFF"
}
