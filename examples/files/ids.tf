resource "talonone_audience_memberships" "ids" {
  audience_id = talonone_audience.newsletter.id

  members_file = {
    path       = "${path.module}/ids.txt"
    id_pattern = "vip-[0-9]+"
  }
}
