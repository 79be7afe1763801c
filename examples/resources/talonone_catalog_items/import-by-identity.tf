import {
  to = talonone_catalog_items.groceries
  identity = {
    catalog_id = 7
  }
}
