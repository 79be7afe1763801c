data "talonone_campaign" "friends" {
  name = "Refer a friend"
}

# A code for one advocate that anyone can use once.
resource "talonone_referral" "invite" {
  campaign_id                     = data.talonone_campaign.friends.id
  advocate_profile_integration_id = "customer-1"
}

# A code that only one friend can use, until the end of 2030.
resource "talonone_referral" "birthday" {
  campaign_id                     = data.talonone_campaign.friends.id
  advocate_profile_integration_id = "customer-2"
  friend_profile_integration_id   = "customer-3"
  usage_limit                     = 3
  start_date                      = "2026-01-01T00:00:00Z"
  expiry_date                     = "2030-12-31T23:59:59Z"
  attributes                      = jsonencode({ source = "birthday mail" })
}

output "invitation_code" {
  value = talonone_referral.invite.code
}
