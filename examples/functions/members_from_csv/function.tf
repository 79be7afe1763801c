terraform {
  required_providers {
    talonone = {
      source = "talon-one/talonone"
    }
  }
}

locals {
  export = <<-EOT
    customer_id;country
    customer-1;DE
    customer-2;FR
    ;FR
  EOT
}

# {"customer-1":true,"customer-2":true}
output "members" {
  value = provider::talonone::members_from_csv(local.export, {
    column               = "customer_id"
    delimiter            = ";"
    skip_rows_without_id = true
  })
}
