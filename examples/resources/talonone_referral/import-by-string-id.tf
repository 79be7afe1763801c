import {
  to = talonone_referral.invite
  id = "11/4001"
}
