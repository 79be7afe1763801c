terraform {
  required_providers {
    talonone = {
      source = "talon-one/talonone"
    }
  }
}

# The address and the keys come from environment variables.
provider "talonone" {}

resource "talonone_audience" "vip" {
  name = "VIP customers"
}

# The audience holds exactly the customers of the file.
resource "talonone_audience_memberships" "vip" {
  audience_id         = talonone_audience.vip.id
  ownership           = "exclusive"
  max_removal_percent = 50
  members_file        = { path = "${path.module}/vip.txt" }
}

# The catalog holds exactly these items.
resource "talonone_catalog_items" "shoes" {
  catalog_id          = 6
  ownership           = "exclusive"
  max_removal_percent = 50

  items = jsonencode({
    "RUN-40"  = { price = 79.90, product = "Runner" }
    "RUN-41"  = { price = 79.90, product = "Runner" }
    "SLIP-38" = { price = 19.50, product = "Slipper" }
  })
}
