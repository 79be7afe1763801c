import {
  to = talonone_attribute.color
  identity = {
    id = 101
  }
}
