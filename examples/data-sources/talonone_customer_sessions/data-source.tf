data "talonone_application" "shop" {
  name = "Web shop"
}

# Carts that were left behind, oldest first.
data "talonone_customer_sessions" "open" {
  application_id = data.talonone_application.shop.id
  state          = "open"
  created_before = "2026-01-01T00:00:00Z"
  max_results    = 1000
}

output "abandoned_carts" {
  value = { for session in data.talonone_customer_sessions.open.sessions : session.integration_id => session.total }
}
