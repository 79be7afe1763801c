import {
  to = talonone_catalog_item.sneaker
  id = "6/SKU1241028"
}
