import {
  to = talonone_audience.vip
  id = "12"
}
