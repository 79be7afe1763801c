resource "talonone_audience" "staff" {
  name = "Staff"
}

resource "talonone_audience" "beta" {
  name = "Beta testers"
}

# A persona for tests: it belongs to these two audiences, whatever others it is in.
resource "talonone_customer_audiences" "anna" {
  profile_integration_id = "customer-1"
  audience_ids           = [talonone_audience.staff.id, talonone_audience.beta.id]
}

# This one belongs to one audience and no other: memberships that a rule makes end with the next apply.
resource "talonone_customer_audiences" "guest" {
  profile_integration_id = "persona-guest"
  audience_ids           = [talonone_audience.beta.id]
  ownership              = "exclusive"
}
