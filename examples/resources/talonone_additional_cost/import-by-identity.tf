import {
  to = talonone_additional_cost.shipping
  identity = {
    id = 401
  }
}
