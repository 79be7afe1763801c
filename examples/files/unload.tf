resource "talonone_audience_memberships" "unload" {
  audience_id = talonone_audience.newsletter.id

  members_file = {
    path        = "${path.module}/unload.csv"
    header      = ["customer_id", "last_order", "country"]
    column      = "customer_id"
    null_values = ["\\N"]
  }
}
