data "talonone_application" "shop" {
  name = "Web shop"
}

# Archived campaigns keep their names, so the state tells them apart.
data "talonone_campaign" "friends" {
  application_id = data.talonone_application.shop.id
  name           = "Refer a friend"
  state          = "enabled"
}

resource "talonone_referral" "invite" {
  campaign_id                     = data.talonone_campaign.friends.id
  advocate_profile_integration_id = "customer-1"
}
