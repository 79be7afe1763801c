data "talonone_loyalty_program" "points" {
  name    = "Points"
  sandbox = false
}

data "talonone_loyalty_transactions" "customer" {
  loyalty_program_id = data.talonone_loyalty_program.points.id
  integration_id     = "customer-1"
}
