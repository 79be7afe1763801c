# CATALOG_ID/SKU
terraform import talonone_catalog_item.sneaker 6/SKU1241028
