# Only the attributes that are named here are managed; others stay as they are.
resource "talonone_customer_profile" "anna" {
  integration_id = "customer-4711"

  attributes = jsonencode({
    Language  = "de"
    birthday  = "1984-01-02T00:00:00Z"
    interests = ["shoes", "bags"]
    vip       = null # kept cleared
  })

  # Campaigns may react to the update.
  run_rule_engine = true
}

# A customer for tests, whose data goes with the resource.
resource "talonone_customer_profile" "tester" {
  integration_id   = "tester-1"
  erase_on_destroy = true
}
