import {
  to = talonone_audience.vip
  identity = {
    id = 12
  }
}
