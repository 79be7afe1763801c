import {
  to = talonone_referral.invite
  identity = {
    campaign_id = 11
    id          = 4001
  }
}
