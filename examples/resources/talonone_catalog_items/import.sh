# All items of catalog 7. The configuration determines the ownership.
terraform import talonone_catalog_items.groceries 7

# Two items of catalog 6. In a SKU write a comma as %2C and a percent sign as %25.
terraform import talonone_catalog_items.new_arrivals 6/SKU1241028,SKU1241029
