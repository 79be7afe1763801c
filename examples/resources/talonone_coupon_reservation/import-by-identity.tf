import {
  to = talonone_coupon_reservation.summer
  identity = {
    coupon_value = "SUMMER25%OFF"
  }
}
