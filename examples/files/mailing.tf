resource "talonone_audience_memberships" "mailing" {
  audience_id = talonone_audience.newsletter.id

  members_file = {
    path   = "${path.module}/mailing.csv"
    column = "Email Address"
  }
}
