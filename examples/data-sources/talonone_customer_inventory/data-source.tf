# Everything that the deployment holds about a customer.
data "talonone_customer_inventory" "customer" {
  integration_id = "customer-1"
}

output "language" {
  value = lookup(jsondecode(data.talonone_customer_inventory.customer.profile.attributes), "Language", "unknown")
}

output "points" {
  value = { for program in data.talonone_customer_inventory.customer.loyalty.programs : program.name => program.ledger.current_balance }
}

# Only the wallet.
data "talonone_customer_inventory" "wallet" {
  integration_id = "customer-1"
  parts          = ["coupons"]
}

output "codes" {
  value = [for coupon in data.talonone_customer_inventory.wallet.coupons : coupon.value if coupon.state == "active"]
}
