data "talonone_loyalty_program" "points" {
  name = "Points"
}

# All transactions of a customer in a program.
data "talonone_loyalty_transactions" "all" {
  loyalty_program_id = data.talonone_loyalty_program.points.id
  integration_id     = "customer-1"
}

output "points_spent" {
  value = sum([for t in data.talonone_loyalty_transactions.all.transactions : t.amount if t.type == "subtraction"])
}

# What was booked by hand in January, at most the ten that the API lists first.
data "talonone_loyalty_transactions" "january" {
  loyalty_program_id       = data.talonone_loyalty_program.points.id
  integration_id           = "customer-1"
  start_date               = "2026-01-01T00:00:00Z"
  end_date                 = "2026-01-31T23:59:59Z"
  loyalty_transaction_type = "manual"
  max_results              = 10
}
