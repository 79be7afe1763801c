import {
  to = talonone_additional_cost.shipping
  id = "shipping"
}
