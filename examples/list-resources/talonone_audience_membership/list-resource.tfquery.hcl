list "talonone_audience_membership" "vip" {
  provider = talonone

  config {
    audience_id = 748
  }
}
