resource "talonone_audience" "testers" {
  name = "Testers"
}

# A short list. The audience can have other members too.
resource "talonone_audience_memberships" "testers" {
  audience_id = talonone_audience.testers.id
  members     = ["customer-1", "customer-2"]
}

resource "talonone_audience" "staff" {
  name = "Staff"
}

# A list made of other data. The audience holds exactly these, and the plan names who joins and who leaves.
resource "talonone_audience_memberships" "staff" {
  audience_id  = talonone_audience.staff.id
  ownership    = "exclusive"
  members_json = provider::talonone::members([for number in range(1, 101) : format("staff-%04d", number)])
}
