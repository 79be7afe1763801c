# What is imported as a whole: catalogs, and the reservations of coupons.
import {
  to = talonone_catalog_items.catalog_6
  id = "6"
}

import {
  to = talonone_catalog_items.catalog_7
  id = "7"
}

import {
  to = talonone_coupon_reservation.summer
  id = "SUMMER10"
}
