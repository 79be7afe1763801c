data "talonone_reserved_customers" "summer" {
  coupon_value = "SUMMER10"
}

output "summer_wallets" {
  value = data.talonone_reserved_customers.summer.total
}

# Only the reservations of these customers. The request is the same.
data "talonone_reserved_customers" "staff" {
  coupon_value = "SUMMER10"
  customers    = ["customer-1", "customer-2"]
}

output "staff_with_the_coupon" {
  value = data.talonone_reserved_customers.staff.integration_ids
}
