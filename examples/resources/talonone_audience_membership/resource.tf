resource "talonone_audience" "beta" {
  name = "Beta testers"
}

resource "talonone_audience_membership" "anna" {
  audience_id            = talonone_audience.beta.id
  profile_integration_id = "customer-1"
}
