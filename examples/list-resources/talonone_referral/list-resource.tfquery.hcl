# terraform query -generate-config-out=referrals.tf
list "talonone_referral" "running" {
  provider = talonone

  config {
    campaign_id = 11
    valid       = "validNow"
  }
}
