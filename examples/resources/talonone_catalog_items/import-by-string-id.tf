import {
  to = talonone_catalog_items.groceries
  id = "7"
}
