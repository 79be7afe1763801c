terraform {
  required_providers {
    talonone = {
      source = "talon-one/talonone"
    }
  }
}

locals {
  csv = <<-EOT
    Article;price;product;size;tags
    SKU1241028;99.90;sneakers;42;new|summer
    SKU1241029;;sneakers;43;
  EOT
}

resource "talonone_catalog_items" "shoes" {
  catalog_id = 6

  items = provider::talonone::catalog_items_from_csv(local.csv, {
    columns   = { Article = "sku", size = "number", tags = "list(string)" }
    delimiter = ";"
  })
}
