import {
  to = talonone_referrals.program
  identity = {
    campaign_id = 11
  }
}
