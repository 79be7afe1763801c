resource "talonone_audience_memberships" "segment" {
  audience_id = talonone_audience.newsletter.id

  members_file = {
    path                 = "${path.module}/segment.csv"
    column               = "user_id"
    trim                 = true
    skip_rows_without_id = true
  }
}
