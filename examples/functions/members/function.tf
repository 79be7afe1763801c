terraform {
  required_providers {
    talonone = {
      source = "talon-one/talonone"
    }
  }
}

# {"customer-1":true,"customer-2":true}
output "members" {
  value = provider::talonone::members(["customer-2", "customer-1"])
}
