resource "talonone_audience_memberships" "json" {
  audience_id = talonone_audience.newsletter.id

  members_file = {
    path   = "${path.module}/members.jsonl"
    column = "profile.id"
  }
}
