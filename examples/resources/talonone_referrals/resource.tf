data "talonone_campaign" "friends" {
  name = "Refer a friend"
}

# One code for each advocate. Adding an advocate makes one more, and leaves the others alone.
resource "talonone_referrals" "program" {
  campaign_id      = data.talonone_campaign.friends.id
  advocates        = ["customer-1", "customer-2"]
  usage_limit      = 10
  expiry_date      = "2030-12-31T23:59:59Z"
  referral_pattern = "FRIENDS-####-####"
  valid_characters = ["B", "C", "D", "F", "G", "H", "J", "K", "M", "P", "Q", "R", "T", "W", "X", "Y", "2", "3", "4", "6", "7", "8", "9"]
}

output "codes" {
  value = talonone_referrals.program.codes
}
