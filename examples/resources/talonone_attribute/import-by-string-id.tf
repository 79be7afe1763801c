import {
  to = talonone_attribute.color
  id = "CartItem/color"
}
