# What joining the VIP customers would bring a customer. Nothing is stored.
data "talonone_audience" "vip" {
  name = "VIP customers"
}

data "talonone_profile_evaluation" "joining" {
  integration_id   = "customer-1"
  attributes       = jsonencode({ Language = "de" })
  audience_changes = { adds = [data.talonone_audience.vip.id] }
}

check "vip_customers" {
  assert {
    condition     = length(data.talonone_profile_evaluation.joining.effects) <= 3
    error_message = "A customer who joins gets too much:\n${data.talonone_profile_evaluation.joining.summary}"
  }
}
