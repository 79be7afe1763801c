# terraform query -generate-config-out=reservations.tf
list "talonone_coupon_reservation" "wallet" {
  provider = talonone

  config {
    integration_id = "customer-1"
    state          = "active"
  }
}
