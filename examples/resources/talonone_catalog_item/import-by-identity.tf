import {
  to = talonone_catalog_item.sneaker
  identity = {
    catalog_id = 6
    sku        = "SKU1241028"
  }
}
