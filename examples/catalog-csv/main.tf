# A catalog kept in Git: 200 rows of a CSV file become the items of a catalog.
# Change a row, run terraform plan, and the plan shows what changes in the catalog.

terraform {
  required_providers {
    talonone = {
      source = "talon-one/talonone"
    }
  }
}

provider "talonone" {}

variable "catalog_id" {
  description = "ID of the catalog, as the Campaign Manager shows it."
  type        = number
  default     = 6
}

resource "talonone_catalog_items" "shoes" {
  catalog_id = var.catalog_id

  # The catalog holds these items and no others.
  ownership           = "exclusive"
  max_removal_percent = 20

  items_file = {
    path = "${path.module}/shoes.csv"
    columns = {
      size     = "number"
      in_stock = "boolean"
      tags     = "list(string)"
      released = "time"
    }
  }
}

output "catalog" {
  value = {
    items     = talonone_catalog_items.shoes.item_count
    version   = talonone_catalog_items.shoes.catalog_version
    last_sync = talonone_catalog_items.shoes.last_sync
  }
}
